#include "services/formats/yaml/yaml_reader.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kIndicators = ",[]{}\"'*&!?:";

// Leaves the parser of yaml-cpp; never leaves this file.
struct Refused {
  absl::Status status;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const YamlLimits& limits, const Position& start)
      : text_(text), limits_(limits), start_(start) {}

  Position At(const YAML::Mark& mark) const {
    if (mark.is_null()) return start_;
    Position at;
    at.offset = start_.offset + static_cast<uint64_t>(std::max(mark.pos, 0));
    at.line = start_.line + static_cast<uint32_t>(std::max(mark.line, 0));
    at.column = static_cast<uint32_t>(std::max(mark.column, 0)) + 1;
    return at;
  }

  Value Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Refused{Malformed(At(mark), "several documents")};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckAnchor(mark, anchor);
    if (ExpectsKey()) throw Refused{Malformed(At(mark), "a key that is null")};
    Value value;
    value.at = At(mark);
    const std::string_view rest =
        text_.substr(std::min<size_t>(static_cast<size_t>(std::max(mark.pos, 0)), text_.size()));
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (rest.substr(0, word.size()) == word) value.text = std::string(word);
    }
    // The place of nothing is the place of whatever follows; its key tells more.
    if (value.text.empty() && !open_.empty() && open_.back().key.has_value()) value.at = open_.back().key->key_at;
    Add(std::move(value));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{Malformed(At(mark), "aliases are not accepted")};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    CheckAnchor(mark, anchor);
    const bool quoted = tag == "!";  // how yaml-cpp marks quoted and block scalars
    if (!quoted && tag != "?" && !tag.empty()) throw Refused{Malformed(At(mark), "tags are not accepted")};
    if (ExpectsKey()) {
      if (!quoted && text == "<<") throw Refused{Malformed(At(mark), "merge keys are not accepted")};
      Member member;
      member.key = text;
      member.key_at = At(mark);
      open_.back().key = std::move(member);
      return;
    }
    Value value;
    value.kind = Value::Kind::kScalar;
    value.quoted = quoted;
    value.text = text;
    value.at = At(mark);
    Add(std::move(value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Value::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Value::Kind::kMap);
  }
  void OnMapEnd() override {
    const absl::Status unique = CheckUniqueKeys(open_.back().value.members);
    if (!unique.ok()) throw Refused{unique};
    Close();
  }

 private:
  struct Container {
    Value value;
    std::optional<Member> key;  // of a map: seen, its value is not
  };

  bool ExpectsKey() const { return !open_.empty() && open_.back().value.IsMap() && !open_.back().key.has_value(); }

  void CheckAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) throw Refused{Malformed(At(mark), "anchors are not accepted")};
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value::Kind kind) {
    CheckAnchor(mark, anchor);
    if (tag != "?" && !tag.empty()) throw Refused{Malformed(At(mark), "tags are not accepted")};
    if (ExpectsKey()) throw Refused{Malformed(At(mark), "a key that is a map or a list")};
    if (open_.size() >= static_cast<size_t>(limits_.depth_max)) {
      throw Refused{OverLimit(At(mark), absl::StrFormat("nesting is over the limit of %d", limits_.depth_max))};
    }
    Container container;
    container.value.kind = kind;
    container.value.at = At(mark);
    open_.push_back(std::move(container));
  }

  void Close() {
    Value value = std::move(open_.back().value);
    open_.pop_back();
    Add(std::move(value));
  }

  void Add(Value value) {
    if (++nodes_ > limits_.nodes_max) {
      throw Refused{
          OverLimit(value.at, absl::StrFormat("number of values is over the limit of %d", limits_.nodes_max))};
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Container& container = open_.back();
    if (container.value.IsList()) {
      container.value.items.push_back(std::move(value));
      return;
    }
    container.key->value = std::move(value);
    container.value.members.push_back(*std::move(container.key));
    container.key.reset();
  }

  std::string_view text_;
  const YamlLimits& limits_;
  Position start_;
  Value root_;
  std::vector<Container> open_;
  uint64_t nodes_ = 0;
  int documents_ = 0;
};

// What yaml-cpp would accept, misread or spend memory on. Also finds the place of the first offence.
absl::Status CheckBytes(std::string_view text, const YamlLimits& limits, const Position& start) {
  if (text.size() > limits.bytes_max) {
    return OverLimit(
        start, absl::StrFormat("document of %d bytes is over the limit of %d bytes", text.size(), limits.bytes_max));
  }
  uint64_t indicators = 0;
  uint32_t line = start.line;
  size_t line_start = 0;
  int length;
  for (size_t pos = 0; pos < text.size(); pos += length) {
    const auto here = [&] { return Position{start.offset + pos, line, static_cast<uint32_t>(pos - line_start + 1)}; };
    const int32_t c = DecodeUtf8(text, pos, &length);
    if (c < 0) return Malformed(here(), "malformed UTF-8");
    if (c == '\n') {
      ++line;
      line_start = pos + 1;
    } else if ((c < 0x20 && c != '\t' && c != '\r') || (c >= 0x7F && c < 0xA0 && c != 0x85)) {
      return Malformed(here(), "control character");
    } else if (c == '%' && pos == line_start) {
      return Malformed(here(), "directives are not accepted");
    } else if (c < 0x80 && kIndicators.find(static_cast<char>(c)) != std::string_view::npos &&
               ++indicators > limits.indicators_max) {
      return OverLimit(here(),
                       absl::StrFormat("over %d characters that structure the document", limits.indicators_max));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Value> ParseYaml(std::string_view text, const YamlLimits& limits, const Position& start) {
  WB_RETURN_IF_ERROR(CheckBytes(text, limits, start));
  Position begin = start;
  if (text.substr(0, kBom.size()) == kBom) {
    text.remove_prefix(kBom.size());
    begin.offset += kBom.size();
  }
  TreeBuilder builder(text, limits, begin);
  try {
    // The scanner takes the end of the input for the end of a quoted scalar; a document end marker makes it notice.
    std::string closed(text);
    if (!closed.empty() && closed.back() != '\n') closed += '\n';
    closed += "...\n";
    std::istringstream stream(closed);
    YAML::Parser parser(stream);
    // The second call sees what follows the first document, if anything does.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
    return builder.Take();
  } catch (const Refused& refused) {
    return refused.status;
  } catch (const YAML::Exception& error) {
    return Malformed(builder.At(error.mark), error.msg);
  } catch (const std::exception& error) {
    return Malformed(begin, absl::StrFormat("cannot be read: %s", error.what()));
  }
}

}  // namespace weighbridge::formats
