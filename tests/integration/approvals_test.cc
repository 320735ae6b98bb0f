// approve, approvals, revoke, verify as processes: every refusal with its exit code, and what is left behind.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

std::string Weights(uint32_t seed = 1) { return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed); }

// One user with a model under Apache-2.0, a profile, and a clock that stands at kAt.
class User {
 public:
  User() {
    dir.Write("model/model.safetensors", Weights());
    dir.Write("model/config.json", "{\"model_type\": \"llama\"}\n");
    dir.Write("model/README.md", BuildModelCard("license: apache-2.0", "# m\n"));
    dir.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
  }

  ProcessResult Run(std::vector<std::string> args) const { return program.Run(std::move(args)); }
  std::vector<std::string> ApproveArgs(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"approve", dir.At("model"), "--profile", dir.At("profile.yaml"),
                                     "--by",    "Ada",           "--reason",  "test",
                                     "-o",      Envelope()};
    if (std::find(more.begin(), more.end(), "--at") == more.end()) args.insert(args.end(), {"--at", kAt});
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  ProcessResult Approve(const std::vector<std::string>& more = {}) const { return Run(ApproveArgs(more)); }
  ProcessResult Verify(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"verify", dir.At("model"), "--approval", Envelope()};
    if (std::find(more.begin(), more.end(), "--at") == more.end()) args.insert(args.end(), {"--at", kAt});
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  ProcessResult List(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"approvals", "list", "--format", "json", "--at", kAt};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  std::string Envelope() const { return dir.At("approval.json"); }
  // The first approval that is listed; empty if there is none.
  std::string Id() const {
    const std::string key = "\"approval_id\":\"";
    const std::string out = List().out;
    const size_t at = out.find(key);
    return at == std::string::npos ? "" : out.substr(at + key.size(), 64);
  }
  std::string ModelDigest() const {
    return ParseGate(Run(program.GateArgs(dir.At("model"), {"--no-record"})).out).model().digest();
  }

  TempDir dir;
  Weighbridge program{dir.At("data")};
};

bool Says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// ---- approve ------------------------------------------------------------------------------------------------------

TEST(ApproveVerbTest, WritesTheEnvelopeWholeAndSaysWhatItSigned) {
  const User user;
  const ProcessResult result = user.Approve({"--environment", "production", "--expires", "30d"});
  ASSERT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.err, "trust: self")) << "the key that was made is told of\n" << Describe(result);
  EXPECT_TRUE(Says(result.out, user.ModelDigest())) << Describe(result);
  EXPECT_TRUE(Says(result.out, "2026-11-21T12:00:00Z to 2026-12-21T12:00:00Z")) << Describe(result);
  EXPECT_TRUE(Says(result.out, "environment  production")) << Describe(result);
  struct stat info;
  ASSERT_EQ(stat(user.Envelope().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777 & ~0644, 0u);
  const ProcessResult shown = user.Run({"approvals", "show", user.Id(), "--envelope"});
  EXPECT_EQ(shown.out, testing_support::ReadFileOrFail(user.Envelope()));
  EXPECT_FALSE(Says(user.Approve().err, "made the key")) << "one key is enough";
  const ProcessResult json = user.Approve({"--format", "json"});
  EXPECT_TRUE(Says(json.out, "\"trust\":\"self\"")) << Describe(json);
  EXPECT_EQ(user.Run({"doctor"}).exit_code, 0);
}

TEST(ApproveVerbTest, TheUserCeilingIsTheLicences) {
  const User user;
  user.dir.Write("model/README.md", BuildModelCard("license: llama3.1", "# m\n"));
  const ProcessResult result = user.Approve({"--reviewed"});
  ASSERT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.out, "monthly_active_users at most 700000000")) << Describe(result);
}

struct Refused {
  std::string name;
  std::function<void(const User&)> change;
  std::vector<std::string> more;
  int exit_code;
  std::string reason;
};
void PrintTo(const Refused& c, std::ostream* os) { *os << c.name; }

class ApproveRefusedTest : public testing::TestWithParam<Refused> {};

