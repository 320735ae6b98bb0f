// Which file names promise terms: licences, use policies, notices; in the words of several languages.
#ifndef WEIGHBRIDGE_SERVICES_TYPES_TERMS_NAME_H_
#define WEIGHBRIDGE_SERVICES_TYPES_TERMS_NAME_H_

#include <optional>

#include "services/types/artifact.h"
#include "services/types/file_name.h"

namespace weighbridge::types_internal {

// kLicenseText, kUsePolicy or kNotice if `name` promises terms, else nothing. `holds_text`: the content is a text or a
// document, so that the suffix of a picture or an archive is no reason to believe it.
//
// The suffixes of programs, settings and tables need more than a word of the law somewhere:
//   programs (.py .js ...)     the stem is such a word (LICENSE.py, notice.js), or ends in a licence and does not begin
//                              with what a script does (model_license.js; not check_license.py, licensing.py), or the
//                              word is written in capitals (LICENSE-MODEL.py; not license_utils.py)
//   settings (.json .toml ...) the same, or all other words mean a setting (license_config.json; not
//   terms_by_year.json) tables and media           the stem is one such word (LICENSE.csv), or it is written in
//   capitals and comes first
std::optional<Role> TermsRoleOf(const FileName& name, bool holds_text);

// Suffix of a program in source form: what a person can write and a text can hide behind.
bool HasSourceSuffix(const FileName& name);

// Suffix of a table, a setting or a medium: a word of the law in such a name usually means something else.
bool HasDataSuffix(const FileName& name);

}  // namespace weighbridge::types_internal

#endif  // WEIGHBRIDGE_SERVICES_TYPES_TERMS_NAME_H_
