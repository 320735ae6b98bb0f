// Generated hostile inventories: each is refused with a field and a reason, or it is one that a real folder has.
//
// "One that a real folder has" is tested by making that folder. A witness is built of what was accepted: documents byte
// for byte, other files as small ones of the same format. Our own scan of it must give the same files, roles, formats,
// claims, headers and documents, and every problem that it finds must have been in what was accepted. So nobody gets an
// answer from an invented inventory that is better than that of a folder which he could have made. What only the bytes
// of a weights file could contradict (its digest, size and what its header says) is free.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_check.h"
#include "services/base/utf8.h"
#include "services/formats/sniff/sniff.h"
#include "tests/support/inventory_mutator.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;
using testing_support::BuildGguf;
using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::BuildShardIndex;
using testing_support::GgufKv;
using testing_support::GgufKvType;
using testing_support::GgufNumber;
using testing_support::GgufString;
using testing_support::MutateInventory;
using testing_support::TempDir;

constexpr uint64_t kSeed = 20261126;
constexpr uint64_t kWitnessBytesMax = 8 << 20;  // of one file

int Cases() { return std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 200'000 : 10'000; }

Collected CollectOrFail(const CollectRequest& request) {
  auto models = CollectModels(request);
  EXPECT_TRUE(models.ok()) << models.status();
  if (!models.ok() || models->empty()) return {};
  return std::move(models->front());
}

Collected CollectOrFail(const std::string& path) {
  CollectRequest request;
  request.path = path;
  return CollectOrFail(request);
}

std::vector<Collected> ValidInventories() {
  std::vector<Collected> all;
  {
    const TempDir dir;
    dir.Write(".git/config", "[core]\n");
    dir.Write("LICENSE", "Some terms for the use of this.\n");
    dir.Write("README.md", BuildModelCard("license: mit", "A model."));
    dir.Write("config.json", "{\"model_type\": \"llama\"}");
    dir.Write("model.safetensors", BuildSafetensors({{"a", "F32", {2, 2}}}, {{"format", "pt"}, {"license", "mit"}}));
    dir.Write("modeling.py", "import os\n");
    dir.Write("tokenizer.json", "{}");
    all.push_back(CollectOrFail(dir.path()));
  }
  {
    const TempDir dir;
    dir.Write("LICENSE.txt", "Some terms for the use of this.\n");
    dir.Write("broken.safetensors", BuildSafetensors({{"a", "F32", {2, 2}}}).substr(0, 60));
    dir.Write("docs/NOTICE", "Thanks to many.\n");
    dir.Write("docs/notice", "Thanks to few.\n");
    dir.Write("model-00001-of-00002.safetensors", BuildSafetensors({{"a", "F32", {2, 2}}}));
    dir.Write("model-00002-of-00002.safetensors", BuildSafetensors({{"b", "F32", {2, 2}}}));
    dir.Write(
        "model.safetensors.index.json",
        BuildShardIndex({{"a", "model-00001-of-00002.safetensors"}, {"b", "model-00002-of-00002.safetensors"}}, 32));
    dir.Write("photo.png", "\x89PNG\r\n\x1a\n");
    dir.Write("pointer.gguf", BuildLfsPointer(std::string(64, 'a'), 123456));
    dir.Write("q4.gguf",
              BuildGguf({GgufString("general.license", "mit"), GgufString("general.name", "m")}, {{"t", {4}}}));
    dir.Write("text.bin", "no weights at all\n");
    dir.Fifo("pipe");
    dir.Link("/etc/passwd", "NOTICE");
    all.push_back(CollectOrFail(dir.path()));
  }
  {
    const TempDir dir;
    dir.Write("model.gguf", BuildGguf({GgufString("general.license", "mit")}, {{"t", {4}}}));
    all.push_back(CollectOrFail(dir.At("model.gguf")));
  }
  {
    const TempDir dir;
    dir.Write("models--org--model/snapshots/0123/LICENSE", "Some terms for the use of this.\n");
    dir.Write("models--org--model/snapshots/0123/m-00001-of-00002.gguf",
              BuildGguf({GgufNumber("split.count", GgufKvType::kU16, 2), GgufNumber("split.no", GgufKvType::kU16, 0),
                         GgufNumber("split.tensors.count", GgufKvType::kI32, 1)},
                        {{"t", {4}}}));
    all.push_back(CollectOrFail(dir.At("models--org--model/snapshots/0123")));
  }
  {
    const TempDir dir;
    dir.Write("a.gguf", BuildGguf({GgufString("general.license", "mit")}, {{"t", {4}}}));
    dir.Write("docs/LICENSE", "Some terms for the use of this.\n");
    dir.Write("docs/deep/NOTICE", "Thanks.\n");
    dir.Fifo("docs/pipe");
    CollectRequest request;
    request.path = dir.At("a.gguf");
    request.context = dir.At("docs");
    request.source = "org/model@0123456789abcdef0123456789abcdef01234567";
    all.push_back(CollectOrFail(request));
  }
  {
    const TempDir dir;
    dir.Write("adapter/adapter_model.safetensors", BuildSafetensors({{"x.lora_A.weight", "F32", {2, 2}}}));
    dir.Write("adapter/adapter_config.json", "{\"base_model_name_or_path\": \"org/model\"}");
    dir.Write("base/LICENSE", "Some terms for the use of this.\n");
    dir.Write("base/model.safetensors", BuildSafetensors({{"a", "F32", {2, 2}}}));
    CollectRequest request;
    request.path = dir.At("adapter");
    request.base = dir.At("base");
    all.push_back(CollectOrFail(request));
  }
  {
    const TempDir dir;
    for (const std::string model : {"a", "b"}) {
      dir.Write(model + "/README.md", BuildModelCard("license: mit", "A model."));
      dir.Write(model + "/model.safetensors", BuildSafetensors({{"a", "F32", {2, 2}}}));
    }
    dir.Write("LICENSE", "Some terms for the use of this.\n");
    dir.Link("/etc/passwd", "NOTICE");
    CollectRequest request;
    request.path = dir.path();
    request.recursive = true;
    all.push_back(CollectOrFail(request));
    EXPECT_EQ(all.back().inventory.model_path(), "a");
    EXPECT_EQ(all.back().inventory.context_artifacts_size(), 1);
  }
  return all;
}

