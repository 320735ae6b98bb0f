#include "services/provenance/text_evidence.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/classify/classifier.h"
#include "services/classify/terms.h"
#include "services/formats/model_card/model_card.h"
#include "services/formats/sniff/format.h"
#include "services/provenance/named_licenses.h"
#include "services/provenance/program_text.h"
#include "services/provenance/text_notes.h"

namespace weighbridge::provenance {
namespace {

using classify::Classification;
using classify::MatchVerdict;

v1::Match::Verdict ToProto(MatchVerdict verdict) {
  switch (verdict) {
    case MatchVerdict::kExact:
      return v1::Match::EXACT;
    case MatchVerdict::kEquivalent:
      return v1::Match::EQUIVALENT;
    case MatchVerdict::kVariant:
      return v1::Match::VARIANT;
    case MatchVerdict::kModified:
      return v1::Match::MODIFIED;
    case MatchVerdict::kPartial:
      return v1::Match::PARTIAL;
    case MatchVerdict::kUnknown:
      return v1::Match::UNKNOWN;
  }
  return v1::Match::UNKNOWN;
}

// Of a text that claims more, the finding says how many more.
constexpr size_t kClaimsShownMax = 24;

// The kind of trigger phrases that name another licence.
constexpr std::string_view kOtherLicense = "other_license";
// A kind whose words programs are made of, as names are that a program compares or lists.
constexpr std::string_view kOfPrograms = "prohibition";

// Of a text with more trigger phrases the rest counts without a look at what stands around it.
constexpr size_t kPhrasesMax = 10'000;

bool IsTermsRole(std::string_view role) { return role == "license_text" || role == "use_policy"; }

// A text, where it stands, and what it is for.
struct Passage {
  std::string path;
  std::string role;
  std::string component;
  std::string key;  // of a header value; empty for a document
  bool truncated = false;
  std::string_view text;
  bool program = false;
};

// One passage and what becomes of it.
class DocumentReader {
 public:
  DocumentReader(const rulebook::Rulebook& rules, Passage passage)
      : rules_(rules),
        path_(std::move(passage.path)),
        role_(std::move(passage.role)),
        component_(std::move(passage.component)),
        key_(std::move(passage.key)),
        truncated_(passage.truncated),
        program_(passage.program),
        text_(passage.text),
        found_(rules.classifier().Classify(text_)) {}

  Gathered Run() {
    if (IsReadByPeople() || !key_.empty()) notes_ = TakeTextNotes(text_, found_, rules_, IsTermsRole(role_));
    for (size_t i = 0; i < found_.matches.size(); ++i) AddMatch(i);
    AddResidue();
    AddTerms();
    AddNamedLicenses();
    if (found_.matches.empty() && IsTermsRole(role_)) AddUnknownText();
    if (IsTermsRole(role_)) AddClaims();
    if (truncated_) AddTruncated();
    if (found_.incomplete && (IsReadByPeople() || program_)) {
      AddIncomplete("too large or too repetitive to be compared completely with the known licences");
    }
    AddNotes();
    AddOddities();
    return std::move(out_);
  }

 private:
  v1::EvidenceRef Place(uint64_t begin, uint64_t end, std::string_view key = {}) const {
    // Offsets and lines of a header value count from its own start, which the file does not know.
    if (!key_.empty()) return PlaceInFile(path_, 0, 0, 0, key_);
    return PlaceInFile(path_, begin, end, LineOf(text_, begin), key);
  }

  bool IsNotice() const { return role_ == "notice"; }
  // Configs and the like, which begin with the header of their project as programs do.
  bool MayHaveHeader() const { return !IsReadByPeople() && key_.empty(); }
  bool IsReadByPeople() const { return IsTermsRole(role_) || IsNotice() || role_ == "card"; }

