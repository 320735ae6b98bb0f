// Lets a visitor look at the first block before it chooses a parser, and at the last bytes once all is read.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_PEEKABLE_SOURCE_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_PEEKABLE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::source {

// Usage:
//   PeekableSource source(inner, formats::kSniffTailBytes);
//   first = source.Peek();               // sniff it
//   ParseSafetensors(source);            // starts at the first byte
//   source.Drain();                      // reads what the parser left
//   AlsoLooksLike(..., source.tail());   // looks at the end
// Copies nothing but the tail. Not thread-safe; `inner` outlives it.
class PeekableSource : public formats::ByteSource {
 public:
  explicit PeekableSource(formats::ByteSource& inner, size_t tail_bytes = 0);

  // The first block, left to be read. Requires that nothing was read yet. The view is valid until the next call.
  absl::StatusOr<std::string_view> Peek();

  absl::StatusOr<std::string_view> NextBlock() override;
  uint64_t size() const override { return inner_.size(); }

  // Reads to the end.
  absl::Status Drain();

  // The last min(size(), tail_bytes) bytes, as far as they were read.
  std::string_view tail() const { return tail_; }

 private:
  absl::StatusOr<std::string_view> ReadInner();

  formats::ByteSource& inner_;
  const uint64_t tail_begin_;
  uint64_t position_ = 0;
  std::string tail_;
  std::string_view peeked_;
  bool has_peeked_ = false;
};

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_PEEKABLE_SOURCE_H_
