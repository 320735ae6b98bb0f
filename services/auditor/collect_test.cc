// What a scan sees of real folders.
#include "services/auditor/collect.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/documents.h"
#include "services/auditor/record.h"
#include "services/auditor/weights_header.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using testing_support::BuildGguf;
using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::BuildShardIndex;
using testing_support::GgufKvType;
using testing_support::GgufNumber;
using testing_support::GgufString;
using testing_support::RandomBytes;
using testing_support::TempDir;

std::string Weights(const std::string& tensor = "model.norm.weight") {
  return BuildSafetensors({{tensor, "F32", {2, 2}}});
}

std::string Split(int number, int count) {
  return BuildGguf({GgufString("general.architecture", "llama"),
                    GgufNumber("split.no", GgufKvType::kU16, static_cast<uint64_t>(number)),
                    GgufNumber("split.count", GgufKvType::kU16, static_cast<uint64_t>(count)),
                    GgufNumber("split.tensors.count", GgufKvType::kI32, static_cast<uint64_t>(count))},
                   {{"t" + std::to_string(number), {4}}});
}

// The one model at `path`.
absl::StatusOr<Collected> Collect(const std::string& path, const CollectOptions& options) {
  CollectRequest request;
  request.path = path;
  request.options = options;
  absl::StatusOr<std::vector<Collected>> models = CollectModels(request);
  if (!models.ok()) return models.status();
  return std::move(models->front());
}

