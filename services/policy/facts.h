// Facts: the values that a profile states and a scan measured, under the ids of the registry.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_FACTS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_FACTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::policy {

// A fact that Weighbridge measured from the files.
struct MeasuredFact {
  std::vector<std::string> values;
  std::string how;  // "config.json: no vision_config; no such tensor"
};

// Absent from the map = unknown.
using MeasuredFacts = std::map<rules::v1::FactId::Value, MeasuredFact>;

struct FactValues {
  std::vector<std::string> values;  // sorted, never empty
  bool measured = false;
  std::string how;  // of measured facts
};

// All facts of one evaluation. A fact is taken from its own side only: what a profile says about the model's modality
// is not asked. Immutable; holds pointers to what it was made from.
class Facts {
 public:
  Facts(const v1::Profile& profile, const MeasuredFacts& measured) : profile_(&profile), measured_(&measured) {}

  // The values of a fact that is no figure; nothing if it is absent.
  std::optional<FactValues> Find(rules::v1::FactId::Value id) const;

 private:
  const v1::Profile* profile_;
  const MeasuredFacts* measured_;
};

// The parts of a list that the profile reader joined with ",", without space at their ends.
std::vector<std::string> SplitList(const std::string& joined);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_FACTS_H_