// A file whose text is cut, kept apart because it is large.
Collected WithHugeLicence() {
  const TempDir dir;
  dir.Write("LICENSE", std::string((size_t{4} << 20) + 100, 'a'));
  dir.Write("README.md", "# Card\n");
  return CollectOrFail(dir.path());
}

// The smallest file of a format; nothing for formats that no witness needs.
std::optional<std::string> Sample(Format format) {
  switch (format) {
    case Format::kEmpty:
      return "";
    case Format::kPng:
      return "\x89PNG\r\n\x1a\n";
    case Format::kPythonSource:
      return "import os\n\ndef main():\n    pass\n";
    case Format::kScript:
      return "#!/bin/sh\n";
    case Format::kText:
      return "plain words in a row\n";
    case Format::kJson:
      return "{}";
    case Format::kMarkdown:
      return "# Title\n\nSome words.\n";
    case Format::kPickle:
      return std::string("\x80\x02}q\0.", 6);
    case Format::kOnnx:
      return std::string("\x08\x08\x12\x04test\x3A\x05\x0A\x03\x0A\x01x\x42\x04\x0A\x00\x10\x0F", 21);
    case Format::kZip:
      return std::string("PK\x05\x06", 4) + std::string(18, '\0');
    case Format::kUnknownBinary:
      return std::string("\x01\x02\x03\xF8\xF9\0\0\0", 8);
    case Format::kSentencepiece:
      return std::string(
          "\x0A\x0E\x0A\x05<unk>\x15\0\0\0\0\x18\x02\x0A\x0C\x0A\x03<s>\x15\0\0\0\0\x18\x03\x0A\x0D\x0A\x04</"
          "s>\x15\0\0\0\0\x18\x03",
          45);
    default:
      return std::nullopt;
  }
}

std::string SafetensorsOf(const v1::InventoryArtifact& artifact) {
  const std::string whole = BuildSafetensors({{artifact.path(), "F32", {2, 2}}});
  return artifact.has_header() ? whole : whole.substr(0, whole.size() - 3);
}

