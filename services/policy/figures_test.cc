#include "services/policy/figures.h"

#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/policy/money.h"
#include "services/policy/period.h"

namespace weighbridge::policy {
namespace {

using ::testing::HasSubstr;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Evaluated on 2026-11-21 unless the case says otherwise.
struct Case {
  std::string name;
  std::string threshold;
  std::string profile;
  Truth truth;
  std::string missing_fact = "";
  std::string explanation = "";
  std::string at = "2026-11-21T12:00:00Z";
  bool ambiguous = false;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class FiguresTest : public ::testing::TestWithParam<Case> {};

TEST_P(FiguresTest, Answers) {
  const Case& c = GetParam();
  absl::Time at;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, c.at, &at, &error)) << error;
  const Figures figures(FromText<v1::Profile>(c.profile), at);
  const FigureAnswer answer = figures.Answer(FromText<rules::v1::Threshold>(c.threshold), /*worst_is_true=*/true);
  EXPECT_EQ(answer.truth, c.truth) << answer.explanation;
  EXPECT_EQ(answer.missing_fact, c.missing_fact) << answer.explanation;
  EXPECT_EQ(answer.ambiguous, c.ambiguous);
  EXPECT_THAT(answer.explanation, HasSubstr(c.explanation));
}

std::string Threshold(const std::string& comparison, const std::string& rest) {
  return "metric: monthly_active_users value: 100 subject: licensee comparison: " + comparison + " " + rest;
}
const char kOnce[] = "moment: on_release period: '2024-06'";
const char kOncePath[] = "monthly_active_users[2024-06,licensee]";

std::string Users(const std::string& month, int users, const std::string& scope = "licensee") {
  return "monthly_active_users { month: '" + month + "' users: " + std::to_string(users) + " scope: " + scope + " } ";
}

std::string Months(int year, int first, int last, int amount) {
  std::string text;
  for (int month = first; month <= last; ++month) {
    text += "monthly_revenue { month: '" + std::to_string(year) + (month < 10 ? "-0" : "-") + std::to_string(month) +
            "' amount: " + std::to_string(amount) + " currency: 'USD' scope: licensee } ";
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Comparisons, FiguresTest,
    ::testing::Values(
        Case{"GreaterAt", Threshold("greater", kOnce), Users("2024-06", 100), Truth::kFalse},
        Case{"GreaterOver", Threshold("greater", kOnce), Users("2024-06", 101), Truth::kTrue},
        Case{"GreaterOrEqualAt", Threshold("greater_or_equal", kOnce), Users("2024-06", 100), Truth::kTrue},
        Case{"GreaterOrEqualUnder", Threshold("greater_or_equal", kOnce), Users("2024-06", 99), Truth::kFalse},
        Case{"LessAt", Threshold("less", kOnce), Users("2024-06", 100), Truth::kFalse},
        Case{"LessUnder", Threshold("less", kOnce), Users("2024-06", 99), Truth::kTrue},
        Case{"LessOrEqualAt", Threshold("less_or_equal", kOnce), Users("2024-06", 100), Truth::kTrue},
        Case{"LessOrEqualOver", Threshold("less_or_equal", kOnce), Users("2024-06", 101), Truth::kFalse},
        Case{"LessNarrowUnder", Threshold("less", kOnce), Users("2024-06", 1, "product"), Truth::kUnknown, kOncePath},
        Case{"LessNarrowOver", Threshold("less", kOnce), Users("2024-06", 100, "product"), Truth::kFalse},
        Case{"LessWideUnder", Threshold("less", kOnce), Users("2024-06", 99, "control_group"), Truth::kTrue},
        Case{"ScopeNotGivenIsProduct", Threshold("greater", kOnce),
             "monthly_active_users { month: '2024-06' users: 1 }", Truth::kUnknown, kOncePath,
             "the product, a lower bound"},
        Case{"NarrowAndWideTogether", Threshold("greater", kOnce),
             Users("2024-06", 1, "product") + Users("2024-06", 90, "control_group"), Truth::kFalse},
        Case{"OpenBoundaryAt", Threshold("greater", std::string("boundary_ambiguous: true ") + kOnce),
             Users("2024-06", 100), Truth::kUnknown, "", "leaves open", "2026-11-21T12:00:00Z", true},
        Case{"OpenBoundaryOver", Threshold("greater", std::string("boundary_ambiguous: true ") + kOnce),
             Users("2024-06", 101), Truth::kTrue},
        Case{"OpenBoundaryUnder", Threshold("greater_or_equal", std::string("boundary_ambiguous: true ") + kOnce),
             Users("2024-06", 99), Truth::kFalse},
        Case{"OpenBoundaryUpTo", Threshold("greater", std::string("boundary_ambiguous: true ") + kOnce),
             Users("2024-06", 100, "control_group"), Truth::kUnknown, kOncePath},
        Case{"FoundedAfter", Threshold("greater", kOnce), "founded: '2024-07'", Truth::kFalse},
        Case{"FoundedThen", Threshold("greater", kOnce), "founded: '2024-06'", Truth::kUnknown, kOncePath},
        Case{"FigureBeforeFoundedWins", Threshold("greater", kOnce), "founded: '2024-07' " + Users("2024-06", 101),
             Truth::kTrue, "", "contradict"},
        Case{"FoundedThisMonth", Threshold("greater", kOnce), "founded: '2026-11'", Truth::kFalse},
        Case{"FoundedInTheFuture", Threshold("greater", kOnce), "founded: '2026-12'", Truth::kUnknown, kOncePath,
             "`founded` 2026-12 lies in the future"},
        Case{"GroupFoundedInTheFuture",
             "metric: monthly_active_users value: 100 subject: control_group comparison: greater moment: on_release "
             "period: '2024-06'",
             "group_founded: '2099-01'", Truth::kUnknown, "monthly_active_users[2024-06,control_group]",
             "`group_founded` 2099-01 lies in the future"},
        Case{"GroupFoundedInTheFutureAndFounded",
             "metric: monthly_active_users value: 100 subject: control_group comparison: greater moment: on_release "
             "period: '2024-06'",
             "founded: '2025-01' group_founded: '2099-01'", Truth::kUnknown,
             "monthly_active_users[2024-06,control_group]"},
        Case{"NeverAboveInTheFuture", Threshold("greater", kOnce),
             "monthly_active_users { never_above: 1 as_of: '2026-12' scope: licensee }", Truth::kUnknown, kOncePath,
             "never above 1 up to 2026-12 lies in the future"},
        Case{"RuleWithoutPeriod", Threshold("greater", "moment: on_release"), Users("2024-06", 1), Truth::kUnknown, "",
             "cannot be read"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Moments, FiguresTest,
    ::testing::Values(
        Case{"PrecedingMonth", Threshold("greater", "moment: preceding_month"), Users("2026-10", 1), Truth::kFalse},
        Case{"PrecedingMonthOlder", Threshold("greater", "moment: preceding_month"), Users("2026-09", 1),
             Truth::kUnknown, "monthly_active_users[2026-10,licensee]"},
        Case{"PrecedingMonthInJanuary", Threshold("greater", "moment: preceding_month"), "", Truth::kUnknown,
             "monthly_active_users[2026-12,licensee]", "", "2027-01-01T00:00:00Z"},
        Case{"AnyTimeNewest", Threshold("greater", "moment: any_time"), Users("2026-10", 1), Truth::kFalse},
        Case{"AnyTimeThreeMonths", Threshold("greater", "moment: any_time"), Users("2026-08", 1), Truth::kFalse},
        Case{"AnyTimeExactlyThreeMonths", Threshold("greater", "moment: any_time"), Users("2026-08", 1), Truth::kFalse,
             "", "", "2026-12-01T00:00:00Z"},
        Case{"AnyTimeMoreThanThreeMonths", Threshold("greater", "moment: any_time"), Users("2026-08", 1),
             Truth::kUnknown, "monthly_active_users[latest,licensee]", "ends with 2026-08", "2026-12-01T00:00:01Z"},
        Case{"AnyTimeOldAndOver", Threshold("greater", "moment: any_time"), Users("2020-01", 101) + Users("2026-10", 1),
             Truth::kTrue},
        Case{"AnyTimeOldAndWideOver", Threshold("greater", "moment: any_time"),
             Users("2020-01", 101, "control_group") + Users("2026-10", 1), Truth::kUnknown,
             "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeNewestIsNarrow", Threshold("greater", "moment: not_stated"),
             Users("2020-01", 1) + Users("2026-10", 1, "product"), Truth::kUnknown,
             "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeFutureIsAProjection", Threshold("greater", "moment: any_time"),
             Users("2026-10", 1) + Users("2027-06", 500), Truth::kFalse, "", "lies in the future"},
        Case{"AnyTimeFutureProvesNothing", Threshold("greater", "moment: any_time"), Users("2027-06", 1),
             Truth::kUnknown, "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeNeverAboveInTheFuture", Threshold("greater", "moment: any_time"),
             "monthly_active_users { never_above: 100 as_of: '2099-01' scope: licensee }", Truth::kUnknown,
             "monthly_active_users[latest,licensee]", "lies in the future"},
        Case{"AnyTimeNeverAbove", Threshold("greater", "moment: any_time"),
             "monthly_active_users { never_above: 100 as_of: '2026-10' scope: licensee }", Truth::kFalse},
        Case{"AnyTimeNeverAboveStale", Threshold("greater", "moment: any_time"),
             "monthly_active_users { never_above: 100 as_of: '2026-07' scope: licensee }", Truth::kUnknown,
             "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeNeverAboveYearIsItsJanuary", Threshold("greater", "moment: any_time"),
             "monthly_active_users { never_above: 100 as_of: '2026' scope: licensee }", Truth::kUnknown,
             "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeNeverAboveContradicted", Threshold("greater", "moment: any_time"),
             "monthly_active_users { never_above: 100 as_of: '2026-10' scope: licensee } " + Users("2025-01", 101),
             Truth::kTrue},
        Case{"AnyTimeNone", Threshold("greater", "moment: any_time"), "", Truth::kUnknown,
             "monthly_active_users[latest,licensee]"},
        Case{"AnyTimeLess", Threshold("less", "moment: any_time"), Users("2026-10", 99) + Users("2026-09", 100),
             Truth::kFalse},
        Case{"AnyTimeLessAll", Threshold("less", "moment: any_time"), Users("2026-10", 99) + Users("2026-09", 98),
             Truth::kTrue}),
    [](const auto& info) { return info.param.name; });

std::string Money(const std::string& rest) {
  return "metric: annual_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater " + rest;
}
std::string Revenue(const std::string& year, int amount, const std::string& currency = "USD") {
  return "annual_revenue { year: '" + year + "' amount: " + std::to_string(amount) + " currency: '" + currency +
         "' scope: licensee } ";
}
const char kRate[] = "exchange_rates { from: 'EUR' to: 'USD' rate: 1.08 date: '2026-01-02' } ";
const char kLatest[] = "annual_revenue[latest,licensee]";

INSTANTIATE_TEST_SUITE_P(
    Revenue, FiguresTest,
    ::testing::Values(
        Case{"AnnualFresh", Money("moment: any_time"), Revenue("2025", 1000), Truth::kFalse},
        Case{"AnnualFifteenMonths", Money("moment: any_time"), Revenue("2025", 1000), Truth::kFalse, "", "",
             "2027-04-01T00:00:00Z"},
        Case{"AnnualStale", Money("moment: any_time"), Revenue("2025", 1000), Truth::kUnknown, kLatest, "",
             "2027-04-01T00:00:01Z"},
        Case{"AnnualNeverAbove", Money("moment: any_time"),
             "annual_revenue { never_above: 1000 currency: 'USD' as_of: '2025' scope: licensee }", Truth::kFalse},
        Case{"PrecedingYear", Money("moment: preceding_year"), Revenue("2025", 1001), Truth::kTrue},
        Case{"PrecedingYearOlder", Money("moment: preceding_year"), Revenue("2024", 1), Truth::kUnknown,
             "annual_revenue[2025,licensee]"},
        Case{"PrecedingYearFromMonths", Money("moment: preceding_year"), Months(2025, 1, 12, 83), Truth::kFalse, "",
             "996 as the sum of 2025-01..2025-12"},
        Case{"PrecedingYearFromSomeMonths", Money("moment: preceding_year"), Months(2025, 1, 11, 83), Truth::kUnknown,
             "annual_revenue[2025,licensee]"},
        Case{"PrecedingYearFromSomeMonthsOver", Money("moment: preceding_year"), Months(2025, 1, 11, 100),
             Truth::kTrue},
        Case{"FiscalYear", Money("moment: fiscal_year"), Revenue("2025", 1), Truth::kFalse},
        Case{"FiscalYearClosedEarly", Money("moment: fiscal_year"), Revenue("2025", 1) + Revenue("2026", 1001),
             Truth::kTrue},
        Case{"FiscalYearOnlyCurrent", Money("moment: fiscal_year"), Revenue("2026", 1), Truth::kUnknown,
             "annual_revenue[2025,licensee]"},
        Case{"OtherCurrency", Money("moment: any_time"), Revenue("2025", 1, "EUR"), Truth::kUnknown, kLatest,
             "no dated rate to USD"},
        Case{"ConvertedAt", Money("moment: any_time"), kRate + Revenue("2025", 925, "EUR"), Truth::kFalse},
        Case{"ConvertedOver", Money("moment: any_time"), kRate + Revenue("2025", 927, "EUR"), Truth::kTrue},
        Case{"ConvertedWithinOneUnit", Money("moment: any_time"), kRate + Revenue("2025", 926, "EUR"), Truth::kUnknown,
             kLatest},
        Case{"RateWithoutDate", Money("moment: any_time"),
             "exchange_rates { from: 'EUR' to: 'USD' rate: 1.08 } " + Revenue("2025", 1, "EUR"), Truth::kUnknown,
             kLatest},
        Case{"RateTheOtherWayRound", Money("moment: any_time"),
             "exchange_rates { from: 'USD' to: 'EUR' rate: 0.9 date: '2026-01-02' } " + Revenue("2025", 1, "EUR"),
             Truth::kUnknown, kLatest},
        Case{"SeveralRatesTheWorstCounts", Money("moment: any_time"),
             kRate + std::string("exchange_rates { from: 'EUR' to: 'USD' rate: 2.0 date: '2026-02-02' } ") +
                 Revenue("2025", 600, "EUR"),
             Truth::kUnknown, kLatest},
        Case{"Twelve",
             "metric: monthly_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater "
             "moment: any_12_months",
             Months(2025, 11, 12, 83) + Months(2026, 1, 10, 83), Truth::kFalse, "",
             "996 as the sum of 2025-11..2026-10"},
        Case{"TwelveWithAHole",
             "metric: monthly_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater "
             "moment: any_12_months",
             Months(2025, 11, 12, 83) + Months(2026, 2, 10, 83), Truth::kUnknown,
             "monthly_revenue[2025-11..2026-10,licensee]"},
        Case{"TwelveInThePast",
             "metric: monthly_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater "
             "moment: any_12_months",
             Months(2020, 3, 12, 101) + Months(2025, 11, 12, 1) + Months(2026, 1, 10, 1), Truth::kTrue},
        Case{"TwelveFromAYear",
             "metric: monthly_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater "
             "moment: any_12_months",
             Revenue("2021", 1001), Truth::kTrue},
        Case{"TwelveNeverAbove",
             "metric: monthly_revenue value: 1000 currency: 'USD' subject: licensee comparison: greater "
             "moment: any_12_months",
             "monthly_revenue { never_above: 83 currency: 'USD' as_of: '2026-10' scope: licensee }", Truth::kFalse},
        Case{"TwelveAnnual", Money("moment: any_12_months"), Revenue("2025", 1000), Truth::kFalse},
        Case{"TwelveAnnualFromMonths", Money("moment: any_12_months"), Months(2026, 1, 10, 101), Truth::kTrue}),
    [](const auto& info) { return info.param.name; });

TEST(FiguresPolarityTest, ContradictionGivesTheAnswerThatHurts) {
  const v1::Profile profile =
      FromText<v1::Profile>(Users("2024-06", 500, "product") + Users("2024-06", 1, "control_group"));
  const Figures figures(profile, absl::FromUnixSeconds(1'795'000'000));
  const auto threshold = FromText<rules::v1::Threshold>(Threshold("greater", kOnce));
  EXPECT_EQ(figures.Answer(threshold, true).truth, Truth::kTrue);
  EXPECT_EQ(figures.Answer(threshold, false).truth, Truth::kFalse);
}

TEST(FiguresOverflowTest, SumsHoldAtTheLargestNumber) {
  std::string profile;
  for (int month = 1; month <= 12; ++month) {
    profile += "monthly_revenue { month: '2025-" + std::string(month < 10 ? "0" : "") + std::to_string(month) +
               "' amount: 9223372036854775807 currency: 'USD' scope: licensee } ";
  }
  const Figures figures(FromText<v1::Profile>(profile), absl::FromUnixSeconds(1'795'000'000));
  EXPECT_EQ(figures.Answer(FromText<rules::v1::Threshold>(Money("moment: preceding_year")), true).truth, Truth::kTrue);
}

TEST(MoneyTest, ConvertsExactly) {
  EXPECT_EQ(ConvertAmount(100, 1.08), std::make_pair(int64_t{108}, int64_t{108}));
  EXPECT_EQ(ConvertAmount(1, 1.08), std::make_pair(int64_t{1}, int64_t{2}));
  EXPECT_EQ(ConvertAmount(10, 0.1), std::make_pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(ConvertAmount(3, 1e6), std::make_pair(int64_t{3000000}, int64_t{3000000}));
  EXPECT_EQ(ConvertAmount(1'000'000, 1e-6), std::make_pair(int64_t{1}, int64_t{1}));
  EXPECT_EQ(ConvertAmount(INT64_MAX, 0.9999999999999999)->second <= INT64_MAX, true);
  EXPECT_EQ(ConvertAmount(INT64_MAX, 1e6), std::make_pair(INT64_MAX, INT64_MAX));
  EXPECT_EQ(ConvertAmount(-1, 1.0), std::nullopt);
  EXPECT_EQ(ConvertAmount(1, 0.0), std::nullopt);
  EXPECT_EQ(ConvertAmount(1, 1e7), std::nullopt);
}

TEST(PeriodTest, ReadsMonthsYearsAndDaysOnly) {
  EXPECT_EQ(PeriodName(*ParsePeriod("2024-06")), "2024-06");
  EXPECT_EQ(PeriodName(*ParsePeriod("2024")), "2024");
  for (const char* bad :
       {"", "24-06", "2024-6", "2024-13", "2024-00", "2024/06", "2024-06-01", "abcd", "1799", "2201"}) {
    EXPECT_FALSE(ParsePeriod(bad).has_value()) << bad;
  }
  EXPECT_TRUE(ParseDay("2024-02-29").has_value());
  for (const char* bad : {"2023-02-29", "2024-02-00", "2024-02", "2024-2-1", "2024-02-291"}) {
    EXPECT_FALSE(ParseDay(bad).has_value()) << bad;
  }
}

TEST(GroupedTest, SeparatesThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(INT64_MAX), "9,223,372,036,854,775,807");
}

}  // namespace
}  // namespace weighbridge::policy
