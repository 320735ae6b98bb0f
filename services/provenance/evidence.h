// Evidence: one observation with its source; and Claim: what it says about the licence (DESIGN sections 2 and 5).
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_EVIDENCE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::provenance {

enum class EvidenceKind {
  kLicenseText,
  kCardField,
  kCardProse,
  kHeaderField,
  kConfig,
  kDeclaredBase,
  kRepository,
};

// Word of DESIGN section 2: "license_text", "card_field", ...
std::string_view EvidenceKindName(EvidenceKind kind);

// One observation that points at its source.
struct Evidence {
  EvidenceKind kind = EvidenceKind::kLicenseText;
  std::string component;  // folder of the component, "" for the model itself, "notice:PATH" for third-party parts
  std::string path;       // artifact; empty if it is no file (a repository name)
  uint64_t byte_begin = 0, byte_end = 0;
  uint32_t line = 0;
  std::string key;
  std::string value;
  std::vector<std::string> license_ids;  // what it names; empty if nothing the rulebook knows
};

enum class ClaimSource {
  kText,    // a licence text
  kCard,    // metadata of the model card
  kHeader,  // GGUF or safetensors key
  kBase,    // a declared base model
  // An SPDX line, which names the licence of the file it stands in: it adds and contradicts, but a model that nothing
  // else names a licence for has none.
  kIdentifier,
  kRuling,  // a person's conclusion; disagrees with nothing, for it has settled what did
};

// A source that names a licence, or a set of which one holds, for a component.
struct Claim {
  ClaimSource source = ClaimSource::kText;
  std::string component;
  // One: this licence. Several: one of them, the source does not say which. Never empty. Owned by the rulebook.
  std::vector<const rules::v1::License*> licenses;
  // For a base whose family row replaces the licence's own use policies.
  std::vector<const rules::v1::License*> use_policies_instead;
  v1::Match::Verdict match = v1::Match::MATCH_UNSPECIFIED;  // texts only
  bool bare = false;                                        // texts only
  std::string label;                                        // "LICENSE", "README.md: license llama3.1"
  v1::EvidenceRef evidence;

  bool Names(const rules::v1::License* license) const {
    for (const auto* named : licenses) {
      if (named == license) return true;
    }
    return false;
  }
};

// A restriction that a text states outside any licence match; a finding unless a standing licence covers it.
struct FoundRestriction {
  std::string kind;   // of the trigger phrase
  std::string value;  // digits of a threshold, if any
  std::string quote;  // at most kQuoteMaxBytes of the passage, on one line
  bool restrictive = false;
  bool in_license_document = false;
  v1::EvidenceRef evidence;
  std::string component;
  // The licences of which one is named, if the passage names one that the rulebook has: only these account for it.
  std::vector<const rules::v1::License*> named;
};

inline constexpr size_t kQuoteMaxBytes = 160;

// What one stage of gathering adds.
struct Gathered {
  std::vector<Evidence> evidence;
  std::vector<Claim> claims;
  std::vector<v1::Finding> findings;
  std::vector<FoundRestriction> restrictions;
  std::vector<v1::LineageLink> lineage;
  // A base that takes more than text, as its family's row says; empty if none does.
  std::string multimodal_base;

  void Append(Gathered other);
};

// A finding with its rule id out of the closed list; severity follows from the outcome.
v1::Finding MakeFinding(v1::RuleId rule, v1::Outcome::Value outcome, std::string message,
                        v1::EvidenceRef evidence = {});

// The printed form of a rule id, "license.text_missing".
std::string_view RuleName(v1::RuleId rule);

v1::EvidenceRef PlaceInFile(std::string_view path, uint64_t byte_begin = 0, uint64_t byte_end = 0, uint32_t line = 0,
                            std::string_view key = {});

// Line of a byte, from 1.
uint32_t LineOf(std::string_view text, uint64_t byte);

// Bytes [begin, end) as one printable line of at most kQuoteMaxBytes, with "..." where it was cut.
std::string Quote(std::string_view text, uint64_t begin, uint64_t end);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_EVIDENCE_H_