  void AddMatch(size_t index) {
    const classify::TextMatch& match = found_.matches[index];
    Claim claim;
    claim.source = ClaimSource::kText;
    claim.component = component_;
    claim.match = ToProto(match.verdict);
    claim.bare = found_.Bare(index);
    claim.label = path_;
    claim.evidence = Place(match.begin, match.end);
    if (const auto* license = rules_.FindLicense(match.license_id)) claim.licenses.push_back(license);
    for (const std::string& id : match.also) {
      if (const auto* license = rules_.FindLicense(id)) claim.licenses.push_back(license);
    }
    if (claim.licenses.empty()) return;

    Evidence evidence{EvidenceKind::kLicenseText,
                      component_,
                      path_,
                      match.begin,
                      match.end,
                      claim.evidence.line(),
                      match.token_file,
                      v1::Match::Verdict_Name(claim.match),
                      {}};
    for (const auto* license : claim.licenses) evidence.license_ids.push_back(license->id());
    out_.evidence.push_back(std::move(evidence));

    if (claim.licenses.size() > 1) {
      std::string names;
      for (const auto* license : claim.licenses) names += (names.empty() ? "" : ", ") + license->short_id();
      out_.findings.push_back(MakeFinding(v1::LICENSE_AMBIGUOUS_TEXT, v1::Outcome::NEEDS_REVIEW,
                                          absl::StrFormat("the text fits several licences equally well: %s", names),
                                          claim.evidence));
    }
    if (!claim.bare) AddNotBare(index, claim);
    out_.claims.push_back(std::move(claim));
  }

  // A text that is not bare needs review; in a notice file only where its edits or residue hold a trigger phrase.
  void AddNotBare(size_t index, const Claim& claim) {
    const classify::TextMatch& match = found_.matches[index];
    const rules::v1::License& license = *claim.licenses.front();
    if (program_) {
      // What stands beside it is the program.
      if (match.verdict >= MatchVerdict::kEquivalent && match.also.empty()) return;
      if (!TriggerInEdits(match)) {
        out_.findings.push_back(MakeFinding(
            v1::LICENSE_TEXT_NOT_BARE, v1::Outcome::INFO,
            absl::StrFormat("a licence in a program is like %s but %s", license.short_id(), Words(claim.match)),
            claim.evidence));
        return;
      }
    }
    if (IsNotice() && !TriggerWithin(match.begin, match.end)) {
      out_.findings.push_back(MakeFinding(
          v1::LICENSE_TEXT_NOT_BARE, v1::Outcome::INFO,
          absl::StrFormat("a third-party licence here is like %s but %s", license.short_id(), Words(claim.match)),
          claim.evidence));
      return;
    }
    std::string message = absl::StrFormat("this is not the official text of %s", license.short_id());
    v1::EvidenceRef place = claim.evidence;
    if (match.verdict == MatchVerdict::kExact || match.verdict == MatchVerdict::kEquivalent) {
      message = absl::StrFormat("the text of %s is whole, but words beside or inside it do not belong to it",
                                license.short_id());
    } else {
      message += absl::StrFormat(": it %s", Words(claim.match));
      const classify::Edit* shown = nullptr;
      for (const classify::Edit& edit : match.edits) {
        if (shown == nullptr || (edit.critical && !shown->critical)) shown = &edit;
      }
      if (shown != nullptr) {
        const std::string quote = Quote(text_, shown->begin, shown->end);
        message += absl::StrFormat("; first at line %d (%s)%s", LineOf(text_, shown->begin),
                                   classify::EditClassName(shown->cls), quote.empty() ? "" : ": \"" + quote + "\"");
        place = Place(shown->begin, shown->end);
      }
    }
    v1::Finding finding = MakeFinding(v1::LICENSE_TEXT_NOT_BARE, v1::Outcome::NEEDS_REVIEW, std::move(message), place);
    finding.set_license_id(license.id());
    finding.set_component(component_);
    out_.findings.push_back(std::move(finding));
  }

