#include "services/policy/figures.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/all_figures.h"
#include "services/policy/money.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using rules::v1::Comparison;
using rules::v1::FactId;
using rules::v1::Moment;
using rules::v1::Subject;
using rules::v1::Threshold;

// How long a figure answers for "at any time" after the end of its period.
constexpr int kMonthlyFreshMonths = 3;
constexpr int kAnnualFreshMonths = 15;
// Stated figures that an explanation names before it says how many more there are.
constexpr size_t kMaxNamedFigures = 4;

std::string ScopeWords(int scope) {
  switch (scope) {
    case Subject::product:
      return "the product";
    case Subject::licensee:
      return "the licensee";
    case Subject::licensee_and_affiliates:
      return "the licensee and its affiliates";
    case Subject::control_group:
      return "the control group";
    default:
      return "an unknown scope";
  }
}

std::string Spaced(std::string word) {
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

std::string ComparisonWords(Comparison::Value comparison) {
  switch (comparison) {
    case Comparison::greater:
      return "more than";
    case Comparison::greater_or_equal:
      return "at least";
    case Comparison::less:
      return "less than";
    case Comparison::less_or_equal:
      return "at most";
    default:
      return "(no comparison)";
  }
}

// The metric whose sum over twelve months is this annual one.
std::optional<FactId::Value> MonthlyOf(FactId::Value metric) {
  if (metric == FactId::annual_revenue) return FactId::monthly_revenue;
  return std::nullopt;
}

}  // namespace

