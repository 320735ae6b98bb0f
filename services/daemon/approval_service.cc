#include "services/daemon/approval_service.h"

#include <atomic>
#include <charconv>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "services/approval/refusal.h"
#include "services/auditor/approve.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/daemon/reads.h"
#include "services/daemon/scan_roots.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

constexpr int kPageNormal = 100;
constexpr size_t kDigestBytes = 32;

absl::Status Wrong(std::string_view field, std::string_view why) {
  return Because(absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, why)), v1::ErrorReason::INVALID_FIELD,
                 field);
}

absl::Status CheckText(std::string_view field, const std::string& value, bool required, size_t bytes_max) {
  if (required && value.empty()) return Wrong(field, "required");
  if (value.size() > bytes_max) return Wrong(field, absl::StrFormat("more than %d bytes", bytes_max));
  return absl::OkStatus();
}

// What every mutation needs: a caller who may, an id, a name.
absl::Status CheckMutation(Call& call, const std::string& request_id, const std::string& by) {
  WB_RETURN_IF_ERROR(call.CheckMayMutate());
  if (request_id.empty()) return Wrong("request_id", "required");
  WB_RETURN_IF_ERROR(call.TakeRequestId(request_id));
  return CheckText("by", by, /*required=*/true, kNameBytesMax);
}

// What was asked, and by whom: the same id for anything else is refused.
template <typename Request>
db::RequestKey KeyOf(std::string_view method, const Request& request, const std::string& principal) {
  Request content = request;
  content.clear_request_id();
  return {request.request_id(),
          Sha256Hex(absl::StrFormat("%s\n%s\n%s", method, principal, content.SerializeAsString()))};
}

absl::Status TranslateTaken(absl::Status status) {
  if (!absl::IsAlreadyExists(status)) return status;
  return Because(std::move(status), v1::ErrorReason::REQUEST_ID_TAKEN, "request_id");
}

// Errors about an approval id that was given.
absl::Status OfId(absl::Status status) {
  if (absl::IsInvalidArgument(status))
    return Because(std::move(status), v1::ErrorReason::INVALID_FIELD, "approval_id");
  if (absl::IsNotFound(status)) return Because(std::move(status), v1::ErrorReason::NOT_KNOWN, "approval_id");
  return status;
}

absl::Time Now(Backend& backend) { return absl::FromUnixSeconds(backend.Instant()); }

// A unary call whose work can be told that its client is gone. Owns itself.
class Reactor : public grpc::ServerUnaryReactor {
 public:
  using Work = std::function<absl::Status(const std::atomic<bool>& cancelled)>;

  // Runs `work` on a thread of `pool` and ends the call with its status; refuses at once if too much waits.
  static grpc::ServerUnaryReactor* Run(Call call, WorkerPool& pool, std::string_view busy, Work work) {
    auto* reactor = new Reactor(std::move(call));
    if (reactor->call_.backend().stopping()) {
      reactor->Finish(reactor->call_.End(Stopping()));
    } else if (!pool.TrySubmit([reactor, work = std::move(work)](size_t) { reactor->Do(work); })) {
      reactor->Finish(reactor->call_.End(Busy(busy)));
    }
    return reactor;
  }

  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  explicit Reactor(Call call) : call_(std::move(call)) {}

  void Do(const Work& work) {
    absl::Status status = Because(absl::CancelledError("the client went away, or its deadline passed"),
                                  v1::ErrorReason::ABANDONED);
    if (!cancelled_) {
      try {
        status = work(cancelled_);
      } catch (const std::bad_alloc&) {
        status = Busy("out of memory");
      } catch (const std::exception& error) {
        status = absl::InternalError(error.what());
      }
    }
    Finish(call_.End(status));
  }

  Call call_;
  std::atomic<bool> cancelled_{false};
};