  static std::string_view Words(v1::Match::Verdict match) {
    switch (match) {
      case v1::Match::VARIANT:
        return "differs in words that look harmless";
      case v1::Match::MODIFIED:
        return "was changed in a way that can change its meaning";
      case v1::Match::PARTIAL:
        return "is only a part of it";
      default:
        return "has words added beside it";
    }
  }

  bool TriggerWithin(uint64_t begin, uint64_t end) const {
    const bool in_residue = std::any_of(found_.residue.begin(), found_.residue.end(), [&](const auto& residue) {
      return residue.touches_match && !residue.triggers.empty() && residue.begin <= end && residue.end >= begin;
    });
    const bool in_text = std::any_of(found_.terms.begin(), found_.terms.end(), [&](const auto& term) {
      return term.restrictive && term.begin >= begin && term.end <= end;
    });
    return in_residue || in_text;
  }

  bool TriggerInEdits(const classify::TextMatch& match) const {
    if (match.edit_count > match.edits.size()) return TriggerWithin(match.begin, match.end);
    return std::any_of(found_.terms.begin(), found_.terms.end(), [&](const classify::TermHit& term) {
      return term.restrictive && std::any_of(match.edits.begin(), match.edits.end(), [&](const classify::Edit& edit) {
               return edit.begin < term.end && edit.end > term.begin;
             });
    });
  }

  void AddResidue() {
    if (!IsTermsRole(role_) && !IsNotice()) return;
    for (const classify::Residue& residue : found_.residue) {
      if (residue.triggers.empty() && !residue.blocks) continue;
      if (IsNotice() && residue.triggers.empty()) continue;
      std::string triggers;
      for (const std::string& trigger : residue.triggers) triggers += (triggers.empty() ? "" : ", ") + trigger;
      out_.findings.push_back(
          MakeFinding(v1::LICENSE_RESIDUE, v1::Outcome::NEEDS_REVIEW,
                      absl::StrFormat("%d words at line %d belong to no licence we know%s: \"%s\"", residue.words,
                                      LineOf(text_, residue.begin), triggers.empty() ? "" : " and speak of " + triggers,
                                      Quote(text_, residue.begin, residue.end)),
                      Place(residue.begin, residue.end)));
    }
  }

  // Restrictions outside every match; inside one they are the licence's own, which its facts hold.
  void AddTerms() {
    size_t phrases = 0;
    for (const classify::TermHit& term : found_.terms) {
      if (term.in_match) continue;
      if (program_ && !term.restrictive) continue;
      const bool look = ++phrases <= kPhrasesMax;
      if (program_ && look && !SpeaksOfTerms(text_, term.begin, term.end, term.kind)) continue;
      if (MayHaveHeader() && look && IsPermissiveHeader(text_, term.begin, term.end, rules_)) continue;
      FoundRestriction restriction;
      restriction.kind = term.kind;
      restriction.value = term.value;
      restriction.quote = Quote(text_, term.begin, term.end);
      restriction.restrictive = term.restrictive;
      restriction.in_license_document = IsTermsRole(role_);
      restriction.evidence = Place(term.begin, term.end, term.kind);
      restriction.component = component_;
      out_.restrictions.push_back(std::move(restriction));
      out_.evidence.push_back({EvidenceKind::kCardProse,
                               component_,
                               path_,
                               term.begin,
                               term.end,
                               LineOf(text_, term.begin),
                               term.kind,
                               term.value,
                               {}});
    }
  }

