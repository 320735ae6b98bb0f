// What a served gate remembers and knows, asked by calls and by the registry's program, beside what the command line
// says.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/license_service.pb.h"
#include "proto/weighbridge/v1/model_service.pb.h"
#include "services/crypto/sha256.h"
#include "services/report/json.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/served.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using absl::StatusCode;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

constexpr char kCommercial[] = "use: commercial\ndomicile: US\ndistribution: [internal]\n";
constexpr char kResearch[] = "use: research\ndomicile: DE\ndistribution: [internal]\n";

class DaemonRecordsTest : public testing::Test {
 protected:
  DaemonRecordsTest() { options_.scan_roots = {dir_.Folder("models")}; }

  void SetUp() override {
    daemon_ = Daemon::Start(options_);
    ASSERT_NE(daemon_, nullptr);
    caller_ = std::make_unique<RawCaller>(daemon_->address());
  }

  void Model(const std::string& name, const std::string& license, uint32_t seed) const {
    dir_.Write("models/" + name + "/model.safetensors", BuildSafetensors({{"a.weight", "F32", {2, 2}}}, {}, seed));
    dir_.Write("models/" + name + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  v1::AuditOutcome Audit(const std::string& name, const std::string& profile = kCommercial) const {
    v1::AuditStart start = StartOf(name);
    start.mutable_profile()->set_name("profile.yaml");
    start.mutable_profile()->set_content(profile);
    const AuditAnswer answer = AuditPath(*caller_, start);
    EXPECT_EQ(answer.results.size(), 1u) << Describe(answer.call);
    return answer.results.empty() ? v1::AuditOutcome() : answer.results[0];
  }

  StatusCode Fails(const std::string& method, const google::protobuf::Message& request,
                   const std::string& field) const {
    const RawAnswer answer = caller_->Call("/weighbridge.v1." + method, {request.SerializeAsString()});
    EXPECT_TRUE(answer.code == StatusCode::kOk || answer.detail.field() == field) << Describe(answer);
    return answer.code;
  }

  TempDir dir_;
  DaemonOptions options_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<RawCaller> caller_;
  Weighbridge weighbridge_{dir_.At("data")};
};

// ---- lists

TEST_F(DaemonRecordsTest, ListsComeInPagesWithoutGapsAndRepetitions) {
  constexpr int kModels = 11;
  std::vector<std::string> audits, models, decisions;  // newest first
  for (int i = 0; i < kModels; ++i) {
    const std::string name = "m" + std::to_string(i);
    Model(name, i % 2 == 0 ? "apache-2.0" : "mit", static_cast<uint32_t>(i + 1));
    const v1::AuditOutcome outcome = Audit(name);
    audits.insert(audits.begin(), outcome.result().audit_id());
    models.insert(models.begin(), outcome.result().model().digest());
    decisions.insert(decisions.begin(), v1::Decision_Name(outcome.result().decision()));
  }
  for (const int size : {1, 3, 4, kModels, 100, 0}) {
    SCOPED_TRACE(size);
    std::vector<std::string> listed_audits, listed_models, listed_decisions;
    int pages = 0;
    v1::ListAuditsRequest audits_request;
    audits_request.set_page_size(size);
    do {
      const auto page = Asked<v1::ListAuditsResponse>(*caller_, "AuditService/ListAudits", audits_request);
      EXPECT_LE(page.audits_size(), size == 0 ? 100 : size);
      for (const v1::Audit& audit : page.audits()) {
        listed_audits.push_back(audit.audit_id());
        EXPECT_EQ(audit.measured_by(), "server");
        EXPECT_EQ(audit.decisions_size(), 0);
      }
      audits_request.set_page_token(page.next_page_token());
      ++pages;
    } while (!audits_request.page_token().empty() && pages <= kModels + 1);
    EXPECT_EQ(listed_audits, audits);
    if (size > 0 && size < 5) {
      EXPECT_GE(pages, kModels / size);
    }

    v1::ListModelsRequest models_request;
    models_request.set_page_size(size);
    pages = 0;
    do {
      const auto page = Asked<v1::ListModelsResponse>(*caller_, "ModelService/ListModels", models_request);
      for (const v1::Model& model : page.models()) {
        listed_models.push_back(model.model_digest());
        EXPECT_EQ(model.name(), "models/sha256-" + model.model_digest());
        ASSERT_EQ(model.audits_size(), 1);
        ASSERT_EQ(model.audits(0).decisions_size(), 1);
        listed_decisions.push_back(model.audits(0).decisions(0).decision());
      }
      models_request.set_page_token(page.next_page_token());
      ++pages;
    } while (!models_request.page_token().empty() && pages <= kModels + 1);
    EXPECT_EQ(listed_models, models);
    EXPECT_EQ(listed_decisions, decisions);
  }

  v1::ListModelsRequest by_license;
  by_license.set_license_id("MIT");
  by_license.set_page_size(2);
  std::set<std::string> mit;
  do {
    const auto page = Asked<v1::ListModelsResponse>(*caller_, "ModelService/ListModels", by_license);
    for (const v1::Model& model : page.models()) {
      EXPECT_EQ(model.governing(0).license_id(), "MIT");
      EXPECT_TRUE(mit.insert(model.model_digest()).second);
    }
    by_license.set_page_token(page.next_page_token());
  } while (!by_license.page_token().empty() && mit.size() <= kModels);
  EXPECT_EQ(mit.size(), kModels / 2);
}

TEST_F(DaemonRecordsTest, AnAuditMadeBetweenTwoPagesMovesNoneOfTheOthers) {
  for (uint32_t i = 0; i < 5; ++i) {
    Model("m" + std::to_string(i), "mit", i + 1);
    Audit("m" + std::to_string(i));
  }
  v1::ListAuditsRequest request;
  request.set_page_size(2);
  std::vector<std::string> seen;
  for (int page = 0; page < 3; ++page) {
    const auto answer = Asked<v1::ListAuditsResponse>(*caller_, "AuditService/ListAudits", request);
    for (const v1::Audit& audit : answer.audits()) seen.push_back(audit.audit_id());
    request.set_page_token(answer.next_page_token());
    Model("late" + std::to_string(page), "mit", static_cast<uint32_t>(page + 100));
    Audit("late" + std::to_string(page));
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 5u);
}

TEST_F(DaemonRecordsTest, ListsRefuseWhatTheyDidNotGive) {
  v1::ListAuditsRequest audits;
  audits.set_page_size(501);
  EXPECT_EQ(Fails("AuditService/ListAudits", audits, "page_size"), StatusCode::kInvalidArgument);
  audits.set_page_size(-1);
  EXPECT_EQ(Fails("AuditService/ListAudits", audits, "page_size"), StatusCode::kInvalidArgument);
  audits.set_page_size(1);
  for (const std::string token : {"x", "-1", "0", "1x", "99999999999999999999"}) {
    audits.set_page_token(token);
    EXPECT_EQ(Fails("AuditService/ListAudits", audits, "page_token"), StatusCode::kInvalidArgument) << token;
  }
  v1::ListModelsRequest models;
  models.set_page_token("made up");
  EXPECT_EQ(Fails("ModelService/ListModels", models, "page_token"), StatusCode::kInvalidArgument);
  v1::ListLicensesRequest licenses;
  licenses.set_page_size(101);
  EXPECT_EQ(Fails("LicenseService/ListLicenses", licenses, "page_size"), StatusCode::kInvalidArgument);
}

// ---- one model, one audit

TEST_F(DaemonRecordsTest, AModelIsFoundByItsDigestWithAllItsAudits) {
  Model("m", "mit", 1);
  const v1::AuditOutcome first = Audit("m");
  dir_.Write("models/m/NOTES.md", "more\n");
  const v1::AuditOutcome again = Audit("m");
  const std::string digest = first.result().model().digest();
  v1::GetModelRequest request;
  for (const std::string& name : {digest, "models/sha256-" + digest}) {
    request.set_model_digest(name);
    const auto model = Asked<v1::Model>(*caller_, "ModelService/GetModel", request);
    EXPECT_EQ(model.model_digest(), digest);
    EXPECT_EQ(model.weights_digest(), first.result().model().weights_digest());
    ASSERT_EQ(model.governing_size(), 1);
    EXPECT_EQ(model.governing(0).short_id(), "MIT");
    std::set<std::string> audits;
    for (const v1::Audit& audit : model.audits()) audits.insert(audit.audit_id());
    EXPECT_EQ(audits.count(first.result().audit_id()), 1u);
    EXPECT_EQ(audits.count(again.result().audit_id()), again.result().model().digest() == digest ? 1u : 0u);
  }
  request.set_model_digest(std::string(64, '0'));
  v1::Model none;
  EXPECT_EQ(Ask(*caller_, "ModelService/GetModel", request, none).code, StatusCode::kNotFound);
  for (const std::string& wrong :
       {std::string(), digest.substr(1), digest + "0", std::string("models/sha256-"), "models/" + digest}) {
    request.set_model_digest(wrong);
    EXPECT_EQ(Fails("ModelService/GetModel", request, "model_digest"), StatusCode::kInvalidArgument) << wrong;
  }
}

TEST_F(DaemonRecordsTest, AnAuditIsFoundByItsIdADecisionOrTheBeginningOfEither) {
  Model("m", "mit", 1);
  const v1::AuditOutcome first = Audit("m", kCommercial);
  const v1::AuditOutcome second = Audit("m", kResearch);
  const std::string audit_id = first.result().audit_id();
  ASSERT_EQ(second.result().audit_id(), audit_id);
  ASSERT_NE(second.decision_id(), first.decision_id());
  struct Case {
    std::string id;
    const v1::AuditOutcome* shown;  // whose result comes with the audit
  };
  for (const Case& c : {Case{audit_id, &second},
                        {audit_id.substr(0, 8), &second},
                        {first.decision_id(), &first},
                        {first.decision_id().substr(0, 12), &first},
                        {second.decision_id(), &second}}) {
    SCOPED_TRACE(c.id);
    v1::GetAuditRequest request;
    request.set_audit_id(c.id);
    const auto audit = Asked<v1::Audit>(*caller_, "AuditService/GetAudit", request);
    EXPECT_EQ(audit.audit_id(), audit_id);
    EXPECT_EQ(audit.model_digest(), first.result().model().digest());
    EXPECT_EQ(audit.rules_digest(), first.result().rules_digest());
    EXPECT_EQ(audit.measured_by(), "server");
    ASSERT_EQ(audit.decisions_size(), 2);
    EXPECT_EQ(audit.decisions(0).decision_id(), first.decision_id());
    EXPECT_EQ(audit.decisions(1).decision_id(), second.decision_id());
    for (const v1::AuditDecision& decision : audit.decisions()) {
      ASSERT_EQ(decision.has_result(), decision.decision_id() == c.shown->decision_id());
      if (!decision.has_result()) continue;
      EXPECT_EQ(report::ToJson(decision.result()), report::ToJson(c.shown->result())) << "as it was given then";
      EXPECT_EQ(decision.profile_digest(), c.shown->result().profile_digest());
    }
  }
  for (const auto& [id, code] : {std::pair<std::string, StatusCode>{std::string(64, '0'), StatusCode::kNotFound},
                                 {"00000000", StatusCode::kNotFound},
                                 {audit_id.substr(0, 7), StatusCode::kInvalidArgument},
                                 {"", StatusCode::kInvalidArgument},
                                 {"%", StatusCode::kInvalidArgument},
                                 {audit_id + "0", StatusCode::kInvalidArgument}}) {
    v1::GetAuditRequest request;
    request.set_audit_id(id);
    EXPECT_EQ(Fails("AuditService/GetAudit", request, "audit_id"), code) << id;
    v1::EvaluateAuditRequest evaluate;
    evaluate.set_audit_id(id);
    EXPECT_EQ(Fails("AuditService/EvaluateAudit", evaluate, "audit_id"), code) << id;
  }
}

// ---- decided again

std::string WithoutMeasuredBy(std::string json, const std::string& value) {
  const std::string field = ",\"measured_by\":\"" + value + "\"";
  const size_t at = json.find(field);
  EXPECT_NE(at, std::string::npos) << json;
  if (at != std::string::npos) json.erase(at, field.size());
  return json;
}

TEST_F(DaemonRecordsTest, DecidingAgainGivesTheBytesOfALocalGateWithThatProfile) {
  const std::string later = "2027-01-01T00:00:00Z";
  int n = 0;
  for (const std::string license :
       {"apache-2.0", "mit", "llama3.1", "flux-1-dev-non-commercial-license", "no-such-licence"}) {
    const std::string name = "m" + std::to_string(++n);
    Model(name, license, static_cast<uint32_t>(n));
    const v1::AuditOutcome outcome = Audit(name, kCommercial);
    dir_.Folder("local");
    std::filesystem::copy(dir_.At("models/" + name), dir_.At("local/" + name),
                          std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(dir_.At("models/" + name));  // it lives from what is stored
    for (const auto& [profile, mode] :
         {std::pair<std::string, std::string>{kResearch, ""},
          {kCommercial, "warn"},
          {std::string(kCommercial) + "monthly_active_users:\n  - {month: 2024-06, users: "
                                      "800000000, scope: licensee}\n",
           ""}}) {
      SCOPED_TRACE(license + " " + profile);
      v1::EvaluateAuditRequest request;
      request.set_audit_id(outcome.result().audit_id());
      request.mutable_profile()->set_name("profile.yaml");
      request.mutable_profile()->set_content(profile);
      request.set_mode(mode);
      request.set_evaluated_at(later);
      const auto answer = Asked<v1::EvaluateAuditResponse>(*caller_, "AuditService/EvaluateAudit", request);
      EXPECT_EQ(answer.outcome().result().measured_by(), "server");
      EXPECT_NE(answer.outcome().decision_id(), outcome.decision_id());

      std::vector<std::string> args = {
          "gate",      dir_.At("local/" + name),           "--at", later, "--format", "json",
          "--profile", dir_.Write("profile.yaml", profile)};
      if (!mode.empty()) args.insert(args.end(), {"--mode", mode});
      const ProcessResult local = weighbridge_.Run(args);
      EXPECT_EQ(WithoutMeasuredBy(report::ToJson(answer.outcome().result()), "server") + "\n", local.out)
          << Describe(local);

      // Recorded, and said again as it was recorded.
      v1::GetAuditRequest get;
      get.set_audit_id(answer.outcome().decision_id());
      const auto audit = Asked<v1::Audit>(*caller_, "AuditService/GetAudit", get);
      EXPECT_EQ(audit.audit_id(), outcome.result().audit_id());
    }
  }
}

TEST_F(DaemonRecordsTest, DecidingAgainRecordsNothingIfOnlyTried) {
  Model("m", "mit", 1);
  const v1::AuditOutcome outcome = Audit("m");
  v1::EvaluateAuditRequest request;
  request.set_audit_id(outcome.result().audit_id());
  request.mutable_profile()->set_name("profile.yaml");
  request.mutable_profile()->set_content(kResearch);
  request.set_evaluated_at(kAt);
  request.set_validate_only(true);
  EXPECT_EQ(Asked<v1::EvaluateAuditResponse>(*caller_, "AuditService/EvaluateAudit", request).outcome().decision_id(),
            "");
  request.set_validate_only(false);
  request.mutable_profile()->set_content("use: no-such-use\n");
  EXPECT_EQ(Fails("AuditService/EvaluateAudit", request, "profile"), StatusCode::kInvalidArgument);
  request.mutable_profile()->set_content(kResearch);
  request.set_mode("soft");
  EXPECT_EQ(Fails("AuditService/EvaluateAudit", request, "mode"), StatusCode::kInvalidArgument);
  request.clear_mode();
  request.set_evaluated_at("tomorrow");
  EXPECT_EQ(Fails("AuditService/EvaluateAudit", request, "evaluated_at"), StatusCode::kInvalidArgument);
  v1::GetAuditRequest get;
  get.set_audit_id(outcome.result().audit_id());
  EXPECT_EQ(Asked<v1::Audit>(*caller_, "AuditService/GetAudit", get).decisions_size(), 1);
}

// ---- what the rulebook knows

TEST_F(DaemonRecordsTest, LicencesAreThoseOfTheCommandLine) {
  std::vector<std::string> ids;
  std::string listed;
  v1::ListLicensesRequest list;
  list.set_page_size(7);
  do {
    const auto page = Asked<v1::ListLicensesResponse>(*caller_, "LicenseService/ListLicenses", list);
    EXPECT_LE(page.licenses_size(), 7);
    for (const v1::LicenseRecord& record : page.licenses()) {
      ids.push_back(record.license_id());
      listed += report::ToJson(record) + "\n";
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty() && ids.size() < 10000);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(ids.size(), InfoOf(*caller_).licenses());
  EXPECT_GT(ids.size(), 14u) << "more than two pages";
  const ProcessResult all = weighbridge_.Run({"licenses", "--format", "json"});
  EXPECT_EQ(all.exit_code, 0) << Describe(all);
  EXPECT_EQ(listed, all.out);

  for (const std::string& id : ids) {
    v1::GetLicenseRequest request;
    request.set_name(id);
    const auto record = Asked<v1::LicenseRecord>(*caller_, "LicenseService/GetLicense", request);
    EXPECT_EQ(record.license_id(), id);
    EXPECT_NE(listed.find(report::ToJson(record) + "\n"), std::string::npos) << id;
  }
  for (const std::string name : {"MIT", "llama3.1", "llama-3.1-license-2024", "apache-2.0"}) {
    v1::GetLicenseRequest request;
    request.set_name(name);
    v1::LicenseRecord record;
    const RawAnswer answer = Ask(*caller_, "LicenseService/GetLicense", request, record);
    const ProcessResult local = weighbridge_.Run({"licenses", name, "--format", "json"});
    EXPECT_EQ(answer.code == StatusCode::kOk, local.exit_code == 0) << Describe(answer) << Describe(local);
    if (answer.code == StatusCode::kOk) {
      EXPECT_EQ(report::ToJson(record) + "\n", local.out) << name;
    }
  }
  v1::GetLicenseRequest unknown;
  unknown.set_name("no-such-licence");
  EXPECT_EQ(Fails("LicenseService/GetLicense", unknown, "name"), StatusCode::kNotFound);
  unknown.set_name("");
  EXPECT_EQ(Fails("LicenseService/GetLicense", unknown, "name"), StatusCode::kInvalidArgument);
  unknown.set_name(std::string(513, 'x'));
  EXPECT_EQ(Fails("LicenseService/GetLicense", unknown, "name"), StatusCode::kInvalidArgument);
}

TEST_F(DaemonRecordsTest, NamesAreExplainedAsOnTheCommandLine) {
  for (const std::string name : {"llama3.1", "gemma", "meta-llama/Llama-3.1-8B", "license.text_missing", "domicile",
                                 "MIT", "apache-2.0", "gemini", "flux", "qwertyuiop"}) {
    v1::ExplainNameRequest request;
    request.set_name(name);
    v1::ExplainResult explained;
    const RawAnswer answer = Ask(*caller_, "LicenseService/ExplainName", request, explained);
    const ProcessResult local = weighbridge_.Run({"explain", name, "--format", "json"});
    EXPECT_EQ(answer.code == StatusCode::kOk, local.exit_code == 0) << Describe(answer) << Describe(local);
    if (answer.code == StatusCode::kOk) {
      EXPECT_EQ(report::ToJson(explained) + "\n", local.out) << name;
    } else {
      EXPECT_EQ(answer.code, StatusCode::kNotFound) << name;
    }
  }
}

// ---- the registry's program

class RegistryTest : public DaemonRecordsTest {
 protected:
  static std::string Program() { return testing_support::Runfile("services/clients/cpp/registry_lookup"); }

  static ProcessResult Registry(const std::vector<std::string>& args) {
    ProcessOptions options;
    options.args = args;
    return testing_support::RunProcess(Program(), options);
  }

  // As a user's shell: sha256sum FILES | weighbridge-registry --server ADDRESS -
  ProcessResult ShellRegistry(const std::string& address, const std::string& files) const {
    ProcessOptions options;
    options.cwd = dir_.At("models");
    options.args = {"-c", "sha256sum " + files + " | \"$0\" --server \"$1\" -", Program(), address};
    return testing_support::RunProcess("/bin/sh", options);
  }

  std::string Sha256Of(const std::string& path) const {
    return Sha256Hex(testing_support::ReadFileOrFail(dir_.At("models/" + path)));
  }
};

TEST_F(RegistryTest, KnownUnknownAndStale) {
  Model("m", "mit", 1);
  Model("n", "mit", 2);
  const v1::AuditOutcome outcome = Audit("m");
  const std::string file = Sha256Of("m/model.safetensors"), other = Sha256Of("n/model.safetensors");
  const std::string known = "  known  fresh  measured by server  MIT\n";
  for (const std::string& address : {daemon_->address(), daemon_->unix_address()}) {
    const ProcessResult one = Registry({"--server", address, file});
    EXPECT_EQ(one.exit_code, 0) << Describe(one);
    EXPECT_EQ(one.out, file + known);
    const v1::ModelSummary& model = outcome.result().model();
    const ProcessResult kinds = Registry({"--server", address, model.digest(), model.weights_digest()});
    EXPECT_EQ(kinds.exit_code, 0) << Describe(kinds);
    EXPECT_EQ(kinds.out, model.digest() + known + model.weights_digest() + known);
    const ProcessResult both = Registry({"--server", address, other, file});
    EXPECT_EQ(both.exit_code, 5) << Describe(both);
    EXPECT_EQ(both.out, other + "  unknown\n" + file + known);
    const ProcessResult piped = ShellRegistry(address, "m/model.safetensors");
    EXPECT_EQ(piped.exit_code, 0) << Describe(piped);
    EXPECT_EQ(piped.out, file + known);
    const ProcessResult piped_both = ShellRegistry(address, "*/model.safetensors");
    EXPECT_EQ(piped_both.exit_code, 5) << Describe(piped_both);
    EXPECT_EQ(piped_both.out, file + known + other + "  unknown\n");
  }

  // Other rules: what was found is a thing of yesterday.
  const std::string db = dir_.At("kept.db");
  ASSERT_EQ(daemon_->Terminate(), 0);
  std::filesystem::copy_file(daemon_->database(), db);
  dir_.Write("rules/families/quarry.textproto",
             "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n# proto-message: weighbridge.rules.v1.Family\n"
             "id: \"quarry\"\nname: \"Quarry\"\ndeveloper: \"Example\"\nmembers {\n  names: \"quarry*\"\n  openness: "
             "CLOSED_WEIGHTS\n  boundary: \"None.\"\n  closed: true\n  source: \"example\"\n}\n");
  options_.db = db;
  options_.args = {"--rules", dir_.At("rules")};
  SetUp();
  const ProcessResult stale = Registry({"--server", daemon_->address(), file});
  EXPECT_EQ(stale.exit_code, 5) << Describe(stale);
  EXPECT_EQ(stale.out, file + "  known  stale  measured by server  MIT\n");
  Audit("m");
  const ProcessResult fresh = Registry({"--server", daemon_->address(), file});
  EXPECT_EQ(fresh.exit_code, 0) << Describe(fresh);
  EXPECT_EQ(fresh.out, file + known);
}

TEST_F(RegistryTest, MoreThanOneCallHolds) {
  Model("m", "mit", 1);
  Audit("m");
  std::string lines;
  std::vector<std::string> digests;
  for (int i = 0; i < 2500; ++i) digests.push_back(Sha256Hex("none " + std::to_string(i)));
  digests[1700] = Sha256Of("m/model.safetensors");
  for (const std::string& digest : digests) lines += digest + "  some file\n\n";
  ProcessOptions options;
  options.args = {"-c", "\"$0\" --server \"$1\" - <\"$2\"", Program(), daemon_->address(),
                  dir_.Write("digests", lines)};
  const ProcessResult result = testing_support::RunProcess("/bin/sh", options);
  EXPECT_EQ(result.exit_code, 5) << Describe(result);
  std::string expected;
  for (size_t i = 0; i < digests.size(); ++i) {
    expected += digests[i] + (i == 1700 ? "  known  fresh  measured by server  MIT\n" : "  unknown\n");
  }
  EXPECT_EQ(result.out, expected);
}

TEST_F(RegistryTest, WhatCannotBeAskedIsNeverAnswered) {
  const std::string digest(64, 'a'), address = daemon_->address();
  struct Case {
    std::string name;
    std::vector<std::string> args;
    int exit_code;
    std::string said;
  };
  for (const Case& c : {Case{"NoDigest", {"--server", address}, 2, "DIGEST"},
                        {"NoServer", {digest}, 2, "--server"},
                        {"NoHexadecimal", {"--server", address, std::string(64, 'g')}, 2, "gggg"},
                        {"UpperCase", {"--server", address, std::string(64, 'A')}, 2, "AAAA"},
                        {"TooShort", {"--server", address, digest.substr(1)}, 2, "64"},
                        {"EmptyStdin", {"--server", address, "-"}, 2, "no digest"},
                        {"AddressThatIsNone", {"--server", "nowhere", digest}, 2, "HOST:PORT"},
                        {"MissingAuthority", {"--server", address, "--server-ca", "/none.pem", digest}, 2, "/none.pem"},
                        {"NobodyThere", {"--server", "unix:/nowhere/socket", digest}, 3, "unix:/nowhere/socket"},
                        {"Timeout", {"--server", address, "--timeout", "0", digest}, 2, "--timeout"}}) {
    SCOPED_TRACE(c.name);
    const ProcessResult result = Registry(c.args);
    EXPECT_EQ(result.exit_code, c.exit_code) << Describe(result);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(c.said), std::string::npos) << Describe(result);
  }
  // sha256sum marks names with a backslash in them at the begin of the line; such a line is no digest, and not passed
  // over.
  ProcessOptions options;
  options.args = {"-c", "echo '\\'\"$2\"'  a\\nb' | \"$0\" --server \"$1\" -", Program(), address, digest};
  const ProcessResult marked = testing_support::RunProcess("/bin/sh", options);
  EXPECT_EQ(marked.exit_code, 2) << Describe(marked);
  EXPECT_EQ(marked.out, "");
  // An answer that cannot be written is none.
  ProcessOptions full;
  full.args = {"--server", address, digest};
  full.stdout_to = "/dev/full";
  EXPECT_EQ(testing_support::RunProcess(Program(), full).exit_code, 3);
  ASSERT_EQ(daemon_->Terminate(), 0);
  const ProcessResult gone = Registry({"--server", address, digest});
  EXPECT_EQ(gone.exit_code, 3) << Describe(gone);
  EXPECT_EQ(gone.out, "");
}

}  // namespace
}  // namespace weighbridge::integration
