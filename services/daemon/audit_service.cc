#include "services/daemon/audit_service.h"

#include <charconv>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"
#include "services/auditor/auditor.h"
#include "services/auditor/classify_text.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/daemon/audit_reactor.h"
#include "services/daemon/reads.h"
#include "services/daemon/records.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

constexpr int kPageNormal = 100;

void DescribeDecision(const db::DecisionRecord& decision, v1::AuditDecision& shown) {
  shown.set_decision_id(decision.decision_id);
  shown.set_evaluated_at(decision.evaluated_at);
  shown.set_decision(decision.decision);
  shown.set_mode(decision.mode);
  shown.set_profile_digest(decision.profile_digest);
  shown.set_policy_digest(decision.policy_digest);
}

// The result as it was recorded: its JSON is the stored form.
absl::Status AddResult(const db::DecisionRecord& decision, db::Store& store, v1::AuditDecision& shown) {
  WB_ASSIGN_OR_RETURN(const std::string json, store.GetBlob(decision.result_blob));
  if (!google::protobuf::util::JsonStringToMessage(json, shown.mutable_result()).ok()) {
    return absl::DataLossError("a stored result is no result");
  }
  return absl::OkStatus();
}

absl::Status ReadAudit(const std::string& id, db::Store& store, v1::Audit& answer) {
  absl::StatusOr<db::AuditRecord> audit = store.GetAudit(id);
  std::string asked_for;
  if (absl::IsNotFound(audit.status())) {
    WB_ASSIGN_OR_RETURN(const db::DecisionRecord decision, store.GetDecision(id));
    asked_for = decision.decision_id;
    audit = store.GetAudit(decision.audit_id);
  }
  if (!audit.ok()) return audit.status();
  Describe(*audit, answer);
  WB_ASSIGN_OR_RETURN(const std::vector<db::DecisionRecord> decisions, store.ListDecisions(audit->audit_id));
  for (size_t i = 0; i < decisions.size(); ++i) {
    v1::AuditDecision& shown = *answer.add_decisions();
    DescribeDecision(decisions[i], shown);
    const bool wanted = asked_for.empty() ? i + 1 == decisions.size() : decisions[i].decision_id == asked_for;
    if (wanted) WB_RETURN_IF_ERROR(AddResult(decisions[i], store, shown));
  }
  return absl::OkStatus();
}

// What the store says of an id that is none, means several or is unknown.
absl::Status AsIdFault(absl::Status status) {
  if (absl::IsInvalidArgument(status)) return Because(std::move(status), v1::ErrorReason::INVALID_FIELD, "audit_id");
  if (absl::IsNotFound(status)) return Because(std::move(status), v1::ErrorReason::NOT_KNOWN, "audit_id");
  return status;
}

absl::StatusOr<int64_t> PageBefore(const std::string& token) {
  if (token.empty()) return 0;
  int64_t before = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), before);
  if (error == std::errc() && end == token.data() + token.size() && before > 0) return before;
  return Because(absl::InvalidArgumentError("page_token: not one that this server gave"),
                 v1::ErrorReason::INVALID_FIELD, "page_token");
}

