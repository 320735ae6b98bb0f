#include "services/provenance/evidence.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "services/base/utf8.h"

namespace weighbridge::provenance {
namespace {

template <typename T>
void MoveAppend(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

const v1::RuleInfo& InfoOf(v1::RuleId rule) {
  return v1::RuleId_descriptor()->FindValueByNumber(rule)->options().GetExtension(v1::rule);
}

v1::Severity::Value SeverityOf(v1::Outcome::Value outcome) {
  switch (outcome) {
    case v1::Outcome::VIOLATED:
    case v1::Outcome::UNDECIDED:
      return v1::Severity::ERROR;
    case v1::Outcome::NEEDS_REVIEW:
      return v1::Severity::WARNING;
    default:
      return v1::Severity::NOTE;
  }
}

}  // namespace

std::string_view EvidenceKindName(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::kLicenseText:
      return "license_text";
    case EvidenceKind::kCardField:
      return "card_field";
    case EvidenceKind::kCardProse:
      return "card_prose";
    case EvidenceKind::kHeaderField:
      return "header_field";
    case EvidenceKind::kConfig:
      return "config";
    case EvidenceKind::kDeclaredBase:
      return "declared_base";
    case EvidenceKind::kRepository:
      return "repository";
  }
  return "";
}

void Gathered::Append(Gathered other) {
  MoveAppend(evidence, other.evidence);
  MoveAppend(claims, other.claims);
  MoveAppend(findings, other.findings);
  MoveAppend(restrictions, other.restrictions);
  MoveAppend(lineage, other.lineage);
  if (multimodal_base.empty()) multimodal_base = std::move(other.multimodal_base);
}

std::string_view RuleName(v1::RuleId rule) { return InfoOf(rule).id(); }

v1::Finding MakeFinding(v1::RuleId rule, v1::Outcome::Value outcome, std::string message, v1::EvidenceRef evidence) {
  v1::Finding finding;
  finding.set_rule_id(InfoOf(rule).id());
  finding.set_severity(SeverityOf(outcome));
  finding.set_outcome(outcome);
  finding.set_message(std::move(message));
  if (outcome != v1::Outcome::INFO && outcome != v1::Outcome::SATISFIED) finding.set_remedy(InfoOf(rule).remedy());
  if (!evidence.path().empty() || !evidence.key().empty()) *finding.add_evidence() = std::move(evidence);
  return finding;
}

v1::EvidenceRef PlaceInFile(std::string_view path, uint64_t byte_begin, uint64_t byte_end, uint32_t line,
                            std::string_view key) {
  v1::EvidenceRef ref;
  ref.set_path(std::string(path));
  ref.set_byte_begin(byte_begin);
  ref.set_byte_end(byte_end);
  ref.set_line(line);
  ref.set_key(std::string(key));
  return ref;
}

uint32_t LineOf(std::string_view text, uint64_t byte) {
  const auto end = text.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(byte, text.size()));
  return 1 + static_cast<uint32_t>(std::count(text.begin(), end, '\n'));
}

std::string Quote(std::string_view text, uint64_t begin, uint64_t end) {
  end = std::min<uint64_t>(end, text.size());
  begin = std::min<uint64_t>(begin, end);
  const bool cut = end - begin > kQuoteMaxBytes;
  std::string line;
  bool space = false;
  for (const char c : text.substr(begin, cut ? kQuoteMaxBytes : end - begin)) {
    if (c == '\n' || c == '\r' || c == '\t' || c == ' ') {
      space = !line.empty();
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += c;
  }
  // A cut in the middle of a character must not show as damage.
  while (cut && !line.empty() && (static_cast<uint8_t>(line.back()) & 0x80) != 0) line.pop_back();
  return Printable(line) + (cut ? "..." : "");
}

}  // namespace weighbridge::provenance
