#include "services/formats/gguf/gguf.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

using namespace testing_support;  // NOLINT: the builders
using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::StatusOr<GgufHeader> Parse(std::string_view bytes, size_t block_size = SIZE_MAX) {
  MemorySource source(bytes, block_size);
  return ParseGguf(&source);
}

absl::Status Verdict(std::string_view bytes, size_t block_size) { return Parse(bytes, block_size).status(); }

std::vector<GgufKv> SampleKeys() {
  return {GgufString("general.architecture", "llama"),
          GgufString("general.license", "mit"),
          GgufStrings("general.tags", {"text", "chat"}),
          GgufStrings("tokenizer.ggml.tokens", {"<s>", "\xFF", ""}),
          GgufNumbers("tokenizer.ggml.scores", GgufKvType::kF32, {0, 1, 2}),
          GgufNumber("clip.has_vision_encoder", GgufKvType::kBool, 1),
          GgufNumber("llama.context_length", GgufKvType::kU32, 4096),
          GgufNumber("negative", GgufKvType::kI16, 0xFFFE),
          GgufF32("llama.rope", 0.5f)};
}

std::vector<GgufTensorSpec> SampleTensors() {
  return {{"token_embd.weight", {64, 3}, 8}, {"output_norm.weight", {5}, 0}, {"blk.0.attn_q.weight", {256, 2}, 12}};
}

std::string Sample() { return BuildGguf(SampleKeys(), SampleTensors()); }

struct Variant {
  std::string name;
  uint32_t version;
  GgufByteOrder order;
  uint32_t alignment;
};
void PrintTo(const Variant& c, std::ostream* os) { *os << c.name; }

class GgufVariantTest : public ::testing::TestWithParam<Variant> {};

