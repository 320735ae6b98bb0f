// The script steps of the pipeline examples, run as they stand: a change cannot choose profile, policy, gate or
// program.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/formats/yaml/yaml_reader.h"
#include "tests/deploy/checkouts.h"

namespace weighbridge::deploy {
namespace {

namespace fs = std::filesystem;
using formats::Value;
using testing_support::ProcessResult;
using testing_support::Runfile;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Value Yaml(const std::string& path) {
  const auto value = formats::ParseYaml(ReadFile(Runfile(path)));
  EXPECT_TRUE(value.ok()) << path << ": " << value.status();
  return value.ok() ? *value : Value();
}

// The value at a path of keys; a null, and a failed test, if there is none.
const Value& At(const Value& root, const std::vector<std::string>& keys) {
  static const Value none;
  const Value* value = &root;
  for (const std::string& key : keys) {
    const Value* next = value->Find(key);
    if (next == nullptr) {
      ADD_FAILURE() << "no key " << key;
      return none;
    }
    value = next;
  }
  return *value;
}

std::string Text(const Value& value) { return std::string(value.AsString().value_or("")); }

const Value& StepOf(const Value& workflow, const std::string& name) {
  static const Value none;
  for (const Value& step : At(workflow, {"jobs", "gate", "steps"}).items) {
    if (const Value* found = step.Find("name"); found != nullptr && Text(*found) == name) return step;
  }
  ADD_FAILURE() << "no step " << name;
  return none;
}

std::string GithubScript() { return Text(At(StepOf(Yaml("deploy/ci/github/weighbridge.yml"), "gate"), {"run"})); }

std::string GitlabScript() {
  const Value root = Yaml("deploy/ci/gitlab/weighbridge.gitlab-ci.yml");
  const Value& script = At(root, {"weighbridge", "script"});
  EXPECT_EQ(script.items.size(), 1u);
  return script.items.empty() ? "" : Text(script.items.front());
}

std::string JenkinsScript() {
  const std::string text = ReadFile(Runfile("deploy/ci/jenkins/Jenkinsfile"));
  const size_t begin = text.find("sh '''");
  const size_t end = text.find("'''", begin + 6);
  EXPECT_NE(end, std::string::npos);
  std::string script = text.substr(begin + 6, end - begin - 6);
  // Groovy's own escape.
  for (size_t at; (at = script.find("\\\\")) != std::string::npos;) script.erase(at, 1);
  return script;
}

struct Pipeline {
  std::string name;
  std::function<std::string()> script;
  std::string reports;  // where they lie afterwards
};

void PrintTo(const Pipeline& p, std::ostream* out) { *out << p.name; }

class PipelineTest : public testing::TestWithParam<Pipeline> {
 protected:
  PipelineTest() {
    // Stands in for the download: what it is told to write is the package, if it was told to insist on https.
    checkouts_.WriteProgram("tools/curl", R"(#!/bin/bash
[[ " $* " == *" --fail "* && " $* " == *" --proto =https "* && "${!#}" == https://* ]] || exit 22
while [[ "$1" != --output ]]; do shift; done
cp "$PACKAGE" "$2"
)");
  }

  // The protected branch and the change as a repository with two branches, and the change checked out, as GitLab does
  // it.
  void MakeRepository() {
    const ProcessResult made = checkouts_.Bash(R"(
set -euo pipefail
git init --quiet --bare --initial-branch main origin.git
git -C trusted init --quiet --initial-branch main
git -C trusted add --all
git -C trusted -c user.name=a -c user.email=a@example commit --quiet --message protected
git -C trusted push --quiet ../origin.git main
git clone --quiet origin.git project
cp -r change/. project/
git -C project checkout --quiet -b change
git -C project add --all
git -C project -c user.name=b -c user.email=b@example commit --quiet --message change
rm -rf trusted change
)");
    ASSERT_EQ(made.exit_code, 0) << Describe(made);
  }

  ProcessResult RunPipeline(const std::string& sha256) {
    std::string script = GetParam().script();
    if (GetParam().name == "Gitlab") {
      MakeRepository();
      script = "cd project\n" + script;
    }
    return checkouts_.Bash(script, {{"PATH", checkouts_.At("tools") + ":/usr/local/bin:/usr/bin:/bin"},
                                    {"PACKAGE", checkouts_.At("package.tar.gz")},
                                    {"WEIGHBRIDGE_URL", "https://artifacts.example/weighbridge.tar.gz"},
                                    {"WEIGHBRIDGE_SHA256", sha256},
                                    {"CI_PROJECT_DIR", checkouts_.At("project")},
                                    {"CI_DEFAULT_BRANCH", "main"}});
  }

  Checkouts checkouts_;
};

TEST_P(PipelineTest, AnApprovedModelPassesAndItsReportsLieWhereTheyAreTakenFrom) {
  const ProcessResult result = RunPipeline(checkouts_.PackageSha256());
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  for (const std::string name : {"chat.sarif", "chat.junit.xml", "summary.md"}) {
    EXPECT_TRUE(fs::exists(checkouts_.At(GetParam().reports + name))) << name;
  }
}

TEST_P(PipelineTest, ADeniedModelStopsItAndItsReportsAreThere) {
  checkouts_.Write("trusted/.weighbridge/profile.yaml", kGiant);
  const ProcessResult result = RunPipeline(checkouts_.PackageSha256());
  EXPECT_EQ(result.exit_code, 1) << Describe(result);
  EXPECT_TRUE(fs::exists(checkouts_.At(GetParam().reports + "chat.junit.xml")));
}

TEST_P(PipelineTest, WhatTheChangeBringsForItselfIsNotUsed) {
  checkouts_.Write("trusted/.weighbridge/profile.yaml", kGiant);
  checkouts_.Write("change/.weighbridge/profile.yaml", kStartup);
  checkouts_.Write("change/.weighbridge/policy.yaml", "mode: audit\n");
  checkouts_.WriteProgram("change/.weighbridge/gate.sh", "#!/bin/bash\nexit 0\n");
  checkouts_.WriteProgram("change/weighbridge", "#!/bin/bash\nexit 0\n");
  checkouts_.Write("change/weighbridge-reports/chat.junit.xml", "forged");
  checkouts_.Write("change/weighbridge-reports/other.junit.xml", "forged");
  const ProcessResult result = RunPipeline(checkouts_.PackageSha256());
  EXPECT_EQ(result.exit_code, 1) << Describe(result);
  EXPECT_NE(result.out.find("DENIED"), std::string::npos) << Describe(result);
  EXPECT_NE(ReadFile(checkouts_.At(GetParam().reports + "chat.junit.xml")).find("<testsuite"), std::string::npos);
  EXPECT_FALSE(fs::exists(checkouts_.At(GetParam().reports + "other.junit.xml")));
}

TEST_P(PipelineTest, AnotherPackageStopsIt) {
  const ProcessResult result = RunPipeline(std::string(64, '0'));
  EXPECT_EQ(result.exit_code, 4) << Describe(result);
}

TEST_P(PipelineTest, APackageThatCannotBeFetchedStopsIt) {
  const std::string sha256 = checkouts_.PackageSha256();
  fs::remove(checkouts_.At("package.tar.gz"));
  const ProcessResult result = RunPipeline(sha256);
  EXPECT_NE(result.exit_code, 0) << Describe(result);
  EXPECT_EQ(result.out.find("APPROVED"), std::string::npos) << Describe(result);
}

TEST_P(PipelineTest, AProtectedBranchWithoutProfileStopsIt) {
  fs::remove(checkouts_.At("trusted/.weighbridge/profile.yaml"));
  checkouts_.Write("change/.weighbridge/profile.yaml", kStartup);
  const ProcessResult result = RunPipeline(checkouts_.PackageSha256());
  EXPECT_EQ(result.exit_code, 2) << Describe(result);
}

INSTANTIATE_TEST_SUITE_P(Of, PipelineTest,
                         testing::Values(Pipeline{"Github", GithubScript, "reports/"},
                                         Pipeline{"Gitlab", GitlabScript, "project/weighbridge-reports/"},
                                         Pipeline{"Jenkins", JenkinsScript, "reports/"}),
                         [](const auto& info) { return info.param.name; });

// What only the service itself can run is at least as it has to be.
TEST(PipelineFilesTest, GithubTakesItsOwnFileAndTheTrustedFolderFromTheProtectedBranch) {
  const Value workflow = Yaml("deploy/ci/github/weighbridge.yml");
  EXPECT_NE(At(workflow, {"on"}).Find("pull_request_target"), nullptr);
  EXPECT_EQ(At(workflow, {"on"}).Find("pull_request"), nullptr) << "it would run the file that the change brings";
  EXPECT_EQ(Text(At(workflow, {"permissions", "contents"})), "read");
  const Value& trusted = StepOf(workflow, "the protected branch");
  EXPECT_EQ(Text(At(trusted, {"with", "ref"})), "${{ github.event.repository.default_branch }}");
  EXPECT_EQ(Text(At(trusted, {"with", "path"})), "trusted");
  for (const std::string step : {"the protected branch", "the change under test"}) {
    EXPECT_EQ(Text(At(StepOf(workflow, step), {"with", "persist-credentials"})), "false") << step;
  }
  // What somebody else chose, such as the name of a branch, would be run if it stood in a script.
  for (const Value& step : At(workflow, {"jobs", "gate", "steps"}).items) {
    const Value* run = step.Find("run");
    EXPECT_TRUE(run == nullptr || Text(*run).find("${{") == std::string::npos);
  }
}

TEST(PipelineFilesTest, ASampleChecksumIsNoPackage) {
  const std::string zeros(64, '0');
  EXPECT_EQ(Text(At(Yaml("deploy/ci/github/weighbridge.yml"), {"env", "WEIGHBRIDGE_SHA256"})), zeros);
  EXPECT_EQ(
      Text(At(Yaml("deploy/ci/gitlab/weighbridge.gitlab-ci.yml"), {"weighbridge", "variables", "WEIGHBRIDGE_SHA256"})),
      zeros);
}

}  // namespace
}  // namespace weighbridge::deploy
