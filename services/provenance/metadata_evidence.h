// Evidence from metadata: card fields, header keys, declared bases, and the family that names and config show.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_METADATA_EVIDENCE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_METADATA_EVIDENCE_H_

#include <vector>

#include "proto/weighbridge/v1/profile.pb.h"
#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// Card front matter, GGUF and safetensors keys, configs, manifests of packages, SPDX lines: what they name becomes
// claims; what they name and the rulebook does not know becomes a finding. Pure.
Gathered GatherMetadataEvidence(const ModelView& view, const rulebook::Rulebook& rules, const v1::Policy& policy);

// Config, GGUF architecture and names are weak: they name no licence, but where they point at a family none of whose
// licences is claimed, a person must look (DESIGN section 5). An architecture that several families share says nothing.
// A model that bears the exact name of one that is not published is a finding whatever is claimed: the name is untrue, or
// the licence is.
std::vector<v1::Finding> FamilyFindings(const ModelView& view, const rulebook::Rulebook& rules,
                                        const std::vector<Claim>& claims);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_METADATA_EVIDENCE_H_
