// Figures: what the stated numbers prove about a threshold of a licence (DESIGN section 3, "Figures").
//
// Every question is answered with an interval [lower, upper] that the true number lies in, either end possibly open:
//   * a figure of the scope asked gives both ends; of a narrower scope the lower end; of a wider scope the upper end;
//   * `never_above` gives the upper end for every month up to its `as_of`, with the same rule of scope;
//   * before the licensee was founded (for wider scopes: the oldest affiliate) both ends are zero.
// A comparison is true or false only if the whole interval agrees; else it is unknown.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_FIGURES_H_
#define WEIGHBRIDGE_SERVICES_POLICY_FIGURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/policy/kleene.h"
#include "services/policy/period.h"

namespace weighbridge::policy {

struct FigureAnswer {
  Truth truth = Truth::kUnknown;
  // The figure lies exactly on a boundary that the text leaves open: no fact is missing, a person is.
  bool ambiguous = false;
  // One or more sentences without the final full stop: figure, period, scope, limit, and what did not help.
  std::string explanation;
  // Path of the figure that would settle it; empty unless a fact is missing.
  std::string missing_fact;
};

// Answers thresholds from the figures of one profile. Immutable after construction.
class Figures {
 public:
  // `profile` is copied as far as needed. Figures of periods that begin after the month of `evaluated_at` (of
  // `never_above`: whose `as_of` does) are projections, and like dates of founding after it they prove nothing.
  Figures(const v1::Profile& profile, absl::Time evaluated_at);

  // `worst_is_true`: which answer hurts; contradictory figures that prove both give that one.
  FigureAnswer Answer(const rules::v1::Threshold& threshold, bool worst_is_true) const;

 private:
  // One stated figure after checks.
  struct Stated {
    rules::v1::FactId::Value metric;
    Period period;  // of never_above: .last is the last month covered
    int64_t value;
    bool never_above;
    int scope;  // number of Subject: narrow to wide
    std::string currency;
  };

  // An interval; absent ends are open.
  struct Bounds {
    std::optional<int64_t> lower;
    std::optional<int64_t> upper;
    // What the ends come from, for the explanation.
    std::string source;
  };

  struct Question {
    rules::v1::FactId::Value metric;
    int scope;
    std::string currency;
  };

  // The month of founding; nothing, with a note, for one in the future.
  std::optional<Month> Founding(const char* key, const std::string& stated);

  // The amount in the currency asked, rounded down and up; nothing without a dated rate.
  std::optional<std::pair<int64_t, int64_t>> Convert(const Stated& figure, const std::string& currency) const;

  // What is known of exactly this period.
  Bounds InPeriod(const Question& question, const Period& period) const;
  // What is known of the sum over a run of months of a monthly metric.
  Bounds SumOver(const Question& question, Month first, Month last) const;
  // The largest known figure, open above if it is out of date.
  Bounds AtAnyTime(const Question& question, std::string* note) const;
  // The largest sum of twelve consecutive months.
  Bounds AnyTwelveMonths(const Question& question) const;
  // Adds both intervals for the largest of two numbers.
  static void Widen(const Bounds& other, Bounds* bounds);

  // Stated figures of this metric that do not answer for the period, each with the reason.
  std::string Unused(const Question& question, const std::optional<Period>& asked) const;

  std::vector<Stated> stated_;
  std::vector<v1::ExchangeRate> rates_;
  std::optional<Month> founded_;
  std::optional<Month> group_founded_;
  // What every explanation says about dates of founding that do not count.
  std::string founding_note_;
  absl::Time evaluated_at_;
  Month now_;
};

// "12,000,000".
std::string Grouped(int64_t value);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_FIGURES_H_
