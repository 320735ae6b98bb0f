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

// Refuses a name that stands for no licence of the rulebook, unless it is sure to be the id of a licence outside it: it
// begins with "LicenseRef-", or has the form of an SPDX id with a version ("GPL-3.0-only"), and resembles no known one.
void CheckLicenseName(std::string_view name, const Vocabulary& vocabulary, Place place, Issues* issues);

// Refuses every family that no licence of the rulebook has.
void CheckFamilyName(std::string_view name, const Vocabulary& vocabulary, Place place, Issues* issues);

// Puts the ids that it stands for in the place of every spelling of a licence that is neither id nor short id.
void UseLicenseIds(const Vocabulary& vocabulary, v1::Profile* profile);
void UseLicenseIds(const Vocabulary& vocabulary, v1::Policy* policy);

// Names of the registry: of the profile side alone, or of both sides; without figures.
std::vector<std::string> FactNames(bool profile_side_only);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_CHECKS_H_
