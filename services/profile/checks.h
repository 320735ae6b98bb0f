// Checks of meaning: what the schema alone cannot say about a profile or policy.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_CHECKS_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_CHECKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/profile/issues.h"
#include "services/profile/mapper.h"
#include "services/profile/parse.h"

namespace weighbridge::profile {

void CheckProfile(const v1::Profile& profile, const Vocabulary& vocabulary, const Places& places, Issues* issues);
void CheckPolicy(const v1::Policy& policy, const Vocabulary& vocabulary, const Places& places, Issues* issues);

// Checks the values of a fact that is no figure: words of the registry, countries, fields of use, booleans. `groups`:
// "group:EU" may stand where a country may.
void CheckFactValues(rules::v1::FactId::Value id, const std::vector<std::string>& values, const Vocabulary& vocabulary,
                     bool groups, Place place, Issues* issues);

// Refuses a licence or family name that is a near miss of a known one.
void CheckName(std::string_view name, const std::vector<std::string>& known, std::string_view what, Place place,
               Issues* issues);

// Names of the registry: of the profile side alone, or of both sides; without figures.
std::vector<std::string> FactNames(bool profile_side_only);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_CHECKS_H_
