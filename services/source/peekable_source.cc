#include "services/source/peekable_source.h"

namespace weighbridge::source {

PeekableSource::PeekableSource(formats::ByteSource& inner, size_t tail_bytes)
    : inner_(inner), tail_begin_(inner.size() > tail_bytes ? inner.size() - tail_bytes : 0) {
  if (tail_bytes == 0) return;
  tail_.reserve(static_cast<size_t>(inner.size() - tail_begin_));
}

absl::StatusOr<std::string_view> PeekableSource::ReadInner() {
  absl::StatusOr<std::string_view> block = inner_.NextBlock();
  if (!block.ok()) return block;
  const uint64_t end = position_ + block->size();
  if (end > tail_begin_)
    tail_.append(block->substr(tail_begin_ > position_ ? static_cast<size_t>(tail_begin_ - position_) : 0));
  position_ = end;
  return block;
}

absl::StatusOr<std::string_view> PeekableSource::Peek() {
  if (has_peeked_) return peeked_;
  const absl::StatusOr<std::string_view> block = ReadInner();
  if (!block.ok()) return block;
  peeked_ = *block;
  has_peeked_ = true;
  return peeked_;
}

absl::StatusOr<std::string_view> PeekableSource::NextBlock() {
  if (!has_peeked_) return ReadInner();
  has_peeked_ = false;
  return peeked_;
}

absl::Status PeekableSource::Drain() {
  for (;;) {
    const absl::StatusOr<std::string_view> block = NextBlock();
    if (!block.ok()) return block.status();
    if (block->empty()) return absl::OkStatus();
  }
}

}  // namespace weighbridge::source
