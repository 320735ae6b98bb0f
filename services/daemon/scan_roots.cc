#include "services/daemon/scan_roots.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/daemon/limits.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

std::optional<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) return std::nullopt;
  return std::string(real.get());
}

bool IsBelow(std::string_view path, std::string_view root) {
  if (root == "/") return true;
  return path.substr(0, root.size()) == root && (path.size() == root.size() || path[root.size()] == '/');
}

bool IsBelowAny(std::string_view path, const std::vector<std::string>& roots) {
  return std::any_of(roots.begin(), roots.end(), [path](const std::string& root) { return IsBelow(path, root); });
}

absl::Status Outside(std::string_view field) {
  return Because(absl::PermissionDeniedError(absl::StrFormat("%s: outside the scan roots of this server", field)),
                 v1::ErrorReason::OUTSIDE_SCAN_ROOTS, field);
}

absl::Status Malformed(std::string_view field, std::string_view why) {
  return Because(absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, why)), v1::ErrorReason::INVALID_FIELD,
                 field);
}

// A link may lead out of the roots to something that is not there: that must not look different from what is. The
// deepest part that is there decides.
absl::Status NothingAt(std::string path, std::string_view field, const std::vector<std::string>& roots) {
  struct stat status = {};
  while (!path.empty() && lstat(path.c_str(), &status) != 0) path.resize(path.rfind('/'));
  const std::optional<std::string> whole = RealPath(path.empty() ? "/" : path);
  if (!whole.has_value() || !IsBelowAny(*whole, roots)) return Outside(field);
  return Because(absl::NotFoundError(absl::StrFormat("%s: nothing there", field)), v1::ErrorReason::NOT_KNOWN, field);
}

// "/a/./b/" is "/a/b"; nothing if a part is "..".
std::optional<std::string> Plain(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") return std::nullopt;
    plain += '/';
    plain += part;
  }
  return plain.empty() ? "/" : plain;
}

}  // namespace

absl::StatusOr<std::string> CanonicalRoot(const std::string& path) {
  const std::optional<std::string> real = RealPath(path);
  if (!real.has_value()) {
    const std::string message = absl::StrFormat("--scan-root %s: %s", Printable(path), std::strerror(errno));
    return errno == EACCES ? absl::PermissionDeniedError(message) : absl::NotFoundError(message);
  }
  struct stat status = {};
  if (stat(real->c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return absl::FailedPreconditionError(absl::StrFormat("--scan-root %s: no folder", Printable(path)));
  }
  return *real;
}

absl::StatusOr<std::string> ResolveUnderRoots(const std::string& path, std::string_view field,
                                              const std::vector<std::string>& roots) {
  if (path.empty()) return Malformed(field, "empty");
  if (path.size() > kPathBytesMax) return Malformed(field, absl::StrFormat("more than %d bytes", kPathBytesMax));
  if (!IsPlainName(path)) return Malformed(field, "control characters, backslash or no UTF-8");
  if (roots.empty()) {
    return Because(absl::FailedPreconditionError(absl::StrFormat(
                       "%s: this server has no scan root; send an inventory, or start it with --scan-root", field)),
                   v1::ErrorReason::OUTSIDE_SCAN_ROOTS, field);
  }
  std::string absolute = path;
  if (path.front() != '/') {
    if (roots.size() > 1) return Malformed(field, "relative, and this server has several scan roots");
    absolute = roots.front() + "/" + path;
  }
  // Decided by the words first, so that nothing outside is even touched.
  const std::optional<std::string> plain = Plain(absolute);
  if (!plain.has_value() || !IsBelowAny(*plain, roots)) return Outside(field);
  const std::optional<std::string> whole = RealPath(*plain);
  if (!whole.has_value()) return NothingAt(*plain, field, roots);
  if (!IsBelowAny(*whole, roots)) return Outside(field);
  // The last part keeps its name: a file of a hub snapshot is a link, and its name is the snapshot's.
  struct stat status = {};
  if (lstat(plain->c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return *whole;
  struct stat target = {};
  if (stat(whole->c_str(), &target) == 0 && S_ISDIR(target.st_mode)) return *whole;
  const std::optional<std::string> folder = RealPath(plain->substr(0, plain->rfind('/')) + "/");
  if (!folder.has_value() || !IsBelowAny(*folder, roots)) return Outside(field);
  return *folder + plain->substr(plain->rfind('/'));
}

}  // namespace weighbridge::daemon
