// Where rules that are laid over ours change what ours say.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_OVERLAY_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_OVERLAY_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// What Layered() writes among the rule files, so that digest, store and replay know it.
inline constexpr std::string_view kOverlayPath = "overlay.textproto";

// Every file of `overlay` that changes what `base` says, in the order of paths:
// - a licence or use policy of ours with other facts, or with other or further wordings, touches decisions on it;
// - a licence of the user's that takes a hub tag, license name, address or wording of ours touches decisions on both; a
//   wording is also taken with words added or changed, or as an excerpt;
// - other fields of use, country groups or trigger phrases, other rows of one of our families, and rows of the user's
// that
//   stand before one of ours or take away what an architecture says touch every decision.
// Comments, order of files and what is only added change nothing. Wordings of terms (terms.textproto) decide nothing
// and are left out. Files that do not parse are left out: such rules do not load.
rules::v1::Overlay FindRedefinitions(const std::vector<RuleFile>& base, const std::vector<RuleFile>& overlay);

// The file of kOverlayPath.
RuleFile OverlayFile(const rules::v1::Overlay& overlay);

// For people: "rules/licenses/x/rule.textproto:12".
std::string PlaceOf(const rules::v1::Redefinition& redefinition);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_OVERLAY_H_
