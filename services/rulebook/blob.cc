#include "services/rulebook/blob.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/crypto/sha256.h"

namespace weighbridge::rulebook {
namespace {

constexpr std::string_view kMagic = "WBRBOOK2";
constexpr size_t kSections = 3;
constexpr size_t kDigestBytes = 32;
constexpr size_t kBundleDigestAt = 8 + kSections * 16;
constexpr size_t kHeaderBytes = kBundleDigestAt + kDigestBytes;

size_t Aligned(size_t size) { return (size + kBlobAlignment - 1) / kBlobAlignment * kBlobAlignment; }

void AppendU64(uint64_t value, std::string* out) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

uint64_t ReadU64(std::string_view bytes, size_t offset) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[offset + i])) << (8 * i);
  return value;
}

}  // namespace

std::string PackBlob(const BlobSections& sections) {
  const std::array<std::string_view, kSections> parts = {sections.messages, sections.index, sections.bundle};
  std::string out(kMagic);
  size_t offset = kHeaderBytes;
  for (std::string_view part : parts) {
    AppendU64(offset, &out);
    AppendU64(part.size(), &out);
    offset = Aligned(offset + part.size());
  }
  const auto append = [&out](const Sha256Digest& digest) {
    out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  };
  append(Sha256Of(sections.bundle));
  Sha256Digest digest{};
  for (size_t i = 0; i < kSections; ++i) {
    out.append(parts[i]);
    out.resize(Aligned(out.size()));
    if (i == 0) digest = Sha256Of(out);
  }
  append(digest);
  return out;
}

absl::StatusOr<BlobSections> UnpackBlob(std::string_view blob) {
  if (blob.size() < kHeaderBytes + kDigestBytes) {
    return absl::InvalidArgumentError(absl::StrFormat("compiled rulebook: %d bytes are too few; at least %d are needed",
                                                      blob.size(), kHeaderBytes + kDigestBytes));
  }
  if (blob.substr(0, kMagic.size()) != kMagic) {
    return absl::InvalidArgumentError("compiled rulebook, offset 0: not a compiled rulebook of version 2");
  }
  if (reinterpret_cast<uintptr_t>(blob.data()) % kBlobAlignment != 0) {
    return absl::InvalidArgumentError("compiled rulebook: not at an address divisible by 8");
  }
  const std::string_view body = blob.substr(0, blob.size() - kDigestBytes);
  BlobSections sections;
  std::array<std::string_view*, kSections> parts = {&sections.messages, &sections.index, &sections.bundle};
  size_t expected = kHeaderBytes;
  for (size_t i = 0; i < kSections; ++i) {
    const uint64_t offset = ReadU64(body, 8 + i * 16);
    const uint64_t size = ReadU64(body, 8 + i * 16 + 8);
    if (offset != expected || size > body.size() - offset) {
      return absl::InvalidArgumentError(
          absl::StrFormat("compiled rulebook, offset %d: section %d lies outside", 8 + i * 16, i));
    }
    *parts[i] = body.substr(offset, size);
    expected = Aligned(offset + size);
    if (expected > body.size()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("compiled rulebook, offset %d: section %d is not padded", 8 + i * 16, i));
    }
  }
  if (expected != body.size()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("compiled rulebook, offset %d: bytes after the last section", expected));
  }
  const Sha256Digest digest = Sha256Of(body.substr(0, kHeaderBytes + Aligned(sections.messages.size())));
  if (std::memcmp(digest.data(), blob.data() + body.size(), kDigestBytes) != 0) {
    return absl::DataLossError("compiled rulebook: the checksum does not fit; the bytes are damaged");
  }
  for (std::string_view part : {sections.index, sections.bundle}) {
    const char* const end = blob.data() + (part.data() - blob.data() + Aligned(part.size()));
    if (std::any_of(part.data() + part.size(), end, [](char c) { return c != 0; })) {
      return absl::DataLossError("compiled rulebook: bytes between sections; they are damaged");
    }
  }
  Sha256Digest of_bundle;
  std::memcpy(of_bundle.data(), body.data() + kBundleDigestAt, kDigestBytes);
  sections.bundle_sha256 = ToHex(of_bundle);
  return sections;
}

}  // namespace weighbridge::rulebook
