#include "services/formats/safetensors/safetensors.h"

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

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::BuildSafetensors;
using testing_support::SafetensorsFile;

absl::StatusOr<SafetensorsHeader> Parse(std::string_view bytes, size_t block_size = SIZE_MAX) {
  MemorySource source(bytes, block_size);
  return ParseSafetensors(&source);
}

absl::Status Verdict(std::string_view bytes, size_t block_size) { return Parse(bytes, block_size).status(); }

std::string Sample() {
  return BuildSafetensors({{"model.embed.weight", "BF16", {4, 8}},
                           {"model.norm.weight", "F32", {8}},
                           {"scalar", "I64", {}},
                           {"empty", "F32", {0, 3}},
                           {"packed", "F4", {2, 3}}},
                          {{"format", "pt"}, {"license", "mit"}});
}

TEST(SafetensorsTest, ReadsTensorsAndMetadata) {
  for (const size_t block_size : {size_t{1}, size_t{2}, size_t{7}, SIZE_MAX}) {
    const std::string bytes = Sample();
    const SafetensorsHeader header = Parse(bytes, block_size).value();
    ASSERT_EQ(header.tensors.size(), 5u);
    EXPECT_EQ(header.tensors[0].name, "model.embed.weight");
    EXPECT_EQ(header.tensors[0].dtype, "BF16");
    EXPECT_THAT(header.tensors[0].shape, ::testing::ElementsAre(4, 8));
    EXPECT_EQ(header.tensors[0].begin, 0u);
    EXPECT_EQ(header.tensors[0].end, 64u);
    EXPECT_EQ(bytes.substr(header.tensors[0].at, 20), "\"model.embed.weight\"");
    EXPECT_TRUE(header.tensors[2].shape.empty());
    EXPECT_EQ(header.metadata.at("license").value, "mit");
    EXPECT_EQ(bytes.substr(header.metadata.at("license").at, 5), "\"mit\"");
    EXPECT_FALSE(header.metadata_truncated);
    EXPECT_EQ(header.data_begin + header.data_bytes, bytes.size());
  }
}

TEST(SafetensorsTest, ViewsOutliveAMoveOfTheHeader) {
  SafetensorsHeader header = Parse(Sample()).value();
  const SafetensorsHeader moved = std::move(header);
  EXPECT_EQ(moved.tensors[1].name, "model.norm.weight");
}

TEST(SafetensorsTest, ZeroTensorsAreForTheCallerToJudge) {
  EXPECT_TRUE(Parse(SafetensorsFile("{}", "")).value().tensors.empty());
  EXPECT_TRUE(Parse(SafetensorsFile("{\"__metadata__\":{}}", "")).value().tensors.empty());
}

TEST(SafetensorsTest, LongMetadataIsCutAndCounted) {
  const SafetensorsHeader header = Parse(BuildSafetensors({}, {{"a", std::string(100000, 'x')}, {"b", "y"}})).value();
  EXPECT_EQ(header.metadata.at("a").value.size(), kSafetensorsMetadataValueBytes);
  EXPECT_EQ(header.metadata.at("a").size, 100000u);
  EXPECT_TRUE(header.metadata_truncated);
  EXPECT_EQ(header.metadata.at("b").value, "y");
  std::map<std::string, std::string> many;
  for (int i = 0; i < 100; ++i) many["key" + std::to_string(i)] = std::string(60000, 'x');
  size_t kept = 0;
  const SafetensorsHeader full = Parse(BuildSafetensors({}, many)).value();
  for (const auto& [key, value] : full.metadata) kept += value.value.size();
  EXPECT_LE(kept, kSafetensorsMetadataBytes);
  EXPECT_TRUE(full.metadata_truncated);
}

