// Documents for machines and people, checked by schemas and parsers that others wrote. The validators come from
// deploy/validators.sh; WEIGHBRIDGE_VALIDATORS names their folder.
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/scenario.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::Runfile;
using testing_support::RunProcess;
using testing_support::TempDir;

const std::vector<std::string>& Kinds() {
  static const auto& kinds = *new std::vector<std::string>{"sarif", "junit", "html"};
  return kinds;
}

std::optional<std::string> Validators() {
  const char* folder = std::getenv("WEIGHBRIDGE_VALIDATORS");
  if (folder == nullptr || *folder == '\0') return std::nullopt;
  return folder;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

bool IsThere(const std::string& path) { return std::ifstream(path).good(); }

// Runs a script of this folder with the interpreter of the validators.
ProcessResult RunScript(const std::string& script, std::vector<std::string> args) {
  ProcessOptions options;
  options.args = {Runfile("tests/formats/" + script)};
  options.args.insert(options.args.end(), args.begin(), args.end());
  options.env = {{"LANG", "C.UTF-8"}};
  return RunProcess(*Validators() + "/python3", options);
}

ProcessResult Validate(const std::string& kind, const std::vector<std::string>& files) {
  std::vector<std::string> args = {*Validators(), kind};
  args.insert(args.end(), files.begin(), files.end());
  return RunScript("validate.py", args);
}

class FormatsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Validators().has_value())
      GTEST_SKIP() << "WEIGHBRIDGE_VALIDATORS is not set: deploy/validators.sh prints the folder";
  }

  // Gates or scans with a report of each kind; their paths by kind, empty if the program printed none.
  std::map<std::string, std::string> Documents(std::vector<std::string> args) {
    std::map<std::string, std::string> paths;
    const std::string stem = dir_.At("document-" + std::to_string(++documents_));
    for (const std::string& kind : Kinds()) {
      paths[kind] = stem + "." + kind;
      args.insert(args.end(), {"--report", kind + "=" + paths[kind]});
    }
    args.push_back("--no-record");
    const ProcessResult run = weighbridge_.Run(args);
    if (!IsThere(paths["sarif"])) {
      EXPECT_NE(run.exit_code, 0) << "exit 0 and no document";
      return {};
    }
    return paths;
  }

  void ExpectValid(const std::map<std::string, std::string>& paths) {
    ASSERT_FALSE(paths.empty());
    for (const auto& [kind, path] : paths) {
      const ProcessResult checked = Validate(kind, {path});
      EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
    }
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
  int documents_ = 0;
};

TEST_F(FormatsTest, OfEveryScenario) {
  std::map<std::string, std::vector<std::string>> files;
  std::string last_missing;
  for (const Scenario& scenario : LoadScenarios(Runfile("tests/scenarios"))) {
    ASSERT_EQ(scenario.error, "") << scenario.place;
    TempDir model;
    const Composed composed = ComposeModel(scenario, model, "model");
    ASSERT_EQ(composed.error, "") << scenario.place;
    if (!composed.missing.empty()) {
      last_missing = composed.missing;
      continue;
    }
    std::vector<std::string> args = {"gate", model.At("model"), "--at", scenario.at};
    if (scenario.profile.has_value())
      args.insert(args.end(), {"--profile", model.Write("profile.yaml", *scenario.profile)});
    if (scenario.policy.has_value())
      args.insert(args.end(), {"--policy", model.Write("policy.yaml", *scenario.policy)});
    args.insert(args.end(), scenario.options.begin(), scenario.options.end());
    for (const auto& [kind, path] : Documents(args)) files[kind].push_back(path);
  }
  if (files.empty()) GTEST_SKIP() << last_missing;
  for (const std::string& kind : Kinds()) {
    const ProcessResult checked = Validate(kind, files[kind]);
    EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
    RecordProperty(kind, static_cast<int>(files[kind].size()));
  }
}

TEST_F(FormatsTest, OfAScanAndOfSeveralModels) {
  for (const std::string name : {"a", "b/c"}) {
    dir_.Write("models/" + name + "/model.safetensors", testing_support::BuildSafetensors({{"w", "F32", {2, 2}}}));
    dir_.Write("models/" + name + "/README.md", "---\nlicense: mit\n---\n");
  }
  ExpectValid(Documents({"scan", dir_.At("models/a")}));
  ExpectValid(Documents({"gate", dir_.At("models")}));
  const auto several = Documents({"gate", dir_.At("models"), "--recursive"});
  ExpectValid(several);
  EXPECT_NE(ReadAll(several.at("junit")).find("models/b/c\""), std::string::npos);
  EXPECT_NE(ReadAll(several.at("html")).find("<h1>2 models</h1>"), std::string::npos);
}

