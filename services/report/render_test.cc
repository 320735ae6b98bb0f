// The door: one document of each form, whatever the number of results.
#include "services/report/render.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "services/report/gate_text.h"
#include "services/report/json.h"
#include "services/report/sample_result.h"

namespace weighbridge::report {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

RenderOptions TwoModels() {
  RenderOptions options;
  options.exit_code = 1;
  options.models = {{"m/a", ""}, {"m/b", ""}};
  return options;
}

std::string Rendered(Format format, const std::vector<v1::GateResult>& results, const RenderOptions& options = {}) {
  const absl::StatusOr<std::string> text = Render(format, results, options);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

TEST(RenderTest, NamesOfFormats) {
  for (const std::string& name : FormatNames()) EXPECT_TRUE(FormatOf(name).has_value()) << name;
  EXPECT_EQ(FormatOf("html"), Format::kHtml);
  EXPECT_EQ(FormatOf("HTML"), std::nullopt);
  EXPECT_EQ(FormatOf(""), std::nullopt);
}

TEST(RenderTest, AllEndInANewlineAndAreTheSameEachTime) {
  for (const std::string& name : FormatNames()) {
    for (const size_t count : {1, 3}) {
      const std::vector<v1::GateResult> results(count, SampleResult());
      const std::string text = Rendered(*FormatOf(name), results, TwoModels());
      EXPECT_EQ(text.back(), '\n') << name;
      EXPECT_EQ(text, Rendered(*FormatOf(name), results, TwoModels())) << name;
    }
  }
}

TEST(RenderTest, WhatCannotBePrintedIsShownInNoForm) {
  v1::GateResult broken = SampleResult();
  broken.mutable_model()->add_ignored("a\xff");
  for (const std::string& name : FormatNames()) {
    EXPECT_EQ(Render(*FormatOf(name), {SampleResult(), broken}, {}).status().code(), absl::StatusCode::kInternal)
        << name;
    EXPECT_EQ(Render(*FormatOf(name), {}, {}).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(RenderTest, JsonIsOneObjectALine) {
  EXPECT_EQ(Rendered(Format::kJson, {SampleResult(), SampleResult()}),
            ToJson(SampleResult()) + "\n" + ToJson(SampleResult()) + "\n");
}

TEST(RenderTest, TextOfSeveralEndsInTheExitCode) {
  const std::string text = Rendered(Format::kText, {SampleResult(), SampleResult()}, TwoModels());
  EXPECT_EQ(text.rfind("DENIED  m/a: ", 0), 0u);
  EXPECT_TRUE(Has(text, "\n\nDENIED  m/b: "));
  const std::string end = "\n2 models (exit code 1)\n";
  EXPECT_EQ(text.substr(text.size() - end.size()), end);
}

TEST(RenderTest, MarkdownOfSeveralBeginsWithATable) {
  v1::GateResult warned = SampleResult();
  warned.set_mode("warn");
  const std::string text = Rendered(Format::kMarkdown, {SampleResult(), warned}, TwoModels());
  EXPECT_EQ(text.rfind("## 2 models\n", 0), 0u);
  EXPECT_LT(text.find("| m/b | DENIED | acorn-1.0 | mode warn: DENIED does not stop this run |"),
            text.find("## DENIED"));
}

TEST(RenderTest, MarkdownStaysWithinWhatAHostTakes) {
  v1::GateResult result = SampleResult();
  for (int i = 0; i < 30000; ++i) AddSampleFinding(result, v1::Outcome::NEEDS_REVIEW, "too many of these");
  for (const size_t count : {1, 3}) {
    const std::string text = Rendered(Format::kMarkdown, std::vector<v1::GateResult>(count, result));
    EXPECT_LE(text.size(), kMarkdownBytesMax);
    EXPECT_GE(text.size(), kMarkdownBytesMax / 2);
    EXPECT_TRUE(Has(text.substr(text.size() - 200), "This summary was cut here"));
  }
}

TEST(RenderTest, ModeIsSaidWhereItSoftens) {
  v1::GateResult result = SampleResult();
  for (const std::string mode : {"block", "warn", "audit"}) {
    result.set_mode(mode);
    for (const Format format : {Format::kText, Format::kMarkdown, Format::kSarif, Format::kJunit, Format::kHtml}) {
      EXPECT_EQ(Has(Rendered(format, {result}), "ode " + mode + ": DENIED does not stop this run"), mode != "block")
          << mode << ", format " << static_cast<int>(format);
    }
  }
  // What stops the run is not said to pass.
  result.set_mode("warn");
  result.set_decision(v1::UNDECIDED);
  EXPECT_FALSE(Has(Rendered(Format::kText, {result}), "does not stop this run"));
}

TEST(RenderTest, HostileStringsInEveryForm) {
  const std::string evil = "\x1b[31m\r\n::error::x\xe2\x80\xae<img src=x>\x07";
  RenderOptions options;
  options.list_all = true;
  options.models = {{evil, evil}};
  for (const Format format : {Format::kText, Format::kMarkdown, Format::kSarif, Format::kJunit, Format::kHtml}) {
    const std::string text = Rendered(format, {HostileResult(evil)}, options);
    for (const std::string_view raw : {"\x1b", "\r", "\x07", "\n::error", "\xe2\x80\xae"})
      EXPECT_FALSE(Has(text, raw)) << "format " << static_cast<int>(format);
    if (format == Format::kText || format == Format::kSarif) continue;  // plain text to whoever shows them
    EXPECT_FALSE(Has(text, "<img")) << "format " << static_cast<int>(format);
  }
}

}  // namespace
}  // namespace weighbridge::report
