#include "services/daemon/license_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "services/auditor/explain.h"
#include "services/base/status_macros.h"
#include "services/daemon/reads.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

constexpr int kPageNormal = 50;
constexpr int kPageMost = 100;

absl::Status CheckName(const std::string& name) {
  if (!name.empty() && name.size() <= kNameBytesMax) return absl::OkStatus();
  return Because(absl::InvalidArgumentError(absl::StrFormat("name: 1 to %d bytes", kNameBytesMax)),
                 v1::ErrorReason::INVALID_FIELD, "name");
}

// Tokens are ids of licences, known to these rules or not any more.
bool IsPageToken(const std::string& token) {
  return token.size() <= kNameBytesMax && std::all_of(token.begin(), token.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '+';
         });
}

// The command line takes an unknown name for a mistake of usage; here it is an answer.
absl::Status Named(absl::Status status, bool known) {
  if (!absl::IsInvalidArgument(status)) return status;
  if (known) return Because(std::move(status), v1::ErrorReason::INVALID_FIELD, "name");
  return Because(absl::NotFoundError(status.message()), v1::ErrorReason::NOT_KNOWN, "name");
}

}  // namespace

grpc::ServerUnaryReactor* LicenseService::GetLicense(grpc::CallbackServerContext* context,
                                                     const v1::GetLicenseRequest* request, v1::LicenseRecord* answer) {
  Call call(backend_, *context, Method::kGetLicense);
  if (absl::Status name = CheckName(request->name()); !name.ok()) return EndNow(std::move(call), context, name);
  return WorkInTurn(std::move(call), context, [this, request, answer] {
    const auto configuration = backend_.configuration().Current();
    absl::StatusOr<v1::LicenseRecord> record = auditor::RecordOf(request->name(), *configuration->rules);
    if (!record.ok()) return Named(record.status(), !configuration->rules->FindLicenses(request->name()).empty());
    *answer = *std::move(record);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LicenseService::ListLicenses(grpc::CallbackServerContext* context,
                                                       const v1::ListLicensesRequest* request,
                                                       v1::ListLicensesResponse* answer) {
  Call call(backend_, *context, Method::kListLicenses);
  const absl::StatusOr<int> size = PageSizeOf(request->page_size(), kPageNormal, kPageMost);
  if (!size.ok()) return EndNow(std::move(call), context, size.status());
  if (!IsPageToken(request->page_token())) {
    return EndNow(std::move(call), context,
                  Because(absl::InvalidArgumentError("page_token: not one that this server gave"),
                          v1::ErrorReason::INVALID_FIELD, "page_token"));
  }
  return WorkInTurn(std::move(call), context, [this, request, answer, size = *size] {
    const auto configuration = backend_.configuration().Current();
    // The token is the last id of the page before: right even if the rules were exchanged between two pages.
    for (const auto* license : configuration->rules->licenses()) {
      if (license->id() <= request->page_token()) continue;
      if (answer->licenses_size() == size) {
        answer->set_next_page_token(answer->licenses(size - 1).license_id());
        break;
      }
      WB_ASSIGN_OR_RETURN(*answer->add_licenses(), auditor::RecordOf(license->id(), *configuration->rules));
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* LicenseService::ExplainName(grpc::CallbackServerContext* context,
                                                      const v1::ExplainNameRequest* request,
                                                      v1::ExplainResult* answer) {
  Call call(backend_, *context, Method::kExplainName);
  if (absl::Status name = CheckName(request->name()); !name.ok()) return EndNow(std::move(call), context, name);
  return WorkInTurn(std::move(call), context, [this, request, answer] {
    const auto configuration = backend_.configuration().Current();
    absl::StatusOr<v1::ExplainResult> explained = auditor::Explain(request->name(), *configuration->rules);
    if (!explained.ok()) return Named(explained.status(), false);
    *answer = *std::move(explained);
    return absl::OkStatus();
  });
}

}  // namespace weighbridge::daemon