TEST_P(ApproveRefusedTest, WithItsCodeAndNothingLeftBehind) {
  const User user;
  user.dir.Write("approval.json", "of before");
  GetParam().change(user);
  ProcessResult result = user.Approve(GetParam().more);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Describe(result);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(Says(result.err, "reason: " + GetParam().reason)) << Describe(result);
  EXPECT_TRUE(Says(result.err, "what to do: ")) << Describe(result);
  std::vector<std::string> json = GetParam().more;
  json.insert(json.end(), {"--format", "json"});
  result = user.Approve(json);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Describe(result);
  EXPECT_TRUE(Says(result.out, "\"reason\":\"" + GetParam().reason + "\"")) << Describe(result);
  EXPECT_EQ(testing_support::ReadFileOrFail(user.Envelope()), "of before");
  EXPECT_EQ(user.Id(), "");
}

const auto kCard = [](const char* license) {
  return [license](const User& u) {
    u.dir.Write("model/README.md", BuildModelCard(std::string("license: ") + license, "# m\n"));
  };
};

INSTANTIATE_TEST_SUITE_P(
    Models, ApproveRefusedTest,
    testing::Values(
        Refused{"Denied", kCard("flux-1-dev-non-commercial-license"), {"--reviewed"}, 1, "denied"},
        Refused{"NeedsReview", kCard("nobody-knows-it"), {}, 5, "review_open"},
        Refused{"Malformed",
                [](const User& u) { u.dir.Write("model/model.safetensors", Weights().substr(0, 30)); },
                {"--reviewed"},
                3,
                "undecided"},
        Refused{"NoWeights",
                [](const User& u) { unlink(u.dir.At("model/model.safetensors").c_str()); },
                {"--reviewed"},
                3,
                "undecided"},
        Refused{
            "PointersAlone",
            [](const User& u) { u.dir.Write("model/model.safetensors", BuildLfsPointer(std::string(64, 'b'), 1000)); },
            {"--reviewed"},
            3,
            "undecided"},
        Refused{"PointersToWhatWasGatedBefore",
                [](const User& u) {
                  ASSERT_EQ(
                      u.Run({"gate", u.dir.At("model"), "--profile", u.dir.At("profile.yaml"), "--at", kAt}).exit_code,
                      0);
                  u.dir.Write("model/model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size()));
                },
                {"--reviewed"},
                3,
                "claimed_bytes"},
        Refused{"Fifo", [](const User& u) { u.dir.Fifo("model/pipe"); }, {"--reviewed"}, 3, "undecided"}),
    [](const auto& info) { return info.param.name; });

TEST(ApproveVerbTest, AChangedTextIsNotApprovableHoweverReviewed) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set: no licence text to change";
  std::string text = testing_support::ReadFileOrFail(*corpus + "/licenses/MIT/1.txt");
  const User user;
  user.dir.Write("model/LICENSE", text);
  ASSERT_EQ(user.Approve().exit_code, 0);
  const std::string granted = "without restriction";
  ASSERT_NE(text.find(granted), std::string::npos);
  text.replace(text.find(granted), granted.size(), "with restriction");
  user.dir.Write("model/LICENSE", text);
  const ProcessResult result = user.Approve({"--reviewed"});
  EXPECT_EQ(result.exit_code, 5) << Describe(result);
  EXPECT_TRUE(Says(result.err, "reason: modified_text")) << Describe(result);
}

// Rules of the violated findings of a result.
std::vector<std::string> Violated(const std::string& json) {
  const std::string key = "\"rule_id\":\"";
  std::vector<std::string> rules;
  for (size_t at = json.find(key); at != std::string::npos;) {
    const size_t begin = at + key.size(), next = json.find(key, begin);
    const std::string finding = json.substr(begin, next == std::string::npos ? next : next - begin);
    const std::string rule = finding.substr(0, finding.find('"'));
    if (Says(finding, "\"VIOLATED\"") && std::find(rules.begin(), rules.end(), rule) == rules.end())
      rules.push_back(rule);
    at = next;
  }
  return rules;
}

