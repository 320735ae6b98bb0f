// Verbs, options and exit codes as the README's table has them.
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

struct Case {
  std::string name;
  std::vector<std::string> args;
  int exit_code;
  std::string says;  // on stdout where the code is 0, else on stderr
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class CommandLineTest : public testing::TestWithParam<Case> {
 protected:
  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_P(CommandLineTest, AnswersWith) {
  const ProcessResult result = weighbridge_.Run(GetParam().args);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Describe(result);
  const std::string& said = GetParam().exit_code == 0 ? result.out : result.err;
  EXPECT_NE(said.find(GetParam().says), std::string::npos) << Describe(result);
  if (GetParam().exit_code != 0) {
    EXPECT_EQ(result.out, "") << "stdout is data";
  } else {
    EXPECT_EQ(result.err, "");
  }
}

INSTANTIATE_TEST_SUITE_P(Help, CommandLineTest,
                         testing::Values(Case{"Program", {"--help"}, 0, "gate"}, Case{"Version", {"--version"}, 0, "."},
                                         Case{"Gate", {"gate", "--help"}, 0, "--profile"},
                                         Case{"Scan", {"scan", "--help"}, 0, "DIR"},
                                         Case{"Classify", {"classify", "--help"}, 0, "FILE"},
                                         Case{"Licenses", {"licenses", "--help"}, 0, "ID"},
                                         Case{"Explain", {"explain", "--help"}, 0, "NAME"},
                                         Case{"Rules", {"rules", "--help"}, 0, "lint"},
                                         Case{"RulesLint", {"rules", "lint", "--help"}, 0, "DIR"},
                                         Case{"RulesLearn", {"rules", "learn", "--help"}, 0, "--id"},
                                         Case{"RulesRelearn", {"rules", "relearn", "--help"}, 0, "--texts"},
                                         Case{"RulesBuildIndex", {"rules", "build-index", "--help"}, 0, "WHEEL"},
                                         Case{"RulesImport", {"rules", "import-texts", "--help"}, 0, "WHEEL"},
                                         Case{"RulesShowPolicy", {"rules", "show-policy", "--help"}, 0, "policy"},
                                         Case{"RulesDigest", {"rules", "digest", "--help"}, 0, "digest"},
                                         Case{"Log", {"log", "--help"}, 0, "replay"},
                                         Case{"LogReplay", {"log", "replay", "--help"}, 0, "AUDIT"},
                                         Case{"LogList", {"log", "list", "--help"}, 0, "audits"},
                                         Case{"Doctor", {"doctor", "--help"}, 0, "--rules"}),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Usage, CommandLineTest,
    testing::Values(Case{"NoVerb", {}, 2, "--help"}, Case{"UnknownVerb", {"weigh"}, 2, "weigh is none"},
                    Case{"UnknownOption", {"gate", ".", "--proflie", "x"}, 2, "--proflie"},
                    Case{"NoModel", {"gate"}, 2, "DIR"}, Case{"TwoModels", {"gate", "a", "b"}, 2, "b"},
                    Case{"UnknownFormat", {"gate", ".", "--format", "docx"}, 2, "docx"},
                    Case{"UnknownMode", {"gate", ".", "--mode", "soft"}, 2, "soft"},
                    Case{"NoThreads", {"gate", ".", "--threads", "0"}, 2, "threads"},
                    Case{"ThreadsInWords", {"gate", ".", "--threads", "many"}, 2, "threads"},
                    Case{"BadInstant", {"gate", ".", "--at", "tomorrow"}, 2, "--at"},
                    Case{"ProfileGivenTwice", {"gate", ".", "--profile", "a", "--profile", "b"}, 2, "profile"},
                    Case{"DatabaseAndNone", {"gate", ".", "--db", "x", "--no-record"}, 2, "--no-record"},
                    Case{"UnknownLogVerb", {"log", "forget"}, 2, "forget is none"},
                    Case{"UnknownRulesVerb", {"rules", "forge"}, 2, "forge is none"},
                    Case{"UnknownLicense", {"licenses", "no-such-licence"}, 2, "no-such-licence"},
                    Case{"UnknownName", {"explain", "qwertyuiop"}, 2, "qwertyuiop"},
                    Case{"HalfAnExpression", {"explain", "MIT OR"}, 2, "no SPDX expression: offset 6"},
                    Case{"HalfAnExpressionOfLicenses", {"licenses", "(MIT"}, 2, "no SPDX expression: offset "},
                    // A range takes no file: what is missing then is the licence's id alone.
                    Case{"RangeBeforeTheFile", {"rules", "learn", "--slot", "1:2", "/etc/hostname"}, 2, "--id"},
                    Case{
                        "OmittableBeforeTheFile", {"rules", "learn", "--omittable", "1:2", "/etc/hostname"}, 2, "--id"},
                    Case{"MissingText", {"classify", "/nowhere/LICENSE"}, 3, "/nowhere/LICENSE"},
                    Case{"FolderAsText", {"classify", "/tmp"}, 3, "directory"},
                    Case{"DiffAsJson", {"classify", "--diff", "--format", "json", "/etc/hostname"}, 2, "--diff"},
                    Case{"LintOfNothing", {"rules", "lint", "/nowhere"}, 3, "/nowhere"},
                    Case{"MissingOverlay", {"rules", "digest", "--rules", "/nowhere"}, 2, "/nowhere"},
                    Case{"ImportOfNothing",
                         {"rules", "import-texts", "/nowhere"},
                         3,
                         "'/nowhere' does not exist: give a licence pack (its wheel) or a folder of texts"},
                    Case{"IndexOfNothing",
                         {"rules", "build-index", "/nowhere"},
                         3,
                         "'/nowhere' does not exist: give a licence pack (its wheel) or a folder of texts"},
                    Case{"IndexOfADevice", {"rules", "build-index", "/dev/null"}, 2, "a folder of texts"},
                    Case{"IndexWithoutTheListItNames",
                         {"rules", "build-index", "/etc", "--spdx", "/nowhere/spdx"},
                         3,
                         "'/nowhere/spdx' does not exist"},
                    Case{"LearnWithoutId", {"rules", "learn", "/etc/hostname"}, 2, "--id"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Answers, CommandLineTest,
    testing::Values(
        Case{"LicensesList", {"licenses"}, 0, "llama-3.1-license-2024"},
        Case{"OneLicense", {"licenses", "llama-3.1-license-2024"}, 0, "700"},
        Case{"ExplainTag", {"explain", "llama3.1"}, 0, "Llama 3.1"},
        Case{"ExplainFamily", {"explain", "gemma"}, 0, "emma"},
        Case{"ExplainHubName", {"explain", "meta-llama/Llama-3.1-8B", "--format", "json"}, 0, "llama-3.1-license-2024"},
        Case{"ExplainFinding", {"explain", "license.text_missing"}, 0, "text"},
        Case{"ExplainExceptionFinding", {"explain", "license.exception"}, 0, "exception"},
        Case{"ExplainException", {"explain", "GPL-2.0-only WITH Classpath-exception-2.0"}, 0, "is not evaluated"},
        Case{"ExplainOddException", {"explain", "MIT WITH Classpath-exception-2.0"}, 0, "needs a person"},
        Case{"ExplainFormerId",
             {"explain", "eCos-2.0"},
             0,
             "was given up by the SPDX list and is read as GPL-2.0-or-later"},
        Case{"LicensesOfAFormerId", {"licenses", "GPL-3.0+"}, 0, "GPL-3.0-only"},
        Case{"LicensesOfAnExpression", {"licenses", "MIT OR Apache-2.0"}, 0, "One of 2 ways is enough"},
        Case{"ExplainUnknownVersion", {"explain", "phi-9"}, 0, "no version 9 of phi is known here"},
        Case{"ExplainWorstCandidate", {"explain", "dinov2-base"}, 0, "at worst (CC-BY-NC-4.0)"},
        Case{"ExplainFact", {"explain", "domicile"}, 0, "domicile"}, Case{"Lint", {"rules", "lint"}, 0, "ok: "},
        Case{"Policy", {"rules", "show-policy"}, 0, "mode: block"}, Case{"Doctor", {"doctor"}, 0, "openat2"}),
    [](const auto& info) { return info.param.name; });

class OverlayTest : public testing::Test {
 protected:
  OverlayTest() {
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
  }
  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(OverlayTest, BrokenRulesSayFileLineAndColumnAndDecideNothing) {
  dir_.Write("rules/licenses/example-terms/rule.textproto",
             "id: \"LicenseRef-example-terms\"\nshort_id: \"example-terms\"\nno_such_field: 1\n");
  const ProcessResult gate = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--rules", dir_.At("rules")}));
  EXPECT_EQ(gate.exit_code, 2) << Describe(gate);
  EXPECT_EQ(gate.out, "");
  EXPECT_NE(gate.err.find("licenses/example-terms/rule.textproto:3:"), std::string::npos) << gate.err;
  EXPECT_EQ(weighbridge_.LogList(), "");
  const ProcessResult lint = weighbridge_.Run({"rules", "lint", dir_.At("rules")});
  EXPECT_EQ(lint.exit_code, 2) << Describe(lint);
  EXPECT_NE(lint.out.find("licenses/example-terms/rule.textproto:3:"), std::string::npos) << Describe(lint);
}

// The user's own folder is named, wherever it lies, and its rules are those that are changed.
TEST_F(OverlayTest, WhatAnOverlayChangesIsSaidWithItsFile) {
  const ProcessResult ours = weighbridge_.Run({"licenses", "phi"});
  EXPECT_EQ(ours.exit_code, 0) << Describe(ours);
  EXPECT_EQ(ours.out.find("Not as our rulebook has it"), std::string::npos) << ours.out;
  dir_.Write("mine/families/phi.textproto",
             "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n"
             "# proto-message: weighbridge.rules.v1.Family\n"
             "id: \"phi\"\nname: \"Phi\"\ndeveloper: \"Microsoft\"\n"
             "members {\n  organizations: \"microsoft\"\n  names: \"phi-4*\"\n  license_ids: \"Apache-2.0\"\n"
             "  openness: OPEN_WEIGHTS_PERMISSIVE\n  source: \"ours\"\n}\n");
  const std::string file = dir_.At("mine") + "/families/phi.textproto";
  for (const std::vector<std::string>& args : {std::vector<std::string>{"explain", "phi-4", "--rules", dir_.At("mine")},
                                               std::vector<std::string>{"rules", "lint", dir_.At("mine")},
                                               std::vector<std::string>{"rules", "lint", "--rules", dir_.At("mine")}}) {
    const ProcessResult result = weighbridge_.Run(args);
    EXPECT_EQ(result.exit_code, 0) << Describe(result);
    EXPECT_NE(result.out.find(file), std::string::npos) << Describe(result);
  }
  const ProcessResult gate = weighbridge_.Run({"gate", dir_.At("model"), "--no-record", "--rules", dir_.At("mine")});
  EXPECT_NE(gate.out.find("rules.redefined"), std::string::npos) << Describe(gate);
  EXPECT_NE(gate.out.find(file), std::string::npos) << Describe(gate);
  // What is recorded, and made again by a replay, knows of no folder of this machine.
  const ProcessResult json = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--rules", dir_.At("mine")}));
  EXPECT_NE(json.out.find("\"rules/families/phi.textproto\""), std::string::npos) << Describe(json);
  EXPECT_EQ(json.out.find(dir_.path()), std::string::npos) << json.out;
}

TEST_F(OverlayTest, AnOverlayIsLintedAndRelearntOverOurs) {
  dir_.Write("mine/families/quarry.textproto",
             "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n"
             "# proto-message: weighbridge.rules.v1.Family\n"
             "id: \"quarry\"\nname: \"Quarry\"\ndeveloper: \"Quarry\"\n"
             "members {\n  organizations: \"quarry\"\n  names: \"quarry-*\"\n  license_ids: \"Apache-2.0\"\n"
             "  openness: OPEN_WEIGHTS_PERMISSIVE\n  source: \"ours\"\n}\n");
  const ProcessResult lint = weighbridge_.Run({"rules", "lint", dir_.At("mine")});
  EXPECT_EQ(lint.exit_code, 0) << Describe(lint);
  EXPECT_NE(lint.out.find("laid over the built-in rules"), std::string::npos) << lint.out;
  // The digest of a rulebook hangs on its files, not on where they lie.
  const ProcessResult digest = weighbridge_.Run({"rules", "digest", "--rules", dir_.At("mine")});
  EXPECT_NE(lint.out.find(digest.out.substr(0, 64)), std::string::npos) << lint.out << digest.out;
  dir_.Write("texts/empty.txt", "no licence\n");
  const ProcessResult relearn = weighbridge_.Run({"rules", "relearn", dir_.At("mine"), "--texts", dir_.At("texts")});
  EXPECT_EQ(relearn.exit_code, 0) << Describe(relearn);
  EXPECT_NE(relearn.out.find("0 token files made"), std::string::npos) << Describe(relearn);
  EXPECT_EQ(relearn.out.find("Apache-2.0"), std::string::npos) << "ours are not the user's to make\n" << relearn.out;
}

// A wrong folder would otherwise go unnoticed.
TEST_F(OverlayTest, AnEmptyOverlayIsAMistake) {
  dir_.Folder("rules");
  const ProcessResult with = weighbridge_.Run({"rules", "digest", "--rules", dir_.At("rules")});
  EXPECT_EQ(with.exit_code, 2) << Describe(with);
  EXPECT_NE(with.err.find("holds no files"), std::string::npos) << with.err;
}

TEST_F(OverlayTest, TheBuiltInPolicyGivenAsAFileGivesTheSameBytes) {
  const ProcessResult policy = weighbridge_.Run({"rules", "show-policy"});
  const std::string path = dir_.Write("policy.yaml", policy.out);
  const ProcessResult with = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--policy", path}));
  const ProcessResult without = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model")));
  EXPECT_EQ(with.exit_code, 5) << Describe(with);
  EXPECT_EQ(with.out, without.out);
}

TEST_F(OverlayTest, JsonCarriesTheNamesThatToolsRelyOn) {
  const ProcessResult gate = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model")));
  for (const std::string name :
       {"schema_version", "decision", "mode",    "evaluated_at", "model",        "digest",       "weights_digest",
        "artifacts",      "path",     "role",    "size",         "sha256",       "format",       "findings",
        "rule_id",        "severity", "outcome", "message",      "rules_digest", "policy_digest"}) {
    EXPECT_NE(gate.out.find("\"" + name + "\":"), std::string::npos) << name;
  }
  EXPECT_EQ(gate.out.find(dir_.path()), std::string::npos) << "no absolute path stands in a result";
  EXPECT_EQ(gate.out.find('\n'), gate.out.size() - 1) << "one line for each object";
}

TEST_F(OverlayTest, TextsAndMarkdownNameTheDecisionFirst) {
  const ProcessResult text = weighbridge_.Run({"gate", dir_.At("model"), "--at", kAt});
  EXPECT_EQ(text.exit_code, 5);
  EXPECT_NE(text.out.substr(0, text.out.find('\n')).find("NEEDS_REVIEW"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos) << "no colours into a pipe";
  const ProcessResult markdown = weighbridge_.Run({"gate", dir_.At("model"), "--at", kAt, "--format", "markdown"});
  EXPECT_EQ(markdown.exit_code, 5);
  EXPECT_NE(markdown.out.substr(0, markdown.out.find('\n')).find("NEEDS\\_REVIEW"), std::string::npos) << markdown.out;
  const ProcessResult coloured = weighbridge_.Run({"gate", dir_.At("model"), "--at", kAt, "--color", "always"});
  EXPECT_NE(coloured.out.find('\x1b'), std::string::npos);
}

TEST_F(OverlayTest, HostileNamesDoNotReachTheTerminal) {
  dir_.Write("model/\x1b[31mred\x07.txt", "x");
  const ProcessResult text = weighbridge_.Run({"gate", dir_.At("model"), "--at", kAt, "--all"});
  EXPECT_EQ(text.exit_code, 3) << Describe(text);
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.err.find('\x1b'), std::string::npos);
  const ProcessResult path = weighbridge_.Run({"gate", "/nowhere/\x1b[31m"});
  EXPECT_EQ(path.exit_code, 3);
  EXPECT_EQ(path.err.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace weighbridge::integration
