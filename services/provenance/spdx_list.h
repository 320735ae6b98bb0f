// What the SPDX lists say beside the texts of licences: exceptions and the licences they belong to, ids that were given
// up.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LIST_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LIST_H_

#include <optional>
#include <string_view>

#include "services/provenance/spdx_expression.h"

namespace weighbridge::provenance {

// True for the ids of the SPDX list of exceptions, whatever their case.
bool IsSpdxException(std::string_view id);

// True if the exception is known as one to this licence, an SPDX id with or without "-only", "-or-later" or "+";
// whatever their case. A pair that the table lacks may be sound all the same: a person has to look.
bool BelongsTo(std::string_view exception, std::string_view license);

// The term in place of one whose id the SPDX list has given up: "GPL-2.0+" is "GPL-2.0-or-later", "eCos-2.0" is
// "GPL-2.0-or-later WITH eCos-exception-2.0". Nothing for all others, and for a term that has an exception of its own
// beside the one inside its id.
std::optional<SpdxTerm> PresentForm(const SpdxTerm& term);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LIST_H_