// Signs a waiver for every rule that denies the model.
void WaiveAll(const User& user) {
  const ProcessResult denied = user.Approve({"--format", "json"});
  ASSERT_EQ(denied.exit_code, 1) << Describe(denied);
  const std::vector<std::string> rules = Violated(denied.out);
  ASSERT_FALSE(rules.empty()) << Describe(denied);
  for (const std::string& rule : rules) {
    const ProcessResult waived = user.Run({"waive", "--model", user.ModelDigest(), "--rule", rule, "--by", "Counsel",
                                           "--reason", "licence bought", "--until", "10d", "--at", kAt});
    ASSERT_EQ(waived.exit_code, 0) << rule << Describe(waived);
  }
}

TEST(ApproveVerbTest, AWaiverThenAnApproval) {
  const User user;
  kCard("other\nlicense_name: flux-non-commercial-license")(user);
  ASSERT_NO_FATAL_FAILURE(WaiveAll(user));
  const ProcessResult approved = user.Approve({"--reviewed"});
  ASSERT_EQ(approved.exit_code, 0) << Describe(approved);
  EXPECT_EQ(user.Run({"approvals", "recheck", "--at", kAt}).exit_code, 0);
  const ProcessResult later = user.Run({"approvals", "recheck", "--at", "2026-12-15T00:00:00Z"});
  EXPECT_EQ(later.exit_code, 1) << Describe(later);
  EXPECT_TRUE(Says(later.out, "FAILS")) << Describe(later);
}

// ---- conclude -----------------------------------------------------------------------------------------------------

constexpr char kDayBefore[] = "2026-11-20T12:00:00Z";

std::vector<std::string> ConcludeArgs(const User& user, const std::string& license,
                                      const std::vector<std::string>& more = {}, const std::string& at = kAt) {
  std::vector<std::string> args = {"conclude", "--model", user.ModelDigest(), "--license", license, "--by", "Counsel",
                                   "--reason", "asked the publisher", "--at", at};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

ProcessResult Gate(const User& user, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all = {"--profile", user.dir.At("profile.yaml")};
  all.insert(all.end(), more.begin(), more.end());
  return user.Run(user.program.GateArgs(user.dir.At("model"), all));
}

TEST(ConcludeVerbTest, ARulingSettlesAnUnknownNameAndReplays) {
  const User user;
  kCard("other\nlicense_name: nobody-knows-it")(user);
  ASSERT_EQ(user.Run(ConcludeArgs(user, "apache-2.0")).exit_code, 2) << "no audit of it yet";
  ASSERT_EQ(Gate(user).exit_code, 5);
  ProcessResult result = user.Run(ConcludeArgs(user, "apache-2.0", {"--until", "30d"}));
  ASSERT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.out, "Apache-2.0")) << Describe(result);
  result = Gate(user);
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  const v1::GateResult gate = ParseGate(result.out);
  EXPECT_TRUE(Says(result.out, "ruling.applied")) << Describe(result);
  EXPECT_EQ(gate.exceptions_digest().size(), 64u);
  ASSERT_EQ(gate.licenses_size(), 1);
  EXPECT_EQ(gate.licenses(0).license_id(), "Apache-2.0");
  result = user.Run({"log", "replay", gate.audit_id()});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_EQ(user.Approve().exit_code, 0);
  EXPECT_TRUE(Says(user.Run({"log", "tail", "-n", "9", "--format", "json"}).out, "\"ruling\""));
  // It ends, and is then told of; a file that changes opens the question again.
  result = user.Run({"gate", user.dir.At("model"), "--profile", user.dir.At("profile.yaml"), "--at",
                     "2027-01-15T00:00:00Z", "--format", "json"});
  EXPECT_EQ(result.exit_code, 5) << Describe(result);
  EXPECT_TRUE(Says(result.out, "ruling.expired")) << Describe(result);
  EXPECT_EQ(user.Run({"doctor"}).exit_code, 0);
}

