// The parts of the linter. Each looks at one kind of message and reports through the cursor; Lint() calls them all.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_PARTS_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_PARTS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "services/rulebook/cursor.h"
#include "services/rulebook/parse.h"

namespace weighbridge::rulebook {

// What every check may ask about the rest of the rulebook.
struct LintContext {
  const ParsedRules* rules = nullptr;
  std::set<std::string> fields;  // ids of fields.textproto
  std::set<std::string> groups;  // ids of countries.textproto
  std::map<std::string, const Parsed<rules::v1::License>*>
      licenses;  // by short id; null for a file that does not parse
};

// ---- words and dates (lint_words.cc)
bool IsSnakeCase(std::string_view id);
bool IsLowerCase(std::string_view name);
bool IsSha256Hex(std::string_view hex);
// YYYY-MM-DD of the Gregorian calendar, 1970 to 2100.
bool IsDate(std::string_view date);
// "2024-07-23" -> "2024-06"; empty if `date` is none.
std::string MonthBefore(std::string_view date);
int CountWords(std::string_view text);
bool IsCountryCode(std::string_view code);
// Every text in the message: no blanks at the ends, no control characters, no empty elements of lists.
void LintTexts(const Cursor& at);

// ---- conditions (lint_condition.cc)
struct ConditionOwner {
  std::string released;  // of the licence, for moments bound to it
};
void LintCondition(const LintContext& context, const ConditionOwner& owner, const Cursor& at);
// Adds the fact ids that the condition asks for.
void CollectFacts(const rules::v1::Condition& condition, std::set<int>* facts);

// What a condition is when one fact has one value and nothing else is known (Kleene's three values).
enum class Truth { kFalse, kTrue, kUnknown };
Truth HoldsFor(const rules::v1::Condition& condition, rules::v1::FactId::Value fact, std::string_view value);

// ---- messages
void LintLicense(const LintContext& context, const Cursor& at);  // lint_license.cc
void LintTerms(const LintContext& context, const Cursor& at);  // lint_terms.cc: tests, duties and the rest with clauses
void LintProvenance(const LintContext& context,
                    const Cursor& at);  // lint_provenance.cc, with the token files of the folder
void LintTokenFolders(const LintContext& context, std::vector<RuleIssue>* issues);
void LintFamily(const LintContext& context, const Cursor& at);  // lint_family.cc
void LintFields(const Cursor& at);                              // lint_lists.cc
void LintCountries(const Cursor& at);
void LintTriggers(const Cursor& at);
void LintTermPatterns(const Cursor& at);

// ---- across files (lint_names.cc)
void LintNames(const LintContext& context, std::vector<RuleIssue>* issues);
void LintReferences(const LintContext& context, std::vector<RuleIssue>* issues);
void LintGlobs(const LintContext& context, std::vector<RuleIssue>* issues);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_PARTS_H_
