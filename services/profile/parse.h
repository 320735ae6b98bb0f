// Profile and policy files: YAML, JSON or textproto with one schema, proto/weighbridge/v1/profile.proto.
//
// Pure: bytes in, proto or errors out; the caller reads the file. Thread-safe. Keys and values: README.md.
//
//   absl::StatusOr<v1::Profile> profile = ParseProfile(bytes, "weighbridge.yaml", {&rulebook.fields()});
//
// On any issue the answer is INVALID_ARGUMENT, whose message has one line "file:line:column: what is wrong; what was
// probably meant" for each issue of the file, in order. A profile is taken whole or not at all.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_PARSE_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_PARSE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/profile/read_message.h"

namespace weighbridge::profile {

// Words of the rulebook that a file may use. Nothing is owned.
struct Vocabulary {
  // Fields of use; null: none is known, and naming one is an issue.
  const rules::v1::FieldSet* fields = nullptr;
  // Groups that a policy may name as "group:EU"; null: none.
  const rules::v1::CountryGroups* countries = nullptr;
  // Licence ids and short ids, and families. A family outside them is refused: a misspelt `deny` would deny nothing. So
  // is a licence that neither they nor `resolve` know, unless it has the form of an id that is sure to be another's.
  std::vector<std::string> licenses = {};
  std::vector<std::string> families = {};
  // The licence ids that another spelling stands for ("llama3.1", "gemma"); empty for one that stands for none. They
  // replace it in what is parsed, unless it is an id or short id. Null: ids and short ids are all that is known.
  std::function<std::vector<std::string>(std::string_view)> resolve = nullptr;
};

// An empty file is an empty profile: every fact is absent.
absl::StatusOr<v1::Profile> ParseProfile(std::string_view bytes, std::string_view file_name,
                                         const Vocabulary& vocabulary);

// An empty file is a policy without rules: the built-in policy alone holds.
absl::StatusOr<v1::Policy> ParsePolicy(std::string_view bytes, std::string_view file_name,
                                       const Vocabulary& vocabulary);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_PARSE_H_