TEST(ConcludeVerbTest, AChangedTextIsApprovableWithEvidenceAlone) {
  const auto pack = testing_support::LicencePackDir();
  if (!pack.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK is not set: no text of a licence to change";
  const User user;
  std::string text = testing_support::WithoutFrontMatter(testing_support::ReadFileOrFail(*pack + "/mit.LICENSE"));
  text.replace(text.find("free of charge"), 14, "free of charge but");
  user.dir.Write("model/LICENSE", text);
  kCard("mit")(user);
  ASSERT_EQ(Gate(user).exit_code, 5);
  EXPECT_TRUE(Says(user.Approve({"--reviewed"}).err, "reason: modified_text"));
  // A day before the other: of two at one instant either may be the newest.
  ASSERT_EQ(user.Run(ConcludeArgs(user, "mit", {}, kDayBefore)).exit_code, 0);
  EXPECT_TRUE(Says(user.Approve({"--reviewed"}).err, "reason: modified_text")) << "without evidence";
  user.dir.Write("letter.txt", "we meant MIT");
  ASSERT_EQ(user.Run(ConcludeArgs(user, "mit", {"--evidence", user.dir.At("letter.txt")})).exit_code, 0);
  EXPECT_EQ(Gate(user).exit_code, 5) << "a changed text stays changed";
  EXPECT_TRUE(Says(user.Approve().err, "reason: review_open"));
  const ProcessResult approved = user.Approve({"--reviewed"});
  EXPECT_EQ(approved.exit_code, 0) << Describe(approved);
}

TEST(ConcludeVerbTest, ReadsRulingsFromTheFileOfWaivers) {
  const User user;
  kCard("other\nlicense_name: nobody-knows-it")(user);
  ASSERT_EQ(Gate(user).exit_code, 5);
  const std::string file = user.dir.At("exceptions.jsonl");
  ASSERT_EQ(user.Run(ConcludeArgs(user, "apache-2.0", {"-o", file})).exit_code, 0);
  ASSERT_EQ(user.Run({"keys", "export-public", "-o", user.dir.At("key.pem")}).exit_code, 0);
  const std::vector<std::string> elsewhere = {"--no-record", "--waivers", file, "--trust", user.dir.At("key.pem")};
  EXPECT_EQ(Gate(user, elsewhere).exit_code, 0);
  user.dir.Write("model/README.md", BuildModelCard("license: other\nlicense_name: another-name", "# m\n"));
  EXPECT_EQ(Gate(user, elsewhere).exit_code, 5) << "another model digest";
}

TEST(ConcludeVerbTest, WrongWordsAreExitTwo) {
  const User user;
  ASSERT_EQ(Gate(user).exit_code, 0);
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--component", "vae"}, {"--until", "2020-01-01T00:00:00Z"}, {"--until", "soon"}}) {
    EXPECT_EQ(user.Run(ConcludeArgs(user, "mit", more)).exit_code, 2) << more[0];
  }
  EXPECT_EQ(user.Run(ConcludeArgs(user, "no-such-licence")).exit_code, 2);
  EXPECT_EQ(user.Run(ConcludeArgs(user, "llama3-use-policy")).exit_code, 2) << "a policy is no licence";
  EXPECT_EQ(user.Run(ConcludeArgs(user, "mit", {"--evidence", user.dir.At("none")})).exit_code, 3);
  ASSERT_EQ(user.Run(ConcludeArgs(user, "mit")).exit_code, 0);
  EXPECT_TRUE(Says(Gate(user).out, "ruling.unused")) << "sources agree";
}

// A waiver excuses a finding; it does not say under which licence the model stands.
TEST(ApproveVerbTest, AWaiverNamesNoLicence) {
  const User user;
  kCard("flux-1-dev-non-commercial-license")(user);
  ASSERT_NO_FATAL_FAILURE(WaiveAll(user));
  const ProcessResult result = user.Approve({"--reviewed"});
  EXPECT_EQ(result.exit_code, 5) << Describe(result);
  EXPECT_TRUE(Says(result.err, "reason: review_open")) << Describe(result);
  EXPECT_TRUE(Says(result.err, "a waiver names none")) << Describe(result);
  EXPECT_EQ(user.Id(), "");
}

TEST(ApproveVerbTest, AnEnvelopeThatCannotBeWrittenIsNoSuccess) {
  const User user;
  std::vector<std::string> args = user.ApproveArgs();
  *(std::find(args.begin(), args.end(), "-o") + 1) = user.dir.At("nowhere/approval.json");
  const ProcessResult result = user.Run(args);
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(Says(result.err, user.Id())) << "which approval stands is said\n" << Describe(result);
  ProcessOptions full = user.program.Options(user.ApproveArgs());
  full.stdout_to = "/dev/full";
  EXPECT_EQ(user.program.Run(full).exit_code, 3);
}