  // A licence that is named where no text of it stands. Unknown terms need a person already, whatever they name.
  void AddNamedLicenses() {
    if (IsTermsRole(role_) && found_.matches.empty()) return;
    const std::set<uint64_t> read = LinesOfLicenseFields();
    const GoverningNames named = FindGoverningNames(text_, found_, rules_);
    for (const NamedLicense& name : named.names) {
      const bool is_known = std::any_of(found_.terms.begin(), found_.terms.end(), [&](const classify::TermHit& term) {
        return term.kind == kOtherLicense && term.begin < name.end && name.begin < term.end;
      });
      if (is_known || read.count(LineOf(text_, name.begin)) > 0) continue;
      if (program_ && !SpeaksOfTerms(text_, name.begin, name.end, kOfPrograms)) continue;
      FoundRestriction restriction;
      restriction.kind = kOtherLicense;
      restriction.value = name.licenses.size() == 1 ? name.licenses.front()->short_id() : std::string();
      restriction.quote = Quote(text_, name.begin, name.end);
      restriction.restrictive = !name.of_data;
      restriction.in_license_document = IsTermsRole(role_);
      restriction.evidence = Place(name.begin, name.end, kOtherLicense);
      restriction.component = component_;
      restriction.named = name.licenses;
      out_.evidence.push_back({EvidenceKind::kCardProse,
                               component_,
                               path_,
                               name.begin,
                               name.end,
                               LineOf(text_, name.begin),
                               std::string(kOtherLicense),
                               restriction.quote,
                               {}});
      out_.restrictions.push_back(std::move(restriction));
    }
    if (named.incomplete) AddIncomplete("names so many licences that not all of them were looked at");
  }

  // Of a card. What its licence fields say is a claim, which may leave the policy a choice.
  std::set<uint64_t> LinesOfLicenseFields() const {
    std::set<uint64_t> lines;
    const absl::StatusOr<formats::ModelCard> card =
        role_ == "card" ? formats::ParseModelCard(text_) : absl::StatusOr<formats::ModelCard>(formats::ModelCard());
    if (!card.ok()) return lines;  // a finding of its own
    for (const formats::CardValue& license : card->licenses) lines.insert(license.at.line);
    for (const auto* field : {&card->license_name, &card->license_link}) {
      if (field->has_value()) lines.insert((*field)->at.line);
    }
    return lines;
  }

  // A text that the licence index has may be a well-known one: who reads this should know that none was asked.
  std::string NotAsked() const {
    if (rules_.CategoryLicenses() != 0) return "";
    return absl::StrFormat(
        " (it has the %d documents with facts alone; weighbridge rules build-index adds the texts of a licence pack)",
        rules_.licenses().size());
  }

  // A pointer and a translation are said to be that, see AddNotes(). A text that points elsewhere and says more than
  // where is unknown terms as well.
  void AddUnknownText() {
    if (found_.words == 0) {
      out_.findings.push_back(MakeFinding(v1::LICENSE_POINTER_ONLY, v1::Outcome::NEEDS_REVIEW,
                                          "the file is named like terms and holds no words", Place(0, text_.size())));
      return;
    }
    const bool pointer = notes_.words <= kPointerWordsMax && notes_.Find(v1::TextNote::POINTER) != nullptr;
    if (pointer || notes_.Find(v1::TextNote::TRANSLATION) != nullptr) return;
    out_.findings.push_back(MakeFinding(
        v1::LICENSE_UNKNOWN, v1::Outcome::NEEDS_REVIEW,
        absl::StrFormat("terms of %d words that the rulebook does not know%s%s; they begin: \"%s\"", notes_.words,
                        notes_.language.empty() ? "" : absl::StrFormat(", most of them in %s,", notes_.language),
                        NotAsked(), Quote(text_, 0, text_.size())),
        Place(0, text_.size())));
  }

