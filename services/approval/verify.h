// An approval in one call: envelope, signature, statement, time, scope. Whether it was revoked is for the caller to
// ask.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_VERIFY_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_VERIFY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/approval/statement.h"
#include "services/approval/trust.h"

namespace weighbridge::approval {

struct VerifiedApproval {
  std::string approval_id;
  Statement statement;
  std::string key_id;
  std::string trust;
  std::string statement_bytes;
};

// Signature and form, and the decision inside. Refusals of VerifyEnvelope and ParseStatement. Time plays no part but
// for keys that are trusted for a period.
absl::StatusOr<VerifiedApproval> VerifyApproval(std::string_view envelope, const TrustedKeys& trusted);

// not_yet_valid or expired; both boundary seconds are inside. `now` is cut to whole seconds.
absl::Status CheckTime(const Statement& statement, absl::Time now);

// What whoever runs it states; empty: not stated.
struct StatedScope {
  std::string use;
  std::string environment;
  std::string region;
  std::string engine;
};

// The first of use, environment, region and engine that is out of scope, else unspecified. One the approval names and
// the asker does not state is refused, but for the use, which then is the approval's own. Comparison is bytewise.
v1::RefusalReason::Value ScopeFault(const v1::ApprovalScope& scope, const StatedScope& stated);

// The same as a refusal in words.
absl::Status CheckScope(const v1::ApprovalScope& scope, const StatedScope& stated);

// One artifact that was measured.
struct MeasuredArtifact {
  std::string path;
  std::string role;
  std::string sha256;
};

// The loadable artifacts must be the approved ones, by path, role and digest: file_changed, file_missing, file_extra,
// naming the file. Others may differ; their paths are added to `changed_documents` if it is not null.
absl::Status CheckArtifacts(const v1::ApprovedPart& part, absl::Span<const MeasuredArtifact> measured,
                            std::vector<std::string>* changed_documents);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_VERIFY_H_
