#include "services/formats/model_card/model_card.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/yaml/yaml_reader.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

struct Line {
  std::string_view text;  // without its end
  size_t next = 0;        // offset of the line behind it
};

Line LineAt(std::string_view text, size_t pos) {
  const size_t end = text.find('\n', pos);
  Line line;
  line.next = end == std::string_view::npos ? text.size() : end + 1;
  line.text = text.substr(pos, (end == std::string_view::npos ? text.size() : end) - pos);
  return line;
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

bool IsFence(std::string_view line) { return line.substr(0, 3) == "---" && IsBlank(line.substr(3)); }

class CardReader {
 public:
  explicit CardReader(ModelCard* card) : card_(card) {}

  void Read(const Value& root) {
    const struct {
      std::string_view key;
      std::vector<CardValue>* list;
    } lists[] = {{"license", &card_->licenses},
                 {"base_model", &card_->base_models},
                 {"tags", &card_->tags},
                 {"datasets", &card_->datasets},
                 {"language", &card_->languages}};
    const struct {
      std::string_view key;
      std::optional<CardValue>* value;
    } values[] = {{"license_name", &card_->license_name},
                  {"license_link", &card_->license_link},
                  {"base_model_relation", &card_->base_model_relation},
                  {"new_version", &card_->new_version},
                  {"library_name", &card_->library_name},
                  {"pipeline_tag", &card_->pipeline_tag},
                  {"extra_gated_prompt", &card_->extra_gated_prompt}};
    for (const auto& row : lists) {
      if (const Member* member = root.FindMember(row.key)) ReadList(*member, row.list);
    }
    for (const auto& row : values) {
      if (const Member* member = root.FindMember(row.key)) ReadValue(*member, row.value);
    }
    for (const Member& member : root.members) CheckSpelling(member);
  }

 private:
  void Issue(const Position& at, std::string message) { card_->issues.push_back({std::move(message), at}); }

  void ReadList(const Member& member, std::vector<CardValue>* list) {
    if (member.value.IsMap()) return Issue(member.value.at, absl::StrFormat("%s is a map", member.key));
    if (!member.value.IsList()) return list->push_back({member.value.text, member.value.at});
    for (const Value& item : member.value.items) {
      if (item.IsScalar() || item.IsNull()) {
        list->push_back({item.text, item.at});
      } else {
        Issue(item.at, absl::StrFormat("%s holds something that is no string", member.key));
      }
    }
  }

  void ReadValue(const Member& member, std::optional<CardValue>* value) {
    if (member.value.IsList() || member.value.IsMap())
      return Issue(member.value.at, absl::StrFormat("%s is no string", member.key));
    *value = CardValue{member.value.text, member.value.at};
  }

  // "License:", "base_models:" and the like are not the keys that hubs read, but somebody meant something by them.
  void CheckSpelling(const Member& member) {
    std::string letters;
    for (const char c : member.key) {
      if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
      if (c >= 'a' && c <= 'z') letters += c;
    }
    static constexpr struct {
      std::string_view letters;
      std::string_view key;
    } kMeant[] = {{"license", "license"},          {"licence", "license"},          {"licenses", "license"},
                  {"licences", "license"},         {"modellicense", "license"},     {"modellicence", "license"},
                  {"weightslicense", "license"},   {"licensetype", "license"},      {"spdx", "license"},
                  {"licensename", "license_name"}, {"licencename", "license_name"}, {"licenselink", "license_link"},
                  {"licenselinks", "license_link"}, {"licenseurl", "license_link"}, {"basemodel", "base_model"},
                  {"basemodels", "base_model"},    {"parentmodel", "base_model"},   {"finetunedfrom", "base_model"}};
    for (const auto& meant : kMeant) {
      if (letters == meant.letters && member.key != meant.key) {
        Issue(member.key_at, absl::StrFormat("key \"%s\" is not \"%s\"", member.key, meant.key));
        return;
      }
    }
  }

  ModelCard* card_;
};

}  // namespace

absl::StatusOr<ModelCard> ParseModelCard(std::string_view text) {
  ModelCard card;
  size_t pos = text.substr(0, kBom.size()) == kBom ? kBom.size() : 0;
  uint32_t line_number = 1;
  Line line = LineAt(text, pos);
  while (IsBlank(line.text) && line.next < text.size()) {
    pos = line.next;
    ++line_number;
    line = LineAt(text, pos);
  }
  // Hubs accept blanks before the first dashes too.
  const size_t indent = std::min(line.text.find_first_not_of(" \t"), line.text.size());
  if (!IsFence(line.text.substr(indent))) return card;
  const Position fence{pos, line_number, 1};
  if (line_number > 1 || indent > 0) card.issues.push_back({"front matter does not start at the first byte", fence});
  const Position start{line.next, line_number + 1, 1};
  size_t end = line.next;
  for (pos = line.next;; pos = line.next) {
    if (pos >= text.size()) return Malformed(fence, "front matter is not closed by a line of three dashes");
    line = LineAt(text, pos);
    if (!IsFence(line.text)) continue;
    end = pos;
    break;
  }
  card.has_front_matter = true;
  card.body_begin = line.next;
  YamlLimits limits;
  limits.bytes_max = kFrontMatterBytesMax;
  WB_ASSIGN_OR_RETURN(const Value root, ParseYaml(text.substr(start.offset, end - start.offset), limits, start));
  if (!root.IsMap() && !root.IsNull()) return Malformed(root.at, "front matter is no map");
  CardReader(&card).Read(root);
  return card;
}

}  // namespace weighbridge::formats
