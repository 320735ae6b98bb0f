// What a stranger may send as an inventory, attack by attack: each case changes one valid inventory and is refused for
// the right field.
#include "services/auditor/inventory_check.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/collect.h"
#include "services/auditor/read_files.h"
#include "services/auditor/weights_header.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using testing_support::BuildGguf;
using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::BuildShardIndex;
using testing_support::GgufString;
using testing_support::TempDir;

std::string Weights(const std::string& tensor) {
  return BuildSafetensors({{tensor, "F32", {2, 2}}}, {{"format", "pt"}, {"license", "mit"}});
}

Collected CollectOrFail(const std::string& path) {
  CollectRequest request;
  request.path = path;
  auto models = CollectModels(request);
  EXPECT_TRUE(models.ok()) << models.status();
  if (!models.ok() || models->empty()) return {};
  return std::move(models->front());
}

// A model with one file of each kind that the check tells apart.
const Collected& Valid() {
  static const auto* const collected = [] {
    const TempDir dir;
    dir.Write(".git/config", "[core]\n");
    dir.Write("LICENSE", "Some terms for the use of this.\n");
    dir.Write("README.md", BuildModelCard("license: mit", "A model."));
    dir.Write("broken.safetensors", Weights("b").substr(0, 60));
    dir.Write("config.json", "{\"model_type\": \"llama\"}");
    dir.Write("folder/notes.txt", "Words about the model.\n");
    dir.Write("model-00001-of-00002.safetensors", Weights("a"));
    dir.Write("model-00002-of-00002.safetensors", Weights("b"));
    dir.Write(
        "model.safetensors.index.json",
        BuildShardIndex({{"a", "model-00001-of-00002.safetensors"}, {"b", "model-00002-of-00002.safetensors"}}, 32));
    dir.Write("modeling.py", "import os\n");
    dir.Write("photo.png", "\x89PNG\r\n\x1a\n");
    dir.Write("pointer.gguf", BuildLfsPointer(std::string(64, 'a'), 123456));
    dir.Write("q4.gguf",
              BuildGguf({GgufString("general.license", "mit"), GgufString("general.name", "m")}, {{"t", {4}}}));
    dir.Write("text.bin", "no weights at all\n");
    dir.Write("run.py", "import os\n");
    dir.Write("tokenizer.json", "{}");
    dir.Write("tokenizer_config.json", "{}");
    dir.Write("twin.txt", "a\n");
    dir.Write("tWin.txt", "b\n");
    dir.Fifo("pipe");
    return new Collected(CollectOrFail(dir.path()));
  }();
  return *collected;
}

v1::InventoryArtifact& At(Collected& c, const std::string& path) {
  for (v1::InventoryArtifact& artifact : *c.inventory.mutable_artifacts()) {
    if (artifact.path() == path) return artifact;
  }
  ADD_FAILURE() << "no artifact " << path;
  return *c.inventory.add_artifacts();
}

v1::InventoryProblem& ProblemAt(Collected& c, const std::string& path) {
  for (v1::InventoryProblem& problem : *c.inventory.mutable_problems()) {
    if (problem.path() == path) return problem;
  }
  ADD_FAILURE() << "no problem at " << path;
  return *c.inventory.add_problems();
}

int IndexOf(const v1::Inventory& inventory, const std::string& path) {
  for (int i = 0; i < inventory.artifacts_size(); ++i) {
    if (inventory.artifacts(i).path() == path) return i;
  }
  return -1;
}

int ProblemIndexOf(const v1::Inventory& inventory, const std::string& path) {
  for (int i = 0; i < inventory.problems_size(); ++i) {
    if (inventory.problems(i).path() == path) return i;
  }
  return -1;
}

// "<LICENSE>.role" is `inventory.artifacts[0].role`, "!pipe.blocks" the problem at that path, by their place in
// Valid().
std::string FieldOf(const std::string& field) {
  const Collected& valid = Valid();
  if (field[0] == '<') {
    const size_t end = field.find('>');
    return "inventory.artifacts[" + std::to_string(IndexOf(valid.inventory, field.substr(1, end - 1))) + "]" +
           field.substr(end + 1);
  }
  if (field[0] == '!') {
    const size_t end = field.rfind('.');
    return "inventory.problems[" + std::to_string(ProblemIndexOf(valid.inventory, field.substr(1, end - 1))) + "]" +
           field.substr(end);
  }
  return field;
}

void Remove(Collected& c, const std::string& path) {
  auto& artifacts = *c.inventory.mutable_artifacts();
  artifacts.erase(
      std::remove_if(artifacts.begin(), artifacts.end(), [&](const auto& one) { return one.path() == path; }),
      artifacts.end());
}

void RemoveProblem(Collected& c, const std::string& path) {
  auto& problems = *c.inventory.mutable_problems();
  problems.erase(std::remove_if(problems.begin(), problems.end(), [&](const auto& one) { return one.path() == path; }),
                 problems.end());
}

v1::InventoryArtifact Picture(const std::string& path) {
  v1::InventoryArtifact artifact;
  artifact.set_path(path);
  artifact.set_role("other");
  artifact.set_format("png");
  artifact.set_size(100);
  artifact.set_sha256(std::string(64, '0'));
  return artifact;
}

// Puts a picture where its path belongs.
void AddPicture(Collected& c, const std::string& path) {
  *c.inventory.add_artifacts() = Picture(path);
  std::sort(c.inventory.mutable_artifacts()->begin(), c.inventory.mutable_artifacts()->end(),
            [](const auto& a, const auto& b) { return a.path() < b.path(); });
}

void AddProblem(Collected& c, const std::string& rule, const std::string& path, bool blocks,
                const std::string& message = "words") {
  v1::InventoryProblem& problem = *c.inventory.add_problems();
  problem.set_rule_id(rule);
  problem.set_path(path);
  problem.set_message(message);
  problem.set_blocks(blocks);
}

