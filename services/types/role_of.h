// Decides what a file of a model is for, by its name and by what its content is.
#ifndef WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_
#define WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_

#include <string_view>

#include "services/types/artifact.h"

namespace weighbridge {

// `path` is relative to the model directory; `format` is the content as services/formats/sniff names it ("safetensors",
// "text", ...), or empty if it is not known. Pure.
//
// Content goes before the name: trained numbers are weights (or adapter, projector) whatever their suffix, a compiled
// program is code. A suffix that promises weights is believed too, so that a file whose content is something else stays
// loadable and the caller can refuse it. Then terms: a text or document named like a licence, use policy or notice is
// one also as LICENSE.py, LICENSE.asc or license_config.json (terms_name.h has the rule), but a module that handles
// licences (license_utils.py) or data with a longer name that merely holds the word (license_plates.csv,
// terms_by_year.json) is none. LICENSE-CODE and LICENSE-MODEL are both license_text; what they cover is the caller's
// question.
//
// "unknown_binary" content is weights unless its name says which other binary it is: a compiled program, a binary
// signature or vocabulary, an archive, a document named like terms or a card, or one of a few harmless kinds. So a file
// `model`, weights.data or model.q4 never counts as `other`, and the caller, who has no parser for it, is UNDECIDED.
// Sizes are not known here: a signature of gigabytes is the caller's to doubt.
Role RoleOf(std::string_view path, std::string_view format);

// Of the files of a tokenizer those that people write (chat templates, the settings) and not a tool: what stands in
// them can speak of terms, unlike a vocabulary.
bool IsWrittenForTokenizer(std::string_view path);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_TYPES_ROLE_OF_H_
