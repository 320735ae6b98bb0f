#include "services/daemon/audit_reactor.h"

#include <new>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/daemon/scan_roots.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

absl::Status Wrong(std::string_view field, std::string_view why) {
  return Because(absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, why)), v1::ErrorReason::INVALID_FIELD,
                 field);
}

absl::Status Gone() {
  return Because(absl::CancelledError("the client went away, or its deadline passed; nothing was recorded"),
                 v1::ErrorReason::ABANDONED);
}

// Faults of what the user wrote, not of the request's form.
absl::Status AsConfigurationFault(absl::Status status) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  return Because(std::move(status), v1::ErrorReason::INVALID_CONFIGURATION, "start.profile");
}

// What the audit finds wrong with the options of a path; its messages begin with the option.
absl::Status AsOptionFault(absl::Status status) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  const std::string message(status.message());
  for (const auto& [option, field] : {std::pair<std::string_view, std::string_view>{"source: ", "start.source"},
                                      {"context: ", "start.context_path"},
                                      {"base: ", "start.base"}}) {
    if (message.rfind(option, 0) == 0) return Because(std::move(status), v1::ErrorReason::INVALID_FIELD, field);
  }
  return Because(std::move(status), v1::ErrorReason::INVALID_FIELD, "start.server_path");
}

}  // namespace

AuditReactor::AuditReactor(Backend& backend, grpc::CallbackServerContext* context)
    : context_(context), backend_(backend), call_(backend, *context, Method::kAuditModel) {}

AuditReactor* AuditReactor::Start(Backend& backend, grpc::CallbackServerContext* context) {
  std::shared_ptr<AuditReactor> made(new AuditReactor(backend, context));
  made->self_ = made;
  if (backend.audits().Full()) {
    made->End(Busy("as many audits wait as this server takes"));
    return made.get();
  }
  made->place_ = backend.uploads().Enter(Uploads::Clock::now(), [context] { context->TryCancel(); });
  if (made->place_ == nullptr) {
    made->End(Busy("as many audits are open as this server takes"));
  } else if (backend.stopping()) {
    // Asked behind Enter(): who stops the server either sees this call or is seen by it.
    made->End(Stopping());
  } else {
    made->StartRead(&made->request_);
  }
  return made.get();
}

void AuditReactor::OnReadDone(bool ok) {
  if (!ok) {
    End(cancelled_ ? Gone()
                   : Wrong(started_ ? "finish" : "start", "the stream ended without it, or a message was none"));
    return;
  }
  absl::StatusOr<bool> more = absl::InternalError("no answer");
  try {
    more = Take();
  } catch (const std::bad_alloc&) {
    more = Busy("out of memory");
  }
  if (!more.ok()) {
    End(more.status());
  } else if (*more) {
    place_->Watch(Uploads::Clock::now());
    StartRead(&request_);
  }
}

absl::StatusOr<bool> AuditReactor::Take() {
  const size_t bytes = request_.ByteSizeLong();
  switch (request_.part_case()) {
    case v1::AuditModelRequest::kStart:
      if (started_) return Wrong("start", "comes once");
      WB_RETURN_IF_ERROR(TakeStart(request_.start()));
      started_ = true;
      if (upload_.has_value()) return true;
      WB_RETURN_IF_ERROR(Submit());
      return false;
    case v1::AuditModelRequest::kInventory:
      WB_RETURN_IF_ERROR(TakePart(bytes));
      WB_RETURN_IF_ERROR(BecauseOfField(upload_->AddInventory(std::move(*request_.mutable_inventory()))));
      return true;
    case v1::AuditModelRequest::kDocument:
      WB_RETURN_IF_ERROR(TakePart(bytes));
      WB_RETURN_IF_ERROR(BecauseOfField(upload_->AddDocument(
          request_.document().sha256(), request_.document().content(), request_.document().last())));
      return true;
    case v1::AuditModelRequest::kFinish:
      WB_RETURN_IF_ERROR(TakePart(0));
      WB_RETURN_IF_ERROR(Submit());
      return false;
    case v1::AuditModelRequest::PART_NOT_SET:
      return Wrong("part", "none is set");
  }
  return Wrong("part", "unknown");
}

