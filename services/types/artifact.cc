#include "services/types/artifact.h"

namespace weighbridge {
namespace {

constexpr Role kAllRoles[] = {
    Role::kWeights,   Role::kIndex, Role::kConfig,      Role::kTokenizer, Role::kAdapter,
    Role::kProjector, Role::kCard,  Role::kLicenseText, Role::kNotice,    Role::kUsePolicy,
    Role::kSignature, Role::kCode,  Role::kArchive,     Role::kOther,
};

}  // namespace

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kWeights:
      return "weights";
    case Role::kIndex:
      return "index";
    case Role::kConfig:
      return "config";
    case Role::kTokenizer:
      return "tokenizer";
    case Role::kAdapter:
      return "adapter";
    case Role::kProjector:
      return "projector";
    case Role::kCard:
      return "card";
    case Role::kLicenseText:
      return "license_text";
    case Role::kNotice:
      return "notice";
    case Role::kUsePolicy:
      return "use_policy";
    case Role::kSignature:
      return "signature";
    case Role::kCode:
      return "code";
    case Role::kArchive:
      return "archive";
    case Role::kOther:
      return "other";
  }
  return "other";
}

std::optional<Role> RoleFromName(std::string_view name) {
  for (const Role role : kAllRoles) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

bool IsLoadable(Role role) {
  switch (role) {
    case Role::kWeights:
    case Role::kIndex:
    case Role::kConfig:
    case Role::kTokenizer:
    case Role::kAdapter:
    case Role::kProjector:
      return true;
    case Role::kCard:
    case Role::kLicenseText:
    case Role::kNotice:
    case Role::kUsePolicy:
    case Role::kSignature:
    case Role::kCode:
    case Role::kArchive:
    case Role::kOther:
      return false;
  }
  return false;
}

}  // namespace weighbridge
