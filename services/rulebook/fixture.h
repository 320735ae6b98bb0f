// A small rulebook of invented licences, for tests.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_FIXTURE_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_FIXTURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// Acorn 1.0 and 2.0 (restricted, one hub tag for both), the Acorn use policy, Pebble (non-commercial), Willow-1.0
// (permissive, with a token file made from WillowText()); the families acorn, willow and zephyr (closed); fields,
// countries, triggers. Nothing is wrong with it.
std::vector<RuleFile> MiniRulebook();

std::string_view WillowText();

// Replaces the first `from` in the file `path`; fails the test and changes nothing if it does not stand there.
void Edit(std::string_view path, std::string_view from, std::string_view to, std::vector<RuleFile>* files);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_FIXTURE_H_
