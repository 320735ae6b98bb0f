// The one way in which file parsers get bytes: forward only, pulled, each byte once.
//
// A file that is fingerprinted is read once; its reader updates the digests and hands the same buffer to the parser
// (services/source/hashing_source.h). Parsers therefore never see a path, a descriptor or a seek.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_SOURCE_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_SOURCE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace weighbridge::formats {

// Bytes of one artifact from the first to the last. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Returns the next block of unread bytes, never empty except at the end of the artifact. The view stays valid until
  // the next call. An error is one of the medium (the file shrank, the disk failed), never of the content, and is
  // final.
  virtual absl::StatusOr<std::string_view> NextBlock() = 0;

  // Size of the whole artifact in bytes, known before the first block.
  virtual uint64_t size() const = 0;
};

// A ByteSource over memory that the caller keeps alive; `block_size` (at least 1) lets tests split the input anywhere.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes, size_t block_size = SIZE_MAX)
      : bytes_(bytes), block_size_(block_size) {}

  absl::StatusOr<std::string_view> NextBlock() override {
    const std::string_view block = bytes_.substr(position_, block_size_);
    position_ += block.size();
    return block;
  }
  uint64_t size() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  size_t block_size_;
  size_t position_ = 0;
};

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_BYTES_BYTE_SOURCE_H_
