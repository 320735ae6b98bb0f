#include "services/formats/gguf/splits.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kSuffix = ".gguf";
constexpr std::string_view kTail = "-00001-of-00001.gguf";
constexpr size_t kDigits = 5;

std::optional<uint32_t> Number(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

absl::Status Broken(std::string_view file, std::string_view reason) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", Printable(file), reason));
}

}  // namespace

std::optional<GgufSplitName> ParseGgufSplitName(std::string_view base_name) {
  if (base_name.size() <= kTail.size()) return std::nullopt;
  const std::string_view tail = base_name.substr(base_name.size() - kTail.size());
  if (tail[0] != '-' || tail.substr(1 + kDigits, 4) != "-of-" || tail.substr(tail.size() - kSuffix.size()) != kSuffix)
    return std::nullopt;
  const std::optional<uint32_t> number = Number(tail.substr(1, kDigits));
  const std::optional<uint32_t> count = Number(tail.substr(kDigits + 5, kDigits));
  if (!number.has_value() || !count.has_value() || *number == 0 || *number > *count) return std::nullopt;
  return GgufSplitName{std::string(base_name.substr(0, base_name.size() - kTail.size())), *number, *count};
}

bool SaysGgufSplit(const GgufHeader& header) {
  const GgufKey* count = header.Find("split.count");
  return count != nullptr && count->AsUint() != 0 && count->AsUint() != 1;
}

absl::Status CheckGgufSplits(absl::Span<const GgufSplitPart> parts) {
  if (parts.empty()) return absl::InvalidArgumentError("no part of a split GGUF");
  std::optional<GgufSplitName> first;
  std::vector<const GgufSplitPart*> by_number;
  uint64_t tensors = 0;
  std::optional<uint64_t> stated;
  for (const GgufSplitPart& part : parts) {
    const std::optional<GgufSplitName> name = ParseGgufSplitName(part.base_name);
    if (!name.has_value()) return Broken(part.base_name, "the name is not NAME-00001-of-0000N.gguf");
    if (!first.has_value()) {
      first = name;
      by_number.resize(name->count, nullptr);
    }
    if (name->prefix != first->prefix || name->count != first->count) {
      return Broken(part.base_name,
                    absl::StrFormat("is no part of the same model as %s", Printable(parts[0].base_name)));
    }
    if (by_number[name->number - 1] != nullptr)
      return Broken(part.base_name, absl::StrFormat("part %d is there twice", name->number));
    by_number[name->number - 1] = &part;
    const GgufKey* no = part.header->Find("split.no");
    const GgufKey* count = part.header->Find("split.count");
    const GgufKey* total = part.header->Find("split.tensors.count");
    if (no == nullptr || count == nullptr || total == nullptr || !total->AsUint().has_value()) {
      return Broken(part.base_name, "the header lacks split.no, split.count or split.tensors.count");
    }
    if (no->AsUint() != name->number - 1)
      return Broken(part.base_name, absl::StrFormat("offset %d: split.no is not %d", no->at, name->number - 1));
    if (count->AsUint() != name->count)
      return Broken(part.base_name, absl::StrFormat("offset %d: split.count is not %d", count->at, name->count));
    if (stated.has_value() && total->AsUint() != stated) {
      return Broken(part.base_name, absl::StrFormat("offset %d: split.tensors.count differs between parts", total->at));
    }
    stated = total->AsUint();
    tensors += part.header->tensors.size();
  }
  for (uint32_t i = 0; i < by_number.size(); ++i) {
    if (by_number[i] != nullptr) continue;
    return Broken(absl::StrFormat("%s-%05d-of-%05d.gguf", first->prefix, i + 1, first->count), "this part is missing");
  }
  if (tensors != *stated)
    return Broken(parts[0].base_name,
                  absl::StrFormat("the parts hold %d tensors, the headers state %d", tensors, *stated));
  std::vector<std::string_view> names;
  names.reserve(static_cast<size_t>(tensors));
  for (const GgufSplitPart& part : parts) {
    for (const GgufTensor& tensor : part.header->tensors) names.push_back(tensor.name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    return Broken(parts[0].base_name, absl::StrFormat("tensor \"%s\" is in several parts", Printable(*twice)));
  return absl::OkStatus();
}

}  // namespace weighbridge::formats
