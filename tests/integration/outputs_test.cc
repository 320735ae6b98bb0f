// Where results go (--format, -o, --report) and what changed between two of them (diff), as a user of the command line
// has it.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/v1/diff.pb.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

class OutputsTest : public testing::Test {
 protected:
  OutputsTest() {
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"w", "F32", {2, 2}}}));
    dir_.Write("model/README.md", "---\nlicense: gemma\n---\n");
  }

  ProcessResult Gate(const std::vector<std::string>& more) {
    std::vector<std::string> args = {"gate", dir_.At("model"), "--at", kAt};
    args.insert(args.end(), more.begin(), more.end());
    return weighbridge_.Run(args);
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(OutputsTest, EveryFormatIsTheSameOnStdoutInAFileAndAsAReport) {
  for (const std::string format : {"text", "json", "markdown", "sarif", "junit", "html"}) {
    const ProcessResult printed = Gate({"--format", format});
    EXPECT_EQ(printed.exit_code, 5) << Describe(printed);
    EXPECT_NE(printed.out, "") << format;
    const ProcessResult to_file = Gate({"--format", format, "-o", dir_.At("file")});
    EXPECT_EQ(to_file.exit_code, 5);
    EXPECT_EQ(to_file.out, "");
    EXPECT_EQ(ReadAll(dir_.At("file")), printed.out) << format;
    const ProcessResult reported = Gate({"--format", "json", "--report", format + "=" + dir_.At("report")});
    EXPECT_EQ(reported.exit_code, 5);
    EXPECT_EQ(ReadAll(dir_.At("report")), printed.out) << format;
  }
}

TEST_F(OutputsTest, SeveralReportsOfOneRun) {
  const ProcessResult run = Gate({"--report", "sarif=" + dir_.At("a.sarif"), "--report=junit=" + dir_.At("a=b.xml"),
                                  "--report", "html=" + dir_.At("a.html"), "--format", "json"});
  EXPECT_EQ(run.exit_code, 5) << Describe(run);
  EXPECT_EQ(ParseGate(run.out).decision(), v1::NEEDS_REVIEW);
  EXPECT_TRUE(Has(ReadAll(dir_.At("a.sarif")), "\"version\":\"2.1.0\""));
  EXPECT_TRUE(Has(ReadAll(dir_.At("a=b.xml")), "<testsuites"));
  EXPECT_TRUE(Has(ReadAll(dir_.At("a.html")), "</html>"));
}

TEST_F(OutputsTest, AReportThatCannotBeWrittenIsNeverExitZero) {
  dir_.Write("permissive/model.safetensors", testing_support::BuildSafetensors({{"w", "F32", {2, 2}}}));
  dir_.Write("permissive/README.md", "---\nlicense: mit\n---\n");
  const auto gate = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = {"gate", dir_.At("permissive"), "--mode", "audit"};
    args.insert(args.end(), more.begin(), more.end());
    return weighbridge_.Run(args);
  };
  ASSERT_EQ(gate({}).exit_code, 0);
  const ProcessResult run =
      gate({"--report", "sarif=" + dir_.At("no/such/folder"), "--report", "html=" + dir_.At("b.html")});
  EXPECT_EQ(run.exit_code, 3) << Describe(run);
  EXPECT_TRUE(Has(run.err, "no/such/folder")) << run.err;
  // The others are tried all the same.
  EXPECT_TRUE(IsThere(dir_.At("b.html")));
  EXPECT_EQ(gate({"--report", "html=/dev/full"}).exit_code, 3);
  ProcessOptions full =
      weighbridge_.Options({"gate", dir_.At("permissive"), "--report", "sarif=" + dir_.At("c.sarif")});
  full.stdout_to = "/dev/full";
  EXPECT_EQ(weighbridge_.Run(full).exit_code, 3);
}

