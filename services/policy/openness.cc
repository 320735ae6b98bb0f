#include "services/policy/openness.h"

#include <optional>

namespace weighbridge::policy {
namespace {

int Rank(v1::Openness openness) {
  switch (openness) {
    case v1::FULLY_OPEN:
      return 0;
    case v1::OPEN_WEIGHTS_PERMISSIVE:
      return 1;
    case v1::OPEN_WEIGHTS_RESTRICTED:
      return 2;
    case v1::NON_COMMERCIAL:
      return 4;
    case v1::CLOSED_WEIGHTS:
      return 5;
    default:
      return 3;
  }
}

}  // namespace

v1::Openness MoreRestrictive(v1::Openness a, v1::Openness b) { return Rank(a) >= Rank(b) ? a : b; }

v1::Openness OpennessOf(const std::vector<const rules::v1::License*>& licenses) {
  std::optional<v1::Openness> worst;
  for (const rules::v1::License* license : licenses) {
    if (license == nullptr) {
      worst = MoreRestrictive(worst.value_or(v1::OPENNESS_UNKNOWN), v1::OPENNESS_UNKNOWN);
      continue;
    }
    if (license->kind() == rules::v1::DocumentKind::use_policy ||
        license->kind() == rules::v1::DocumentKind::addendum) {
      continue;
    }
    worst = worst.has_value() ? MoreRestrictive(*worst, license->openness()) : license->openness();
  }
  return worst.value_or(v1::OPENNESS_UNKNOWN);
}

}  // namespace weighbridge::policy