TEST(ApproveVerbTest, WithoutADatabaseThatCanBeWrittenNothingIsSigned) {
  const User user;
  ASSERT_EQ(user.Approve().exit_code, 0);
  ASSERT_EQ(unlink(user.Envelope().c_str()), 0);
  ASSERT_EQ(chmod(user.program.database().c_str(), 0444), 0);
  for (const std::vector<std::string>& args : {user.ApproveArgs({"--db", user.program.database()}),
                                               std::vector<std::string>{"revoke", user.Id(), "--by", "Bob", "--reason",
                                                                        "x", "--db", user.program.database()}}) {
    ProcessOptions options = user.program.Options(args);
    options.rights = ProcessOptions::Rights::kOrdinary;
    const ProcessResult result = user.program.Run(options);
    EXPECT_EQ(result.exit_code, 3) << Describe(result);
    EXPECT_EQ(result.out, "");
  }
  EXPECT_NE(access(user.Envelope().c_str(), F_OK), 0);
  ASSERT_EQ(chmod(user.program.database().c_str(), 0644), 0);
  EXPECT_EQ(user.Approve({"--db", user.dir.At("none.db")}).exit_code, 3);
  EXPECT_TRUE(Says(user.List().out, "\"state\":\"standing\""));
}

TEST(ApprovalVerbsTest, AServerIsRefusedInWordsAndNothingIsDoneHere) {
  const User user;
  const std::string model = user.dir.At("model");
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"approve", model, "--by", "a", "--reason", "b", "--server", "127.0.0.1:1"},
           {"approvals", "list", "--server", "127.0.0.1:1"},
           {"approvals", "recheck", "--server", "127.0.0.1:1"},
           {"revoke", "0123456789abcdef", "--by", "a", "--reason", "b", "--server", "127.0.0.1:1"},
           {"verify", model, "--server", "127.0.0.1:1"}}) {
    const ProcessResult result = user.Run(args);
    EXPECT_EQ(result.exit_code, 2) << args[0] << Describe(result);
    EXPECT_TRUE(Says(result.err, "the database of this machine")) << args[0] << Describe(result);
  }
  EXPECT_NE(access(user.program.database().c_str(), F_OK), 0);
}

// ---- verify -------------------------------------------------------------------------------------------------------

class VerifyVerbTest : public testing::TestWithParam<Refused> {};

TEST_P(VerifyVerbTest, OfflineAgainstTheEnvelope) {
  const User user;
  ASSERT_EQ(user.Approve({"--expires", "1d", "--region", "eu"}).exit_code, 0);
  // Where the envelope is verified there need not be a database.
  GetParam().change(user);
  const ProcessResult result = user.Verify(GetParam().more);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Describe(result);
  if (GetParam().exit_code == 0) {
    EXPECT_TRUE(Says(result.out, "revocation   not checked")) << Describe(result);
    if (!GetParam().reason.empty()) {
      EXPECT_TRUE(Says(result.out, GetParam().reason)) << Describe(result);
    }
  } else {
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(Says(result.err, GetParam().reason)) << Describe(result);
  }
}

const auto kWrite = [](const char* path, const std::string& bytes) {
  return [path, bytes](const User& u) { u.dir.Write(path, bytes); };
};
const auto kNothing = [](const User&) {};

