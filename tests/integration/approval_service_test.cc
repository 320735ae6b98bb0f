// Approvals by gRPC: taken, signed, checked, revoked; who may, what is done once, and what an engine makes of it.
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "proto/weighbridge/v1/approval_service.pb.h"
#include "services/base/hex.h"
#include "tests/integration/daemon.h"
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

std::string Raw(const std::string& hex) {
  std::array<uint8_t, 32> bytes;
  EXPECT_TRUE(HexDecode(hex, bytes.data(), bytes.size())) << hex;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string Gguf(uint32_t seed) {
  testing_support::GgufOptions options;
  options.seed = seed;
  return testing_support::BuildGguf({testing_support::GgufString("general.architecture", "llama")},
                                    {{"token_embd.weight", {32, 64}}}, options);
}

class ApprovalServiceTest : public testing::Test {
 protected:
  ApprovalServiceTest() {
    dir_.Write("models/good/model.gguf", Gguf(1));
    dir_.Write("models/good/README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Write("models/denied/model.gguf", Gguf(2));
    dir_.Write("models/denied/README.md",
               testing_support::BuildModelCard(
                   "license: other\nlicense_name: flux-1-dev-non-commercial-license", "# m\n"));
    dir_.Write("commercial.yaml", kProfile);
    options_.scan_roots = {dir_.At("models")};
    options_.env = {{"HOME", dir_.path()}, {"XDG_DATA_HOME", dir_.At("server")}};
  }

  // The command line of the user whose data lies in `data`.
  ProcessResult Run(std::vector<std::string> args, const std::string& data = "server") const {
    ProcessOptions options;
    options.args = std::move(args);
    options.env = {{"HOME", dir_.path()}, {"XDG_DATA_HOME", dir_.At(data)}, {"NO_COLOR", "1"}};
    options.cwd = dir_.path();
    return RunProcess(Runfile("services/cli/weighbridge-remote"), options);
  }

  // Makes the server's own key, and its path.
  std::string ServerKey() const {
    const ProcessResult made = Run({"keys", "init", "--format", "json"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const std::string key = "\"key_id\":\"";
    const size_t at = made.out.find(key);
    return dir_.At("server/weighbridge/keys/" + made.out.substr(at + key.size(), 64) + ".pem");
  }

  void Start() {
    daemon_ = Daemon::Start(options_);
    ASSERT_NE(daemon_, nullptr);
    local_ = std::make_unique<RawCaller>(daemon_->unix_address());
    plain_ = std::make_unique<RawCaller>(daemon_->address());
  }

  v1::CreateApprovalRequest Signing(const std::string& model, const std::string& request_id = "r-1") const {
    v1::CreateApprovalRequest request;
    request.set_request_id(request_id);
    request.set_by("Ada");
    v1::SignOnServer& sign = *request.mutable_sign();
    sign.set_server_path(model);
    sign.set_profile(kProfile);
    sign.set_profile_name("commercial.yaml");
    sign.set_reason("test");
    return request;
  }

  v1::CreateApprovalResponse Create(const v1::CreateApprovalRequest& request) const {
    return Asked<v1::CreateApprovalResponse>(*local_, "ApprovalService/CreateApproval", request);
  }

  v1::ApprovalAnswer Check(const std::string& digest, const std::function<void(v1::ApprovalQuestion&)>& scope = nullptr) const {
    v1::CheckApprovalsRequest request;
    request.add_questions()->set_digest(Raw(digest));
    if (scope) scope(*request.mutable_questions(0));
    const auto answer = Asked<v1::CheckApprovalsResponse>(*plain_, "ApprovalService/CheckApprovals", request);
    EXPECT_EQ(answer.answers_size(), 1);
    return answer.answers_size() == 1 ? answer.answers(0) : v1::ApprovalAnswer();
  }

  // The code of a call that is not answered, and the field it names.
  std::pair<StatusCode, std::string> Refused(const RawCaller& caller, const std::string& method,
                                             const google::protobuf::Message& request) const {
    const RawAnswer answer = caller.Call("/weighbridge.v1.ApprovalService/" + method, {request.SerializeAsString()});
    return {answer.code, answer.detail.field()};
  }

  static constexpr char kProfile[] = "use: commercial\ndomicile: US\ndistribution: [internal]\n";
  TempDir dir_;
  DaemonOptions options_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<RawCaller> local_;  // over the Unix socket
  std::unique_ptr<RawCaller> plain_;
};

TEST_F(ApprovalServiceTest, SignsChecksAndRevokes) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  const v1::CreateApprovalResponse made = Create(Signing("good"));
  ASSERT_FALSE(made.envelope().empty()) << made.ShortDebugString();
  const v1::ApproveResult& result = made.result();
  EXPECT_EQ(result.trust(), "self");
  EXPECT_FALSE(result.has_refusal());
  for (const std::string& digest : {result.approval_id(), result.model_digest()}) {
    const v1::ApprovalAnswer answer = Check(digest);
    EXPECT_TRUE(answer.valid()) << Reason::Value_Name(answer.reason());
    EXPECT_EQ(answer.approval_id(), Raw(result.approval_id()));
  }
  EXPECT_EQ(Check(std::string(64, '0')).reason(), Reason::no_approval);
  EXPECT_EQ(Check(result.model_digest(), [](v1::ApprovalQuestion& q) { q.set_use("research"); }).reason(),
            Reason::use_out_of_scope);

  v1::RevokeApprovalRequest revoke;
  revoke.set_request_id("r-2");
  revoke.set_by("Bob");
  revoke.set_approval_id(result.approval_id().substr(0, 12));
  revoke.set_reason("withdrawn");
  const auto revoked = Asked<v1::ApprovalSummary>(*local_, "ApprovalService/RevokeApproval", revoke);
  EXPECT_EQ(revoked.state(), "revoked");
  EXPECT_EQ(revoked.revocation().principal().rfind("unix:uid=", 0), 0u) << revoked.ShortDebugString();
  EXPECT_EQ(Check(result.model_digest()).reason(), Reason::revoked) << "with the very next call";
  revoke.set_request_id("r-3");
  revoke.set_reason("again");
  EXPECT_EQ(Asked<v1::ApprovalSummary>(*local_, "ApprovalService/RevokeApproval", revoke).revocation().reason(),
            "withdrawn")
      << "the first one stands";
  // The same database says the same, and its log holds one event each.
  const ProcessResult log = Run({"log", "tail", "--format", "json", "--db", daemon_->database()});
  EXPECT_EQ(log.exit_code, 0) << log.err;
  for (const char* kind : {"\"decision\"", "\"approval\"", "\"revocation\""}) {
    const size_t at = log.out.find(kind);
    EXPECT_NE(at, std::string::npos) << kind << "\n" << log.out;
    EXPECT_EQ(log.out.find(kind, at + 1), std::string::npos) << kind << "\n" << log.out;
  }
}

TEST_F(ApprovalServiceTest, AMutationIsDoneOnce) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  const v1::CreateApprovalResponse first = Create(Signing("good"));
  const v1::CreateApprovalResponse again = Create(Signing("good"));
  EXPECT_EQ(again.envelope(), first.envelope());
  EXPECT_EQ(again.result().approval_id(), first.result().approval_id());
  v1::CreateApprovalRequest other = Signing("good");
  other.mutable_sign()->set_reason("another");
  EXPECT_EQ(Refused(*local_, "CreateApproval", other), std::make_pair(StatusCode::kAlreadyExists, std::string("request_id")));
  v1::RevokeApprovalRequest revoke;
  revoke.set_request_id("r-1");
  revoke.set_by("Ada");
  revoke.set_approval_id(first.result().approval_id());
  revoke.set_reason("test");
  EXPECT_EQ(Refused(*local_, "RevokeApproval", revoke), std::make_pair(StatusCode::kAlreadyExists, std::string("request_id")));
  EXPECT_TRUE(Check(first.result().approval_id()).valid()) << "a request id that is taken revokes nothing";
  EXPECT_NE(Create(Signing("good", "r-9")).result().approval_id(), first.result().approval_id());
}

TEST_F(ApprovalServiceTest, WhatMayNotBeApprovedIsAnAnswerAndIsNotSigned) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  const v1::CreateApprovalResponse answer = Create(Signing("denied"));
  EXPECT_TRUE(answer.envelope().empty());
  EXPECT_EQ(answer.result().refusal().reason(), Reason::denied) << answer.ShortDebugString();
  EXPECT_GT(answer.result().findings_size(), 0);
  EXPECT_EQ(Check(answer.result().model_digest()).reason(), Reason::no_approval);
}

TEST_F(ApprovalServiceTest, TakesEnvelopesOfTrustedKeysAlone) {
  // Another user's key; the server is told to trust it, or not.
  ASSERT_EQ(Run({"approve", "models/good", "--profile", "commercial.yaml", "--by", "Ada", "--reason", "test", "-o",
                 "approval.json"},
                "user")
                .exit_code,
            0);
  ASSERT_EQ(Run({"keys", "export-public", "-o", "user.pem"}, "user").exit_code, 0);
  v1::CreateApprovalRequest request;
  request.set_request_id("r-1");
  request.set_by("Registry");
  request.set_envelope(FileBytes(dir_.At("approval.json")));

  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(Create(request).result().refusal().reason(), Reason::key_unknown);
  EXPECT_EQ(Refused(*local_, "CreateApproval", Signing("good")).first, StatusCode::kFailedPrecondition)
      << "a server without a key signs nothing";
  ASSERT_EQ(Run({"keys", "trust", "user.pem", "--name", "user"}).exit_code, 0);
  // The folder of keys changed: it is read again by itself.
  v1::CreateApprovalResponse taken;
  ASSERT_TRUE(WaitUntil([&] {
    taken = Create(request);
    return !taken.result().has_refusal();
  }));
  EXPECT_EQ(taken.result().trust(), "local");
  EXPECT_TRUE(Check(taken.result().approval_id()).valid());
  EXPECT_TRUE(Check(taken.result().model_digest()).valid());

  std::string changed = request.envelope();
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  v1::CreateApprovalRequest forged = request;
  forged.set_request_id("r-2");
  forged.set_envelope(changed);
  const v1::CreateApprovalResponse refused = Create(forged);
  EXPECT_TRUE(refused.envelope().empty());
  EXPECT_TRUE(refused.result().has_refusal());

  const std::string key_id = taken.result().key_id();
  ASSERT_EQ(Run({"keys", "distrust", key_id, "--reason", "lost"}).exit_code, 0);
  EXPECT_TRUE(WaitUntil([&] { return Check(taken.result().approval_id()).reason() == Reason::key_distrusted; }));
}

TEST_F(ApprovalServiceTest, RevocationsOfOtherProcessesCount) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  const std::string id = Create(Signing("good")).result().approval_id();
  ASSERT_TRUE(Check(id).valid());
  ASSERT_EQ(Run({"revoke", id, "--by", "Bob", "--reason", "test", "--db", daemon_->database()}).exit_code, 0);
  EXPECT_TRUE(WaitUntil([&] { return Check(id).reason() == Reason::revoked; }));
  // After a restart too.
  EXPECT_EQ(daemon_->Terminate(), 0);
  options_.db = daemon_->database();
  const std::unique_ptr<Daemon> before = std::move(daemon_);
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(Check(id).reason(), Reason::revoked);
}