// Exchanges the text of a document together with its digests.
void Exchange(Collected& c, const std::string& path, const std::string& text) {
  v1::InventoryArtifact& artifact = At(c, path);
  c.documents.erase(artifact.document_sha256());
  artifact.set_sha256(Sha256Hex(text));
  artifact.set_document_sha256(artifact.sha256());
  artifact.set_size(text.size());
  c.documents[artifact.sha256()] = text;
}

v1::HeaderField& AddHeaderField(v1::WeightsHeader& header, const std::string& key, const std::string& value) {
  v1::HeaderField& field = *header.add_fields();
  field.set_key(key);
  field.set_value(value);
  return field;
}

// As a snapshot in the cache of a hub.
void SetHub(Collected& c, const std::string& repository, const std::string& revision) {
  c.inventory.set_layout("hub_snapshot");
  c.inventory.set_repository(repository);
  c.inventory.set_revision(revision);
}

void StartAgain(Collected& c, const std::string& layout) {
  c = {};
  c.inventory.set_schema_version(1);
  c.inventory.set_layout(layout);
  c.inventory.set_single_file(layout == "file");
}

struct Attack {
  std::string name;
  std::string field;  // FieldOf()
  std::function<void(Collected&)> change;
};
void PrintTo(const Attack& attack, std::ostream* os) { *os << attack.name; }

class AttackTest : public ::testing::TestWithParam<Attack> {};

TEST_P(AttackTest, IsRefusedForItsField) {
  Collected changed = Valid();
  GetParam().change(changed);
  const absl::Status status = CheckInventory(changed.inventory, changed.documents);
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const std::string message(status.message());
  const std::string field = FieldOf(GetParam().field);
  EXPECT_EQ(message.substr(0, field.size() + 2), field + ": ") << message;
  EXPECT_GT(message.size(), field.size() + 2) << "no reason";
  EXPECT_TRUE(IsPlainName(message)) << "bytes of the attacker in the message";
}

constexpr auto kSha = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

