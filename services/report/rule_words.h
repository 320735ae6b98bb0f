// What is known of a rule id: the words of `weighbridge explain`, from the one closed list in enums.proto.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_RULE_WORDS_H_
#define WEIGHBRIDGE_SERVICES_REPORT_RULE_WORDS_H_

#include <string>
#include <string_view>

namespace weighbridge::report {

struct RuleWords {
  std::string meaning;
  std::string remedy;
};

// Words of "term.threshold" and its like, and of "duty.license_copy" and its like (a duty of that kind is open). For an
// id that is on no list the meaning says so: a finding is never left out because its rule is new.
RuleWords WordsOfRule(std::string_view rule_id);

// The rule id under which open duties of that kind are shown: "duty." and the kind.
std::string DutyRuleId(std::string_view kind);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_RULE_WORDS_H_
