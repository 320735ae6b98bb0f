#include "services/report/diff_text.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

std::string_view HeadingOf(v1::ChangeSubject::Value subject) {
  switch (subject) {
    case v1::ChangeSubject::DECISION:
      return "Decision";
    case v1::ChangeSubject::FINDING:
      return "Findings";
    case v1::ChangeSubject::LICENSE:
      return "Licences";
    case v1::ChangeSubject::OBLIGATION:
      return "Duties";
    case v1::ChangeSubject::CONFLICT:
      return "Conflicts";
    case v1::ChangeSubject::LINEAGE:
      return "Lineage";
    case v1::ChangeSubject::FACT:
      return "Measured facts";
    case v1::ChangeSubject::INPUT:
      return "Rules, policy, profile";
    case v1::ChangeSubject::IDENTITY:
      return "Identity";
    case v1::ChangeSubject::FILE:
      return "Files";
    case v1::ChangeSubject::IGNORED:
      return "Left out by rule";
    default:
      return "Other";
  }
}

std::string DecisionWord(const v1::DiffSide& side) {
  return side.decision() == v1::DECISION_UNSPECIFIED ? "SCAN" : v1::Decision_Name(side.decision());
}

// "1234abcd of 2026-11-21T12:00:00Z".
std::string SideWords(const v1::DiffSide& side) {
  std::string words = Shown(side.given().empty() ? side.audit_id() : side.given());
  if (!side.evaluated_at().empty()) words += " of " + Shown(side.evaluated_at());
  return words;
}

void AddChange(const v1::Change& change, Layout& out) {
  std::string what = Shown(change.name());
  if (!change.license_id().empty() && change.license_id() != change.name()) what += ", " + Shown(change.license_id());
  if (!change.clause().empty()) what += ", " + ClauseWords(change.clause());
  if (!change.component().empty()) what += " [" + Shown(change.component()) + "]";
  switch (change.kind()) {
    case v1::ChangeKind::ADDED:
      out.Item(Tone::kPlain, absl::StrFormat("added: %s: %s", what, Shown(change.after())));
      break;
    case v1::ChangeKind::REMOVED:
      out.Item(Tone::kPlain, absl::StrFormat("gone: %s: %s", what, Shown(change.before())));
      break;
    default:
      out.Item(Tone::kPlain, absl::StrFormat("changed: %s", what));
      out.Detail("before", change.before());
      out.Detail("after", change.after());
  }
}

void Render(const v1::DiffResult& diff, Layout& out) {
  const std::string before = DecisionWord(diff.before()), after = DecisionWord(diff.after());
  std::string word =
      before == after ? absl::StrFormat("%s, as before", after) : absl::StrFormat("%s, was %s", after, before);
  const std::string line = absl::StrFormat(
      "%s, compared with %s: %s", SideWords(diff.after()), SideWords(diff.before()),
      diff.same() ? "nothing changed"
                  : absl::StrFormat("%d %s", diff.changes_size(), diff.changes_size() == 1 ? "change" : "changes"));
  out.Title(before == after ? Tone::kPlain : Tone::kCaution, word, line);
  v1::ChangeSubject::Value subject = v1::ChangeSubject::CHANGE_SUBJECT_UNSPECIFIED;
  size_t shown = 0, left_out = 0;
  const auto end_subject = [&] {
    if (left_out > 0) out.Item(Tone::kPlain, absl::StrFormat("and %d more (--format json)", left_out));
    shown = left_out = 0;
  };
  for (const v1::Change& change : diff.changes()) {
    if (change.subject() != subject) {
      end_subject();
      subject = change.subject();
      out.Heading(HeadingOf(subject));
    }
    if (shown == kChangesShownMax) {
      ++left_out;
      continue;
    }
    ++shown;
    AddChange(change, out);
  }
  end_subject();
}

}  // namespace

std::string RenderDiffText(const v1::DiffResult& diff, bool color) {
  TerminalLayout layout(color);
  Render(diff, layout);
  return layout.Take();
}

std::string RenderDiffMarkdown(const v1::DiffResult& diff) {
  MarkdownLayout layout;
  Render(diff, layout);
  return layout.Take();
}

}  // namespace weighbridge::report
