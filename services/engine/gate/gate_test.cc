// The gate before the engine: everything that is not exactly approved is refused, with its reason and its event; and
// whatever another process does to the files, only verified bytes reach the runtime.
#include "services/engine/gate/gate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "gtest/gtest.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/approval/statement.h"
#include "services/auditlog/event.h"
#include "services/crypto/sha256.h"
#include "services/engine/fake/fake_runtime.h"
#include "services/engine/gate/local_status.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::engine {
namespace {

using Reason = v1::RefusalReason;
using testing_support::TempDir;

constexpr int64_t kStart = 1795694400;  // 2026-11-26T12:00:00Z
constexpr int64_t kEnd = kStart + 90 * 86400;

std::string Shown(int64_t seconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
}

std::string Gguf(uint32_t seed, uint64_t rows = 64, std::vector<testing_support::GgufKv> more = {}) {
  testing_support::GgufOptions options;
  options.seed = seed;
  std::vector<testing_support::GgufKv> keys = {testing_support::GgufString("general.architecture", "llama")};
  keys.insert(keys.end(), more.begin(), more.end());
  return testing_support::BuildGguf(keys, {{"token_embd.weight", {32, rows}}}, options);
}

// A source that fails when told to.
class SwitchableStatus final : public StatusSource {
 public:
  explicit SwitchableStatus(db::Store* store) : local_(store) {}
  absl::StatusOr<ApprovalStatus> StatusOf(std::string_view id) override {
    ++asked;
    if (down) return approval::Refuse(Reason::server_unavailable, "nobody answers");
    return local_.StatusOf(id);
  }
  absl::StatusOr<std::vector<std::string>> EnvelopesFor(std::string_view digest) override {
    if (down) return approval::Refuse(Reason::server_unavailable, "nobody answers");
    return local_.EnvelopesFor(digest);
  }
  bool down = false;
  int asked = 0;

 private:
  LocalStatus local_;
};

// A model of five files, approved, with its engine.
class World {
 public:
  World() {
    Write("README.md", "---\nlicense: apache-2.0\n---\n");
    Write("config.json", "{\"model_type\": \"llama\"}\n");
    Write("tokenizer.json", "{\"model\": {}}\n");
    Write("LICENSE", "terms\n");
    Write("model.gguf", Gguf(1));
    details = Describe();
    db::StoreOptions options;
    options.path = dir.At("store.db");
    store = *db::Store::Open(options);
    status = std::make_unique<SwitchableStatus>(store.get());
    gate_options.trusted.Trust({signer->public_key(), "", "self"});
    gate_options.clock = [this] { return absl::FromUnixSeconds(now); };
    gate_options.steady = [this] { return absl::Seconds(steady); };
    gate_options.engine = "engine-1";
    gate_options.environment = "production";
    gate_options.region = "eu";
    request.path = dir.At("model");
  }

