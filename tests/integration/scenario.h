// Scenario files: a model, a profile, and what the gate must say of them. tests/scenarios/README.md shows the format.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_SCENARIO_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_SCENARIO_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

// One line of a file, with its place for messages.
struct ScenarioLine {
  int number = 0;
  std::string text;
};

struct ScenarioFile {
  std::string path;
  std::vector<ScenarioLine> steps;
};

struct Scenario {
  std::string name;  // group and file name without suffix: "llama_3_1.giant_is_denied"
  std::string place;
  std::string why;
  std::vector<ScenarioFile> files;
  std::vector<ScenarioFile> rules;  // laid over the built-in ones with --rules
  std::optional<std::string> profile;
  std::optional<std::string> policy;
  std::string at;
  std::vector<std::string> options;
  std::vector<ScenarioLine> expect;
  std::string error;  // not empty: the file itself is wrong
};

Scenario ParseScenario(std::string_view name, std::string_view place, std::string_view text);

// All scenarios below the folder, by name.
std::vector<Scenario> LoadScenarios(const std::string& folder);

struct Composed {
  std::string error;    // the scenario is wrong
  std::string missing;  // why it cannot be composed here: pack or corpus is absent
};

// Makes the model in `folder` of `dir`.
Composed ComposeModel(const Scenario& scenario, const testing_support::TempDir& dir, const std::string& folder);

// Makes the rules that are laid over ours in `folder` of `dir`.
Composed ComposeRules(const Scenario& scenario, const testing_support::TempDir& dir, const std::string& folder);

// The text of `pack:KEY`, `corpus:ID/N.txt`, or the first that is there of several joined by " or "; see ComposeModel.
Composed FetchText(std::string_view sources, std::string& text);

// Splits at blanks; "double quotes" keep a phrase together.
std::vector<std::string> SplitWords(std::string_view line);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_SCENARIO_H_
