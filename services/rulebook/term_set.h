// Wordings of terms from rule messages to the extractor's form.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_

#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/classify/term_pattern.h"

namespace weighbridge::rulebook {

// An unspecified polarity, which the linter refuses, restricts.
inline classify::TermPattern ToTermPattern(const rules::v1::TermPattern& term) {
  classify::TermPattern pattern;
  pattern.id = term.id();
  pattern.kind = term.kind();
  pattern.polarity = term.polarity() == rules::v1::TermPattern::DUTY      ? classify::TermPolarity::kDuty
                     : term.polarity() == rules::v1::TermPattern::PERMITS ? classify::TermPolarity::kPermits
                                                                          : classify::TermPolarity::kRestricts;
  pattern.pattern = term.pattern();
  pattern.unless = term.unless();
  pattern.permitted_if = term.permitted_if();
  pattern.value = term.value();
  pattern.unit = term.unit();
  pattern.needs_ban = term.needs_ban();
  pattern.weak = term.weak();
  pattern.hit = term.hit();
  pattern.miss = term.miss();
  return pattern;
}

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_
