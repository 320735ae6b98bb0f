// Which paths of the server a client may name.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_SCAN_ROOTS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_SCAN_ROOTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weighbridge::daemon {

// Longest form of a scan root: absolute, without links. NotFound, PermissionDenied, FailedPrecondition (no folder).
absl::StatusOr<std::string> CanonicalRoot(const std::string& path);

// The path to scan for what a client named in `field`: absolute, its folder without links, inside one of `roots`
// (canonical). A relative path is taken below the only root.
//   InvalidArgument      empty, too long, malformed, or relative with several roots
//   PermissionDenied     outside the roots, or a link leads out of them; says nothing about what is there
//   NotFound             inside the roots, and nothing there
//   FailedPrecondition   there is no scan root
absl::StatusOr<std::string> ResolveUnderRoots(const std::string& path, std::string_view field,
                                              const std::vector<std::string>& roots);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_SCAN_ROOTS_H_
