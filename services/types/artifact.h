// Artifact: one file of a model, and the role it plays (DESIGN section 2).
#ifndef WEIGHBRIDGE_SERVICES_TYPES_ARTIFACT_H_
#define WEIGHBRIDGE_SERVICES_TYPES_ARTIFACT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weighbridge {

// What a file is for. Names reach JSON and the database through RoleName(); the numbers never leave the process.
enum class Role {
  kWeights,
  kIndex,
  kConfig,
  kTokenizer,
  kAdapter,
  kProjector,
  kCard,
  kLicenseText,
  kNotice,
  kUsePolicy,
  kSignature,
  kCode,
  kArchive,
  kOther,
};

// Lower-case name: "weights", "license_text", ...
std::string_view RoleName(Role role);

// The role of that name; nothing for any other text.
std::optional<Role> RoleFromName(std::string_view name);

// True for the roles whose files an engine reads: weights, index, config, tokenizer, adapter, projector. The weights
// digest is taken over them.
bool IsLoadable(Role role);

// One file of a model as the report shows it.
struct Artifact {
  std::string path;  // relative to the model directory, '/' between parts; the base name of a single file
  Role role = Role::kOther;
  uint64_t size = 0;       // bytes; of the file that a git-lfs pointer names, if it is one
  std::string sha256_hex;  // 64 lower-case digits; of the file that a git-lfs pointer names, if it is one
  std::string format;      // what the content is, as services/formats/sniff names it
  bool claimed = false;    // digest and size are a pointer's word, not measured
};

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_TYPES_ARTIFACT_H_
