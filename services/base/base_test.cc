#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge {
namespace {

TEST(HexTest, RoundTrips) {
  const uint8_t bytes[] = {0x00, 0x7f, 0xff};
  EXPECT_EQ(HexEncode(bytes, 3), "007fff");
  uint8_t out[3];
  ASSERT_TRUE(HexDecode("007FfF", out, 3));
  EXPECT_EQ(HexEncode(out, 3), "007fff");
}

TEST(HexTest, RefusesWrongLengthAndDigits) {
  uint8_t out[2];
  EXPECT_FALSE(HexDecode("0011f", out, 2));
  EXPECT_FALSE(HexDecode("00 1", out, 2));
  EXPECT_FALSE(HexDecode("00g1", out, 2));
}

struct Utf8Case {
  std::string name;
  std::string bytes;
  bool valid;
  bool plain;
};

void PrintTo(const Utf8Case& c, std::ostream* os) { *os << c.name; }

class Utf8Test : public testing::TestWithParam<Utf8Case> {};

TEST_P(Utf8Test, Validity) {
  EXPECT_EQ(IsValidUtf8(GetParam().bytes), GetParam().valid);
  EXPECT_EQ(IsPlainName(GetParam().bytes), GetParam().plain);
  EXPECT_TRUE(IsValidUtf8(Printable(GetParam().bytes)));
  EXPECT_EQ(BytesOfPrinted(Printable(GetParam().bytes)), GetParam().bytes);
}

TEST(Utf8Test, BytesOfWhatPrintableNeverReturns) {
  for (const std::string text :
       {"a\nb", "a\\b", "\\x", "\\x4", "\\x41", "\\X0a", "\\x0A", "\xff", "\\xc3\\xa9", "\xe2\x80\xae"}) {
    EXPECT_EQ(BytesOfPrinted(text), std::nullopt) << Printable(text);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Utf8Test,
    testing::Values(
        Utf8Case{"Ascii", "model.gguf", true, true}, Utf8Case{"TwoBytes", "mod\xc3\xa9le", true, true},
        Utf8Case{"FourBytes", "\xf0\x9f\x98\x80", true, true}, Utf8Case{"Overlong", "\xc0\xaf", false, false},
        Utf8Case{"OverlongThree", "\xe0\x80\xaf", false, false}, Utf8Case{"Surrogate", "\xed\xa0\x80", false, false},
        Utf8Case{"TooLarge", "\xf4\x90\x80\x80", false, false}, Utf8Case{"Truncated", "\xe2\x82", false, false},
        Utf8Case{"LoneContinuation", "\x80", false, false}, Utf8Case{"Newline", "a\nb", true, false},
        Utf8Case{"C1Control", "\xc2\x85", true, false}, Utf8Case{"Backslash", "a\\b", true, false}),
    [](const auto& info) { return info.param.name; });

TEST(PrintableTest, EscapesWhatCouldForgeALine) {
  EXPECT_EQ(Printable("a\nb\x1b[0m\\"), "a\\x0ab\\x1b[0m\\x5c");
  EXPECT_EQ(Printable("\xe2\x80\xae"
                      "evil"),
            "\\xe2\\x80\\xaeevil");
}

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return absl::InvalidArgumentError("odd");
  return n / 2;
}

absl::StatusOr<int> Quarter(int n) {
  WB_ASSIGN_OR_RETURN(const int half, Half(n));
  WB_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(StatusMacrosTest, PassErrorsOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
}

TEST(InstantTest, OneFormAndNoOther) {
  const std::string text = "2026-11-26T12:00:00Z";
  ASSERT_TRUE(ParseInstant(text).has_value());
  EXPECT_EQ(FormatInstant(*ParseInstant(text)), text);
  EXPECT_EQ(FormatInstant(*ParseInstant(text) + absl::Milliseconds(999)), text);
  for (const char* other :
       {"", "2026-11-26", "2026-11-26T12:00:00", "2026-11-26T12:00:00+00:00", "2026-11-26T12:00:00.5Z",
        "2026-02-30T12:00:00Z", " 2026-11-26T12:00:00Z", "2026-11-26t12:00:00z", "2026-11-26T12:00:60Z"}) {
    EXPECT_FALSE(ParseInstant(other).has_value()) << other;
  }
}

}  // namespace
}  // namespace weighbridge