TEST_F(ApprovalServiceTest, ListsInPagesAndShows) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i)
    ids.insert(ids.begin(), Create(Signing("good", "r-" + std::to_string(i))).result().approval_id());
  for (const int size : {1, 2, 5, 0}) {
    std::vector<std::string> listed;
    v1::ListApprovalsRequest request;
    request.set_page_size(size);
    for (int pages = 0; pages < 7; ++pages) {
      const auto page = Asked<v1::ListApprovalsResponse>(*plain_, "ApprovalService/ListApprovals", request);
      for (const v1::ApprovalSummary& summary : page.approvals()) listed.push_back(summary.approval_id());
      request.set_page_token(page.next_page_token());
      if (request.page_token().empty()) break;
    }
    EXPECT_EQ(listed, ids) << size;
  }
  v1::GetApprovalRequest get;
  get.set_approval_id(ids[2].substr(0, 10));
  const auto record = Asked<v1::ApprovalRecord>(*plain_, "ApprovalService/GetApproval", get);
  EXPECT_EQ(record.summary().approval_id(), ids[2]);
  EXPECT_EQ(record.details().by(), "Ada");
  EXPECT_EQ(record.details().principal().rfind("unix:uid=", 0), 0u);
  EXPECT_FALSE(record.envelope().empty());
  get.set_approval_id(std::string(64, '0'));
  EXPECT_EQ(Refused(*plain_, "GetApproval", get), std::make_pair(StatusCode::kNotFound, std::string("approval_id")));
}

