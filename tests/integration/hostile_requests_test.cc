// What strangers send: every named attack is refused with status, field and reason; ten thousand generated requests
// crash nothing, get no decision that our own check of the same inventory would not allow, and leave no row behind.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "db/store/store.h"
#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/license_service.pb.h"
#include "proto/weighbridge/v1/model_service.pb.h"
#include "proto/weighbridge/v1/server_service.pb.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_check.h"
#include "services/auditor/inventory_upload.h"
#include "services/crypto/sha256.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/support/inventory_mutator.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using absl::StatusCode;
using auditor::Collected;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;
using v1::ErrorReason;

constexpr char kService[] = "/weighbridge.v1.";
constexpr char kFallenUtf8[] = "\xff\xfe";

std::string Method(const std::string& name) { return kService + name; }

// One message of AuditModel each.
std::string Start(const std::function<void(v1::AuditStart&)>& change) {
  v1::AuditModelRequest request;
  change(*request.mutable_start());
  return request.SerializeAsString();
}

std::string PathStart(const std::string& path) {
  return Start([&](v1::AuditStart& start) { start.set_server_path(path); });
}

std::string InventoryStart() {
  return Start([](v1::AuditStart& start) { start.mutable_inventory(); });
}

std::string Part(const v1::Inventory& inventory) {
  v1::AuditModelRequest request;
  *request.mutable_inventory() = inventory;
  return request.SerializeAsString();
}

std::string Document(const std::string& sha256, const std::string& content, bool last = true) {
  v1::AuditModelRequest request;
  request.mutable_document()->set_sha256(sha256);
  request.mutable_document()->set_content(content);
  request.mutable_document()->set_last(last);
  return request.SerializeAsString();
}

std::string Finish() {
  v1::AuditModelRequest request;
  request.mutable_finish();
  return request.SerializeAsString();
}

// The whole upload, in as few messages as it takes.
std::vector<std::string> Upload(const Collected& collected) {
  std::vector<std::string> messages = {InventoryStart(), Part(collected.inventory)};
  for (const auto& [digest, bytes] : collected.documents) {
    size_t at = 0;
    do {
      const std::string part = bytes.substr(at, auditor::kUploadPartBytesMax);
      at += part.size();
      messages.push_back(Document(digest, part, at == bytes.size()));
    } while (at < bytes.size());
  }
  messages.push_back(Finish());
  return messages;
}

Collected CollectOrFail(const std::string& path) {
  auditor::CollectRequest request;
  request.path = path;
  auto models = auditor::CollectModels(request);
  EXPECT_TRUE(models.ok() && models->size() == 1) << path;
  return models.ok() && models->size() == 1 ? std::move(models->front()) : Collected();
}

struct Attack {
  std::string name;
  std::string method;
  std::vector<std::string> messages;
  StatusCode code;
  std::string field;
  ErrorReason::Value reason = ErrorReason::INVALID_FIELD;
};

class HostileRequestsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_.Write("root/good/model.safetensors", BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}));
    dir_.Write("root/good/README.md", BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Write("outside/model.safetensors", BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}));
    dir_.Write("root-neighbour/model.safetensors", "x");
    dir_.Link(dir_.At("outside"), "root/link-out");
    dir_.Link("../outside", "root/relative-link-out");
    dir_.Link(dir_.At("nothing-there"), "root/dangling-out");
    dir_.Link("/etc/passwd", "root/passwd");
    DaemonOptions options;
    options.scan_roots = {dir_.At("root")};
    options.args = {"--waiting", "64"};
    daemon_ = Daemon::Start(options);
    ASSERT_NE(daemon_, nullptr);
    good_ = CollectOrFail(dir_.At("root/good"));
  }

  // Whether the server is as alive as before, and what it recorded.
  void ExpectAliveWithAudits(const std::set<std::string>& expected) {
    EXPECT_TRUE(daemon_->IsRunning()) << daemon_->Log();
    const RawAnswer info = RawCaller(daemon_->address()).Call(kGetServerInfo, {""});
    EXPECT_EQ(info.code, StatusCode::kOk) << Describe(info);
    EXPECT_TRUE(daemon_->WaitUntilIdle());
    EXPECT_EQ(daemon_->Terminate(), 0);
    // Every line of the log is one of ours, whatever the requests held.
    const std::string log = daemon_->Log();
    for (size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
      ASSERT_EQ(log[at], '{') << log.substr(at, 300);
      if (log.find('\n', at) == std::string::npos) break;
    }
    db::StoreOptions options;
    options.path = daemon_->database();
    const auto store = db::Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)->VerifyAll().ok());
    std::set<std::string> recorded;
    int64_t before = 0;
    do {
      const auto page = (*store)->ListAudits(db::kPageSizeMax, before);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const auto& audit : page->audits) recorded.insert(audit.audit_id);
      before = page->next_before;
    } while (before != 0);
    EXPECT_EQ(recorded, expected);
  }

  std::vector<Attack> PathAttacks() const;
  std::vector<Attack> StartAttacks() const;
  std::vector<Attack> UploadAttacks() const;
  std::vector<Attack> UnaryAttacks() const;

  const TempDir dir_;
  std::unique_ptr<Daemon> daemon_;
  Collected good_;
};

