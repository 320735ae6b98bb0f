// deploy/ci/gate.sh fails closed: whatever is missing, wrong or in the hands of the change ends with the code it
// should.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/deploy/checkouts.h"

namespace weighbridge::deploy {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

using Options = std::map<std::string, std::string>;  // of the command line; an empty name of a value leaves it out

Options DefaultOptions(const Checkouts& checkouts) {
  return {
      {"--package", checkouts.At("package.tar.gz")},
      {"--sha256", checkouts.PackageSha256()},
      {"--change", checkouts.At("change")},
      {"--models", checkouts.At("change/models")},
      {"--profile", checkouts.At("trusted/.weighbridge/profile.yaml")},
      {"--policy", checkouts.At("trusted/.weighbridge/policy.yaml")},
      {"--out", checkouts.At("reports")},
  };
}

ProcessResult RunGate(const Checkouts& checkouts, const Options& options) {
  std::string command = "trusted/.weighbridge/gate.sh";
  for (const auto& [name, value] : options) command += " " + name + " '" + value + "'";
  return checkouts.Bash(command);
}

std::set<std::string> NamesIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

struct Case {
  std::string name;
  int exit_code;
  std::string says;  // on stdout or stderr
  std::function<void(const Checkouts&, Options&)> change = [](const Checkouts&, Options&) {};
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class GateScriptTest : public testing::TestWithParam<Case> {};

TEST_P(GateScriptTest, EndsWith) {
  const Checkouts checkouts;
  Options options = DefaultOptions(checkouts);
  GetParam().change(checkouts, options);
  const ProcessResult result = RunGate(checkouts, options);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Describe(result);
  EXPECT_NE((result.out + result.err).find(GetParam().says), std::string::npos) << Describe(result);
}

const auto kName = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Decisions, GateScriptTest,
    testing::Values(
        Case{"Approved", 0, "APPROVED_WITH_CONDITIONS"},
        Case{"Denied", 1, "DENIED",
             [](const Checkouts& c, Options&) { c.Write("trusted/.weighbridge/profile.yaml", kGiant); }},
        Case{"NeedsReview", 5, "NEEDS_REVIEW", [](const Checkouts& c, Options&) { c.AddModelWithoutLicence("chat"); }},
        Case{"Undecided", 3, "UNDECIDED", [](const Checkouts& c, Options&) { c.AddTruncatedModel("chat"); }},
        Case{"DeniedByThePolicy", 1, "DENIED",
             [](const Checkouts& c, Options&) {
               c.Write("trusted/.weighbridge/policy.yaml", "deny:\n  - {family: [llama], reason: decision 7}\n");
             }},
        Case{"OneOfSeveralNeedsReview", 5, "second ended with 5",
             [](const Checkouts& c, Options&) { c.AddModelWithoutLicence("second"); }},
        Case{"DeniedBeatsReview", 1, "second ended with 5",
             [](const Checkouts& c, Options&) {
               c.Write("trusted/.weighbridge/profile.yaml", kGiant);
               c.AddModelWithoutLicence("second");
             }},
        Case{"UndecidedBeatsDenied", 3, "second ended with 3",
             [](const Checkouts& c, Options&) {
               c.Write("trusted/.weighbridge/profile.yaml", kGiant);
               c.AddTruncatedModel("second");
             }},
        Case{"PolicyIsOptional", 0, "APPROVED", [](const Checkouts&, Options& o) { o.erase("--policy"); }}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Profiles, GateScriptTest,
    testing::Values(
        Case{"NotGiven", 2, "--profile is missing", [](const Checkouts&, Options& o) { o.erase("--profile"); }},
        Case{"EmptyVariable", 2, "--profile is empty", [](const Checkouts&, Options& o) { o["--profile"] = ""; }},
        Case{"Missing", 2, "not there",
             [](const Checkouts& c, Options&) { fs::remove(c.At("trusted/.weighbridge/profile.yaml")); }},
        Case{"Broken", 2, "profile.yaml:1",
             [](const Checkouts& c, Options&) { c.Write("trusted/.weighbridge/profile.yaml", "us: commercial\n"); }},
        Case{"IsAFolder", 2, "is no file", [](const Checkouts& c, Options& o) { o["--profile"] = c.At("trusted"); }},
        Case{"OfTheChange", 2, "lies in the change",
             [](const Checkouts& c, Options& o) {
               c.Write("change/.weighbridge/profile.yaml", kStartup);
               o["--profile"] = c.At("change/.weighbridge/profile.yaml");
             }},
        Case{"LinkIntoTheChange", 2, "lies in the change",
             [](const Checkouts& c, Options&) {
               c.Write("change/profile.yaml", kStartup);
               fs::remove(c.At("trusted/.weighbridge/profile.yaml"));
               fs::create_symlink(c.At("change/profile.yaml"), c.At("trusted/.weighbridge/profile.yaml"));
             }},
        Case{"DotsIntoTheChange", 2, "lies in the change",
             [](const Checkouts& c, Options& o) {
               c.Write("change/profile.yaml", kStartup);
               o["--profile"] = c.At("trusted/../change/profile.yaml");
             }},
        Case{"PolicyMissing", 2, "not there",
             [](const Checkouts& c, Options&) { fs::remove(c.At("trusted/.weighbridge/policy.yaml")); }},
        Case{"PolicyOfTheChange", 2, "lies in the change",
             [](const Checkouts& c, Options& o) {
               c.Write("change/policy.yaml", "mode: audit\n");
               o["--policy"] = c.At("change/policy.yaml");
             }}),
    kName);

INSTANTIATE_TEST_SUITE_P(Packages, GateScriptTest,
                         testing::Values(Case{"NotGiven", 2, "--package or --program is missing",
                                              [](const Checkouts&, Options& o) { o.erase("--package"); }},
                                         Case{"Missing", 2, "not there",
                                              [](const Checkouts& c, Options&) { fs::remove(c.At("package.tar.gz")); }},
                                         Case{"WithoutChecksum", 2, "needs --sha256",
                                              [](const Checkouts&, Options& o) { o.erase("--sha256"); }},
                                         Case{"ShortChecksum", 2, "64 hexadecimal digits",
                                              [](const Checkouts&, Options& o) { o["--sha256"].pop_back(); }},
                                         Case{"OtherBytes", 4, "is not the pinned package",
                                              [](const Checkouts& c, Options&) {
                                                c.WriteProgram("program", "#!/bin/bash\nexit 0\n");
                                                c.Pack({{"bin/weighbridge", "program"}});
                                              }},
                                         Case{"NoTarball", 2, "cannot be unpacked",
                                              [](const Checkouts& c, Options& o) {
                                                c.Write("package.tar.gz", "<html>not found</html>");
                                                o["--sha256"] = c.PackageSha256();
                                              }},
                                         Case{"WithoutProgram", 2, "no program",
                                              [](const Checkouts& c, Options& o) {
                                                c.Pack({{"bin/other", "program"}});
                                                o["--sha256"] = c.PackageSha256();
                                              }},
                                         Case{"OfTheChange", 2, "lies in the change",
                                              [](const Checkouts& c, Options& o) {
                                                fs::copy_file(c.At("package.tar.gz"), c.At("change/package.tar.gz"));
                                                o["--package"] = c.At("change/package.tar.gz");
                                              }},
                                         Case{"InstalledProgram", 0, "APPROVED",
                                              [](const Checkouts& c, Options& o) {
                                                o.erase("--package");
                                                o.erase("--sha256");
                                                o["--program"] = c.At("program");
                                              }},
                                         Case{"NoSuchProgram", 2, "not there",
                                              [](const Checkouts& c, Options& o) {
                                                o.erase("--package");
                                                o.erase("--sha256");
                                                o["--program"] = c.At("nowhere");
                                              }},
                                         Case{
                                             "ProgramAndPackage", 2, "give --program, or",
                                             [](const Checkouts& c, Options& o) { o["--program"] = c.At("program"); }}),
                         kName);

// Replaces the program by one that answers --version and does `what` for every model.
std::function<void(const Checkouts&, Options&)> ProgramThat(const std::string& what) {
  return [what](const Checkouts& c, Options& o) {
    c.WriteProgram("program", "#!/bin/bash\nif [[ $1 == --version ]]; then exit 0; fi\n" + what + "\n");
    c.Pack({{"bin/weighbridge", "program"}});
    o["--sha256"] = c.PackageSha256();
  };
}

INSTANTIATE_TEST_SUITE_P(
    Programs, GateScriptTest,
    testing::Values(Case{"DoesNotStart", 2, "does not start",
                         [](const Checkouts& c, Options& o) {
                           c.WriteProgram("program", "#!/bin/bash\nexit 127\n");
                           c.Pack({{"bin/weighbridge", "program"}});
                           o["--sha256"] = c.PackageSha256();
                         }},
                    Case{"Crashes", 3, "ended with 139", ProgramThat("kill -SEGV $$")},
                    Case{"IsKilled", 3, "ended with 137", ProgramThat("kill -KILL $$")},
                    Case{"EndsWithAnUnknownCode", 3, "ended with 7", ProgramThat("exit 7")},
                    Case{"IsInterrupted", 130, "", ProgramThat("exit 130")},
                    Case{"FindsDamage", 4, "", ProgramThat("exit 4")},
                    Case{"ApprovesWithoutReports", 3, "report was not written", ProgramThat("exit 0")},
                    Case{"WritesAnEmptyReport", 3, "report was not written",
                         ProgramThat("for a in \"$@\"; do case $a in *=*) : >\"${a#*=}\" ;; esac; done")}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Models, GateScriptTest,
    testing::Values(
        Case{"None", 3, "no model", [](const Checkouts& c, Options&) { fs::remove_all(c.At("change/models/chat")); }},
        Case{"OnlyAReadme", 3, "no model",
             [](const Checkouts& c, Options&) {
               fs::remove_all(c.At("change/models/chat"));
               c.Write("change/models/README.md", "# models\n");
             }},
        Case{"FolderMissing", 2, "not there",
             [](const Checkouts& c, Options&) { fs::remove_all(c.At("change/models")); }},
        Case{"EmptyFolder", 3, "UNDECIDED",
             [](const Checkouts& c, Options&) { c.dir().Folder("change/models/empty"); }},
        Case{"LooseWeights", 2, "each model lies in a folder of its own",
             [](const Checkouts& c, Options&) { c.Write("change/models/loose.safetensors", "x"); }},
        Case{"Hidden", 2, ".chat", [](const Checkouts& c, Options&) { c.AddModel(".chat"); }},
        Case{"NameThatLooksLikeAnOption", 2, "--mode=audit",
             [](const Checkouts& c, Options&) { c.AddModel("--mode=audit"); }},
        Case{"NameOfTwoLines", 2, "cannot stand in a report", [](const Checkouts& c, Options&) { c.AddModel("a\nb"); }},
        Case{"LinkToAModel", 2, "is no folder",
             [](const Checkouts& c, Options&) { c.dir().Link("chat", "change/models/other"); }},
        Case{"LinkedReadme", 2, "README.md",
             [](const Checkouts& c, Options&) { c.dir().Link("chat/README.md", "change/models/README.md"); }},
        Case{"FolderLinksOutOfTheChange", 2, "does not lie in the change",
             [](const Checkouts& c, Options&) {
               fs::rename(c.At("change/models"), c.At("elsewhere"));
               fs::create_symlink(c.At("elsewhere"), c.At("change/models"));
             }},
        Case{"NotInTheChange", 2, "does not lie in the change",
             [](const Checkouts& c, Options& o) { o["--models"] = c.At("trusted"); }}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Reports, GateScriptTest,
    testing::Values(Case{"OfAnEarlierRun", 2, "is not empty",
                         [](const Checkouts& c, Options&) { c.Write("reports/chat.sarif", "old"); }},
                    Case{"InTheChange", 2, "lies in the change",
                         [](const Checkouts& c, Options& o) { o["--out"] = c.At("change/reports"); }},
                    Case{"LinkIntoTheChange", 2, "lies in the change",
                         [](const Checkouts& c, Options&) {
                           c.dir().Folder("change/reports");
                           c.dir().Link(c.At("change/reports"), "reports");
                         }},
                    Case{"Unknown", 2, "docx", [](const Checkouts&, Options& o) { o["--reports"] = "sarif docx"; }},
                    Case{"NotGiven", 2, "--out is missing", [](const Checkouts&, Options& o) { o.erase("--out"); }},
                    Case{"UnknownOption", 2, "unknown argument --mode",
                         [](const Checkouts&, Options& o) { o["--mode"] = "audit"; }}),
    kName);

TEST(GateScriptReportsTest, EachModelHasItsReportsAndTheSummaryHasAll) {
  const Checkouts checkouts;
  checkouts.AddModel("second");
  const ProcessResult result = RunGate(checkouts, DefaultOptions(checkouts));
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_EQ(NamesIn(checkouts.At("reports")),
            (std::set<std::string>{"chat.sarif", "chat.junit.xml", "chat.md", "chat.html", "second.sarif",
                                   "second.junit.xml", "second.md", "second.html", "summary.md"}));
  const auto read = [&](const std::string& name) {
    std::ifstream in(checkouts.At("reports/" + name));
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(read("summary.md"), read("chat.md") + "\n" + read("second.md") + "\n");
  EXPECT_NE(read("chat.sarif").find("\"2.1.0\""), std::string::npos);
  EXPECT_NE(read("chat.junit.xml").find("<testsuite"), std::string::npos);
  EXPECT_NE(read("chat.html").find("<html"), std::string::npos);
}

TEST(GateScriptReportsTest, NoneAskedForIsNoneWritten) {
  const Checkouts checkouts;
  Options options = DefaultOptions(checkouts);
  options["--reports"] = "none";
  const ProcessResult result = RunGate(checkouts, options);
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_EQ(NamesIn(checkouts.At("reports")), std::set<std::string>());
}

}  // namespace
}  // namespace weighbridge::deploy
