// ISO 3166-1 alpha-2: the country codes that a profile may name.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_COUNTRY_CODES_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_COUNTRY_CODES_H_

#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::profile {

// True for an officially assigned code in upper case.
bool IsCountryCode(std::string_view code);

// All codes in order.
const std::vector<std::string>& CountryCodes();

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_COUNTRY_CODES_H_
