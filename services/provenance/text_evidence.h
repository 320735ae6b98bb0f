// Evidence from texts: licence files, use policies, notices, cards and every other text-like document.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_

#include <string_view>

#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// Classifies every text document of the model and says what it found: claims for each match, findings for texts that are not
// bare, unknown, ambiguous or unreadable, and the restrictions that stand outside matches. Pure.
Gathered GatherTextEvidence(const ModelView& view, const rulebook::Rulebook& rules);

// Roles whose words are no statement to anybody. Configs are read: a comment or an own key in one may well restrict
// use.
bool IsMachineRole(std::string_view role);

// Shorter header values are names, which GatherMetadataEvidence reads.
inline constexpr size_t kHeaderTextBytesMin = 24;

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_
