#include "absl/status/statusor.h"
#include "services/formats/testing/fuzz_target.h"
#include "services/provenance/spdx_expression.h"
#include "services/provenance/spdx_lines.h"
#include "services/provenance/spdx_list.h"

using weighbridge::provenance::ParseSpdxExpression;
using weighbridge::provenance::SpdxExpression;

std::vector<std::string> FuzzSeeds() {
  return {
      "MIT",
      "(MIT OR Apache-2.0 WITH LLVM-exception) AND GPL-2.0+",
      "eCos-2.0 or a b c and ((x))",
      "LicenseRef-a.b OR DocumentRef-x:LicenseRef-y",
      "(a OR b) AND (c OR d) AND (e OR f) AND (g OR h) AND (i OR j) AND (k OR l) AND (m OR n)",
      "# SPDX-License-Identifier: MIT\n/* spdx-license-identifier: ISC */\n{\"SPDX-License-Identifier\": \"0BSD\",}"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<SpdxExpression> expression = ParseSpdxExpression(text);
  FuzzCheckStatuses(expression.status(), ParseSpdxExpression(std::string(text)).status());
  if (expression.ok()) {
    const std::string normal = FormatSpdxExpression(*expression);
    const absl::StatusOr<SpdxExpression> again = ParseSpdxExpression(normal);
    // A normal form can have more brackets than what it was made of, never more licences.
    FuzzCheck(again.ok() || normal.size() > text.size(), "a normal form is an expression");
    if (again.ok()) FuzzCheck(FormatSpdxExpression(*again) == normal, "a normal form is its own");
    const auto ways = AlternativesOf(*expression);
    FuzzCheck(ways.size() <= weighbridge::provenance::kExpressionAlternativesMax, "ways have a limit");
    for (const auto& terms : ways) {
      for (const auto& term : terms) {
        const auto present = PresentForm(term);
        FuzzCheck(!present.has_value() || !PresentForm(*present).has_value(), "what replaced an id is no former one");
      }
    }
  }
  const auto found = weighbridge::provenance::FindSpdxLines(text);
  FuzzCheck(found.lines.size() <= weighbridge::provenance::kSpdxValuesMax, "values have a limit");
  for (const auto& line : found.lines) {
    FuzzCheck(line.begin + line.value.size() <= text.size(), "a value lies in its text");
    if (weighbridge::provenance::CheckSpdxValue(line.value).ok())
      FuzzCheck(ParseSpdxExpression(line.value).ok(), "strict is lenient too");
  }
  return 0;
}
