#include "services/daemon/approval_index.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "services/approval/refusal.h"
#include "services/approval/verify.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"

namespace weighbridge::daemon {
namespace {

using Reason = v1::RefusalReason;

// How near a refused approval came: the later its fault is looked at, the nearer. Faults of an envelope come first.
int Nearness(Reason::Value fault) {
  switch (fault) {
    case Reason::engine_out_of_scope:
      return 7;
    case Reason::region_out_of_scope:
      return 6;
    case Reason::environment_out_of_scope:
      return 5;
    case Reason::use_out_of_scope:
      return 4;
    case Reason::not_yet_valid:
      return 3;
    case Reason::expired:
      return 2;
    case Reason::revoked:
      return 1;
    default:
      return 0;
  }
}

std::string Raw(const std::string& hex) {
  std::array<uint8_t, 32> bytes;
  if (!HexDecode(hex, bytes.data(), bytes.size())) return "";
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ApprovalIndex::Approval>> ApprovalIndex::Verified(const db::ApprovalRow& row,
                                                                                 const approval::TrustedKeys& trusted,
                                                                                 db::Store& store) {
  WB_ASSIGN_OR_RETURN(const std::string envelope, store.GetBlob(row.envelope_blob));
  auto approval = std::make_unique<Approval>();
  approval->id = Raw(row.approval_id);
  const absl::StatusOr<approval::VerifiedApproval> verified = approval::VerifyApproval(envelope, trusted);
  if (!verified.ok()) {
    const std::optional<v1::Refusal> refusal = approval::RefusalOf(verified.status());
    if (!refusal.has_value()) return verified.status();
    approval->fault = refusal->reason();
    return approval;
  }
  if (verified->approval_id != row.approval_id) {
    return absl::DataLossError(absl::StrFormat("approval %s is damaged: its envelope holds another", row.approval_id));
  }
  const approval::Statement& statement = verified->statement;
  approval->decision = statement.details.decision();
  approval->not_before = absl::ToUnixSeconds(statement.not_before);
  approval->expires = absl::ToUnixSeconds(statement.expires);
  approval->scope = statement.details.scope();
  return approval;
}

void ApprovalIndex::Add(const db::ApprovalRow& row, std::unique_ptr<Approval> approval, State& state) {
  approval->revoked = state.revoked.contains(approval->id);
  std::vector<std::string> digests = {row.approval_id, row.model_digest, row.weights_digest, row.set_digest};
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  for (const std::string& digest : digests) {
    if (!digest.empty()) state.by_digest[Raw(digest)].push_back(approval.get());
  }
  state.last_approval = row.sequence;
  state.approvals.push_back(std::move(approval));
}

void ApprovalIndex::Revoke(const db::RevocationRow& row, State& state) {
  state.last_revocation = row.sequence;
  const std::string id = Raw(row.approval_id);
  state.revoked.insert(id);
  const auto found = state.by_digest.find(id);
  if (found == state.by_digest.end()) return;
  for (Approval* approval : found->second) approval->revoked = approval->revoked || approval->id == id;
}

absl::Status ApprovalIndex::Refresh(db::Store& store, const std::shared_ptr<const approval::TrustedKeys>& trusted,
                                    Clock::time_point now) {
  const absl::MutexLock one_at_a_time(&refresh_mutex_);
  State anew;
  int64_t last_approval = 0, last_revocation = 0;
  size_t held = 0;
  bool again = false;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    again = state_.trusted != trusted;
    if (!again) {
      last_approval = state_.last_approval;
      last_revocation = state_.last_revocation;
      held = state_.approvals.size();
    }
  }
  anew.trusted = trusted;
  while (true) {
    WB_ASSIGN_OR_RETURN(const db::ApprovalChanges changes,
                        store.ApprovalChangesAfter(last_approval, last_revocation, db::kPageSizeMax));
    held += changes.approvals.size();
    if (held > approvals_max_) {
      return absl::ResourceExhaustedError(absl::StrFormat(
          "the database holds more than %d approvals; raise --approvals-max to check them", approvals_max_));
    }
    std::vector<std::unique_ptr<Approval>> verified;
    for (const db::ApprovalRow& row : changes.approvals) {
      WB_ASSIGN_OR_RETURN(std::unique_ptr<Approval> approval, Verified(row, *trusted, store));
      verified.push_back(std::move(approval));
    }
    {
      const absl::MutexLock lock(&mutex_);
      State& state = again ? anew : state_;
      for (size_t i = 0; i < verified.size(); ++i) Add(changes.approvals[i], std::move(verified[i]), state);
      for (const db::RevocationRow& row : changes.revocations) Revoke(row, state);
    }
    if (!changes.approvals.empty()) last_approval = changes.approvals.back().sequence;
    if (!changes.revocations.empty()) last_revocation = changes.revocations.back().sequence;
    const size_t page = db::kPageSizeMax;
    if (changes.approvals.size() < page && changes.revocations.size() < page) break;
  }
  const absl::MutexLock lock(&mutex_);
  if (again) state_ = std::move(anew);
  known_at_ = std::max(known_at_, now);
  return absl::OkStatus();
}

void ApprovalIndex::Confirm(Clock::time_point now) {
  const absl::MutexLock lock(&mutex_);
  if (state_.trusted != nullptr) known_at_ = std::max(known_at_, now);
}

v1::RefusalReason::Value ApprovalIndex::FaultOf(const Approval& approval, const v1::ApprovalQuestion& question,
                                                int64_t instant) {
  // First, so that who asks for an approval by its id learns of it whatever else is wrong.
  if (approval.revoked) return Reason::revoked;
  if (approval.fault != Reason::refusal_reason_unspecified) return approval.fault;
  if (instant > approval.expires) return Reason::expired;
  if (instant < approval.not_before) return Reason::not_yet_valid;
  return approval::ScopeFault(approval.scope,
                              {question.use(), question.environment(), question.region(), question.engine()});
}

absl::Status ApprovalIndex::Check(const v1::CheckApprovalsRequest& request, int64_t instant, Clock::time_point now,
                                  v1::CheckApprovalsResponse& answer, int64_t& expired_at) const {
  answer.set_checked_at(instant);
  answer.mutable_answers()->Reserve(request.questions_size());
  const absl::ReaderMutexLock lock(&mutex_);
  if (state_.trusted == nullptr || now - known_at_ > kAgeMax) {
    return absl::UnavailableError("what is known of approvals is too old: the database does not answer");
  }
  for (const v1::ApprovalQuestion& question : request.questions()) {
    v1::ApprovalAnswer& said = *answer.add_answers();
    said.set_reason(Reason::no_approval);
    const auto found = state_.by_digest.find(question.digest());
    if (found == state_.by_digest.end()) continue;
    const Approval* nearest = nullptr;
    Reason::Value why = Reason::no_approval;
    for (auto it = found->second.rbegin(); it != found->second.rend(); ++it) {
      const Reason::Value fault = FaultOf(**it, question, instant);
      if (fault == Reason::expired) expired_at = std::max(expired_at, (*it)->expires);
      if (nearest != nullptr && fault != Reason::refusal_reason_unspecified && Nearness(fault) <= Nearness(why)) continue;
      nearest = *it;
      why = fault;
      if (fault == Reason::refusal_reason_unspecified) break;
    }
    said.set_valid(why == Reason::refusal_reason_unspecified);
    said.set_reason(why);
    said.set_approval_id(nearest->id);
    said.set_expires(nearest->expires);
    said.set_decision(nearest->decision);
  }
  return absl::OkStatus();
}

size_t ApprovalIndex::size() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return state_.approvals.size();
}

}  // namespace weighbridge::daemon