  void AddNotes() {
    for (const TextNote& note : notes_.notes) {
      switch (note.kind) {
        case v1::TextNote::TRUNCATED:
          // Of a third-party text the review is asked for where it holds a trigger phrase, see AddNotBare().
          AddNote(note, v1::LICENSE_TEXT_TRUNCATED, IsNotice() ? v1::Outcome::INFO : v1::Outcome::NEEDS_REVIEW, "");
          break;
        case v1::TextNote::SEVERAL_LICENSES:
          // What all notices and many headers are; each licence is evaluated.
          if (IsTermsRole(role_) || role_ == "card") AddNote(note, v1::LICENSE_SEVERAL_TEXTS, v1::Outcome::INFO, "");
          break;
        case v1::TextNote::POINTER:
          if (IsTermsRole(role_))
            AddNote(note, v1::LICENSE_POINTER_ONLY, v1::Outcome::NEEDS_REVIEW, "a file named like terms ");
          break;
        case v1::TextNote::TRANSLATION:
          if (IsTermsRole(role_)) AddNote(note, v1::LICENSE_TRANSLATION, v1::Outcome::NEEDS_REVIEW, "");
          break;
        case v1::TextNote::HIDDEN_TEXT:
          AddNote(note, v1::LICENSE_HIDDEN_TEXT, IsNotice() ? v1::Outcome::INFO : v1::Outcome::NEEDS_REVIEW, "");
          if (IsNotice()) out_.findings.back().set_severity(v1::Severity::WARNING);
          break;
        default:
          break;
      }
    }
  }

  void AddNote(const TextNote& note, v1::RuleId rule, v1::Outcome::Value outcome, std::string_view before) {
    v1::Finding finding =
        MakeFinding(rule, outcome, absl::StrFormat("%s%s", before, note.message), Place(note.begin, note.end));
    // A licence that is merely named here is not evaluated.
    if (note.licenses.size() == 1 && !found_.matches.empty()) finding.set_license_id(note.licenses.front()->id());
    finding.set_component(component_);
    out_.findings.push_back(std::move(finding));
  }

  // What an unknown or changed text says of itself, beside the review that it needs anyway: never a reason to approve
  // or deny.
  void AddClaims() {
    const std::vector<classify::ClaimedTerm> terms = rules_.terms().ExtractUnexplained(text_, found_);
    std::vector<std::string> shown;
    const classify::ClaimedTerm* first = nullptr;
    for (const classify::ClaimedTerm& term : terms) {
      std::string said = absl::StrFormat("%s %s", classify::TermPolarityName(term.polarity), term.kind);
      std::replace(said.begin(), said.end(), '_', ' ');
      if (!term.value.empty()) said += absl::StrFormat(" \"%s\"", Quote(term.value, 0, term.value.size()));
      if (std::find(shown.begin(), shown.end(), said) != shown.end()) continue;
      if (first == nullptr) first = &term;
      shown.push_back(std::move(said));
    }
    if (first == nullptr) return;
    std::string message = "claimed by rule, read by nobody: ";
    for (size_t i = 0; i < std::min(shown.size(), kClaimsShownMax); ++i) message += (i == 0 ? "" : "; ") + shown[i];
    if (shown.size() > kClaimsShownMax) message += absl::StrFormat("; and %d more", shown.size() - kClaimsShownMax);
    message += absl::StrFormat("; first at line %d: \"%s\"", LineOf(text_, first->begin),
                               Quote(text_, first->begin, first->end));
    v1::Finding finding =
        MakeFinding(v1::LICENSE_TERMS_CLAIMED, v1::Outcome::INFO, std::move(message), Place(first->begin, first->end));
    finding.set_component(component_);
    out_.findings.push_back(std::move(finding));
  }

  void AddIncomplete(std::string_view why) {
    out_.findings.push_back(MakeFinding(v1::LICENSE_DOCUMENT_UNREADABLE, v1::Outcome::NEEDS_REVIEW, std::string(why),
                                        Place(0, text_.size())));
  }

  // Characters that make a text look other than it reads; a match that they touch is never bare, in terms and where a
  // licence is named they are a finding of their own, elsewhere they are worth a note.
  void AddOddities() {
    if (found_.oddities.empty() || !IsReadByPeople() || notes_.Find(v1::TextNote::HIDDEN_TEXT) != nullptr) return;
    const classify::Oddity& first = found_.oddities.front();
    out_.findings.push_back(
        MakeFinding(v1::LICENSE_STATEMENT_FOUND, v1::Outcome::INFO,
                    absl::StrFormat("%d disguised or hidden characters, first at line %d (%s)", found_.oddities.size(),
                                    LineOf(text_, first.begin), classify::OddityName(first.kind)),
                    Place(first.begin, first.end)));
    out_.findings.back().set_severity(v1::Severity::WARNING);
  }