TEST_F(OutputsTest, ReportOptionsThatMakeNoSense) {
  for (const std::string bad : {"", "sarif", "sarif=", "=file", "SARIF=x", "yaml=x"}) {
    const ProcessResult run = Gate({"--report", bad});
    EXPECT_EQ(run.exit_code, 2) << bad << Describe(run);
    EXPECT_EQ(run.out, "") << bad;
  }
  // Two results in one file: found before anything is read.
  const std::string file = dir_.At("twice");
  EXPECT_EQ(Gate({"--report", "sarif=" + file, "--report", "html=" + file}).exit_code, 2);
  EXPECT_EQ(Gate({"-o", file, "--report", "html=" + file}).exit_code, 2);
  EXPECT_FALSE(IsThere(file));
  // The option takes one value: what follows is the model.
  EXPECT_EQ(weighbridge_.Run({"gate", "--report", "json=" + file, dir_.At("model")}).exit_code, 5);
}

TEST_F(OutputsTest, PlacesAreRelativeToWhereTheRunBegan) {
  ProcessOptions options = weighbridge_.Options({"gate", "./model//", "--format", "sarif"});
  options.cwd = dir_.At("");
  EXPECT_TRUE(Has(weighbridge_.Run(options).out, "\"uri\":\"model/README.md\""));
  const std::string beside =
      "../" + std::filesystem::path(dir_.At("model")).parent_path().filename().string() + "/model";
  for (const std::string& elsewhere : {dir_.At("model"), beside}) {
    options.args[1] = elsewhere;
    const ProcessResult run = weighbridge_.Run(options);
    EXPECT_EQ(run.exit_code, 5) << elsewhere;
    EXPECT_TRUE(Has(run.out, "\"uri\":\"README.md\"")) << elsewhere;
  }
  options.args[1] = "model/model.safetensors";
  const ProcessResult file = weighbridge_.Run(options);
  EXPECT_TRUE(Has(file.out, "\"uri\":\"model/model.safetensors\"")) << file.out;
}

TEST_F(OutputsTest, ModeIsSaidAndSoftens) {
  for (const std::string format : {"text", "markdown", "sarif", "junit", "html"}) {
    const ProcessResult run = Gate({"--mode", "warn", "--format", format});
    EXPECT_EQ(run.exit_code, 0) << Describe(run);
    EXPECT_TRUE(Has(run.out, "ode warn: NEEDS")) << run.out.substr(0, 500);
  }
}

// ---- diff ----------------------------------------------------------------------------------------------------------

class DiffTest : public OutputsTest {
 protected:
  // Gates what lies there now; the id of the audit.
  std::string Recorded(const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"--format", "json"};
    args.insert(args.end(), more.begin(), more.end());
    const ProcessResult run = Gate(args);
    last_json_ = run.out;
    return ParseGate(run.out).audit_id();
  }

  v1::DiffResult Parsed(const ProcessResult& run) {
    v1::DiffResult diff;
    const auto status = google::protobuf::util::JsonStringToMessage(run.out, &diff);
    EXPECT_TRUE(status.ok()) << status.message() << Describe(run);
    return diff;
  }

  std::string last_json_;
};

