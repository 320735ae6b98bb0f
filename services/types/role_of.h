// Decides what a file of a model is for, by its name and by what its content is.
#ifndef WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_
#define WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_

#include <string_view>

#include "services/types/artifact.h"

namespace weighbridge {

// `path` is relative to the model directory; `format` is the content as services/formats/sniff names it ("safetensors",
// "text", ...), or empty if it is not known. Pure.
//
// Content goes before the name: trained numbers are weights (or adapter, projector) whatever their suffix, a program is
// code. A suffix that promises weights is believed too, so that a file whose content is something else stays loadable
// and the caller can refuse it. Otherwise the name decides; where it is doubtful, the answer is the one that has more
// consequences: a file named like terms is license_text even as LICENSE.csv, but data with a longer name that merely
// holds the word (license_plates.csv, terms_by_year.json) is not.
Role RoleOf(std::string_view path, std::string_view format);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_
