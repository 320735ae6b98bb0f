// Rulings: what a person concluded about which licence governs a component (DESIGN section 6). Pure.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_RULINGS_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_RULINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// A ruling whose signature was verified.
struct SignedRuling {
  std::string id;
  v1::Ruling ruling;
};

// Key of the evidence in a finding ruling.applied that points at the file a ruling was made on.
inline constexpr std::string_view kRulingEvidenceKey = "evidence_sha256";

// What a ruling stands on: SHA-256 over all that was seen of the component, the bytes of the documents it was seen in,
// and the facts of the licence that was concluded. Another one, and the question is open again.
std::string StandsOn(const std::vector<Evidence>& evidence, const v1::Inventory& inventory, std::string_view component,
                     const rules::v1::License& license);

// Lets the newest ruling in force (from concluded_at to until, both seconds included) speak for each component that
// has something to settle: sources that name different licences or a set, a licence that is unknown, in no version,
// ambiguous, only pointed at, contradicted by the family, in a changed text, or none at all. Then:
//   - metadata, and whole texts of other licences, are no claims any more; their evidence stays;
//   - the licence that was concluded becomes a claim of its own, unless it is one already;
//   - findings of that kind that name no changed text are for information.
// Never touched: files that are missing or malformed, changed texts and residue, restrictions in prose, bases, third-
// party parts. Adds a finding for each ruling: applied, reopened (needs review), expired, unused.
void ApplyRulings(const std::vector<SignedRuling>& rulings, absl::Time at, const ModelView& view,
                  const rulebook::Rulebook& rules, Gathered& gathered);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_RULINGS_H_
