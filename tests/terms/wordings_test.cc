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
    {"What you owe us:\n\n* Military use is forbidden\n* You need not register\n* You must display \"Built with "
     "Acorn\" on "
     "your page\n",
     "duty attribution_display Built with Acorn; restricts field_of_use military"},
    {"/*\n * You must not use\n * the model for\n * military ends.\n */\nint main() {\n}\n",
     "restricts field_of_use military"},
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
    {"Licensee shall use the Software solely for its own non-revenue-generating educational activities.",
     "restricts research_only"},
    {"Use of the Dataset is restricted to non-commercial scientific research.",
     "restricts non_commercial; restricts research_only"},
    {"Nothing herein permits any commercial exploitation of the Work.", "restricts non_commercial"},
    {"You are not permitted to exploit the Work for commercial benefit.", "restricts non_commercial"},
    {"Commercial entities are not entitled to use the Model under this licence.", "restricts non_commercial"},
    {"Neither the model nor its outputs may be monetized.", "restricts non_commercial"},
    {"You must not charge for access or otherwise derive revenue from use of the data.", "restricts non_commercial"},
    {"This licence does not authorise commercial use.", "restricts non_commercial"},
    {"Permission to use for any purpose other than commercial purposes is granted.", "restricts non_commercial"},
    {"The image may be used freely by individuals and non-profits but not by businesses.", "restricts non_commercial"},
    {"Free use is granted for private and other non commercial purposes.", "restricts non_commercial"},
    {"Any usage in a commercial environment is excluded from this grant.", "restricts non_commercial"},
    {"Use outside of academia is not permitted.", "restricts research_only"},
    {"This software may be used by members of a university for teaching and research only.", "restricts research_only"},
    {"The licence is limited to internal, non-production evaluation.", "restricts research_only"},
    {"You may install the beta for the limited purpose of evaluating it.", "restricts research_only"},
    {"Licensee agrees that its use of the software will be confined to research.", "restricts research_only"},
    {"The dataset may be used exclusively within the framework of scientific research projects.",
     "restricts research_only"},
    {"Recipient may use the materials to conduct academic research and not for any other purpose.",
     "restricts research_only"},
    {"Usage for purposes other than research is prohibited.", "restricts research_only"},
    {"Prior authorisation in writing must be procured from the Institute for uses outside this scope.",
     "duty separate_license"},
    {"Any reproduction is subject to the express agreement of the rights holder.", "duty separate_license"},
    {"A royalty-bearing licence must be negotiated with the University for use in products.", "duty separate_license"},
    {"Parties interested in commercial licensing are invited to approach the technology transfer office.",
     "duty separate_license"},
    {"If You require rights beyond those granted here, please get in contact with the Licensor.",
     "duty separate_license"},
    {"Enterprises shall procure an enterprise agreement from the vendor.", "duty separate_license"},
    {"Those wanting other terms should contact legal@acorn.example.", "duty separate_license"},
    {"The code may be embedded in a product provided the author has agreed to it in writing.", "duty separate_license"},
    {"You shall seek the Licensor's approval before publishing adaptations.", "duty separate_license"},
    {"Uses not listed above are permitted only pursuant to a supplementary agreement.", "duty separate_license"},
    {"Use in excess of these limits necessitates the purchase of a commercial licence.", "duty separate_license"},
    {"All copies shall carry an attribution to the Institute.", "duty notice"},
    {"The user undertakes to preserve every copyright mention on the copies.", "duty notice"},
    {"Attribution to the provider is mandatory.", "duty notice"},
    {"The words \"Built on Acorn\" shall be clearly visible in the product.",
     "duty attribution_display Built on Acorn"},
    {"You shall ensure that the credit line \"Photo: Acorn\" accompanies each picture.",
     "duty attribution_display Photo: Acorn"},
    {"Any derivative must bear the prefix \"Acorn-\".", "duty naming Acorn"},
    {"You will name any derived model so that it includes \"Acorn\".", "duty naming Acorn"},
    {"The Licensee shall not delete any marks indicating ownership.", "duty notice"},
    {"Each copy is to contain this permission text.", "duty notice"},
    {"Retain in the documentation a statement that the product uses the library.", "duty notice"},
    {"You shall cause each recipient to be provided with these conditions.", "duty notice"},
    {"The user must sign up with the licensor before starting the download.", "duty registration"},
    {"Access is open to registered users only.", "duty registration"},
    {"Before use, please apply for access through the form.", "duty registration"},
    {"The Model may not be deployed in violation of the Use Restrictions set out in Annex 2.", "duty use_policy"},
    {"You shall abide by the Responsible Use Guide.", "duty use_policy"},
    {"Your use is subject to the restricted uses listed in Appendix B.", "duty use_policy"},
    {"The licensed technology shall not be put to use in armaments or by armed forces.",
     "restricts field_of_use military"},
    {"Use for mass surveillance is prohibited.", "restricts field_of_use surveillance"},
    {"The Software must not be used to make medical diagnoses.", "restricts field_of_use medical"},
    {"Do not employ the system in policing or criminal investigation.", "restricts field_of_use law_enforcement"},
    {"It is forbidden to use it for automated decisions about people.", "restricts field_of_use automated_decisions"},
    {"You must not operate critical infrastructure with it.", "restricts field_of_use critical_infrastructure"},
    {"You may not use any output of the Model in order to train a competing system.", "restricts output_training"},
    {"The content may not be used for machine learning.", "restricts output_training"},
    {"The results shall not serve as training material for other AI systems.", "restricts output_training"},
    {"It is not allowed to distil other models from this one.", "restricts output_training"},
    {"Not available in the European Union.", "restricts territory EU"},
    {"The Software may be used only within the territory of Japan.", "restricts territory JP"},
    {"Free of charge for companies earning less than $100,000 a year.",
     "restricts revenue_threshold USD 100000 per year"},
    {"Should the number of monthly active users surpass 1 million, you must contact us.",
     "restricts mau_threshold 1000000"},
    {"A licence is needed once your service attracts more than 100,000 monthly visitors.",
     "duty separate_license; restricts visits 100000 per month"},
    {"Up to 5 named users may work with it.", "restricts user_count 5 users"},
    {"The author retains all commercial rights; you may use it at home for free.", "restricts non_commercial"},
    {"If you are a company, buy a licence first.", "duty separate_license"},
    {"Commercial organisations must purchase a licence after 30 days.", "duty separate_license"},
    {"This work can be used free of charge provided that it is not for commercial gain.", "restricts non_commercial"},
    {"It is granted on the condition that the use be non-commercial in nature.", "restricts non_commercial"},
    {"Only the non commercial use of this package is free.", "restricts non_commercial"},
    {"You may make copies for your personal, educational and other non-commercial needs.", "restricts non_commercial"},
    {"Any commercial utilisation is forbidden.", "restricts non_commercial"},
    {"No part may be exploited commercially.", "restricts non_commercial"},
    {"Reproduction for non-commercial purposes is authorised provided the source is acknowledged.",
     "duty notice; restricts non_commercial"},
    {"The materials may be freely used by non-commercial and academic users.", "restricts non_commercial"},
    {"Non-commercial users may copy it freely.", "restricts non_commercial"},
    {"The code is licensed to you for non-commercial use under the terms below.", "restricts non_commercial"},
    {"Licensed for academic and research use.", "restricts research_only"},
    {"This database is intended solely for scholarly use.", "restricts research_only"},
    {"Use is allowed to academic researchers for their studies only.", "restricts research_only"},
    {"Modified versions may not be distributed without the consent of the maintainers.", "duty separate_license"},
    {"Distribution on CD-ROM requires permission from the author.", "duty separate_license"},
    {"Anyone wishing to sell copies must obtain the author's agreement.", "duty separate_license"},
    {"Permission of the author is needed for inclusion in commercial packages.", "duty separate_license"},
    {"Please request authorisation from us for any other use.", "duty separate_license"},
    {"For permission to publish the tables write to the publisher.", "duty separate_license"},
    {"If these terms do not suit you, contact us for a custom licence.", "duty separate_license"},
    {"You may use it in production only after signing a licence with us.", "duty separate_license"},
    {"You must leave this header in place.", "duty notice"},
    {"You must keep my name in the credits.", "duty notice"},
    {"This file header must be kept unmodified.", "duty notice"},
    {"The copyright must be mentioned in the documentation.", "duty notice"},
    {"Cite us if you use it.", "duty notice"},
    {"The licence text is to be shipped with each copy.", "duty notice"},
    {"You are obliged to name the source.", "duty notice"},
    {"The notice below has to be placed on the title page.", "duty notice"},
    {"Do not delete this comment.", "duty notice"},
    {"You must give notice that the library is used in your program.", "duty notice"},
    {"You must inform users that the work is covered by this licence and supply a copy.", "duty notice"},
    {"A form has to be returned before you get the password.", "duty registration"},
    {"Please fill in the licence form and mail it back.", "duty registration"},
    {"You agree to the Acceptable Use Rules.", "duty use_policy"},
    {"You must observe the list of prohibited uses in Schedule 3.", "duty use_policy"},
    {"Not to be used by the military.", "restricts field_of_use military"},
    {"Not for use in medical treatment.", "restricts field_of_use medical"},
    {"The outputs must not be used for developing competing models.", "restricts output_training"},
    {"You may not use it to build a rival language model.", "restricts output_training"},
    {"Derivatives must have \"Acorn\" in their title.", "duty naming Acorn"},
    {"Only for use in Canada.", "restricts territory CA"},
    {"Firms with more than 1 million USD of revenue per year have to pay.",
     "restricts revenue_threshold USD 1000000 per year"},
    {"Above 100 thousand monthly active users a licence is required.", "restricts mau_threshold 100000"},
    {"A maximum of 3 devices may be connected.", "restricts user_count 3 devices"},
    {"Neither party binds the other without the other's prior consent.", ""},
    {"Operation requires a licence key.", ""},
    {"Use it in both personal and commercial projects with no attribution required.", ""},
    {"You can copy it all without asking permission.", ""},
    {"You are given permission by the relevant owners of the photos shown here.", ""},
    {"Do not collect the data of visitors unless you have permission from the relevant owners.", ""},
    {"Commercial aircraft fly over the garden.", ""},
    {"The research was paid for by a public fund.", ""},
    {"We keep the notices of the meeting in a drawer.", ""},
    {"The garden is closed to the military band on Sundays.", ""},
    {"You need not name the source.", ""},
    {"The name of the gardener is Acorn.", ""},
    {"Please contact the station about lost hats.", ""},
    {"No form has to be filled in.", ""},
    {"The training of our staff is never finished.", ""},
    {"Don't use it for military ends.", "restricts field_of_use military"},
    {"Don't remove the legal notices.", "duty notice"},
    {"Don't you have a notice on the door?", ""},
    {"You will not use the maps for high-risk activities.", "restricts field_of_use critical_infrastructure"},
    {"The maps are not designed for high-risk activities.", ""},
    {"Acorn gives no warranty of fitness for high-risk activities.", ""},
    {"You may use the maps for high-risk activities.", ""},
    {"Confidential papers may be shown to third parties only with the prior written consent of Acorn.", ""},
    {"You will not disclose it to any third party without Acorn's prior written consent.", ""},
    {"The headings of these terms are included for convenience only.", ""},
    {"\"Member\" means an entity that has executed a membership agreement.", ""},
    {"You may not copy it for any commercial gains.", "restricts non_commercial"},
    {"The free edition may serve no more than 10 registered reader users.", "restricts user_count 10 users"},
    {"Free for firms with annual revenue of less than 2 million USD or 1.5 million EUR.",
     "restricts revenue_threshold EUR 1500000 per year; restricts revenue_threshold USD 2000000 per year"},
    {"Firms whose yearly turnover exceeds GBP 3 million or EUR 4 million have to pay.",
     "restricts revenue_threshold EUR 4000000 per year; restricts revenue_threshold GBP 3000000 per year"},
    {"A company that makes less than 100,000 dollars ($100,000) a year pays nothing.",
     "restricts revenue_threshold USD 100000 per year"},
    {"You must limit use for commercial advantage to a trial period of 20 days.", "restricts non_commercial"},
    {"Commercial use is limited to a trial period of ten days.", "restricts non_commercial"},
    {"Commercial use is allowed for no longer than 30 days.", "restricts non_commercial"},
    {"Commercial customers get support during the trial period only.", ""},
    {"You may not run the server inside your company without a commercial licence.", "restricts non_commercial"},
    {"You may run the server inside your company without a second machine.", ""},
    {"We hereby grant you a worldwide, non-commercial, royalty-free licence to run the files.",
     "restricts non_commercial"},
    {"We grant you a non-exclusive, royalty-free, non-commercial licence to copy the map.", "restricts non_commercial"},
    {"We grant a prize to the best non-commercial station.", ""},
    {"You may use the photos in a non-commercial project, for example a play at school.", "restricts non_commercial"},
    {"It is for your own business use or for your own non-commercial play.", ""},
    {"Read and reference the source code.", ""},
    {"Please reference the source.", "duty notice"},
    {"The park may close a gate and may provide no map without notice.", ""},
    {"The page may contain other proprietary notices.", ""},
    {"If you refuse, press \"No\" and the registration process will not go on.", ""},
    {"The registration process must be completed before you get the files.", "duty registration"},
    {"You may give the files only to somebody who has registered with us.", "duty registration"},
    {"You must have an account to use the maps.", "duty registration"},
    {"You must have an account of the trip.", ""},
    {"The band keeps its rights save for rights granted under any additional licences.", ""},
    {"You may not use the add-on if you do not have a licence for the main program.", "duty separate_license"},
    {"If you do not hold a valid licence for the main program, you may not install the add-on.",
     "duty separate_license"},
    {"You may hand it on provided that you have a valid licence from Acorn for the engine.", "duty separate_license"},
    {"You may not use the trail if you do not have a map.", ""},
    {"Unless Acorn expressly agrees in writing, you will not resell the maps.", "duty separate_license"},
    {"Any use after the trial period requires you to buy a licence.", "duty separate_license"},
    {"Reports will acknowledge its use by the citation as follows: \"Drawn with Acorn\".",
     "duty attribution_display Drawn with Acorn"},
    {"Obtain permission before you hand it on.", "duty separate_license"},
    {"The forms may not be sold for a fee unless you obtain permission from the maker.", "duty separate_license"},
    {"You may not print copies for all users in your house without the written consent of Acorn.",
     "duty separate_license"},
    {"You may not track a user without the consent of the user.", ""},
    {"You may not use the text for AI model training.", "restricts output_training"},
    {"For uses beyond these, contact us.", "duty separate_license"},
    {"Use beyond these lines is forbidden; call the guard.", ""},
    {"This file was handed over under a contract and may be used or copied only in accordance with the terms of that "
     "agreement.",
     "duty separate_license"},
    {"Every page may contain other notices, but must retain this notice.", "duty notice"},
    {"You may use it under the terms of nature.", ""},
    {"The codec comes under a patent portfolio for the personal and non-commercial use of a buyer who encodes songs.",
     ""},
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
