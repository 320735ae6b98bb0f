// The commands of README.md print what README.md says they print.
//
// A block that begins with ```console holds commands after "$ " and their output. They run one after the other in one
// folder, that of the composed examples. A line "..." stands for any lines; runs of 16 and more hexadecimal digits and
// instants are not compared, so that neither rules nor clock change the README. A last line "[exit N]" is the exit
// code; 0 where there is none. update.py renews the outputs.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/corpus.h"

namespace weighbridge {
namespace {

struct Ran {
  std::string output;  // stdout and stderr as a terminal shows them
  int exit_code = -1;
};

Ran RunShell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen(("{ " + command + "\n} 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return ran;
  char block[4096];
  while (const size_t got = fread(block, 1, sizeof block, pipe)) ran.output.append(block, got);
  const int status = pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// Digests become "#", instants "@", and blanks at the end go.
std::string Comparable(std::string_view line) {
  std::string out;
  size_t digits = 0;
  for (const char c : std::string(line) + '\n') {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!hex && digits >= 16) out.replace(out.size() - digits, digits, "#");
    digits = hex ? digits + 1 : 0;
    out += c;
  }
  out.erase(out.find_last_not_of(" \n") + 1);
  static const std::regex instant("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
  return std::regex_replace(out, instant, "@");
}

// True if `expected`, with "..." for any lines, is `actual`. Both are small.
bool Fits(const std::vector<std::string>& expected, size_t e, const std::vector<std::string>& actual, size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "...") {
      for (size_t skip = a; skip <= actual.size(); ++skip) {
        if (Fits(expected, e + 1, actual, skip)) return true;
      }
      return false;
    }
    if (a == actual.size() || Comparable(expected[e]) != Comparable(actual[a])) return false;
  }
  return a == actual.size();
}

struct Step {
  int line = 0;
  std::string command;
  std::vector<std::string> output;
  int exit_code = 0;
};

std::vector<Step> StepsOf(const std::string& readme) {
  std::vector<Step> steps;
  bool console = false;
  int number = 0;
  for (const std::string& line : Lines(readme)) {
    ++number;
    if (line.rfind("```", 0) == 0) {
      console = line == "```console";
    } else if (console && line.rfind("$ ", 0) == 0) {
      steps.push_back({number, line.substr(2), {}, 0});
    } else if (console && line.rfind("[exit ", 0) == 0) {
      steps.back().exit_code = std::atoi(line.c_str() + 6);
    } else if (console && !steps.empty()) {
      steps.back().output.push_back(line);
    }
  }
  // An empty line before the next command is layout.
  for (Step& step : steps) {
    while (!step.output.empty() && step.output.back().empty()) step.output.pop_back();
  }
  return steps;
}

TEST(ReadmeTest, CommandsPrintWhatItSays) {
  const std::optional<std::string> pack = testing_support::LicencePackDir();
  if (!pack.has_value()) GTEST_SKIP() << "no licence pack: the examples of README.md cannot be composed";
  const std::string here = std::getenv("TEST_SRCDIR") + std::string("/") + std::getenv("TEST_WORKSPACE");
  const std::string examples = std::getenv("TEST_TMPDIR") + std::string("/examples");
  const Ran composed = RunShell(here + "/deploy/examples/compose.sh --texts " + *pack + " " + examples);
  ASSERT_EQ(composed.exit_code, 0) << composed.output;

  setenv("XDG_DATA_HOME", (examples + "/data").c_str(), 1);
  setenv("NO_COLOR", "1", 1);
  setenv("PATH", (here + "/services/cli:" + std::getenv("PATH")).c_str(), 1);
  const std::vector<Step> steps = StepsOf(testing_support::ReadFileOrFail(here + "/README.md"));
  ASSERT_GE(steps.size(), 5u) << "README.md has no console blocks any more";
  for (const Step& step : steps) {
    const Ran ran = RunShell("cd " + examples + " && " + step.command);
    std::vector<std::string> actual = Lines(ran.output);
    while (!actual.empty() && actual.back().empty()) actual.pop_back();
    EXPECT_EQ(ran.exit_code, step.exit_code) << "README.md:" << step.line << ": " << step.command << "\n" << ran.output;
    EXPECT_TRUE(Fits(step.output, 0, actual, 0)) << "README.md:" << step.line << ": " << step.command << "\nprints\n"
                                                 << ran.output;
  }
}

}  // namespace
}  // namespace weighbridge
