#include "services/source/listing.h"

namespace weighbridge::source {

std::string_view ProblemKindName(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::kLinkLeavesRoot:
      return "link_leaves_root";
    case ProblemKind::kLinkDangling:
      return "link_dangling";
    case ProblemKind::kLinkLoop:
      return "link_loop";
    case ProblemKind::kFifo:
      return "fifo";
    case ProblemKind::kSocket:
      return "socket";
    case ProblemKind::kDevice:
      return "device";
    case ProblemKind::kUnreadable:
      return "unreadable";
    case ProblemKind::kBadName:
      return "bad_name";
    case ProblemKind::kNameTooLong:
      return "name_too_long";
    case ProblemKind::kTooDeep:
      return "too_deep";
    case ProblemKind::kTooLarge:
      return "too_large";
    case ProblemKind::kTooMany:
      return "too_many";
    case ProblemKind::kSeveralModels:
      return "several_models";
    case ProblemKind::kMountCrossing:
      return "mount_crossing";
    case ProblemKind::kHardLink:
      return "hard_link";
    case ProblemKind::kCaseCollision:
      return "case_collision";
    case ProblemKind::kNormalizationTwin:
      return "normalization_twin";
    case ProblemKind::kBidiName:
      return "bidi_name";
  }
  return "unknown";
}

bool IsBlocking(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::kLinkLeavesRoot:
    case ProblemKind::kLinkDangling:
    case ProblemKind::kLinkLoop:
    case ProblemKind::kFifo:
    case ProblemKind::kSocket:
    case ProblemKind::kDevice:
    case ProblemKind::kUnreadable:
    case ProblemKind::kBadName:
    case ProblemKind::kNameTooLong:
    case ProblemKind::kTooDeep:
    case ProblemKind::kTooLarge:
    case ProblemKind::kTooMany:
    case ProblemKind::kSeveralModels:
      return true;
    case ProblemKind::kMountCrossing:
    case ProblemKind::kHardLink:
    case ProblemKind::kCaseCollision:
    case ProblemKind::kNormalizationTwin:
    case ProblemKind::kBidiName:
      return false;
  }
  return true;
}

}  // namespace weighbridge::source
