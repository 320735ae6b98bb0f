// The use cases behind a decision: approve, verify, recheck, revoke (DESIGN sections 2, 6, 11).
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_APPROVE_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_APPROVE_H_

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/approval/approvable.h"
#include "services/approval/trust.h"
#include "services/approval/verify.h"
#include "services/auditor/auditor.h"
#include "services/crypto/signing.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

struct ApproveRequest {
  GateRequest gate;                   // the model (base); `inputs.record` is true
  std::vector<std::string> adapters;  // --with: folders, each gated with the model as its base
  approval::ApproveTerms terms;
  std::string trust;       // how the signer's key is trusted, for the result
  db::RequestKey request;  // of a daemon
};

struct ApproveResponse {
  v1::ApproveResult result;  // `refusal` set: nothing was signed
  std::string envelope;      // empty if nothing was signed
  v1::Decision decision = v1::DECISION_UNSPECIFIED;
};

// Reads and hashes every byte, evaluates, records audit and decision, and, if all may be approved, signs and records
// the approval. Errors: those of RunGate, of the signer and of the store; a store is required. What may not be approved
// is an answer, not an error.
absl::StatusOr<ApproveResponse> Approve(const ApproveRequest& request, const rulebook::Rulebook& rules,
                                        db::Store& store, const Signer& signer);

// Records an approval that was signed elsewhere, after verifying it. A refusal is an answer.
absl::StatusOr<ApproveResponse> SubmitApproval(std::string_view envelope, const approval::TrustedKeys& trusted,
                                               absl::Time now, const std::string& by, const std::string& principal,
                                               const db::RequestKey& request, db::Store& store);

struct VerifyRequest {
  CollectRequest collect;
  std::vector<std::string> adapters;
  std::string envelope;  // empty: any approval of the store that holds; if none does, the newest says why
  approval::StatedScope stated;
  bool check_scope = false;  // false: the scope is shown, not tested
  absl::Time now;
};

// Measures the model again and compares it with its approval. `store` may be null: then an envelope is required.
// Revocation is "not checked" without a store, and by one that does not hold the approval. A refusal is an answer;
// errors mean that the model could not be measured.
absl::StatusOr<v1::VerifyResult> VerifyModel(const VerifyRequest& request, const approval::TrustedKeys& trusted,
                                             db::Store* store);

// Records a revocation; the first one stands. NOT_FOUND, INVALID_ARGUMENT (ambiguous prefix, empty reason).
absl::StatusOr<v1::ApprovalSummary> RevokeApproval(std::string_view approval_id, const std::string& by,
                                                   const std::string& principal, const std::string& reason,
                                                   absl::Time now, const approval::TrustedKeys& trusted,
                                                   const db::RequestKey& request, db::Store& store);

absl::StatusOr<v1::ApprovalRecord> ShowApproval(std::string_view approval_id, absl::Time now,
                                                const approval::TrustedKeys& trusted, db::Store& store);

struct ListedApprovals {
  std::vector<v1::ApprovalSummary> approvals;
  int64_t next_before = 0;  // 0: no more
};
absl::StatusOr<ListedApprovals> ListApprovals(const db::ApprovalFilter& filter, bool standing, absl::Time now,
                                              const approval::TrustedKeys& trusted, int page_size, int64_t before,
                                              db::Store& store);

// Every standing approval evaluated again from what its audit stored, with today's rules, the policy and profile given
// here or, where none is given, those it was issued with. All its models count, adapters too. Records nothing.
absl::StatusOr<std::vector<v1::RecheckResult>> RecheckApprovals(const GateInputs& inputs,
                                                                const approval::TrustedKeys& trusted,
                                                                const rulebook::Rulebook& rules, db::Store& store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_APPROVE_H_
