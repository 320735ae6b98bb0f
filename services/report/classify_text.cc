#include "services/report/classify_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

int LineOf(std::string_view text, uint64_t byte) {
  const auto end = text.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(byte, text.size()));
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

bool Bare(const v1::TextMatch& match) {
  return (match.match() == v1::Match::EXACT || match.match() == v1::Match::EQUIVALENT) && match.also().empty() &&
         !match.blocked_by_residue();
}

std::string PolarityWord(v1::Term::Polarity polarity) {
  switch (polarity) {
    case v1::Term::RESTRICTS:
      return "restricts";
    case v1::Term::DUTY:
      return "duty";
    default:
      return "permits";
  }
}

std::string NoteWord(v1::TextNote::Kind kind) {
  switch (kind) {
    case v1::TextNote::TRUNCATED:
      return "truncated";
    case v1::TextNote::SEVERAL_LICENSES:
      return "several licences";
    case v1::TextNote::POINTER:
      return "pointer";
    case v1::TextNote::TRANSLATION:
      return "translation";
    case v1::TextNote::HIDDEN_TEXT:
      return "hidden text";
    default:
      return "note";
  }
}

}  // namespace

std::string RenderClassification(const v1::ClassifyTextResult& result, std::string_view text, bool color,
                                 bool list_edits) {
  TerminalLayout out(color);
  const std::string path = Shown(result.path());
  if (result.matches().empty())
    out.Title(Tone::kCaution, "UNKNOWN", path + ": no licence text that the rulebook knows");
  for (const v1::TextMatch& match : result.matches()) {
    std::string line = absl::StrFormat(
        "%s: %s, lines %d to %d", path, match.short_id().empty() ? match.license_id() : match.short_id(),
        LineOf(text, match.byte_begin()), LineOf(text, std::max<uint64_t>(match.byte_end(), 1) - 1));
    if (match.blocked_by_residue()) line += "; NOT bare: other words stand inside or beside it";
    for (const std::string& also : match.also()) line += "; fits " + also + " as well";
    out.Title(Bare(match) ? Tone::kGood : Tone::kBad, v1::Match::Verdict_Name(match.match()), line);
    if (!list_edits) continue;
    int shown = 0;
    for (const v1::Edit& edit : match.edits()) {
      if (++shown > kEditsShownMax) break;
      std::string change = absl::StrFormat("line %d, %s%s", LineOf(text, edit.byte_begin()), edit.class_(),
                                           edit.critical() ? " (can change the meaning)" : "");
      if (!edit.expected().empty()) change += absl::StrFormat(": expected \"%s\"", edit.expected());
      change += edit.found().empty() ? ": words are missing here" : absl::StrFormat(": found \"%s\"", edit.found());
      out.Item(edit.critical() ? Tone::kBad : Tone::kPlain, change);
    }
    if (match.edits_size() > kEditsShownMax) {
      out.Item(Tone::kPlain, absl::StrFormat("and %d more edits (--format json)", match.edits_size() - kEditsShownMax));
    }
  }
  for (const v1::TextNote& note : result.notes()) {
    out.Item(note.kind() == v1::TextNote::SEVERAL_LICENSES ? Tone::kPlain : Tone::kBad,
             absl::StrFormat("line %d, %s: %s", LineOf(text, note.byte_begin()), NoteWord(note.kind()),
                             Shown(note.message())));
  }
  for (const v1::Residue& residue : result.residue()) {
    std::vector<std::string> triggers(residue.triggers().begin(), residue.triggers().end());
    out.Item(triggers.empty() ? Tone::kPlain : Tone::kBad,
             absl::StrFormat("lines %d to %d belong to no licence%s", LineOf(text, residue.byte_begin()),
                             LineOf(text, std::max<uint64_t>(residue.byte_end(), 1) - 1),
                             triggers.empty() ? "" : " and speak of " + Joined(triggers, ", ")));
  }
  for (const v1::Term& term : result.terms()) {
    const bool claimed = term.polarity() != v1::Term::POLARITY_UNSPECIFIED;
    const std::string claim = claimed ? "claimed by rule, " + PolarityWord(term.polarity()) + " " : "term ";
    out.Item(Tone::kPlain, absl::StrFormat("line %d, %s%s%s", LineOf(text, term.byte_begin()), claim, term.kind(),
                                           term.value().empty() ? "" : ": " + Shown(term.value())));
  }
  return out.Take();
}

}  // namespace weighbridge::report
