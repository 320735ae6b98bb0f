// SPDX licence expressions (SPDX 2.3, annex D), read as leniently as metadata is written: operators in any case, and
// between operators whatever a person typed as a name.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_EXPRESSION_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_EXPRESSION_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weighbridge::provenance {

// One licence of an expression.
struct SpdxTerm {
  std::string license;    // as written, blanks between words single; without '+'
  bool or_later = false;  // "GPL-2.0+"
  std::string exception;  // behind WITH; empty: none

  // "GPL-2.0+ WITH Classpath-exception-2.0"
  std::string ToString() const;
};

// Whatever their case.
bool operator==(const SpdxTerm& a, const SpdxTerm& b);
bool operator<(const SpdxTerm& a, const SpdxTerm& b);

// Limits of untrusted metadata.
inline constexpr size_t kExpressionBytesMax = 4096;
inline constexpr int kExpressionDepthMax = 32;
inline constexpr size_t kExpressionTermsMax = 64;
inline constexpr size_t kExpressionAlternativesMax = 64;

struct SpdxExpression {
  enum class Kind { kTerm, kAnd, kOr };
  Kind kind = Kind::kTerm;
  SpdxTerm term;                         // of a term
  std::vector<SpdxExpression> operands;  // of the others: at least two, none of them of the same kind
};

// InvalidArgument with the byte ("offset 12: ...") for anything that is none: a missing name, a bracket without its
// other half, names side by side that a bracket parts, and whatever is over a limit.
absl::StatusOr<SpdxExpression> ParseSpdxExpression(std::string_view text);

// The normal form: operators in capitals, operands sorted and each once, brackets only around an OR inside an AND.
// Reading it again gives the same.
std::string FormatSpdxExpression(const SpdxExpression& expression);

// Every way to satisfy the expression: the terms of one inner list stand together, one list is enough. In the order of
// the expression, each once. Empty if there are more than kExpressionAlternativesMax.
std::vector<std::vector<SpdxTerm>> AlternativesOf(const SpdxExpression& expression);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_EXPRESSION_H_