std::optional<std::string> GgufOf(const v1::InventoryArtifact& artifact) {
  const v1::WeightsHeader& header = artifact.header();
  if (header.tensor_count() > 64) return std::nullopt;
  std::vector<GgufKv> keys;
  for (const v1::HeaderField& field : header.fields()) {
    if (field.key().rfind("split.", 0) != 0) continue;
    if (field.value().empty() || field.value().size() > 9 ||
        field.value().find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    if (std::any_of(keys.begin(), keys.end(), [&](const GgufKv& one) { return one.key == field.key(); })) {
      return std::nullopt;  // an array
    }
    keys.push_back(GgufNumber(field.key(), GgufKvType::kU32, std::stoul(field.value())));
  }
  std::vector<testing_support::GgufTensorSpec> tensors;
  for (uint64_t i = 0; i < header.tensor_count(); ++i) tensors.push_back({"t" + std::to_string(i), {4}});
  const std::string whole = BuildGguf(keys, tensors);
  return artifact.has_header() ? whole : whole.substr(0, 20);
}

// The bytes of the file that stands for `artifact`.
std::optional<std::string> WitnessOf(const v1::InventoryArtifact& artifact,
                                     const provenance::DocumentBytes& documents) {
  if (artifact.claimed()) return BuildLfsPointer(artifact.sha256(), artifact.size());
  const Format format = formats::FormatFromName(artifact.format()).value_or(Format::kUnknownBinary);
  if (!artifact.document_sha256().empty()) {
    std::string bytes = documents.find(artifact.document_sha256())->second;
    if (artifact.size() > kWitnessBytesMax) return std::nullopt;
    bytes.resize(artifact.size(), 'a');
    return bytes;
  }
  if (format == Format::kSafetensors) return SafetensorsOf(artifact);
  if (format == Format::kGguf) return GgufOf(artifact);
  if (format == Format::kLfsPointer) return BuildLfsPointer("zz", 1);
  return Sample(format);
}

bool IsPruned(const std::string& path) {
  return path == ".git" || path == ".cache/huggingface" || path == ".weighbridge";
}

// One of several models of a walk: what a text is cut to depends on all of them.
bool IsCutPart(const v1::Inventory& inventory) {
  const bool part =
      !inventory.model_path().empty() || !std::all_of(inventory.ignored().begin(), inventory.ignored().end(), IsPruned);
  return part && std::any_of(inventory.artifacts().begin(), inventory.artifacts().end(),
                             [](const auto& artifact) { return artifact.document_truncated(); });
}

// Why `collected` has no witness; empty if it was written below `dir`.
std::string BuildWitness(const Collected& collected, const TempDir& dir) {
  if (collected.inventory.layout() == "ollama") return "a store of blobs";
  if (IsCutPart(collected.inventory)) return "a text that is cut, of one model of several";
  for (const v1::InventoryArtifact& artifact : collected.inventory.artifacts()) {
    const std::optional<std::string> bytes = WitnessOf(artifact, collected.documents);
    if (!bytes.has_value()) return "no sample of " + artifact.format();
    // A document is what it is; a sample may be something else under the name of this file.
    const std::string base = artifact.path().substr(artifact.path().rfind('/') + 1);
    const Format format = formats::Sniff(std::string_view(*bytes).substr(0, formats::kSniffBytes), bytes->size(), base);
    if (artifact.document_sha256().empty() && formats::FormatName(format) != artifact.format()) {
      return "the name makes another format of the sample of " + artifact.format();
    }
    dir.Write(artifact.path(), *bytes);
  }
  for (const std::string& path : collected.inventory.ignored()) {
    if (IsPruned(path)) dir.Folder(path);
  }
  return "";
}

// What a scan of the witness must see as well.
std::string Shape(const v1::Inventory& inventory) {
  std::string text = inventory.single_file() ? "single file\n" : "folder\n";
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    text += artifact.path() + " " + artifact.role() + " " + artifact.format() + (artifact.claimed() ? " claimed" : "") +
            (artifact.has_header() ? " header" : "");
    if (artifact.claimed()) text += " " + artifact.sha256() + " " + std::to_string(artifact.size());
    if (!artifact.document_sha256().empty())
      text += " " + artifact.document_sha256() + (artifact.document_truncated() ? " cut" : "");
    text += "\n";
  }
  for (const std::string& path : inventory.ignored()) {
    if (IsPruned(path)) text += "ignored " + path + "\n";  // not the other models of the same walk
  }
  return text;
}

std::multiset<std::string> ProblemsOf(const v1::Inventory& inventory) {
  std::multiset<std::string> all;
  for (const v1::InventoryProblem& problem : inventory.problems())
    all.insert(problem.rule_id() + (problem.blocks() ? " " : "~") + problem.path());
  return all;
}

