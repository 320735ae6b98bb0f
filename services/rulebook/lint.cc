#include "services/rulebook/lint.h"

#include <algorithm>
#include <tuple>

#include "services/rulebook/lint_parts.h"

namespace weighbridge::rulebook {

void SortIssues(std::vector<RuleIssue>* issues) {
  std::sort(issues->begin(), issues->end(), [](const RuleIssue& a, const RuleIssue& b) {
    return std::tie(a.path, a.line, a.column, a.message) < std::tie(b.path, b.line, b.column, b.message);
  });
  issues->erase(std::unique(issues->begin(), issues->end()), issues->end());
}

std::vector<RuleIssue> Lint(const ParsedRules& rules) {
  std::vector<RuleIssue> issues;
  LintContext context;
  context.rules = &rules;
  for (const rules::v1::Field& field : rules.fields.message.field()) context.fields.insert(field.id());
  for (const rules::v1::CountryGroup& group : rules.countries.message.group()) context.groups.insert(group.id());
  for (const std::string& folder : rules.license_folders) context.licenses[folder] = nullptr;
  for (const auto& license : rules.licenses) {
    context.licenses[std::string(LicenseFolder(license.path))] = &license;
  }
  for (const auto& license : rules.licenses) {
    const Cursor at(license, &issues);
    LintTexts(at);
    LintLicense(context, at);
    LintTerms(context, at);
    LintProvenance(context, at);
  }
  for (const auto& family : rules.families) {
    const Cursor at(family, &issues);
    LintTexts(at);
    LintFamily(context, at);
  }
  const Cursor fields(rules.fields, &issues), countries(rules.countries, &issues), triggers(rules.triggers, &issues);
  const Cursor terms(rules.terms, &issues);
  LintTexts(fields);
  LintFields(fields);
  LintTexts(countries);
  LintCountries(countries);
  LintTexts(triggers);
  LintTriggers(triggers);
  LintTexts(terms);
  LintTermPatterns(terms);
  LintTokenFolders(context, &issues);
  LintNames(context, &issues);
  LintReferences(context, &issues);
  LintGlobs(context, &issues);
  SortIssues(&issues);
  return issues;
}

}  // namespace weighbridge::rulebook
