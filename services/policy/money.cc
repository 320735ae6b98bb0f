#include "services/policy/money.h"

#include <cmath>
#include <limits>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace weighbridge::policy {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// mantissa / 10^scale.
struct Decimal {
  uint64_t mantissa = 0;
  int scale = 0;
};

// The shortest decimal that reads back as `rate`, which lies between kMinRate and kMaxRate.
Decimal Shortest(double rate) {
  std::string text;
  for (int digits = 1; digits <= 17; ++digits) {
    text = absl::StrFormat("%.*e", digits - 1, rate);
    double back = 0;
    if (absl::SimpleAtod(text, &back) && back == rate) break;
  }
  // d.ddde[+-]xx
  Decimal result;
  int exponent = 0;
  const size_t e = text.find('e');
  for (char c : text.substr(0, e)) {
    if (c == '.') continue;
    result.mantissa = result.mantissa * 10 + static_cast<uint64_t>(c - '0');
  }
  (void)absl::SimpleAtoi(text.substr(e + 1), &exponent);
  const int fraction_digits = e > 2 ? static_cast<int>(e) - 2 : 0;
  result.scale = fraction_digits - exponent;
  while (result.scale < 0) {
    result.mantissa *= 10;
    ++result.scale;
  }
  return result;
}

}  // namespace

std::optional<std::pair<int64_t, int64_t>> ConvertAmount(int64_t amount, double rate) {
  if (amount < 0 || !std::isfinite(rate) || rate < kMinRate || rate > kMaxRate) return std::nullopt;
  const Decimal decimal = Shortest(rate);
  // At most 63 + 57 bits; the divisor is at most 10^22, below 2^74.
  const absl::uint128 product = absl::uint128(static_cast<uint64_t>(amount)) * absl::uint128(decimal.mantissa);
  absl::uint128 divisor = 1;
  for (int i = 0; i < decimal.scale; ++i) divisor *= 10;
  const absl::uint128 down = product / divisor;
  const absl::uint128 up = down + (product % divisor == 0 ? 0 : 1);
  if (up > absl::uint128(static_cast<uint64_t>(kMax))) return std::make_pair(kMax, kMax);
  return std::make_pair(static_cast<int64_t>(absl::Uint128Low64(down)), static_cast<int64_t>(absl::Uint128Low64(up)));
}

int64_t SaturatingAdd(int64_t a, int64_t b) { return a > kMax - b ? kMax : a + b; }

}  // namespace weighbridge::policy
