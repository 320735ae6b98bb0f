#include "services/base/base64.h"

#include "gtest/gtest.h"

namespace weighbridge {
namespace {

TEST(Base64Test, Rfc4648) {
  const std::pair<std::string_view, std::string_view> kCases[] = {{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : kCases) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_EQ(Base64Decode(text), std::string(bytes));
  }
}

TEST(Base64Test, EveryByteComesBack) {
  std::string bytes;
  for (int size = 0; size < 300; ++size) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
    bytes += static_cast<char>(size * 37);
  }
}

TEST(Base64Test, EitherAlphabetButNoMix) {
  EXPECT_EQ(Base64Decode("+/+/"), Base64Decode("-_-_"));
  EXPECT_TRUE(Base64Decode("-_-_").has_value());
  EXPECT_FALSE(Base64Decode("+/-_").has_value());
}

class BadBase64Test : public testing::TestWithParam<std::string_view> {};

TEST_P(BadBase64Test, IsRefused) { EXPECT_FALSE(Base64Decode(GetParam()).has_value()); }

INSTANTIATE_TEST_SUITE_P(Forms, BadBase64Test,
                         testing::Values("Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", " Zm9v",
                                         "Zm9v=", "Zg==Zg==", "Zm9\xc3", "Z=g="));

}  // namespace
}  // namespace weighbridge
