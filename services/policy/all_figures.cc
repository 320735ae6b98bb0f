#include "services/policy/all_figures.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace weighbridge::policy {
namespace {

using rules::v1::FactId;
using rules::v1::Subject;

// Copies the fields that all short forms share.
template <typename Short>
v1::Figure Common(const Short& from, FactId::Value metric) {
  v1::Figure figure;
  figure.set_metric(metric);
  if (from.has_never_above()) figure.set_never_above(from.never_above());
  if (from.has_as_of()) figure.set_as_of(from.as_of());
  if (from.has_scope()) figure.set_scope(from.scope());
  return figure;
}

v1::Figure Revenue(const v1::RevenueFigure& from, FactId::Value metric) {
  v1::Figure figure = Common(from, metric);
  const bool annual = metric == FactId::annual_revenue;
  if (annual ? from.has_year() : from.has_month()) figure.set_period(annual ? from.year() : from.month());
  if (from.has_amount()) figure.set_value(from.amount());
  if (from.has_currency()) figure.set_currency(from.currency());
  return figure;
}

auto Key(const v1::Figure& f) {
  return std::make_tuple(static_cast<int>(f.metric()), f.period(), f.as_of(), static_cast<int>(f.scope()), f.currency(),
                         f.has_value(), f.value(), f.has_never_above(), f.never_above());
}

}  // namespace

std::vector<v1::Figure> AllFigures(const v1::Profile& profile) {
  std::vector<v1::Figure> all(profile.metrics().begin(), profile.metrics().end());
  for (const v1::UserFigure& from : profile.monthly_active_users()) {
    v1::Figure figure = Common(from, FactId::monthly_active_users);
    if (from.has_month()) figure.set_period(from.month());
    if (from.has_users()) figure.set_value(from.users());
    all.push_back(figure);
  }
  for (const v1::RevenueFigure& from : profile.annual_revenue()) all.push_back(Revenue(from, FactId::annual_revenue));
  for (const v1::RevenueFigure& from : profile.monthly_revenue()) all.push_back(Revenue(from, FactId::monthly_revenue));
  for (v1::Figure& figure : all) {
    if (figure.scope() == Subject::subject_unspecified) figure.set_scope(Subject::product);
  }
  std::sort(all.begin(), all.end(), [](const v1::Figure& a, const v1::Figure& b) { return Key(a) < Key(b); });
  return all;
}

}  // namespace weighbridge::policy