TEST_F(FormatsTest, OfADownloadThatBrokeOffInEveryMode) {
  dir_.Write("model/model.safetensors", "not weights");
  for (const std::string mode : {"block", "warn", "audit"})
    ExpectValid(Documents({"gate", dir_.At("model"), "--mode", mode}));
}

struct Name {
  std::string what, name;
};

void PrintTo(const Name& name, std::ostream* out) { *out << name.what; }

class NamesTest : public FormatsTest, public testing::WithParamInterface<Name> {};

TEST_P(NamesTest, ComeBackAsTheyWere) {
  dir_.Write("model/" + GetParam().name, "not weights");
  const auto paths = Documents({"gate", dir_.At("model")});
  ExpectValid(paths);
  const ProcessResult found =
      RunScript("read_back.py", {paths.at("sarif"), paths.at("junit"), paths.at("html"), GetParam().name});
  EXPECT_EQ(found.exit_code, 0) << found.out << found.err;
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, NamesTest,
    testing::Values(Name{"Markup", "<img src=x onerror=alert(1)>.safetensors"},
                    Name{"Quotes", "a&b \"c\" 'd' &lt;.safetensors"},
                    Name{"LinkAndHole", "[x](https:x) {0} $1.safetensors"}, Name{"Escapes", "100%41 #?;=+.safetensors"},
                    Name{"Scheme", "javascript:alert(1).safetensors"}, Name{"EndOfData", "]]>-->.safetensors"},
                    Name{"OtherScripts", "\xc3\xbc \xe6\xa8\xa1\xe5\x9e\x8b \xf0\x9f\x90\x8c.safetensors"}),
    [](const testing::TestParamInfo<Name>& info) { return info.param.what; });

TEST_F(FormatsTest, OfNamesThatCannotBeShownAsTheyAre) {
  for (const std::string name : {"a\nb.safetensors", "a\x1b[2Jb.safetensors", "a\xff.safetensors",
                                 "a\xe2\x80\xae.safetensors", "a\xef\xbf\xbf.safetensors"}) {
    TempDir model;
    model.Write("model/" + name, "not weights");
    const auto paths = Documents({"gate", model.At("model")});
    ExpectValid(paths);
    for (const auto& [kind, path] : paths) {
      const std::string text = ReadAll(path);
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << kind;
      EXPECT_EQ(text.find("\xff"), std::string::npos) << kind;
    }
  }
}

// A validator that takes everything would prove nothing.
TEST_F(FormatsTest, BrokenDocumentsAreRefused) {
  struct Case {
    std::string kind, from, to;
  };
  const Case cases[] = {
      {"sarif", "\"version\":\"2.1.0\"", "\"version\":\"2.2.0\""},
      {"sarif", "\"level\":\"error\"", "\"level\":\"fatal\""},
      {"sarif", "\"ruleIndex\":0", "\"ruleIndex\":1000"},
      {"sarif", "\"uri\":\"", "\"uri\":\"https://x/"},
      {"sarif", "}]}\n", "}]\n"},
      {"junit", "<testcase name=", "<testcase nome="},
      {"junit", " tests=\"", " tests=\"9"},
      {"junit", "<failure", "<fail"},
      {"junit", "</testsuites>", ""},
      {"html", "</style>", "</style><script>1</script>"},
      {"html", "</h1>", "</h1><p><div>"},
      {"html", "body {", "body{"},
      {"html", " scope=\"col\"", ""},
      {"html", "<main>", "<main><h1>two</h1>"},
  };
  dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"w", "F32", {2, 2}}}));
  dir_.Write("model/README.md", "---\nlicense: gemma\n---\n");
  auto paths = Documents({"gate", dir_.At("model")});
  ExpectValid(paths);
  // A violation to break: a broken file beside the good one.
  dir_.Write("model/other.safetensors", "not weights");
  const auto with_error = Documents({"gate", dir_.At("model")});
  for (const Case& c : cases) {
    std::string text = ReadAll(c.from.find("error") == std::string::npos ? paths.at(c.kind) : with_error.at(c.kind));
    const size_t at = text.find(c.from);
    ASSERT_NE(at, std::string::npos) << c.from;
    text.replace(at, c.from.size(), c.to);
    const ProcessResult checked = Validate(c.kind, {dir_.Write("broken." + c.kind, text)});
    EXPECT_EQ(checked.exit_code, 1) << c.kind << ": " << c.from << " -> " << c.to << "\n" << checked.out << checked.err;
  }
}

}  // namespace
}  // namespace weighbridge::integration
