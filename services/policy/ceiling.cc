#include "services/policy/ceiling.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "services/policy/all_figures.h"

namespace weighbridge::policy {
namespace {

using rules::v1::Comparison;
using rules::v1::Condition;
using rules::v1::FactId;

constexpr FactId::Value kUserMetrics[] = {FactId::monthly_active_users, FactId::daily_active_users,
                                          FactId::monthly_visits, FactId::monthly_unique_users, FactId::device_count};
constexpr int kDepthMax = 64;

bool IsUserMetric(FactId::Value metric) {
  return std::find(std::begin(kUserMetrics), std::end(kUserMetrics), metric) != std::end(kUserMetrics);
}

// Thresholds that a figure passes upwards. What stands under `not` is passed downwards and is no ceiling.
void AddThresholds(const Condition& condition, int depth, std::vector<const rules::v1::Threshold*>& found) {
  if (depth > kDepthMax) return;
  if (condition.has_threshold()) {
    const rules::v1::Threshold& threshold = condition.threshold();
    const bool upwards =
        threshold.comparison() == Comparison::greater || threshold.comparison() == Comparison::greater_or_equal;
    if (upwards && IsUserMetric(threshold.metric())) found.push_back(&threshold);
  }
  for (const Condition& part : condition.all().of()) AddThresholds(part, depth + 1, found);
  for (const Condition& part : condition.any().of()) AddThresholds(part, depth + 1, found);
}

}  // namespace

std::optional<v1::UserCeiling> LowestUserCeiling(const std::vector<const rules::v1::License*>& licenses,
                                                 const v1::Profile* profile) {
  std::map<FactId::Value, int64_t> largest;
  if (profile != nullptr) {
    for (const v1::Figure& figure : AllFigures(*profile)) {
      if (figure.has_value()) largest[figure.metric()] = std::max(largest[figure.metric()], figure.value());
    }
  }
  std::optional<v1::UserCeiling> lowest;
  for (const rules::v1::License* license : licenses) {
    for (const rules::v1::Test& test : license->tests()) {
      if (test.effect() == rules::v1::Effect::duty) continue;
      std::vector<const rules::v1::Threshold*> thresholds;
      AddThresholds(test.when(), 0, thresholds);
      for (const rules::v1::Threshold* threshold : thresholds) {
        // The largest number with which the threshold is not passed.
        const int64_t most =
            threshold->comparison() == Comparison::greater ? threshold->value() : threshold->value() - 1;
        const auto passed = largest.find(threshold->metric());
        if (passed != largest.end() && passed->second > most) continue;
        v1::UserCeiling ceiling;
        ceiling.set_metric(FactId::Value_Name(threshold->metric()));
        ceiling.set_value(most);
        ceiling.set_license_id(license->id());
        ceiling.set_clause(test.clause());
        const auto key = [](const v1::UserCeiling& c) {
          return std::make_tuple(c.value(), c.license_id(), c.clause());
        };
        if (!lowest.has_value() || key(ceiling) < key(*lowest)) lowest = ceiling;
      }
    }
  }
  return lowest;
}

}  // namespace weighbridge::policy