std::string Grouped(int64_t value) {
  std::string digits = std::to_string(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

Figures::Figures(const v1::Profile& profile, absl::Time evaluated_at)
    : rates_(profile.exchange_rates().begin(), profile.exchange_rates().end()),
      evaluated_at_(evaluated_at),
      now_(MonthOf(evaluated_at)) {
  for (const v1::Figure& figure : AllFigures(profile)) {
    // Anything the profile reader would have refused proves nothing here.
    const std::optional<Period> period = ParsePeriod(figure.has_never_above() ? figure.as_of() : figure.period());
    const int64_t value = figure.has_never_above() ? figure.never_above() : figure.value();
    if (!period.has_value() || value < 0 || figure.has_never_above() == figure.has_value()) continue;
    Stated stated{figure.metric(),  *period, value, figure.has_never_above(), static_cast<int>(figure.scope()),
                  figure.currency()};
    // A bare year is the end of the year for an annual metric; for a monthly one the year may have been meant from its
    // beginning on, so only its first month is taken as covered.
    if (stated.never_above && stated.period.year && !IsAnnual(stated.metric)) {
      stated.period = MonthPeriod(stated.period.first);
    }
    stated_.push_back(std::move(stated));
  }
  founded_ = Founding("founded", profile.founded());
  group_founded_ = Founding("group_founded", profile.group_founded());
  // The licensee is part of its group: whichever is older counts.
  if (group_founded_.has_value() && founded_.has_value()) group_founded_ = std::min(*group_founded_, *founded_);
}

std::optional<Month> Figures::Founding(const char* key, const std::string& stated) {
  const std::optional<Period> month = ParsePeriod(stated);
  if (!month.has_value()) return std::nullopt;
  if (month->first <= now_) return month->first;
  // Somebody who does not exist yet cannot ask: the date is wrong, and a wrong one must not make a zero.
  founding_note_ += absl::StrFormat("%s`%s` %s lies in the future and proves nothing", founding_note_.empty() ? "" : "; ",
                                    key, PeriodName(*month));
  return std::nullopt;
}

std::optional<std::pair<int64_t, int64_t>> Figures::Convert(const Stated& figure, const std::string& currency) const {
  if (figure.currency == currency) return std::make_pair(figure.value, figure.value);
  if (figure.currency.empty() || currency.empty()) return std::nullopt;
  std::optional<std::pair<int64_t, int64_t>> range;
  for (const v1::ExchangeRate& rate : rates_) {
    if (rate.from() != figure.currency || rate.to() != currency || !ParseDay(rate.date()).has_value()) continue;
    const auto converted = ConvertAmount(figure.value, rate.rate());
    if (!converted.has_value()) continue;
    if (!range.has_value()) range = converted;
    // Several rates: both ends as unfavourable as any of them.
    range->first = std::min(range->first, converted->first);
    range->second = std::max(range->second, converted->second);
  }
  return range;
}

Figures::Bounds Figures::InPeriod(const Question& question, const Period& period) const {
  Bounds bounds;
  std::vector<std::string> sources;
  const auto raise = [&](int64_t value) { bounds.lower = std::max(bounds.lower.value_or(value), value); };
  const auto lower_to = [&](int64_t value) { bounds.upper = std::min(bounds.upper.value_or(value), value); };
  for (const Stated& figure : stated_) {
    if (figure.metric != question.metric) continue;
    if (figure.period.first > now_) continue;
    if (figure.never_above ? figure.period.last < period.last || period.last > now_ : !(figure.period == period)) {
      continue;
    }
    const auto amount = Convert(figure, question.currency);
    if (!amount.has_value()) continue;
    const std::string unit = figure.currency.empty() ? "" : " " + figure.currency;
    if (figure.never_above) {
      if (figure.scope < question.scope) continue;
      lower_to(amount->second);
      sources.push_back(absl::StrFormat("never above %s%s up to %s for %s", Grouped(figure.value), unit,
                                        PeriodName(figure.period), ScopeWords(figure.scope)));
      continue;
    }
    if (figure.scope <= question.scope) raise(amount->first);
    if (figure.scope >= question.scope) lower_to(amount->second);
    std::string role = figure.scope < question.scope ? ", a lower bound" : "";
    if (figure.scope > question.scope) role = ", an upper bound";
    sources.push_back(absl::StrFormat("%s%s in %s for %s%s", Grouped(figure.value), unit, PeriodName(figure.period),
                                      ScopeWords(figure.scope), role));
  }
  const bool narrow = question.scope <= Subject::licensee;
  const std::optional<Month> founded = narrow ? founded_ : group_founded_;
  if (founded.has_value() && period.last < *founded) {
    raise(0);
    lower_to(0);
    sources.push_back(absl::StrFormat("none, because %s was founded in %s",
                                      narrow ? "the licensee" : "the oldest part of the group",
                                      PeriodName(MonthPeriod(*founded))));
  }
  if (const auto monthly = MonthlyOf(question.metric); monthly.has_value() && period.year) {
    const Bounds sum = SumOver({*monthly, question.scope, question.currency}, period.first, period.last);
    if (sum.lower.has_value()) raise(*sum.lower);
    if (sum.upper.has_value()) lower_to(*sum.upper);
    if (!sum.source.empty()) sources.push_back(sum.source);
  }
  bounds.source = absl::StrJoin(sources, "; ");
  return bounds;
}

Figures::Bounds Figures::SumOver(const Question& question, Month first, Month last) const {
  Bounds sum;
  int64_t lower = 0;
  int64_t upper = 0;
  bool any = false;
  bool all = true;
  for (Month month = first; month <= last; ++month) {
    const Bounds bounds = InPeriod(question, MonthPeriod(month));
    if (bounds.lower.has_value()) {
      lower = SaturatingAdd(lower, *bounds.lower);
      any = true;
    }
    if (bounds.upper.has_value()) {
      upper = SaturatingAdd(upper, std::max(*bounds.upper, bounds.lower.value_or(0)));
    } else {
      all = false;
    }
  }
  if (any) sum.lower = lower;
  if (all) sum.upper = upper;
  const std::string run = PeriodName(Period{first, last, false});
  if (any && all && lower == upper) {
    sum.source = absl::StrFormat("%s as the sum of %s", Grouped(lower), run);
  } else if (all) {
    sum.source = absl::StrFormat("at most %s as the sum of %s", Grouped(upper), run);
  } else if (any) {
    sum.source = absl::StrFormat("at least %s as the sum of the months stated in %s", Grouped(lower), run);
  }
  return sum;
}

void Figures::Widen(const Bounds& other, Bounds* bounds) {
  if (other.lower.has_value()) bounds->lower = std::max(bounds->lower.value_or(*other.lower), *other.lower);
  if (other.upper.has_value()) bounds->upper = std::max(bounds->upper.value_or(*other.upper), *other.upper);
}

Figures::Bounds Figures::AtAnyTime(const Question& question, std::string* note) const {
  // Every period of which something is stated; `never_above` counts at the end of what it covers, where the fewest
  // others narrow it.
  std::set<std::tuple<Month, Month, bool>> periods;
  for (const Stated& figure : stated_) {
    if (figure.metric != question.metric || figure.period.first > now_) continue;
    if (!figure.never_above) {
      periods.insert({figure.period.first, figure.period.last, figure.period.year});
      continue;
    }
    Month end = std::min(figure.period.last, now_);
    if (IsAnnual(question.metric)) {
      const int year = (end + 1) / 12 - 1;  // the last year that is over by then
      periods.insert({year * 12, year * 12 + 11, true});
    } else {
      periods.insert({end, end, false});
    }
  }
  Bounds all;
  std::vector<std::string> sources;
  std::optional<Month> fresh_until;  // the last month, wholly, in which the newest figure still answers
  std::string newest;
  for (const auto& [first, last, year] : periods) {
    const Period period{first, last, year};
    const Bounds bounds = InPeriod(question, period);
    Widen(bounds, &all);
    if (!bounds.source.empty() && std::find(sources.begin(), sources.end(), bounds.source) == sources.end()) {
      sources.push_back(bounds.source);
    }
    const Month until = last + (year ? kAnnualFreshMonths : kMonthlyFreshMonths);
    if (bounds.upper.has_value() && (!fresh_until.has_value() || until > *fresh_until)) {
      fresh_until = until;
      newest = PeriodName(period);
    }
  }
  if (fresh_until.has_value() && evaluated_at_ > StartOf(*fresh_until + 1)) {
    all.upper.reset();
    *note =
        absl::StrFormat("the newest figure that could settle it ends with %s, too long before the evaluation", newest);
  }
  if (sources.size() > kMaxNamedFigures) {
    const size_t more = sources.size() - kMaxNamedFigures;
    sources.erase(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(more));
    sources.push_back(absl::StrFormat("and %d more", more));
  }
  all.source = absl::StrJoin(sources, "; ");
  return all;
}

Figures::Bounds Figures::AnyTwelveMonths(const Question& question) const {
  Bounds all;
  // Every window that ends with a stated month or begins with one can be the largest; the last complete twelve months
  // are those that must be known for the limit to be kept.
  std::set<Month> ends = {now_ - 1};
  for (const Stated& figure : stated_) {
    if (figure.metric != question.metric || figure.never_above || figure.period.year) continue;
    ends.insert(std::min(figure.period.last, now_));
    ends.insert(std::min(figure.period.first + 11, now_));
  }
  int64_t best = -1;
  for (Month end : ends) {
    const Bounds window = SumOver(question, end - 11, end);
    const bool last_twelve = end == now_ - 1;
    if (window.lower.has_value()) all.lower = std::max(all.lower.value_or(0), *window.lower);
    if (last_twelve) all.upper = window.upper;
    if (window.lower.value_or(0) > best || last_twelve) {
      best = std::max(best, window.lower.value_or(0));
      all.source = window.source;
    }
  }
  // A window in the past that is known to be larger is the largest.
  if (all.upper.has_value() && all.lower.has_value()) all.upper = std::max(*all.upper, *all.lower);
  if (question.metric == FactId::monthly_revenue) {  // a calendar year is one of the windows
    std::string note;
    const Bounds years = AtAnyTime({FactId::annual_revenue, question.scope, question.currency}, &note);
    if (years.lower.has_value()) {
      all.lower = std::max(all.lower.value_or(0), *years.lower);
      if (all.upper.has_value()) all.upper = std::max(*all.upper, *all.lower);
      all.source += (all.source.empty() ? "" : "; ") + years.source;
    }
  }
  return all;
}

std::string Figures::Unused(const Question& question, const std::optional<Period>& asked) const {
  std::vector<std::string> notes;
  for (const Stated& figure : stated_) {
    if (figure.metric != question.metric) continue;
    const std::string unit = figure.currency.empty() ? "" : " " + figure.currency;
    std::string why;
    const Period& period = figure.period;
    if (period.first > now_) {
      why = "lies in the future";
    } else if (!Convert(figure, question.currency).has_value()) {
      why = figure.currency.empty() ? "names no currency"
                                    : absl::StrFormat("is in %s and the profile gives no dated rate to %s",
                                                      figure.currency, question.currency);
    } else if (figure.never_above && figure.scope < question.scope) {
      why = absl::StrFormat("speaks of %s, which is narrower than what the clause counts", ScopeWords(figure.scope));
    } else if (asked.has_value() && (figure.never_above ? period.last < asked->last : !(period == *asked))) {
      if (figure.never_above) {
        why = absl::StrFormat("ends before %s", PeriodName(*asked));
      } else if (period.year != asked->year) {
        why = "is for another kind of period";
      } else {
        why = absl::StrFormat("is for a %s period than the one the clause asks about",
                              period.first > asked->first ? "later" : "earlier");
      }
    }
    if (why.empty()) continue;
    notes.push_back(absl::StrFormat("the figure %s%s%s %s %s", figure.never_above ? "never above " : "",
                                    Grouped(figure.value), unit, figure.never_above ? "up to" : "for",
                                    PeriodName(period) + " " + why));
  }
  if (notes.size() > kMaxNamedFigures) {
    const size_t more = notes.size() - kMaxNamedFigures;
    notes.erase(notes.begin(), notes.begin() + static_cast<std::ptrdiff_t>(more));  // the newest stand last
    notes.push_back(absl::StrFormat("%d more figures do not answer it either", more));
  }
  return absl::StrJoin(notes, "; ");
}

FigureAnswer Figures::Answer(const Threshold& threshold, bool worst_is_true) const {
  FigureAnswer answer;
  Question question{threshold.metric(), static_cast<int>(threshold.subject()), threshold.currency()};
  // A rule without a subject is read in the way that is hardest to satisfy and to violate.
  if (question.scope < Subject::product || question.scope > Subject::control_group)
    question.scope = Subject::control_group;

  std::optional<Period> asked;
  Bounds bounds;
  std::string when = "at any time";
  std::string path_period = "latest";
  std::string note;
  bool readable = rules::v1::FactId_Value_IsValid(threshold.metric()) &&
                  InfoOf(threshold.metric()).type() == rules::v1::FactType::figure;
  switch (threshold.moment()) {
    case Moment::month_before_release:
    case Moment::on_release:
      asked = ParsePeriod(threshold.period());
      if (asked.has_value() && IsAnnual(threshold.metric()) != asked->year) readable = false;
      break;
    case Moment::preceding_month:
      asked = MonthPeriod(now_ - 1);
      if (IsAnnual(threshold.metric())) readable = false;
      break;
    case Moment::preceding_year:
    case Moment::fiscal_year:
      asked = YearPeriod(now_ / 12 - 1);
      break;
    case Moment::any_12_months:
      when = "in any twelve consecutive months";
      if (IsAnnual(threshold.metric())) {
        bounds = AtAnyTime(question, &note);
        if (const auto monthly = MonthlyOf(question.metric); monthly.has_value()) {
          const Bounds months = AnyTwelveMonths({*monthly, question.scope, question.currency});
          if (months.lower.has_value()) bounds.lower = std::max(bounds.lower.value_or(0), *months.lower);
          if (months.upper.has_value()) {
            bounds.upper = std::max(bounds.upper.value_or(*months.upper), *months.upper);
            note.clear();
          }
          if (!months.source.empty()) bounds.source += (bounds.source.empty() ? "" : "; ") + months.source;
        }
      } else {
        bounds = AnyTwelveMonths(question);
        path_period = PeriodName(Period{now_ - 12, now_ - 1, false});
      }
      break;
    case Moment::any_time:
    case Moment::not_stated:
      bounds = AtAnyTime(question, &note);
      break;
    default:
      readable = false;
      break;
  }
  if (asked.has_value()) {
    when = (threshold.moment() == Moment::fiscal_year ? "in the fiscal year " : "in ") + PeriodName(*asked);
    path_period = PeriodName(*asked);
    bounds = InPeriod(question, *asked);
    if (threshold.moment() == Moment::fiscal_year) {
      // A fiscal year can close before the calendar's: a figure already stated for this year counts too.
      const Bounds current = InPeriod(question, YearPeriod(now_ / 12));
      if (current.lower.has_value() || current.upper.has_value()) {
        const bool known = bounds.upper.has_value();
        Widen(current, &bounds);
        if (!known) bounds.upper.reset();
        bounds.source += (bounds.source.empty() ? "" : "; ") + current.source;
      }
    }
  } else if (threshold.moment() == Moment::month_before_release || threshold.moment() == Moment::on_release) {
    readable = false;  // the rule names no month
  }

  const std::string unit = threshold.currency().empty() ? "" : " " + threshold.currency();
  const std::string subject =
      absl::StrFormat("%s of %s %s", Spaced(FactName(threshold.metric())), ScopeWords(question.scope), when);
  const std::string limit =
      absl::StrFormat("%s %s%s", ComparisonWords(threshold.comparison()), Grouped(threshold.value()), unit);
  if (!readable || threshold.comparison() == Comparison::comparison_unspecified) {
    answer.explanation = absl::StrFormat("the rule asks for %s %s, which cannot be read from figures", subject, limit);
    return answer;
  }

  // What the interval proves. Where the text leaves the boundary open, a figure on it proves neither.
  const int64_t value = threshold.value();
  const bool open = threshold.boundary_ambiguous();
  const bool above = bounds.lower.has_value() && *bounds.lower > value;
  const bool below = bounds.upper.has_value() && *bounds.upper < value;
  const bool not_below = bounds.lower.has_value() && (*bounds.lower > value || (!open && *bounds.lower == value));
  const bool not_above = bounds.upper.has_value() && (*bounds.upper < value || (!open && *bounds.upper == value));
  bool proves_true = false;
  bool proves_false = false;
  switch (threshold.comparison()) {
    case Comparison::greater:
      proves_true = above;
      proves_false = not_above;
      break;
    case Comparison::greater_or_equal:
      proves_true = not_below;
      proves_false = below;
      break;
    case Comparison::less:
      proves_true = below;
      proves_false = not_below;
      break;
    case Comparison::less_or_equal:
      proves_true = not_above;
      proves_false = above;
      break;
    default:
      break;
  }
  const bool contradictory = bounds.lower.has_value() && bounds.upper.has_value() && *bounds.lower > *bounds.upper;
  if (proves_true && proves_false) {
    answer.truth = FromBool(worst_is_true);
  } else if (proves_true || proves_false) {
    answer.truth = FromBool(proves_true);
  }
  answer.ambiguous = open && bounds.lower == value && bounds.upper == value;

  const std::string stated = bounds.source.empty() ? "no figure that answers it is stated" : "stated: " + bounds.source;
  std::string verdict;
  if (answer.truth == Truth::kTrue) verdict = absl::StrFormat("%s are %s", subject, limit);
  if (answer.truth == Truth::kFalse) verdict = absl::StrFormat("%s are not %s", subject, limit);
  if (answer.truth == Truth::kUnknown) verdict = absl::StrFormat("whether %s are %s is not known", subject, limit);
  if (answer.ambiguous) {
    verdict = absl::StrFormat("%s are exactly %s%s, and the text leaves open on which side that falls", subject,
                              Grouped(value), unit);
  }
  answer.explanation = absl::StrFormat("%s (%s)", verdict, stated);
  if (contradictory) {
    answer.explanation +=
        "; the stated figures contradict each other, so the one that is worse for the licensee counts";
  }
  if (!note.empty()) answer.explanation += "; " + note;
  if (const std::string unused = Unused(question, asked); !unused.empty()) answer.explanation += "; " + unused;
  if (!founding_note_.empty()) answer.explanation += "; " + founding_note_;
  if (answer.truth == Truth::kUnknown && !answer.ambiguous) {
    answer.missing_fact = absl::StrFormat("%s[%s,%s]", FactName(threshold.metric()), path_period,
                                          SubjectName(static_cast<Subject::Value>(question.scope)));
  }
  return answer;
}

}  // namespace weighbridge::policy
