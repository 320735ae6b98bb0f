// The term patterns of the rulebook against invented sentences: what is claimed, with which polarity and value, and
// what is not.
#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/classify/terms.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::classify {
namespace {

struct Wording {
  const char* text;
  const char* claims;  // sorted; empty: no claim
};

constexpr Wording kWordings[] = {
    {"If you have more than 50 million monthly active users you must obtain a licence from us.",
     "duty separate_license; restricts mau_threshold 50000000"},
    {"Above 50,000,000 monthly active users no rights are given.", "restricts mau_threshold 50000000"},
    {"Services with more than 50m MAU need our consent.", "duty separate_license; restricts mau_threshold 50000000"},
    {"If its monthly active users exceed fifty million, the grant ends.", "restricts mau_threshold 50000000"},
    {"A product with over 0.5 billion monthly active users is outside this grant.",
     "restricts mau_threshold 500000000"},
    {"Free up to 3 million monthly active users.", "restricts mau_threshold 3000000"},
    {"If the product of your group reaches 2.5 million active users per month, ask us.",
     "restricts mau_threshold 2500000"},
    {"Where the monthly\nactive users of you and your\naffiliates are greater than 7 million, rights end.",
     "restricts mau_threshold 7000000"},
    {"Products with more than 9 million monthly active users shall prominently display \"Acorn\" on the user "
     "interface.",
     "duty attribution_display Acorn; duty mau_threshold 9000000"},
    {"We are proud of more than 9 million monthly active users.", ""},
    {"As of 2025 our app has more than 9 million monthly active users.", ""},
    {"\"Monthly active users\" means all people who log in within 30 days.", ""},
    {"There is no limit on monthly active users.", ""},
    {"The threshold of more than 9 million monthly active users does not apply to schools.", ""},
    {"Monthly Active Users", ""},
    {"Companies with more than $5 million in annual revenue must buy a licence.",
     "duty separate_license; restricts revenue_threshold USD 5000000 per year"},
    {"If your annual revenue exceeds EUR 2,500,000, the grant ends.",
     "restricts revenue_threshold EUR 2500000 per year"},
    {"No rights are given where turnover is over 10 million euros a year.",
     "restricts revenue_threshold EUR 10000000 per year"},
    {"Whoever has monthly revenue of more than USD 300,000 asks us first.",
     "restricts revenue_threshold USD 300000 per month"},
    {"If the revenue of the group exceeds RMB 40 million in any consecutive 12 months, the grant ends.",
     "restricts revenue_threshold CNY 40000000 per 12 months"},
    {"Products with more than 8 million US dollars in monthly revenue shall prominently display \"Acorn\".",
     "duty attribution_display Acorn; duty revenue_threshold USD 8000000 per month"},
    {"The cap is annual revenue of 4 million dollars or more.", "restricts revenue_threshold USD 4000000 per year"},
    {"Last year we earned 4 million dollars.", ""},
    {"Annual revenue is yours to report.", ""},
    {"The revenue limit of more than $5 million does not apply to charities.", ""},
    {"Apps whose daily active users exceed 200,000 need consent.", "restricts user_count 200000 daily_active_users"},
    {"No more than 40 edge devices may run it.", "restricts user_count 40 devices"},
    {"If monthly unique users are more than 3 million, the grant ends.",
     "restricts user_count 3000000 monthly_unique_users"},
    {"Your site must not exceed 500,000 visits per month.", "restricts visits 500000 per month"},
    {"We counted 500,000 visits per month.", ""},
    {"Daily active users are welcome.", ""},
    {"It was tried on 300 devices.", ""},
    {"You may use it solely for non-commercial purposes.", "restricts non_commercial"},
    {"For NonCommercial use only.", "restricts non_commercial"},
    {"This model is for noncommercial\nwork only.", "restricts non_commercial"},
    {"Commercial use is prohibited.", "restricts non_commercial"},
    {"Commercial use of the weights is not permitted.", "restricts non_commercial"},
    {"You shall not use the files for any commercial purpose.", "restricts non_commercial"},
    {"No commercial use.", "restricts non_commercial"},
    {"You may copy it for purposes other than commercial ones.", "restricts non_commercial"},
    {"We grant you a licence to run it for any non-commercial purpose.", "restricts non_commercial"},
    {"You may not\nuse the files for commercial gain.", "restricts non_commercial"},
    {"It must never be used in connection with any commercial activity.", "restricts non_commercial"},
    {"The purpose does not include any commercial exploitation.", "restricts non_commercial"},
    {"You may use it for commercial or non-commercial purposes.", "permits non_commercial"},
    {"You may use it for any purpose, including commercial use.", "permits non_commercial"},
    {"Both commercial and non-commercial purposes are fine.", "permits non_commercial"},
    {"Use is not limited to non-commercial purposes.", "permits non_commercial"},
    {"Use is not restricted to non-commercial work.", "permits non_commercial"},
    {"Commercial use is allowed.", "permits non_commercial"},
    {"Commercial use is expressly permitted.", "permits non_commercial"},
    {"Nothing in this licence prohibits commercial use.", "permits non_commercial"},
    {"\"Non-Commercial\" means not for gain.", ""},
    {"This alternative is allowed only for non-commercial distribution.", ""},
    {"Outside the United States. The laws of your land apply.", ""},
    {"You shall not use it outside Japan.", "restricts territory JP"},
    {"It must not be used except for non-commercial ends.", "restricts non_commercial"},
    {"NON-COMMERCIAL LICENCE", ""},
    {"1. Non-Commercial Use", ""},
    {"Ask our commercial department about trees.", ""},
    {"It is not a commercial product.", ""},
    {"The commercial registry of the town is open.", ""},
    {"The licensor is not liable for commercial losses.", ""},
    {"| Commercial use | see below |", ""},
    {"We grant you a licence for any commercial purpose.", "permits non_commercial"},
    {"This restriction on commercial use does not apply to schools.", ""},
    {"You may use the files solely for academic research.", "restricts research_only"},
    {"For research purposes only.", "restricts research_only"},
    {"Use is limited to research.", "restricts research_only"},
    {"You shall use it exclusively for scientific research purposes.", "restricts research_only"},
    {"It is given for evaluation purposes only.", "restricts research_only"},
    {"Only for your own non-commercial research.", "restricts non_commercial; restricts research_only"},
    {"Research is one of many purposes.", ""},
    {"You may use it for research or commercial work.", ""},
    {"The research team wrote it.", ""},
    {"It is not limited to research.", "permits research_only"},
    {"The territory is the world, excluding the European Union.", "restricts territory EU"},
    {"Worldwide, except for Japan and Canada.", "restricts territory CA; restricts territory JP"},
    {"These rights are not granted to persons domiciled in the European Union.", "restricts territory EU"},
    {"It must not be offered in South Korea or the United Kingdom.", "restricts territory GB; restricts territory KR"},
    {"You may offer it only in Germany.", "restricts territory DE"},
    {"The courts of California have exclusive jurisdiction.", ""},
    {"Our office in Japan is open.", ""},
    {"The laws of the United Kingdom apply, excluding its conflict rules.", ""},
    {"You may offer it in the European Union.", ""},
    {"It may be used anywhere, including the European Union.", ""},
    {"You shall not use it for military purposes.", "restricts field_of_use military"},
    {"You agree not to use the model:\n- for military ends;\n- for surveillance;\n- to provide medical advice.",
     "restricts field_of_use medical; restricts field_of_use military; restricts field_of_use surveillance"},
    {"Prohibited is any use in:\n\n(a) law enforcement\n\n(b) critical infrastructure",
     "restricts field_of_use critical_infrastructure; restricts field_of_use law_enforcement"},
    {"No fully automated decision-making about people.", "restricts field_of_use automated_decisions"},
    {"Do not engage in the unlicensed practice of a profession.", "restricts field_of_use professional_practice"},
    {"Biometric identification is forbidden with it: never use it for biometric identification.",
     "restricts field_of_use biometrics"},
    {"You may use it for military purposes.", ""},
    {"You may use it for:\n- military parades;\n- surveillance of bees.", ""},
    {"A history of military music.", ""},
    {"Uses include but are not limited to military training.", ""},
    {"Nothing in this licence restricts military use.", "permits field_of_use military"},
    {"The name of a derived model must begin with \"Acorn\".", "duty naming Acorn"},
    {"You shall include \"Acorn Tree\" at the beginning of the name of your model.", "duty naming Acorn Tree"},
    {"Every derived model must include \"Acorn\" in its name.", "duty naming Acorn"},
    {"We saw \"Acorn\" in its nest.", ""},
    {"You need not include \"Acorn\" in its name.", ""},
    {"You must prominently display \"Built on Acorn\" on a related website.",
     "duty attribution_display Built on Acorn"},
    {"Your product shall show \"Made\nwith Acorn\" in its user interface.", "duty attribution_display Made with Acorn"},
    {"\"Acorn\" must be displayed on the screen.", "duty attribution_display Acorn"},
    {"You are encouraged to display \"Built on Acorn\" on your website.", ""},
    {"You may display \"Built on Acorn\" on your website.", ""},
    {"The website displays \"Acorn\" in green.", ""},
    {"The above copyright notice shall be included in all copies.", "duty notice"},
    {"You must give every recipient a copy of this licence.", "duty notice"},
    {"Retain all copyright notices.", "duty notice"},
    {"You may remove every notice.", ""},
    {"You are not required to keep the copyright notice.", ""},
    {"Please notice the gap between the words.", ""},
    {"You will not use the outputs to improve any other language model.", "restricts output_training"},
    {"Outputs must not be used to train another model.", "restricts output_training"},
    {"You may use the outputs to train other models.", "permits output_training"},
    {"Outputs are yours.", ""},
    {"You are prohibited from using the results to develop competing models.", "restricts output_training"},
    {"Derivatives include any model made by transfer of patterns of the outputs.", "duty distillation"},
    {"Derivatives do not include models made by transferring patterns from outputs.", "permits distillation"},
    {"Companies must register with us first.", "duty registration"},
    {"You need to fill in the registration form before commercial work.", "duty registration"},
    {"You do not need to register.", ""},
    {"Acorn is a registered trademark.", ""},
    {"Its registered office is in a tree.", ""},
    {"No registration is required.", ""},
    {"You must request a licence from us for that.", "duty separate_license"},
    {"A separate licence is required for hosting.", "duty separate_license"},
    {"Commercial use requires prior written permission.", "duty separate_license"},
    {"Contact us about a commercial licence.", "duty separate_license"},
    {"You do not need a separate licence.", ""},
    {"You have obtained a copy of this licence.", ""},
    {"A separate room is required.", ""},
    {"Your use must follow the Acceptable Use Policy.", "duty use_policy"},
    {"The restrictions of Attachment A hold: you shall not use it against them.", "duty use_policy"},
    {"Our policy is to be kind.", ""},
    {"You shall not paint the door. Military people live there.", ""},
    {"It is not green. You may use it for commercial purposes.", "permits non_commercial"},
    {"You may not use it for commercial purposes; you may use it for research.", "restricts non_commercial"},
    {"| users | more than 5 million monthly active users | ask us |", "restricts mau_threshold 5000000"},
    {"This notice may not be removed or altered from any source.", "duty notice"},
    {"It may be used by anyone so long as the copyright notice remains intact.", "duty notice"},
    {"You may not:\n- remove any notices of the gardener;\n- sell leaves.", "duty notice"},
    {"You must give proper credit to the gardener.", "duty notice"},
    {"Make sure everyone who gets the work from you also gets the text of this licence.", "duty notice"},
    {"We will give you thirty days' notice.", ""},
    {"An acknowledgement would be appreciated but is not required.", ""},
    {"The seeds must not be copied without the prior written permission of the gardener.", "duty separate_license"},
    {"The name of the garden must not be used to endorse products without written permission.", ""},
    {"Commercial licences are available from the gardener.", "duty separate_license"},
    {"If you wish to incorporate parts into other free programs, write to us.", "duty separate_license"},
    {"You may not use it in a manner directed toward commercial advantage.", "restricts non_commercial"},
    {"It is free for personal, non-commercial use.", "restricts non_commercial"},
    {"The seeds may not be used commercially.", "restricts non_commercial"},
    {"Permitted purposes include using the seeds:\n\n- for non-commercial research;\n- for play.", ""},
    {"You may use it for the sole purpose of testing and evaluating the seeds.", "restricts research_only"},
    {"You may use it solely for developing and testing your applications.", ""},
    {"Use is restricted to members of academic institutions.", "restricts research_only"},
    {"All advertising must display the following acknowledgement: \"This product includes leaves of Acorn.\"",
     "duty attribution_display This product includes leaves of Acorn; duty notice"},
    {"You are prohibited from altering the \"Acorn\" branding.", "duty attribution_display Acorn"},
    {"Export of it for military ends is barred.", ""},
    {"Free for firms with less than ten million dollars ($10,000,000) in annual revenue.",
     "restricts revenue_threshold USD 10000000 per year"},
    {"All amounts are in EUR. Firms with over two million in annual revenue pay.",
     "restricts revenue_threshold EUR 2000000 per year"},
    {"Free for no more than 25 users.", "restricts user_count 25 users"},
};

std::string Claims(const std::vector<ClaimedTerm>& terms) {
  std::set<std::string> claims;
  for (const ClaimedTerm& term : terms) {
    claims.insert(std::string(TermPolarityName(term.polarity)) + " " + term.kind +
                  (term.value.empty() ? "" : " " + term.value));
  }
  std::string out;
  for (const std::string& claim : claims) out += (out.empty() ? "" : "; ") + claim;
  return out;
}

const rulebook::Rulebook& Rules() {
  static const auto& book = rulebook::BuiltinRulebook();
  EXPECT_TRUE(book.ok()) << book.status();
  return **book;
}

class WordingTest : public testing::TestWithParam<Wording> {};

TEST_P(WordingTest, Claims) {
  const std::string_view text = GetParam().text;
  const std::vector<ClaimedTerm> terms = Rules().terms().Extract(text);
  EXPECT_EQ(Claims(terms), GetParam().claims) << text;
  for (const ClaimedTerm& term : terms) {
    EXPECT_LT(term.begin, term.end);
    EXPECT_LE(term.end, text.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Invented, WordingTest, testing::ValuesIn(kWordings));

TEST(TermsTest, PlacesCountBytesOfTheText) {
  const std::string text = "\u00c4pfel. Free up to 3\u00a0million\r\nmonthly active users.";
  const std::vector<ClaimedTerm> terms = Rules().terms().Extract(text);
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(text.substr(terms[0].begin, terms[0].end - terms[0].begin), "up to 3\u00a0million\r\nmonthly active users");
}

TEST(TermsTest, AnExplainedTextClaimsNothing) {
  // Nothing is known of this one, so it claims; with a bare match over it all, it does not.
  const std::string text = "You may use it solely for non-commercial purposes.";
  Classification unknown;
  EXPECT_EQ(Claims(Rules().terms().ExtractUnexplained(text, unknown)), "restricts non_commercial");
  Classification bare;
  TextMatch match;
  match.verdict = MatchVerdict::kExact;
  match.end = static_cast<uint32_t>(text.size());
  bare.matches.push_back(match);
  EXPECT_EQ(Claims(Rules().terms().ExtractUnexplained(text, bare)), "");
  // Residue beside the match: what stands outside it is searched, the match is not.
  const std::string with_more = text + " Companies must register with us first.";
  bare.matches[0].blocked_by_residue = false;
  Residue residue{};
  residue.begin = match.end + 1;
  residue.end = static_cast<uint32_t>(with_more.size());
  residue.blocks = true;
  bare.residue.push_back(residue);
  EXPECT_EQ(Claims(Rules().terms().ExtractUnexplained(with_more, bare)), "duty registration");
}

// Each colon ends the head of a list: a text of them must not be read from its begin for each.
TEST(TermsTest, ManyHeadsTakeNoLongTime) {
  std::string text;
  while (text.size() < kMaxTermTextBytes) text += "a: military ";
  const auto start = std::chrono::steady_clock::now();
  Rules().terms().Extract(text);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(TermsTest, BadPatternsAreRefused) {
  TermPattern pattern;
  pattern.id = "p";
  pattern.kind = "k";
  pattern.pattern = "(";
  EXPECT_FALSE(TermExtractor::Create({pattern}).ok());
  pattern.pattern = "apple";
  EXPECT_TRUE(TermExtractor::Create({pattern}).ok());
  EXPECT_FALSE(TermExtractor::Create({pattern, pattern}).ok()) << "two of one name";
  pattern.unless = "(";
  EXPECT_FALSE(TermExtractor::Create({pattern}).ok());
  pattern.unless = "";
  pattern.hit = "an apple";
  pattern.miss = "a pear";
  EXPECT_TRUE(CheckTermPattern(pattern).ok());
  pattern.miss = "two apples and an apple";
  EXPECT_FALSE(CheckTermPattern(pattern).ok());
}

// Signs, list markers, bullets, quotes and odd bytes must not break the mapping from marks to words.
TEST(TermsTest, MarkedTextKeepsItsWords) {
  for (const std::string_view text : {"", "\n\n", "a", "\"", "1. a\n2. b\n\n- c; d: \u201ce f\u201d.", "\xff\xfe a. B",
                                      "<b>x</b> &amp; y. Z|", "...!?"}) {
    const MarkedText marked = MarkText(text);
    for (const MarkedText::Place& place : marked.places) {
      EXPECT_LT(place.marked, marked.text.size());
      EXPECT_LE(place.end, text.size());
      EXPECT_LE(place.begin, place.end);
    }
  }
}

}  // namespace
}  // namespace weighbridge::classify
