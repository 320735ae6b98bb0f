#include "services/formats/bytes/byte_reader.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/bytes/errors.h"

namespace weighbridge::formats {
namespace {

template <typename Integer>
Integer Decode(const unsigned char* bytes, Endian endian) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    const size_t shift = 8 * (endian == Endian::kLittle ? i : sizeof(Integer) - 1 - i);
    value |= static_cast<Integer>(static_cast<Integer>(bytes[i]) << shift);
  }
  return value;
}

}  // namespace

absl::Status ByteReader::CheckLeft(uint64_t n, std::string_view what) const {
  if (n > remaining()) return Truncated(offset_, what, n, remaining());
  return absl::OkStatus();
}

// Gets the next block. Called only while the size promises more bytes, so an early end is a fault of the medium.
absl::Status ByteReader::Fetch() {
  WB_ASSIGN_OR_RETURN(block_, source_->NextBlock());
  if (block_.empty()) {
    return absl::DataLossError(
        absl::StrFormat("offset %d: the file ended early, its size was %d bytes when opened", fetched_, size_));
  }
  if (block_.size() > size_ - fetched_) {
    return absl::DataLossError(
        absl::StrFormat("offset %d: the file grew beyond its size of %d bytes", fetched_, size_));
  }
  fetched_ += block_.size();
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> ByteReader::Peek(size_t n) {
  n = static_cast<size_t>(std::min<uint64_t>({n, remaining(), kPeekBytesMax}));
  const size_t carried = carry_.size() - carry_start_;
  if (carried == 0 && block_.size() >= n) return block_.substr(0, n);
  if (carried >= n) return std::string_view(carry_).substr(carry_start_, n);
  carry_.erase(0, carry_start_);
  carry_start_ = 0;
  while (carry_.size() < n) {
    if (block_.empty()) WB_RETURN_IF_ERROR(Fetch());
    const size_t part = std::min(n - carry_.size(), block_.size());
    carry_.append(block_.substr(0, part));
    block_.remove_prefix(part);
  }
  return std::string_view(carry_);
}

absl::StatusOr<std::string_view> ByteReader::Available() {
  if (carry_start_ < carry_.size()) return std::string_view(carry_).substr(carry_start_);
  if (block_.empty() && remaining() > 0) WB_RETURN_IF_ERROR(Fetch());
  return block_;
}

void ByteReader::Consume(size_t n) {
  offset_ += n;
  const size_t from_carry = std::min(n, carry_.size() - carry_start_);
  carry_start_ += from_carry;
  if (carry_start_ == carry_.size()) {
    carry_.clear();
    carry_start_ = 0;
  }
  block_.remove_prefix(n - from_carry);
}

absl::Status ByteReader::ReadExact(void* out, size_t n, std::string_view what) {
  WB_RETURN_IF_ERROR(CheckLeft(n, what));
  for (char* to = static_cast<char*>(out); n > 0;) {
    WB_ASSIGN_OR_RETURN(const std::string_view bytes, Available());
    const size_t part = std::min(n, bytes.size());
    std::memcpy(to, bytes.data(), part);
    Consume(part);
    to += part;
    n -= part;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ByteReader::ReadString(uint64_t length, uint64_t limit, std::string_view what) {
  if (length > limit) {
    return OverLimit(offset_, absl::StrFormat("%s of %d bytes is over the limit of %d bytes", what, length, limit));
  }
  WB_RETURN_IF_ERROR(CheckLeft(length, what));
  std::string text(length, '\0');
  WB_RETURN_IF_ERROR(ReadExact(text.data(), length, what));
  return text;
}

absl::StatusOr<uint8_t> ByteReader::ReadU8(std::string_view what) {
  uint8_t value;
  WB_RETURN_IF_ERROR(ReadExact(&value, 1, what));
  return value;
}

absl::StatusOr<uint16_t> ByteReader::ReadU16(Endian endian, std::string_view what) {
  unsigned char bytes[2];
  WB_RETURN_IF_ERROR(ReadExact(bytes, sizeof(bytes), what));
  return Decode<uint16_t>(bytes, endian);
}

absl::StatusOr<uint32_t> ByteReader::ReadU32(Endian endian, std::string_view what) {
  unsigned char bytes[4];
  WB_RETURN_IF_ERROR(ReadExact(bytes, sizeof(bytes), what));
  return Decode<uint32_t>(bytes, endian);
}

absl::StatusOr<uint64_t> ByteReader::ReadU64(Endian endian, std::string_view what) {
  unsigned char bytes[8];
  WB_RETURN_IF_ERROR(ReadExact(bytes, sizeof(bytes), what));
  return Decode<uint64_t>(bytes, endian);
}

absl::Status ByteReader::Skip(uint64_t n, std::string_view what) {
  WB_RETURN_IF_ERROR(CheckLeft(n, what));
  while (n > 0) {
    WB_ASSIGN_OR_RETURN(const std::string_view bytes, Available());
    const size_t part = static_cast<size_t>(std::min<uint64_t>(n, bytes.size()));
    Consume(part);
    n -= part;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ByteReader::ReadRest(uint64_t limit, std::string_view what) {
  return ReadString(remaining(), limit, what);
}

}  // namespace weighbridge::formats