absl::Status Evaluate(Backend& backend, const v1::EvaluateAuditRequest& request, auditor::GateInputs inputs,
                      v1::EvaluateAuditResponse& answer) {
  const auto configuration = backend.configuration().Current();
  if (absl::Status sound = auditor::CheckConfiguration(inputs.profile, std::nullopt, *configuration->rules);
      !sound.ok()) {
    return absl::IsInvalidArgument(sound) ? Because(std::move(sound), v1::ErrorReason::INVALID_CONFIGURATION, "profile")
                                          : sound;
  }
  inputs.policy = configuration->policy;
  inputs.trusted = [trusted = configuration->trusted] { return *trusted; };
  const bool recorded = inputs.record;
  absl::StatusOr<auditor::GateResponse> response =
      auditor::EvaluateAudit(request.audit_id(), std::move(inputs), *configuration->rules, backend.writer());
  if (!response.ok()) return AsIdFault(response.status());
  if (recorded) backend.Committed();
  backend.metrics().CountDecision(v1::Decision_Name(response->result.decision()));
  v1::AuditOutcome& outcome = *answer.mutable_outcome();
  *outcome.mutable_result() = std::move(response->result);
  outcome.set_decision_id(response->decision_id);
  outcome.set_known_since(response->known_since);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerBidiReactor<v1::AuditModelRequest, v1::AuditModelResponse>* AuditService::AuditModel(
    grpc::CallbackServerContext* context) {
  return AuditReactor::Start(backend_, context);
}

grpc::ServerUnaryReactor* AuditService::GetAudit(grpc::CallbackServerContext* context,
                                                 const v1::GetAuditRequest* request, v1::Audit* answer) {
  return ReadInTurn(Call(backend_, *context, Method::kGetAudit), context, [request, answer](db::Store& store) {
    return AsIdFault(ReadAudit(request->audit_id(), store, *answer));
  });
}

grpc::ServerUnaryReactor* AuditService::ListAudits(grpc::CallbackServerContext* context,
                                                   const v1::ListAuditsRequest* request,
                                                   v1::ListAuditsResponse* answer) {
  Call call(backend_, *context, Method::kListAudits);
  const absl::StatusOr<int> size = PageSizeOf(request->page_size(), kPageNormal, db::kPageSizeMax);
  if (!size.ok()) return EndNow(std::move(call), context, size.status());
  const absl::StatusOr<int64_t> before = PageBefore(request->page_token());
  if (!before.ok()) return EndNow(std::move(call), context, before.status());
  return ReadInTurn(std::move(call), context, [answer, size = *size, before = *before](db::Store& store) {
    WB_ASSIGN_OR_RETURN(const db::AuditPage page, store.ListAudits(size, before));
    for (const db::AuditSummary& audit : page.audits) Describe(audit, *answer->add_audits());
    if (page.next_before != 0) answer->set_next_page_token(absl::StrFormat("%d", page.next_before));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AuditService::EvaluateAudit(grpc::CallbackServerContext* context,
                                                      const v1::EvaluateAuditRequest* request,
                                                      v1::EvaluateAuditResponse* answer) {
  Call call(backend_, *context, Method::kEvaluateAudit);
  if (absl::Status id = call.TakeRequestId(request->request_id()); !id.ok())
    return EndNow(std::move(call), context, id);
  auditor::GateInputs inputs;
  if (!request->mode().empty()) {
    v1::Mode mode;
    if (!v1::Mode_Parse(request->mode(), &mode) || mode == v1::MODE_UNSPECIFIED) {
      return EndNow(
          std::move(call), context,
          Because(absl::InvalidArgumentError("mode: block, warn or audit"), v1::ErrorReason::INVALID_FIELD, "mode"));
    }
    inputs.mode = mode;
  }
  const absl::StatusOr<absl::Time> instant = InstantOf(request->evaluated_at(), "evaluated_at");
  if (!instant.ok()) return EndNow(std::move(call), context, instant.status());
  inputs.evaluated_at = *instant;
  inputs.record = !request->validate_only();
  if (request->profile().content().size() > kProfileBytesMax || request->profile().name().size() > kNameBytesMax) {
    const std::string_view field =
        request->profile().name().size() > kNameBytesMax ? "profile.name" : "profile.content";
    return EndNow(std::move(call), context,
                  Because(absl::InvalidArgumentError(absl::StrFormat("%s: too long", field)),
                          v1::ErrorReason::INVALID_FIELD, field));
  }
  if (request->has_profile()) {
    inputs.profile = auditor::ConfigFile{Printable(request->profile().name()), request->profile().content()};
  }
  if (backend_.stopping()) return EndNow(std::move(call), context, Stopping());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool taken = backend_.audits().TrySubmit([call, context, reactor, request, answer, inputs](size_t) mutable {
    absl::Status status = absl::CancelledError("the client went away");
    if (!context->IsCancelled()) {
      try {
        status = Evaluate(call.backend(), *request, std::move(inputs), *answer);
      } catch (const std::bad_alloc&) {
        status = Busy("out of memory");
      } catch (const std::exception& error) {
        status = absl::InternalError(error.what());
      }
    }
    reactor->Finish(call.End(status));
  });
  if (!taken) reactor->Finish(call.End(Busy("as many audits wait as this server takes")));
  return reactor;
}

grpc::ServerUnaryReactor* AuditService::ClassifyText(grpc::CallbackServerContext* context,
                                                     const v1::ClassifyTextRequest* request,
                                                     v1::ClassifyTextResult* answer) {
  Call call(backend_, *context, Method::kClassifyText);
  const auto refuse = [&](std::string_view field, std::string_view why) {
    return EndNow(std::move(call), context,
                  Because(absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, why)),
                          v1::ErrorReason::INVALID_FIELD, field));
  };
  if (request->text().size() > kTextBytesMax) return refuse("text", "more than 2 MiB");
  if (request->path().size() > kPathBytesMax) return refuse("path", "more than 4095 bytes");
  if (const absl::Status text = auditor::CheckIsText(request->path(), request->text()); !text.ok()) {
    return refuse("text", std::string(text.message()));
  }
  return ReadInTurn(std::move(call), context, [this, request, answer](db::Store& store) {
    const auto configuration = backend_.configuration().Current();
    *answer = auditor::ClassifyText(Printable(request->path()), request->text(), *configuration->rules, &store);
    return absl::OkStatus();
  });
}

}  // namespace weighbridge::daemon
