#include "services/formats/testing/bad_input.h"

#include <algorithm>
#include <cstdio>

#include "gtest/gtest.h"

namespace weighbridge::formats {
namespace {

BadInputCount Shown(const char* kind, const BadInputCount& count) {
  std::printf("%s: %d cases, %d refused\n", kind, count.cases, count.rejected);
  return count;
}

}  // namespace

void CheckOne(const ParseFunction& parse, std::string_view bytes, const std::string& what, BadInputCount* count) {
  const absl::Status status = parse(bytes, SIZE_MAX);
  ++count->cases;
  if (!status.ok()) {
    ++count->rejected;
    EXPECT_NE(std::string(status.message()).find("offset "), std::string::npos) << what << ": " << status;
  }
  const size_t block_size = count->cases % 3 == 0 ? 1 : count->cases % 3 == 1 ? 2 : 7;
  EXPECT_EQ(parse(bytes, block_size), status) << what << " in blocks of " << block_size;
}

BadInputCount CheckTruncations(const ParseFunction& parse, std::string_view valid, size_t until) {
  BadInputCount count;
  EXPECT_TRUE(parse(valid, SIZE_MAX).ok()) << parse(valid, SIZE_MAX);
  for (size_t length = 0; length < std::min(valid.size(), until); ++length) {
    CheckOne(parse, valid.substr(0, length), "first " + std::to_string(length) + " bytes", &count);
  }
  EXPECT_EQ(count.rejected, count.cases) << "a truncated file was accepted";
  return Shown("truncations", count);
}

BadInputCount CheckOverwrites(const ParseFunction& parse, std::string_view valid, size_t until) {
  BadInputCount count;
  EXPECT_TRUE(parse(valid, SIZE_MAX).ok()) << parse(valid, SIZE_MAX);
  const uint64_t size = valid.size();
  const uint64_t values[] = {0,
                             1,
                             2,
                             3,
                             size,
                             size + 1,
                             0x7FFFFFFF,
                             0x80000000,
                             0xFFFFFFFF,
                             uint64_t{1} << 32,
                             uint64_t{1} << 40,
                             uint64_t{1} << 46,
                             uint64_t{1} << 61,
                             uint64_t{1} << 62,
                             (uint64_t{1} << 63) - 1,
                             uint64_t{1} << 63,
                             UINT64_MAX - 31,
                             UINT64_MAX - 3,
                             UINT64_MAX};
  for (size_t at = 0; at < std::min(valid.size(), until); ++at) {
    const std::string what = "offset overwritten: " + std::to_string(at);
    for (const uint8_t byte : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::string bytes(valid);
      bytes[at] = static_cast<char>(byte);
      CheckOne(parse, bytes, what, &count);
    }
    for (const size_t width : {4, 8}) {
      if (at + width > valid.size()) continue;
      for (const uint64_t value : values) {
        if (width == 4 && value > UINT32_MAX) continue;
        for (const bool big : {false, true}) {
          std::string bytes(valid);
          for (size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<char>(value >> 8 * (big ? width - 1 - i : i));
          CheckOne(parse, bytes, what, &count);
        }
      }
    }
  }
  return Shown("overwrites", count);
}

BadInputCount CheckTextEdits(const ParseFunction& parse, std::string_view valid, std::string_view replacements,
                             size_t until) {
  BadInputCount count;
  EXPECT_TRUE(parse(valid, SIZE_MAX).ok()) << parse(valid, SIZE_MAX);
  for (size_t at = 0; at < std::min(valid.size(), until); ++at) {
    const std::string what = "edit at offset " + std::to_string(at);
    std::string removed(valid), doubled(valid);
    removed.erase(at, 1);
    doubled.insert(at, 1, valid[at]);
    CheckOne(parse, removed, what, &count);
    CheckOne(parse, doubled, what, &count);
    for (const char replacement : replacements) {
      std::string bytes(valid);
      bytes[at] = replacement;
      CheckOne(parse, bytes, what, &count);
    }
  }
  return Shown("text edits", count);
}

}  // namespace weighbridge::formats
