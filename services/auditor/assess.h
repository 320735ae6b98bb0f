// From what a scan saw to a decision: the pure half of the product, in one call.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_ASSESS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_ASSESS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/policy/waivers.h"
#include "services/provenance/reconcile.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// Changes when the same inputs could give another result.
inline constexpr int kAssessVersion = 3;

enum class Scope {
  kScan,  // what was found; no decision, no findings of terms, no obligations
  kGate,
};

struct AssessInput {
  const v1::Inventory* inventory = nullptr;
  const provenance::DocumentBytes* documents = nullptr;
  const rulebook::Rulebook* rules = nullptr;
  const v1::Profile* profile = nullptr;  // null: every fact is absent
  const v1::Policy* policy = nullptr;
  // The built-in policy holds in every case: where it is also the one given, its rules must not be applied twice.
  bool policy_is_builtin = false;
  std::string profile_digest;  // of the bytes as given; empty without a profile
  std::string policy_digest;
  v1::Mode mode = v1::block;
  // Waivers and rulings that were signed for this model, and their digest; empty where there are none.
  std::vector<policy::SignedWaiver> waivers;
  std::vector<provenance::SignedRuling> rulings;
  std::string exceptions_digest;
  absl::Time evaluated_at;
  Scope scope = Scope::kGate;
};

struct Assessment {
  v1::GateResult result;  // without audit_id, which the caller computes over what it stores
  std::vector<provenance::Evidence> evidence;
  // Licences that stand by what was seen alone, whatever persons concluded: what an audit records.
  std::vector<v1::LicenseSummary> seen_licenses;
};

// Pure: same input, same bytes, on any machine and any number of threads.
Assessment Assess(const AssessInput& input);

// The model digest of an inventory; empty where there is none (a blocking problem, no files). Pure.
std::string ModelDigestOf(const v1::Inventory& inventory);

// The weights digest likewise; also empty where nothing is loadable. Pure.
std::string WeightsDigestOf(const v1::Inventory& inventory);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_ASSESS_H_