bool LeftOut(const v1::Inventory& inventory) {
  return std::any_of(inventory.problems().begin(), inventory.problems().end(), [](const auto& problem) {
    return problem.rule_id() == "file.unreadable" || problem.rule_id() == "file.changed";
  });
}

struct Counts {
  int refused = 0;
  int unchanged = 0;
  int witnessed = 0;
  std::map<std::string, int> unwitnessed;
};

void ExpectRefusal(const absl::Status& status, const std::string& what) {
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << what << ": " << status;
  const std::string message(status.message());
  const size_t colon = message.find(": ");
  ASSERT_NE(colon, std::string::npos) << what << ": " << message;
  const std::string field = message.substr(0, colon);
  EXPECT_TRUE(field.rfind("inventory", 0) == 0 || field.rfind("documents", 0) == 0) << what << ": " << message;
  EXPECT_EQ(field.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789[]."), std::string::npos)
      << what << ": " << message;
  EXPECT_GT(message.size(), colon + 2) << what;
  EXPECT_TRUE(IsPlainName(message)) << what << ": " << message;
}

void ExpectWitness(const Collected& accepted, const std::string& what, Counts& counts) {
  const TempDir dir;
  if (const std::string why = BuildWitness(accepted, dir); !why.empty()) {
    ++counts.unwitnessed[why];
    return;
  }
  const bool single = accepted.inventory.single_file() && accepted.inventory.artifacts_size() == 1;
  const Collected seen = CollectOrFail(single ? dir.At(accepted.inventory.artifacts(0).path()) : dir.path());
  ++counts.witnessed;
  // Without a file there is nothing that a folder could show: something blocked, and what was passed over is then
  // listed or not.
  if (accepted.inventory.artifacts_size() > 0) {
    EXPECT_EQ(Shape(seen.inventory), Shape(accepted.inventory)) << what;
  }
  // What could not be read may have been a part of any set of shards.
  const bool left_out = LeftOut(accepted.inventory);
  const std::multiset<std::string> admitted = ProblemsOf(accepted.inventory);
  for (const std::string& problem : ProblemsOf(seen.inventory)) {
    // The sample of an index names nothing, the sample of a set of shards is smaller than the set.
    if (problem.rfind("file.shard_missing", 0) == 0 && left_out) continue;
    if (problem.find(".index.json") != std::string::npos) continue;
    EXPECT_GE(admitted.count(problem), ProblemsOf(seen.inventory).count(problem))
        << what << ": the witness has " << problem;
  }
}

TEST(HostileInventoryTest, IsRefusedOrIsThatOfARealFolder) {
  const std::vector<Collected> valid = ValidInventories();
  const Collected huge = WithHugeLicence();
  std::mt19937_64 rng(kSeed);
  Counts counts;
  for (int i = 0; i < Cases(); ++i) {
    const Collected& from = i % 100 == 99 ? huge : valid[static_cast<size_t>(i) % valid.size()];
    Collected changed = from;
    const std::string what = "seed " + std::to_string(kSeed) + " case " + std::to_string(i) + ": " +
                             MutateInventory(rng, changed.inventory, changed.documents);
    const absl::Status status = CheckInventory(changed.inventory, changed.documents);
    if (!status.ok()) {
      ++counts.refused;
      ExpectRefusal(status, what);
    } else if (changed.inventory.SerializeAsString() == from.inventory.SerializeAsString() &&
               changed.documents == from.documents) {
      ++counts.unchanged;
    } else {
      ExpectWitness(changed, what, counts);
      if (changed.inventory.has_base()) {
        ExpectWitness({changed.inventory.base(), changed.documents}, what + " (base)", counts);
      }
    }
    if (testing::Test::HasFailure()) return;  // one case is enough to look at
  }
  int unwitnessed = 0;
  for (const auto& [why, count] : counts.unwitnessed) {
    unwitnessed += count;
    std::printf("%5d accepted without a witness: %s\n", count, why.c_str());
  }
  std::printf("%d cases: %d refused, %d unchanged, %d accepted and witnessed, %d accepted without a witness\n", Cases(),
              counts.refused, counts.unchanged, counts.witnessed, unwitnessed);
  EXPECT_GT(counts.refused, Cases() / 2) << "the changes are no attacks any more";
  EXPECT_GT(counts.witnessed, Cases() / 50) << "the property is not tested any more";
  EXPECT_LT(unwitnessed, counts.witnessed / 5);
}

}  // namespace
}  // namespace weighbridge::auditor
