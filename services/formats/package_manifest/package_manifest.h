// Manifests of packages (pyproject.toml, setup.cfg, setup.py, Cargo.toml, package.json): the licence that they declare.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_PACKAGE_MANIFEST_PACKAGE_MANIFEST_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_PACKAGE_MANIFEST_PACKAGE_MANIFEST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

// More fields of one manifest than this are an error: a real one has one, and a few classifiers.
inline constexpr size_t kPackageLicensesMax = 64;
// Of a longer value so much is given.
inline constexpr size_t kPackageLicenseBytesMax = 256;

struct PackageLicense {
  std::string value;    // an SPDX expression, a name, or whatever stands there
  std::string key;      // "license", "classifiers"
  std::string file;     // a file that the value names instead of a licence ("SEE LICENSE IN terms.md")
  bool coarse = false;  // a classifier, which knows no versions of some licences
  Position at;
};

// By the base name alone, in any case of letters.
bool IsPackageManifest(std::string_view base_name);

// Fields of the package itself, not of what it depends on; those that only name a file beside it ("license-file") are
// left out. A classifier is given as the SPDX id that it stands for, or else as it is written. In order of place,
// classifiers last. INVALID_ARGUMENT: package.json is no JSON object, or there are too many fields.
absl::StatusOr<std::vector<PackageLicense>> ReadPackageLicenses(std::string_view base_name, std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_PACKAGE_MANIFEST_PACKAGE_MANIFEST_H_