TEST_F(DiffTest, OfTwoAudits) {
  const std::string before = Recorded();
  dir_.Write("model/README.md", "---\nlicense: mit\n---\n");
  dir_.Write("profile.yaml", "use: research\n");
  const std::string after = Recorded({"--profile", dir_.At("profile.yaml")});
  const ProcessResult run = weighbridge_.Run({"diff", before, after.substr(0, 16), "--format", "json"});
  ASSERT_EQ(run.exit_code, 0) << Describe(run);
  const v1::DiffResult diff = Parsed(run);
  EXPECT_FALSE(diff.same());
  EXPECT_EQ(diff.before().decision(), v1::NEEDS_REVIEW);
  EXPECT_EQ(diff.before().audit_id(), before);
  EXPECT_EQ(diff.after().given(), after.substr(0, 16));
  EXPECT_NE(diff.after().decision_id(), "");
  std::vector<std::string> names;
  for (const auto& change : diff.changes()) names.push_back(change.name());
  for (const std::string name : {"decision", "MIT", "README.md", "digest", "profile_digest"})
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  EXPECT_EQ(std::count(names.begin(), names.end(), "weights_digest"), 0);
  // A decision's id names the same result.
  const v1::DiffResult by_decision =
      Parsed(weighbridge_.Run({"diff", before, diff.after().decision_id(), "--format", "json"}));
  EXPECT_EQ(by_decision.changes_size(), diff.changes_size());
  const ProcessResult text = weighbridge_.Run({"diff", before, after});
  EXPECT_TRUE(Has(text.out, ", was NEEDS_REVIEW")) << text.out;
  EXPECT_TRUE(Has(weighbridge_.Run({"diff", before, after, "--format", "markdown"}).out, "### Licences\n"));
}

TEST_F(DiffTest, OfFilesNeedsNoDatabase) {
  Recorded();
  const std::string before = dir_.Write("before.json", last_json_);
  dir_.Write("model/notes.txt", "more\n");
  Recorded();
  const std::string after = dir_.Write("after.json", last_json_);
  const ProcessResult run = weighbridge_.Run({"diff", before, after, "--no-record"});
  EXPECT_EQ(run.exit_code, 0) << Describe(run);
  EXPECT_TRUE(Has(run.out, "added: notes.txt")) << run.out;
  const ProcessResult same = weighbridge_.Run({"diff", before, before, "--format", "json", "--no-record"});
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_TRUE(Parsed(same).same());
}

TEST_F(DiffTest, WhatCannotBeCompared) {
  const std::string id = Recorded();
  const std::string two = dir_.Write("two.json", last_json_ + last_json_);
  const std::string later = dir_.Write("later.json", "{\"schema_version\":2}");
  const std::string other = dir_.Write("other.json", "{\"schema_version\":1,\"verdict\":\"IDENTICAL\"}");
  const std::string deep = dir_.Write("deep.json", std::string(100000, '['));
  const std::string empty = dir_.Write("empty.json", "");
  struct Case {
    std::string given;
    int exit_code;
  };
  for (const Case& c :
       {Case{"00000000deadbeef", 2}, Case{"nothing-of-that-name", 2}, Case{"abc", 2}, Case{"", 2},
        Case{dir_.At("model"), 3}, Case{two, 3}, Case{later, 3}, Case{other, 3}, Case{deep, 3}, Case{empty, 3}}) {
    const ProcessResult run = weighbridge_.Run({"diff", id, c.given});
    EXPECT_EQ(run.exit_code, c.exit_code) << c.given << Describe(run);
    EXPECT_EQ(run.out, "") << c.given;
    EXPECT_TRUE(Has(run.err, "error: ")) << c.given;
  }
  EXPECT_EQ(weighbridge_.Run({"diff", id, id, "--no-record"}).exit_code, 2);
  EXPECT_EQ(weighbridge_.Run({"diff", id, id, "--db", dir_.At("none.db")}).exit_code, 3);
  EXPECT_EQ(weighbridge_.Run({"diff", id}).exit_code, 2);
  // A scan has no decision to compare; its printed form can be.
  dir_.Write("scanned/model.safetensors", testing_support::BuildSafetensors({{"v", "F32", {2, 2}}}));
  const ProcessResult scan = weighbridge_.Run({"scan", dir_.At("scanned"), "--format", "json"});
  EXPECT_EQ(weighbridge_.Run({"diff", id, ParseGate(scan.out).audit_id()}).exit_code, 3);
  EXPECT_EQ(weighbridge_.Run({"diff", id, dir_.Write("scan.json", scan.out)}).exit_code, 0);
}

}  // namespace
}  // namespace weighbridge::integration
