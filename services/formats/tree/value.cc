#include "services/formats/tree/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::formats {
namespace {

template <typename Integer>
std::optional<Integer> Exact(const Value& value) {
  if (!value.IsScalar() || value.quoted) return std::nullopt;
  Integer number;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

const Member* Value::FindMember(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const Value* Value::Find(std::string_view key) const {
  const Member* member = FindMember(key);
  return member == nullptr ? nullptr : &member->value;
}

std::optional<std::string_view> Value::AsString() const {
  if (!IsScalar()) return std::nullopt;
  return text;
}

std::optional<int64_t> Value::AsInt() const { return Exact<int64_t>(*this); }
std::optional<uint64_t> Value::AsUint() const { return Exact<uint64_t>(*this); }

std::optional<double> Value::AsDouble() const {
  // from_chars also reads inf, nan and is free of locales.
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  const std::optional<double> number = Exact<double>(*this);
  if (!number.has_value() || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::optional<bool> Value::AsBool() const {
  if (!IsScalar() || quoted) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

absl::Status CheckUniqueKeys(const std::vector<Member>& members) {
  // Few are compared each with each: sorting them would cost more.
  const bool few = members.size() <= 16;
  const bool may_repeat = !few || [&members] {
    for (size_t i = 1; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].key == members[j].key) return true;
      }
    }
    return false;
  }();
  if (!may_repeat) return absl::OkStatus();
  std::vector<uint32_t> order(members.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const int sign = members[a].key.compare(members[b].key);
    return sign != 0 ? sign < 0 : a < b;
  });
  for (size_t i = 1; i < order.size(); ++i) {
    const Member& first = members[order[i - 1]];
    const Member& second = members[order[i]];
    if (first.key != second.key) continue;
    return Malformed(second.key_at, absl::StrFormat("duplicate key \"%s\", first at %s",
                                                    Printable(second.key.substr(0, 100)), ToString(first.key_at)));
  }
  return absl::OkStatus();
}

}  // namespace weighbridge::formats
