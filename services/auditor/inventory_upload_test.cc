// An inventory in parts: what is put together again is what was taken apart, and nothing over a limit is kept.
#include "services/auditor/inventory_upload.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_check.h"
#include "services/crypto/sha256.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;

Collected CollectOrFail(const std::string& path) {
  CollectRequest request;
  request.path = path;
  auto models = CollectModels(request);
  EXPECT_TRUE(models.ok()) << models.status();
  if (!models.ok() || models->empty()) return {};
  return std::move(models->front());
}

const Collected& Model() {
  static const auto* const collected = [] {
    const TempDir dir;
    dir.Write(".git/config", "x");
    dir.Write("LICENSE", std::string(3000, 'a') + "\n");
    dir.Write("NOTICE", "");
    dir.Write("README.md", BuildModelCard("license: mit", "A model."));
    for (int i = 0; i < 50; ++i)
      dir.Write("part" + std::to_string(i) + ".safetensors", BuildSafetensors({{"t" + std::to_string(i), "F32", {2}}}));
    dir.Fifo("pipe");
    return new Collected(CollectOrFail(dir.path()));
  }();
  return *collected;
}

struct Parts {
  std::vector<v1::Inventory> inventory;
  struct Document {
    std::string sha256;
    std::string bytes;
    bool last;
  };
  std::vector<Document> documents;
};

Parts Split(const Collected& collected, size_t part_bytes_max) {
  Parts parts;
  EXPECT_TRUE(SplitInventory(collected, part_bytes_max,
                             {[&](const v1::Inventory& part) {
                                EXPECT_TRUE(parts.documents.empty());
                                parts.inventory.push_back(part);
                                return true;
                              },
                              [&](std::string_view sha256, std::string_view bytes, bool last) {
                                parts.documents.push_back({std::string(sha256), std::string(bytes), last});
                                return true;
                              }}));
  return parts;
}

