#include "services/classify/term_value.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weighbridge::classify {
namespace {

struct Case {
  const char* words;
  const char* value;
};

class NumberTest : public testing::TestWithParam<Case> {};
TEST_P(NumberTest, IsRead) { EXPECT_EQ(NumberValue(GetParam().words), GetParam().value); }
INSTANTIATE_TEST_SUITE_P(Forms, NumberTest,
                         testing::Values(Case{"700000000", "700000000"}, Case{"700 million", "700000000"},
                                         Case{"700m", "700000000"}, Case{"700 m", "700000000"},
                                         Case{"1.5 million", "1500000"}, Case{"0.5 billion", "500000000"},
                                         Case{"2bn", "2000000000"}, Case{"seven hundred million", "700000000"},
                                         Case{"twenty five thousand", "25000"}, Case{"a million", "1000000"},
                                         Case{"one billion", "1000000000"}, Case{"100.000", "100000"},
                                         Case{"1.000.000", "1000000"}, Case{"1.500 million", "1500000"},
                                         Case{"10 million $ 10000000", "10000000"}, Case{"30k", "30000"},
                                         Case{"5 thousand", "5000"}, Case{"", ""}, Case{"many", ""}, Case{"12x", ""},
                                         Case{"99999999999999999999999", ""}, Case{"1000000000000 trillion", ""}));

class MoneyTest : public testing::TestWithParam<Case> {};
TEST_P(MoneyTest, HasACurrency) { EXPECT_EQ(MoneyValue(GetParam().words), GetParam().value); }
INSTANTIATE_TEST_SUITE_P(Forms, MoneyTest,
                         testing::Values(Case{"$ 20 million", "USD 20000000"}, Case{"usd $ 1000000", "USD 1000000"},
                                         Case{"20 million us dollars", "USD 20000000"},
                                         Case{"rmb 1 billion", "CNY 1000000000"},
                                         Case{"\u20ac 5 million", "EUR 5000000"}, Case{"3000 euros", "EUR 3000"},
                                         Case{"\u00a3 7", "GBP 7"}, Case{"40 apples", "40"}, Case{"dollars", ""}));

TEST(TermValueTest, EveryAmountIsSaidOnce) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  EXPECT_THAT(MoneyValues("5 million usd 4 million eur or 400 million jpy"),
              ElementsAre("USD 5000000", "EUR 4000000", "JPY 400000000"));
  EXPECT_THAT(MoneyValues("usd $ 2 million or \u20ac 1.5 million"), ElementsAre("USD 2000000", "EUR 1500000"));
  EXPECT_THAT(MoneyValues("10 million dollars $ 10000000"), ElementsAre("USD 10000000"));
  EXPECT_THAT(MoneyValues("usd 5 million five million dollars"), ElementsAre("USD 5000000"));
  EXPECT_THAT(MoneyValues("2 million"), ElementsAre("2000000"));
  EXPECT_THAT(MoneyValues("dollars"), IsEmpty());
  EXPECT_THAT(MoneyValues(""), IsEmpty());
}

TEST(TermValueTest, PeriodOfTheHitComesFirst) {
  EXPECT_EQ(PeriodValue("annual fees and monthly revenue", "monthly revenue"), "per month");
  EXPECT_EQ(PeriodValue("in any consecutive 12 months", "revenue"), "per 12 months");
  EXPECT_EQ(PeriodValue("annual revenue", "revenue"), "per year");
  EXPECT_EQ(PeriodValue("in the quarter", "sales"), "per quarter");
  EXPECT_EQ(PeriodValue("revenue", "revenue"), "");
}

TEST(TermValueTest, PlacesInOrder) {
  EXPECT_EQ(PlaceValues("south korea and the european union and the eu"), (std::vector<std::string>{"KR", "EU"}));
  EXPECT_EQ(PlaceValues("the moon"), std::vector<std::string>{});
}

}  // namespace
}  // namespace weighbridge::classify
