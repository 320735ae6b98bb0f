#include "services/auditor/official_texts.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/classifier.h"

namespace weighbridge::auditor {
namespace {

// The text behind a front matter of "---" lines, and the value of one of its keys.
std::string_view BehindFrontMatter(std::string_view bytes) {
  if (bytes.substr(0, 4) != "---\n") return bytes;
  const size_t end = bytes.find("\n---\n", 3);
  return end == std::string_view::npos ? bytes : bytes.substr(end + 5);
}

std::string FrontMatterValue(std::string_view bytes, std::string_view key) {
  const std::string_view matter = bytes.substr(0, bytes.size() - BehindFrontMatter(bytes).size());
  const std::string start = "\n" + std::string(key) + ": ";
  const size_t pos = matter.find(start);
  if (pos == std::string_view::npos) return "";
  const size_t begin = pos + start.size();
  return std::string(matter.substr(begin, matter.find('\n', begin) - begin));
}

}  // namespace

std::vector<ProvedText> Prove(std::string_view text, const rulebook::Rulebook& rules) {
  std::vector<ProvedText> proved;
  const classify::Classification found = rules.classifier().Classify(text);
  for (size_t i = 0; i < found.matches.size(); ++i) {
    const classify::TextMatch& match = found.matches[i];
    const bool whole = found.matches.size() == 1 && found.residue.empty();
    if (found.Bare(i) && match.verdict == classify::MatchVerdict::kExact && whole) {
      proved.push_back({match.license_id, match.token_file});
    }
  }
  return proved;
}

absl::StatusOr<ImportResult> ImportTexts(const source::TextPack& pack, const rulebook::Rulebook& rules,
                                         db::Store& store) {
  const bool is_pinned = pack.sha256_hex == kPackSha256;
  ImportResult result;
  std::vector<db::OfficialTextInput> inputs;
  for (const source::PackText& text : pack.texts) {
    const std::string_view body = BehindFrontMatter(text.bytes);
    const std::vector<ProvedText> proved = Prove(body, rules);
    for (const ProvedText& proof : proved) {
      ++result.proved_by_tokens;
      inputs.push_back(
          {{proof.license_id, proof.token_file, "", is_pinned ? "pack" : "operator", is_pinned ? kPackVersion : ""},
           std::string(body)});
    }
    if (!proved.empty()) continue;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      ++result.without_text;  // an entry that only points elsewhere
      continue;
    }
    std::string id = FrontMatterValue(text.bytes, "spdx_license_key");
    if (id.empty()) id = "LicenseRef-scancode-" + FrontMatterValue(text.bytes, "key");
    if (is_pinned) {
      ++result.proved_by_pack;
      inputs.push_back({{id, "", "", "pack", kPackVersion}, std::string(body)});
    } else {
      result.unproved.push_back(text.name);
    }
  }
  WB_ASSIGN_OR_RETURN(result.added, store.PutOfficialTexts(inputs));
  return result;
}

}  // namespace weighbridge::auditor
