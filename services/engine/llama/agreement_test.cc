// Our parser and ggml's over the same bytes: valid files are taken, and what the two would read differently is refused.
#include "services/engine/llama/agreement.h"

#include "gtest/gtest.h"

#ifdef WEIGHBRIDGE_HAS_LLAMA

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "services/engine/llama/llama_runtime.h"
#include "tests/support/model_builder.h"

namespace weighbridge::engine {
namespace {

using testing_support::BuildGguf;
using testing_support::GgufKv;
using testing_support::GgufKvType;
using testing_support::GgufNumber;
using testing_support::GgufString;

class AgreementTest : public testing::Test {
 protected:
  void SetUp() override {
    const absl::StatusOr<const Library*> library = Library::Open(LlamaFolder(""));
    if (!library.ok()) GTEST_SKIP() << library.status();
    library_ = *library;
    library_->llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  }
  absl::Status Check(const std::string& bytes) const {
    SealedFile file;
    file.name = "model.gguf";
    file.size = bytes.size();
    file.fd = source::OwnedFd(memfd_create("test", MFD_CLOEXEC));
    EXPECT_EQ(write(file.fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return CheckAgreement(*library_, file);
  }
  const Library* library_ = nullptr;
};

std::vector<GgufKv> Keys() {
  return {GgufString("general.architecture", "llama"), GgufNumber("llama.block_count", GgufKvType::kU32, 2),
          testing_support::GgufF32("llama.rope.freq_base", 10000.0f),
          testing_support::GgufStrings("tokenizer.ggml.tokens", {"a", "b"}),
          testing_support::GgufNumbers("tokenizer.ggml.token_type", GgufKvType::kI32, {1, 1})};
}

TEST_F(AgreementTest, ValidFilesAreReadAlike) {
  for (const uint32_t type : {0u, 1u, 8u, 12u}) {
    EXPECT_TRUE(Check(BuildGguf(Keys(), {{"token_embd.weight", {256, 4}, type}, {"output.weight", {256, 2}, 0}})).ok())
        << type;
  }
  testing_support::GgufOptions aligned;
  aligned.alignment = 64;
  EXPECT_TRUE(Check(BuildGguf(Keys(), {{"a", {3}}, {"b", {5}}}, aligned)).ok());
  for (const char* name : {"llama-spm", "gpt-2", "llama-bpe"}) {
    std::ifstream in(LlamaFolder("") + "/vocab/ggml-vocab-" + name + ".gguf", std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    ASSERT_FALSE(bytes.empty()) << name;
    EXPECT_TRUE(Check(bytes).ok()) << name << ": " << Check(bytes);
  }
}

TEST_F(AgreementTest, DifferentReadingsAreRefused) {
  std::vector<GgufKv> keys = Keys();
  keys.push_back(GgufString("general.name", std::string("a\0b", 3)));
  EXPECT_FALSE(Check(BuildGguf(keys, {{"a", {3}}})).ok()) << "a string with a NUL ends early for one of the two";
  testing_support::GgufOptions big;
  big.order = testing_support::GgufByteOrder::kBig;
  EXPECT_FALSE(Check(BuildGguf(Keys(), {{"a", {3}}}, big)).ok());
  EXPECT_FALSE(Check("GGUF").ok());
  EXPECT_FALSE(Check("").ok());
}

// Whatever a mutation does: no crash, and never accepted with another meaning; that is what CheckAgreement compares.
TEST_F(AgreementTest, MutantsNeverCrash) {
  const int mutants = std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 200000 : 10000;
  const std::string good = BuildGguf(Keys(), {{"token_embd.weight", {32, 4}}, {"output.weight", {32, 2}, 1}});
  const size_t head = std::min<size_t>(good.size(), 700);  // keys and infos, not the data
  std::mt19937_64 random(3);
  int alike = 0, refused = 0;
  for (int i = 0; i < mutants; ++i) {
    std::string bytes = good;
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % head;
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
          break;
        case 2:
          bytes.erase(at, 1 + random() % 8);
          break;
        default:
          bytes.insert(at, 1 + random() % 8, static_cast<char>(random() % 4));
      }
      if (bytes.size() < head) break;
    }
    (Check(bytes).ok() ? alike : refused)++;
  }
  std::printf("%d mutants: %d read alike by both, %d refused\n", mutants, alike, refused);
  EXPECT_GT(alike, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace weighbridge::engine

#else

TEST(AgreementTest, ValidFilesAreReadAlike) { GTEST_SKIP() << "built without the headers of the inference library"; }

#endif  // WEIGHBRIDGE_HAS_LLAMA
