#include "services/formats/ollama_manifest/ollama_manifest.h"

#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;
using Kind = OllamaLayerKind;

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

std::string Layer(const std::string& type, const std::string& digest, const std::string& size = "7") {
  return R"({"mediaType": ")" + type + R"(", "digest": ")" + digest + R"(", "size": )" + size + "}";
}

std::string Manifest(const std::string& layers) {
  return R"({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": )" +
         Layer("application/vnd.docker.container.image.v1+json", Digest('c'), "12") + R"(, "layers": [)" + layers +
         "]}";
}

TEST(OllamaManifestTest, NamesWhatEachBlobIsFor) {
  const std::string start = "application/vnd.ollama.image.";
  std::string layers;
  const char digits[] = "0123456789";
  const std::string types[] = {"model",    "projector", "adapter",
                               "template", "system",    "params",
                               "messages", "license",   "tensor; name=blk.0.attn_q; dtype=F16; shape=2,2",
                               "future"};
  for (int i = 0; i < 10; ++i) layers += (i > 0 ? ", " : "") + Layer(start + types[i], Digest(digits[i]));
  const auto manifest = ParseOllamaManifest(Manifest(layers));
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  const Kind kinds[] = {Kind::kModel,  Kind::kProjector, Kind::kAdapter, Kind::kTemplate, Kind::kSystem,
                        Kind::kParams, Kind::kMessages,  Kind::kLicense, Kind::kTensor,   Kind::kForeign};
  ASSERT_EQ(manifest->layers.size(), 10u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(manifest->layers[i].kind, kinds[i]) << types[i];
  EXPECT_EQ(manifest->layers[3].BlobPath(), "blobs/sha256-" + std::string(64, '3'));
  EXPECT_EQ(manifest->layers[3].size, 7u);
  EXPECT_EQ(manifest->config.kind, Kind::kConfig);
  EXPECT_EQ(manifest->config.size, 12u);
}

struct BadCase {
  std::string name, manifest, message;
};
void PrintTo(const BadCase& c, std::ostream* os) { *os << c.name; }

class OllamaManifestBadTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(OllamaManifestBadTest, IsRefusedWithItsPlace) {
  const auto manifest = ParseOllamaManifest(GetParam().manifest);
  EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(manifest.status().message()), HasSubstr("offset "));
  EXPECT_THAT(std::string(manifest.status().message()), HasSubstr(GetParam().message));
}

constexpr char kModel[] = "application/vnd.ollama.image.model";

std::string WithDigest(const std::string& digest) { return Manifest(Layer(kModel, digest)); }
std::string WithSize(const std::string& size) { return Manifest(Layer(kModel, Digest('a'), size)); }

