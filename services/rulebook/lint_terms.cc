// Everything in a licence that carries a clause: tests, duties, contradictions, permissions, outputs, terminations,
// statements.
#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "services/classify/token_file.h"
#include "services/classify/tokenize.h"
#include "services/rulebook/lint_parts.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::Contradiction;
using rules::v1::Cure;
using rules::v1::Duty;
using rules::v1::Effect;
using rules::v1::ExactString;
using rules::v1::FactId;
using rules::v1::License;
using rules::v1::OutputTerms;
using rules::v1::Stance;
using rules::v1::Test;
using v1::ObligationKind;

constexpr int kExactStringWordsMax = 13;
constexpr uint32_t kStringTokensMax = 400;  // words of a string that is taken from a text

// Ids of one licence: tests and duties share one name space, because findings name either.
void LintId(const Cursor& at, const std::string& id, std::set<std::string>* ids) {
  if (id.empty()) {
    at.ReportAt("id", "id is missing");
  } else if (!IsSnakeCase(id)) {
    at.ReportAt("id", absl::StrFormat("id \"%s\" is not snake_case", id));
  } else if (!ids->insert(id).second) {
    at.ReportAt("id", absl::StrFormat("id \"%s\" stands in this licence twice", id));
  }
}

// The words of an edge of a range are those of the token file there. `begin_of`: where so many words have to stand.
template <typename BeginOf>
void LintEdge(const classify::TokenFile& tokens, const Cursor& at, const char* field, const std::string& edge,
              BeginOf begin_of) {
  const std::vector<classify::Word> words = classify::Tokenize(edge).words;
  if (words.empty() && !edge.empty()) at.ReportAt(field, "holds no word");
  if (words.size() > at.As<ExactString>().word_count()) {
    at.ReportAt(field, "more words than the range has");
    return;
  }
  const size_t begin = begin_of(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    if (tokens.words[begin + i].hash == words[i].hash) continue;
    at.ReportAt(field,
                absl::StrFormat("\"%s\" does not stand at word %d of %s (words are counted without list markers)", edge,
                                begin, at.As<ExactString>().token_file()));
    return;
  }
}

void LintString(const LintContext& context, const Cursor& at) {
  const auto& string = at.As<ExactString>();
  at.Require({"what"});
  if (!string.text().empty()) {
    const int words = CountWords(string.text());
    if (words > kExactStringWordsMax) {
      at.ReportAt("text", absl::StrFormat(
                              "%d words; strings over %d words are taken from the text by token_file, first_word and "
                              "word_count",
                              words, kExactStringWordsMax));
    }
    if (!string.token_file().empty() || string.word_count() != 0 || string.first_word() != 0) {
      at.ReportAt("token_file", "a string has either its text or a range of words, not both");
    }
    return;
  }
  if (string.token_file().empty()) {
    if (string.word_count() != 0 || string.first_word() != 0)
      at.ReportAt("word_count", "a range of words needs its token_file");
    return;  // the duty's summary says where to copy it
  }
  if (string.word_count() == 0 || string.word_count() > kStringTokensMax) {
    at.ReportAt("word_count", absl::StrFormat("word_count must be 1 to %d", kStringTokensMax));
  }
  const std::string path = "licenses/" + std::string(LicenseFolder(at.path())) + "/" + string.token_file();
  const auto found = context.rules->token_files.find(path);
  if (found == context.rules->token_files.end()) {
    at.ReportAt("token_file", absl::StrFormat("there is no file %s", path));
    return;
  }
  at.Require({"begins_with", "ends_with"});
  const absl::StatusOr<classify::TokenFile> tokens = classify::ParseTokenFile(found->second);
  if (!tokens.ok()) return;  // LintTokenFolders reports it
  const size_t first = string.first_word(), count = string.word_count();
  if (count > tokens->words.size() || first > tokens->words.size() - count) {
    at.ReportAt("first_word", absl::StrFormat("the range ends behind the last of %d words of %s", tokens->words.size(),
                                              string.token_file()));
    return;
  }
  LintEdge(*tokens, at, "begins_with", string.begins_with(), [&](size_t) { return first; });
  LintEdge(*tokens, at, "ends_with", string.ends_with(), [&](size_t words) { return first + count - words; });
}

void LintDuty(const LintContext& context, const ConditionOwner& owner, const Cursor& at, std::set<std::string>* ids) {
  const auto& duty = at.As<Duty>();
  LintId(at, duty.id(), ids);
  at.Require({"kind", "clause", "summary", "trigger"});
  for (const char* field : {"applies_when", "violated_when", "fulfilled_when"}) {
    const bool has = field[0] == 'a'   ? duty.has_applies_when()
                     : field[0] == 'v' ? duty.has_violated_when()
                                       : duty.has_fulfilled_when();
    if (has) LintCondition(context, owner, at.Sub(field));
  }
  for (int i = 0; i < duty.strings_size(); ++i) LintString(context, at.Sub("strings", i));
  if (duty.encouraged() && duty.has_violated_when()) {
    at.ReportAt("encouraged", "what the text only encourages cannot be violated");
  }
  if (duty.has_violated_when() && duty.has_fulfilled_when() &&
      duty.violated_when().SerializeAsString() == duty.fulfilled_when().SerializeAsString()) {
    at.ReportAt("fulfilled_when", "the same facts fulfil the duty and violate it");
  }
  if (duty.kind() == ObligationKind::derivative_name && duty.strings().empty()) {
    at.ReportAt("kind", "derivative_name needs the word that the name must have, in `strings`");
  }
  if (duty.kind() == ObligationKind::output_training && !duty.has_violated_when() && !duty.encouraged()) {
    at.ReportAt("kind", "output_training needs violated_when: a profile that trains on outputs would pass");
  }
}

