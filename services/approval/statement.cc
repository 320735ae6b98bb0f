#include "services/approval/statement.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/approval/read_message.h"
#include "services/approval/refusal.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/base/version.h"
#include "services/crypto/sha256.h"
#include "services/formats/json/json_reader.h"
#include "services/report/json.h"

namespace weighbridge::approval {
namespace {

constexpr char kPassed[] = "PASSED";
constexpr char kSlsaVersion[] = "1.1";
constexpr char kVerifier[] = "urn:weighbridge:verifier";

// What is wrong with the details, as a phrase; empty if nothing is.
std::string FaultOf(const v1::ApprovalDetails& details, Statement* statement);

absl::Status Malformed(std::string_view why) {
  return Refuse(v1::RefusalReason::statement_malformed,
                absl::StrFormat("what was signed is no approval: %s", std::string(why)));
}

bool TakeInstant(const std::string& text, absl::Time* time) {
  const std::optional<absl::Time> parsed = ParseInstant(text);
  if (parsed.has_value()) *time = *parsed;
  return parsed.has_value();
}

std::string FaultOfPart(const v1::ApprovedPart& part, bool first) {
  if (part.role() != (first ? "base" : "adapter")) return "the parts are not a base and its adapters";
  if (!IsSha256Hex(part.model_digest()) || !IsSha256Hex(part.weights_digest())) return "a part has no digest";
  if (part.artifacts().empty()) return "a part has no artifacts";
  const v1::ApprovedArtifact* last = nullptr;
  for (const v1::ApprovedArtifact& artifact : part.artifacts()) {
    if (artifact.path().empty() || !IsPlainName(artifact.path())) return "an artifact has no plain path";
    if (!IsSha256Hex(artifact.sha256())) return "an artifact has no digest";
    if (artifact.role().empty()) return "an artifact has no role";
    if (last != nullptr && !(last->path() < artifact.path())) return "artifacts are not in order, or named twice";
    last = &artifact;
  }
  return "";
}

std::string FaultOf(const v1::ApprovalDetails& details, Statement* statement) {
  if (details.schema_version() != 1) return "its schema version is not 1";
  if (details.parts().empty()) return "it names no model";
  if (details.parts_size() > static_cast<int>(kApprovedPartsMax)) return "it has too many parts";
  int64_t artifacts = 0;
  for (int i = 0; i < details.parts_size(); ++i) {
    std::string fault = FaultOfPart(details.parts(i), i == 0);
    if (!fault.empty()) return fault;
    artifacts += details.parts(i).artifacts_size();
  }
  if (artifacts > static_cast<int64_t>(kApprovedArtifactsMax)) return "it has too many artifacts";
  if ((details.parts_size() > 1) != IsSha256Hex(details.set_digest())) return "set digest and parts do not agree";
  if (!TakeInstant(details.not_before(), &statement->not_before)) return "not_before is no instant";
  if (!TakeInstant(details.expires(), &statement->expires)) return "expires is no instant";
  if (statement->not_before > statement->expires) return "it expires before it begins";
  for (const std::string* digest : {&details.rules_digest(), &details.policy_digest()}) {
    if (!IsSha256Hex(*digest)) return "the digest of rules or policy is missing";
  }
  for (const std::string* digest : {&details.profile_digest(), &details.exceptions_digest()}) {
    if (!digest->empty() && !IsSha256Hex(*digest)) return "the digest of profile or exceptions is none";
  }
  if (details.by().empty() || details.reason().empty()) return "it does not say who approved, or why";
  if (details.nonce().size() != 32) return "it has no nonce";
  if (details.scope().has_user_ceiling() && details.scope().user_ceiling().value() <= 0)
    return "the user ceiling is none";
  return "";
}

bool IsApproving(const v1::ApprovalDetails& details) {
  switch (details.decision()) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      return true;
    case v1::NEEDS_REVIEW:
      return details.reviewed_size() > 0 &&
             std::all_of(details.reviewed().begin(), details.reviewed().end(), [](const v1::ReviewedFinding& finding) {
               return !finding.by().empty() && !finding.reason().empty() && !finding.rule_id().empty();
             });
    default:
      return false;
  }
}

// Calls `visit` with name and digest of each subject, in order: "weighbridge:model", "weighbridge:weights" and
// "file:PATH" of each part; those of adapters behind "adapter-N:".
template <typename Visit>
void ForEachSubject(const v1::ApprovalDetails& details, Visit visit) {
  if (!details.set_digest().empty()) visit("weighbridge:set", details.set_digest());
  std::string name;
  for (int i = 0; i < details.parts_size(); ++i) {
    const v1::ApprovedPart& part = details.parts(i);
    const std::string prefix = i == 0 ? "" : absl::StrFormat("adapter-%d:", i);
    visit(prefix + "weighbridge:model", part.model_digest());
    visit(prefix + "weighbridge:weights", part.weights_digest());
    for (const v1::ApprovedArtifact& artifact : part.artifacts()) {
      name.assign(prefix).append("file:").append(artifact.path());
      visit(name, artifact.sha256());
    }
  }
}

bool HasTheSubjectsOf(const v1::ApprovalDetails& details, const v1::InTotoStatement& statement) {
  int seen = 0;
  bool same = true;
  ForEachSubject(details, [&](const std::string& name, const std::string& sha256) {
    same = same && seen < statement.subject_size() && statement.subject(seen).name() == name &&
           statement.subject(seen).digest().sha256() == sha256;
    ++seen;
  });
  return same && seen == statement.subject_size();
}

}  // namespace