TEST_F(ApprovalServiceTest, MutationsNeedAProvedCaller) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(Refused(*plain_, "CreateApproval", Signing("good")).first, StatusCode::kPermissionDenied);
  v1::RevokeApprovalRequest revoke;
  revoke.set_request_id("r-1");
  revoke.set_by("Bob");
  revoke.set_approval_id(std::string(64, '0'));
  revoke.set_reason("test");
  EXPECT_EQ(Refused(*plain_, "RevokeApproval", revoke).first, StatusCode::kPermissionDenied);
  EXPECT_EQ(Refused(*local_, "RevokeApproval", revoke), std::make_pair(StatusCode::kNotFound, std::string("approval_id")));
}

TEST_F(ApprovalServiceTest, WrongFieldsAreNamed) {
  options_.args = {"--signing-key", ServerKey()};
  ASSERT_NO_FATAL_FAILURE(Start());
  const struct {
    const char* field;
    std::function<void(v1::CreateApprovalRequest&)> change;
    StatusCode code = StatusCode::kInvalidArgument;
  } kCreate[] = {
      {"request_id", [](auto& r) { r.clear_request_id(); }},
      {"request_id", [](auto& r) { r.set_request_id("a b"); }},
      {"by", [](auto& r) { r.clear_by(); }},
      {"what", [](auto& r) { r.clear_sign(); }},
      {"envelope", [](auto& r) { r.set_envelope(""); }},
      {"sign.reason", [](auto& r) { r.mutable_sign()->clear_reason(); }},
      {"sign.server_path", [](auto& r) { r.mutable_sign()->clear_server_path(); }},
      {"sign.server_path", [](auto& r) { r.mutable_sign()->set_server_path("../x"); }, StatusCode::kPermissionDenied},
      {"sign.server_path", [](auto& r) { r.mutable_sign()->set_server_path("none"); }, StatusCode::kNotFound},
      {"sign.expires", [](auto& r) { r.mutable_sign()->set_expires("soon"); }},
      {"sign.profile", [](auto& r) { r.mutable_sign()->set_profile("use: nothing\n"); }},
  };
  for (const auto& wrong : kCreate) {
    v1::CreateApprovalRequest request = Signing("good");
    wrong.change(request);
    EXPECT_EQ(Refused(*local_, "CreateApproval", request), std::make_pair(wrong.code, std::string(wrong.field)))
        << request.ShortDebugString();
  }
  v1::CheckApprovalsRequest check;
  EXPECT_EQ(Refused(*plain_, "CheckApprovals", check), std::make_pair(StatusCode::kInvalidArgument, std::string("questions")));
  check.add_questions()->set_digest("abc");
  EXPECT_EQ(Refused(*plain_, "CheckApprovals", check),
            std::make_pair(StatusCode::kInvalidArgument, std::string("questions[0].digest")));
  for (int i = 0; i < 1000; ++i) check.add_questions()->set_digest(std::string(32, 'x'));
  EXPECT_EQ(Refused(*plain_, "CheckApprovals", check).second, "questions");
  v1::ListApprovalsRequest list;
  list.set_page_token("-1");
  EXPECT_EQ(Refused(*plain_, "ListApprovals", list).second, "page_token");
}