TEST(SafetensorsTest, EveryDtypeHasItsSize) {
  for (const char* dtype : {"BOOL",    "F4",          "F6_E2M3",     "F6_E3M2", "U8",  "I8",  "F8_E5M2", "F8_E4M3",
                            "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "I16",     "U16", "F16", "BF16",    "I32",
                            "U32",     "F32",         "C64",         "F64",     "I64", "U64"}) {
    const std::string bytes = BuildSafetensors({{"t", dtype, {4}}});
    EXPECT_EQ(Parse(bytes).value().tensors[0].end, static_cast<uint64_t>(SafetensorsDtypeBits(dtype)) / 2) << dtype;
  }
  EXPECT_EQ(SafetensorsDtypeBits("f32"), 0);
}

std::string Tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

std::string One(const std::string& dtype, const std::string& shape, const std::string& offsets, size_t data = 8) {
  return SafetensorsFile("{" + Tensor("t", dtype, shape, offsets) + "}", std::string(data, 'd'));
}

std::string Length(uint64_t length, std::string_view rest) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> 8 * i);
  return bytes + std::string(rest);
}

struct Attack {
  std::string name;
  std::string bytes;
  std::string message;
};
void PrintTo(const Attack& c, std::ostream* os) { *os << c.name; }

class SafetensorsAttackTest : public ::testing::TestWithParam<Attack> {};

