#include "services/auditor/classify_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/classify/classifier.h"
#include "services/classify/terms.h"
#include "services/classify/tokenize.h"
#include "services/formats/sniff/sniff.h"
#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/provenance/text_notes.h"
#include "services/types/artifact.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// The official wording that a token file was made from, with its words.
struct OfficialText {
  std::string bytes;
  std::vector<classify::Word> words;
};

std::optional<OfficialText> FindOfficialText(const classify::TextMatch& match, db::Store* store) {
  if (store == nullptr) return std::nullopt;
  const auto rows = store->ListOfficialTexts(match.license_id);
  if (!rows.ok()) return std::nullopt;
  for (const db::OfficialTextRow& row : *rows) {
    if (row.token_file != match.token_file) continue;
    auto bytes = store->GetBlob(row.sha256);
    if (!bytes.ok()) continue;
    OfficialText text;
    text.bytes = *std::move(bytes);
    text.words = classify::Tokenize(text.bytes).words;
    return text;
  }
  return std::nullopt;
}

// Bytes of the official words that the edit concerns; between two words, and empty, if it concerns none.
std::pair<uint64_t, uint64_t> ExpectedRange(const classify::Edit& edit, const OfficialText& official) {
  const size_t first = edit.expected_first_word;
  const size_t count = edit.expected_word_count;
  if (first >= official.words.size() || count > official.words.size() - first) {
    return {official.bytes.size(), official.bytes.size()};
  }
  const uint64_t begin = official.words[first].begin;
  return {begin, count == 0 ? begin : official.words[first + count - 1].end};
}

MatchDiff DiffOf(const classify::TextMatch& match, std::string_view short_id, std::optional<OfficialText> official) {
  MatchDiff diff;
  diff.official_name = absl::StrFormat("%s, wording %s", short_id, match.token_file);
  for (const classify::Edit& edit : match.edits) {
    report::DiffEdit& shown = diff.edits.emplace_back();
    shown.edit_class = std::string(classify::EditClassName(edit.cls));
    shown.critical = edit.critical;
    shown.found_begin = edit.begin;
    shown.found_end = edit.end;
    shown.official_words = edit.expected_word_count;
    if (!official.has_value()) continue;
    std::tie(shown.official_begin, shown.official_end) = ExpectedRange(edit, *official);
  }
  diff.edits_left_out = match.edit_count - match.edits.size();
  if (official.has_value()) diff.official = std::move(official->bytes);
  return diff;
}

v1::Match::Verdict ToProto(classify::MatchVerdict verdict) {
  v1::Match::Verdict match = v1::Match::UNKNOWN;
  v1::Match::Verdict_Parse(std::string(classify::MatchVerdictName(verdict)), &match);
  return match;
}

v1::Term::Polarity ToProto(classify::TermPolarity polarity) {
  switch (polarity) {
    case classify::TermPolarity::kRestricts:
      return v1::Term::RESTRICTS;
    case classify::TermPolarity::kDuty:
      return v1::Term::DUTY;
    case classify::TermPolarity::kPermits:
      return v1::Term::PERMITS;
  }
  return v1::Term::POLARITY_UNSPECIFIED;
}

}  // namespace

absl::Status CheckIsText(std::string_view path, std::string_view bytes) {
  const Format format = formats::Sniff(bytes, bytes.size(), provenance::BaseNameOf(path));
  if (formats::IsText(format) || format == Format::kUtf16Text || format == Format::kUnknownBinary ||
      format == Format::kEmpty || format == Format::kLfsPointer) {
    return absl::OkStatus();
  }
  const std::string_view remedy = formats::IsDocumentWeCannotRead(format) ? "; give what it says as a text" : "";
  return absl::FailedPreconditionError(absl::StrFormat("%s: the format %s is not read as a text%s", Printable(path),
                                                       formats::FormatName(format), remedy));
}

v1::ClassifyTextResult ClassifyText(std::string_view path, std::string_view text, const rulebook::Rulebook& rules,
                                    db::Store* store) {
  return ClassifyTextWithDiffs(path, text, rules, store).result;
}

ClassifiedText ClassifyTextWithDiffs(std::string_view path, std::string_view text, const rulebook::Rulebook& rules,
                                     db::Store* store) {
  ClassifiedText classified;
  v1::ClassifyTextResult& result = classified.result;
  result.set_schema_version(1);
  result.set_path(std::string(path));
  result.set_rules_digest(rules.digest());
  const classify::Classification found = rules.classifier().Classify(text);
  for (const classify::TextMatch& match : found.matches) {
    v1::TextMatch& shown = *result.add_matches();
    shown.set_license_id(match.license_id);
    if (const auto* license = rules.LicenseById(match.license_id)) {
      shown.set_license_id(license->id());
      shown.set_short_id(license->short_id());
    }
    shown.set_match(ToProto(match.verdict));
    shown.set_byte_begin(match.begin);
    shown.set_byte_end(match.end);
    // A text too large to be compared completely is bare of nothing, and says so in the same field.
    shown.set_blocked_by_residue(match.blocked_by_residue || found.incomplete);
    for (const std::string& id : match.also) {
      const auto* license = rules.LicenseById(id);
      shown.add_also(license == nullptr ? id : license->id());
    }
    std::optional<OfficialText> official = match.edits.empty() ? std::nullopt : FindOfficialText(match, store);
    for (const classify::Edit& edit : match.edits) {
      v1::Edit& line = *shown.add_edits();
      line.set_class_(std::string(classify::EditClassName(edit.cls)));
      line.set_byte_begin(edit.begin);
      line.set_byte_end(edit.end);
      line.set_found(provenance::Quote(text, edit.begin, edit.end));
      line.set_critical(edit.critical);
      if (official.has_value() && edit.expected_word_count > 0) {
        const auto [begin, end] = ExpectedRange(edit, *official);
        line.set_expected(provenance::Quote(official->bytes, begin, end));
      }
    }
    classified.diffs.push_back(
        DiffOf(match, shown.short_id().empty() ? shown.license_id() : shown.short_id(), std::move(official)));
  }
  for (const classify::TermHit& term : found.terms) {
    v1::Term& shown = *result.add_terms();
    shown.set_kind(term.kind);
    shown.set_value(term.value);
    shown.set_byte_begin(term.begin);
    shown.set_byte_end(term.end);
  }
  for (const classify::ClaimedTerm& term : rules.terms().ExtractUnexplained(text, found)) {
    v1::Term& shown = *result.add_terms();
    shown.set_kind(term.kind);
    shown.set_value(term.value);
    shown.set_byte_begin(term.begin);
    shown.set_byte_end(term.end);
    shown.set_polarity(ToProto(term.polarity));
    shown.set_found(provenance::Quote(text, term.begin, term.end));
  }
  for (const classify::Residue& residue : found.residue) {
    v1::Residue& shown = *result.add_residue();
    shown.set_byte_begin(residue.begin);
    shown.set_byte_end(residue.end);
    for (const std::string& trigger : residue.triggers) shown.add_triggers(trigger);
  }
  // Whoever classifies a file asks for a licence, unless it is named as a card.
  const bool terms = RoleOf(path, "text") != Role::kCard;
  for (const provenance::TextNote& note : provenance::TakeTextNotes(text, found, rules, terms).notes) {
    v1::TextNote& shown = *result.add_notes();
    shown.set_kind(note.kind);
    shown.set_message(note.message);
    shown.set_byte_begin(note.begin);
    shown.set_byte_end(note.end);
    for (const auto* license : note.licenses) shown.add_license_ids(license->id());
  }
  return classified;
}

}  // namespace weighbridge::auditor
