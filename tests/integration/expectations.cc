#include "tests/integration/expectations.h"

#include <algorithm>
#include <map>
#include <vector>

#include "tests/integration/scenario.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;

// Conditions of one line: {"clause", "2"} and words without a value.
struct Wanted {
  std::map<std::string, std::string> values;
  std::vector<std::string> words;
  bool understood = true;
};

Wanted ReadWanted(const std::vector<std::string>& words, size_t first) {
  Wanted wanted;
  for (size_t i = first; i < words.size(); ++i) {
    const bool named = words[i] == "clause" || words[i] == "missing" || words[i] == "license" || words[i] == "says";
    if (!named) {
      wanted.words.push_back(words[i]);
    } else if (i + 1 < words.size()) {
      wanted.values[words[i]] = words[i + 1];
      ++i;
    } else {
      wanted.understood = false;
    }
  }
  return wanted;
}

bool IsLicense(const v1::GateResult& result, const std::string& name, const std::string& id) {
  if (name == id) return true;
  return std::any_of(result.licenses().begin(), result.licenses().end(),
                     [&](const auto& license) { return license.license_id() == id && license.short_id() == name; });
}

bool Holds(const v1::GateResult& result, const v1::Finding& finding, const std::string& rule, const Wanted& wanted) {
  if (finding.rule_id() != rule) return false;
  for (const auto& [key, value] : wanted.values) {
    if (key == "clause" && finding.clause() != value) return false;
    if (key == "missing" && finding.missing_fact() != value) return false;
    if (key == "license" && !IsLicense(result, value, finding.license_id())) return false;
    if (key == "says" && finding.message().find(value) == std::string::npos) return false;
  }
  return std::all_of(wanted.words.begin(), wanted.words.end(),
                     [&](const std::string& word) { return word == v1::Outcome::Value_Name(finding.outcome()); });
}

bool Holds(const v1::GateResult& result, const v1::Obligation& duty, const std::string& kind, const Wanted& wanted) {
  if (v1::ObligationKind::Value_Name(duty.kind()) != kind) return false;
  for (const auto& [key, value] : wanted.values) {
    if (key == "clause" && duty.clause() != value) return false;
    if (key == "missing") return false;
    if (key == "license" && !IsLicense(result, value, duty.license_id())) return false;
    if (key == "says" && duty.message().find(value) == std::string::npos) return false;
  }
  return std::all_of(wanted.words.begin(), wanted.words.end(), [&](const std::string& word) {
    return word == "fulfilled"       ? duty.fulfilled()
           : word == "not-triggered" ? duty.not_triggered()
                                     : word == "open" && !duty.fulfilled() && !duty.not_triggered();
  });
}

template <typename List>
bool Any(const v1::GateResult& result, const List& list, const std::string& name, const Wanted& wanted) {
  return std::any_of(list.begin(), list.end(), [&](const auto& item) { return Holds(result, item, name, wanted); });
}

std::string CheckLicense(const std::vector<std::string>& words, const v1::GateResult& result) {
  std::string found;
  for (const auto& license : result.licenses()) {
    if (license.short_id() != words[1] && license.license_id() != words[1]) continue;
    std::string match = v1::Match::Verdict_Name(license.match());
    if (license.match() == v1::Match::MATCH_UNSPECIFIED) match = "named";
    if (!license.governs()) return words[1] + " does not govern";
    if (words.size() == 2 || words[2] == match) return "";
    found += " " + match;
  }
  return words[1] + (found.empty() ? " is not among the licences" : " is there as" + found);
}

std::string CheckBare(const std::string& name, const v1::GateResult& result) {
  for (const auto& license : result.licenses()) {
    const bool bare = license.match() == v1::Match::EXACT || license.match() == v1::Match::EQUIVALENT;
    if (bare && IsLicense(result, name, license.license_id())) return "";
  }
  return "no text is " + name;
}

std::string Summary(const v1::GateResult& result) {
  std::string text;
  for (const auto& finding : result.findings()) {
    text += "\n  " + finding.rule_id() + " " + v1::Outcome::Value_Name(finding.outcome()) + " clause " +
            finding.clause() + " missing " + finding.missing_fact() + ": " + finding.message().substr(0, 200);
  }
  return text;
}

}  // namespace

std::string CheckExpectation(const std::string& line, const ProcessResult& process, const v1::GateResult& result) {
  const std::vector<std::string> words = SplitWords(line);
  if (words.empty()) return "";
  const std::string& verb = words[0];
  const auto is = [&](const std::string& actual) {
    return words.size() == 2 && words[1] == actual ? "" : "it is " + actual;
  };
  if (verb == "exit") return is(std::to_string(process.exit_code));
  if (verb == "error" && words.size() == 2) {
    return process.err.find(words[1]) != std::string::npos ? "" : "stderr says: " + process.err;
  }
  if (verb == "decision") return is(v1::Decision_Name(result.decision()));
  if (verb == "openness") return is(v1::Openness_Name(result.openness()));
  if (verb == "claimed") return result.model().claimed() ? "" : "the model is not claimed";
  if (verb == "license" && words.size() >= 2) return CheckLicense(words, result);
  if (verb == "no-license" && words.size() == 2) {
    return CheckLicense(words, result).find("not among") != std::string::npos ? "" : words[1] + " is named";
  }
  if (verb == "bare" && words.size() == 2) return CheckBare(words[1], result);
  if (verb == "conflict" && words.size() == 2) {
    for (const auto& conflict : result.conflicts()) {
      if (v1::ConflictKind::Value_Name(conflict.kind()) == words[1]) return "";
    }
    return "no such conflict among " + std::to_string(result.conflicts_size());
  }
  if (verb == "no-conflict") return result.conflicts().empty() ? "" : "there is one: " + result.conflicts(0).message();
  if (words.size() < 2) return "not understood";
  Wanted wanted = ReadWanted(words, 2);
  if (!wanted.understood) return "not understood";
  if (verb == "finding") return Any(result, result.findings(), words[1], wanted) ? "" : "not among" + Summary(result);
  if (verb == "no-finding")
    return Any(result, result.findings(), words[1], wanted) ? "it is there" + Summary(result) : "";
  if (verb == "not-triggered") wanted.words.push_back("not-triggered");
  const bool there = Any(result, result.obligations(), words[1], wanted);
  if (verb == "obligation" || verb == "not-triggered") return there ? "" : "no such obligation";
  if (verb == "no-obligation") return there ? "it is there" : "";
  return "not understood";
}

}  // namespace weighbridge::integration