absl::Status AuditReactor::TakePart(size_t bytes) {
  if (!started_) return Wrong("start", "must be the first message");
  if (!upload_.has_value()) return Wrong("inventory", "the start names a path, so nothing follows");
  if (!place_->Take(bytes)) return Busy("inventories on their way in hold as much memory as this server gives them");
  return absl::OkStatus();
}

absl::Status AuditReactor::TakeStart(const v1::AuditStart& start) {
  WB_RETURN_IF_ERROR(call_.TakeRequestId(start.request_id()));
  if (start.profile().content().size() > kProfileBytesMax) return Wrong("start.profile.content", "more than 1 MiB");
  if (start.profile().name().size() > kNameBytesMax) return Wrong("start.profile.name", "too long");
  if (start.source().size() > kPathBytesMax) return Wrong("start.source", "too long");
  if (start.threads() < 0 || start.threads() > 256) return Wrong("start.threads", "0 to 256");
  auditor::GateInputs& inputs = gate_.inputs;
  if (!start.mode().empty()) {
    v1::Mode mode;
    if (!v1::Mode_Parse(start.mode(), &mode) || mode == v1::MODE_UNSPECIFIED)
      return Wrong("start.mode", "block, warn or audit");
    inputs.mode = mode;
  }
  WB_ASSIGN_OR_RETURN(inputs.evaluated_at, InstantOf(start.evaluated_at(), "start.evaluated_at"));
  inputs.scope = start.scan_only() ? auditor::Scope::kScan : auditor::Scope::kGate;
  inputs.record = !start.validate_only();
  inputs.cancelled = &cancelled_;
  if (start.has_profile())
    inputs.profile = auditor::ConfigFile{Printable(start.profile().name()), start.profile().content()};

  switch (start.model_case()) {
    case v1::AuditStart::kServerPath:
      inputs.measured_by = "server";
      // As they were named; ResolvePaths() looks at the files, which a handler must not.
      gate_.collect.path = start.server_path();
      gate_.collect.context = start.context_path();
      gate_.collect.base = start.base();
      gate_.collect.recursive = start.recursive();
      gate_.collect.source = start.source();
      gate_.collect.options.read.threads = start.threads();
      break;
    case v1::AuditStart::kInventory:
      inputs.measured_by = "client";
      for (const auto& [given, field] : {std::pair<bool, std::string_view>{start.recursive(), "start.recursive"},
                                         {!start.context_path().empty(), "start.context_path"},
                                         {!start.base().empty(), "start.base"},
                                         {!start.source().empty(), "start.source"}}) {
        if (given) return Wrong(field, "belongs to server_path; an inventory has it inside");
      }
      upload_.emplace();
      break;
    case v1::AuditStart::MODEL_NOT_SET:
      return Wrong("start.model", "server_path or inventory");
  }
  start_.set_want_progress(start.want_progress());
  return absl::OkStatus();
}

absl::Status AuditReactor::ResolvePaths() {
  const std::vector<std::string>& roots = backend_.options().scan_roots;
  auditor::CollectRequest& collect = gate_.collect;
  WB_ASSIGN_OR_RETURN(collect.path, ResolveUnderRoots(collect.path, "start.server_path", roots));
  if (!collect.context.empty()) {
    WB_ASSIGN_OR_RETURN(collect.context, ResolveUnderRoots(collect.context, "start.context_path", roots));
  }
  if (!collect.base.empty() && !IsSha256Hex(collect.base)) {
    WB_ASSIGN_OR_RETURN(collect.base, ResolveUnderRoots(collect.base, "start.base", roots));
  }
  return absl::OkStatus();
}

absl::Status AuditReactor::Submit() {
  place_->Rest();
  if (backend_.audits().TrySubmit([self = shared_from_this()](size_t) { self->Run(); })) return absl::OkStatus();
  return Busy("as many audits wait as this server takes");
}