std::vector<Attack> HostileRequestsTest::PathAttacks() const {
  const std::string root = dir_.At("root");
  struct Row {
    const char* name;
    std::string path;
    StatusCode code;
  };
  const std::vector<Row> rows = {
      {"parent", "..", StatusCode::kPermissionDenied},
      {"parent below a folder", "good/../../outside", StatusCode::kPermissionDenied},
      {"parent that stays inside", "good/../good", StatusCode::kPermissionDenied},
      {"absolute with parent", root + "/../outside", StatusCode::kPermissionDenied},
      {"absolute outside", dir_.At("outside"), StatusCode::kPermissionDenied},
      {"neighbour whose name begins alike", root + "-neighbour", StatusCode::kPermissionDenied},
      {"the root of the file system", "/", StatusCode::kPermissionDenied},
      {"a device", "/dev/zero", StatusCode::kPermissionDenied},
      {"a process' own files", "/proc/self/environ", StatusCode::kPermissionDenied},
      {"link out of the root", "link-out", StatusCode::kPermissionDenied},
      {"below a link out of the root", "link-out/model.safetensors", StatusCode::kPermissionDenied},
      {"relative link out of the root", "relative-link-out", StatusCode::kPermissionDenied},
      {"dangling link out of the root", "dangling-out", StatusCode::kPermissionDenied},
      {"below a dangling link", "dangling-out/x", StatusCode::kPermissionDenied},
      {"link to a file outside", "passwd", StatusCode::kPermissionDenied},
      {"outside and not there", "/nothing/there", StatusCode::kPermissionDenied},
      {"empty", "", StatusCode::kInvalidArgument},
      {"NUL", std::string("good\0/../..", 11), StatusCode::kInvalidArgument},
      {"newline", "good\n", StatusCode::kInvalidArgument},
      {"escape sequence", "good\x1b[2J", StatusCode::kInvalidArgument},
      {"backslash", "good\\..", StatusCode::kInvalidArgument},
      {"too long", std::string(5000, 'a'), StatusCode::kInvalidArgument},
      {"deep", std::string(4000, '/') + "x", StatusCode::kPermissionDenied},
  };
  std::vector<Attack> attacks;
  for (const Row& row : rows) {
    const bool outside = row.code == StatusCode::kPermissionDenied;
    const auto reason = outside ? ErrorReason::OUTSIDE_SCAN_ROOTS : ErrorReason::INVALID_FIELD;
    attacks.push_back(
        {std::string("path: ") + row.name, kAuditModel, {PathStart(row.path)}, row.code, "start.server_path", reason});
    if (row.path.empty()) continue;
    attacks.push_back({std::string("context: ") + row.name,
                       kAuditModel,
                       {Start([&](v1::AuditStart& start) {
                         start.set_server_path("good/model.safetensors");
                         start.set_context_path(row.path);
                       })},
                       row.code,
                       "start.context_path",
                       reason});
    attacks.push_back({std::string("base: ") + row.name,
                       kAuditModel,
                       {Start([&](v1::AuditStart& start) {
                         start.set_server_path("good");
                         start.set_base(row.path);
                       })},
                       row.code,
                       "start.base",
                       reason});
  }
  return attacks;
}

