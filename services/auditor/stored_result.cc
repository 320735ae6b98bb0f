#include "services/auditor/stored_result.h"

#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"
#include "services/base/status_macros.h"

namespace weighbridge::auditor {
namespace {

constexpr uint32_t kSchemaVersion = 1;

absl::StatusOr<db::DecisionRecord> NewestDecision(std::string_view id, db::Store& store) {
  absl::StatusOr<db::AuditRecord> audit = store.GetAudit(id);
  if (audit.status().code() == absl::StatusCode::kNotFound) {
    absl::StatusOr<db::DecisionRecord> decision = store.GetDecision(id);
    // The message of the audit names what was looked for.
    return decision.status().code() == absl::StatusCode::kNotFound ? audit.status() : decision;
  }
  if (!audit.ok()) return audit.status();
  WB_ASSIGN_OR_RETURN(std::vector<db::DecisionRecord> decisions, store.ListDecisions(audit->audit_id));
  if (decisions.empty()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "audit %s has no decision: it is a scan; gate the model, or compare what scan --format json prints",
        audit->audit_id));
  }
  return std::move(decisions.back());
}

}  // namespace

absl::StatusOr<StoredResult> FindResult(std::string_view id, db::Store& store) {
  WB_ASSIGN_OR_RETURN(const db::DecisionRecord decision, NewestDecision(id, store));
  WB_ASSIGN_OR_RETURN(const std::string json, store.GetBlob(decision.result_blob));
  absl::StatusOr<v1::GateResult> result = ParseResult(json);
  if (!result.ok()) {
    return absl::DataLossError(absl::StrFormat("the stored result of decision %s cannot be read by this version: %s",
                                               decision.decision_id, result.status().message()));
  }
  return StoredResult{*std::move(result), decision.audit_id, decision.decision_id};
}

absl::StatusOr<v1::GateResult> ParseResult(std::string_view json) {
  while (!json.empty() && (json.back() == '\n' || json.back() == '\r' || json.back() == ' ')) json.remove_suffix(1);
  if (json.empty()) return absl::InvalidArgumentError("there is no result");
  v1::GateResult result;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &result);
  if (!parsed.ok()) {
    // The lines behind the first quote the input.
    const std::string message = parsed.message().as_string();
    return absl::InvalidArgumentError(absl::StrFormat("no result of gate or scan (one object of --format json): %s",
                                                      message.substr(0, message.find('\n'))));
  }
  if (result.schema_version() != kSchemaVersion) {
    return absl::InvalidArgumentError(absl::StrFormat("a result of schema version %d; this program reads version %d",
                                                      result.schema_version(), kSchemaVersion));
  }
  return result;
}

}  // namespace weighbridge::auditor
