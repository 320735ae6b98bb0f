#include "services/policy/period.h"

#include "absl/strings/str_format.h"

namespace weighbridge::policy {
namespace {

// The number that exactly `text` spells in decimal digits, or -1. At most four digits are ever passed.
int Digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return text.empty() ? -1 : value;
}

std::string MonthName(Month month) { return absl::StrFormat("%04d-%02d", month / 12, month % 12 + 1); }

}  // namespace

Period MonthPeriod(Month month) { return Period{month, month, false}; }

Period YearPeriod(int year) { return Period{year * 12, year * 12 + 11, true}; }

std::optional<Period> ParsePeriod(std::string_view text) {
  if (text.size() != 4 && text.size() != 7) return std::nullopt;
  const int year = Digits(text.substr(0, 4));
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  if (text.size() == 4) return YearPeriod(year);
  const int month = Digits(text.substr(5));
  if (text[4] != '-' || month < 1 || month > 12) return std::nullopt;
  return MonthPeriod(year * 12 + month - 1);
}

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[7] != '-') return std::nullopt;
  const std::optional<Period> month = ParsePeriod(text.substr(0, 7));
  const int day = Digits(text.substr(8));
  if (!month.has_value() || day < 1) return std::nullopt;
  const absl::CivilDay result(month->first / 12, month->first % 12 + 1, day);
  if (result.day() != day) return std::nullopt;  // normalised away: no such day
  return result;
}

std::string PeriodName(const Period& period) {
  if (period.year) return absl::StrFormat("%04d", period.first / 12);
  if (period.first == period.last) return MonthName(period.first);
  return MonthName(period.first) + ".." + MonthName(period.last);
}

Month MonthOf(absl::Time instant) {
  const absl::CivilMonth month = absl::ToCivilMonth(instant, absl::UTCTimeZone());
  return static_cast<Month>(month.year() * 12 + month.month() - 1);
}

absl::Time StartOf(Month month) {
  return absl::FromCivil(absl::CivilMonth(month / 12, month % 12 + 1), absl::UTCTimeZone());
}

}  // namespace weighbridge::policy