std::vector<Attack> HostileRequestsTest::StartAttacks() const {
  const StatusCode invalid = StatusCode::kInvalidArgument;
  const auto good = [](const std::function<void(v1::AuditStart&)>& change) {
    return std::vector<std::string>{Start([&](v1::AuditStart& start) {
      start.set_server_path("good");
      change(start);
    })};
  };
  const auto inventory = [](const std::function<void(v1::AuditStart&)>& change) {
    return std::vector<std::string>{Start([&](v1::AuditStart& start) {
      start.mutable_inventory();
      change(start);
    })};
  };
  v1::AuditModelRequest empty_start;
  empty_start.mutable_start();
  std::vector<Attack> attacks = {
      {"no message at all", kAuditModel, {}, invalid, "start"},
      {"an empty message", kAuditModel, {""}, invalid, "part"},
      {"a start of nothing", kAuditModel, {empty_start.SerializeAsString()}, invalid, "start.model"},
      {"two starts", kAuditModel, {InventoryStart(), InventoryStart()}, invalid, "start"},
      {"finish first", kAuditModel, {Finish()}, invalid, "start"},
      {"part first", kAuditModel, {Part(good_.inventory)}, invalid, "start"},
      {"document first", kAuditModel, {Document(Sha256Hex("x"), "x")}, invalid, "start"},
      {"path in UTF-8 that is none", kAuditModel, {PathStart(kFallenUtf8)}, invalid, "start"},
      {"unknown mode", kAuditModel, good([](auto& start) { start.set_mode("off"); }), invalid, "start.mode"},
      {"mode of the enum's zero", kAuditModel, good([](auto& start) { start.set_mode("MODE_UNSPECIFIED"); }), invalid,
       "start.mode"},
      {"negative threads", kAuditModel, good([](auto& start) { start.set_threads(-1); }), invalid, "start.threads"},
      {"a million threads", kAuditModel, good([](auto& start) { start.set_threads(1000000); }), invalid,
       "start.threads"},
      {"broken profile", kAuditModel, good([](auto& start) { start.mutable_profile()->set_content("use: ["); }),
       invalid, "start.profile", ErrorReason::INVALID_CONFIGURATION},
      {"profile of unknown fields", kAuditModel,
       good([](auto& start) { start.mutable_profile()->set_content("approve_everything: true\n"); }), invalid,
       "start.profile", ErrorReason::INVALID_CONFIGURATION},
      {"profile of bytes", kAuditModel,
       good([](auto& start) { start.mutable_profile()->set_content(std::string("\0\xff\x80", 3)); }), invalid,
       "start.profile", ErrorReason::INVALID_CONFIGURATION},
      {"profile of aliases that grow", kAuditModel, good([](auto& start) {
         std::string yaml = "a0: &a0 [x]\n";
         for (int i = 1; i < 30; ++i) {
           yaml += absl::StrFormat("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1);
         }
         start.mutable_profile()->set_content(yaml);
       }),
       invalid, "start.profile", ErrorReason::INVALID_CONFIGURATION},
      {"profile of brackets", kAuditModel,
       good([](auto& start) { start.mutable_profile()->set_content(std::string(100000, '[')); }), invalid,
       "start.profile", ErrorReason::INVALID_CONFIGURATION},
      {"huge profile", kAuditModel,
       good([](auto& start) { start.mutable_profile()->set_content(std::string((1 << 20) + 1, ' ')); }), invalid,
       "start.profile.content"},
      {"long name of a profile", kAuditModel,
       good([](auto& start) { start.mutable_profile()->set_name(std::string(600, 'a')); }), invalid,
       "start.profile.name"},
      {"source without revision", kAuditModel, good([](auto& start) { start.set_source("somewhere"); }), invalid,
       "start.source"},
      {"source with a password", kAuditModel,
       good([](auto& start) { start.set_source("https://me:secret@models.example/m@v1"); }), invalid, "start.source"},
      {"source of 5,000 bytes", kAuditModel, good([](auto& start) { start.set_source(std::string(5000, 'a')); }),
       invalid, "start.source"},
      {"context of a folder", kAuditModel, good([](auto& start) { start.set_context_path("good"); }), invalid,
       "start.context_path"},
      {"inventory and recursive", kAuditModel, inventory([](auto& start) { start.set_recursive(true); }), invalid,
       "start.recursive"},
      {"inventory and context", kAuditModel, inventory([](auto& start) { start.set_context_path("good"); }), invalid,
       "start.context_path"},
      {"inventory and base", kAuditModel, inventory([](auto& start) { start.set_base("good"); }), invalid,
       "start.base"},
      {"inventory and source", kAuditModel, inventory([](auto& start) { start.set_source("a/b@c"); }), invalid,
       "start.source"},
  };
  for (const std::string instant : {"yesterday", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "-1", "inf",
                                    "infinite-future", "99999-01-01T00:00:00Z", "2026-11-21"}) {
    attacks.push_back({"instant " + instant, kAuditModel, good([&](auto& start) { start.set_evaluated_at(instant); }),
                       invalid, "start.evaluated_at"});
  }
  for (const std::string& id : {std::string("a\nlevel=error"), std::string("a\0b", 3), std::string(65, 'a'),
                                std::string("\"}"), std::string("a b")}) {
    attacks.push_back({"request id of " + std::to_string(id.size()) + " bytes", kAuditModel,
                       good([&](auto& start) { start.set_request_id(id); }), invalid, "request_id"});
  }
  return attacks;
}

std::vector<Attack> HostileRequestsTest::UploadAttacks() const {
  const StatusCode invalid = StatusCode::kInvalidArgument, exhausted = StatusCode::kResourceExhausted;
  const auto large = ErrorReason::REQUEST_TOO_LARGE;
  const std::string digest = good_.documents.begin()->first, bytes = good_.documents.begin()->second;
  const std::string start = InventoryStart(), part = Part(good_.inventory), finish = Finish();
  const std::string document = Document(digest, bytes);
  const auto changed = [&](const std::function<void(v1::Inventory&)>& change) {
    Collected collected = good_;
    change(collected.inventory);
    return Upload(collected);
  };
  v1::Inventory nested = good_.inventory;
  for (int i = 0; i < 120; ++i) {
    v1::Inventory outer;
    *outer.mutable_base() = std::move(nested);
    nested = std::move(outer);
  }
  v1::Inventory flood = good_.inventory;
  for (int i = 0; i < 500000; ++i) flood.add_ignored("");
  v1::Inventory wide = good_.inventory;
  for (int i = 0; i < 3; ++i) wide.add_ignored(std::string(500 << 10, 'a'));
  std::vector<std::string> endless = {start, part};
  v1::Inventory more;
  for (int i = 0; i < 100000; ++i) more.add_ignored("");
  for (int i = 0; i < 40; ++i) endless.push_back(Part(more));
  return {
      {"nothing behind the start", kAuditModel, {start}, invalid, "finish"},
      {"no finish", kAuditModel, {start, part, document}, invalid, "finish"},
      {"finish without parts", kAuditModel, {start, finish}, invalid, "inventory"},
      {"a part of nothing", kAuditModel, {start, Part({})}, invalid, "inventory"},
      {"document before the inventory", kAuditModel, {start, document}, invalid, "document[0]"},
      {"part behind a document", kAuditModel, {start, part, document, part}, invalid, "inventory"},
      {"single fields in a later part", kAuditModel, {start, part, part}, invalid, "inventory.schema_version"},
      {"no document", kAuditModel, {start, part, finish}, invalid, "inventory.artifacts[0].document_sha256"},
      {"document that nobody names", kAuditModel, {start, part, Document(Sha256Hex("x"), "x")}, invalid, "document[0]"},
      {"document with another digest",
       kAuditModel,
       {start, part, Document(digest, std::string(bytes.size(), 'x'))},
       invalid,
       "document[0]"},
      {"document longer than its file",
       kAuditModel,
       {start, part, Document(digest, bytes + "x")},
       invalid,
       "document[0]"},
      {"document cut", kAuditModel, {start, part, Document(digest, bytes.substr(1)), finish}, invalid, "document[0]"},
      {"document without its last part",
       kAuditModel,
       {start, part, Document(digest, bytes, false), finish},
       invalid,
       "document[0]"},
      {"document twice", kAuditModel, {start, part, document, document}, invalid, "document[1]"},
      {"document in upper case",
       kAuditModel,
       {start, part, Document(std::string(64, 'A'), bytes)},
       invalid,
       "document[0]"},
      {"document of empty parts", kAuditModel, {start, part, Document(digest, "", false)}, invalid, "document[0]"},
      {"another document in between",
       kAuditModel,
       {start, part, Document(digest, bytes.substr(0, 3), false), Document(Sha256Hex("x"), "x")},
       invalid,
       "document[0]"},
      {"document of more than a part",
       kAuditModel,
       {start, part, Document(digest, std::string((1 << 20) + 1, 'x'))},
       exhausted,
       "document[0]",
       large},
      {"part of 500,000 elements", kAuditModel, {start, Part(flood)}, exhausted, "inventory", large},
      {"part of more than 1 MiB", kAuditModel, {start, Part(wide)}, exhausted, "inventory", large},
      {"small parts without end", kAuditModel, endless, exhausted, "inventory", large},
      {"an inventory in 120 others", kAuditModel, {start, Part(nested)}, invalid, "finish"},
      {"another schema", kAuditModel, changed([](auto& one) { one.set_schema_version(2); }), invalid,
       "inventory.schema_version"},
      {"path out of the model", kAuditModel,
       changed([](auto& one) { one.mutable_artifacts(0)->set_path("../README.md"); }), invalid,
       "inventory.artifacts[0].path"},
      {"absolute path", kAuditModel, changed([](auto& one) { one.mutable_artifacts(0)->set_path("/README.md"); }),
       invalid, "inventory.artifacts[0].path"},
      {"name twice", kAuditModel,
       changed([](auto& one) { one.mutable_artifacts(1)->set_path(one.artifacts(0).path()); }), invalid,
       "inventory.artifacts[1].path"},
      {"name with NUL", kAuditModel,
       changed([](auto& one) { one.mutable_artifacts(0)->set_path(std::string("READ\0E.md", 9)); }), invalid,
       "inventory.artifacts[0].path"},
      {"name in UTF-8 that is none", kAuditModel,
       changed([](auto& one) { one.mutable_artifacts(0)->set_path(kFallenUtf8); }), invalid, "finish"},
      {"digest that is none", kAuditModel, changed([](auto& one) { one.mutable_artifacts(1)->set_sha256("0"); }),
       invalid, "inventory.artifacts[1].sha256"},
      {"digest in upper case", kAuditModel,
       changed([](auto& one) { one.mutable_artifacts(1)->set_sha256(std::string(64, 'A')); }), invalid,
       "inventory.artifacts[1].sha256"},
      {"a field of tomorrow", kAuditModel,
       changed([](auto& one) { one.GetReflection()->MutableUnknownFields(&one)->AddVarint(1000, 1); }), invalid,
       "inventory"},
  };
}

std::vector<Attack> HostileRequestsTest::UnaryAttacks() const {
  const StatusCode invalid = StatusCode::kInvalidArgument;
  const auto large = ErrorReason::REQUEST_TOO_LARGE;
  std::vector<Attack> attacks;
  const auto look_up = [&](const std::string& name, const std::vector<std::string>& digests, const std::string& field,
                           ErrorReason::Value reason = ErrorReason::INVALID_FIELD) {
    v1::LookupDigestsRequest request;
    for (const std::string& digest : digests) request.add_digests(digest);
    attacks.push_back({"look-up: " + name, kLookupDigests, {request.SerializeAsString()}, invalid, field, reason});
  };
  const std::string digest = Sha256Hex("x");
  look_up("none", {}, "digests");
  look_up("an empty one", {digest, ""}, "digests[1]");
  look_up("63 digits", {digest.substr(1)}, "digests[0]");
  look_up("upper case", {std::string(64, 'A')}, "digests[0]");
  look_up("NUL inside", {std::string(63, 'a') + std::string(1, '\0')}, "digests[0]");
  look_up("SQL", {"' OR 1=1 --"}, "digests[0]");
  look_up("UTF-8 that is none", {kFallenUtf8}, "request");
  look_up("1,001", std::vector<std::string>(1001, digest), "digests", large);
  look_up("40,000", std::vector<std::string>(40000, digest), "digests", large);
  v1::LookupDigestsRequest kind;
  kind.add_digests(digest);
  kind.set_kind(static_cast<v1::DigestKind::Value>(77));
  attacks.push_back({"look-up: unknown kind", kLookupDigests, {kind.SerializeAsString()}, invalid, "kind"});

  for (const std::string id : {"", "0123", "not an id", "../../etc", kFallenUtf8, "0123456789abcdefg"}) {
    v1::GetAuditRequest request;
    request.set_audit_id(id);
    const std::string field = id == kFallenUtf8 ? "request" : "audit_id";
    attacks.push_back({"audit: " + id, Method("AuditService/GetAudit"), {request.SerializeAsString()}, invalid, field});
    v1::EvaluateAuditRequest evaluate;
    evaluate.set_audit_id(id);
    attacks.push_back(
        {"evaluate: " + id, Method("AuditService/EvaluateAudit"), {evaluate.SerializeAsString()}, invalid, field});
  }
  const auto evaluate = [&](const std::string& name, const std::string& field,
                            const std::function<void(v1::EvaluateAuditRequest&)>& change,
                            ErrorReason::Value reason = ErrorReason::INVALID_FIELD) {
    v1::EvaluateAuditRequest request;
    request.set_audit_id(digest);
    change(request);
    attacks.push_back({"evaluate: " + name,
                       Method("AuditService/EvaluateAudit"),
                       {request.SerializeAsString()},
                       invalid,
                       field,
                       reason});
  };
  evaluate("mode", "mode", [](auto& request) { request.set_mode("off"); });
  evaluate("instant", "evaluated_at", [](auto& request) { request.set_evaluated_at("now"); });
  evaluate("request id", "request_id", [](auto& request) { request.set_request_id("a\nb"); });
  evaluate(
      "profile", "profile", [](auto& request) { request.mutable_profile()->set_content("use: ["); },
      ErrorReason::INVALID_CONFIGURATION);
  evaluate("huge profile", "profile.content",
           [](auto& request) { request.mutable_profile()->set_content(std::string((1 << 20) + 1, ' ')); });

  for (const int size : {-1, 501, 2147483647}) {
    v1::ListAuditsRequest audits;
    audits.set_page_size(size);
    attacks.push_back({"audits: page", kListAudits, {audits.SerializeAsString()}, invalid, "page_size"});
    v1::ListModelsRequest models;
    models.set_page_size(size);
    attacks.push_back(
        {"models: page", Method("ModelService/ListModels"), {models.SerializeAsString()}, invalid, "page_size"});
    v1::ListLicensesRequest licenses;
    licenses.set_page_size(size);
    attacks.push_back({"licences: page",
                       Method("LicenseService/ListLicenses"),
                       {licenses.SerializeAsString()},
                       invalid,
                       "page_size"});
  }
  for (const std::string& token : {std::string("x y"), std::string("../.."), std::string(5000, '1'), std::string("\n"),
                                   std::string(kFallenUtf8)}) {
    const std::string field = token == kFallenUtf8 ? "request" : "page_token";
    v1::ListAuditsRequest audits;
    audits.set_page_token(token);
    attacks.push_back({"audits: token", kListAudits, {audits.SerializeAsString()}, invalid, field});
    v1::ListModelsRequest models;
    models.set_page_token(token);
    attacks.push_back(
        {"models: token", Method("ModelService/ListModels"), {models.SerializeAsString()}, invalid, field});
    v1::ListLicensesRequest licenses;
    licenses.set_page_token(token);
    attacks.push_back(
        {"licences: token", Method("LicenseService/ListLicenses"), {licenses.SerializeAsString()}, invalid, field});
  }
  for (const std::string token : {"-1", "0", "1e3", "9223372036854775808", " 1"}) {
    v1::ListAuditsRequest audits;
    audits.set_page_token(token);
    attacks.push_back({"audits: token " + token, kListAudits, {audits.SerializeAsString()}, invalid, "page_token"});
  }
  for (const std::string& name : {std::string(), std::string(600, 'a'), std::string(kFallenUtf8)}) {
    v1::GetLicenseRequest license;
    license.set_name(name);
    const std::string field = name == kFallenUtf8 ? "request" : "name";
    attacks.push_back(
        {"licence: name", Method("LicenseService/GetLicense"), {license.SerializeAsString()}, invalid, field});
    v1::ExplainNameRequest explain;
    explain.set_name(name);
    attacks.push_back(
        {"explain: name", Method("LicenseService/ExplainName"), {explain.SerializeAsString()}, invalid, field});
  }
  for (const std::string name : {"", "models/sha256-", "models/sha256-zz", "sha256:0"}) {
    v1::GetModelRequest model;
    model.set_model_digest(name);
    attacks.push_back(
        {"model: " + name, Method("ModelService/GetModel"), {model.SerializeAsString()}, invalid, "model_digest"});
  }
  v1::ClassifyTextRequest text;
  text.set_text(std::string((2 << 20) + 1, 'a'));
  attacks.push_back(
      {"text of more than 2 MiB", Method("AuditService/ClassifyText"), {text.SerializeAsString()}, invalid, "text"});
  text.set_text("a");
  text.set_path(std::string(5000, 'a'));
  attacks.push_back(
      {"text with a long path", Method("AuditService/ClassifyText"), {text.SerializeAsString()}, invalid, "path"});
  v1::ReloadConfigurationRequest reload;
  reload.set_request_id("a");
  reload.set_by("b");
  attacks.push_back({"mutation over TCP",
                     Method("ServerService/ReloadConfiguration"),
                     {reload.SerializeAsString()},
                     StatusCode::kPermissionDenied,
                     "",
                     ErrorReason::MUTATION_NOT_SERVED_HERE});
  for (const std::string method : {"AuditService/GetAudit", "AuditService/EvaluateAudit", "AuditService/ClassifyText",
                                   "ModelService/LookupDigests", "ModelService/ListModels", "LicenseService/GetLicense",
                                   "ServerService/GetServerInfo", "ServerService/ReloadConfiguration"}) {
    for (const std::string& garbage : {std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11),
                                       std::string("\x0a\x7f", 2), std::string(100000, '\x0b')}) {
      attacks.push_back({"bytes for " + method, Method(method), {garbage}, invalid, "request"});
    }
  }
  return attacks;
}

