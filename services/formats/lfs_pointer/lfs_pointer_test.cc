#include "services/formats/lfs_pointer/lfs_pointer.h"

#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

using ::testing::StartsWith;

const std::string& Hex() {
  static const auto* hex = new std::string(64, 'a');
  return *hex;
}

std::string Valid() { return testing_support::BuildLfsPointer(Hex(), 1500097784); }

TEST(LfsPointerTest, ReadsTheClaim) {
  const LfsPointer pointer = ParseLfsPointer(Valid()).value();
  EXPECT_EQ(pointer.sha256, Hex());
  EXPECT_EQ(pointer.size, 1500097784u);
  EXPECT_EQ(ParseLfsPointer(testing_support::BuildLfsPointer(Hex(), 0)).value().size, 0u);
}

struct Bad {
  std::string name;
  std::string text;
  std::string message;
};
void PrintTo(const Bad& c, std::ostream* os) { *os << c.name; }

class LfsPointerBadTest : public ::testing::TestWithParam<Bad> {};

TEST_P(LfsPointerBadTest, NearMissesAreErrors) {
  EXPECT_THAT(std::string(ParseLfsPointer(GetParam().text).status().message()), StartsWith(GetParam().message));
}

const std::string& Head() {
  static const auto* head = new std::string("version https://git-lfs.github.com/spec/v1\noid sha256:");
  return *head;
}

INSTANTIATE_TEST_SUITE_P(
    Lfs, LfsPointerBadTest,
    ::testing::Values(Bad{"empty", "", "offset 0: no version"},
                      Bad{"other_version", "version https://git-lfs.github.com/spec/v2\n", "offset 41: no version"},
                      Bad{"crlf", "version https://git-lfs.github.com/spec/v1\r\noid", "offset 42"},
                      Bad{"byte_order_mark", "\xEF\xBB\xBF" + Head(), "offset 0"},
                      Bad{"extension", "version https://git-lfs.github.com/spec/v1\next-0-foo sha256:00\n",
                          "offset 43: expected \"oid"},
                      Bad{"other_hash", "version https://git-lfs.github.com/spec/v1\noid sha512:00\n", "offset 50"},
                      Bad{"upper_case", Head() + std::string(64, 'A') + "\nsize 1\n", "offset 54: expected 64"},
                      Bad{"short", Head() + std::string(63, 'a') + "\nsize 1\n", "offset 117: expected 64"},
                      Bad{"long_oid", Head() + std::string(65, 'a') + "\nsize 1\n", "offset 118: expected a line feed"},
                      Bad{"no_size", Head() + std::string(64, 'a') + "\n", "offset 119: expected \"size"},
                      Bad{"negative", Head() + std::string(64, 'a') + "\nsize -1\n", "offset 124"},
                      Bad{"leading_zero", Head() + std::string(64, 'a') + "\nsize 01\n", "offset 124: the size has"},
                      Bad{"overflow", Head() + std::string(64, 'a') + "\nsize 18446744073709551616\n", "offset 124"},
                      Bad{"two_to_63", Head() + std::string(64, 'a') + "\nsize 9223372036854775808\n", "offset 124"},
                      Bad{"no_line_feed", Head() + std::string(64, 'a') + "\nsize 1", "offset 125"},
                      Bad{"trailing", Head() + std::string(64, 'a') + "\nsize 1\n\n", "offset 126: something behind"},
                      Bad{"huge", Head() + std::string(2000, 'a'), "offset 0: 2054 bytes"}),
    [](const auto& info) { return info.param.name; });

TEST(LfsPointerBadInputTest, EveryTruncationAndEdit) {
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseLfsPointer(bytes).status(); };
  EXPECT_GT(CheckTruncations(parse, Valid()).cases, 100);
  EXPECT_GT(CheckTextEdits(parse, Valid(), "0fFg: \r\n\xFF").cases, 1000);
}

TEST(LfsPointerCorpusTest, ARealPointerIsRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  const std::string text =
      testing_support::ReadFileOrFail(*corpus + "/artifacts/lfs/llama-3.2-1b-derivative.safetensors.pointer");
  EXPECT_EQ(ParseLfsPointer(text).value().size, 1500097784u);
}

}  // namespace
}  // namespace weighbridge::formats
