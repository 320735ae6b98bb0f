#include "services/auditor/license_index.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/source/mapped_file.h"

namespace weighbridge::auditor {
namespace {

constexpr std::string_view kMagic = "WBINDEX1";
constexpr size_t kDigestBytes = 64;
// Divisible by 8: the compiled rulebook behind it is used in place.
constexpr size_t kHeaderBytes = 128;
constexpr int kPathVersion = 1;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// `<prefix>/share/weighbridge/licences.index` for `<prefix>/bin/weighbridge`; empty if the program's own place is not
// known.
std::string IndexBesideProgram() {
  char self[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof self);
  if (size <= 0 || size == static_cast<ssize_t>(sizeof self)) return "";
  std::string folder(self, static_cast<size_t>(size));
  for (int i = 0; i < 2; ++i) {
    const size_t slash = folder.rfind('/');
    if (slash == std::string::npos) return "";
    folder.resize(slash);
  }
  return folder + "/share/weighbridge/licences.index";
}

// An error of an index: what is wrong is never a question of the arguments alone, and its remedy is always the same.
absl::Status Unusable(const std::string& path, const absl::Status& why) {
  return absl::DataLossError(absl::StrFormat(
      "the licence index %s cannot be used: %s; make it again with weighbridge rules build-index, or remove it",
      Printable(path), why.message()));
}

}  // namespace

absl::StatusOr<std::string> IndexPathInCache(std::string_view rules_digest) {
  std::string base = Variable("XDG_CACHE_HOME");
  if (base.empty() || base.front() != '/') {
    base = Variable("HOME");
    if (base.empty() || base.front() != '/') {
      return absl::FailedPreconditionError("no place for the licence index: neither XDG_CACHE_HOME nor HOME is set");
    }
    base += "/.cache";
  }
  return absl::StrFormat("%s/weighbridge/index/%s-%d.index", base, rules_digest.substr(0, 16), kPathVersion);
}

std::string PackIndex(const rulebook::Rulebook& rules, std::string_view built_over) {
  std::string bytes(kMagic);
  bytes += built_over.substr(0, kDigestBytes);
  const Sha256Digest digest = Sha256Of(bytes);
  bytes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  bytes.resize(kHeaderBytes, '\0');
  return bytes + rules.Compile();
}

absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> MapIndex(const std::string& path,
                                                                   std::string_view built_over) {
  const absl::StatusOr<std::shared_ptr<const source::MappedFile>> file = source::MappedFile::Open(path, kIndexBytesMax);
  if (file.status().code() == absl::StatusCode::kNotFound) return file.status();
  if (!file.ok()) return absl::DataLossError(file.status().message());
  const std::string_view bytes = (*file)->bytes();
  if (bytes.size() < kHeaderBytes || bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("it is no licence index");
  }
  std::string header(bytes.substr(0, kMagic.size() + kDigestBytes));
  const Sha256Digest digest = Sha256Of(header);
  header.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  header.resize(kHeaderBytes, '\0');
  if (bytes.substr(0, kHeaderBytes) != header) return absl::DataLossError("its header is damaged");
  if (bytes.substr(kMagic.size(), kDigestBytes) != built_over) {
    return absl::FailedPreconditionError("it was built for other rules than those of this program");
  }
  absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules =
      rulebook::Rulebook::FromCompiled(bytes.substr(kHeaderBytes), *file);
  // Whatever is wrong: only other rules are a reason to go on without it.
  if (!rules.ok()) return absl::DataLossError(rules.status().message());
  return rules;
}

absl::StatusOr<IndexFound> FindIndex(const std::string& path, const rulebook::Rulebook& base) {
  const std::string named = path.empty() ? Variable("WEIGHBRIDGE_INDEX") : path;
  std::vector<std::string> places = {named};
  if (named.empty()) {
    places.clear();
    // Without a home there is no cache to look in, and nothing was named either.
    if (const auto cached = IndexPathInCache(base.digest()); cached.ok()) places.push_back(*cached);
    if (const std::string beside = IndexBesideProgram(); !beside.empty()) places.push_back(beside);
  }
  IndexFound found;
  for (const std::string& place : places) {
    absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules = MapIndex(place, base.digest());
    if (rules.ok()) return IndexFound{*std::move(rules), place, ""};
    switch (rules.status().code()) {
      case absl::StatusCode::kNotFound:
        if (!named.empty()) return Unusable(place, rules.status());
        break;
      case absl::StatusCode::kFailedPrecondition:
        found.path = place;
        found.absent = absl::StrFormat("%s is not used: %s", Printable(place), rules.status().message());
        break;
      default:
        return Unusable(place, rules.status());
    }
  }
  if (found.absent.empty()) found.absent = "none was built here";
  return found;
}

}  // namespace weighbridge::auditor