TEST_F(HostileRequestsTest, NamedAttacksAreRefusedWithFieldAndReason) {
  const google::protobuf::LogSilencer quiet;
  const RawCaller caller(daemon_->address());
  int attacks = 0;
  for (const auto& table : {PathAttacks(), StartAttacks(), UploadAttacks(), UnaryAttacks()}) {
    for (const Attack& attack : table) {
      ++attacks;
      SCOPED_TRACE(attack.name);
      const RawAnswer answer = caller.Call(attack.method, attack.messages);
      EXPECT_EQ(answer.code, attack.code) << Describe(answer);
      EXPECT_TRUE(answer.has_detail) << Describe(answer);
      EXPECT_EQ(answer.detail.field(), attack.field) << Describe(answer);
      EXPECT_EQ(ErrorReason::Value_Name(answer.detail.reason()), ErrorReason::Value_Name(attack.reason))
          << Describe(answer);
      EXPECT_TRUE(answer.messages.empty()) << "an answer";
      EXPECT_EQ(answer.message.find(dir_.path()), std::string::npos)
          << "shows a path of the server: " << answer.message;
    }
  }
  std::printf("%d named attacks\n", attacks);
  EXPECT_GE(attacks, 200);
  ExpectAliveWithAudits({});
}

// What is larger than a message may be never reaches a handler: gRPC itself refuses it.
TEST_F(HostileRequestsTest, OversizeMessagesAreRefusedByTheTransport) {
  const RawCaller caller(daemon_->address());
  const std::string huge((4 << 20) + 100, 'a');
  for (const std::string& method :
       {std::string(kAuditModel), std::string(kLookupDigests), Method("AuditService/ClassifyText")}) {
    const RawAnswer answer = caller.Call(method, {huge});
    EXPECT_EQ(answer.code, StatusCode::kResourceExhausted) << method << ": " << Describe(answer);
    EXPECT_TRUE(answer.messages.empty());
  }
  const RawAnswer later = caller.Call(kAuditModel, {InventoryStart(), huge});
  EXPECT_EQ(later.code, StatusCode::kResourceExhausted) << Describe(later);
  ExpectAliveWithAudits({});
}