TEST_F(ApprovalServiceTest, AnEngineAsksTheServer) {
  const std::string key = ServerKey();
  options_.args = {"--signing-key", key};
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_EQ(Run({"keys", "export-public", "-o", "server.pem"}).exit_code, 0);
  // The engine belongs to somebody with another database, who trusts the server's key.
  ASSERT_EQ(Run({"keys", "trust", "server.pem", "--name", "server"}, "engine").exit_code, 0);
  const auto run = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"run", "models/good", "-p", "hello", "-n", "3", "--approvals-from",
                                     daemon_->unix_address(), "--engine",
                                     Runfile("services/engine/server/weighbridge-engine-fake")};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args, "engine");
  };
  ProcessResult result = run();
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_NE(result.err.find("reason: no_approval"), std::string::npos) << result.err;
  const v1::CreateApprovalResponse made = Create(Signing("good"));
  dir_.Write("approval.json", made.envelope());
  result = run();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "token-0 token-1 token-2 \n");
  v1::RevokeApprovalRequest revoke;
  revoke.set_request_id("r-2");
  revoke.set_by("Bob");
  revoke.set_approval_id(made.result().approval_id());
  revoke.set_reason("test");
  Asked<v1::ApprovalSummary>(*local_, "ApprovalService/RevokeApproval", revoke);
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--approval", "approval.json"}}) {
    result = run(more);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.err.find("reason: revoked"), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(daemon_->Terminate(), 0);
  result = run({"--approval", "approval.json"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("reason: server_unavailable"), std::string::npos) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST_F(ApprovalServiceTest, KeysThatDoNotFitEndTheStart) {
  const std::string key = ServerKey();
  const auto start = [&](std::vector<std::string> args) {
    std::vector<std::string> all = {"--listen", "127.0.0.1:0", "--db", dir_.At("x.db"), "--create-db"};
    all.insert(all.end(), args.begin(), args.end());
    ProcessOptions options;
    options.args = all;
    options.env = {{"HOME", dir_.path()}, {"XDG_DATA_HOME", dir_.At("server")}};
    return RunProcess(Runfile("services/daemon/weighbridged"), options);
  };
  EXPECT_EQ(start({"--signing-key", dir_.At("none.pem")}).exit_code, 2);
  EXPECT_EQ(start({"--trust", dir_.At("none.yaml")}).exit_code, 2);
  ASSERT_EQ(chmod(key.c_str(), 0644), 0);
  const ProcessResult wide = start({"--signing-key", key});
  EXPECT_EQ(wide.exit_code, 2) << wide.err;
  EXPECT_NE(wide.err.find("0644"), std::string::npos) << wide.err;
}

}  // namespace
}  // namespace weighbridge::integration
