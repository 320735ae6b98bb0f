// Evidence from texts: licence files, use policies, notices, cards and every other text-like document.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_

#include <cstddef>

#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// Classifies every text document of the model and says what it found: claims for each match, findings for texts that
// are not bare, unknown, ambiguous or unreadable, and the restrictions that stand outside matches. Of programs only
// what is said to people counts (program_text.h). Documents of a format that is not read need review whatever they are
// called. Pure.
Gathered GatherTextEvidence(const ModelView& view, const rulebook::Rulebook& rules);

// Shorter header values are names, which GatherMetadataEvidence reads.
inline constexpr size_t kHeaderTextBytesMin = 24;

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_EVIDENCE_H_