// What a manifest could say to make a reader leave blobs/, read another file, or count wrong.
INSTANTIATE_TEST_SUITE_P(
    Attacks, OllamaManifestBadTest,
    ::testing::Values(
        BadCase{"NoJson", "x", ""}, BadCase{"List", "[]", "a JSON object"}, BadCase{"NoVersion", "{}", "schemaVersion"},
        BadCase{"Version1", R"({"schemaVersion": 1})", "schemaVersion"},
        BadCase{"VersionAsText", R"({"schemaVersion": "2"})", "schemaVersion"},
        BadCase{"NoConfig", R"({"schemaVersion": 2, "layers": []})", "config"},
        BadCase{"NoLayers", Manifest(""), "layers"}, BadCase{"LayerIsText", Manifest("\"sha256:x\""), "a JSON object"},
        BadCase{"NoMediaType", Manifest(R"({"digest": ")" + Digest('a') + R"(", "size": 1})"), "mediaType"},
        BadCase{"EmptyMediaType", Manifest(Layer("", Digest('a'))), "mediaType"},
        BadCase{"LongMediaType", Manifest(Layer(std::string(1025, 'x'), Digest('a'))), "media type"},
        BadCase{"NoDigest", Manifest(R"({"mediaType": "m", "size": 1})"), "digest"},
        BadCase{"NoSize", Manifest(R"({"mediaType": "m", "digest": ")" + Digest('a') + R"("})"), "size"},
        BadCase{"DigestOfOtherKind", WithDigest("sha512:" + std::string(64, 'a')), "sha256"},
        BadCase{"DigestWithDash", WithDigest("sha256-" + std::string(64, 'a')), "sha256"},
        BadCase{"DigestUpper", WithDigest("sha256:" + std::string(64, 'A')), "lower-case"},
        BadCase{"DigestShort", WithDigest("sha256:" + std::string(63, 'a')), "64"},
        BadCase{"DigestLong", WithDigest("sha256:" + std::string(65, 'a')), "64"},
        BadCase{"DigestEmpty", WithDigest(""), "sha256"}, BadCase{"DigestAlone", WithDigest("sha256:"), "64"},
        BadCase{"DigestIsAPath", WithDigest("sha256:../../../../../../../../../../../../../../etc/passwd"), "64"},
        BadCase{"DigestOf64BytesWithPath", WithDigest("sha256:../" + std::string(61, 'a')), "lower-case"},
        BadCase{"DigestWithLineFeed", WithDigest("sha256:" + std::string(63, 'a') + "\\n"), "lower-case"},
        BadCase{"DigestWithNul", WithDigest("sha256:" + std::string(63, 'a') + "\\u0000"), "lower-case"},
        BadCase{"SizeNegative", WithSize("-1"), "size"}, BadCase{"SizeFraction", WithSize("1.5"), "size"},
        BadCase{"SizeExponent", WithSize("1e3"), "size"}, BadCase{"SizeText", WithSize("\"7\""), "size"},
        BadCase{"SizeOver63Bits", WithSize("9223372036854775808"), "size"},
        BadCase{"SizeOver64Bits", WithSize("18446744073709551616"), "size"},
        BadCase{"SizeNull", WithSize("null"), "size"},
        BadCase{"OneDigestTwoSizes", Manifest(Layer(kModel, Digest('a'), "1") + "," + Layer(kModel, Digest('a'), "2")),
                "another size"},
        BadCase{"DuplicateKeyLayers",
                R"({"schemaVersion": 2, "config": )" + Layer("m", Digest('c')) + R"(, "layers": [)" +
                    Layer(kModel, Digest('a')) + R"(], "layers": [)" + Layer(kModel, Digest('b')) + "]}",
                ""},
        BadCase{"DuplicateKeyDigest",
                Manifest(R"({"mediaType": "m", "digest": ")" + Digest('a') + R"(", "digest": ")" + Digest('b') +
                         R"(", "size": 1})"),
                ""},
        BadCase{"DuplicateKeyEscaped",
                Manifest(R"({"mediaType": "m", "digest": ")" + Digest('a') + R"(", "d\u0069gest": ")" + Digest('b') +
                         R"(", "size": 1})"),
                ""},
        BadCase{"Behind", Manifest(Layer(kModel, Digest('a'))) + "{}", ""}),
    [](const auto& info) { return info.param.name; });

TEST(OllamaManifestLimitTest, LayersAndBytes) {
  std::string layers = Layer(kModel, Digest('a'));
  for (size_t i = 1; i < kOllamaLayersMax; ++i) layers += "," + Layer("m", Digest('a'));
  EXPECT_TRUE(ParseOllamaManifest(Manifest(layers)).ok());
  EXPECT_FALSE(ParseOllamaManifest(Manifest(layers + "," + Layer("m", Digest('a')))).ok());
  EXPECT_FALSE(
      ParseOllamaManifest(std::string(kOllamaManifestBytesMax, ' ') + Manifest(Layer(kModel, Digest('a')))).ok());
}

TEST(OllamaManifestBadInputTest, EveryTruncationAndEdit) {
  const std::string valid =
      Manifest(Layer(kModel, Digest('a')) + ", " + Layer("application/vnd.ollama.image.license", Digest('b')));
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseOllamaManifest(bytes).status(); };
  EXPECT_GT(CheckTruncations(parse, valid).cases, 400);
  EXPECT_GT(CheckTextEdits(parse, valid, "{}[]\",:\\0/. \xC3").cases, 5000);
}

}  // namespace
}  // namespace weighbridge::formats
