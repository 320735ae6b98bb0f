#include "services/types/shard_name.h"

#include <cstddef>

namespace weighbridge {
namespace {

constexpr std::string_view kOf = "-of-";
constexpr size_t kDigits = 5;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number in the first five characters of `text`, if all are digits.
std::optional<uint32_t> Number(std::string_view text) {
  if (text.size() < kDigits) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(0, kDigits)) {
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<ShardName> ParseShardName(std::string_view base_name) {
  for (size_t of = base_name.rfind(kOf); of != std::string_view::npos; of = base_name.rfind(kOf, of - 1)) {
    if (of < kDigits) return std::nullopt;
    const size_t start = of - kDigits;
    const size_t end = of + kOf.size() + kDigits;
    const std::optional<uint32_t> number = Number(base_name.substr(start));
    const std::optional<uint32_t> count = Number(base_name.substr(of + kOf.size()));
    if (!number.has_value() || !count.has_value()) continue;
    if ((start > 0 && IsDigit(base_name[start - 1])) || (end < base_name.size() && IsDigit(base_name[end]))) continue;
    if (*count == 0 || *number > *count) return std::nullopt;
    return ShardName{base_name.substr(0, start), *number, *count, base_name.substr(end)};
  }
  return std::nullopt;
}

}  // namespace weighbridge