  void AddTruncated() {
    out_.findings.push_back(
        MakeFinding(v1::LICENSE_DOCUMENT_UNREADABLE, v1::Outcome::NEEDS_REVIEW,
                    absl::StrFormat("only the first %d bytes were read: the document is over the limit", text_.size()),
                    Place(0, text_.size())));
  }

  const rulebook::Rulebook& rules_;
  const std::string path_;
  const std::string role_;
  const std::string component_;
  const std::string key_;
  const bool truncated_;
  const bool program_;
  std::string_view text_;
  Classification found_;
  TextNotes notes_;
  Gathered out_;
};

// Nothing for a file that holds no words, or whose words are data.
std::optional<v1::Finding> UnreadDocument(const v1::InventoryArtifact& artifact) {
  std::string message;
  const std::optional<formats::Format> format = formats::FormatFromName(artifact.format());
  if (IsTermsRole(artifact.role()) || artifact.role() == "notice" || artifact.role() == "card") {
    message =
        absl::StrFormat("named like terms or a card, but its content (%s) cannot be read as text", artifact.format());
  } else if (format.has_value() && formats::IsDocumentWeCannotRead(*format) && *format != formats::Format::kUtf16Text) {
    message = absl::StrFormat(
        "a document that is not read (%s) may hold terms: replace it by its text, or read it and waive this finding",
        artifact.format());
  } else {
    return std::nullopt;
  }
  return MakeFinding(v1::LICENSE_DOCUMENT_UNREADABLE, v1::Outcome::NEEDS_REVIEW, std::move(message),
                     PlaceInFile(artifact.path()));
}

}  // namespace

Gathered GatherTextEvidence(const ModelView& view, const rulebook::Rulebook& rules) {
  Gathered all;
  std::optional<v1::EvidenceRef> first_in_part;
  size_t programs_in_part = 0;
  for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) {
    // Descriptions and whole licences stand in header values too.
    for (const v1::HeaderField& field : artifact.header().fields()) {
      if (field.value().size() < kHeaderTextBytesMin) continue;
      all.Append(DocumentReader(rules, {artifact.path(), "header", view.ComponentOf(artifact.path()), field.key(),
                                        false, field.value()})
                     .Run());
    }
    const std::optional<std::string_view> text = view.BytesOf(artifact);
    if (!text.has_value()) {
      if (std::optional<v1::Finding> finding = UnreadDocument(artifact)) all.findings.push_back(*std::move(finding));
      continue;
    }
    const bool program = IsProgram(artifact.role());
    Passage passage{artifact.path(), artifact.role(), view.SpeaksFor(artifact), "", artifact.document_truncated(),
                    *text,           program};
    std::string plain;
    if (artifact.format() == "json" && !IsTermsRole(artifact.role())) {
      plain = WithoutEscapes(*text);
      passage.text = plain;
    }
    if (program && passage.truncated) {
      passage.truncated = false;  // told once for all of them
      if (programs_in_part++ == 0) first_in_part = PlaceInFile(artifact.path());
    }
    all.Append(DocumentReader(rules, std::move(passage)).Run());
  }
  if (first_in_part.has_value()) {
    all.findings.push_back(MakeFinding(
        v1::LICENSE_DOCUMENT_UNREADABLE, v1::Outcome::NEEDS_REVIEW,
        absl::StrFormat(
            "programs that were read in part or not at all, for they are over the limit: %d; the first is this",
            programs_in_part),
        *std::move(first_in_part)));
  }
  return all;
}

}  // namespace weighbridge::provenance
