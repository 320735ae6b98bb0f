// A small document: what the JSON and the YAML reader make of a config, a card or a profile. Every value and every key
// knows its place, and scalars keep their text, so that `license: no` and `version: 3.10` mean what was written.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_TREE_VALUE_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_TREE_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/formats/bytes/errors.h"

namespace weighbridge::formats {

struct Member;

// A plain value: copyable, owns everything below it.
struct Value {
  enum class Kind {
    kNull,    // null, ~ or nothing at all
    kScalar,  // string, number, true, false
    kList,
    kMap,
  };

  Kind kind = Kind::kNull;
  // Of a scalar: a JSON string, or a YAML scalar in quotes or a block (| or >). Unquoted scalars may be numbers or
  // booleans.
  bool quoted = false;
  // Of a scalar: the decoded string, or the raw text if unquoted. Of a null: how it was written ("null", "~" or "").
  std::string text;
  Position at;
  std::vector<Value> items;     // of a list
  std::vector<Member> members;  // of a map, in the order of the document; keys are unique

  bool IsNull() const { return kind == Kind::kNull; }
  bool IsScalar() const { return kind == Kind::kScalar; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsMap() const { return kind == Kind::kMap; }
  // A string of JSON, or a quoted one of YAML.
  bool IsQuotedString() const { return kind == Kind::kScalar && quoted; }

  // The value of `key`, or nullptr; also nullptr if this is no map.
  const Value* Find(std::string_view key) const;
  const Member* FindMember(std::string_view key) const;

  // The text of any scalar (quoted or not): what a YAML user means where a string is asked for.
  std::optional<std::string_view> AsString() const;
  // Exact decimal integers, unquoted; nullopt for anything else, out of range included.
  std::optional<int64_t> AsInt() const;
  std::optional<uint64_t> AsUint() const;
  // Unquoted decimal numbers with or without fraction and exponent; never inf or nan.
  std::optional<double> AsDouble() const;
  // Unquoted true, false and their capitalised forms. Not yes, no, on, off.
  std::optional<bool> AsBool() const;
};

struct Member {
  std::string key;
  Position key_at;
  Value value;
};

// Refuses equal keys of one map, in O(n log n): INVALID_ARGUMENT at the later one.
absl::Status CheckUniqueKeys(const std::vector<Member>& members);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_TREE_VALUE_H_
