// The rulebook that is linked into the binary.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_BUILTIN_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_BUILTIN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {

// The rules of this build, loaded on the first call; any thread. An error means a damaged binary. For --rules DIR lay
// the folder's files over UnpackBundle((*BuiltinRulebook())->bundle()) with Rulebook::Layered().
const absl::StatusOr<std::shared_ptr<const Rulebook>>& BuiltinRulebook();

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_BUILTIN_H_
