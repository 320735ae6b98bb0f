#include "services/daemon/model_service.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/auditor.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/daemon/reads.h"
#include "services/daemon/records.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

constexpr int kPageNormal = 100;
constexpr char kModelPrefix[] = "models/sha256-";

absl::Status Wrong(std::string_view field, std::string_view why) {
  return Because(absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, why)), v1::ErrorReason::INVALID_FIELD,
                 field);
}

absl::Status CheckLookup(const v1::LookupDigestsRequest& request) {
  if (request.digests_size() == 0) return Wrong("digests", "none is given");
  if (static_cast<size_t>(request.digests_size()) > db::kLookupMax) {
    return Because(absl::InvalidArgumentError(
                       absl::StrFormat("digests: %d, at most %d in one call", request.digests_size(), db::kLookupMax)),
                   v1::ErrorReason::REQUEST_TOO_LARGE, "digests");
  }
  if (!v1::DigestKind::Value_IsValid(request.kind())) return Wrong("kind", "not a kind of digest");
  for (int i = 0; i < request.digests_size(); ++i) {
    if (!IsSha256Hex(request.digests(i))) {
      return Wrong(absl::StrFormat("digests[%d]", i), "not 64 lower-case hexadecimal digits");
    }
  }
  return absl::OkStatus();
}

std::optional<db::DigestKind> KindOf(v1::DigestKind::Value kind) {
  switch (kind) {
    case v1::DigestKind::FILE:
      return db::DigestKind::kFile;
    case v1::DigestKind::WEIGHTS:
      return db::DigestKind::kWeights;
    case v1::DigestKind::MODEL:
      return db::DigestKind::kModel;
    default:
      return std::nullopt;
  }
}

// One look-up: from memory if everything known is there and up to date; else first what the cache has, then, if
// anything is missing, the rest from the database.
class Lookup {
 public:
  Lookup(Backend& backend, const v1::LookupDigestsRequest& request, v1::LookupDigestsResponse& answer)
      : backend_(backend), request_(request), answer_(answer), configuration_(backend.configuration().Current()) {
    answer_.mutable_statuses()->Reserve(request.digests_size());
    for (int i = 0; i < request.digests_size(); ++i) answer_.add_statuses();
  }

  // True if memory had everything.
  bool FromMemory() {
    const uint64_t generation = backend_.cache().generation();
    return backend_.known().Look(request_.digests(), request_.kind(), generation,
                                 [this](int i, const KnownIndex::Answer* answer, v1::DigestKind::Value kind) {
                                   v1::DigestStatus& status = *answer_.mutable_statuses(i);
                                   status.set_digest(request_.digests(i));
                                   if (answer == nullptr) return;
                                   status.MergeFromString(answer->wire);
                                   status.set_kind(kind);
                                   status.set_stale(IsStale(*answer->rules_digest, *answer->classifier_version));
                                 }) ||
           FromCache();
  }

  bool FromCache() {
    for (int i = 0; i < request_.digests_size(); ++i) {
      const auto found = backend_.cache().Find(request_.digests(i), request_.kind());
      if (found == nullptr) {
        missing_.push_back(i);
      } else {
        Fill(i, *found);
      }
    }
    return missing_.empty();
  }

  absl::Status FromStore(db::Store& store) {
    const uint64_t generation = backend_.cache().generation();
    std::vector<std::string> digests;
    digests.reserve(missing_.size());
    for (const int i : missing_) digests.push_back(request_.digests(i));
    WB_ASSIGN_OR_RETURN(const auto answers, store.LookupDigests(digests, KindOf(request_.kind())));
    for (size_t i = 0; i < missing_.size(); ++i) {
      auto made = std::make_shared<CachedAnswer>();
      made->status.set_digest(digests[i]);
      if (answers[i].has_value()) {
        Describe(*answers[i], made->status);
        made->rules_digest = answers[i]->rules_digest;
        made->classifier_version = answers[i]->classifier_version;
      }
      Fill(missing_[i], *made);
      backend_.cache().Put(digests[i], request_.kind(), generation, std::move(made));
    }
    return absl::OkStatus();
  }

  void Count() const {
    size_t known = 0;
    for (const v1::DigestStatus& status : answer_.statuses()) known += status.known() ? 1 : 0;
    const size_t all = static_cast<size_t>(answer_.statuses_size());
    backend_.metrics().CountLookups(known, all - known, all - missing_.size());
  }

 private:
  void Fill(int index, const CachedAnswer& answer) {
    v1::DigestStatus& status = *answer_.mutable_statuses(index);
    status = answer.status;
    status.set_stale(status.known() && IsStale(answer.rules_digest, answer.classifier_version));
  }

