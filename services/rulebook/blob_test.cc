// The compiled form: FromCompiled(Compile()) is the same rulebook, and damaged bytes are errors.
#include "services/rulebook/blob.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/rulebook/fixture.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

// Bytes at an address divisible by 8.
class Aligned {
 public:
  explicit Aligned(std::string_view bytes) : words_(bytes.size() / 8 + 1), size_(bytes.size()) {
    bytes.copy(data(), bytes.size());
  }
  char* data() { return reinterpret_cast<char*>(words_.data()); }
  std::string_view View(size_t begin = 0) { return std::string_view(data() + begin, size_ - begin); }

 private:
  std::vector<uint64_t> words_;
  size_t size_;
};

std::string MiniBlob() {
  std::vector<RuleIssue> issues;
  const auto book = Rulebook::FromFiles(MiniRulebook(), &issues);
  EXPECT_TRUE(book.ok()) << ToString(issues);
  return (*book)->Compile();
}

TEST(BlobTest, LoadsAsTheSameRulebook) {
  const std::string bytes = MiniBlob();
  Aligned blob(bytes);
  const auto book = Rulebook::FromCompiled(blob.View());
  ASSERT_TRUE(book.ok()) << book.status();
  EXPECT_EQ((*book)->Compile(), bytes);
  EXPECT_EQ((*book)->digest(), RulesDigest(MiniRulebook()));
  EXPECT_EQ((*book)->bundle(), PackBundle(MiniRulebook()));
  EXPECT_NE((*book)->LicenseById("acorn-1.0"), nullptr);
}

TEST(BlobTest, TruncatedAtEveryByteIsAnError) {
  Aligned blob(MiniBlob());
  const std::string_view all = blob.View();
  // Every length near both ends, and a stride of a prime between: each costs a hash of the whole.
  for (size_t size = 0; size < all.size(); size += size < 300 || size + 300 > all.size() ? 1 : 7) {
    ASSERT_FALSE(Rulebook::FromCompiled(all.substr(0, size)).ok()) << size;
  }
}

TEST(BlobTest, EveryFlippedBitIsAnError) {
  Aligned blob(MiniBlob());
  const size_t size = blob.View().size();
  for (size_t i = 0; i < size; i += i < 300 || i + 300 > size ? 1 : 7) {
    for (int bit = 0; bit < 8; bit += i < 300 ? 1 : 3) {
      blob.data()[i] = static_cast<char>(blob.data()[i] ^ 1 << bit);
      const auto book = Rulebook::FromCompiled(blob.View());
      ASSERT_FALSE(book.ok() && (*book)->CheckedBundle().ok()) << "byte " << i << " bit " << bit;
      blob.data()[i] = static_cast<char>(blob.data()[i] ^ 1 << bit);
    }
  }
}

TEST(BlobTest, AnotherAddressOrFormatIsRefused) {
  Aligned shifted("x" + MiniBlob());
  EXPECT_EQ(Rulebook::FromCompiled(shifted.View(1)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Rulebook::FromCompiled("").status().code(), absl::StatusCode::kInvalidArgument);
  Aligned zeros(std::string(200, '\0'));
  EXPECT_EQ(Rulebook::FromCompiled(zeros.View()).status().code(), absl::StatusCode::kInvalidArgument);
}

// With a checksum that fits: what is inside is still checked as far as memory safety needs it.
TEST(BlobTest, SectionsOfNonsenseAreErrors) {
  for (const BlobSections& sections : {BlobSections{"", "", "", ""}, BlobSections{"\xff\xff\xff", "x", "y", ""},
                                       BlobSections{"\x08\x02", "", "", ""}}) {
    Aligned blob(PackBlob(sections));
    EXPECT_TRUE(UnpackBlob(blob.View()).ok());
    EXPECT_FALSE(Rulebook::FromCompiled(blob.View()).ok());
  }
}

TEST(BlobTest, SectionsComeBackAtAlignedOffsets) {
  Aligned blob(PackBlob({"a", "bcdefghij", "k", ""}));
  const auto sections = UnpackBlob(blob.View());
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_EQ(sections->messages, "a");
  EXPECT_EQ(sections->index, "bcdefghij");
  EXPECT_EQ(sections->bundle, "k");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(sections->index.data()) % kBlobAlignment, 0u);
}

}  // namespace
}  // namespace weighbridge::rulebook