struct Case {
  std::string name;
  std::function<void(const TempDir&)> fill;
  std::string problems;   // "rule at path", sorted; "~" in front of those that do not block
  std::string artifacts;  // "path:role:format", in order; "+" behind those that are documents
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

std::string ProblemsOf(const v1::Inventory& inventory) {
  std::vector<std::string> all;
  for (const auto& problem : inventory.problems())
    all.push_back((problem.blocks() ? "" : "~") + problem.rule_id() + " at " + problem.path());
  std::sort(all.begin(), all.end());
  std::string text;
  for (const auto& problem : all) text += (text.empty() ? "" : ", ") + problem;
  return text;
}

std::string ArtifactsOf(const v1::Inventory& inventory) {
  std::string text;
  for (const auto& artifact : inventory.artifacts()) {
    text += (text.empty() ? "" : " ") + artifact.path() + ":" + artifact.role() + ":" + artifact.format() +
            (artifact.document_sha256().empty() ? "" : "+");
  }
  return text;
}

class CollectTest : public ::testing::TestWithParam<Case> {};

TEST_P(CollectTest, Sees) {
  const TempDir dir;
  GetParam().fill(dir);
  const absl::StatusOr<Collected> seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(ProblemsOf(seen->inventory), GetParam().problems);
  EXPECT_EQ(ArtifactsOf(seen->inventory), GetParam().artifacts);
  for (const auto& artifact : seen->inventory.artifacts()) {
    if (!artifact.document_sha256().empty()) {
      EXPECT_EQ(seen->documents.count(artifact.document_sha256()), 1u) << artifact.path();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, CollectTest,
    ::testing::Values(
        Case{"Empty", [](const TempDir&) {}, "", ""},
        Case{"Whole",
             [](const TempDir& dir) {
               dir.Write("model.safetensors", Weights());
               dir.Write("config.json", "{\"model_type\": \"llama\"}");
               dir.Write("README.md", BuildModelCard("license: mit", "A model."));
               dir.Write("LICENSE", "Some terms for the use of this.\n");
             },
             "",
             "LICENSE:license_text:text+ README.md:card:markdown+ config.json:config:json+ "
             "model.safetensors:weights:safetensors"},
        Case{"TextNamedLikeWeights",
             [](const TempDir& dir) { dir.Write("model.safetensors", "<html>not found</html>\n"); },
             "file.content_mismatch at model.safetensors", "model.safetensors:weights:html"},
        Case{"TruncatedWeights",
             [](const TempDir& dir) { dir.Write("model.safetensors", Weights().substr(0, Weights().size() - 3)); },
             "file.malformed at model.safetensors", "model.safetensors:weights:safetensors"},
        Case{"TruncatedGguf", [](const TempDir& dir) { dir.Write("m.gguf", Split(0, 1).substr(0, 60)); },
             "file.malformed at m.gguf", "m.gguf:weights:gguf"},
        Case{"SafetensorsUnderAnotherName", [](const TempDir& dir) { dir.Write("weights.dat", Weights()); }, "",
             "weights.dat:weights:safetensors"},
        Case{"ZipBehindSafetensors",
             [](const TempDir& dir) {
               // The end of central directory record at the end makes other readers take it for a zip.
               dir.Write("model.safetensors", Weights() + std::string("PK\x05\x06", 4) + std::string(18, '\0'));
             },
             "file.malformed at model.safetensors, file.malformed at model.safetensors",
             "model.safetensors:weights:safetensors"},
        Case{"IndexAndShards",
             [](const TempDir& dir) {
               dir.Write("model-1.safetensors", Weights("a"));
               dir.Write("model-2.safetensors", Weights("b"));
               dir.Write("model.safetensors.index.json",
                         BuildShardIndex({{"a", "model-1.safetensors"}, {"b", "model-2.safetensors"}}, 32));
             },
             "",
             "model-1.safetensors:weights:safetensors model-2.safetensors:weights:safetensors "
             "model.safetensors.index.json:index:json"},
        Case{"MissingShard",
             [](const TempDir& dir) {
               dir.Write("model-1.safetensors", Weights("a"));
               dir.Write("model.safetensors.index.json",
                         BuildShardIndex({{"a", "model-1.safetensors"}, {"b", "model-2.safetensors"}}, 32));
             },
             "file.shard_missing at model.safetensors.index.json",
             "model-1.safetensors:weights:safetensors model.safetensors.index.json:index:json"},
        Case{"BrokenIndex",
             [](const TempDir& dir) {
               dir.Write("model.safetensors", Weights());
               dir.Write("model.safetensors.index.json", "{");
             },
             "file.malformed at model.safetensors.index.json",
             "model.safetensors:weights:safetensors model.safetensors.index.json:index:text"},
        Case{"GgufSplits",
             [](const TempDir& dir) {
               dir.Write("m-00001-of-00002.gguf", Split(0, 2));
               dir.Write("m-00002-of-00002.gguf", Split(1, 2));
             },
             "", "m-00001-of-00002.gguf:weights:gguf m-00002-of-00002.gguf:weights:gguf"},
        Case{"GgufSplitMissing", [](const TempDir& dir) { dir.Write("m-00001-of-00002.gguf", Split(0, 2)); },
             "file.shard_missing at m", "m-00001-of-00002.gguf:weights:gguf"},
        Case{"ShardThatTheIndexDoesNotName",
             [](const TempDir& dir) {
               dir.Write("model-1.safetensors", Weights("a"));
               dir.Write("model-2.safetensors", Weights("b"));
               dir.Write("model.safetensors.index.json", BuildShardIndex({{"a", "model-1.safetensors"}}, 16));
             },
             "file.shard_missing at model.safetensors.index.json",
             "model-1.safetensors:weights:safetensors model-2.safetensors:weights:safetensors "
             "model.safetensors.index.json:index:json"},
        Case{"ShardsOfTwoSets",
             [](const TempDir& dir) {
               dir.Write("model-00001-of-00002.safetensors", Weights("a"));
               dir.Write("model-00002-of-00003.safetensors", Weights("b"));
             },
             "file.shard_missing at model-00001-of-00002.safetensors, file.shard_missing at "
             "model-00002-of-00003.safetensors",
             "model-00001-of-00002.safetensors:weights:safetensors "
             "model-00002-of-00003.safetensors:weights:safetensors"},
        Case{"GgufPartTwice",
             [](const TempDir& dir) {
               dir.Write("m-00001-of-00002.gguf", Split(0, 2));
               dir.Write("m-00002-of-00002.gguf", Split(0, 2));
             },
             "file.shard_missing at m", "m-00001-of-00002.gguf:weights:gguf m-00002-of-00002.gguf:weights:gguf"},
        Case{"GgufPartsOfTwoSets",
             [](const TempDir& dir) {
               dir.Write("m-00001-of-00002.gguf", Split(0, 2));
               dir.Write("m-00002-of-00003.gguf", Split(1, 3));
             },
             "file.shard_missing at m", "m-00001-of-00002.gguf:weights:gguf m-00002-of-00003.gguf:weights:gguf"},
        Case{"Pointer",
             [](const TempDir& dir) { dir.Write("model.safetensors", BuildLfsPointer(std::string(64, 'a'), 123456)); },
             "", "model.safetensors:weights:lfs_pointer"},
        Case{"BrokenPointer", [](const TempDir& dir) { dir.Write("model.safetensors", BuildLfsPointer("zz", 123456)); },
             "file.malformed at model.safetensors", "model.safetensors:weights:lfs_pointer"},
        Case{"Fifo",
             [](const TempDir& dir) {
               dir.Write("model.safetensors", Weights());
               dir.Fifo("pipe");
             },
             "file.special at pipe", "model.safetensors:weights:safetensors"},
        Case{"EscapingLink",
             [](const TempDir& dir) {
               dir.Write("model.safetensors", Weights());
               dir.Link("/etc/passwd", "LICENSE");
             },
             "file.unsafe_link at LICENSE", "model.safetensors:weights:safetensors"},
        Case{"ProgramsAndTemplatesAreDocuments",
             [](const TempDir& dir) {
               dir.Write("chat_template.jinja", "{{ messages[0] }}");
               dir.Write("demo.ipynb", "{\"cells\": []}");
               dir.Write("lib.so", std::string("\x7f") + "ELF");
               dir.Write("model.safetensors", Weights());
               dir.Write("modeling.py", "import os\n");
               dir.Write("paper.pdf", "%PDF-1.7\n");
               dir.Write("run", "#!/bin/sh\n");
             },
             "",
             "chat_template.jinja:tokenizer:text+ demo.ipynb:code:json+ lib.so:code:elf "
             "model.safetensors:weights:safetensors modeling.py:code:python+ paper.pdf:other:pdf run:code:script+"},
        Case{"VocabulariesAreNoDocuments",
             [](const TempDir& dir) {
               dir.Write("merges.txt", "a b\n");
               dir.Write("model.safetensors", Weights());
               dir.Write("tokenizer.json", "{}");
               dir.Write("tokenizer_config.json", "{}");
             },
             "",
             "merges.txt:tokenizer:text model.safetensors:weights:safetensors tokenizer.json:tokenizer:json "
             "tokenizer_config.json:tokenizer:json+"}),
    [](const auto& info) { return info.param.name; });

TEST(CollectFolderTest, PointerStandsForWhatItNames) {
  const TempDir dir;
  dir.Write("model.safetensors", BuildLfsPointer(std::string(64, 'a'), 123456));
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  EXPECT_TRUE(seen->inventory.artifacts(0).claimed());
  EXPECT_EQ(seen->inventory.artifacts(0).sha256(), std::string(64, 'a'));
  EXPECT_EQ(seen->inventory.artifacts(0).size(), 123456u);
}

TEST(CollectFolderTest, LongDocumentsAreCutAndSaySo) {
  const TempDir dir;
  dir.Write("LICENSE", std::string((4 << 20) + 1, 'a'));
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  EXPECT_TRUE(seen->inventory.artifacts(0).document_truncated());
  EXPECT_EQ(seen->documents.at(seen->inventory.artifacts(0).document_sha256()).size(), size_t{4} << 20);
}

// Which documents are kept is decided by path, not by which thread was first; and no flood of texts crowds out a
// licence.
TEST(CollectFolderTest, SameInventoryAtAnyNumberOfThreads) {
  const TempDir dir;
  for (int i = 0; i < 8; ++i)
    dir.Write("a" + std::to_string(i) + ".txt", std::string(size_t{4} << 20, static_cast<char>('a' + i)));
  dir.Write("LICENSE", "Some terms for the use of this.\n");
  dir.Write("model.safetensors", Weights());
  std::string first;
  for (const int threads : {1, 2, 8}) {
    CollectOptions options;
    options.read.threads = threads;
    const auto seen = Collect(dir.path(), options);
    ASSERT_TRUE(seen.ok());
    const std::string bytes = SerializeInventory(seen->inventory);
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << threads;
    EXPECT_FALSE(seen->inventory.artifacts(0).document_truncated()) << seen->inventory.artifacts(0).path();
    size_t kept = 0;
    for (const auto& [sha256, document] : seen->documents) kept += document.size();
    EXPECT_LE(kept, kDocumentsBytesMax);
  }
}

// Programs come last: as many as one likes take nothing from a licence or another text.
TEST(CollectFolderTest, ProgramsAreServedLast) {
  const TempDir dir;
  for (int i = 0; i < 8; ++i) dir.Write("a" + std::to_string(i) + ".py", std::string(size_t{4} << 20, '#'));
  dir.Write("chat_template.jinja", "{{ messages[0] }}");
  dir.Write("notes.txt", "Some notes.\n");
  dir.Write("README.md", BuildModelCard("license: mit", "A model."));
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  size_t cut = 0;
  for (const auto& artifact : seen->inventory.artifacts()) {
    cut += artifact.document_truncated() ? 1 : 0;
    EXPECT_FALSE(artifact.document_truncated() && artifact.role() != "code") << artifact.path();
  }
  EXPECT_EQ(cut, 3u);  // of 32 MiB 24 are kept, less the few bytes of the texts
}

TEST(CollectFolderTest, LongHeaderValueIsAnUnknownLicenceAndNotNone) {
  const TempDir dir;
  dir.Write("m.gguf", BuildGguf({GgufString("general.license", "mit" + std::string(5000, ' ') + "x"),
                                 GgufString("general.description", std::string(5000, 'd'))},
                                {{"t", {4}}}));
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  const auto& header = seen->inventory.artifacts(0).header();
  ASSERT_EQ(header.fields_size(), 1);
  EXPECT_EQ(header.fields(0).key(), "general.license");
  EXPECT_GT(header.fields(0).value().size(), kHeaderValueBytesMax);
}

TEST(CollectFolderTest, HeaderBytesArePrintable) {
  const TempDir dir;
  dir.Write("m.gguf", BuildGguf({GgufString("general.name", "a\x1b[2J\xff")}, {{"t", {4}}}));
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  EXPECT_EQ(seen->inventory.artifacts(0).header().fields(0).value(), "a\\x1b[2J\\xff");
}

TEST(CollectFolderTest, BadNamesBlockAndAreShown) {
  const TempDir dir;
  dir.Write("a\xff\n.txt", "x");
  const auto seen = Collect(dir.path(), {});
  ASSERT_TRUE(seen.ok());
  ASSERT_GE(seen->inventory.problems_size(), 1);
  EXPECT_EQ(seen->inventory.problems(0).rule_id(), "file.bad_name");
  EXPECT_TRUE(seen->inventory.problems(0).blocks());
  EXPECT_EQ(seen->inventory.problems(0).path(), "a\\xff\\x0a.txt");
}

TEST(CollectFolderTest, ErrorsOfThePath) {
  const TempDir dir;
  EXPECT_EQ(Collect(dir.At("missing"), {}).status().code(), absl::StatusCode::kNotFound);
  std::atomic<bool> cancelled{true};
  CollectOptions options;
  options.read.cancelled = &cancelled;
  dir.Write("model.safetensors", Weights());
  EXPECT_EQ(Collect(dir.path(), options).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace weighbridge::auditor
