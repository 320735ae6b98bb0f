// What the engine refuses, asked by gRPC itself: every condition with its status, its reason and its event. Nothing is
// loaded afterwards.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "proto/weighbridge/v1/inference_service.pb.h"
#include "services/approval/dsse.h"
#include "services/approval/sample_approval.h"
#include "services/approval/statement.h"
#include "services/base/instant.h"
#include "services/crypto/sha256.h"
#include "services/crypto/signing.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/served.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using absl::StatusCode;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::Runfile;
using testing_support::RunProcess;
using testing_support::TempDir;
using Reason = v1::RefusalReason;

std::string Weights(uint32_t seed) {
  testing_support::GgufOptions options;
  options.seed = seed;
  return testing_support::BuildGguf({testing_support::GgufString("general.architecture", "llama")},
                                    {{"token_embd.weight", {32, 64}}}, options);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// An engine of its own, a model, and an approval of it by a key that the engine trusts.
class Engine {
 public:
  Engine() {
    Write("model.gguf", Weights(1));
    Write("config.json", "{\"model_type\": \"llama\"}\n");
    Write("tokenizer.json", "{}\n");
    Write("README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    auto made = Ed25519Signer::Generate();
    EXPECT_TRUE(made.ok());
    signer_ = *std::move(made);
    dir_.Write("key.pem", signer_->public_key().ToPem());
    EXPECT_EQ(Run({"keys", "trust", "key.pem", "--name", "test"}).exit_code, 0);
    details = approval::SampleDetails();
    v1::ApprovedPart& part = *details.mutable_parts(0);
    part.clear_artifacts();
    const std::pair<const char*, const char*> kFiles[] = {
        {"README.md", "card"}, {"config.json", "config"}, {"model.gguf", "weights"}, {"tokenizer.json", "tokenizer"}};
    for (const auto& [name, role] : kFiles) {
      v1::ApprovedArtifact& artifact = *part.add_artifacts();
      artifact.set_path(name);
      artifact.set_role(role);
      artifact.set_sha256(Sha256Hex(Read(name)));
    }
    const absl::Time now = absl::Now();
    details.set_not_before(FormatInstant(now - absl::Hours(1)));
    details.set_expires(FormatInstant(now + absl::Hours(1)));
    request.set_path(dir_.At("model"));
  }
  ~Engine() {
    caller_.reset();  // a connection that nobody reads from holds the end up
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

  void Write(const std::string& name, const std::string& bytes) const { dir_.Write("model/" + name, bytes); }
  std::string Read(const std::string& name) const {
    std::ifstream in(dir_.At("model/" + name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  const TempDir& dir() const { return dir_; }

  ProcessResult Run(std::vector<std::string> args) const {
    ProcessOptions options;
    options.args = std::move(args);
    options.env = Environment();
    options.cwd = dir_.path();
    return RunProcess(Runfile("services/cli/weighbridge-remote"), options);
  }

  std::string Statement() const { return approval::MakeStatement(details).value_or(""); }
  std::string Sign(const std::string& payload, std::string_view type = approval::kStatementPayloadType) const {
    const auto envelope = approval::SignPayload(type, payload, *signer_);
    return envelope.ok() ? approval::SerializeEnvelope(*envelope) : "";
  }
  std::string Envelope() const { return Sign(Statement()); }

  // Starts the engine, on any free port of loopback.
  bool Start(const std::vector<std::string>& more) {
    std::vector<std::string> args = {Runfile("services/engine/server/weighbridge-engine-fake"),
                                     "--listen", "127.0.0.1:0", "--db", dir_.At("engine.db"), "--create-db"};
    args.insert(args.end(), more.begin(), more.end());
    std::vector<std::string> env;
    for (const auto& [name, value] : Environment()) env.push_back(name + "=" + value);
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) return false;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(out[1], STDOUT_FILENO);
      std::vector<char*> argv, envp;
      for (std::string& arg : args) argv.push_back(arg.data());
      for (std::string& entry : env) envp.push_back(entry.data());
      argv.push_back(nullptr);
      envp.push_back(nullptr);
      execve(argv[0], argv.data(), envp.data());
      _exit(127);
    }
    close(out[1]);
    char c = 0;
    std::string line;
    while (read(out[0], &c, 1) == 1 && c != '\n') line += c;
    close(out[0]);
    const std::string begin = "listening on ";
    if (line.rfind(begin, 0) != 0) return false;
    caller_ = std::make_unique<RawCaller>(line.substr(begin.size()));
    return true;
  }

  RawAnswer Call(const std::string& method, const std::string& message) const {
    return caller_->Call("/weighbridge.v1.InferenceService/" + method, {message});
  }
  RawAnswer Load() const { return Call("LoadModel", request.SerializeAsString()); }
  int Loaded() const {
    return Asked<v1::ListLoadedModelsResponse>(*caller_, "InferenceService/ListLoadedModels",
                                               v1::ListLoadedModelsRequest())
        .models_size();
  }
  std::string LastEvent() const {
    return Run({"log", "tail", "-n", "1", "--format", "json", "--db", dir_.At("engine.db")}).out;
  }

  v1::ApprovalDetails details;
  v1::LoadModelRequest request;

 private:
  std::map<std::string, std::string> Environment() const {
    return {{"HOME", dir_.path()}, {"XDG_DATA_HOME", dir_.At("data")}, {"NO_COLOR", "1"}};
  }

  TempDir dir_;
  std::unique_ptr<Signer> signer_;
  std::unique_ptr<RawCaller> caller_;
  pid_t pid_ = -1;
};

struct Condition {
  std::string name;
  // Before the engine starts; sets what is to be sent.
  std::function<void(Engine&)> make;
  StatusCode code;
  Reason::Value reason = Reason::refusal_reason_unspecified;  // unspecified: an error of another kind, without event
  std::vector<std::string> engine = {};
};
void PrintTo(const Condition& condition, std::ostream* os) { *os << condition.name; }

class EngineDeniesTest : public testing::TestWithParam<Condition> {};

TEST_P(EngineDeniesTest, AndSaysWhy) {
  Engine engine;
  engine.request.set_approval(engine.Envelope());
  GetParam().make(engine);
  ASSERT_TRUE(engine.Start(GetParam().engine));
  const RawAnswer answer = engine.Load();
  EXPECT_EQ(answer.code, GetParam().code) << Describe(answer);
  EXPECT_EQ(Reason::Value_Name(answer.refusal.reason()), Reason::Value_Name(GetParam().reason)) << Describe(answer);
  EXPECT_TRUE(answer.messages.empty());
  EXPECT_EQ(engine.Loaded(), 0);
  if (GetParam().reason == Reason::refusal_reason_unspecified) return;
  EXPECT_FALSE(answer.refusal.remedy().empty());
  EXPECT_NE(engine.LastEvent().find("\"refusal\":\"" + Reason::Value_Name(GetParam().reason) + "\""),
            std::string::npos)
      << engine.LastEvent();
}

TEST(EngineCallsTest, LoadsWhatIsApproved) {
  Engine engine;
  engine.request.set_approval(engine.Envelope());
  ASSERT_TRUE(engine.Start({}));
  const RawAnswer answer = engine.Load();
  ASSERT_EQ(answer.code, StatusCode::kOk) << Describe(answer);
  EXPECT_EQ(engine.Loaded(), 1);
  EXPECT_NE(engine.LastEvent().find("\"engine_load\""), std::string::npos);
}

// Details that are changed, signed again.
std::function<void(Engine&)> Details(const std::function<void(v1::ApprovalDetails&)>& change) {
  return [change](Engine& engine) {
    change(engine.details);
    engine.request.set_approval(engine.Envelope());
  };
}

// The statement's text changed, signed again: what MakeStatement would never write.
std::function<void(Engine&)> Text(const std::string& from, const std::string& to) {
  return [from, to](Engine& engine) {
    engine.request.set_approval(engine.Sign(Replaced(engine.Statement(), from, to)));
  };
}

std::function<void(Engine&)> Files(const std::function<void(Engine&)>& change) { return change; }

std::vector<Condition> Conditions() {
  constexpr StatusCode kDenied = StatusCode::kPermissionDenied, kDamaged = StatusCode::kDataLoss;
  return {
      // ---- the envelope
      {"NoApproval", [](Engine& e) { e.request.clear_approval(); }, kDenied, Reason::no_approval},
      {"NoJson", [](Engine& e) { e.request.set_approval("{"); }, kDamaged, Reason::envelope_malformed},
      {"TwoPayloads",
       [](Engine& e) {
         e.request.set_approval(Replaced(e.Envelope(), "\"payloadType\"", "\"payload\":\"e30=\",\"payloadType\""));
       },
       kDamaged, Reason::envelope_malformed},
      {"NoSignature",
       [](Engine& e) {
         const std::string envelope = e.Envelope();
         e.request.set_approval(envelope.substr(0, envelope.find("\"signatures\"")) + "\"signatures\":[]}");
       },
       kDamaged, Reason::envelope_malformed},
      {"AnotherPayloadType",
       [](Engine& e) { e.request.set_approval(e.Sign(e.Statement(), approval::kWaiverPayloadType)); }, kDamaged,
       Reason::payload_type_wrong},
      {"BadSignature",
       [](Engine& e) {
         const std::string other = e.Sign("{}");
         const std::string ours = e.Envelope();
         e.request.set_approval(ours.substr(0, ours.find("\"signatures\"")) +
                                other.substr(other.find("\"signatures\"")));
       },
       kDamaged, Reason::signature_bad},
      {"UnknownKey",
       [](Engine& e) {
         const auto stranger = Ed25519Signer::Generate();
         e.request.set_approval(approval::SignedEnvelope(e.details, **stranger));
       },
       kDamaged, Reason::key_unknown},
      {"DistrustedKey",
       [](Engine& e) {
         const std::string list = e.Run({"keys", "list"}).out;
         ASSERT_EQ(e.Run({"keys", "distrust", list.substr(0, 64), "--reason", "lost"}).exit_code, 0) << list;
       },
       kDamaged, Reason::key_distrusted},
      // ---- the statement
      {"NoStatement", [](Engine& e) { e.request.set_approval(e.Sign("{}")); }, kDamaged, Reason::statement_malformed},
      {"NoSubjects", Text("\"subject\":", "\"others\":"), kDamaged, Reason::statement_malformed},
      {"OtherSubjects", Text("\"name\":\"file:model.gguf\"", "\"name\":\"file:other.gguf\""), kDamaged,
       Reason::statement_malformed},
      {"SignedDenied", Text("\"decision\":\"APPROVED_WITH_CONDITIONS\"", "\"decision\":\"DENIED\""), kDenied,
       Reason::decision_not_approved},
      {"SignedUndecided", Text("\"decision\":\"APPROVED_WITH_CONDITIONS\"", "\"decision\":\"UNDECIDED\""), kDenied,
       Reason::decision_not_approved},
      {"SignedUnreviewed", Text("\"decision\":\"APPROVED_WITH_CONDITIONS\"", "\"decision\":\"NEEDS_REVIEW\""), kDenied,
       Reason::decision_not_approved},
      {"NotPassed", Text("\"verificationResult\":\"PASSED\"", "\"verificationResult\":\"FAILED\""), kDenied,
       Reason::decision_not_approved},
      // ---- time, scope, state
      {"Expired", Details([](auto& d) { d.set_expires(FormatInstant(absl::Now() - absl::Seconds(2))); }), kDenied,
       Reason::expired},
      {"NotYetValid", Details([](auto& d) { d.set_not_before(FormatInstant(absl::Now() + absl::Minutes(30))); }),
       kDenied, Reason::not_yet_valid},
      {"OtherUse", [](Engine& e) { e.request.set_use("research"); }, kDenied, Reason::use_out_of_scope},
      {"EnvironmentNotStated", Details([](auto& d) { d.mutable_scope()->add_environments("production"); }), kDenied,
       Reason::environment_out_of_scope},
      {"OtherEnvironment",
       [](Engine& e) {
         e.details.mutable_scope()->add_environments("production");
         e.request.set_approval(e.Envelope());
         e.request.set_environment("staging");
       },
       kDenied, Reason::environment_out_of_scope},
      {"EngineIsElsewhere", [](Engine& e) { e.request.set_environment("production"); }, kDenied,
       Reason::environment_out_of_scope, {"--environment", "staging"}},
      {"OtherRegion", Details([](auto& d) { d.mutable_scope()->add_regions("eu"); }), kDenied,
       Reason::region_out_of_scope, {"--region", "us"}},
      {"OtherEngine", Details([](auto& d) { d.mutable_scope()->add_engines("a"); }), kDenied,
       Reason::engine_out_of_scope, {"--engine-id", "b"}},
      {"ServerDown", [](Engine&) {}, StatusCode::kUnavailable, Reason::server_unavailable,
       {"--server", "unix:/nowhere/weighbridge.sock"}},
      // ---- the files
      {"OtherWeights", Files([](Engine& e) { e.Write("model.gguf", Weights(2)); }), kDamaged, Reason::file_changed},
      {"Truncated",
       Files([](Engine& e) {
         const std::string all = e.Read("model.gguf");
         e.Write("model.gguf", all.substr(0, all.size() - 1));
       }),
       kDamaged, Reason::weights_malformed},
      {"Appended", Files([](Engine& e) { e.Write("model.gguf", e.Read("model.gguf") + "x"); }), kDamaged,
       Reason::weights_malformed},
      {"OtherConfig", Files([](Engine& e) { e.Write("config.json", "{}"); }), kDamaged, Reason::file_changed},
      {"OtherTokenizer", Files([](Engine& e) { e.Write("tokenizer.json", "{ }"); }), kDamaged, Reason::file_changed},
      {"ExtraWeights",
       Files([](Engine& e) {
         e.Write("more.gguf", Weights(3));
         e.request.set_file("model.gguf");
       }),
       kDamaged, Reason::file_extra},
      {"WhichWeights", Files([](Engine& e) { e.Write("more.gguf", Weights(3)); }), StatusCode::kFailedPrecondition,
       Reason::model_ambiguous},
      {"ExtraAdapter",
       Files([](Engine& e) {
         e.Write("adapter_model.safetensors", testing_support::BuildSafetensors({{"a.lora_A.weight", "F32", {2, 2}}}));
       }),
       kDamaged, Reason::file_extra},
      {"MissingTokenizer",
       Files([](Engine& e) { ASSERT_EQ(unlink(e.dir().At("model/tokenizer.json").c_str()), 0); }), kDamaged,
       Reason::file_missing},
      {"MissingSplit",
       Details([](auto& d) {
         v1::ApprovedArtifact& split = *d.mutable_parts(0)->add_artifacts();
         split.set_path("z-00002-of-00002.gguf");
         split.set_role("weights");
         split.set_sha256(std::string(64, '4'));
       }),
       kDamaged, Reason::file_missing},
      {"LinkThatLeaves",
       Files([](Engine& e) {
         e.dir().Write("elsewhere.gguf", e.Read("model.gguf"));
         ASSERT_EQ(unlink(e.dir().At("model/model.gguf").c_str()), 0);
         e.dir().Link("../elsewhere.gguf", "model/model.gguf");
       }),
       kDamaged, Reason::file_unsafe},
      {"Fifo", Files([](Engine& e) { e.dir().Fifo("model/pipe"); }), kDamaged, Reason::file_unsafe},
      {"AdapterOutsideTheSet",
       [](Engine& e) {
         e.dir().Write("adapter/adapter_model.gguf", Weights(4));
         e.request.add_adapter_paths(e.dir().At("adapter"));
       },
       kDenied, Reason::digest_mismatch},
      // ---- the request
      {"RelativePath", [](Engine& e) { e.request.set_path("model"); }, StatusCode::kInvalidArgument},
      {"NoPath", [](Engine& e) { e.request.clear_path(); }, StatusCode::kInvalidArgument},
  };
}
INSTANTIATE_TEST_SUITE_P(Conditions, EngineDeniesTest, testing::ValuesIn(Conditions()),
                         [](const auto& info) { return info.param.name; });

TEST(EngineCallsTest, ARevocationCountsFromTheNextCallOn) {
  Engine engine;
  engine.dir().Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
  ASSERT_EQ(engine.Run({"keys", "init"}).exit_code, 0);
  ASSERT_TRUE(engine.Start({"--lease", "0"}));
  // Approved in the engine's own database, so that it can be taken back there.
  const std::string db = engine.dir().At("engine.db");
  const ProcessResult approved =
      engine.Run({"approve", "model", "--profile", "profile.yaml", "--by", "Ada", "--reason", "test", "--db", db});
  ASSERT_EQ(approved.exit_code, 0) << approved.err;
  const RawAnswer loaded = engine.Load();
  ASSERT_EQ(loaded.code, StatusCode::kOk) << Describe(loaded);
  v1::LoadedModel model;
  ASSERT_TRUE(model.ParseFromString(loaded.messages.at(0)));
  v1::TokenizeRequest tokenize;
  tokenize.set_handle(model.handle());
  tokenize.set_text("x");
  const auto ask = [&] {
    return engine.Call("Tokenize", tokenize.SerializeAsString());
  };
  EXPECT_EQ(ask().code, StatusCode::kOk);
  ASSERT_EQ(
      engine.Run({"revoke", model.approval_id(), "--by", "Bob", "--reason", "test", "--db", db}).exit_code, 0);
  EXPECT_EQ(ask().refusal.reason(), Reason::revoked);
  EXPECT_EQ(engine.Load().refusal.reason(), Reason::revoked);
}

}  // namespace
}  // namespace weighbridge::integration
