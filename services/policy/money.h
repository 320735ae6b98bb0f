// Amounts in another currency.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_MONEY_H_
#define WEIGHBRIDGE_SERVICES_POLICY_MONEY_H_

#include <cstdint>
#include <optional>
#include <utility>

namespace weighbridge::policy {

// Rates that are used; any other is treated as absent.
inline constexpr double kMinRate = 1e-6;
inline constexpr double kMaxRate = 1e6;

// `amount` whole units times `rate`, rounded down and up to whole units: equal if the product is whole. The rate counts
// as the shortest decimal that reads back as the same double (1.08 is exactly 1.08), and the product is exact in 128
// bits, so only an amount within one unit of a limit is left open. Nothing if amount is negative or the rate is out of
// range.
std::optional<std::pair<int64_t, int64_t>> ConvertAmount(int64_t amount, double rate);

// a + b for non-negative numbers, held at the largest int64 instead of overflowing.
int64_t SaturatingAdd(int64_t a, int64_t b);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_MONEY_H_
