// Peeking, tails and whole documents.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "services/source/document.h"
#include "services/source/peekable_source.h"

namespace weighbridge::source {
namespace {

using ::testing::HasSubstr;

std::string ReadRest(formats::ByteSource& source) {
  std::string bytes;
  for (;;) {
    const absl::StatusOr<std::string_view> block = source.NextBlock();
    if (!block.ok() || block->empty()) return bytes;
    bytes.append(*block);
  }
}

TEST(PeekableSourceTest, APeekedBlockIsReadAgain) {
  const std::string content = "0123456789";
  for (size_t block = 1; block <= 11; ++block) {
    formats::MemorySource memory(content, block);
    PeekableSource source(memory);
    EXPECT_EQ(*source.Peek(), content.substr(0, block));
    EXPECT_EQ(*source.Peek(), content.substr(0, block));
    EXPECT_EQ(ReadRest(source), content);
    EXPECT_EQ(source.size(), content.size());
  }
}

TEST(PeekableSourceTest, TailIsTheEndHoweverTheBlocksFall) {
  const std::string content = "0123456789";
  for (size_t block = 1; block <= 11; ++block) {
    for (size_t tail = 0; tail <= 12; ++tail) {
      formats::MemorySource memory(content, block);
      PeekableSource source(memory, tail);
      ASSERT_TRUE(source.Peek().ok());
      ASSERT_TRUE(source.NextBlock().ok());
      ASSERT_TRUE(source.Drain().ok());
      EXPECT_EQ(source.tail(), content.substr(content.size() - std::min(tail, content.size()))) << block << " " << tail;
    }
  }
}

TEST(PeekableSourceTest, EmptyFile) {
  formats::MemorySource memory("");
  PeekableSource source(memory, 8);
  EXPECT_EQ(*source.Peek(), "");
  EXPECT_TRUE(source.Drain().ok());
  EXPECT_EQ(source.tail(), "");
}

TEST(ReadDocumentTest, WholeTextUpToTheLimit) {
  const std::string text(100, 'x');
  for (const size_t block : {1, 7, 100, 1000}) {
    formats::MemorySource fits(text, block);
    EXPECT_EQ(*ReadDocument(fits, 100), text);
  }
  formats::MemorySource over(text);
  const absl::Status status = ReadDocument(over, 99).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("100 bytes is over the limit of 99 bytes"));
}

// A source whose size says less than it gives must not get past the limit.
class LyingSource : public formats::ByteSource {
 public:
  absl::StatusOr<std::string_view> NextBlock() override { return std::string_view("0123456789"); }
  uint64_t size() const override { return 1; }
};

TEST(ReadDocumentTest, LimitHoldsAgainstASourceThatLies) {
  LyingSource source;
  EXPECT_EQ(ReadDocument(source, 1000).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace weighbridge::source
