// From a metadata value to the licences it names: hub tags, license_name, license_link, SPDX expressions.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_LICENSE_NAMES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_LICENSE_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// A candidate set: one of these licences is meant. One element if the name is precise.
using Candidates = std::vector<const rules::v1::License*>;

// What an expression says.
struct NamedLicenses {
  // Each operand stands (AND). Operands that the rulebook does not know are in `unknown` instead.
  std::vector<Candidates> operands;
  std::vector<std::string> unknown;
  // What the policy chose where an OR offered it, joined by AND; empty if there was no OR or no choice.
  std::string or_chosen;
  // An OR of which no side was chosen: all sides stand.
  bool or_open = false;
  // Licences that stand with an exception of the SPDX list. What the exception allows beyond the licence is not
  // evaluated.
  struct WithException {
    std::string term;      // "GPL-2.0-only WITH Classpath-exception-2.0"
    bool belongs = false;  // known as an exception to this licence
  };
  std::vector<WithException> exceptions;
  // Ids that the SPDX list has given up, and what they were read as.
  struct FormerName {
    std::string written, present;
  };
  std::vector<FormerName> former;
};

// Whole names only, compared without case and surrounding space; never a part of a name. A value that is no name is
// read as an SPDX expression (spdx_expression.h): AND joins, of an OR the first of `or_choices` that it offers decides
// (ids in order of preference, weighbridge.v1.Policy.or_choices), a licence with an exception that nobody knows stays
// unknown, and so does a value that is no expression either. "+" and "-or-later" mean the version that is named: a
// later one is a choice, not a duty. Ids that the SPDX list has given up are read as what replaced them.
NamedLicenses ReadLicenseExpression(std::string_view value, const rulebook::Rulebook& rules,
                                    const std::vector<std::string>& or_choices);

// The licences that an address stands for: as the licences list it; of a licence file in a hub repository those of its
// row, if that was checked and all its terms are known; of Creative Commons those of just this version, where a port to
// the law of a country is another licence than the international one. Empty: not known.
Candidates LicensesOfLink(std::string_view url, const rulebook::Rulebook& rules);

// The three fields by which hubs and converters name a licence.
struct LicenseFields {
  std::vector<std::string> licenses;  // as written, one for each list element
  std::string name;
  std::string link;
};

// Joins the three: what is known of tags, name and link stands together, each licence once; a link that points into
// what tag or name say adds nothing. `other` and the like are resolved by name or link. Tags and names that are not
// known stay in `unknown` even beside a known link. A link alone that is not known is no name.
NamedLicenses ReadLicenseFields(const LicenseFields& fields, const rulebook::Rulebook& rules,
                                const std::vector<std::string>& or_choices);

// True for values that say nothing: empty, white space, other, unknown, none, n/a.
bool SaysNothing(std::string_view value);

std::string TrimmedLower(std::string_view value);

// "ORG/NAME" out of a hub URL or a bare id; empty if it is neither (a local path, another host).
std::string HubIdOf(std::string_view reference);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_LICENSE_NAMES_H_