absl::StatusOr<std::vector<auditor::GateResponse>> AuditReactor::Gate() {
  if (cancelled_) return Gone();
  // One configuration from here to the end: a reload meanwhile is for the next call.
  configuration_ = backend_.configuration().Current();
  gate_.inputs.policy = configuration_->policy;
  gate_.inputs.trusted = [trusted = configuration_->trusted] { return *trusted; };
  if (absl::Status sound = auditor::CheckConfiguration(gate_.inputs.profile, std::nullopt, *configuration_->rules);
      !sound.ok()) {
    return AsConfigurationFault(std::move(sound));
  }
  if (!upload_.has_value()) {
    WB_RETURN_IF_ERROR(ResolvePaths());
    gate_.collect.options.read.cancelled = &cancelled_;
    if (start_.want_progress()) {
      gate_.collect.options.read.progress = [this](const source::Progress& progress) {
        v1::AuditModelResponse response;
        v1::AuditProgress& shown = *response.mutable_progress();
        shown.set_bytes_done(progress.bytes_done);
        shown.set_bytes_total(progress.bytes_total);
        shown.set_files_done(progress.files_done);
        shown.set_files_total(progress.files_total);
        Send(std::move(response));
      };
    }
    auto responses = auditor::RunGate(gate_, *configuration_->rules, &backend_.writer());
    if (!responses.ok()) return AsOptionFault(responses.status());
    return responses;
  }
  absl::StatusOr<auditor::Collected> collected = upload_->Finish();
  if (!collected.ok()) return BecauseOfField(collected.status());
  std::vector<auditor::GateResponse> responses;
  WB_ASSIGN_OR_RETURN(
      auditor::GateResponse response,
      auditor::GateCollected(*std::move(collected), gate_.inputs, *configuration_->rules, &backend_.writer()));
  responses.push_back(std::move(response));
  return responses;
}

void AuditReactor::Run() {
  absl::Status status = absl::OkStatus();
  try {
    absl::StatusOr<std::vector<auditor::GateResponse>> responses = Gate();
    status = responses.status();
    if (status.ok()) {
      if (gate_.inputs.record) backend_.Committed();
      for (auditor::GateResponse& response : *responses) {
        if (gate_.inputs.scope == auditor::Scope::kGate) {
          backend_.metrics().CountDecision(v1::Decision_Name(response.result.decision()));
        }
        if (gate_.inputs.record) backend_.metrics().CountRecorded();
        v1::AuditModelResponse message;
        v1::AuditOutcome& outcome = *message.mutable_result();
        *outcome.mutable_result() = std::move(response.result);
        outcome.set_decision_id(response.decision_id);
        outcome.set_known_since(response.known_since);
        if (message.ByteSizeLong() > kAnswerBytesMax) {
          status = Because(absl::ResourceExhaustedError(
                               "the result is larger than a message of this server; read it with GetAudit in parts"),
                           v1::ErrorReason::REQUEST_TOO_LARGE);
          break;
        }
        Send(std::move(message));
      }
    }
  } catch (const std::bad_alloc&) {
    status = Busy("out of memory");
  } catch (const std::exception& error) {
    status = absl::InternalError(absl::StrFormat("an audit ended by an exception: %s", error.what()));
  }
  upload_.reset();
  place_->Watch(Uploads::Clock::now());
  End(status);
}

void AuditReactor::Send(v1::AuditModelResponse response) {
  const absl::MutexLock lock(&mutex_);
  if (broken_ || ended_) return;
  // A client that reads slowly gets the newest progress alone; the one in front may be on its way.
  const size_t free = writing_ ? 1 : 0;
  if (response.has_progress() && outgoing_.size() > free && outgoing_.back().has_progress()) outgoing_.pop_back();
  outgoing_.push_back(std::move(response));
  Advance();
}

void AuditReactor::End(const absl::Status& status) {
  const absl::MutexLock lock(&mutex_);
  if (ended_) return;
  ended_ = true;
  status_ = call_.End(status);
  Advance();
}

void AuditReactor::Advance() {
  if (writing_ || finished_) return;
  if (!broken_ && !outgoing_.empty()) {
    writing_ = true;
    StartWrite(&outgoing_.front());
  } else if (ended_) {
    finished_ = true;
    Finish(status_);
  }
}

void AuditReactor::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) broken_ = true;
  if (!outgoing_.empty()) outgoing_.pop_front();
  Advance();
}

void AuditReactor::OnCancel() { cancelled_ = true; }

void AuditReactor::OnDone() {
  place_.reset();
  const std::shared_ptr<AuditReactor> last = std::move(self_);
}

}  // namespace weighbridge::daemon