absl::StatusOr<std::string> MakeStatement(const v1::ApprovalDetails& details) {
  Statement checked;
  const std::string fault = FaultOf(details, &checked);
  if (!fault.empty()) return absl::InvalidArgumentError(absl::StrFormat("this cannot be approved: %s", fault));
  if (!IsApproving(details))
    return absl::InvalidArgumentError("this cannot be approved: the decision does not approve");
  v1::InTotoStatement statement;
  statement.set__type(std::string(kStatementType));
  ForEachSubject(details, [&statement](const std::string& name, const std::string& sha256) {
    v1::InTotoSubject& subject = *statement.add_subject();
    subject.set_name(name);
    subject.mutable_digest()->set_sha256(sha256);
  });
  statement.set_predicatetype(std::string(kPredicateType));
  v1::VerificationSummary& predicate = *statement.mutable_predicate();
  predicate.mutable_verifier()->set_id(kVerifier);
  (*predicate.mutable_verifier()->mutable_version())["weighbridge"] = kVersion;
  predicate.set_timeverified(details.evaluated_at());
  predicate.set_resourceuri(details.set_digest().empty() ? "urn:weighbridge:model:" + details.parts(0).model_digest()
                                                         : "urn:weighbridge:set:" + details.set_digest());
  predicate.mutable_policy()->set_uri("urn:weighbridge:policy:" + details.policy_digest());
  predicate.mutable_policy()->mutable_digest()->set_sha256(details.policy_digest());
  predicate.set_verificationresult(kPassed);
  predicate.add_verifiedlevels(details.decision() == v1::NEEDS_REVIEW ? "WEIGHBRIDGE_REVIEWED"
                                                                      : "WEIGHBRIDGE_APPROVED");
  predicate.set_slsaversion(kSlsaVersion);
  *predicate.mutable_weighbridgeapproval() = details;
  std::string json = report::ToJson(statement);
  if (json.empty()) {
    return absl::InternalError("the statement cannot be written as JSON");
  }
  return json;
}

absl::StatusOr<Statement> ParseStatement(std::string_view json) {
  formats::JsonLimits limits;
  limits.bytes_max = 24 << 20;
  limits.elements_max = 2'000'000;
  limits.depth_max = 16;
  // Read once: the reader of Protobuf takes more than JSON, and the last of several equal names; ours refuses both.
  absl::StatusOr<formats::Value> tree = formats::ParseJson(json, limits);
  if (!tree.ok()) return Malformed(std::string(tree.status().message()));
  if (!tree->IsMap()) return Malformed("it is no JSON object");
  v1::InTotoStatement parsed;
  if (!ReadMessage(*std::move(tree), &parsed)) {
    return Malformed("a field has another type than it must have");
  }
  if (parsed._type() != kStatementType) return Malformed("it is no in-toto Statement v1");
  if (parsed.predicatetype() != kPredicateType) return Malformed("its predicate is no verification summary v1");
  if (parsed.subject().empty()) return Malformed("it has no subjects");
  if (!parsed.predicate().has_weighbridgeapproval()) return Malformed("its predicate has no details of ours");
  Statement statement;
  statement.details = std::move(*parsed.mutable_predicate()->mutable_weighbridgeapproval());
  if (parsed.predicate().verificationresult() != kPassed || !IsApproving(statement.details)) {
    const v1::Decision decision = statement.details.decision();
    return Refuse(v1::RefusalReason::decision_not_approved,
                  absl::StrFormat("what was signed says %s, which approves nothing",
                                  v1::Decision_IsValid(decision) && decision != v1::DECISION_UNSPECIFIED
                                      ? v1::Decision_Name(decision)
                                      : std::string("nothing of a decision")));
  }
  const std::string fault = FaultOf(statement.details, &statement);
  if (!fault.empty()) return Malformed(fault);
  if (!HasTheSubjectsOf(statement.details, parsed)) return Malformed("its subjects are not those of the decision");
  return statement;
}

std::string ApprovalIdOf(std::string_view statement) { return Sha256Hex(statement); }

}  // namespace weighbridge::approval
