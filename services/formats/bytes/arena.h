// Append-only storage for many short strings and numbers of one parsed header: 200,000 names cost their bytes, not an
// allocation each. What it returns stays valid as long as the arena lives, also after the arena was moved.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ARENA_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace weighbridge::formats {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : blocks_(std::move(other.blocks_)),
        free_(std::exchange(other.free_, nullptr)),
        left_(std::exchange(other.left_, 0)) {}
  Arena& operator=(Arena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    free_ = std::exchange(other.free_, nullptr);
    left_ = std::exchange(other.left_, 0);
    return *this;
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  absl::Span<const uint64_t> Copy(absl::Span<const uint64_t> numbers) {
    if (numbers.empty()) return {};
    auto* to = static_cast<uint64_t*>(Allocate(numbers.size() * sizeof(uint64_t), alignof(uint64_t)));
    std::memcpy(to, numbers.data(), numbers.size() * sizeof(uint64_t));
    return {to, numbers.size()};
  }

 private:
  static constexpr size_t kBlockBytes = 65536;

  void* Allocate(size_t bytes, size_t alignment) {
    if (bytes > kBlockBytes / 4) {  // its own block; the current one goes on
      blocks_.push_back(std::make_unique<char[]>(bytes));
      return blocks_.back().get();
    }
    size_t pad = (alignment - reinterpret_cast<uintptr_t>(free_) % alignment) % alignment;
    if (pad + bytes > left_) {
      blocks_.push_back(std::make_unique<char[]>(kBlockBytes));
      free_ = blocks_.back().get();
      left_ = kBlockBytes;
      pad = 0;
    }
    char* result = free_ + pad;
    free_ += pad + bytes;
    left_ -= pad + bytes;
    return result;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t left_ = 0;
};

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ARENA_H_
