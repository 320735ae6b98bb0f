#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/facts.h"
#include "services/policy/money.h"
#include "services/policy/period.h"
#include "services/policy/registry.h"
#include "services/profile/checks.h"
#include "services/profile/suggest.h"

namespace weighbridge::profile {
namespace {

using rules::v1::FactId;
using rules::v1::FactSide;
using rules::v1::FactType;
using rules::v1::Subject;

bool IsCurrency(const std::string& code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// One figure in the words of the form it was typed in.
struct TypedFigure {
  FactId::Value metric;
  std::string path;
  const char* period_key;
  const char* value_key;
  bool has_period;
  std::string period;
  bool has_value;
  bool has_never_above;
  bool has_as_of;
  std::string as_of;
  int scope;
  bool has_currency;
  std::string currency;
};

class ProfileCheck {
 public:
  ProfileCheck(const v1::Profile& profile, const Vocabulary& vocabulary, const Places& places, Issues* issues)
      : profile_(profile), vocabulary_(vocabulary), places_(places), issues_(issues) {}

  void Run() {
    CheckMonth("founded", profile_.has_founded(), profile_.founded());
    CheckMonth("group_founded", profile_.has_group_founded(), profile_.group_founded());
    CheckWords("use", FactId::use, profile_.use());
    CheckWords("distribution", FactId::distribution, profile_.distribution());
    CheckWords("domicile", FactId::domicile, profile_.domicile());
    CheckWords("countries", FactId::countries, profile_.countries());
    CheckWords("modifications", FactId::modifications, profile_.modifications());
    CheckWords("fields_of_use", FactId::fields_of_use, profile_.fields_of_use());
    CheckNone();
    Figures();
    for (int i = 0; i < profile_.exchange_rates_size(); ++i) CheckRate(i);
    for (int i = 0; i < profile_.agreements_size(); ++i) CheckAgreement(i);
    CheckFacts();
  }

 private:
  void Add(const std::string& path, const std::string& message) { issues_->Add(places_.Of(path), message); }

  void CheckMonth(const std::string& key, bool stated, const std::string& value) {
    if (!stated) return;
    const auto period = policy::ParsePeriod(value);
    if (period.has_value() && !period->year) return;
    Add(key, absl::StrFormat("`%s` must be a month as YYYY-MM, and this is `%s`", key, value));
  }

  template <typename Repeated>
  void CheckWords(const std::string& key, FactId::Value id, const Repeated& values) {
    std::set<std::string> seen;
    for (int i = 0; i < values.size(); ++i) {
      const std::string path = absl::StrFormat("%s[%d]", key, i);
      CheckFactValues(id, {values.Get(i)}, vocabulary_, /*groups=*/false, places_.Of(path), issues_);
      if (!seen.insert(values.Get(i)).second) {
        Add(path, absl::StrFormat("`%s` names `%s` twice", key, values.Get(i)));
      }
    }
  }

  void CheckNone() {
    const auto& all = profile_.modifications();
    const auto none = std::find(all.begin(), all.end(), "none");
    if (none == all.end() || all.size() == 1) return;
    Add(absl::StrFormat("modifications[%d]", none - all.begin()),
        "`modifications` says `none` beside a modification; state one or the other");
  }

  void Figures() {
    for (int i = 0; i < profile_.metrics_size(); ++i) {
      const v1::Figure& f = profile_.metrics(i);
      const std::string path = absl::StrFormat("metrics[%d]", i);
      if (policy::InfoOf(f.metric()).type() != FactType::figure) {
        Add(path + ".metric", f.metric() == FactId::fact_id_unspecified
                                  ? "a figure needs `metric`, such as monthly_active_users or annual_revenue"
                                  : absl::StrFormat("`%s` is no figure; state it at the top level or under `facts`",
                                                    policy::FactName(f.metric())));
        continue;
      }
      CheckFigure({f.metric(), path, "period", "value", f.has_period(), f.period(), f.has_value(), f.has_never_above(),
                   f.has_as_of(), f.as_of(), static_cast<int>(f.scope()), f.has_currency(), f.currency()});
    }
    for (int i = 0; i < profile_.monthly_active_users_size(); ++i) {
      const v1::UserFigure& f = profile_.monthly_active_users(i);
      CheckFigure({FactId::monthly_active_users, absl::StrFormat("monthly_active_users[%d]", i), "month", "users",
                   f.has_month(), f.month(), f.has_users(), f.has_never_above(), f.has_as_of(), f.as_of(),
                   static_cast<int>(f.scope()), false, ""});
    }
    CheckRevenue(profile_.annual_revenue(), FactId::annual_revenue);
    CheckRevenue(profile_.monthly_revenue(), FactId::monthly_revenue);
  }

  template <typename Repeated>
  void CheckRevenue(const Repeated& figures, FactId::Value metric) {
    const bool annual = metric == FactId::annual_revenue;
    for (int i = 0; i < figures.size(); ++i) {
      const v1::RevenueFigure& f = figures.Get(i);
      const std::string path = absl::StrFormat("%s[%d]", policy::FactName(metric), i);
      if (annual ? f.has_month() : f.has_year()) {
        Add(path + (annual ? ".month" : ".year"),
            absl::StrFormat("`%s` takes `%s`", policy::FactName(metric), annual ? "year" : "month"));
        continue;
      }
      CheckFigure({metric, path, annual ? "year" : "month", "amount", annual ? f.has_year() : f.has_month(),
                   annual ? f.year() : f.month(), f.has_amount(), f.has_never_above(), f.has_as_of(), f.as_of(),
                   static_cast<int>(f.scope()), f.has_currency(), f.currency()});
    }
  }

  void CheckFigure(TypedFigure f) {
    // A key whose value was refused already is not missing.
    f.has_period = f.has_period || places_.Has(f.path + "." + f.period_key);
    f.has_value = f.has_value || places_.Has(f.path + "." + f.value_key);
    f.has_never_above = f.has_never_above || places_.Has(f.path + ".never_above");
    const std::string name = policy::FactName(f.metric);
    if (f.has_never_above && (f.has_period || f.has_value)) {
      Add(f.path + ".never_above", absl::StrFormat("`never_above` and `%s` exclude each other; write two entries",
                                                   f.has_period ? f.period_key : f.value_key));
      return;
    }
    if (f.has_never_above && !f.has_as_of) {
      Add(f.path + ".never_above", "`never_above` needs `as_of`: the last month or year for which it was true");
    }
    if (!f.has_never_above && f.has_as_of) {
      Add(f.path + ".as_of", "`as_of` belongs to `never_above`, which is not stated");
    }
    if (!f.has_never_above && !f.has_period) {
      Add(f.path, absl::StrFormat("a figure of %s needs `%s`, or `never_above` with `as_of`", name, f.period_key));
    }
    if (!f.has_never_above && !f.has_value) {
      Add(f.path, absl::StrFormat("a figure of %s needs `%s`, or `never_above` with `as_of`", name, f.value_key));
    }
    if (f.has_period) CheckPeriod(f, f.period_key, f.period);
    if (f.has_as_of && !policy::ParsePeriod(f.as_of).has_value()) {
      Add(f.path + ".as_of", absl::StrFormat("`as_of` must be YYYY-MM or YYYY, and this is `%s`", f.as_of));
    }
    const bool money = policy::InfoOf(f.metric).money();
    if (money && !f.has_currency) Add(f.path, absl::StrFormat("a figure of %s needs `currency`, such as USD", name));
    if (!money && f.has_currency) Add(f.path + ".currency", absl::StrFormat("%s has no currency", name));
    if (money && f.has_currency && !IsCurrency(f.currency)) {
      Add(f.path + ".currency",
          absl::StrFormat("`%s` is no currency code of ISO 4217 (three upper-case letters)", f.currency));
    }
    // None given is product, so the two are the same figure.
    const int scope = f.scope == Subject::subject_unspecified ? static_cast<int>(Subject::product) : f.scope;
    const auto key = std::make_tuple(static_cast<int>(f.metric), f.has_never_above,
                                     f.has_never_above ? f.as_of : f.period, scope, f.currency);
    const auto [it, is_new] = seen_.insert({key, places_.Of(f.path)});
    if (!is_new && (f.has_period || f.has_as_of)) {
      Add(f.path, absl::StrFormat("%s for %s and the scope %s is stated twice; first in line %d", name,
                                  f.has_never_above ? f.as_of : f.period,
                                  policy::SubjectName(static_cast<Subject::Value>(scope)), it->second.line));
    }
  }

  void CheckPeriod(const TypedFigure& f, const std::string& key, const std::string& value) {
    const auto period = policy::ParsePeriod(value);
    const bool year_only = policy::IsAnnual(f.metric);
    const bool either = f.metric == FactId::annual_recurring_revenue;
    if (period.has_value() && (either || period->year == year_only)) return;
    const char* form = year_only ? "a year as YYYY" : "a month as YYYY-MM";
    if (either) form = "YYYY-MM or YYYY";
    Add(f.path + "." + key,
        absl::StrFormat("`%s` of %s must be %s, and this is `%s`", key, policy::FactName(f.metric), form, value));
  }

  void CheckRate(int index) {
    const v1::ExchangeRate& rate = profile_.exchange_rates(index);
    const std::string path = absl::StrFormat("exchange_rates[%d]", index);
    if (!rate.has_from() || !rate.has_to() || !(rate.has_rate() || places_.Has(path + ".rate")) || !rate.has_date()) {
      Add(path, "an exchange rate needs `from`, `to`, `rate` and `date`");
    }
    for (const auto& [key, has, code] :
         {std::make_tuple("from", rate.has_from(), rate.from()), std::make_tuple("to", rate.has_to(), rate.to())}) {
      if (has && !IsCurrency(code)) {
        Add(path + "." + key, absl::StrFormat("`%s` is no currency code of ISO 4217 (three upper-case letters)", code));
      }
    }
    if (rate.has_from() && rate.from() == rate.to()) Add(path, "an exchange rate needs two different currencies");
    if (rate.has_rate() && !(rate.rate() >= policy::kMinRate && rate.rate() <= policy::kMaxRate)) {
      Add(path + ".rate", "`rate` must lie between 0.000001 and 1000000");
    }
    CheckDay(path + ".date", "date", rate.has_date(), rate.date());
  }

  void CheckDay(const std::string& path, const char* key, bool stated, const std::string& value) {
    if (!stated || policy::ParseDay(value).has_value()) return;
    Add(path, absl::StrFormat("`%s` must be a day as YYYY-MM-DD, and this is `%s`", key, value));
  }

  void CheckAgreement(int index) {
    const v1::Agreement& agreement = profile_.agreements(index);
    const std::string path = absl::StrFormat("agreements[%d]", index);
    if (agreement.licensor().empty()) Add(path, "an agreement needs `licensor`");
    if (agreement.covers().empty() && !places_.Has(path + ".covers[0]"))
      Add(path, "an agreement needs `covers`: the licences it stands in for");
    for (int i = 0; i < agreement.covers_size(); ++i) {
      CheckLicenseName(agreement.covers(i), vocabulary_, places_.Of(absl::StrFormat("%s.covers[%d]", path, i)), issues_);
    }
    CheckDay(path + ".until", "until", agreement.has_until(), agreement.until());
  }

  void CheckFacts() {
    const std::map<std::string, std::string> facts(profile_.facts().begin(), profile_.facts().end());
    for (const auto& [name, joined] : facts) {
      const std::string path = "facts." + name;
      const auto id = policy::FactFromName(name);
      if (!id.has_value()) {
        Add(path,
            absl::StrFormat("unknown fact `%s`%s", name, Suggestion(name, FactNames(/*profile_side_only=*/true))));
        continue;
      }
      const rules::v1::FactInfo& info = policy::InfoOf(*id);
      if (info.side() != FactSide::profile) {
        Add(path, absl::StrFormat("`%s` is measured from the model and cannot be stated", name));
        continue;
      }
      const std::vector<std::string> values = policy::SplitList(joined);
      if (v1::Profile::descriptor()->FindFieldByName(name) != nullptr) {
        Add(path, OwnKey(name, *id, values));
        continue;
      }
      if (info.type() == FactType::boolean && values.size() > 1) {
        Add(path, absl::StrFormat("`%s` must be true or false, and this is a list", name));
        continue;
      }
      CheckFactValues(*id, values, vocabulary_, /*groups=*/false, places_.Of(path), issues_);
    }
  }

  // What to say about a fact that has a key at the top level.
  std::string OwnKey(const std::string& name, FactId::Value id, const std::vector<std::string>& values) const {
    v1::Profile top = profile_;
    top.clear_facts();
    const policy::MeasuredFacts none;
    const auto stated = policy::Facts(top, none).Find(id);
    std::vector<std::string> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    if (stated.has_value() && stated->values != sorted) {
      return absl::StrFormat("`%s` is %s here and %s at the top level; they contradict each other", name,
                             absl::StrJoin(sorted, ", "), absl::StrJoin(stated->values, ", "));
    }
    return absl::StrFormat("`%s` has a key of its own at the top level; state it there", name);
  }

  const v1::Profile& profile_;
  const Vocabulary& vocabulary_;
  const Places& places_;
  Issues* issues_;
  std::map<std::tuple<int, bool, std::string, int, std::string>, Place> seen_;
};

}  // namespace

void CheckProfile(const v1::Profile& profile, const Vocabulary& vocabulary, const Places& places, Issues* issues) {
  ProfileCheck(profile, vocabulary, places, issues).Run();
}

}  // namespace weighbridge::profile