void LintTest(const LintContext& context, const ConditionOwner& owner, const Cursor& at, std::set<std::string>* ids) {
  const auto& test = at.As<Test>();
  LintId(at, test.id(), ids);
  at.Require({"clause", "summary", "kind", "when", "effect"});
  if (test.has_when()) LintCondition(context, owner, at.Sub("when"));
  if (test.has_unless()) {
    LintCondition(context, owner, at.Sub("unless"));
    if (test.unless_clause().empty()) at.ReportAt("unless", "unless needs its unless_clause");
    if (test.when().SerializeAsString() == test.unless().SerializeAsString()) {
      at.ReportAt("unless", "the test never applies: unless is the same as when");
    }
  } else if (!test.unless_clause().empty()) {
    at.ReportAt("unless_clause", "unless_clause without unless");
  }
  if (test.effect() == Effect::duty && test.duties().empty()) {
    at.ReportAt("effect", "effect duty needs the duties that it adds");
  }
  if (test.effect() != Effect::duty && !test.duties().empty()) {
    at.Sub("duties", 0).Report("only a test with effect duty has duties of its own");
  }
  for (int i = 0; i < test.duties_size(); ++i) LintDuty(context, owner, at.Sub("duties", i), ids);
  std::set<int> cures;
  for (int i = 0; i < test.cures_size(); ++i) {
    if (!cures.insert(test.cures(i)).second) {
      at.ReportAt("cures", i, absl::StrFormat("%s stands here twice", Cure::Value_Name(test.cures(i))));
    }
  }
}

void LintContradiction(const LintContext& context, const ConditionOwner& owner, const Cursor& at) {
  const auto& contradiction = at.As<Contradiction>();
  at.Require({"summary"});
  const std::set<std::string> clauses(contradiction.clauses().begin(), contradiction.clauses().end());
  if (clauses.size() < 2 || static_cast<int>(clauses.size()) != contradiction.clauses_size()) {
    at.ReportAt("clauses", "a contradiction names two or more different clauses");
  }
  if (contradiction.has_matters_when()) LintCondition(context, owner, at.Sub("matters_when"));
}

void LintOutputs(const Cursor& at) {
  const auto& outputs = at.As<OutputTerms>();
  at.Require({"commercial", "training", "clause"});
  const auto* scope = FactId::Value_descriptor()->FindValueByNumber(FactId::outputs_training_scope);
  const auto& words = scope->options().GetExtension(rules::v1::fact).values();
  for (int i = 0; i < outputs.training_barred_size(); ++i) {
    if (std::find(words.begin(), words.end(), outputs.training_barred(i)) == words.end()) {
      at.ReportAt("training_barred", i,
                  absl::StrFormat("outputs_training_scope has no value \"%s\"", outputs.training_barred(i)));
    }
  }
  if (outputs.training() == Stance::allowed && !outputs.training_barred().empty()) {
    at.ReportAt("training_barred", 0, "training is allowed and barred at once");
  }
}

}  // namespace

void LintTerms(const LintContext& context, const Cursor& at) {
  const auto& license = at.As<License>();
  const ConditionOwner owner = {license.released()};
  std::set<std::string> ids;
  for (int i = 0; i < license.tests_size(); ++i) LintTest(context, owner, at.Sub("tests", i), &ids);
  for (int i = 0; i < license.duties_size(); ++i) LintDuty(context, owner, at.Sub("duties", i), &ids);
  std::set<std::string> contradiction_ids;
  for (int i = 0; i < license.contradictions_size(); ++i) {
    const Cursor contradiction = at.Sub("contradictions", i);
    LintId(contradiction, license.contradictions(i).id(), &contradiction_ids);
    LintContradiction(context, owner, contradiction);
  }
  for (int i = 0; i < license.permissions_size(); ++i) at.Sub("permissions", i).Require({"right", "stance", "clause"});
  if (license.has_outputs()) LintOutputs(at.Sub("outputs"));
  for (int i = 0; i < license.terminations_size(); ++i)
    at.Sub("terminations", i).Require({"cause", "clause", "summary"});
  for (int i = 0; i < license.statements_size(); ++i) at.Sub("statements", i).Require({"topic", "clause", "summary"});
  for (int i = 0; i < license.use_policies_size(); ++i) at.Sub("use_policies", i).Require({"short_id", "clause"});
  for (int i = 0; i < license.stacked_licenses_size(); ++i)
    at.Sub("stacked_licenses", i).Require({"short_id", "clause"});
  for (int i = 0; i < license.siblings_size(); ++i) at.Sub("siblings", i).Require({"short_id", "difference"});
}

}  // namespace weighbridge::rulebook
