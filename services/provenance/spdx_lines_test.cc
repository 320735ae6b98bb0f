// SPDX lines as files of any language have them, and what is none.
#include "services/provenance/spdx_lines.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/provenance/spdx_expression.h"

namespace weighbridge::provenance {
namespace {

std::string ValuesOf(const SpdxLines& found) {
  std::string all;
  for (const SpdxLine& line : found.lines)
    absl::StrAppend(&all, all.empty() ? "" : " | ", "[", std::string(line.value), "]");
  return all;
}

struct LinesCase {
  std::string name;
  std::string text;
  std::string values;  // empty: no line
};
void PrintTo(const LinesCase& c, std::ostream* os) { *os << c.name; }

class SpdxLinesTest : public ::testing::TestWithParam<LinesCase> {};

TEST_P(SpdxLinesTest, Finds) {
  const std::string& text = GetParam().text;
  const SpdxLines found = FindSpdxLines(text);
  EXPECT_EQ(ValuesOf(found), GetParam().values);
  EXPECT_FALSE(found.more);
  for (const SpdxLine& line : found.lines) EXPECT_EQ(text.substr(line.begin, line.value.size()), line.value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SpdxLinesTest,
    ::testing::Values(
        LinesCase{"Alone", "SPDX-License-Identifier: MIT", "[MIT]"},
        LinesCase{"Hash", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n", "[MIT]"},
        LinesCase{"Slashes", "// SPDX-License-Identifier: MIT\r\n", "[MIT]"},
        LinesCase{"Stars", "/* SPDX-License-Identifier: MIT OR Apache-2.0 */\n", "[MIT OR Apache-2.0]"},
        LinesCase{"Html", "<!-- SPDX-License-Identifier: CC-BY-4.0 -->\n# Model\n", "[CC-BY-4.0]"},
        LinesCase{"Jinja", "{# SPDX-License-Identifier: MIT #}", "[MIT]"},
        LinesCase{"Docstring", "\"\"\"SPDX-License-Identifier: MIT\"\"\"", "[MIT]"},
        LinesCase{"Bold", "**SPDX-License-Identifier:** MIT", "[MIT]"},
        LinesCase{"Code", "`SPDX-License-Identifier: MIT`, as all files here", "[MIT]"},
        LinesCase{"Cell", "| SPDX-License-Identifier: MIT |", "[MIT]"},
        LinesCase{"Tag", "<p>SPDX-License-Identifier: MIT</p>", "[MIT]"},
        LinesCase{"Sentence", "SPDX-License-Identifier: MIT.", "[MIT]"},
        LinesCase{"Version", "SPDX-License-Identifier: Apache-2.0", "[Apache-2.0]"},
        LinesCase{"JsonKey", "{\"SPDX-License-Identifier\": \"MIT\", \"a\": 1}", "[MIT]"},
        LinesCase{"JsonKeyTight", "{\"SPDX-License-Identifier\":\"MIT\"}", "[MIT]"},
        LinesCase{"JsonComment", "{\"_\": \"SPDX-License-Identifier: MIT\\nCopyright\"}", "[MIT]"},
        LinesCase{"Yaml", "spdx-license-identifier: ISC\n", "[ISC]"},
        LinesCase{"AnyCase", "spdx-LICENSE-identifier: MIT", "[MIT]"},
        LinesCase{"NoBlank", "SPDX-License-Identifier:MIT", "[MIT]"},
        LinesCase{"Tabs", "SPDX-License-Identifier:\t\tMIT\t", "[MIT]"},
        LinesCase{"Brackets", "SPDX-License-Identifier: (MIT OR ISC) AND 0BSD", "[(MIT OR ISC) AND 0BSD]"},
        LinesCase{"Two", "SPDX-License-Identifier: MIT\nSPDX-License-Identifier: ISC\n", "[MIT] | [ISC]"},
        LinesCase{"TwiceTheSame", "SPDX-License-Identifier: MIT\nSPDX-License-Identifier: MIT\n", "[MIT]"},
        LinesCase{"TwoOnOneLine", "/* SPDX-License-Identifier: MIT */ /* SPDX-License-Identifier: ISC */",
                  "[MIT] | [ISC]"},
        LinesCase{"NextLineIsNoValue", "SPDX-License-Identifier:\nMIT", "[]"},
        LinesCase{"Nothing", "SPDX-License-Identifier:", "[]"},
        LinesCase{"Placeholder", "SPDX-License-Identifier: <id>", "[]"},
        LinesCase{"Words", "SPDX-License-Identifier: see LICENSE", "[see LICENSE]"},
        LinesCase{"Quoted", "The `SPDX-License-Identifier:` line names a licence.", ""},
        LinesCase{"NoColon", "SPDX-License-Identifier MIT", ""}, LinesCase{"OtherTag", "SPDX-FileCopyrightText: X", ""},
        LinesCase{"PartOfAWord", "X-SPDX-License-Identifier: MIT", ""},
        LinesCase{"BlankBeforeColon", "SPDX-License-Identifier : MIT", ""},
        LinesCase{"CutTag", "License-Identifier: MIT", ""}, LinesCase{"ColonFirst", ": MIT", ""},
        LinesCase{"Empty", "", ""}),
    [](const auto& info) { return info.param.name; });

TEST(SpdxLinesTest, ReadsTheHeadOfADocument) {
  const std::string line = "SPDX-License-Identifier: MIT";
  EXPECT_EQ(ValuesOf(FindSpdxLines(std::string(kSpdxHeadBytesMax - 1, '\n') + line)), "[MIT]");
  EXPECT_EQ(ValuesOf(FindSpdxLines(std::string(kSpdxHeadBytesMax, '\n') + line)), "");
}

TEST(SpdxLinesTest, ValuesHaveALimit) {
  std::string text;
  for (size_t i = 0; i < kSpdxValuesMax; ++i) absl::StrAppend(&text, "SPDX-License-Identifier: A", i, "\n");
  EXPECT_FALSE(FindSpdxLines(text).more);
  EXPECT_FALSE(FindSpdxLines(text + text).more);
  const SpdxLines over = FindSpdxLines(text + "SPDX-License-Identifier: B\n");
  EXPECT_TRUE(over.more);
  EXPECT_EQ(over.lines.size(), kSpdxValuesMax);
}

TEST(SpdxLinesTest, ALongValueIsRefusedNotCut) {
  std::string longest(kExpressionBytesMax, 'a');
  const SpdxLines found = FindSpdxLines("SPDX-License-Identifier: " + longest + "a OR MIT\n");
  ASSERT_EQ(found.lines.size(), 1u);
  EXPECT_EQ(CheckSpdxValue(found.lines[0].value).message(), "offset 4096: an expression has at most 4096 bytes");
  EXPECT_TRUE(CheckSpdxValue(longest).ok());
}

struct ValueCase {
  const char* value;
  const char* wrong;  // empty: nothing
};

TEST(SpdxLinesTest, ValuesAreStrict) {
  for (const ValueCase& c : {
           ValueCase{"MIT", ""},
           ValueCase{"GPL-2.0+ WITH Classpath-exception-2.0", ""},
           ValueCase{"(MIT or ISC) and 0BSD", ""},
           ValueCase{"DocumentRef-x:LicenseRef-y.1", ""},
           ValueCase{"NONE", ""},
           ValueCase{"", "offset 0: a licence is missing"},
           ValueCase{"MIT AND", "offset 7: a licence is missing"},
           ValueCase{"(MIT", "offset 4: a bracket is not closed"},
           ValueCase{"MIT/X11", "offset 3: a character that no expression has"},
           ValueCase{"MIT, ISC", "offset 3: a character that no expression has"},
           ValueCase{"MIT\xc2\xa0", "offset 3: a character that no expression has"},
           ValueCase{"see the file", "\"see the file\" is no id of a licence"},
           ValueCase{"MIT OR (Acorn Licence)", "\"Acorn Licence\" is no id of a licence"},
           ValueCase{"MIT WITH some leave", "\"some leave\" is no id of a licence"},
       }) {
    EXPECT_EQ(CheckSpdxValue(c.value).message(), c.wrong) << c.value;
  }
}

}  // namespace
}  // namespace weighbridge::provenance