absl::Status CheckQuestions(const v1::CheckApprovalsRequest& request) {
  if (request.questions_size() == 0) return Wrong("questions", "none is asked");
  if (request.questions_size() > kApprovalQuestionsMax) {
    return Because(absl::InvalidArgumentError(absl::StrFormat("questions: %d, at most %d in one call",
                                                              request.questions_size(), kApprovalQuestionsMax)),
                   v1::ErrorReason::REQUEST_TOO_LARGE, "questions");
  }
  for (int i = 0; i < request.questions_size(); ++i) {
    const v1::ApprovalQuestion& question = request.questions(i);
    if (question.digest().size() != kDigestBytes)
      return Wrong(absl::StrFormat("questions[%d].digest", i), "not the 32 bytes of a SHA-256");
    for (const std::string* word :
         {&question.use(), &question.environment(), &question.region(), &question.engine()}) {
      if (word->size() > kNameBytesMax) return Wrong(absl::StrFormat("questions[%d]", i), "a word is too long");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSign(const v1::SignOnServer& sign) {
  WB_RETURN_IF_ERROR(CheckText("sign.server_path", sign.server_path(), true, kPathBytesMax));
  WB_RETURN_IF_ERROR(CheckText("sign.reason", sign.reason(), true, kReasonBytesMax));
  WB_RETURN_IF_ERROR(CheckText("sign.profile", sign.profile(), false, kProfileBytesMax));
  WB_RETURN_IF_ERROR(CheckText("sign.profile_name", sign.profile_name(), false, kNameBytesMax));
  for (const auto* list : {&sign.environments(), &sign.regions(), &sign.engines(), &sign.adapter_server_paths()}) {
    if (list->size() > kScopeWordsMax) return Wrong("sign", absl::StrFormat("a list of more than %d", kScopeWordsMax));
    for (const std::string& word : *list) WB_RETURN_IF_ERROR(CheckText("sign", word, true, kPathBytesMax));
  }
  return absl::OkStatus();
}

// Evaluates a model of this machine and signs. The request was checked.
absl::StatusOr<auditor::ApproveResponse> Sign(Backend& backend, const v1::CreateApprovalRequest& request,
                                              const std::string& principal, const db::RequestKey& key,
                                              const std::atomic<bool>& cancelled) {
  const v1::SignOnServer& sign = request.sign();
  const auto configuration = backend.configuration().Current();
  if (configuration->signer == nullptr) {
    return Because(absl::FailedPreconditionError("this server holds no signing key: send an envelope that was signed "
                                                 "elsewhere, or start it with --signing-key"),
                   v1::ErrorReason::NO_SIGNING_KEY);
  }
  auditor::ApproveRequest approve;
  const std::vector<std::string>& roots = backend.options().scan_roots;
  WB_ASSIGN_OR_RETURN(approve.gate.collect.path, ResolveUnderRoots(sign.server_path(), "sign.server_path", roots));
  for (const std::string& path : sign.adapter_server_paths()) {
    WB_ASSIGN_OR_RETURN(std::string adapter, ResolveUnderRoots(path, "sign.adapter_server_paths", roots));
    approve.adapters.push_back(std::move(adapter));
  }
  auditor::GateInputs& inputs = approve.gate.inputs;
  approve.gate.collect.options.read.cancelled = &cancelled;
  inputs.cancelled = &cancelled;
  inputs.measured_by = "server";
  inputs.policy = configuration->policy;
  inputs.trusted = [trusted = configuration->trusted] { return *trusted; };
  inputs.evaluated_at = Now(backend);
  if (!sign.profile().empty()) inputs.profile = auditor::ConfigFile{Printable(sign.profile_name()), sign.profile()};
  if (absl::Status sound = auditor::CheckConfiguration(inputs.profile, std::nullopt, *configuration->rules);
      !sound.ok()) {
    return Because(std::move(sound), v1::ErrorReason::INVALID_CONFIGURATION, "sign.profile");
  }
  approval::ApproveTerms& terms = approve.terms;
  terms.by = request.by();
  terms.reason = sign.reason();
  terms.principal = principal;
  terms.not_before = inputs.evaluated_at;
  const std::optional<absl::Time> expires =
      ParseInstantOrSpan(sign.expires().empty() ? "90d" : sign.expires(), terms.not_before);
  if (!expires.has_value()) return Wrong("sign.expires", "neither a span such as 90d nor an instant");
  terms.expires = *expires;
  terms.environments = {sign.environments().begin(), sign.environments().end()};
  terms.regions = {sign.regions().begin(), sign.regions().end()};
  terms.engines = {sign.engines().begin(), sign.engines().end()};
  terms.reviewed = sign.reviewed();
  approve.trust = "self";
  for (const approval::TrustedKey& known : configuration->trusted->keys()) {
    if (known.key == configuration->signer->public_key()) approve.trust = known.trust;
  }
  approve.request = key;
  return auditor::Approve(approve, *configuration->rules, backend.writer(), *configuration->signer);
}

// What this request was answered with before, if it was.
absl::StatusOr<bool> AnswerAgain(Backend& backend, const db::RequestKey& key, v1::CreateApprovalResponse& answer) {
  WB_ASSIGN_OR_RETURN(const std::optional<std::string> earlier, backend.writer().FindRequest(key));
  if (!earlier.has_value()) return false;
  WB_ASSIGN_OR_RETURN(const v1::ApprovalRecord record,
                      auditor::ShowApproval(*earlier, Now(backend), *backend.configuration().Current()->trusted,
                                            backend.writer()));
  const v1::ApprovalSummary& summary = record.summary();
  v1::ApproveResult& result = *answer.mutable_result();
  result.set_schema_version(1);
  result.set_approval_id(summary.approval_id());
  result.set_decision(summary.decision());
  result.set_model_digest(summary.model_digest());
  result.set_set_digest(summary.set_digest());
  result.set_not_before(summary.not_before());
  result.set_expires(summary.expires());
  result.set_key_id(summary.key_id());
  result.set_trust(summary.trust());
  *result.mutable_scope() = summary.scope();
  answer.set_envelope(record.envelope());
  return true;
}

absl::Status Create(Backend& backend, const v1::CreateApprovalRequest& request, const std::string& principal,
                    const std::atomic<bool>& cancelled, v1::CreateApprovalResponse& answer) {
  const db::RequestKey key = KeyOf("CreateApproval", request, principal);
  const absl::StatusOr<bool> again = AnswerAgain(backend, key, answer);
  if (!again.ok()) return TranslateTaken(again.status());
  if (*again) return absl::OkStatus();
  absl::StatusOr<auditor::ApproveResponse> response =
      request.has_sign()
          ? Sign(backend, request, principal, key, cancelled)
          : auditor::SubmitApproval(request.envelope(), *backend.configuration().Current()->trusted, Now(backend),
                                    request.by(), principal, key, backend.writer());
  backend.Committed();
  if (!response.ok()) return TranslateTaken(response.status());
  if (!response->envelope.empty()) WB_RETURN_IF_ERROR(backend.RefreshApprovals());
  *answer.mutable_result() = std::move(response->result);
  answer.set_envelope(std::move(response->envelope));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* ApprovalService::CreateApproval(grpc::CallbackServerContext* context,
                                                          const v1::CreateApprovalRequest* request,
                                                          v1::CreateApprovalResponse* answer) {
  Call call(backend_, *context, Method::kCreateApproval);
  absl::Status sound = CheckMutation(call, request->request_id(), request->by());
  if (sound.ok()) {
    switch (request->what_case()) {
      case v1::CreateApprovalRequest::kEnvelope:
        if (request->envelope().empty()) sound = Wrong("envelope", "empty");
        break;
      case v1::CreateApprovalRequest::kSign:
        sound = CheckSign(request->sign());
        break;
      default:
        sound = Wrong("what", "envelope or sign");
    }
  }
  if (!sound.ok()) return EndNow(std::move(call), context, sound);
  const std::string principal = call.principal().name;
  WorkerPool& pool = request->has_sign() ? backend_.audits() : backend_.mutations();
  return Reactor::Run(std::move(call), pool, "as much waits to be approved as this server takes",
                      [this, request, answer, principal](const std::atomic<bool>& cancelled) {
                        return Create(backend_, *request, principal, cancelled, *answer);
                      });
}

grpc::ServerUnaryReactor* ApprovalService::GetApproval(grpc::CallbackServerContext* context,
                                                       const v1::GetApprovalRequest* request,
                                                       v1::ApprovalRecord* answer) {
  Call call(backend_, *context, Method::kGetApproval);
  if (absl::Status sound = CheckText("approval_id", request->approval_id(), true, kNameBytesMax); !sound.ok())
    return EndNow(std::move(call), context, sound);
  return ReadInTurn(std::move(call), context, [this, request, answer](db::Store& store) {
    absl::StatusOr<v1::ApprovalRecord> record = auditor::ShowApproval(
        request->approval_id(), Now(backend_), *backend_.configuration().Current()->trusted, store);
    if (!record.ok()) return OfId(record.status());
    *answer = *std::move(record);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ApprovalService::ListApprovals(grpc::CallbackServerContext* context,
                                                         const v1::ListApprovalsRequest* request,
                                                         v1::ListApprovalsResponse* answer) {
  Call call(backend_, *context, Method::kListApprovals);
  const absl::StatusOr<int> size = PageSizeOf(request->page_size(), kPageNormal, db::kPageSizeMax);
  if (!size.ok()) return EndNow(std::move(call), context, size.status());
  if (!request->digest().empty() && !IsSha256Hex(request->digest()))
    return EndNow(std::move(call), context, Wrong("digest", "not 64 lower-case hexadecimal digits"));
  const std::string& token = request->page_token();
  int64_t before = 0;
  if (!token.empty()) {
    const std::from_chars_result read = std::from_chars(token.data(), token.data() + token.size(), before);
    if (read.ec != std::errc() || read.ptr != token.data() + token.size() || before <= 0)
      return EndNow(std::move(call), context, Wrong("page_token", "not one that this server gave"));
  }
  return ReadInTurn(std::move(call), context, [this, request, answer, before, size = *size](db::Store& store) {
    db::ApprovalFilter filter;
    filter.digest = request->digest();
    WB_ASSIGN_OR_RETURN(auditor::ListedApprovals listed,
                        auditor::ListApprovals(filter, request->standing(), Now(backend_),
                                               *backend_.configuration().Current()->trusted, size, before, store));
    for (v1::ApprovalSummary& summary : listed.approvals) *answer->add_approvals() = std::move(summary);
    if (listed.next_before != 0) answer->set_next_page_token(std::to_string(listed.next_before));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ApprovalService::RevokeApproval(grpc::CallbackServerContext* context,
                                                          const v1::RevokeApprovalRequest* request,
                                                          v1::ApprovalSummary* answer) {
  Call call(backend_, *context, Method::kRevokeApproval);
  absl::Status sound = CheckMutation(call, request->request_id(), request->by());
  if (sound.ok()) sound = CheckText("approval_id", request->approval_id(), true, kNameBytesMax);
  if (sound.ok()) sound = CheckText("reason", request->reason(), true, kReasonBytesMax);
  if (!sound.ok()) return EndNow(std::move(call), context, sound);
  const std::string principal = call.principal().name;
  return Reactor::Run(
      std::move(call), backend_.mutations(), "as much waits to be recorded as this server takes",
      [this, request, answer, principal](const std::atomic<bool>&) {
        absl::StatusOr<v1::ApprovalSummary> summary = auditor::RevokeApproval(
            request->approval_id(), request->by(), principal, request->reason(), Now(backend_),
            *backend_.configuration().Current()->trusted, KeyOf("RevokeApproval", *request, principal),
            backend_.writer());
        backend_.Committed();
        if (!summary.ok()) return TranslateTaken(OfId(summary.status()));
        WB_RETURN_IF_ERROR(backend_.RefreshApprovals());
        *answer = *std::move(summary);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ApprovalService::CheckApprovals(grpc::CallbackServerContext* context,
                                                          const v1::CheckApprovalsRequest* request,
                                                          v1::CheckApprovalsResponse* answer) {
  Call call(backend_, *context, Method::kCheckApprovals);
  absl::Status status = CheckQuestions(*request);
  if (status.ok() && backend_.stopping()) status = Stopping();
  if (status.ok()) status = backend_.CheckFloor();
  if (status.ok()) {
    int64_t expired_at = 0;
    status = backend_.approvals().Check(*request, backend_.Instant(), ApprovalIndex::Clock::now(), *answer, expired_at);
    if (expired_at != 0) backend_.NoteExpired(expired_at);
  }
  return EndNow(std::move(call), context, status);
}

}  // namespace weighbridge::daemon
