// One text against the rulebook, as `classify` prints it.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_

#include <string_view>

#include "db/store/store.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// `store` (may be null) holds official texts: where the one of a match is there, its edits say what was expected.
v1::ClassifyTextResult ClassifyText(std::string_view path, std::string_view text, const rulebook::Rulebook& rules,
                                    db::Store* store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_