  bool IsStale(const std::string& rules_digest, const std::string& classifier_version) const {
    static const std::string& version = *new std::string(auditor::ClassifierVersion());
    return rules_digest != configuration_->rules->digest() || classifier_version != version;
  }

  Backend& backend_;
  const v1::LookupDigestsRequest& request_;
  v1::LookupDigestsResponse& answer_;
  const std::shared_ptr<const Configuration> configuration_;
  std::vector<int> missing_;
};

void Describe(const db::ModelAudit& newest, v1::Model& shown) {
  shown.set_name(kModelPrefix + newest.audit.model_digest);
  shown.set_model_digest(newest.audit.model_digest);
  shown.set_weights_digest(newest.audit.weights_digest);
  shown.set_repository(newest.audit.repository);
  shown.set_revision(newest.audit.revision);
  for (const db::GoverningLicense& license : newest.governing) daemon::Describe(license, *shown.add_governing());
}

void AddAudit(const db::ModelAudit& audit, v1::Model& shown) {
  v1::Audit& added = *shown.add_audits();
  daemon::Describe(audit.audit, added);
  if (audit.latest_decision.empty()) return;
  v1::AuditDecision& decision = *added.add_decisions();
  decision.set_decision(audit.latest_decision);
  decision.set_evaluated_at(audit.latest_decision_at);
}

}  // namespace

grpc::ServerUnaryReactor* ModelService::LookupDigests(grpc::CallbackServerContext* context,
                                                      const v1::LookupDigestsRequest* request,
                                                      v1::LookupDigestsResponse* answer) {
  Call call(backend_, *context, Method::kLookupDigests);
  if (absl::Status sound = CheckLookup(*request); !sound.ok()) return EndNow(std::move(call), context, sound);
  if (backend_.stopping()) return EndNow(std::move(call), context, Stopping());
  auto lookup = std::make_shared<Lookup>(backend_, *request, *answer);
  if (lookup->FromMemory()) {
    lookup->Count();
    return EndNow(std::move(call), context, absl::OkStatus());
  }
  return ReadInTurn(std::move(call), context, [lookup = std::move(lookup)](db::Store& store) {
    WB_RETURN_IF_ERROR(lookup->FromStore(store));
    lookup->Count();
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ModelService::GetModel(grpc::CallbackServerContext* context,
                                                 const v1::GetModelRequest* request, v1::Model* answer) {
  Call call(backend_, *context, Method::kGetModel);
  std::string digest = request->model_digest();
  if (digest.rfind(kModelPrefix, 0) == 0) digest.erase(0, sizeof(kModelPrefix) - 1);
  if (!IsSha256Hex(digest))
    return EndNow(std::move(call), context, Wrong("model_digest", "not 64 lower-case hexadecimal digits"));
  return ReadInTurn(std::move(call), context, [digest, answer](db::Store& store) {
    WB_ASSIGN_OR_RETURN(const db::ModelAuditPage page, store.GetModel(digest, db::kPageSizeMax, 0));
    if (page.audits.empty()) return absl::NotFoundError("no audit of a model with this digest");
    Describe(page.audits.front(), *answer);
    for (const db::ModelAudit& audit : page.audits) AddAudit(audit, *answer);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ModelService::ListModels(grpc::CallbackServerContext* context,
                                                   const v1::ListModelsRequest* request,
                                                   v1::ListModelsResponse* answer) {
  Call call(backend_, *context, Method::kListModels);
  const absl::StatusOr<int> size = PageSizeOf(request->page_size(), kPageNormal, db::kPageSizeMax);
  if (!size.ok()) return EndNow(std::move(call), context, size.status());
  for (const auto& [field, value] :
       {std::pair<std::string_view, const std::string*>{"page_token", &request->page_token()},
        {"repository_prefix", &request->repository_prefix()},
        {"license_id", &request->license_id()}}) {
    if (value->size() > kNameBytesMax) return EndNow(std::move(call), context, Wrong(field, "too long"));
  }
  return ReadInTurn(std::move(call), context, [request, answer, size = *size](db::Store& store) {
    absl::StatusOr<db::ModelPage> page =
        store.ListModels({size, request->page_token(), request->repository_prefix(), request->license_id()});
    if (absl::IsInvalidArgument(page.status()))
      return Wrong("page_token", "not one that this server gave for this query");
    if (!page.ok()) return page.status();
    for (const db::ModelAudit& model : page->models) {
      v1::Model& shown = *answer->add_models();
      Describe(model, shown);
      AddAudit(model, shown);
    }
    answer->set_next_page_token(page->next_page_token);
    return absl::OkStatus();
  });
}

}  // namespace weighbridge::daemon
