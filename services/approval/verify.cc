#include "services/approval/verify.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/types/artifact.h"

namespace weighbridge::approval {
namespace {

template <typename List>
bool Holds(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

template <typename List>
std::string Joined(const List& list) {
  std::string joined;
  for (const std::string& value : list) joined += (joined.empty() ? "" : ", ") + Printable(value);
  return joined;
}

// True where a list says something and does not hold what was stated.
template <typename List>
bool Outside(const List& approved, const std::string& stated) {
  return !approved.empty() && !Holds(approved, stated);
}

template <typename List>
absl::Status RefuseScope(const List& approved, const std::string& stated, std::string_view what,
                         v1::RefusalReason::Value reason) {
  return Refuse(reason, stated.empty() ? absl::StrFormat("the approval holds for the %s %s, and none was stated",
                                                         std::string(what), Joined(approved))
                                       : absl::StrFormat("the approval holds for the %s %s, not for %s",
                                                         std::string(what), Joined(approved), Printable(stated)));
}

bool IsLoadableName(const std::string& role) {
  const std::optional<Role> known = RoleFromName(role);
  return !known.has_value() || IsLoadable(*known);  // a role of another version: better loadable than not looked at
}

}  // namespace

absl::StatusOr<VerifiedApproval> VerifyApproval(std::string_view envelope, const TrustedKeys& trusted) {
  WB_ASSIGN_OR_RETURN(VerifiedPayload payload, VerifyEnvelope(envelope, kStatementPayloadType, trusted));
  WB_ASSIGN_OR_RETURN(Statement statement, ParseStatement(payload.payload));
  if (statement.not_before < payload.key_not_before || statement.not_before > payload.key_not_after) {
    return Refuse(v1::RefusalReason::key_unknown,
                  absl::StrFormat("the key %s is trusted for another time than that of the approval",
                                  payload.key_id.substr(0, 12)));
  }
  VerifiedApproval approval;
  approval.approval_id = ApprovalIdOf(payload.payload);
  approval.statement = std::move(statement);
  approval.key_id = std::move(payload.key_id);
  approval.trust = std::move(payload.trust);
  approval.statement_bytes = std::move(payload.payload);
  return approval;
}

absl::Status CheckTime(const Statement& statement, absl::Time now) {
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  if (second < statement.not_before) {
    return Refuse(v1::RefusalReason::not_yet_valid,
                  absl::StrFormat("the approval is valid from %s on", FormatInstant(statement.not_before)));
  }
  if (second > statement.expires) {
    return Refuse(v1::RefusalReason::expired,
                  absl::StrFormat("the approval expired on %s", FormatInstant(statement.expires)));
  }
  return absl::OkStatus();
}

v1::RefusalReason::Value ScopeFault(const v1::ApprovalScope& scope, const StatedScope& stated) {
  if (!stated.use.empty() && !Holds(scope.use(), stated.use)) return v1::RefusalReason::use_out_of_scope;
  if (Outside(scope.environments(), stated.environment)) return v1::RefusalReason::environment_out_of_scope;
  if (Outside(scope.regions(), stated.region)) return v1::RefusalReason::region_out_of_scope;
  if (Outside(scope.engines(), stated.engine)) return v1::RefusalReason::engine_out_of_scope;
  return v1::RefusalReason::refusal_reason_unspecified;
}

absl::Status CheckScope(const v1::ApprovalScope& scope, const StatedScope& stated) {
  const v1::RefusalReason::Value fault = ScopeFault(scope, stated);
  switch (fault) {
    case v1::RefusalReason::refusal_reason_unspecified:
      return absl::OkStatus();
    case v1::RefusalReason::environment_out_of_scope:
      return RefuseScope(scope.environments(), stated.environment, "environment", fault);
    case v1::RefusalReason::region_out_of_scope:
      return RefuseScope(scope.regions(), stated.region, "region", fault);
    case v1::RefusalReason::engine_out_of_scope:
      return RefuseScope(scope.engines(), stated.engine, "engine", fault);
    default:
      return Refuse(fault, scope.use().empty()
                               ? absl::StrFormat("the approval names no use, so that it does not hold for %s",
                                                 Printable(stated.use))
                               : absl::StrFormat("the approval holds for the use %s, not for %s", Joined(scope.use()),
                                                 Printable(stated.use)));
  }
}

absl::Status CheckArtifacts(const v1::ApprovedPart& part, absl::Span<const MeasuredArtifact> measured,
                            std::vector<std::string>* changed_documents) {
  std::map<std::string_view, const v1::ApprovedArtifact*> approved;
  for (const v1::ApprovedArtifact& artifact : part.artifacts()) approved[artifact.path()] = &artifact;
  const auto document = [&](std::string_view path) {
    if (changed_documents != nullptr) changed_documents->push_back(Printable(path));
  };
  for (const MeasuredArtifact& seen : measured) {
    const auto known = approved.find(seen.path);
    const std::string shown = Printable(seen.path);
    if (known == approved.end()) {
      if (IsLoadableName(seen.role)) {
        return Refuse(v1::RefusalReason::file_extra,
                      absl::StrFormat("%s could be loaded and is not among the approved files", shown), shown);
      }
      document(seen.path);
      continue;
    }
    const v1::ApprovedArtifact& wanted = *known->second;
    approved.erase(known);
    if (wanted.sha256() == seen.sha256) continue;
    if (IsLoadableName(seen.role) || IsLoadableName(wanted.role())) {
      return Refuse(v1::RefusalReason::file_changed, absl::StrFormat("%s is not the file that was approved", shown),
                    shown);
    }
    document(seen.path);
  }
  for (const auto& [path, wanted] : approved) {
    const std::string shown = Printable(path);
    if (IsLoadableName(wanted->role())) {
      return Refuse(v1::RefusalReason::file_missing, absl::StrFormat("%s was approved and is not there", shown), shown);
    }
    document(path);
  }
  if (changed_documents != nullptr) std::sort(changed_documents->begin(), changed_documents->end());
  return absl::OkStatus();
}

}  // namespace weighbridge::approval
