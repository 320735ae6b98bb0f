// Evaluation: licence terms against the facts of a profile and a model; the decision with its reasons.
//
// Pure and deterministic: protos and plain values in, protos out; no file, clock, log or global. Equal inputs in any
// order give equal output bytes. Thread-safe: no shared state. Order and meaning are those of DESIGN section 3.
//
//   Evaluation result = Evaluate(input);
//   if (result.decision == v1::DENIED) ...
#ifndef WEIGHBRIDGE_SERVICES_POLICY_EVALUATE_H_
#define WEIGHBRIDGE_SERVICES_POLICY_EVALUATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/policy/conditions.h"
#include "services/policy/decide.h"
#include "services/policy/waivers.h"

namespace weighbridge::policy {

// A licence, use policy or addendum that governs, and what says so. The caller expands use policies and stacked
// licences into entries of their own. One licence may stand several times (text, card and header name it); it is
// evaluated once for each component and its evidence is joined.
struct StandingLicense {
  const rules::v1::License* facts = nullptr;  // not owned; must outlive the call; null is reported, never skipped
  std::string component;                      // folder of the component, "" for the model itself
  std::string source;                         // "LICENSE", "use policy of llama-3.1-license-2024"
  v1::EvidenceRef evidence;
};

// A name that stands for several licences of which one holds: the bare tag "gemma".
struct CandidateSet {
  std::string name;  // tag "gemma"
  std::string component;
  std::string source;
  v1::EvidenceRef evidence;
  // Each member: the licence and its use policies. Not owned.
  std::vector<std::vector<const rules::v1::License*>> members;
};

struct EvaluationInput {
  std::vector<StandingLicense> licenses;
  std::vector<CandidateSet> candidates;
  // Measured facts; absent from the map = unknown.
  MeasuredFacts measured;
  // Null: every fact is absent.
  const v1::Profile* profile = nullptr;
  // The user's rules; the built-in policy holds beside them in every case. Null: the built-in policy alone.
  const v1::Policy* policy = nullptr;
  // Null: empty. An unknown country group or field never approves.
  const rules::v1::FieldSet* fields = nullptr;
  const rules::v1::CountryGroups* countries = nullptr;
  absl::Time evaluated_at;
  // Already made by walk, reading, classification, reconciliation; their outcomes count. `license.text_missing` adds
  // the duty to obtain the text.
  std::vector<v1::Finding> findings;
  // Further obligations of the caller, counted like those of licences.
  std::vector<v1::Obligation> obligations;
  // Exceptions, applied to all findings before the decision.
  std::vector<SignedWaiver> waivers;
  // Exact strings longer than the rulebook may hold, filled from an official text; see ExactStringKey().
  std::map<std::string, std::string> exact_strings;
};

struct Evaluation {
  v1::Decision decision = v1::DECISION_UNSPECIFIED;
  std::vector<v1::Finding> findings;        // worst first; see OrderFindings()
  std::vector<v1::Obligation> obligations;  // open ones first; see OrderObligations()
  v1::Openness openness = v1::OPENNESS_UNKNOWN;
};

Evaluation Evaluate(const EvaluationInput& input);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_EVALUATE_H_
