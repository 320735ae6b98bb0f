#include "services/auditor/exact_strings.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "services/base/utf8.h"
#include "services/classify/tokenize.h"
#include "services/policy/duties.h"

namespace weighbridge::auditor {
namespace {

// The bytes from the first to the last word with the mark that ends the sentence, on one line. Quotes around the
// sentence are not part of it.
std::string Sentence(std::string_view text, uint32_t begin, uint32_t end) {
  if (end < text.size() && text[end] == '.') ++end;
  const std::string_view sentence = text.substr(begin, end - begin);
  const bool quote_open = std::count(sentence.begin(), sentence.end(), '"') % 2 == 1;
  if (quote_open && end < text.size() && text[end] == '"') ++end;
  std::string line;
  for (const char c : text.substr(begin, end - begin)) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return Printable(line);
}

void FillFrom(const rules::v1::License& license, const std::string& token_file, std::string_view text,
              std::map<std::string, std::string>& strings) {
  std::vector<classify::Word> words;
  for (const auto& duty : license.duties()) {
    for (const auto& exact : duty.strings()) {
      if (exact.word_count() == 0 || exact.token_file() != token_file) continue;
      if (words.empty()) words = classify::Tokenize(text).words;
      const size_t first = exact.first_word();
      if (first >= words.size() || exact.word_count() > words.size() - first) continue;
      strings.emplace(policy::ExactStringKey(license, exact),
                      Sentence(text, words[first].begin, words[first + exact.word_count() - 1].end));
    }
  }
}

}  // namespace

std::map<std::string, std::string> ExactStringsOf(const provenance::Reconciliation& seen,
                                                  const v1::Inventory& inventory,
                                                  const provenance::DocumentBytes& documents) {
  std::map<std::string, std::string> strings;
  for (const provenance::Evidence& text : seen.evidence) {
    // A text that also fits a sibling proves neither wording.
    if (text.kind != provenance::EvidenceKind::kLicenseText || text.value != "EXACT" || text.license_ids.size() != 1)
      continue;
    const std::optional<std::string_view> bytes = provenance::DocumentAt(inventory, documents, text.path);
    if (!bytes.has_value() || text.byte_end > bytes->size()) continue;
    const std::string_view match = bytes->substr(text.byte_begin, text.byte_end - text.byte_begin);
    for (const provenance::Standing& standing : seen.standing) {
      if (standing.license->id() == text.license_ids.front()) FillFrom(*standing.license, text.key, match, strings);
    }
  }
  return strings;
}

}  // namespace weighbridge::auditor