TEST_P(GgufVariantTest, IsReadAlike) {
  GgufOptions options;
  options.version = GetParam().version;
  options.order = GetParam().order;
  options.alignment = GetParam().alignment;
  const std::string bytes = BuildGguf(SampleKeys(), SampleTensors(), options);
  for (const size_t block_size : {size_t{1}, size_t{2}, size_t{7}, SIZE_MAX}) {
    const GgufHeader header = Parse(bytes, block_size).value();
    EXPECT_EQ(header.version, GetParam().version);
    EXPECT_EQ(header.alignment, GetParam().alignment);
    EXPECT_EQ(header.FindString("general.license"), "mit");
    EXPECT_THAT(header.Find("general.tags")->strings, ::testing::ElementsAre("text", "chat"));
    EXPECT_TRUE(header.Find("tokenizer.ggml.tokens")->strings.empty()) << "vocabularies are measured, not kept";
    EXPECT_EQ(header.Find("tokenizer.ggml.tokens")->size, 3u);
    EXPECT_EQ(header.Find("clip.has_vision_encoder")->AsBool(), true);
    EXPECT_EQ(header.Find("llama.context_length")->AsUint(), 4096u);
    EXPECT_EQ(header.Find("negative")->AsInt(), -2);
    EXPECT_EQ(header.Find("negative")->AsUint(), std::nullopt);
    EXPECT_EQ(header.Find("llama.rope")->AsDouble(), 0.5);
    EXPECT_EQ(header.Find("general.name"), nullptr);
    ASSERT_EQ(header.tensors.size(), 3u);
    EXPECT_EQ(header.tensors[0].name, "token_embd.weight");
    EXPECT_THAT(header.tensors[0].dims, ::testing::ElementsAre(64, 3));
    EXPECT_EQ(header.tensors[0].bytes, 6u * 34);
    EXPECT_EQ(header.tensors[2].bytes, 2u * 144);
    EXPECT_EQ(header.trailing_bytes, 0u);
    EXPECT_EQ(header.unreadable_tensors, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Gguf, GgufVariantTest,
                         ::testing::Values(Variant{"v1", 1, GgufByteOrder::kLittle, 32},
                                           Variant{"v2", 2, GgufByteOrder::kLittle, 32},
                                           Variant{"v3", 3, GgufByteOrder::kLittle, 32},
                                           Variant{"v3_big_endian", 3, GgufByteOrder::kBig, 32},
                                           Variant{"v3_alignment_8", 3, GgufByteOrder::kLittle, 8},
                                           Variant{"v3_alignment_4096", 3, GgufByteOrder::kLittle, 4096}),
                         [](const auto& info) { return info.param.name; });

TEST(GgufTest, ZeroTensorsAreForTheCallerToJudge) {
  const GgufHeader header = Parse(BuildGguf(SampleKeys(), {})).value();
  EXPECT_TRUE(header.tensors.empty());
  EXPECT_EQ(header.trailing_bytes, 0u);
}

TEST(GgufTest, AnUnknownTensorTypeIsUnreadableNotInvalid) {
  GgufWriter writer;
  writer.Header(2, 0).Tensor("new", {32}, 99, 0).Tensor("old", {8}, 0, 64).PadTo(32).Raw(std::string(96, 'd'));
  const GgufHeader header = Parse(writer.bytes()).value();
  EXPECT_EQ(header.unreadable_tensors, 1u);
  EXPECT_FALSE(header.tensors[0].readable);
  EXPECT_EQ(header.trailing_bytes, 0u);
  GgufWriter last;
  last.Header(1, 0).Tensor("new", {32}, 4, 0).PadTo(32).Raw(std::string(96, 'd'));
  EXPECT_EQ(Parse(last.bytes()).value().trailing_bytes, std::nullopt);
}

TEST(GgufTest, TrailingBytesAreCounted) {
  EXPECT_EQ(Parse(Sample() + "PK\x05\x06").value().trailing_bytes, 4u);
  EXPECT_EQ(Parse(BuildGguf({}, {}) + "hidden").value().trailing_bytes, 6u);
}

TEST(GgufTest, TheLastTensorNeedsNoPadding) {
  GgufWriter writer;
  writer.Header(1, 0).Tensor("t", {5}, 0, 0).PadTo(32).Raw(std::string(20, 'd'));
  EXPECT_EQ(Parse(writer.bytes()).value().trailing_bytes, 0u);
}

TEST(GgufTest, LongStringsAreCutAndMeasured) {
  const GgufHeader header =
      Parse(BuildGguf({GgufString("tokenizer.chat_template", std::string(100000, 'x')), GgufString("z", "end")}, {}))
          .value();
  const GgufKey* key = header.Find("tokenizer.chat_template");
  EXPECT_EQ(key->text.size(), kGgufStringKeepBytes);
  EXPECT_EQ(key->size, 100000u);
  EXPECT_TRUE(key->truncated());
  EXPECT_EQ(key->AsString(), std::nullopt);
  EXPECT_EQ(header.FindString("z"), "end");
}

TEST(GgufTest, PlacesAreThoseOfTheFile) {
  const std::string bytes = Sample();
  const GgufKey license = *Parse(bytes)->Find("general.license");
  EXPECT_EQ(bytes.substr(license.at + 8, 15), "general.license");
  EXPECT_EQ(bytes.substr(license.value_begin + 8, license.value_end - license.value_begin - 8), "mit");
}

// One file for each known way to make a reader of GGUF misbehave.
struct Attack {
  std::string name;
  GgufWriter file;
  std::string message;
};
void PrintTo(const Attack& c, std::ostream* os) { *os << c.name; }

class GgufAttackTest : public ::testing::TestWithParam<Attack> {};

TEST_P(GgufAttackTest, IsRefusedAtItsPlace) {
  for (const size_t block_size : {size_t{1}, size_t{7}, SIZE_MAX}) {
    const absl::Status status = Verdict(GetParam().file.bytes(), block_size);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), StartsWith("offset "));
    EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
  }
}

constexpr uint64_t kHuge = UINT64_MAX;

GgufWriter Keys(uint64_t count = 1) { return GgufWriter().Header(0, count); }
GgufWriter Tensors(uint64_t count = 1) { return GgufWriter().Header(count, 0); }
std::string Data(size_t size) { return std::string(size, 'd'); }

