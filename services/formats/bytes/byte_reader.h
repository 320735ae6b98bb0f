// Typed reads over a ByteSource: the cursor of every binary parser.
//
//   ByteReader reader(&source);
//   WB_ASSIGN_OR_RETURN(uint64_t length, reader.ReadU64(Endian::kLittle, "header length"));
//
// Every read is checked against size() before anything is allocated or consumed. `what` names the thing read in the
// error message. Not thread-safe; the source must outlive the reader.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_READER_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::formats {

enum class Endian { kLittle, kBig };

class ByteReader {
 public:
  // Most bytes that Peek can show.
  static constexpr size_t kPeekBytesMax = 65536;

  explicit ByteReader(ByteSource* source) : source_(source), size_(source->size()) {}
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  uint64_t offset() const { return offset_; }
  uint64_t size() const { return size_; }
  uint64_t remaining() const { return size_ - offset_; }

  // The next min(n, remaining(), kPeekBytesMax) bytes without consuming them; valid until the next call.
  absl::StatusOr<std::string_view> Peek(size_t n);

  // Unread bytes that are at hand, without copying; empty only at the end. Valid until the next call but Consume.
  absl::StatusOr<std::string_view> Available();
  // Consumes `n` bytes of what Available or Peek last returned.
  void Consume(size_t n);

  absl::Status ReadExact(void* out, size_t n, std::string_view what);

  // `length` bytes as a string; over `limit` is an error before anything is allocated.
  absl::StatusOr<std::string> ReadString(uint64_t length, uint64_t limit, std::string_view what);

  absl::StatusOr<uint8_t> ReadU8(std::string_view what);
  absl::StatusOr<uint16_t> ReadU16(Endian endian, std::string_view what);
  absl::StatusOr<uint32_t> ReadU32(Endian endian, std::string_view what);
  absl::StatusOr<uint64_t> ReadU64(Endian endian, std::string_view what);

  // Passes over `n` bytes; an error if fewer are left.
  absl::Status Skip(uint64_t n, std::string_view what);

  // Everything that is left; an error if that is more than `limit` bytes.
  absl::StatusOr<std::string> ReadRest(uint64_t limit, std::string_view what);

 private:
  absl::Status CheckLeft(uint64_t n, std::string_view what) const;
  absl::Status Fetch();

  ByteSource* source_;
  uint64_t size_;
  uint64_t offset_ = 0;   // of the first unread byte
  uint64_t fetched_ = 0;  // bytes got from the source
  std::string carry_;     // unread bytes gathered by Peek, before block_
  size_t carry_start_ = 0;
  std::string_view block_;  // unread rest of the block of the source
};

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_READER_H_
