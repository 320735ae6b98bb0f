// Calendar months, years and days as profiles and rules write them, all in UTC.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_PERIOD_H_
#define WEIGHBRIDGE_SERVICES_POLICY_PERIOD_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace weighbridge::policy {

// A month counted from January of year 0.
using Month = int;

// Years that a profile or a rule may name.
inline constexpr int kFirstYear = 1800;
inline constexpr int kLastYear = 2200;

// One month, one calendar or fiscal year, or a run of months; both ends inclusive.
struct Period {
  Month first = 0;
  Month last = 0;
  bool year = false;  // written YYYY

  bool operator==(const Period& other) const {
    return first == other.first && last == other.last && year == other.year;
  }
};

Period MonthPeriod(Month month);
Period YearPeriod(int year);

// Parses "YYYY-MM" or "YYYY"; nothing for any other text.
std::optional<Period> ParsePeriod(std::string_view text);

// Parses "YYYY-MM-DD"; nothing for any other text or a day that does not exist.
std::optional<absl::CivilDay> ParseDay(std::string_view text);

// "2024-06", "2025" or "2025-11..2026-10".
std::string PeriodName(const Period& period);

// The month in which the instant lies.
Month MonthOf(absl::Time instant);

// The first instant of the month.
absl::Time StartOf(Month month);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_PERIOD_H_
