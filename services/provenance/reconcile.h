// Which licences stand, which are only possible, and where sources disagree (DESIGN section 5).
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_RECONCILE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_RECONCILE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"
#include "services/provenance/rulings.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// A licence or use policy whose terms are evaluated.
struct Standing {
  const rules::v1::License* license = nullptr;
  std::string component;
  std::string source;
  v1::Match::Verdict match = v1::Match::MATCH_UNSPECIFIED;
  v1::EvidenceRef evidence;
  bool blocked_by_residue = false;  // the text matches and is not bare
};

// A set of which one licence holds, nobody says which. Each member comes with its use policies.
struct OpenSet {
  std::string name;  // "README.md: license gemma"
  std::string component;
  std::vector<std::vector<const rules::v1::License*>> members;
  v1::EvidenceRef evidence;
};

// A fact measured from the model; absent from the map means unknown.
struct Measured {
  std::vector<std::string> values;
  std::string how;
};

struct Reconciliation {
  std::vector<Standing> standing;
  std::vector<OpenSet> open_sets;
  std::vector<v1::Conflict> conflicts;
  std::vector<v1::Finding> findings;
  std::vector<v1::LineageLink> lineage;
  std::vector<v1::LicenseSummary> licenses;
  std::map<rules::v1::FactId::Value, Measured> measured;
  std::vector<Evidence> evidence;
};

// Gathers all evidence of the model and reconciles it. Pure: same inventory, documents, rules and policy, same result.
// `policy` gives the OR choices. `rulings` of this model speak as of `at`; they are no evidence of what was seen.
Reconciliation Reconcile(const v1::Inventory& inventory, const DocumentBytes& documents, const rulebook::Rulebook& rules,
                         const v1::Policy& policy, const std::vector<SignedRuling>& rulings = {},
                         absl::Time at = absl::InfinitePast());

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_RECONCILE_H_