INSTANTIATE_TEST_SUITE_P(
    Head, GgufAttackTest,
    ::testing::Values(Attack{"empty", GgufWriter(), "offset 0: truncated: magic"},
                      Attack{"magic", GgufWriter().Raw("GGML").U32(3).U64(0).U64(0), "offset 0"},
                      Attack{"version_0", GgufWriter().Raw("GGUF").U32(0).U64(0).U64(0), "offset 4: version 0"},
                      Attack{"version_4", GgufWriter().Raw("GGUF").U32(4).U64(0).U64(0), "offset 4: version 4"},
                      Attack{"version_2_big_endian", GgufWriter().Raw("GGUF").U32(0x02000000).U64(0).U64(0),
                             "offset 4"},
                      Attack{"tensor_count_max", GgufWriter().Header(kHuge, 0), "offset 8: tensor count"},
                      Attack{"tensor_count_over", GgufWriter().Header(200001, 0), "over the limit of 200000"},
                      Attack{"key_count_max", GgufWriter().Header(0, kHuge), "offset 16: key count"},
                      Attack{"key_count_negative", GgufWriter().Header(0, uint64_t{1} << 63), "key count"},
                      Attack{"tensor_count_without_tensors", GgufWriter().Header(200000, 0), "truncated"},
                      Attack{"key_count_without_keys", GgufWriter().Header(0, 16384), "truncated"},
                      Attack{"v1_count_max", GgufWriter(1).Header(UINT32_MAX, 0), "offset 8: tensor count"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Key, GgufAttackTest,
    ::testing::Values(
        Attack{"length_max", Keys().U64(kHuge), "offset 24: length of key"},
        Attack{"length_minus_one_wraps", Keys().U64(kHuge - 1), "length of key"},
        Attack{"length_beyond_file", Keys().U64(1000).Raw("k"), "truncated: key needs 1000 bytes"},
        Attack{"empty", Keys().String("").U32(0).U8(1), "empty key"},
        Attack{"nul", Keys().String(std::string("a\0b", 3)).U32(0).U8(1), "NUL in a key"},
        Attack{"not_utf8", Keys().String("\xFF").U32(0).U8(1), "is not UTF-8"},
        Attack{"long_key", Keys().String(std::string(1025, 'k')).U32(0).U8(1), "over the limit of 1024"},
        Attack{"type_13", Keys().String("k").U32(13), "unknown value type 13"},
        Attack{"type_max", Keys().String("k").U32(UINT32_MAX), "unknown value type"},
        Attack{"bool_2", Keys().String("k").U32(7).U8(2), "boolean 2"},
        Attack{"bool_array_2", Keys().String("k").U32(9).U32(7).U64(2).U8(1).U8(2), "boolean 2"},
        Attack{"duplicate", Keys(2).String("k").U32(0).U8(1).String("k").U32(0).U8(2),
               "offset 38: duplicate key \"k\""},
        Attack{"string_length_max", Keys().String("k").U32(8).U64(kHuge), "string length"},
        Attack{"string_length_plus_one_wraps", Keys().String("k").U32(8).U64(kHuge - 8), "string length"},
        Attack{"string_beyond_file", Keys().String("k").U32(8).U64(5000).Raw("x"),
               "truncated: string needs 5000 bytes, 1 are left"},
        Attack{"array_count_max", Keys().String("k").U32(9).U32(0).U64(kHuge), "element count"},
        Attack{"array_bytes_wrap", Keys().String("k").U32(9).U32(10).U64((uint64_t{1} << 61) + 1), "element count"},
        Attack{"array_of_2_28_in_a_small_file", Keys().String("k").U32(9).U32(10).U64(uint64_t{1} << 28),
               "truncated: array needs 2147483648 bytes"},
        Attack{"strings_2_28_in_a_small_file", Keys().String("k").U32(9).U32(8).U64(uint64_t{1} << 28),
               "truncated: array of strings"},
        Attack{"array_over_2_28", Keys().String("k").U32(9).U32(0).U64((uint64_t{1} << 28) + 1),
               "over the limit of 268435456"},
        Attack{"nested_array", Keys().String("k").U32(9).U32(9).U64(1).U32(9).U64(1), "offset 37: an array of arrays"},
        Attack{"array_of_unknown", Keys().String("k").U32(9).U32(13).U64(1), "unknown element type 13"},
        Attack{"token_length_max", Keys().String("tokenizer.ggml.tokens").U32(9).U32(8).U64(1).U64(kHuge),
               "string length"},
        Attack{"token_length_negative_32", Keys().String("t").U32(9).U32(8).U64(1).U64(0xFFFFFFFF), "string length"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Alignment, GgufAttackTest,
    ::testing::Values(
        Attack{"zero", Keys().String("general.alignment").U32(4).U32(0), "alignment 0 is no power of two"},
        Attack{"three", Keys().String("general.alignment").U32(4).U32(3), "alignment 3"},
        Attack{"one", Keys().String("general.alignment").U32(4).U32(1), "alignment 1"},
        Attack{"forty", Keys().String("general.alignment").U32(4).U32(40), "alignment 40"},
        Attack{"max", Keys().String("general.alignment").U32(4).U32(UINT32_MAX), "alignment 4294967295"},
        Attack{"huge_power", Keys().String("general.alignment").U32(4).U32(0x80000000), "alignment"},
        Attack{"as_u64", Keys().String("general.alignment").U32(10).U64(32), "general.alignment is no 32-bit"},
        Attack{"as_string", Keys().String("general.alignment").U32(8).String("32"), "general.alignment is no 32-bit"},
        Attack{"as_array", Keys().String("general.alignment").U32(9).U32(4).U64(1).U32(32),
               "general.alignment is no 32-bit"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tensor, GgufAttackTest,
    ::testing::Values(
        Attack{"name_of_64_bytes", Tensors().Tensor(std::string(64, 'n'), {1}, 0, 0).PadTo(32).Raw(Data(32)),
               "over the limit of 63"},
        Attack{"name_length_max", Tensors().U64(kHuge), "length of tensor name"},
        Attack{"empty_name", Tensors().Tensor("", {1}, 0, 0).PadTo(32).Raw(Data(32)), "empty tensor name"},
        Attack{"nul_in_name", Tensors().Tensor(std::string("a\0", 2), {1}, 0, 0), "NUL"},
        Attack{"five_dims", Tensors().Tensor("t", {1, 1, 1, 1, 1}, 0, 0), "5 dimensions"},
        Attack{"dims_max", Tensors().String("t").U32(UINT32_MAX), "4294967295 dimensions"},
        Attack{"zero_dim", Tensors().Tensor("t", {0, kHuge}, 0, 0), "dimension of zero"},
        Attack{"negative_dim", Tensors().Tensor("t", {kHuge}, 0, 0), "dimension 18446744073709551615 is over"},
        Attack{"product_wraps", Tensors().Tensor("t", {uint64_t{1} << 32, uint64_t{1} << 32}, 0, 0).PadTo(32),
               "elements"},
        Attack{"product_wraps_to_small",
               Tensors().Tensor("t", {uint64_t{1} << 40, uint64_t{1} << 24, 1, 1}, 0, 0).PadTo(32), "elements"},
        Attack{"elements_times_type_size",
               Tensors().Tensor("t", {uint64_t{1} << 40, uint64_t{1} << 6}, 28, 0).PadTo(32).Raw(Data(64)),
               "truncated"},
        Attack{"row_no_multiple_of_block", Tensors().Tensor("t", {33}, 2, 0).PadTo(32).Raw(Data(64)),
               "no multiple of the 32 elements"},
        Attack{"scalar_of_blocks", Tensors().Tensor("t", {}, 2, 0).PadTo(32).Raw(Data(64)), "no multiple"},
        Attack{"misaligned", Tensors(2).Tensor("a", {1}, 0, 0).Tensor("b", {1}, 0, 4).PadTo(32).Raw(Data(64)),
               "no multiple of 32"},
        Attack{"overlap", Tensors(2).Tensor("a", {16}, 0, 0).Tensor("b", {1}, 0, 32).PadTo(32).Raw(Data(96)),
               "an overlap"},
        Attack{"same_data_twice", Tensors(2).Tensor("a", {8}, 0, 0).Tensor("b", {8}, 0, 0).PadTo(32).Raw(Data(64)),
               "an overlap"},
        Attack{"hole", Tensors(2).Tensor("a", {1}, 0, 0).Tensor("b", {1}, 0, 64).PadTo(32).Raw(Data(96)), "a hole"},
        Attack{"first_not_at_zero", Tensors().Tensor("a", {1}, 0, 32).PadTo(32).Raw(Data(64)), "a hole"},
        Attack{"offset_max", Tensors().Tensor("a", {1}, 0, kHuge - 31).PadTo(32).Raw(Data(64)), "a hole"},
        Attack{"out_of_order", Tensors(2).Tensor("b", {1}, 0, 32).Tensor("a", {1}, 0, 0).PadTo(32).Raw(Data(64)),
               "a hole"},
        Attack{"beyond_the_file", Tensors().Tensor("t", {1000}, 0, 0).PadTo(32).Raw(Data(32)),
               "truncated: data up to the end of tensor \"t\" needs 4000 bytes, 32 are left"},
        Attack{"no_data_at_all", Tensors().Tensor("t", {1}, 0, 0), "truncated: data"},
        Attack{"unreadable_begins_outside",
               Tensors(2).Tensor("a", {1}, 99, 0).Tensor("b", {1}, 99, 4096).PadTo(32).Raw(Data(32)), "truncated"},
        Attack{"overlap_behind_unreadable",
               Tensors(2).Tensor("a", {1}, 99, 0).Tensor("b", {1}, 0, kHuge - 31).PadTo(32).Raw(Data(32)), "truncated"},
        Attack{"duplicate_name", Tensors(2).Tensor("a", {8}, 0, 0).Tensor("a", {8}, 0, 32).PadTo(32).Raw(Data(64)),
               "duplicate tensor name \"a\""}),
    [](const auto& info) { return info.param.name; });

TEST(GgufTest, TheHeaderIsLimitedAsAWhole) {
  GgufWriter writer = Keys(3);
  for (const char* key : {"a", "b", "c"})
    writer.String(key).U32(9).U32(0).U64(60'000'000).Raw(std::string(60'000'000, '\0'));
  EXPECT_THAT(std::string(Verdict(writer.bytes(), SIZE_MAX).message()),
              HasSubstr("the header is over the limit of 100000000 bytes"));
}

TEST(GgufTest, KeysAreLimitedTogether) {
  GgufWriter writer = Keys(2000);
  for (int i = 0; i < 2000; ++i) writer.String(std::string(1000, 'k') + std::to_string(i)).U32(0).U8(0);
  EXPECT_THAT(std::string(Verdict(writer.bytes(), SIZE_MAX).message()),
              HasSubstr("keys are over the limit of 1048576 bytes"));
}

// Finding equal names must not be quadratic; 200,000 names would take minutes then.
TEST(GgufTest, ManyTensorsAreReadQuickly) {
  GgufWriter writer = Tensors(200000);
  for (int i = 0; i < 200000; ++i) writer.Tensor("blk." + std::to_string(i), {8}, 0, 32ull * i);
  writer.PadTo(32).Raw(std::string(32 * 200000, 'd'));
  EXPECT_EQ(Parse(writer.bytes()).value().tensors.size(), 200000u);
}

TEST(GgufBadInputTest, EveryTruncationIsRefused) {
  GgufOptions options;
  for (const uint32_t version : {1, 2, 3}) {
    options.version = version;
    std::string bytes = BuildGguf(SampleKeys(), SampleTensors(), options);
    EXPECT_GT(CheckTruncations(Verdict, bytes).cases, 900);
  }
}

TEST(GgufBadInputTest, EveryFieldOverwritten) {
  const std::string bytes = Sample();
  const BadInputCount count = CheckOverwrites(Verdict, bytes, Parse(bytes)->data_begin);
  EXPECT_GT(count.cases, 20000);
  EXPECT_GT(count.rejected, count.cases / 3)
      << "most of the header is text and numbers of keys, where any value is legal";
}

TEST(GgufCorpusTest, RealFilesAreReadAndBrokenOnesRefused) {
  const auto corpus = CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  int files = 0;
  for (const char* folder : {"gguf", "zoo", "gguf-broken"}) {
    for (const auto& entry : std::filesystem::directory_iterator(*corpus + "/artifacts/" + folder)) {
      if (entry.path().extension() != ".gguf") continue;
      ++files;
      const std::string bytes = ReadFileOrFail(entry.path());
      const absl::StatusOr<GgufHeader> header = Parse(bytes);
      if (std::string_view(folder) == "gguf-broken") {
        EXPECT_FALSE(header.ok()) << entry.path();
        EXPECT_THAT(std::string(header.status().message()), StartsWith("offset "));
        continue;
      }
      ASSERT_TRUE(header.ok()) << entry.path() << ": " << header.status();
      EXPECT_EQ(header->trailing_bytes, 0u) << entry.path();
      EXPECT_EQ(header->unreadable_tensors, 0u) << entry.path();
      EXPECT_TRUE(header->FindString("general.architecture").has_value());
    }
  }
  EXPECT_GE(files, 12);
  const GgufHeader gpt2 = Parse(ReadFileOrFail(*corpus + "/artifacts/gguf/ggml-vocab-gpt-2.gguf")).value();
  EXPECT_EQ(gpt2.Find("tokenizer.ggml.tokens")->size, 50257u);
  EXPECT_EQ(gpt2.keys.size(), 16u);
  EXPECT_TRUE(gpt2.tensors.empty());
  EXPECT_EQ(Parse(ReadFileOrFail(*corpus + "/artifacts/zoo/A.Q4_K_M.gguf")).value().FindString("general.license"),
            "mit");
}

}  // namespace
}  // namespace weighbridge::formats