  void Write(const std::string& name, std::string_view bytes) { dir.Write("model/" + name, bytes); }
  std::string At(const std::string& name) const { return dir.At("model/" + name); }
  std::string Read(const std::string& name) const {
    std::ifstream file(At(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  // Details of an approval of what lies there now.
  v1::ApprovalDetails Describe() const {
    v1::ApprovalDetails d;
    d.set_schema_version(1);
    d.set_decision(v1::APPROVED);
    v1::ApprovedPart& part = *d.add_parts();
    part.set_role("base");
    const std::pair<const char*, const char*> kFiles[] = {{"LICENSE", "license_text"},
                                                          {"README.md", "card"},
                                                          {"config.json", "config"},
                                                          {"model.gguf", "weights"},
                                                          {"tokenizer.json", "tokenizer"}};
    std::string all, loadable;
    for (const auto& [name, role] : kFiles) {
      v1::ApprovedArtifact& artifact = *part.add_artifacts();
      artifact.set_path(name);
      artifact.set_role(role);
      artifact.set_sha256(Sha256Hex(Read(name)));
      const std::string line = artifact.sha256() + "  " + name + "\n";
      all += line;
      if (artifact.role() != "card" && artifact.role() != "license_text") loadable += line;
    }
    part.set_model_digest(Sha256Hex(all));
    part.set_weights_digest(Sha256Hex(loadable));
    d.set_not_before(Shown(kStart));
    d.set_expires(Shown(kEnd));
    d.mutable_scope()->add_use("commercial");
    d.set_rules_digest(std::string(64, 'a'));
    d.set_policy_digest(std::string(64, 'b'));
    d.set_by("Ada");
    d.set_reason("needed");
    d.set_nonce(std::string(32, '0'));
    d.set_evaluated_at(Shown(kStart));
    return d;
  }

  std::string Sign(const Signer& by) const {
    return approval::SerializeEnvelope(
        *approval::SignPayload(approval::kStatementPayloadType, *approval::MakeStatement(details), by));
  }
  std::string Sign() const { return Sign(*signer); }
  // Signs a statement that our own maker would refuse.
  std::string SignRaw(const std::string& statement) const {
    return approval::SerializeEnvelope(*approval::SignPayload(approval::kStatementPayloadType, statement, *signer));
  }

  std::string Record(const std::string& envelope) {
    const std::string statement = *approval::MakeStatement(details);
    db::ApprovalRow row;
    row.approval_id = row.statement_blob = Sha256Hex(statement);
    row.model_digest = details.parts(0).model_digest();
    row.weights_digest = details.parts(0).weights_digest();
    row.decision = "APPROVED";
    row.not_before = details.not_before();
    row.expires = details.expires();
    row.key_id = signer->public_key().key_id();
    row.by = "Ada";
    row.reason = "needed";
    row.created_at = details.not_before();
    row.envelope_blob = Sha256Hex(envelope);
    row.blobs = {{db::BlobKind::kStatement, statement}, {db::BlobKind::kEnvelope, envelope}};
    EXPECT_TRUE(store->RecordApproval(row, {"approval", "{}", ""}).ok());
    return row.approval_id;
  }
  void Revoke(const std::string& id) {
    EXPECT_TRUE(store->RecordRevocation({id, "Bob", "", "no longer", Shown(now)}, {"revocation", "{}", ""}).ok());
  }

  absl::StatusOr<ApprovedModel> Admit() {
    ModelGate gate(gate_options, store.get(), status.get());
    return gate.Admit(request);
  }
  // The newest event.
  v1::LogEntry LastEvent() {
    const int64_t count = store->CountEvents().value_or(0);
    const auto events = store->ListEvents(std::max<int64_t>(0, count - 1), 1);
    if (!events.ok() || events->empty()) return {};
    return auditlog::ReadEvent(events->front()).value_or(v1::LogEntry());
  }

  TempDir dir;
  std::unique_ptr<Ed25519Signer> signer = *Ed25519Signer::Generate();
  v1::ApprovalDetails details;
  std::unique_ptr<db::Store> store;
  std::unique_ptr<SwitchableStatus> status;
  ModelGateOptions gate_options;
  AdmitRequest request;
  int64_t now = kStart + 3600;
  int64_t steady = 0;
};

Reason::Value ReasonOf(const absl::Status& status) {
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
  return refusal.has_value() ? refusal->reason() : Reason::refusal_reason_unspecified;
}

TEST(GateTest, WhatIsApprovedIsAdmittedAsItWasVerified) {
  World world;
  world.request.envelope = world.Sign();
  absl::StatusOr<ApprovedModel> model = world.Admit();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->use(), "commercial");
  EXPECT_FALSE(model->use_stated());
  EXPECT_EQ(model->trust(), "self");
  ASSERT_EQ(model->weights().size(), 1u);
  const SealedFile& weights = model->weights().front();
  EXPECT_EQ(weights.sha256, Sha256Hex(world.Read("model.gguf")));
  // Nobody can write the copy, not even who holds the descriptor.
  EXPECT_EQ(write(weights.fd.get(), "x", 1), -1);
  EXPECT_EQ(ftruncate(weights.fd.get(), 0), -1);
  EXPECT_EQ(open(("/proc/self/fd/" + std::to_string(weights.fd.get())).c_str(), O_RDWR | O_TRUNC), -1);
  EXPECT_EQ(world.LastEvent().event().kind(), v1::EventKind::engine_load);
  std::string read;
  FakeRuntime runtime([&](const SealedFile&, const std::string& sha256) { read = sha256; });
  ASSERT_TRUE(runtime.Load(*std::move(model), {}).ok());
  EXPECT_EQ(read, Sha256Hex(world.Read("model.gguf")));
}

TEST(GateTest, FoundInTheStoreAlsoWhenTheCardChanged) {
  World world;
  world.Record(world.Sign());
  EXPECT_TRUE(world.Admit().ok()) << world.Admit().status();
  world.Write("README.md", "another card\n");
  EXPECT_TRUE(world.Admit().ok()) << world.Admit().status();
}

// ---- refused
// ---------------------------------------------------------------------------------------------------------

struct Denied {
  std::string name;
  std::function<void(World&)> make;
  Reason::Value reason;
  bool recorded = true;  // false: nothing can be recorded
};

class DefaultDenyTest : public testing::TestWithParam<Denied> {};

TEST_P(DefaultDenyTest, IsRefusedAndTold) {
  World world;
  world.request.envelope = world.Sign();
  GetParam().make(world);
  const absl::StatusOr<ApprovedModel> model = world.Admit();
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(ReasonOf(model.status()), GetParam().reason) << model.status();
  EXPECT_GE(approval::ExitCodeOf(GetParam().reason), 1);
  if (!GetParam().recorded) return;
  const v1::LogEntry event = world.LastEvent();
  EXPECT_EQ(event.event().kind(), v1::EventKind::engine_refusal);
  EXPECT_EQ(event.body().refusal(), GetParam().reason);
}

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

void RecordedOnly(World& world) {
  world.Record(world.Sign());
  world.request.envelope.clear();
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, DefaultDenyTest,
    testing::Values(
        Denied{"NoApproval", [](World& w) { w.request.envelope.clear(); }, Reason::no_approval},
        Denied{"ApprovalOfAnotherModel",
               [](World& w) {
                 w.Write("model.gguf", Gguf(2));
                 w.Write("config.json", "{}");
                 w.request.envelope.clear();
                 w.Record(w.Sign());
               },
               Reason::no_approval},
        Denied{"OtherDigest", [](World& w) { w.Write("model.gguf", Gguf(2)); }, Reason::file_changed},
        Denied{"Expired", [](World& w) { w.now = kEnd + 1; }, Reason::expired},
        Denied{"NotYetValid", [](World& w) { w.now = kStart - 1; }, Reason::not_yet_valid},
        Denied{"Revoked", [](World& w) { w.Revoke(w.Record(w.Sign())); }, Reason::revoked},
        Denied{"RevokedInTheStore",
               [](World& w) {
                 RecordedOnly(w);
                 w.Revoke(Sha256Hex(*approval::MakeStatement(w.details)));
               },
               Reason::revoked},
        Denied{"OtherEngine",
               [](World& w) {
                 w.details.mutable_scope()->add_engines("engine-2");
                 w.request.envelope = w.Sign();
               },
               Reason::engine_out_of_scope},
        Denied{"EngineWithoutId",
               [](World& w) {
                 w.details.mutable_scope()->add_engines("engine-1");
                 w.request.envelope = w.Sign();
                 w.gate_options.engine.clear();
               },
               Reason::engine_out_of_scope},
        Denied{"OtherEnvironment",
               [](World& w) {
                 w.details.mutable_scope()->add_environments("staging");
                 w.request.envelope = w.Sign();
               },
               Reason::environment_out_of_scope},
        Denied{"EnvironmentStatedAgainstTheEngine",
               [](World& w) {
                 w.details.mutable_scope()->add_environments("staging");
                 w.request.envelope = w.Sign();
                 w.request.stated.environment = "staging";
               },
               Reason::environment_out_of_scope},
        Denied{"OtherRegion",
               [](World& w) {
                 w.details.mutable_scope()->add_regions("us");
                 w.request.envelope = w.Sign();
               },
               Reason::region_out_of_scope},
        Denied{"OtherUse", [](World& w) { w.request.stated.use = "research"; }, Reason::use_out_of_scope},
        Denied{"BadSignature",
               [](World& w) {
                 approval::Envelope envelope = *approval::ParseEnvelope(w.Sign());
                 envelope.signatures[0].signature[5] ^= 1;
                 w.request.envelope = approval::SerializeEnvelope(envelope);
               },
               Reason::signature_bad},
        Denied{"UnknownKey", [](World& w) { w.request.envelope = w.Sign(**Ed25519Signer::Generate()); },
               Reason::key_unknown},
        Denied{"OwnKeyWhereATrustFileIsGiven",
               [](World& w) {
                 w.gate_options.trusted = {};
                 w.gate_options.trusted.Trust({(*Ed25519Signer::Generate())->public_key(), "", "file"});
               },
               Reason::key_unknown},
        Denied{"NoKeyTrusted", [](World& w) { w.gate_options.trusted = {}; }, Reason::key_unknown},
        Denied{"DistrustedKey",
               [](World& w) {
                 w.gate_options.trusted.Distrust({w.signer->public_key().key_id(), "lost"});
               },
               Reason::key_distrusted},
        Denied{"OtherPayloadType",
               [](World& w) {
                 w.request.envelope = approval::SerializeEnvelope(
                     *approval::SignPayload("application/json", *approval::MakeStatement(w.details), *w.signer));
               },
               Reason::payload_type_wrong},
        Denied{"TwoPayloads", [](World& w) { w.request.envelope = "{\"payload\":\"e30=\"," + w.Sign().substr(1); },
               Reason::envelope_malformed},
        Denied{"NoEnvelopeAtAll", [](World& w) { w.request.envelope = "{}"; }, Reason::envelope_malformed},
        Denied{"NoSubjects",
               [](World& w) {
                 w.request.envelope =
                     w.SignRaw(Replaced(*approval::MakeStatement(w.details), "\"subject\":[", "\"subjects\":["));
               },
               Reason::statement_malformed},
        Denied{"SignedDenied",
               [](World& w) {
                 w.request.envelope =
                     w.SignRaw(Replaced(*approval::MakeStatement(w.details), "\"APPROVED\"", "\"DENIED\""));
               },
               Reason::decision_not_approved},
        Denied{"SignedUndecided",
               [](World& w) {
                 w.request.envelope =
                     w.SignRaw(Replaced(*approval::MakeStatement(w.details), "\"APPROVED\"", "\"UNDECIDED\""));
               },
               Reason::decision_not_approved},
        Denied{"NoDatabase", [](World& w) { w.store.reset(); }, Reason::store_unavailable, false},
        Denied{"ReadOnlyDatabase",
               [](World& w) {
                 db::StoreOptions options;
                 options.path = w.dir.At("store.db");
                 options.mode = db::StoreMode::kReadOnly;
                 w.store = *db::Store::Open(options);
               },
               Reason::floor_unavailable, false},
        Denied{"ServerDown", [](World& w) { w.status->down = true; }, Reason::server_unavailable},
        Denied{"ServerDownAndNoEnvelope",
               [](World& w) {
                 RecordedOnly(w);
                 w.status->down = true;
               },
               Reason::server_unavailable},
        Denied{"ClockSetBackAfterExpiryWasSeen",
               [](World& w) {
                 w.now = kEnd + 1;
                 EXPECT_EQ(ReasonOf(w.Admit().status()), Reason::expired);
                 w.now = kEnd;
               },
               Reason::expired},
        Denied{"ClockSetBackFar",
               [](World& w) {
                 w.now = kEnd + 86400;
                 EXPECT_EQ(ReasonOf(w.Admit().status()), Reason::expired);
                 w.now = kStart + 3600;
               },
               Reason::clock_behind},
        Denied{"ExtraWeights",
               [](World& w) {
                 w.Write("more.gguf", Gguf(9));
                 w.request.file = "model.gguf";
               },
               Reason::file_extra},
        Denied{"ExtraTokenizer", [](World& w) { w.Write("tokenizer_config.json", "{}"); }, Reason::file_extra},
        Denied{"ExtraAdapterFile",
               [](World& w) {
                 w.Write("adapter_model.safetensors", testing_support::BuildSafetensors({{"a", "F32", {1}}}));
               },
               Reason::file_extra},
        Denied{"WeightsInACardsClothes",
               [](World& w) {
                 w.Write("README.md", Gguf(3));
                 w.request.file = "model.gguf";
               },
               Reason::file_changed},
        Denied{"ConfigChanged", [](World& w) { w.Write("config.json", "{\"model_type\": \"other\"}\n"); },
               Reason::file_changed},
        Denied{"TokenizerChanged", [](World& w) { w.Write("tokenizer.json", "{}"); }, Reason::file_changed},
        Denied{"ConfigMissing", [](World& w) { unlink(w.At("config.json").c_str()); }, Reason::file_missing},
        Denied{"WeightsMissing", [](World& w) { unlink(w.At("model.gguf").c_str()); }, Reason::format_unsupported},
        Denied{"NamedFileMissing", [](World& w) { w.request.file = "other.gguf"; }, Reason::file_missing},
        Denied{"AdapterOutsideTheSet",
               [](World& w) {
                 w.dir.Write("adapter/adapter.gguf", Gguf(4));
                 w.request.adapters = {w.dir.At("adapter")};
               },
               Reason::digest_mismatch},
        Denied{"LinkOutOfTheModel",
               [](World& w) {
                 const std::string elsewhere = w.dir.Write("elsewhere.gguf", w.Read("model.gguf"));
                 unlink(w.At("model.gguf").c_str());
                 w.dir.Link(elsewhere, "model/model.gguf");
               },
               Reason::file_unsafe},
        Denied{"Fifo", [](World& w) { w.dir.Fifo("model/pipe"); }, Reason::file_unsafe},
        Denied{"Truncated", [](World& w) { w.Write("model.gguf", w.Read("model.gguf").substr(0, 200)); },
               Reason::weights_malformed},
        Denied{"Appended", [](World& w) { w.Write("model.gguf", w.Read("model.gguf") + "x"); },
               Reason::weights_malformed},
        Denied{"ApprovedButMalformed",
               [](World& w) {
                 w.Write("model.gguf", w.Read("model.gguf") + "x");
                 w.details = w.Describe();
                 w.request.envelope = w.Sign();
               },
               Reason::weights_malformed},
        Denied{"SplitMissing",
               [](World& w) {
                 unlink(w.At("model.gguf").c_str());
                 w.Write(
                     "m-00001-of-00002.gguf",
                     Gguf(1, 64,
                          {testing_support::GgufNumber("split.no", testing_support::GgufKvType::kU16, 0),
                           testing_support::GgufNumber("split.count", testing_support::GgufKvType::kU16, 2),
                           testing_support::GgufNumber("split.tensors.count", testing_support::GgufKvType::kI32, 2)}));
               },
               Reason::file_missing},
        Denied{"TwoModels", [](World& w) { w.Write("more.gguf", Gguf(9)); }, Reason::model_ambiguous},
        Denied{"AnotherFormat",
               [](World& w) {
                 unlink(w.At("model.gguf").c_str());
                 w.Write("model.safetensors", testing_support::BuildSafetensors({{"a", "F32", {1}}}));
               },
               Reason::format_unsupported}),
    [](const auto& info) { return info.param.name; });

TEST(GateTest, NothingAtThePath) {
  World world;
  world.request.envelope = world.Sign();
  world.request.path = world.dir.At("nowhere");
  EXPECT_TRUE(absl::IsNotFound(world.Admit().status())) << world.Admit().status();
}

TEST(GateTest, BoundarySecondsAreInside) {
  for (const auto& [now, holds] :
       std::vector<std::pair<int64_t, bool>>{{kStart - 1, false}, {kStart, true}, {kEnd, true}, {kEnd + 1, false}}) {
    World world;
    world.request.envelope = world.Sign();
    world.now = now;
    EXPECT_EQ(world.Admit().ok(), holds) << now - kStart;
  }
}

// ---- again at every request
// ------------------------------------------------------------------------------------------

TEST(CheckAgainTest, RevocationIsSeenWhenTheLeaseIsOver) {
  World world;
  const std::string id = world.Record(world.Sign());
  world.request.envelope = world.Sign();
  ModelGate gate(world.gate_options, world.store.get(), world.status.get());
  const absl::StatusOr<ApprovedModel> model = gate.Admit(world.request);
  ASSERT_TRUE(model.ok()) << model.status();
  const int asked = world.status->asked;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(gate.CheckAgain(id, model->expires()).ok());
  EXPECT_EQ(world.status->asked, asked) << "within the lease nobody is asked";
  const int64_t floor = *world.store->ClockFloor();
  world.now += 3;
  EXPECT_TRUE(gate.CheckAgain(id, model->expires()).ok());
  EXPECT_EQ(*world.store->ClockFloor(), floor) << "and the database is not touched";
  world.Revoke(id);
  world.steady += 4;
  EXPECT_TRUE(gate.CheckAgain(id, model->expires()).ok()) << "the lease holds for five seconds";
  world.steady += 1;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(gate.CheckAgain(id, model->expires())), Reason::revoked);
  EXPECT_EQ(*world.store->ClockFloor(), floor + 3) << "the instant is kept when a lease ends";
  EXPECT_EQ(world.LastEvent().body().refusal(), Reason::revoked);
  EXPECT_EQ(*world.store->CountEvents(), 4) << "approval, load, revocation, and one refusal";
}

TEST(CheckAgainTest, WithoutAnAnswerTheLeaseEnds) {
  World world;
  world.request.envelope = world.Sign();
  ModelGate gate(world.gate_options, world.store.get(), world.status.get());
  const absl::StatusOr<ApprovedModel> model = gate.Admit(world.request);
  ASSERT_TRUE(model.ok());
  world.status->down = true;
  EXPECT_TRUE(gate.CheckAgain(model->approval_id(), model->expires()).ok());
  world.steady += 5;
  EXPECT_EQ(ReasonOf(gate.CheckAgain(model->approval_id(), model->expires())), Reason::lease_over);
  world.status->down = false;
  EXPECT_TRUE(gate.CheckAgain(model->approval_id(), model->expires()).ok());
}

TEST(CheckAgainTest, ExpiryAtTheSecondAndNeverBack) {
  World world;
  world.request.envelope = world.Sign();
  ModelGate gate(world.gate_options, world.store.get(), world.status.get());
  const absl::StatusOr<ApprovedModel> model = gate.Admit(world.request);
  ASSERT_TRUE(model.ok());
  world.now = kEnd;
  EXPECT_TRUE(gate.CheckAgain(model->approval_id(), model->expires()).ok());
  world.now = kEnd + 1;
  EXPECT_EQ(ReasonOf(gate.CheckAgain(model->approval_id(), model->expires())), Reason::expired);
  world.now = kEnd - 10;
  EXPECT_EQ(ReasonOf(gate.CheckAgain(model->approval_id(), model->expires())), Reason::expired);
}

// ---- races
// -----------------------------------------------------------------------------------------------------------

// What another process does to the file; true if it did it.
bool Attack(int kind, const std::string& path, const std::string& other) {
  switch (kind) {
    case 0:  // rename another file over it
      return rename(other.c_str(), path.c_str()) == 0;
    case 1: {  // overwrite in place
      const int fd = open(path.c_str(), O_WRONLY);
      const bool ok = fd >= 0 && pwrite(fd, "XXXXXXXX", 8, 5000) == 8;
      close(fd);
      return ok;
    }
    case 2:
      return truncate(path.c_str(), 4000) == 0;
    case 3: {  // append
      const int fd = open(path.c_str(), O_WRONLY | O_APPEND);
      const bool ok = fd >= 0 && write(fd, "more", 4) == 4;
      close(fd);
      return ok;
    }
    case 4:  // remove, and put another one there
      return unlink(path.c_str()) == 0 && rename(other.c_str(), path.c_str()) == 0;
    default: {  // overwrite the whole file
      const int from = open(other.c_str(), O_RDONLY), to = open(path.c_str(), O_WRONLY);
      char block[8192];
      const ssize_t got = read(from, block, sizeof(block));
      const bool ok = got > 0 && write(to, block, static_cast<size_t>(got)) == got;
      close(from);
      close(to);
      return ok;
    }
  }
}

// The attack is made by another process at a block that is drawn, between the start of hashing and the end of loading.
TEST(SwapRaceTest, OnlyVerifiedBytesAreLoaded) {
  const int runs = std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 10000 : 1000;
  std::mt19937 random(5);
  int landed = 0, loaded = 0, refused = 0;
  World world;
  world.Write("model.gguf", Gguf(1, 32768));  // 4 MiB: several blocks
  world.details = world.Describe();
  const std::string good = world.Read("model.gguf"), bad = Gguf(2, 32768);
  const std::string approved = Sha256Hex(good);
  world.request.envelope = world.Sign();
  for (int run = 0; run < runs; ++run) {
    const int kind = static_cast<int>(random() % 6);
    const uint64_t at = random() % 6;  // 5: when the copy is sealed, before it is loaded
    unlink(world.At("model.gguf").c_str());
    world.Write("model.gguf", good);
    const std::string other = world.dir.Write("other.gguf", bad);
    uint64_t blocks = 0;
    bool done = false;
    world.gate_options.on_block = [&](uint64_t) {
      if (done || blocks++ != at) return;
      const pid_t child = fork();
      if (child == 0) _exit(Attack(kind, world.At("model.gguf"), other) ? 0 : 1);
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    };
    absl::StatusOr<ApprovedModel> model = world.Admit();
    if (done) ++landed;
    if (!model.ok()) {
      ++refused;
      EXPECT_TRUE(approval::RefusalOf(model.status()).has_value()) << model.status();
      continue;
    }
    ++loaded;
    FakeRuntime runtime(
        [&](const SealedFile&, const std::string& sha256) { EXPECT_EQ(sha256, approved) << kind << " at " << at; });
    ASSERT_TRUE(runtime.Load(*std::move(model), {}).ok());
  }
  std::printf(
      "%d runs: the write landed while hashing or loading in %d; %d loaded the verified bytes, %d were refused\n", runs,
      landed, loaded, refused);
  EXPECT_GE(landed, 300);
  EXPECT_GT(loaded, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace weighbridge::engine