INSTANTIATE_TEST_SUITE_P(
    Conditions, VerifyVerbTest,
    testing::Values(
        Refused{"AsApproved", kNothing, {}, 0, "trust: self"},
        Refused{"FirstSecond", kNothing, {"--at", "2026-11-21T12:00:00Z"}, 0, ""},
        Refused{"SecondBefore", kNothing, {"--at", "2026-11-21T11:59:59Z"}, 1, "reason: not_yet_valid"},
        Refused{"LastSecond", kNothing, {"--at", "2026-11-22T12:00:00Z"}, 0, ""},
        Refused{"SecondAfter", kNothing, {"--at", "2026-11-22T12:00:01Z"}, 1, "reason: expired"},
        Refused{"NoDatabase", [](const User& u) { unlink(u.program.database().c_str()); }, {}, 0, ""},
        Refused{"RegionFits", kNothing, {"--region", "eu"}, 0, ""},
        Refused{"OtherRegion", kNothing, {"--region", "us"}, 1, "reason: region_out_of_scope"},
        Refused{"OtherUse", kNothing, {"--region", "eu", "--use", "research"}, 1, "reason: use_out_of_scope"},
        Refused{"CardChanged", kWrite("model/README.md", "# other\n"), {}, 0, "differs      README.md"},
        Refused{"ConfigChanged", kWrite("model/config.json", "{}"), {}, 4, "reason: file_changed"},
        Refused{"WeightsChanged", kWrite("model/model.safetensors", Weights(9)), {}, 4, "reason: file_changed"},
        Refused{"WeightsAppended", kWrite("model/model.safetensors", Weights() + "x"), {}, 4, "reason: file_changed"},
        Refused{"TokenizerAdded", kWrite("model/tokenizer.json", "{}"), {}, 4, "reason: file_extra"},
        Refused{"ConfigMissing",
                [](const User& u) { unlink(u.dir.At("model/config.json").c_str()); },
                {},
                4,
                "reason: file_missing"},
        Refused{"Pointer",
                kWrite("model/model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size())),
                {},
                3,
                "reason: claimed_bytes"},
        Refused{"LinkThatLeaves",
                [](const User& u) { u.dir.Link("/etc/hostname", "model/tokenizer.json"); },
                {},
                4,
                "reason: file_unsafe"},
        Refused{"BrokenEnvelope", kWrite("approval.json", "{\"payload\":"), {}, 4, "reason: envelope_malformed"},
        Refused{"EmptyEnvelope", kWrite("approval.json", ""), {}, 4, "empty file"},
        Refused{"NoEnvelope", [](const User& u) { unlink(u.Envelope().c_str()); }, {}, 3, "approval.json"},
        Refused{"NoModel",
                [](const User& u) { ASSERT_EQ(rename(u.dir.At("model").c_str(), u.dir.At("gone").c_str()), 0); },
                {},
                3,
                "model"},
        Refused{"KeyringGone",
                [](const User& u) {
                  ASSERT_EQ(rename(u.dir.At("data/weighbridge/keys").c_str(), u.dir.At("gone").c_str()), 0);
                },
                {},
                4,
                "reason: key_unknown"}),
    [](const auto& info) { return info.param.name; });

TEST(VerifyVerbTest, AnothersPublicKeyIsTrustedOnlyWhenItIsGiven) {
  const User signer, other;
  ASSERT_EQ(signer.Approve().exit_code, 0);
  const ProcessResult pem = signer.Run({"keys", "export-public"});
  ASSERT_EQ(pem.exit_code, 0) << Describe(pem);
  other.dir.Write("signer.pem", pem.out);
  other.dir.Write("approval.json", testing_support::ReadFileOrFail(signer.Envelope()));
  ASSERT_EQ(other.Run({"keys", "init"}).exit_code, 0);
  EXPECT_TRUE(Says(other.Verify().err, "reason: key_unknown"));
  const ProcessResult given = other.Verify({"--key", other.dir.At("signer.pem")});
  EXPECT_EQ(given.exit_code, 0) << Describe(given);
  EXPECT_TRUE(Says(given.out, "trust: file")) << Describe(given);
  EXPECT_EQ(other.Verify({"--trust", other.dir.At("signer.pem")}).exit_code, 0);
  // Where a list is given nobody else is trusted, not even a key of one's own.
  ASSERT_EQ(other.Approve().exit_code, 0);
  EXPECT_TRUE(Says(other.Verify({"--trust", other.dir.At("signer.pem")}).err, "reason: key_unknown"));
  EXPECT_EQ(other.Verify({"--trust", other.dir.At("none.pem")}).exit_code, 2);
}

// ---- approvals, revoke --------------------------------------------------------------------------------------------

TEST(ApprovalsVerbTest, ListedShownAndTakenBack) {
  const User user;
  EXPECT_EQ(user.List().out, "");
  ASSERT_EQ(user.Approve({"--expires", "1d"}).exit_code, 0);
  const std::string id = user.Id();
  EXPECT_TRUE(Says(user.List({"--standing"}).out, id));
  EXPECT_TRUE(Says(user.List({"--standing", "--model", user.ModelDigest()}).out, id));
  EXPECT_EQ(user.List({"--model", std::string(64, 'a')}).out, "");
  EXPECT_NE(user.List({"--model", "abc"}).exit_code, 0) << "no digest is no empty list";
  EXPECT_TRUE(Says(user.Run({"approvals", "list", "--at", "2026-11-22T12:00:01Z"}).out, "expired"));
  EXPECT_EQ(user.Run({"approvals", "list", "--standing", "--at", "2026-11-22T12:00:01Z"}).out, "");
  EXPECT_EQ(user.Run({"approvals", "show", id.substr(0, 8)}).exit_code, 0);
  EXPECT_EQ(user.Run({"approvals", "show", id.substr(0, 7)}).exit_code, 2);

  EXPECT_EQ(user.Run({"revoke", id, "--by", "Bob"}).exit_code, 2);
  EXPECT_EQ(user.Run({"revoke", id, "--reason", "leak"}).exit_code, 2);
  EXPECT_TRUE(Says(user.List({"--standing"}).out, id));
  const ProcessResult revoked = user.Run({"revoke", id, "--by", "Bob", "--reason", "leak", "--at", kAt});
  EXPECT_EQ(revoked.exit_code, 0) << Describe(revoked);
  EXPECT_TRUE(Says(revoked.out, "by Bob: leak")) << Describe(revoked);
  EXPECT_EQ(user.List({"--standing"}).out, "");
  EXPECT_TRUE(Says(user.List().out, "\"state\":\"revoked\""));
  const ProcessResult verified = user.Verify({"--db", user.program.database()});
  EXPECT_EQ(verified.exit_code, 1) << Describe(verified);
  EXPECT_TRUE(Says(verified.err, "reason: revoked")) << Describe(verified);
  EXPECT_TRUE(Says(user.Run({"log", "tail", "-n", "1", "--format", "json"}).out, "revocation"));
}

// Taking back does not wait until somebody has tidied the folder of keys up.
TEST(RevokeVerbTest, AFolderOfKeysInDisorderHoldsItNotUp) {
  const User user;
  ASSERT_EQ(user.Approve().exit_code, 0);
  const std::string id = user.Id();
  ASSERT_EQ(chmod(user.dir.At("data/weighbridge/keys").c_str(), 0777), 0);
  EXPECT_EQ(user.Approve().exit_code, 3) << "nothing is signed with such a key";
  const ProcessResult result = user.Run({"revoke", id, "--by", "Bob", "--reason", "leak"});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.out, "revoked")) << Describe(result);
  ASSERT_EQ(chmod(user.dir.At("data/weighbridge/keys").c_str(), 0700), 0);
  EXPECT_TRUE(Says(user.List().out, "\"state\":\"revoked\""));
}

TEST(RecheckVerbTest, OneThatCouldNotBeIssuedAgainIsExitOne) {
  const User user;
  EXPECT_EQ(user.Run({"approvals", "recheck", "--at", kAt}).exit_code, 0) << "nothing stands, nothing fails";
  ASSERT_EQ(user.Approve().exit_code, 0);
  ProcessResult result = user.Run({"approvals", "recheck", "--at", kAt});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_TRUE(Says(result.out, "passes")) << Describe(result);
  user.dir.Write("deny.yaml", "deny:\n  - {license: Apache-2.0, reason: not here}\n");
  result = user.Run({"approvals", "recheck", "--at", kAt, "--policy", user.dir.At("deny.yaml"), "--format", "json"});
  EXPECT_EQ(result.exit_code, 1) << Describe(result);
  EXPECT_TRUE(Says(result.out, "\"reason\":\"denied\"")) << Describe(result);
  EXPECT_EQ(user.Run({"approvals", "recheck", "--policy", user.dir.At("none.yaml")}).exit_code, 2);
}

}  // namespace
}  // namespace weighbridge::integration