INSTANTIATE_TEST_SUITE_P(
    Scalars, AttackTest,
    ::testing::Values(
        Attack{"NoSchemaVersion", "inventory.schema_version", [](Collected& c) { c.inventory.clear_schema_version(); }},
        Attack{"LaterSchemaVersion", "inventory.schema_version",
               [](Collected& c) { c.inventory.set_schema_version(2); }},
        Attack{"FieldThatNoScanSets", "inventory.name", [](Collected& c) { c.inventory.set_name("model"); }},
        Attack{
            "UnknownField", "inventory",
            [](Collected& c) { c.inventory.GetReflection()->MutableUnknownFields(&c.inventory)->AddVarint(999, 1); }},
        Attack{"UnknownFieldOfAnArtifact", "<LICENSE>",
               [](Collected& c) {
                 v1::InventoryArtifact& artifact = At(c, "LICENSE");
                 artifact.GetReflection()->MutableUnknownFields(&artifact)->AddLengthDelimited(77, "x");
               }},
        Attack{"RepositoryWithoutRevision", "inventory.revision", [](Collected& c) { SetHub(c, "org/model", ""); }},
        Attack{"RevisionWithoutRepository", "inventory.revision",
               [](Collected& c) { c.inventory.set_revision("main"); }},
        Attack{"RepositoryThatClimbs", "inventory.repository", [](Collected& c) { SetHub(c, "../model", "main"); }},
        Attack{"RepositoryOfThreeParts", "inventory.repository", [](Collected& c) { SetHub(c, "a/b/c", "main"); }},
        Attack{"RepositoryWithAnEmptyPart", "inventory.repository", [](Collected& c) { SetHub(c, "org/", "main"); }},
        Attack{"RepositoryWithControls", "inventory.repository", [](Collected& c) { SetHub(c, "a\x1b[2J", "main"); }},
        Attack{"RevisionWithSlash", "inventory.revision", [](Collected& c) { SetHub(c, "a/b", "refs/main"); }},
        Attack{"LongRevision", "inventory.revision", [](Collected& c) { SetHub(c, "a/b", std::string(256, 'r')); }},
        Attack{"RevisionNotUtf8", "inventory.revision", [](Collected& c) { SetHub(c, "a/b", "\xff"); }},
        Attack{"SingleFileOfMany", "inventory.artifacts", [](Collected& c) { c.inventory.set_single_file(true); }},
        Attack{"SingleFileInAFolder", "inventory.artifacts[0].path",
               [](Collected& c) {
                 StartAgain(c, "file");
                 *c.inventory.add_artifacts() = Picture("folder/a.png");
               }},
        Attack{"SingleFileWithIgnored", "inventory.ignored[0]",
               [](Collected& c) {
                 StartAgain(c, "file");
                 *c.inventory.add_artifacts() = Picture("a.png");
                 c.inventory.add_ignored(".git");
               }},
        Attack{"IgnoredOfAnotherName", "inventory.ignored[1]",
               [](Collected& c) { c.inventory.add_ignored("LICENSE"); }},
        Attack{"IgnoredTwice", "inventory.ignored[1]", [](Collected& c) { c.inventory.add_ignored(".git"); }},
        Attack{"IgnoredOutOfOrder", "inventory.ignored[1]",
               [](Collected& c) { c.inventory.add_ignored(".cache/huggingface"); }},
        Attack{"NoFilesAndNoReason", "inventory.artifacts",
               [](Collected& c) {
                 c.documents.clear();
                 c.inventory.clear_artifacts();
                 c.inventory.clear_problems();
               }}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Paths, AttackTest,
    ::testing::Values(
        Attack{"EmptyPath", "<LICENSE>.path", [](Collected& c) { At(c, "LICENSE").set_path(""); }},
        Attack{"AbsolutePath", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, "/etc/a.png"); }},
        Attack{"PathThatClimbs", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, "../a.png"); }},
        Attack{"PathThatClimbsInside", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a/../../a.png"); }},
        Attack{"DotPart", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a/./a.png"); }},
        Attack{"DoubleSlash", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a//a.png"); }},
        Attack{"TrailingSlash", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a.png/"); }},
        Attack{"Backslash", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a\\b.png"); }},
        Attack{"LineFeed", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a\nb.png"); }},
        Attack{"Escape", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a\x1b[2J.png"); }},
        Attack{"NulByte", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, std::string("a\0.png", 6)); }},
        Attack{"PathNotUtf8", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a\xff.png"); }},
        Attack{"OverlongUtf8", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a\xc0\xaf.png"); }},
        Attack{"LongName", "<broken.safetensors>.path", [](Collected& c) { AddPicture(c, "a" + std::string(256, 'a')); }},
        Attack{"LongPath", "<broken.safetensors>.path",
               [](Collected& c) {
                 std::string path = "a";
                 for (int i = 0; i < 40; ++i) path += "/" + std::string(110, 'a');
                 AddPicture(c, path);
               }},
        Attack{"DeepPath", "<broken.safetensors>.path",
               [](Collected& c) {
                 std::string path = "a";
                 for (int i = 0; i < 65; ++i) path += "/a";
                 AddPicture(c, path);
               }},
        Attack{"NameOfStandardInput", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, "-"); }},
        Attack{"SamePathTwice", "<README.md>.path", [](Collected& c) { AddPicture(c, "LICENSE"); }},
        Attack{"PathsOutOfOrder", "<README.md>.path", [](Collected& c) { c.inventory.mutable_artifacts()->SwapElements(0, 1); }},
        Attack{"FileThatIsAFolder", "<LICENSE>.path", [](Collected& c) { AddPicture(c, "LICENSE/a.png"); }},
        Attack{"FolderThatIsAFileFarAway", "inventory.artifacts[4].path",
               [](Collected& c) {
                 AddPicture(c, "folder");
                 AddPicture(c, "folder.png");
               }},
        Attack{"FileInGit", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, ".git/a.png"); }},
        Attack{"FileNamedGit", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, ".git"); }},
        Attack{"FileInTheHubsCache", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, ".cache/huggingface/a.png"); }},
        Attack{"FileInOwnFolder", "inventory.artifacts[0].path", [](Collected& c) { AddPicture(c, ".weighbridge/a.png"); }},
        Attack{"TooManyFiles", "inventory.artifacts",
               [](Collected& c) {
                 for (int i = 0; i < 120'001; ++i) c.inventory.add_artifacts();
               }},
        Attack{"TooManyFolders", "inventory.artifacts",
               [](Collected& c) {
                 StartAgain(c, "directory");
                 for (int i = 100'000; i < 170'000; ++i) *c.inventory.add_artifacts() = Picture("f" + std::to_string(i) + "/a.png");
               }},
        Attack{"TooManyBytesOfPaths", "inventory.artifacts",
               [](Collected& c) {
                 StartAgain(c, "directory");
                 for (int i = 100'000; i < 180'000; ++i) *c.inventory.add_artifacts() = Picture("f" + std::to_string(i) + std::string(240, 'x'));
               }}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Artifacts, AttackTest,
    ::testing::Values(
        Attack{"UnknownRole", "<LICENSE>.role", [](Collected& c) { At(c, "LICENSE").set_role("superuser"); }},
        Attack{"NoRole", "<LICENSE>.role", [](Collected& c) { At(c, "LICENSE").clear_role(); }},
        Attack{"RoleInCapitals", "<LICENSE>.role", [](Collected& c) { At(c, "LICENSE").set_role("License_Text"); }},
        Attack{"LicenceCalledOther", "<LICENSE>.role", [](Collected& c) { At(c, "LICENSE").set_role("other"); }},
        Attack{"ProgramWithoutItsDocument", "<run.py>.document_sha256", [](Collected& c) { At(c, "run.py").clear_document_sha256(); }},
        Attack{"VocabularyWithADocument", "<tokenizer.json>.document_sha256", [](Collected& c) { At(c, "tokenizer.json").set_document_sha256(At(c, "tokenizer_config.json").document_sha256()); }},
        Attack{"WeightsCalledCode", "<q4.gguf>.role", [](Collected& c) { At(c, "q4.gguf").set_role("code"); }},
        Attack{"PointerWithAnotherRole", "<pointer.gguf>.role", [](Collected& c) { At(c, "pointer.gguf").set_role("other"); }},
        Attack{"UnknownFormat", "<LICENSE>.format", [](Collected& c) { At(c, "LICENSE").set_format("prose"); }},
        Attack{"NoFormat", "<LICENSE>.format", [](Collected& c) { At(c, "LICENSE").clear_format(); }},
        Attack{"EmptyFormatOfAFileWithBytes", "<photo.png>.format", [](Collected& c) { At(c, "photo.png").set_format("empty"); }},
        Attack{"FormatOfAFileWithoutBytes", "<photo.png>.format", [](Collected& c) { At(c, "photo.png").set_size(0); }},
        Attack{"ShortDigest", "<photo.png>.sha256", [](Collected& c) { At(c, "photo.png").set_sha256("abc"); }},
        Attack{"DigestInCapitals", "<photo.png>.sha256", [](Collected& c) { At(c, "photo.png").set_sha256(std::string(64, 'A')); }},
        Attack{"NoDigest", "<photo.png>.sha256", [](Collected& c) { At(c, "photo.png").clear_sha256(); }},
        Attack{"DigestWithALineFeed", "<photo.png>.sha256", [](Collected& c) { At(c, "photo.png").set_sha256(std::string(63, 'a') + "\n"); }},
        Attack{"FileOverTheLimit", "<photo.png>.size", [](Collected& c) { At(c, "photo.png").set_size((uint64_t{4} << 40) + 1); }},
        Attack{"PointerOverTheLimit", "<pointer.gguf>.size", [](Collected& c) { At(c, "pointer.gguf").set_size(uint64_t{1} << 63); }},
        Attack{"KnownByTheClient", "<pointer.gguf>.known", [](Collected& c) { At(c, "pointer.gguf").set_known(true); }},
        Attack{"ClaimedWithoutPointer", "<q4.gguf>.claimed", [](Collected& c) { At(c, "q4.gguf").set_claimed(true); }},
        Attack{"ClaimedWithHeader", "<pointer.gguf>.header", [](Collected& c) { At(c, "pointer.gguf").mutable_header()->set_tensor_count(1); }},
        Attack{"ClaimedWithDocument", "<pointer.gguf>.document_sha256", [](Collected& c) { At(c, "pointer.gguf").set_document_sha256(At(c, "LICENSE").sha256()); }},
        Attack{"MeasuredPointerWithoutProblem", "<pointer.gguf>", [](Collected& c) { At(c, "pointer.gguf").set_claimed(false); }},
        Attack{"WeightsWithoutHeader", "<q4.gguf>", [](Collected& c) { At(c, "q4.gguf").clear_header(); }},
        Attack{"HeaderOfAPicture", "<photo.png>.header", [](Collected& c) { At(c, "photo.png").mutable_header(); }},
        Attack{"HeaderOfWhatDidNotParse", "<broken.safetensors>",
               [](Collected& c) {
                 RemoveProblem(c, "broken.safetensors");
                 AddProblem(c, "file.content_mismatch", "broken.safetensors", true);
               }},
        Attack{"MoreTensorsThanBytes", "<q4.gguf>.header.tensor_count", [](Collected& c) { At(c, "q4.gguf").mutable_header()->set_tensor_count(1'000'000); }},
        Attack{"GgufWithoutVersion", "<q4.gguf>.header.version", [](Collected& c) { At(c, "q4.gguf").mutable_header()->clear_version(); }},
        Attack{"VersionOfSafetensors", "<model-00001-of-00002.safetensors>.header.version",
               [](Collected& c) { At(c, "model-00001-of-00002.safetensors").mutable_header()->set_version("v3"); }},
        Attack{"KeyThatNoScanKeeps", "<q4.gguf>.header.fields[2].key", [](Collected& c) { AddHeaderField(*At(c, "q4.gguf").mutable_header(), "tokenizer.chat_template", "x"); }},
        Attack{"KeysOutOfOrder", "<q4.gguf>.header.fields[1].key", [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields()->SwapElements(0, 1); }},
        Attack{"KeyTwice", "<model-00001-of-00002.safetensors>.header.fields[2].key",
               [](Collected& c) { AddHeaderField(*At(c, "model-00001-of-00002.safetensors").mutable_header(), "license", "apache-2.0"); }},
        Attack{"KeyNotPrintable", "<q4.gguf>.header.fields[0].key", [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields(0)->set_key("general.\x1b"); }},
        Attack{"ValueNotPrintable", "<q4.gguf>.header.fields[0].value", [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields(0)->set_value("a\nb"); }},
        Attack{"ValueThatEscapesWhatNeedsNone", "<q4.gguf>.header.fields[0].value",
               [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields(0)->set_value("\\x41"); }},
        Attack{"LongLicenceValue", "<q4.gguf>.header.fields[0].value",
               [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields(0)->set_value(std::string(kHeaderValueBytesMax + 2, 'x')); }},
        Attack{"LongOtherValue", "<q4.gguf>.header.fields[1].value",
               [](Collected& c) { At(c, "q4.gguf").mutable_header()->mutable_fields(1)->set_value(std::string(kHeaderValueBytesMax + 1, 'x')); }},
        Attack{"TooManyKeys", "<model-00001-of-00002.safetensors>.header.fields",
               [](Collected& c) {
                 for (int i = 0; i < kHeaderFieldsMax; ++i) AddHeaderField(*At(c, "model-00001-of-00002.safetensors").mutable_header(), "m", "");
               }},
        Attack{"TooLargeHeader", "<model-00001-of-00002.safetensors>.header",
               [](Collected& c) {
                 for (int i = 100; i < 300; ++i) {
                   AddHeaderField(*At(c, "model-00001-of-00002.safetensors").mutable_header(), "m" + std::to_string(i), std::string(4000, 'x'));
                 }
               }},
        Attack{"AdapterKeyWithoutAdapter", "<q4.gguf>.header.fields", [](Collected& c) {
                 At(c, "q4.gguf").mutable_header()->mutable_fields(1)->set_key("general.type");
                 At(c, "q4.gguf").mutable_header()->mutable_fields(1)->set_value("adapter");
               }},
        Attack{"UnknownModality", "<q4.gguf>.header.modality[0]", [](Collected& c) { At(c, "q4.gguf").mutable_header()->add_modality("smell"); }},
        Attack{"ModalityWithoutWitness", "<q4.gguf>.header.modality_witness", [](Collected& c) { At(c, "q4.gguf").mutable_header()->add_modality("audio"); }},
        Attack{"WitnessWithoutModality", "<q4.gguf>.header.modality_witness",
               [](Collected& c) { At(c, "q4.gguf").mutable_header()->set_modality_witness("v.blk"); }}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Documents, AttackTest,
    ::testing::Values(
        Attack{"DocumentMissing", "<LICENSE>.document_sha256",
               [](Collected& c) { c.documents.erase(At(c, "LICENSE").sha256()); }},
        Attack{"DocumentNotNamed", "<LICENSE>.document_sha256",
               [](Collected& c) { At(c, "LICENSE").clear_document_sha256(); }},
        Attack{"DocumentOfAPicture", "<photo.png>.document_sha256",
               [](Collected& c) { At(c, "photo.png").set_document_sha256(At(c, "LICENSE").sha256()); }},
        Attack{"TruncatedPicture", "<photo.png>.document_truncated",
               [](Collected& c) { At(c, "photo.png").set_document_truncated(true); }},
        Attack{"DocumentDigestIsNone", "<LICENSE>.document_sha256",
               [](Collected& c) { At(c, "LICENSE").set_document_sha256("LICENSE"); }},
        Attack{"WrongDigestOfTheFile", "<LICENSE>.document_sha256",
               [](Collected& c) { At(c, "LICENSE").set_sha256(kSha); }},
        Attack{"BytesChanged", "documents[5]", [](Collected& c) { c.documents[At(c, "LICENSE").sha256()][0] = 'X'; }},
        Attack{"DocumentsSwapped", "<README.md>.size",
               [](Collected& c) {
                 const std::string digest = At(c, "LICENSE").sha256();
                 At(c, "LICENSE").set_sha256(At(c, "README.md").sha256());
                 At(c, "LICENSE").set_document_sha256(At(c, "README.md").sha256());
                 At(c, "LICENSE").set_size(At(c, "README.md").size());
                 At(c, "LICENSE").set_format("markdown");
                 At(c, "README.md").set_sha256(digest);
                 At(c, "README.md").set_document_sha256(digest);
               }},
        Attack{"NobodyRefersToIt", "documents[2]", [](Collected& c) { c.documents[Sha256Hex("more")] = "more"; }},
        Attack{"WrongSize", "<LICENSE>.size", [](Collected& c) { At(c, "LICENSE").set_size(7); }},
        Attack{"SaidToBeCutAndIsNot", "<LICENSE>.document_truncated",
               [](Collected& c) { At(c, "LICENSE").set_document_truncated(true); }},
        Attack{"CutWithoutNeed", "<LICENSE>.document_truncated",
               [](Collected& c) {
                 const std::string part = c.documents[At(c, "LICENSE").sha256()].substr(0, 10);
                 c.documents.erase(At(c, "LICENSE").sha256());
                 c.documents[Sha256Hex(part)] = part;
                 At(c, "LICENSE").set_document_sha256(Sha256Hex(part));
                 At(c, "LICENSE").set_document_truncated(true);
               }},
        Attack{"LongerThanAScanKeeps", "<LICENSE>.document_truncated",
               [](Collected& c) { Exchange(c, "LICENSE", "terms " + std::string(size_t{4} << 20, 'x')); }},
        Attack{"LicenceThatIsAWebPage", "<LICENSE>.format",
               [](Collected& c) { Exchange(c, "LICENSE", "<html>not found</html>\n"); }},
        Attack{"LicenceThatIsAPdf", "<LICENSE>.format", [](Collected& c) { Exchange(c, "LICENSE", "%PDF-1.4\n"); }},
        Attack{"PolyglotDocument", "<LICENSE>",
               [](Collected& c) { Exchange(c, "LICENSE", "Terms\n%PDF-1.4\nmore words\n"); }}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Problems, AttackTest,
    ::testing::Values(
        Attack{"UnknownRule", "!pipe.rule_id", [](Collected& c) { ProblemAt(c, "pipe").set_rule_id("license.fine"); }},
        Attack{"NoRule", "!pipe.rule_id", [](Collected& c) { ProblemAt(c, "pipe").clear_rule_id(); }},
        Attack{"FifoThatBlocksNothing", "!pipe.blocks", [](Collected& c) { ProblemAt(c, "pipe").set_blocks(false); }},
        Attack{"NoteThatBlocks", "!twin.txt.blocks", [](Collected& c) { ProblemAt(c, "twin.txt").set_blocks(true); }},
        Attack{"MalformedThatBlocksNothing", "!broken.safetensors.blocks",
               [](Collected& c) { ProblemAt(c, "broken.safetensors").set_blocks(false); }},
        Attack{"PathNotPrintable", "!pipe.path", [](Collected& c) { ProblemAt(c, "pipe").set_path("pi\npe"); }},
        Attack{"LongProblemPath", "!pipe.path",
               [](Collected& c) { ProblemAt(c, "pipe").set_path(std::string(5000, 'p')); }},
        Attack{"MessageNotPrintable", "!pipe.message",
               [](Collected& c) { ProblemAt(c, "pipe").set_message("\x1b[2J"); }},
        Attack{"MessageWithBidiControls", "!pipe.message",
               [](Collected& c) {
                 ProblemAt(c, "pipe").set_message(
                     "a\xe2\x80\xae"
                     "b");
               }},
        Attack{"MessageNotUtf8", "!pipe.message", [](Collected& c) { ProblemAt(c, "pipe").set_message("\xff"); }},
        Attack{"NoMessage", "!pipe.message", [](Collected& c) { ProblemAt(c, "pipe").clear_message(); }},
        Attack{"LongMessage", "!pipe.message",
               [](Collected& c) { ProblemAt(c, "pipe").set_message(std::string(kProblemMessageBytesMax + 1, 'm')); }},
        Attack{"WhatDidNotParseIsHidden", "<broken.safetensors>",
               [](Collected& c) { RemoveProblem(c, "broken.safetensors"); }},
        Attack{"WhatIsNoWeightsIsHidden", "<text.bin>", [](Collected& c) { RemoveProblem(c, "text.bin"); }},
        Attack{"TwinIsHidden", "<twin.txt>", [](Collected& c) { RemoveProblem(c, "twin.txt"); }},
        Attack{"MissingShardIsHidden", "inventory.artifacts",
               [](Collected& c) { Remove(c, "model-00002-of-00002.safetensors"); }},
        Attack{"UnreadableFileThatIsListed", "inventory.problems[0].path",
               [](Collected& c) {
                 AddProblem(c, "file.unreadable", "LICENSE", true);
                 c.inventory.mutable_problems()->SwapElements(0, c.inventory.problems_size() - 1);
               }},
        Attack{"ProblemOfNoFile", "inventory.problems[4].path",
               [](Collected& c) { AddProblem(c, "file.malformed", "zzz", true); }},
        Attack{"ProblemThatNoSuchFileHas", "inventory.problems[4].rule_id",
               [](Collected& c) { AddProblem(c, "file.format_unsupported", "twin.txt", true); }},
        Attack{"ProblemsOfReadingOutOfOrder", "<broken.safetensors>",
               [](Collected& c) {
                 c.inventory.mutable_problems()->SwapElements(ProblemIndexOf(c.inventory, "broken.safetensors"),
                                                              ProblemIndexOf(c.inventory, "text.bin"));
               }},
        Attack{"ProblemOfTheWalkBehindTheReading", "inventory.problems[4].rule_id",
               [](Collected& c) { AddProblem(c, "file.unsafe_link", "zzz", true); }},
        Attack{"SameProblemTwice", "inventory.problems[1]",
               [](Collected& c) {
                 *c.inventory.add_problems() = c.inventory.problems(0);
                 for (int i = c.inventory.problems_size() - 1; i > 1; --i)
                   c.inventory.mutable_problems()->SwapElements(i, i - 1);
               }},
        Attack{"OmittedWithoutMany", "inventory.problems[2].path",
               [](Collected& c) {
                 AddProblem(c, "file.limit", "", true);
                 for (int i = c.inventory.problems_size() - 1; i > 2; --i)
                   c.inventory.mutable_problems()->SwapElements(i, i - 1);
               }},
        Attack{"TooManyProblemsOfTheWalk", "inventory.problems[1000].rule_id",
               [](Collected& c) {
                 StartAgain(c, "directory");
                 for (int i = 1000; i < 2001; ++i) AddProblem(c, "file.special", "pipe" + std::to_string(i), true);
               }},
        Attack{"ChangedFileOfABadName", "inventory.problems[4].path",
               [](Collected& c) { AddProblem(c, "file.changed", "../x", true); }},
        Attack{"MissingShardOfNoShard", "inventory.problems[4].rule_id",
               [](Collected& c) { AddProblem(c, "file.shard_missing", "LICENSE", true); }}),
    [](const auto& info) { return info.param.name; });

// One model of a walk that saw several, with a licence in the folder above.
void MakePart(Collected& c) {
  c.inventory.set_model_path("models/a");
  *c.inventory.add_context_artifacts() = At(c, "LICENSE");
}

// The model as its own base.
void AddBase(Collected& c) {
  const v1::Inventory base = c.inventory;
  *c.inventory.mutable_base() = base;
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AttackTest,
    ::testing::Values(
        Attack{"NoLayout", "inventory.layout", [](Collected& c) { c.inventory.clear_layout(); }},
        Attack{"UnknownLayout", "inventory.layout", [](Collected& c) { c.inventory.set_layout("heap"); }},
        Attack{"FileThatIsAFolder", "inventory.layout", [](Collected& c) { c.inventory.set_layout("file"); }},
        Attack{"SnapshotOfNothing", "inventory.layout", [](Collected& c) { c.inventory.set_layout("hub_snapshot"); }},
        Attack{"RepositoryThatNobodySaid", "inventory.layout",
               [](Collected& c) {
                 c.inventory.set_repository("org/model");
                 c.inventory.set_revision("main");
               }},
        Attack{"RepositoryOtherThanTheSource", "inventory.repository",
               [](Collected& c) {
                 c.inventory.set_source_url("org/model@main");
                 c.inventory.set_repository("org/other");
                 c.inventory.set_revision("main");
               }},
        Attack{"SourceWithoutRevision", "inventory.source_url",
               [](Collected& c) { c.inventory.set_source_url("org/model"); }},
        Attack{"SourceWithPassword", "inventory.source_url",
               [](Collected& c) { c.inventory.set_source_url("https://me:secret@host/x@1"); }},
        Attack{"SourceWithControls", "inventory.source_url",
               [](Collected& c) { c.inventory.set_source_url("org/mo\x1b[2Jdel@main"); }},
        Attack{"ModelPathThatClimbs", "inventory.model_path", [](Collected& c) { c.inventory.set_model_path("../a"); }},
        Attack{"AbsoluteModelPath", "inventory.model_path", [](Collected& c) { c.inventory.set_model_path("/a"); }},
        Attack{"BaseDigestThatIsNone", "inventory.base_digest",
               [](Collected& c) { c.inventory.set_base_digest("latest"); }},
        Attack{"CommitThatIsNone", "inventory.download_revisions[0]",
               [](Collected& c) { c.inventory.add_download_revisions("main"); }},
        Attack{"CommitsWithoutNotes", "inventory.download_revisions",
               [](Collected& c) { c.inventory.add_download_revisions(std::string(40, 'a')); }},
        Attack{"CommitTwice", "inventory.download_revisions[1]",
               [](Collected& c) {
                 for (int i = 0; i < 2; ++i) c.inventory.add_download_revisions(std::string(40, 'a'));
               }},
        Attack{"TooManyCommits", "inventory.download_revisions",
               [](Collected& c) {
                 for (int i = 0; i < 17; ++i) c.inventory.add_download_revisions(std::string(40, 'a'));
               }},
        Attack{"ContextOfAFolder", "inventory.context_artifacts",
               [](Collected& c) { *c.inventory.add_context_artifacts() = At(c, "LICENSE"); }},
        Attack{"ProblemOfNoContext", "!pipe.of_context", [](Collected& c) { ProblemAt(c, "pipe").set_of_context(true); }},
        Attack{"ContextThatClimbs", "inventory.context_artifacts[0].path",
               [](Collected& c) {
                 MakePart(c);
                 c.inventory.mutable_context_artifacts(0)->set_path("../LICENSE");
               }},
        Attack{"ContextTwice", "inventory.context_artifacts[1].path",
               [](Collected& c) {
                 MakePart(c);
                 MakePart(c);
               }},
        Attack{"ContextWithoutDocument", "inventory.context_artifacts[0].document_sha256",
               [](Collected& c) {
                 MakePart(c);
                 c.inventory.mutable_context_artifacts(0)->clear_document_sha256();
               }},
        Attack{"ContextWithAnotherRole", "inventory.context_artifacts[0].role",
               [](Collected& c) {
                 MakePart(c);
                 c.inventory.mutable_context_artifacts(0)->set_role("notice");
               }},
        Attack{"WeightsAsContext", "inventory.context_artifacts[0]",
               [](Collected& c) {
                 MakePart(c);
                 *c.inventory.mutable_context_artifacts(0) = At(c, "q4.gguf");
               }},
        Attack{"BaseOfABase", "inventory.base.base",
               [](Collected& c) {
                 AddBase(c);
                 const v1::Inventory base = c.inventory.base();
                 *c.inventory.mutable_base()->mutable_base() = base;
               }},
        Attack{"BaseTwice", "inventory.base_digest",
               [](Collected& c) {
                 AddBase(c);
                 c.inventory.set_base_digest(kSha);
               }},
        Attack{"BaseWithContext", "inventory.base.context_artifacts",
               [](Collected& c) {
                 MakePart(c);
                 const v1::Inventory base = c.inventory;
                 *c.inventory.mutable_base() = base;
                 c.inventory.mutable_base()->clear_model_path();
               }},
        Attack{"BaseOfAnotherSchema", "inventory.base.schema_version",
               [](Collected& c) {
                 AddBase(c);
                 c.inventory.mutable_base()->set_schema_version(2);
               }},
        Attack{"BaseThatClimbs", "inventory.base.artifacts[0].path",
               [](Collected& c) {
                 AddBase(c);
                 c.inventory.mutable_base()->mutable_artifacts(0)->set_path("../LICENSE");
               }},
        Attack{"BaseWithHiddenProblem", "inventory.base.artifacts[2]",
               [](Collected& c) {
                 AddBase(c);
                 c.inventory.mutable_base()->clear_problems();
               }},
        Attack{"IgnoredFolderThatHoldsAFile", "inventory.ignored[1]",
               [](Collected& c) { c.inventory.add_ignored("folder"); }},
        Attack{"FolderCalledAStoreOfBlobs", "<LICENSE>.path",
               [](Collected& c) { c.inventory.set_layout("ollama"); }},
        Attack{"BlobThatIsNotItsName", "inventory.artifacts[0]",
               [](Collected& c) {
                 StartAgain(c, "ollama");
                 *c.inventory.add_artifacts() = Picture("blobs/sha256-" + std::string(64, 'a'));
               }},
        Attack{"TrainedNumbersCalledALicence", "inventory.artifacts[0].role",
               [](Collected& c) {
                 StartAgain(c, "ollama");
                 *c.inventory.add_artifacts() = Picture("blobs/sha256-" + std::string(64, '0'));
                 c.inventory.mutable_artifacts(0)->set_format("pickle");
                 c.inventory.mutable_artifacts(0)->set_role("license_text");
               }}),
    [](const auto& info) { return info.param.name; });

TEST(ShapeCheckTest, WhatTheAttacksStartFromIsTaken) {
  Collected part = Valid();
  MakePart(part);
  EXPECT_EQ(CheckInventory(part.inventory, part.documents), absl::OkStatus());
  Collected with_base = Valid();
  AddBase(with_base);
  EXPECT_EQ(CheckInventory(with_base.inventory, with_base.documents), absl::OkStatus());
  Collected said = Valid();
  said.inventory.set_source_url("org/model@refs/pr/1");
  said.inventory.set_repository("org/model");
  said.inventory.set_revision("refs/pr/1");
  EXPECT_EQ(CheckInventory(said.inventory, said.documents), absl::OkStatus());
}

struct Tree {
  std::string name;
  std::function<void(const TempDir&)> fill;
};
void PrintTo(const Tree& tree, std::ostream* os) { *os << tree.name; }

class OwnScanTest : public ::testing::TestWithParam<Tree> {};

TEST_P(OwnScanTest, IsTaken) {
  const TempDir dir;
  GetParam().fill(dir);
  const Collected collected = CollectOrFail(dir.path());
  EXPECT_EQ(CheckInventory(collected.inventory, collected.documents), absl::OkStatus())
      << collected.inventory.DebugString();
}

std::string Split(int number, int count, int tensors) {
  return BuildGguf(
      {testing_support::GgufNumber("split.count", testing_support::GgufKvType::kU16, static_cast<uint64_t>(count)),
       testing_support::GgufNumber("split.no", testing_support::GgufKvType::kU16, static_cast<uint64_t>(number)),
       testing_support::GgufNumber("split.tensors.count", testing_support::GgufKvType::kI32,
                                   static_cast<uint64_t>(tensors))},
      {{"t" + std::to_string(number), {4}}});
}

INSTANTIATE_TEST_SUITE_P(
    Table, OwnScanTest,
    ::testing::Values(
        Tree{"Empty", [](const TempDir&) {}},
        Tree{"OnlyIgnored", [](const TempDir& dir) { dir.Write(".git/config", "x"); }},
        Tree{"OneLicence", [](const TempDir& dir) { dir.Write("LICENSE", "terms\n"); }},
        Tree{"EmptyFiles",
             [](const TempDir& dir) {
               dir.Write("LICENSE", "");
               dir.Write("model.safetensors", "");
               dir.Write("README.md", "");
             }},
        Tree{"BrokenPointers",
             [](const TempDir& dir) {
               dir.Write("LICENSE", BuildLfsPointer("zz", 5));
               dir.Write("model.gguf", BuildLfsPointer("zz", 5));
             }},
        Tree{"PointersOfDocuments",
             [](const TempDir& dir) {
               dir.Write("LICENSE", BuildLfsPointer(std::string(64, 'b'), 99));
               dir.Write("README.md", BuildLfsPointer(std::string(64, 'c'), 0));
             }},
        Tree{"SplitGguf",
             [](const TempDir& dir) {
               dir.Write("m-00001-of-00002.gguf", Split(0, 2, 2));
               dir.Write("m-00002-of-00002.gguf", Split(1, 2, 2));
             }},
        Tree{"SplitGgufWithAPartMissing",
             [](const TempDir& dir) { dir.Write("m-00001-of-00002.gguf", Split(0, 2, 2)); }},
        Tree{"SplitGgufWithATensorMissing",
             [](const TempDir& dir) {
               dir.Write("m-00001-of-00002.gguf", Split(0, 2, 3));
               dir.Write("m-00002-of-00002.gguf", Split(1, 2, 3));
             }},
        Tree{"SplitGgufUnderOtherNames",
             [](const TempDir& dir) {
               dir.Write("a/one.gguf", Split(0, 2, 2));
               dir.Write("a/two.gguf", Split(1, 2, 2));
             }},
        Tree{"ShardMissing",
             [](const TempDir& dir) {
               dir.Write("model-00001-of-00003.safetensors", Weights("a"));
               dir.Write("model-00003-of-00003.safetensors", Weights("c"));
               dir.Write("x/model-00002-of-00002.safetensors", Weights("c"));
             }},
        Tree{"IndexThatLies",
             [](const TempDir& dir) {
               dir.Write("model.safetensors", Weights("a"));
               dir.Write("model.safetensors.index.json", BuildShardIndex({{"b", "model.safetensors"}}, 32));
             }},
        Tree{"BrokenIndex", [](const TempDir& dir) { dir.Write("model.safetensors.index.json", "{"); }},
        Tree{"Polyglots",
             [](const TempDir& dir) {
               dir.Write("LICENSE", "Terms\n%PDF-1.4\nmore words\n");
               dir.Write("README.md", "# Card\n<html>\n");
               dir.Write("model.safetensors", Weights("a") + std::string("PK\x05\x06", 4) + std::string(18, '\0'));
             }},
        Tree{"HugeLicences",
             [](const TempDir& dir) {
               for (int i = 0; i < 8; ++i)
                 dir.Write("LICENSE." + std::to_string(i), std::string((size_t{4} << 20) + 1, 'a'));
               dir.Write("notes.txt", "few words\n");
             }},
        Tree{"TextThatNobodyExpected", [](const TempDir& dir) { dir.Write("LICENSE.zip", "Terms in words.\n"); }},
        Tree{"NamesThatLookAlike",
             [](const TempDir& dir) {
               dir.Write("a.txt", "1");
               dir.Write("A.txt", "2");
               dir.Write("e\xcc\x81.txt", "3");
               dir.Write("\xc3\xa9.txt", "4");
               dir.Write("\xc3\x89.txt", "5");
               dir.Write("x\xe2\x80\xaetxt.exe", "6");
               dir.Write("f\xe2\x80\xae/y\xe2\x80\xae/z.gguf", BuildGguf({}, {{"t", {4}}}) + "behind");
             }},
        Tree{"BadNamesAndLinks",
             [](const TempDir& dir) {
               dir.Write("a\xff\n.txt", "x");
               dir.Write("-", "x");
               dir.Link("/etc/passwd", "LICENSE");
               dir.Link("nowhere", "NOTICE");
               dir.Link(".", "loop");
               dir.Fifo("pipe");
               dir.Write("model.safetensors", Weights("a"));
               dir.Link("model.safetensors", "linked.safetensors");
             }},
        Tree{"MorePipesThanAreListed",
             [](const TempDir& dir) {
               for (int i = 0; i < 1003; ++i) dir.Fifo("pipe" + std::to_string(i));
             }},
        Tree{"HeaderOfEveryKind",
             [](const TempDir& dir) {
               dir.Write("lora.safetensors",
                         BuildSafetensors({{"x.lora_A.weight", "F32", {2}}},
                                          {{"ss_network_module", "networks.lora"}, {"z\x1b", "\xff"}}));
               dir.Write("vision.safetensors", BuildSafetensors({{"vision_tower.patch.weight", "F32", {2}}}));
               dir.Write("mmproj.gguf", BuildGguf({testing_support::GgufStrings("general.languages", {"en", "de"}),
                                                   GgufString("general.license", std::string(9000, 'x')),
                                                   GgufString("general.type", "adapter")},
                                                  {{"v.blk.0.attn_q.weight", {4}}}));
             }},
        Tree{"TooManyKeysAreMalformed",
             [](const TempDir& dir) {
               std::map<std::string, std::string> metadata;
               for (int i = 0; i < 400; ++i) metadata["key" + std::to_string(i)] = std::string(2000, 'v');
               dir.Write("model.safetensors", BuildSafetensors({{"a", "F32", {2}}}, metadata));
             }},
        Tree{"HubCache",
             [](const TempDir& dir) {
               dir.Write("models--org--model/snapshots/0123/model.safetensors", Weights("a"));
               dir.Write("models--org--other/snapshots/0123/model.safetensors", Weights("a"));
             }}),
    [](const auto& info) { return info.param.name; });

TEST(OwnScanTest, OfASnapshotIsTaken) {
  const TempDir dir;
  dir.Write("models--org--model/snapshots/0123/model.safetensors", Weights("a"));
  const Collected collected = CollectOrFail(dir.At("models--org--model/snapshots/0123"));
  EXPECT_EQ(collected.inventory.repository(), "org/model");
  EXPECT_EQ(CheckInventory(collected.inventory, collected.documents), absl::OkStatus());
}

TEST(OwnScanTest, OfASingleFileIsTaken) {
  const TempDir dir;
  for (const std::string name : {".git", "model.gguf", "LICENSE"}) {
    dir.Write("x/" + name, "words\n");
    const Collected collected = CollectOrFail(dir.At("x/" + name));
    EXPECT_TRUE(collected.inventory.single_file());
    EXPECT_EQ(CheckInventory(collected.inventory, collected.documents), absl::OkStatus()) << name;
  }
}

TEST(InventoryCheckTest, TheUnchangedInventoryIsTaken) {
  EXPECT_EQ(CheckInventory(Valid().inventory, Valid().documents), absl::OkStatus());
  EXPECT_EQ(Valid().inventory.problems_size(), 4) << Valid().inventory.DebugString();
}

// Unreadable files leave room for what is not known: sets of shards may have been counted differently, documents cut
// where the limit is near. Not more than that.
TEST(InventoryCheckTest, UnreadableFilesLeaveRoom) {
  Collected changed = Valid();
  AddProblem(changed, "file.changed", "zzz.txt", true);
  EXPECT_EQ(CheckInventory(changed.inventory, changed.documents), absl::OkStatus());
  Remove(changed, "model-00002-of-00002.safetensors");
  EXPECT_EQ(CheckInventory(changed.inventory, changed.documents), absl::OkStatus());

  v1::InventoryArtifact& licence = At(changed, "LICENSE");
  changed.documents.erase(licence.document_sha256());
  changed.documents[Sha256Hex("Some")] = "Some";
  licence.set_document_sha256(Sha256Hex("Some"));
  licence.set_document_truncated(true);
  EXPECT_EQ(CheckInventory(changed.inventory, changed.documents).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weighbridge::auditor
