#include "services/crypto/sha256.h"

#include <string>

#include "gtest/gtest.h"

namespace weighbridge {
namespace {

// Vectors of FIPS 180-4's examples.
TEST(Sha256Test, PublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, SplittingTheInputDoesNotMatter) {
  const std::string text(100000, 'x');
  Sha256 hash;
  for (size_t pos = 0; pos < text.size(); pos += 777) hash.Update(std::string_view(text).substr(pos, 777));
  EXPECT_EQ(ToHex(hash.Finish()), Sha256Hex(text));
  EXPECT_EQ(ToHex(hash.Finish()), Sha256Hex("")) << "Finish starts afresh";
}

}  // namespace
}  // namespace weighbridge