TEST_P(SafetensorsAttackTest, IsRefusedAtItsPlace) {
  for (const size_t block_size : {size_t{1}, size_t{7}, SIZE_MAX}) {
    const absl::Status status = Verdict(GetParam().bytes, block_size);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), StartsWith("offset "));
    EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Length, SafetensorsAttackTest,
    ::testing::Values(Attack{"empty", "", "offset 0: truncated: header length"},
                      Attack{"zero_length", Length(0, "{}"), "offset 0: header length 0"},
                      Attack{"one_byte", Length(1, "{"), "header length 1"},
                      Attack{"over_limit", Length(12345678901, "{}"),
                             "offset 0: header length 12345678901 is over the limit of 100000000 bytes"},
                      Attack{"all_ones", Length(UINT64_MAX, "{}"), "over the limit"},
                      Attack{"beyond_the_file", Length(100, "{}"),
                             "offset 8: truncated: header needs 100 bytes, 2 are left"},
                      Attack{"starts_with_space", Length(3, " {}"), "offset 8: header does not start with '{'"},
                      Attack{"starts_with_list", Length(2, "[]"), "offset 8"},
                      Attack{"newline_padding", Length(3, "{}\n"), "offset 10: header is followed by"},
                      Attack{"nul_padding", Length(3, std::string_view("{}\0", 3)), "offset 10"},
                      Attack{"second_object", Length(4, "{}{}"), "offset 10"},
                      Attack{"object_longer_than_stated", Length(5, "{\"a\":1}"), "the document ends"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tensor, SafetensorsAttackTest,
    ::testing::Values(
        Attack{"float_offset", One("F32", "[2]", "[0.0,8]"), "no unsigned integer: 0.0"},
        Attack{"exponent", One("F32", "[2]", "[0,8e0]"), "no unsigned integer"},
        Attack{"negative_offset", One("F32", "[2]", "[-0,8]"), "no unsigned integer"},
        Attack{"negative_dim", One("F32", "[-2]", "[0,8]"), "no unsigned integer"},
        Attack{"text_dim", One("F32", "[\"2\"]", "[0,8]"), "no number"},
        Attack{"offset_over_64_bits", One("F32", "[2]", "[0,18446744073709551616]"), "64 bits"},
        Attack{"one_offset", One("F32", "[2]", "[0]"), "is no number"},
        Attack{"three_offsets", One("F32", "[2]", "[0,8,8]"), "two data offsets"},
        Attack{"backwards", One("F32", "[2]", "[8,0]"), "needs 8 bytes"},
        Attack{"size_does_not_fit", One("F32", "[3]", "[0,8]"), "needs 12 bytes"},
        Attack{"product_overflows", One("U8", "[1099511627776,1099511627776]", "[0,0]"), "elements"},
        Attack{"product_overflows_to_zero", One("U8", "[1099511627776,1099511627776,0]", "[0,0]", 0), "elements"},
        Attack{"product_wraps_to_small", One("U8", "[4294967296,4294967296,1]", "[0,0]", 0), "elements"},
        Attack{"huge_dim", One("U8", "[1099511627777]", "[0,8]"), "dimension 1099511627777 is over"},
        Attack{"nine_dims", One("U8", "[1,1,1,1,1,1,1,1,8]", "[0,8]"), "over 8 dimensions"},
        Attack{"nested_shape", One("U8", "[[8]]", "[0,8]"), "is no number"},
        Attack{"deep_shape", One("U8", "[[[[[[8]]]]]]", "[0,8]"), "offset "},
        Attack{"unknown_dtype", One("F33", "[2]", "[0,8]"), "unknown dtype \"F33\""},
        Attack{"dtype_is_number", One("F32", "[2]", "[0,8]").replace(17, 5, "00033"), "offset "},
        Attack{"half_bytes", One("F4", "[3]", "[0,1]", 1), "whole bytes"},
        Attack{"hole_at_the_start", One("F32", "[1]", "[4,8]"), "a hole"},
        Attack{"trailing_bytes", One("F32", "[1]", "[0,4]"), "4 bytes behind the last tensor"},
        Attack{"data_cut_off", One("F32", "[4]", "[0,16]"), "truncated: tensor \"t\" needs 16 bytes, 8 are left"},
        Attack{"data_far_outside", One("U8", "[1099511627776,64]", "[0,70368744177664]"), "truncated"},
        Attack{"overlap",
               SafetensorsFile("{" + Tensor("a", "U8", "[6]", "[0,6]") + "," + Tensor("b", "U8", "[4]", "[4,8]") + "}",
                               std::string(8, 'd')),
               "an overlap"},
        Attack{"hole",
               SafetensorsFile("{" + Tensor("a", "U8", "[3]", "[0,3]") + "," + Tensor("b", "U8", "[4]", "[4,8]") + "}",
                               std::string(8, 'd')),
               "a hole"},
        Attack{"two_tensors_share_their_data",
               SafetensorsFile("{" + Tensor("a", "U8", "[8]", "[0,8]") + "," + Tensor("b", "U8", "[8]", "[0,8]") + "}",
                               std::string(8, 'd')),
               "an overlap"},
        Attack{"duplicate_name",
               SafetensorsFile("{" + Tensor("a", "U8", "[4]", "[0,4]") + "," + Tensor("a", "U8", "[4]", "[4,8]") + "}",
                               std::string(8, 'd')),
               "duplicate tensor name \"a\""},
        Attack{"duplicate_name_escaped",
               SafetensorsFile("{" + Tensor("a", "U8", "[4]", "[0,4]") + "," + Tensor("\\u0061", "U8", "[4]", "[4,8]") +
                                   "}",
                               std::string(8, 'd')),
               "duplicate tensor name \"a\""},
        Attack{"duplicate_field",
               SafetensorsFile("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
                               std::string(8, 'd')),
               "duplicate key \"dtype\""},
        Attack{"unknown_field",
               SafetensorsFile("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"x\":1}}",
                               std::string(8, 'd')),
               "unknown field \"x\""},
        Attack{"missing_field", SafetensorsFile("{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}", std::string(8, 'd')),
               "lacks data_offsets"},
        Attack{"tensor_is_a_list", SafetensorsFile("{\"a\":[1]}", ""), "expected an object as tensor"},
        Attack{"empty_name", SafetensorsFile("{" + Tensor("", "U8", "[0]", "[0,0]") + "}", ""), "empty tensor name"},
        Attack{"nul_in_name", SafetensorsFile("{" + Tensor("a\\u0000", "U8", "[0]", "[0,0]") + "}", ""), "NUL"},
        Attack{"bad_utf8_in_name", SafetensorsFile("{" + Tensor("\xFF", "U8", "[0]", "[0,0]") + "}", ""), "UTF-8"},
        Attack{"name_too_long", SafetensorsFile("{" + Tensor(std::string(1025, 'n'), "U8", "[0]", "[0,0]") + "}", ""),
               "1025 bytes is over"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Metadata, SafetensorsAttackTest,
    ::testing::Values(
        Attack{"number", SafetensorsFile("{\"__metadata__\":{\"a\":1}}", ""), "a string as metadata value"},
        Attack{"object", SafetensorsFile("{\"__metadata__\":{\"a\":{}}}", ""), "a string as metadata value"},
        Attack{"null", SafetensorsFile("{\"__metadata__\":null}", ""), "an object as"},
        Attack{"is_a_tensor", SafetensorsFile("{" + Tensor("__metadata__", "U8", "[0]", "[0,0]") + "}", ""),
               "a string as metadata value"},
        Attack{"twice", SafetensorsFile("{\"__metadata__\":{},\"__metadata__\":{}}", ""), "duplicate key"},
        Attack{"twice_escaped", SafetensorsFile("{\"__metadata__\":{},\"__metadat\\u0061__\":{}}", ""),
               "duplicate key"},
        Attack{"duplicate_key", SafetensorsFile("{\"__metadata__\":{\"license\":\"mit\",\"licens\\u0065\":\"x\"}}", ""),
               "duplicate metadata key \"license\""},
        Attack{"too_many",
               [] {
                 std::string header = "{\"__metadata__\":{";
                 for (int i = 0; i <= 10000; ++i) header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
                 return SafetensorsFile(header + "}}", "");
               }(),
               "over 10000 entries"}),
    [](const auto& info) { return info.param.name; });

TEST(SafetensorsTest, TensorsAreLimited) {
  std::string header = "{";
  for (int i = 0; i <= 200000; ++i) header += (i > 0 ? "," : "") + Tensor(std::to_string(i), "U8", "[0]", "[0,0]");
  EXPECT_THAT(std::string(Verdict(SafetensorsFile(header + "}", ""), SIZE_MAX).message()),
              HasSubstr("over 200000 tensors"));
}

TEST(SafetensorsTest, NamesAndShapesAreLimitedTogether) {
  std::string header = "{";
  for (int i = 0; i < 20000; ++i)
    header += (i > 0 ? "," : "") + Tensor(std::string(1000, 'n') + std::to_string(i), "U8", "[0]", "[0,0]");
  EXPECT_THAT(std::string(Verdict(SafetensorsFile(header + "}", ""), SIZE_MAX).message()),
              HasSubstr("over the limit of 16777216 bytes"));
}

TEST(SafetensorsBadInputTest, EveryTruncationIsRefused) { EXPECT_GT(CheckTruncations(Verdict, Sample()).cases, 400); }

TEST(SafetensorsBadInputTest, EveryFieldOverwritten) {
  const std::string bytes = Sample();
  const BadInputCount count = CheckOverwrites(Verdict, bytes, Parse(bytes)->data_begin);
  EXPECT_GT(count.cases, 10000);
  EXPECT_GT(count.rejected, count.cases * 9 / 10);
}

TEST(SafetensorsBadInputTest, EveryCharacterEdited) {
  const std::string bytes = Sample();
  EXPECT_GT(CheckTextEdits(Verdict, bytes, "{}[]\",:\\0-e \xC3", Parse(bytes)->data_begin).cases, 5000);
}

TEST(SafetensorsCorpusTest, RealFilesAreRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*corpus + "/artifacts")) {
    if (entry.path().extension() != ".safetensors") continue;
    ++files;
    const std::string bytes = testing_support::ReadFileOrFail(entry.path());
    const absl::StatusOr<SafetensorsHeader> header = Parse(bytes);
    ASSERT_TRUE(header.ok()) << entry.path() << ": " << header.status();
    EXPECT_FALSE(header->tensors.empty()) << entry.path();
  }
  EXPECT_GE(files, 12);
  const std::string lora = testing_support::ReadFileOrFail(*corpus + "/artifacts/lora/lora_disney.safetensors");
  EXPECT_EQ(Parse(lora)->tensors.size(), 386u);
  EXPECT_EQ(Parse(testing_support::ReadFileOrFail(*corpus + "/artifacts/safetensors/safe_model.safetensors"))
                ->metadata.count("license"),
            1u);
}

}  // namespace
}  // namespace weighbridge::formats