constexpr uint64_t kSeed = 20261126;
constexpr int kInventories = 8000;
constexpr int kBytes = 2000;
constexpr int kCallers = 4;

// Runs `one` for 0 to `count` on a few threads, each with a connection of its own.
void OnAllCallers(const std::string& address, int count, const std::function<void(const RawCaller&, int)>& one) {
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) {
    threads.emplace_back([&] {
      const RawCaller caller(address);
      for (int at = next++; at < count && !testing::Test::HasFailure(); at = next++) one(caller, at);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct Tally {
  std::atomic<int> refused{0}, accepted{0};
  std::mutex mutex;
  std::set<std::string> audits;  // ids in the results
};

void TakeResults(const RawAnswer& answer, Tally& tally) {
  for (const std::string& message : answer.messages) {
    v1::AuditModelResponse response;
    ASSERT_TRUE(response.ParseFromString(message));
    if (!response.has_result() || response.result().decision_id().empty()) continue;
    const std::lock_guard<std::mutex> lock(tally.mutex);
    tally.audits.insert(response.result().result().audit_id());
  }
}

TEST_F(HostileRequestsTest, GeneratedInventoriesAreJudgedAsOurOwnCheckJudgesThem) {
  const google::protobuf::LogSilencer quiet;
  dir_.Write("adapter/adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "some/base"})");
  dir_.Write("adapter/adapter_model.safetensors", BuildSafetensors({{"q.lora_A.weight", "F32", {2, 2}}}));
  dir_.Write("adapter/README.md", BuildModelCard("license: mit", "# a\n"));
  auditor::CollectRequest request;
  request.path = dir_.At("adapter");
  request.base = dir_.At("root/good");
  const auto adapter = auditor::CollectModels(request);
  ASSERT_TRUE(adapter.ok()) << adapter.status();
  const std::vector<Collected> valid = {good_, adapter->front(), CollectOrFail(dir_.At("root/good/model.safetensors"))};
  Tally tally;
  OnAllCallers(daemon_->address(), kInventories, [&](const RawCaller& caller, int i) {
    std::mt19937_64 rng(kSeed + static_cast<uint64_t>(i));
    Collected changed = valid[static_cast<size_t>(i) % valid.size()];
    const std::string what =
        absl::StrFormat("seed %d: %s", kSeed + static_cast<uint64_t>(i),
                        testing_support::MutateInventory(rng, changed.inventory, changed.documents));
    const bool sound = auditor::CheckInventory(changed.inventory, changed.documents).ok();
    const RawAnswer answer = caller.Call(kAuditModel, Upload(changed));
    if (answer.code == StatusCode::kOk) {
      ++tally.accepted;
      EXPECT_TRUE(sound) << "a decision for an invalid inventory: " << what;
      EXPECT_EQ(answer.messages.size(), 1u) << what;
      TakeResults(answer, tally);
      return;
    }
    ++tally.refused;
    EXPECT_TRUE(answer.messages.empty()) << what;
    // A part of more than 4 MiB ends in gRPC, one of more than 1 MiB in ours.
    const bool large = changed.inventory.ByteSizeLong() > auditor::kUploadPartBytesMax;
    if (large && answer.code == StatusCode::kResourceExhausted) return;
    EXPECT_EQ(answer.code, StatusCode::kInvalidArgument) << what << ": " << Describe(answer);
    EXPECT_FALSE(sound) << "refused what is valid: " << what << ": " << Describe(answer);
    EXPECT_TRUE(answer.has_detail) << what;
    EXPECT_NE(answer.detail.field(), "") << what << ": " << Describe(answer);
    EXPECT_EQ(answer.detail.reason(), ErrorReason::INVALID_FIELD) << what;
  });
  std::printf("%d generated inventories: %d refused, %d accepted, %zu audits\n", kInventories, tally.refused.load(),
              tally.accepted.load(), tally.audits.size());
  EXPECT_GT(tally.refused, kInventories / 3) << "the changes are no attacks any more";
  EXPECT_GT(tally.accepted, 0);
  ExpectAliveWithAudits(tally.audits);
}

// Changes a byte, cuts, repeats or inserts.
void MutateBytes(std::mt19937_64& rng, std::string& bytes) {
  const size_t at = bytes.empty() ? 0 : rng() % bytes.size();
  switch (rng() % 4) {
    case 0:
      if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng() % 8));
      break;
    case 1:
      bytes.resize(at);
      break;
    case 2:
      bytes += bytes.substr(at);
      break;
    default:
      bytes.insert(at, std::string(1 + rng() % 4, static_cast<char>(rng())));
  }
}

TEST_F(HostileRequestsTest, GeneratedBytesAreRefusedOrAreARequest) {
  const google::protobuf::LogSilencer quiet;
  std::vector<std::pair<std::string, std::vector<std::string>>> valid;
  v1::LookupDigestsRequest look_up;
  for (int i = 0; i < 3; ++i) look_up.add_digests(Sha256Hex(std::to_string(i)));
  valid.push_back({kLookupDigests, {look_up.SerializeAsString()}});
  v1::EvaluateAuditRequest evaluate;
  evaluate.set_audit_id(Sha256Hex("x"));
  evaluate.set_mode("warn");
  evaluate.set_validate_only(true);
  evaluate.mutable_profile()->set_content("use: commercial\n");
  valid.push_back({Method("AuditService/EvaluateAudit"), {evaluate.SerializeAsString()}});
  v1::ListModelsRequest models;
  models.set_page_size(3);
  models.set_repository_prefix("a");
  valid.push_back({Method("ModelService/ListModels"), {models.SerializeAsString()}});
  v1::ClassifyTextRequest text;
  text.set_path("LICENSE");
  text.set_text("You may use it as you like.\n");
  valid.push_back({Method("AuditService/ClassifyText"), {text.SerializeAsString()}});
  valid.push_back({kAuditModel, {PathStart("good")}});
  valid.push_back({kAuditModel, Upload(good_)});
  Tally tally;
  OnAllCallers(daemon_->address(), kBytes, [&](const RawCaller& caller, int i) {
    std::mt19937_64 rng(kSeed + static_cast<uint64_t>(i));
    auto [method, messages] = valid[static_cast<size_t>(i) % valid.size()];
    for (uint64_t change = 0; change <= rng() % 3; ++change) {
      const size_t at = rng() % messages.size();
      if (messages.size() > 1 && rng() % 3 == 0) {
        std::swap(messages[at], messages[rng() % messages.size()]);
      } else {
        MutateBytes(rng, messages[at]);
      }
    }
    const RawAnswer answer = caller.Call(method, messages);
    const std::string what =
        absl::StrFormat("seed %d, %s: %s", kSeed + static_cast<uint64_t>(i), method, Describe(answer));
    if (answer.code == StatusCode::kOk) {
      ++tally.accepted;
      if (method == kAuditModel) TakeResults(answer, tally);
      return;
    }
    ++tally.refused;
    EXPECT_TRUE(answer.code == StatusCode::kInvalidArgument || answer.code == StatusCode::kPermissionDenied ||
                answer.code == StatusCode::kNotFound || answer.code == StatusCode::kFailedPrecondition ||
                answer.code == StatusCode::kResourceExhausted)
        << what;
    EXPECT_TRUE(answer.has_detail) << what;
    EXPECT_TRUE(answer.messages.empty()) << what;
  });
  std::printf("%d generated byte strings: %d refused, %d accepted\n", kBytes, tally.refused.load(),
              tally.accepted.load());
  EXPECT_GT(tally.refused, kBytes / 5);
  ExpectAliveWithAudits(tally.audits);
}

}  // namespace
}  // namespace weighbridge::integration
