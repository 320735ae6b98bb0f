// The HTML page: what stands on it, and that it can be read.
#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/report/gate_html.h"
#include "services/report/html_style.h"
#include "services/report/sample_result.h"

namespace weighbridge::report {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

size_t Count(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(HtmlTest, VerdictInWordsAndWhy) {
  RenderOptions options;
  options.models = {{"models/acorn", ""}};
  const std::string page = RenderGateHtml({SampleResult()}, options);
  EXPECT_TRUE(Has(page, "<html lang=\"en\">"));
  EXPECT_TRUE(Has(page, "<title>Denied: models/acorn</title>"));
  EXPECT_TRUE(Has(page, "<h1>models/acorn</h1>"));
  EXPECT_TRUE(Has(page, "<p class=\"word\">Denied</p>"));
  EXPECT_TRUE(Has(page, "monthly_active_users[2024-06,licensee]"));
  EXPECT_TRUE(Has(page, "ask the licensor"));
  EXPECT_TRUE(Has(page, "LICENSE:24"));
  // What could not be measured comes before what is violated, and that before what is missing.
  EXPECT_LT(page.find("no header"), page.find("too many users"));
  EXPECT_LT(page.find("too many users"), page.find("no figure"));
}

TEST(HtmlTest, EverySectionIsThere) {
  v1::GateResult result = SampleResult();
  v1::LineageLink& link = *result.add_lineage();
  link.set_base_model("Acorn/Oak");
  result.add_conflicts()->set_message("card against text");
  const std::string page = RenderGateHtml({result}, {});
  for (const std::string_view heading : {"Why", "Licences", "Terms tested", "Duties", "Conflicts and notes", "Lineage",
                                         "Facts", "Files", "What was not checked", "Record"})
    EXPECT_TRUE(Has(page, "<h2>" + std::string(heading) + "</h2>")) << heading;
  for (const std::string_view words :
       {"Acorn Licence", "Hand over a copy.", "Fulfilled, as the profile says (1)", "Not triggered by this use (1)",
        "Open: uses to keep clear of (2)", "card against text", "Acorn/Oak", "model.safetensors", "1.5 kB",
        "left out by rule", "Nothing here is legal advice", "patents", "2026-11-21T12:00:00Z", "block"})
    EXPECT_TRUE(Has(page, words)) << words;
  for (const char digit : std::string("abcdef0")) EXPECT_TRUE(Has(page, std::string(64, digit))) << digit;
}

TEST(HtmlTest, OpennessPartByPart) {
  v1::GateResult result = SampleResult();
  EXPECT_FALSE(Has(RenderGateHtml({result}, {}), "<h2>Openness</h2>"));
  AddSampleOpenness(result, "train.py");
  const std::string page = RenderGateHtml({result}, {});
  for (const std::string_view words :
       {"<h2>Openness</h2>", "Open weights are not open source here.", "Freedom to use", "Training code",
        "known to be there", "known to be absent", "not known", "train.py", "Nothing is decided by this."})
    EXPECT_TRUE(Has(page, words)) << words;
}

TEST(HtmlTest, NothingIsLoadedAndNothingRuns) {
  const std::string page = RenderGateHtml({SampleResult()}, {});
  EXPECT_TRUE(
      Has(page, "http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;sha256-"));
  for (const std::string_view word : {"<script", "<link", "<img", "<iframe", "<form", "url(", "@import", "http://",
                                      "https://", " style=", " onload", " onclick"})
    EXPECT_FALSE(Has(page, word)) << word;
}

TEST(HtmlTest, HostileStringsStayTexts) {
  const std::string evil = "</style></title><script>alert(1)</script>\" onload='x'\x1b[0m\xe2\x80\xae";
  RenderOptions options;
  options.models = {{evil, evil}};
  const std::string page = RenderGateHtml({HostileResult(evil)}, options);
  const std::string clean = RenderGateHtml({HostileResult("harmless")}, options);
  EXPECT_FALSE(Has(page, "<script"));
  EXPECT_FALSE(Has(page, "\" onload"));
  EXPECT_FALSE(Has(page, "\x1b"));
  EXPECT_FALSE(Has(page, "\xe2\x80\xae"));
  // The same tags as without it: no text became one.
  EXPECT_EQ(Count(page, "<"), Count(clean, "<"));
  EXPECT_EQ(Count(page, ">"), Count(clean, ">"));
}

TEST(HtmlTest, ModeIsSaid) {
  v1::GateResult result = SampleResult();
  result.set_mode("warn");
  EXPECT_TRUE(Has(RenderGateHtml({result}, {}), "Mode warn: DENIED does not stop this run."));
}

TEST(HtmlTest, SeveralModelsHaveATableFirst) {
  RenderOptions options;
  options.models = {{"m/a", ""}, {"m/b", ""}};
  v1::GateResult approved;
  approved.set_decision(v1::APPROVED);
  const std::string page = RenderGateHtml({SampleResult(), approved}, options);
  EXPECT_TRUE(Has(page, "<h1>2 models</h1>"));
  EXPECT_TRUE(Has(page, "<a href=\"#model-2\">m/b</a>"));
  EXPECT_TRUE(Has(page, "<article class=\"model\" id=\"model-2\"><h2>m/b</h2>"));
  EXPECT_TRUE(Has(page, "<h3>Why</h3>"));
  // No two elements have one name.
  std::map<std::string, int> ids;
  const std::regex id(" id=\"([^\"]*)\"");
  for (std::sregex_iterator it(page.begin(), page.end(), id), end; it != end; ++it)
    EXPECT_EQ(++ids[(*it)[1]], 1) << (*it)[1];
}

TEST(HtmlTest, LongListsAreCutWithANote) {
  v1::GateResult result = SampleResult();
  for (size_t i = 0; i < kHtmlRowsMax + 5; ++i)
    result.mutable_model()->add_artifacts()->set_path("f" + std::to_string(i));
  EXPECT_TRUE(Has(RenderGateHtml({result}, {}), "7 more are left out here"));
}

// ---- contrast ------------------------------------------------------------------------------------------------------

using Colors = std::map<std::string, std::string>;

// The colours of the first rule of the style sheet that begins at `marker`.
Colors ColorsAt(std::string_view marker) {
  const std::string style(kHtmlStyle.text());
  const size_t begin = style.find(marker);
  EXPECT_NE(begin, std::string::npos);
  const std::string block = style.substr(begin, style.find('}', begin) - begin);
  Colors colors;
  const std::regex color("--([a-z-]+): #([0-9a-f]{6});");
  for (std::sregex_iterator it(block.begin(), block.end(), color), end; it != end; ++it) colors[(*it)[1]] = (*it)[2];
  return colors;
}

// WCAG 2: relative luminance.
double Luminance(const std::string& hex) {
  const auto channel = [&](size_t at) {
    const double value = std::stoi(hex.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
}

double Contrast(const std::string& a, const std::string& b) {
  const double lighter = std::max(Luminance(a), Luminance(b)), darker = std::min(Luminance(a), Luminance(b));
  return (lighter + 0.05) / (darker + 0.05);
}

TEST(HtmlTest, ContrastIsEnoughInLightAndDark) {
  EXPECT_NEAR(Contrast("000000", "ffffff"), 21, 0.01);
  for (const std::string_view marker : {"\n:root {", "  :root {"}) {
    Colors colors = ColorsAt(marker);
    ASSERT_GE(colors.size(), 15u) << marker;
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string ground : {"ground", "panel"}) {
      for (const std::string ink : {"ink", "quiet", "link"}) pairs.emplace_back(ink, ground);
    }
    for (const std::string tone : {"good", "caution", "bad"}) {
      pairs.emplace_back(tone + "-ink", tone + "-ground");
      pairs.emplace_back("ink", tone + "-ground");
    }
    for (const auto& [ink, ground] : pairs) {
      ASSERT_EQ(colors.count(ink) + colors.count(ground), 2u) << ink << ", " << ground;
      EXPECT_GE(Contrast(colors[ink], colors[ground]), 4.5) << ink << " on " << ground << " at " << marker;
    }
    // Signs and borders that carry meaning.
    for (const std::string tone : {"good", "caution", "bad"})
      EXPECT_GE(Contrast(colors[tone + "-line"], colors[tone + "-ground"]), 3.0) << tone;
  }
}

}  // namespace
}  // namespace weighbridge::report