absl::Status Send(const Parts& parts, InventoryUpload& upload) {
  for (const v1::Inventory& part : parts.inventory) {
    if (absl::Status status = upload.AddInventory(part); !status.ok()) return status;
  }
  for (const Parts::Document& part : parts.documents) {
    if (absl::Status status = upload.AddDocument(part.sha256, part.bytes, part.last); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Sent(const Parts& parts, UploadLimits limits = {}) {
  InventoryUpload upload(limits);
  if (absl::Status status = Send(parts, upload); !status.ok()) {
    EXPECT_EQ(upload.bytes_held(), 0u) << "something is kept after an error";
    EXPECT_EQ(upload.Finish().status(), status) << "an upload goes on after an error";
    return status;
  }
  return upload.Finish().status();
}

void ExpectRefused(const absl::Status& status, absl::StatusCode code, const std::string& field) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(std::string(status.message()).substr(0, field.size() + 2), field + ": ") << status;
}

TEST(InventoryUploadTest, GivesBackWhatWasTakenApart) {
  for (const size_t size : {size_t{1}, size_t{100}, size_t{777}, size_t{4096}, kUploadPartBytesMax}) {
    const Parts parts = Split(Model(), size);
    if (size >= 777) {
      for (const v1::Inventory& part : parts.inventory) EXPECT_LE(part.ByteSizeLong(), size);
    }
    for (const Parts::Document& part : parts.documents) EXPECT_LE(part.bytes.size(), size);
    InventoryUpload upload;
    ASSERT_EQ(Send(parts, upload), absl::OkStatus()) << size;
    EXPECT_GT(upload.bytes_held(), Model().inventory.ByteSizeLong());
    const absl::StatusOr<Collected> whole = upload.Finish();
    ASSERT_TRUE(whole.ok()) << whole.status();
    EXPECT_EQ(whole->inventory.SerializeAsString(), Model().inventory.SerializeAsString()) << size;
    EXPECT_EQ(whole->documents, Model().documents) << size;
    EXPECT_EQ(upload.bytes_held(), 0u);
    EXPECT_FALSE(upload.Finish().ok()) << "finished twice";
  }
  EXPECT_GT(Split(Model(), 777).inventory.size(), 5u);
  EXPECT_EQ(Split(Model(), kUploadPartBytesMax).inventory.size(), 1u);
}

TEST(InventoryUploadTest, AnEmptyFolderTravelsToo) {
  const TempDir dir;
  const Parts parts = Split(CollectOrFail(dir.path()), kUploadPartBytesMax);
  EXPECT_EQ(parts.inventory.size(), 1u);
  EXPECT_EQ(Sent(parts), absl::OkStatus());
}

TEST(InventoryUploadTest, TheSinkCanEndIt) {
  int parts = 0;
  const auto one = [&] { return ++parts < 2; };
  EXPECT_FALSE(SplitInventory(
      Model(), 100,
      {[&](const v1::Inventory&) { return one(); }, [&](std::string_view, std::string_view, bool) { return one(); }}));
  EXPECT_EQ(parts, 2);
}

TEST(InventoryUploadTest, RefusesWhatNoClientOfOursSends) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const Parts valid = Split(Model(), 1000);
  ASSERT_GT(valid.inventory.size(), 3u);
  ASSERT_EQ(valid.documents.size(), 5u);  // the licence in four parts, and the card
  Parts parts;
  ExpectRefused(Sent(parts), kInvalid, "inventory");

  parts = valid;
  parts.inventory[1].set_repository("org/model");
  ExpectRefused(Sent(parts), kInvalid, "inventory.repository");

  parts = valid;
  parts.inventory[2].set_schema_version(1);
  ExpectRefused(Sent(parts), kInvalid, "inventory.schema_version");

  parts = valid;
  parts.inventory[1].Clear();
  ExpectRefused(Sent(parts), kInvalid, "inventory");

  parts = valid;
  std::swap(parts.inventory[1], parts.inventory[2]);
  EXPECT_EQ(Sent(parts).code(), kInvalid) << "artifacts out of order";

  parts = valid;
  parts.inventory.erase(parts.inventory.begin());
  ExpectRefused(Sent(parts), kInvalid, "inventory.schema_version");

  parts = valid;
  v1::InventoryArtifact& artifact = *parts.inventory[1].mutable_artifacts(0);
  artifact.GetReflection()->MutableUnknownFields(&artifact)->AddVarint(99, 1);
  ExpectRefused(Sent(parts), kInvalid, "inventory.artifacts[0]");

  parts = valid;
  parts.documents[0].sha256 = Sha256Hex("nobody knows it");
  ExpectRefused(Sent(parts), kInvalid, "document[0]");

  parts = valid;
  parts.documents[0].sha256 = "../../etc/passwd";
  ExpectRefused(Sent(parts), kInvalid, "document[0]");

  parts = valid;
  parts.documents.pop_back();
  EXPECT_EQ(Sent(parts).code(), kInvalid) << "a document is missing";

  for (size_t i = 0; i < valid.documents.size(); ++i) {
    if (valid.documents[i].last) continue;
    parts = valid;
    parts.documents[i].last = true;
    EXPECT_EQ(Sent(parts).code(), kInvalid) << "ends early";
    parts = valid;
    parts.documents[i].bytes.clear();
    EXPECT_EQ(Sent(parts).code(), kInvalid) << "an empty part";
  }

  parts = valid;
  parts.documents.insert(parts.documents.begin(), parts.documents.back());
  EXPECT_EQ(Sent(parts).code(), kInvalid) << "twice";
}

TEST(InventoryUploadTest, NamesTheDocumentThatDidNotEnd) {
  const Parts valid = Split(Model(), 1000);
  InventoryUpload upload;
  for (const v1::Inventory& part : valid.inventory) ASSERT_EQ(upload.AddInventory(part), absl::OkStatus());
  size_t documents = 0;
  for (const Parts::Document& part : valid.documents) {
    ASSERT_EQ(upload.AddDocument(part.sha256, part.bytes, part.last), absl::OkStatus());
    if (!part.last) break;
    ++documents;
  }
  ExpectRefused(upload.Finish().status(), absl::StatusCode::kInvalidArgument,
                "document[" + std::to_string(documents) + "]");
}

TEST(InventoryUploadTest, ANewDocumentWaitsForTheEndOfTheOneBefore) {
  const Parts valid = Split(Model(), 1000);
  InventoryUpload upload;
  for (const v1::Inventory& part : valid.inventory) ASSERT_EQ(upload.AddInventory(part), absl::OkStatus());
  for (size_t i = 0; i < valid.documents.size(); ++i) {
    const Parts::Document& part = valid.documents[i];
    if (part.last) {
      ASSERT_EQ(upload.AddDocument(part.sha256, part.bytes, true), absl::OkStatus());
      continue;
    }
    ASSERT_EQ(upload.AddDocument(part.sha256, part.bytes, false), absl::OkStatus());
    ExpectRefused(upload.AddDocument(Sha256Hex(""), "", true), absl::StatusCode::kInvalidArgument,
                  "document[" + std::to_string(i) + "]");
    EXPECT_EQ(upload.bytes_held(), 0u);
    return;
  }
  FAIL() << "no document of several parts";
}

TEST(InventoryUploadTest, DocumentsComeBehindTheInventory) {
  const Parts valid = Split(Model(), 1000);
  InventoryUpload early;
  ExpectRefused(early.AddDocument(Sha256Hex(""), "", true), absl::StatusCode::kInvalidArgument, "document[0]");
  InventoryUpload late;
  for (const v1::Inventory& part : valid.inventory) ASSERT_EQ(late.AddInventory(part), absl::OkStatus());
  ASSERT_EQ(late.AddDocument(valid.documents[0].sha256, valid.documents[0].bytes, valid.documents[0].last),
            absl::OkStatus());
  v1::Inventory more;
  more.add_ignored(".weighbridge");
  ExpectRefused(late.AddInventory(more), absl::StatusCode::kInvalidArgument, "inventory");
}

TEST(InventoryUploadTest, KeepsNothingOverALimit) {
  constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
  const Parts valid = Split(Model(), 1000);
  UploadLimits limits;
  limits.inventory_bytes_max = 3000;
  ExpectRefused(Sent(valid, limits), kExhausted, "inventory");
  limits = {};
  limits.document_bytes_max = 2500;
  EXPECT_EQ(Sent(valid, limits).code(), kExhausted);

  // Empty elements are small to send and large to keep.
  limits = {};
  limits.inventory_bytes_max = 1 << 20;
  v1::Inventory flood;
  flood.set_schema_version(1);
  for (int i = 0; i < 5000; ++i) flood.add_problems();
  EXPECT_LT(flood.ByteSizeLong(), 11'000u);  // and more than a megabyte as elements
  InventoryUpload upload(limits);
  ExpectRefused(upload.AddInventory(flood), kExhausted, "inventory");

  v1::Inventory large;
  large.set_schema_version(1);
  large.set_revision(std::string(kUploadPartBytesMax, 'r'));
  InventoryUpload part;
  ExpectRefused(part.AddInventory(large), kExhausted, "inventory");
}

// The longest element that a scan makes fits in one part.
TEST(InventoryUploadTest, NoElementIsLargerThanAPart) {
  std::map<std::string, std::string> metadata;
  for (int i = 0; i < 120; ++i)
    metadata["key" + std::to_string(i)] = std::string(1000, '\x01');  // four bytes each when printed
  const TempDir dir;
  dir.Write("model.safetensors", BuildSafetensors({{"a", "F32", {2}}}, metadata));
  const Collected collected = CollectOrFail(dir.path());
  ASSERT_EQ(collected.inventory.artifacts_size(), 1);
  EXPECT_GT(collected.inventory.ByteSizeLong(), 480'000u);
  const Parts parts = Split(collected, kUploadPartBytesMax);
  EXPECT_EQ(parts.inventory.size(), 1u);
  EXPECT_EQ(Sent(parts), absl::OkStatus());
}

}  // namespace
}  // namespace weighbridge::auditor
