#include "services/formats/bytes/byte_reader.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/arena.h"
#include "services/formats/bytes/checked.h"
#include "services/formats/bytes/errors.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;

class ByteReaderTest : public ::testing::TestWithParam<size_t> {};

TEST_P(ByteReaderTest, ReadsTheSameHoweverTheInputIsSplit) {
  const std::string bytes("\x01\x02\x03\x04\x05\x06\x07\x08name!rest of it", 24);
  MemorySource source(bytes, GetParam());
  ByteReader reader(&source);
  EXPECT_EQ(reader.Peek(4).value(), bytes.substr(0, 4));
  EXPECT_EQ(reader.offset(), 0u);
  EXPECT_EQ(reader.ReadU8("a").value(), 0x01);
  EXPECT_EQ(reader.ReadU16(Endian::kBig, "b").value(), 0x0203);
  EXPECT_EQ(reader.ReadU32(Endian::kLittle, "c").value(), 0x07060504u);
  EXPECT_EQ(reader.Peek(100).value(), bytes.substr(7));
  EXPECT_TRUE(reader.Skip(1, "d").ok());
  EXPECT_EQ(reader.ReadString(4, 10, "name").value(), "name");
  EXPECT_EQ(reader.offset(), 12u);
  EXPECT_EQ(reader.remaining(), 12u);
  EXPECT_EQ(reader.ReadRest(100, "rest").value(), "!rest of it" + std::string(1, '\0'));
  EXPECT_EQ(reader.Peek(1).value(), "");
  EXPECT_EQ(reader.Available().value(), "");
}

INSTANTIATE_TEST_SUITE_P(Split, ByteReaderTest, ::testing::Values(1, 2, 7, SIZE_MAX));

TEST(ByteReaderTest, BothEndiannessesOf64Bits) {
  const std::string bytes("\x01\x02\x03\x04\x05\x06\x07\x08", 8);
  MemorySource little(bytes), big(bytes);
  EXPECT_EQ(ByteReader(&little).ReadU64(Endian::kLittle, "x").value(), 0x0807060504030201u);
  EXPECT_EQ(ByteReader(&big).ReadU64(Endian::kBig, "x").value(), 0x0102030405060708u);
}

TEST(ByteReaderTest, TheEndIsAnErrorWithPlaceAndNeed) {
  MemorySource source("abcdef");
  ByteReader reader(&source);
  ASSERT_TRUE(reader.Skip(4, "head").ok());
  const absl::Status status = reader.ReadU32(Endian::kLittle, "count").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(), "offset 4: truncated: count needs 4 bytes, 2 are left");
  EXPECT_EQ(reader.offset(), 4u) << "a failed read consumes nothing";
  EXPECT_THAT(std::string(reader.Skip(UINT64_MAX, "data").message()), HasSubstr("offset 4: truncated: data"));
}

TEST(ByteReaderTest, LimitsHoldBeforeAnythingIsAllocated) {
  MemorySource source("abcdef");
  ByteReader reader(&source);
  EXPECT_EQ(reader.ReadString(uint64_t{1} << 60, 1000, "name").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(reader.ReadString(uint64_t{1} << 60, UINT64_MAX, "name").status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(reader.ReadRest(5, "document").status().message(),
            "offset 0: document of 6 bytes is over the limit of 5 bytes");
}

// A file that shrinks or grows while it is read.
class LyingSource : public ByteSource {
 public:
  LyingSource(std::string_view bytes, uint64_t size) : inner_(bytes), size_(size) {}
  absl::StatusOr<std::string_view> NextBlock() override { return inner_.NextBlock(); }
  uint64_t size() const override { return size_; }

 private:
  MemorySource inner_;
  uint64_t size_;
};

TEST(ByteReaderTest, AFileThatShrinksOrGrowsIsDataLoss) {
  LyingSource shrunk("abc", 5), grown("abcdef", 5);
  EXPECT_EQ(ByteReader(&shrunk).ReadRest(10, "x").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ByteReader(&grown).ReadRest(10, "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ArenaTest, ViewsOutliveAMove) {
  Arena arena;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20000; ++i) views.push_back(arena.Copy("name" + std::to_string(i)));
  const std::string_view large = arena.Copy(std::string(100000, 'x'));
  const std::vector<uint64_t> dims = {1, 2, 3};
  const absl::Span<const uint64_t> copied = arena.Copy(absl::MakeConstSpan(dims));
  const Arena moved = std::move(arena);
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(views[i], "name" + std::to_string(i));
  EXPECT_EQ(large.size(), 100000u);
  EXPECT_EQ(copied, absl::MakeConstSpan(dims));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(copied.data()) % alignof(uint64_t), 0u);
}

TEST(CheckedTest, OverflowIsNoNumber) {
  EXPECT_EQ(CheckedAdd(UINT64_MAX, 1), std::nullopt);
  EXPECT_EQ(CheckedMultiply(uint64_t{1} << 33, uint64_t{1} << 31), std::nullopt);
  EXPECT_EQ(CheckedAlign(UINT64_MAX - 3, 32), std::nullopt) << "the padding macro that wrapped in other readers";
  EXPECT_EQ(CheckedAlign(33, 32), 64u);
  EXPECT_EQ(CheckedAlign(64, 32), 64u);
}

TEST(PositionTest, TextsHaveLineAndColumn) {
  EXPECT_EQ(ToString(Position{7}), "offset 7");
  EXPECT_EQ(ToString(Position{7, 2, 3}), "offset 7 (line 2, column 3)");
}

}  // namespace
}  // namespace weighbridge::formats
