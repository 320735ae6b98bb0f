// The signed statement of an approval: in-toto Statement v1, predicate SLSA Verification Summary v1, with our details
// in it.
//
// Subjects: for each part the model digest and the weights digest (SHA-256 over the lines of DESIGN section 4: what
// `sha256sum` would say of that listing) and every artifact. Details stand in the predicate as `weighbridgeApproval`.
// Pure; thread-safe. README.md shows an example.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_STATEMENT_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_STATEMENT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/weighbridge/v1/approval.pb.h"

namespace weighbridge::approval {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kPredicateType = "https://slsa.dev/verification_summary/v1";
inline constexpr size_t kApprovedPartsMax = 17;  // a base and its adapters
inline constexpr size_t kApprovedArtifactsMax = 100000;

// The statement's bytes: one JSON object, deterministic. INVALID_ARGUMENT if required fields are missing: what could
// not be read back is never signed.
absl::StatusOr<std::string> MakeStatement(const v1::ApprovalDetails& details);

struct Statement {
  v1::ApprovalDetails details;
  absl::Time not_before;
  absl::Time expires;
};

// Reads a statement whose signature was verified. Refusals: statement_malformed (not JSON, names twice, another
// statement or predicate type, no subjects, subjects that are not those of the details, a required field missing or of
// wrong form, not_before after expires, a verification result that contradicts the decision), decision_not_approved
// (DENIED, UNDECIDED, or NEEDS_REVIEW without `reviewed`, or unset). Unknown fields are passed over, as in-toto asks.
absl::StatusOr<Statement> ParseStatement(std::string_view json);

// SHA-256 of the statement's bytes: what revocations name, however the envelope is written.
std::string ApprovalIdOf(std::string_view statement);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_STATEMENT_H_
