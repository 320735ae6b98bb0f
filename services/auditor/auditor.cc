#include "services/auditor/auditor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/official_texts.h"
#include "services/auditor/record.h"
#include "services/base/status_macros.h"
#include "services/classify/tokenize.h"
#include "services/crypto/sha256.h"
#include "services/policy/builtin_policy.h"
#include "services/profile/parse.h"
#include "services/provenance/base_model.h"
#include "services/report/json.h"

namespace weighbridge::auditor {
namespace {

constexpr std::string_view kBuiltinPolicyName = "built-in policy";

// Profile and policy as parsed, with the bytes that are stored and digested.
struct Configuration {
  std::optional<v1::Profile> profile;
  std::string profile_bytes;
  v1::Policy policy;
  std::string policy_bytes;
};

profile::Vocabulary VocabularyOf(const rulebook::Rulebook& rules) {
  profile::Vocabulary vocabulary;
  vocabulary.fields = &rules.fields();
  vocabulary.countries = &rules.countries();
  for (const auto* license : rules.licenses()) {
    vocabulary.licenses.push_back(license->id());
    vocabulary.licenses.push_back(license->short_id());
    if (!license->family().empty()) vocabulary.families.push_back(license->family());
  }
  vocabulary.resolve = [&rules](std::string_view spelling) {
    std::vector<std::string> ids;
    for (const auto* license : rules.FindLicenses(spelling)) ids.push_back(license->id());
    return ids;
  };
  return vocabulary;
}

absl::StatusOr<Configuration> ReadConfiguration(const std::optional<ConfigFile>& profile,
                                                const std::optional<ConfigFile>& policy,
                                                const rulebook::Rulebook& rules) {
  Configuration read;
  const profile::Vocabulary vocabulary = VocabularyOf(rules);
  if (profile.has_value()) {
    WB_ASSIGN_OR_RETURN(read.profile, profile::ParseProfile(profile->bytes, profile->name, vocabulary));
    read.profile_bytes = profile->bytes;
  }
  if (policy.has_value()) {
    WB_ASSIGN_OR_RETURN(read.policy, profile::ParsePolicy(policy->bytes, policy->name, vocabulary));
    read.policy_bytes = policy->bytes;
  } else {
    read.policy = policy::BuiltinPolicy();
    read.policy_bytes = std::string(policy::BuiltinPolicyYaml());
  }
  return read;
}

v1::Mode ModeOf(const std::optional<v1::Mode>& asked, const v1::Policy& policy) {
  if (asked.has_value()) return *asked;
  return policy.has_mode() && policy.mode() != v1::MODE_UNSPECIFIED ? policy.mode() : v1::block;
}

// Documents of an inventory out of the store, with those of its context and base.
absl::Status LoadDocuments(const v1::Inventory& inventory, db::Store& store, provenance::DocumentBytes& documents) {
  for (const auto* artifacts : {&inventory.artifacts(), &inventory.context_artifacts()}) {
    for (const v1::InventoryArtifact& artifact : *artifacts) {
      if (artifact.document_sha256().empty() || documents.count(artifact.document_sha256()) > 0) continue;
      WB_ASSIGN_OR_RETURN(std::string bytes, store.GetBlob(artifact.document_sha256()));
      documents.emplace(artifact.document_sha256(), std::move(bytes));
    }
  }
  return inventory.has_base() ? LoadDocuments(inventory.base(), store, documents) : absl::OkStatus();
}

// The newest audit of that model whose bytes were measured on this side, with its inventory; nothing if there is none.
struct EarlierAudit {
  std::string audit_id;
  v1::Inventory inventory;
};
absl::StatusOr<std::optional<EarlierAudit>> FindMeasured(const std::string& model_digest, db::Store& store) {
  WB_ASSIGN_OR_RETURN(const std::optional<db::AuditRecord> earlier,
                      store.LatestAuditByModelDigest(model_digest, db::AuditFilter::kMeasured));
  if (!earlier.has_value()) return std::nullopt;
  WB_ASSIGN_OR_RETURN(const std::string bytes, store.GetBlob(earlier->inventory_blob));
  EarlierAudit audit;
  audit.audit_id = earlier->audit_id;
  if (!audit.inventory.ParseFromString(bytes) || ModelDigestOf(audit.inventory) != model_digest) {
    return absl::DataLossError("the stored inventory of an earlier audit is damaged");
  }
  return audit;
}

// A pointer checkout of a model whose bytes were measured before is answered as that model (DESIGN section 4): headers
// and documents of the earlier inventory stand in for what the pointers name. Adds the audit used.
absl::Status BorrowMeasured(db::Store& store, v1::Inventory& inventory, provenance::DocumentBytes& documents,
                            std::vector<std::string>& used_audits) {
  const bool claimed = std::any_of(inventory.artifacts().begin(), inventory.artifacts().end(),
                                   [](const auto& artifact) { return artifact.claimed(); });
  const std::string digest = claimed ? ModelDigestOf(inventory) : "";
  if (digest.empty()) return absl::OkStatus();
  WB_ASSIGN_OR_RETURN(const std::optional<EarlierAudit> earlier, FindMeasured(digest, store));
  if (!earlier.has_value()) return absl::OkStatus();
  const v1::Inventory& measured = earlier->inventory;
  for (v1::InventoryArtifact& artifact : *inventory.mutable_artifacts()) {
    if (!artifact.claimed()) continue;
    for (const v1::InventoryArtifact& known : measured.artifacts()) {
      if (known.path() != artifact.path() || known.sha256() != artifact.sha256()) continue;
      artifact.set_known(true);
      artifact.set_role(known.role());
      artifact.set_format(known.format());
      if (!known.document_sha256().empty()) {
        WB_ASSIGN_OR_RETURN(std::string document, store.GetBlob(known.document_sha256()));
        documents.emplace(known.document_sha256(), std::move(document));
        artifact.set_document_sha256(known.document_sha256());
        artifact.set_document_truncated(known.document_truncated());
      }
      if (known.has_header()) *artifact.mutable_header() = known.header();
    }
  }
  // What was wrong with the measured weights is wrong with their pointers. Pointers have no tensor names to compare
  // with an index: whether shards fit was found out then.
  auto& problems = *inventory.mutable_problems();
  problems.erase(std::remove_if(problems.begin(), problems.end(),
                                [](const auto& problem) { return problem.rule_id() == "file.shard_missing"; }),
                 problems.end());
  for (const v1::InventoryProblem& problem : measured.problems()) {
    if (problem.rule_id() == "file.malformed" || problem.rule_id() == "file.shard_missing" ||
        problem.rule_id() == "file.content_mismatch" || problem.rule_id() == "file.format_unsupported" ||
        problem.rule_id() == "file.digest_mismatch") {
      *inventory.add_problems() = problem;
    }
  }
  used_audits.push_back(earlier->audit_id);
  return absl::OkStatus();
}

// Fills in what earlier audits know: the base that was named by its digest, and measured twins of pointers.
absl::Status FillFromStore(db::Store& store, Collected& collected, std::vector<std::string>& used_audits) {
  v1::Inventory& inventory = collected.inventory;
  if (!inventory.base_digest().empty() && !inventory.has_base()) {
    WB_ASSIGN_OR_RETURN(std::optional<EarlierAudit> base, FindMeasured(inventory.base_digest(), store));
    if (base.has_value()) {
      WB_RETURN_IF_ERROR(LoadDocuments(base->inventory, store, collected.documents));
      *inventory.mutable_base() = std::move(base->inventory);
      used_audits.push_back(base->audit_id);
    }
  }
  v1::Inventory* part = &inventory;
  for (int depth = 0; depth <= provenance::kBaseDepthMax; ++depth) {
    WB_RETURN_IF_ERROR(BorrowMeasured(store, *part, collected.documents, used_audits));
    if (!part->has_base()) break;
    part = part->mutable_base();
  }
  std::sort(used_audits.begin(), used_audits.end());
  used_audits.erase(std::unique(used_audits.begin(), used_audits.end()), used_audits.end());
  return absl::OkStatus();
}

AssessInput InputOf(const Collected& collected, const rulebook::Rulebook& rules, const Configuration& configuration) {
  AssessInput input;
  input.inventory = &collected.inventory;
  input.documents = &collected.documents;
  input.rules = &rules;
  input.profile = configuration.profile.has_value() ? &*configuration.profile : nullptr;
  input.policy = &configuration.policy;
  input.policy_is_builtin = configuration.policy_bytes == policy::BuiltinPolicyYaml();
  if (configuration.profile.has_value()) input.profile_digest = Sha256Hex(configuration.profile_bytes);
  input.policy_digest = Sha256Hex(configuration.policy_bytes);
  return input;
}

absl::Status TakeExceptions(const v1::Exceptions& exceptions, AssessInput& input) {
  WB_ASSIGN_OR_RETURN(input.waivers, SignedWaiversOf(exceptions));
  WB_ASSIGN_OR_RETURN(input.rulings, SignedRulingsOf(exceptions));
  input.exceptions_digest = ExceptionsDigest(exceptions);
  return absl::OkStatus();
}

absl::StatusOr<std::string> JsonLine(const v1::GateResult& result) {
  std::string json = report::ToJson(result);
  if (json.empty()) return absl::InternalError("the result cannot be written as JSON");
  json += '\n';
  return json;
}

absl::StatusOr<ReplayedDecision> ReplayOne(const db::AuditRecord& audit, const db::DecisionRecord& recorded,
                                           const Collected& collected, const rulebook::Rulebook& rules,
                                           db::Store& store) {
  std::optional<ConfigFile> profile;
  if (!recorded.profile_blob.empty()) {
    WB_ASSIGN_OR_RETURN(std::string bytes, store.GetBlob(recorded.profile_blob));
    profile = ConfigFile{"stored profile", std::move(bytes)};
  }
  WB_ASSIGN_OR_RETURN(std::string policy_bytes, store.GetBlob(recorded.policy_blob));
  const ConfigFile policy{std::string(kBuiltinPolicyName), std::move(policy_bytes)};
  WB_ASSIGN_OR_RETURN(const Configuration configuration, ReadConfiguration(profile, policy, rules));
  AssessInput input = InputOf(collected, rules, configuration);
  v1::Mode mode = v1::block;
  if (!v1::Mode_Parse(recorded.mode, &mode)) return absl::DataLossError("the stored mode is none");
  input.mode = mode;
  v1::Exceptions exceptions;
  if (!recorded.exceptions_blob.empty()) {
    WB_ASSIGN_OR_RETURN(const std::string bytes, store.GetBlob(recorded.exceptions_blob));
    if (!exceptions.ParseFromString(bytes)) return absl::DataLossError("the stored exceptions are damaged");
  }
  WB_RETURN_IF_ERROR(TakeExceptions(exceptions, input));
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, recorded.evaluated_at, &input.evaluated_at, &error)) {
    return absl::DataLossError(absl::StrFormat("the stored instant is none: %s", error));
  }
  v1::GateResult result = Assess(input).result;
  result.set_audit_id(audit.audit_id);
  // It stands in the result, and no other input of the evaluation says it.
  result.set_measured_by(recorded.measured_by);
  ReplayedDecision replayed;
  replayed.decision_id = recorded.decision_id;
  replayed.evaluated_at = recorded.evaluated_at;
  replayed.decision = recorded.decision;
  WB_ASSIGN_OR_RETURN(replayed.json, JsonLine(result));
  WB_ASSIGN_OR_RETURN(const std::string stored, store.GetBlob(recorded.result_blob));
  replayed.same_bytes = stored == replayed.json;
  return replayed;
}

absl::Status StopIfCancelled(const GateInputs& inputs) {
  if (inputs.cancelled != nullptr && inputs.cancelled->load())
    return absl::CancelledError("interrupted: nothing was recorded");
  return absl::OkStatus();
}

// One model with its answer, and the audit that is to be recorded.
struct Assessed {
  GateResponse response;
  db::AuditRecord audit;
  v1::Exceptions exceptions;
};

absl::StatusOr<Assessed> AssessOne(Collected collected, const GateInputs& inputs, const Configuration& configuration,
                                   const rulebook::Rulebook& rules, db::Store* store) {
  WB_RETURN_IF_ERROR(StopIfCancelled(inputs));
  std::vector<std::string> used_audits;
  if (store != nullptr) WB_RETURN_IF_ERROR(FillFromStore(*store, collected, used_audits));
  AssessInput input = InputOf(collected, rules, configuration);
  input.mode = ModeOf(inputs.mode, configuration.policy);
  input.evaluated_at = absl::FromUnixSeconds(absl::ToUnixSeconds(inputs.evaluated_at));
  input.scope = inputs.scope;
  Assessed assessed;
  if (inputs.scope == Scope::kGate) {
    WB_ASSIGN_OR_RETURN(assessed.exceptions,
                        ExceptionsFor(ModelDigestOf(collected.inventory), inputs.exceptions, inputs.trusted, store));
    WB_RETURN_IF_ERROR(TakeExceptions(assessed.exceptions, input));
  }
  Assessment assessment = Assess(input);
  WB_RETURN_IF_ERROR(StopIfCancelled(inputs));

  assessed.audit = MakeAuditRecord(collected, assessment, rules, used_audits);
  // How it was measured is no part of the audit's identity.
  if (!inputs.measured_by.empty()) assessed.audit.measured_by = inputs.measured_by;
  assessment.result.set_audit_id(assessed.audit.audit_id);
  assessment.result.set_measured_by(inputs.measured_by);
  assessed.response.result = std::move(assessment.result);
  WB_ASSIGN_OR_RETURN(assessed.response.json, JsonLine(assessed.response.result));
  if (store != nullptr && !assessed.audit.model_digest.empty()) {
    const db::AuditRecord& audit = assessed.audit;
    WB_ASSIGN_OR_RETURN(
        const std::optional<db::AuditRecord> earlier,
        store->FindAudit({audit.model_digest, audit.rules_digest, audit.classifier_version, audit.context_digest}));
    if (earlier.has_value()) assessed.response.known_since = earlier->created_at;
  }
  return assessed;
}

absl::Status RecordOne(Assessed& assessed, const GateInputs& inputs, const Configuration& configuration,
                       const rulebook::Rulebook& rules, db::Store* store) {
  if (store == nullptr || !inputs.record) return absl::OkStatus();
  if (inputs.scope == Scope::kScan) {
    WB_RETURN_IF_ERROR(store->RecordAudit(assessed.audit).status());
    return KeepScannedTexts(assessed.audit, rules, *store);
  }
  GateResponse& response = assessed.response;
  WB_ASSIGN_OR_RETURN(
      const db::RecordedIds ids,
      store->RecordAuditAndDecision(
          assessed.audit,
          MakeDecisionRecord(response.result, configuration.policy_bytes, configuration.profile_bytes,
                             configuration.profile.has_value(), assessed.exceptions, response.json, absl::Now())));
  response.decision_id = ids.decision_id;
  return KeepScannedTexts(assessed.audit, rules, *store);
}

}  // namespace

std::string ClassifierVersion() {
  return absl::StrFormat("normaliser %d, assess %d", classify::kNormaliserVersion, kAssessVersion);
}

absl::Status CheckConfiguration(const std::optional<ConfigFile>& profile, const std::optional<ConfigFile>& policy,
                                const rulebook::Rulebook& rules) {
  return ReadConfiguration(profile, policy, rules).status();
}

absl::StatusOr<std::optional<v1::Profile>> ProfileOf(const std::optional<ConfigFile>& profile,
                                                     const rulebook::Rulebook& rules) {
  WB_ASSIGN_OR_RETURN(Configuration read, ReadConfiguration(profile, std::nullopt, rules));
  return std::move(read.profile);
}

std::string BuiltinPolicyDigest() { return Sha256Hex(policy::BuiltinPolicyYaml()); }

absl::StatusOr<GateResponse> GateCollected(Collected collected, const GateInputs& inputs,
                                           const rulebook::Rulebook& rules, db::Store* store) {
  WB_ASSIGN_OR_RETURN(const Configuration configuration, ReadConfiguration(inputs.profile, inputs.policy, rules));
  WB_ASSIGN_OR_RETURN(Assessed assessed, AssessOne(std::move(collected), inputs, configuration, rules, store));
  WB_RETURN_IF_ERROR(StopIfCancelled(inputs));
  WB_RETURN_IF_ERROR(RecordOne(assessed, inputs, configuration, rules, store));
  return std::move(assessed.response);
}

absl::StatusOr<std::vector<GateResponse>> RunGate(const GateRequest& request, const rulebook::Rulebook& rules,
                                                  db::Store* store) {
  const GateInputs& inputs = request.inputs;
  WB_ASSIGN_OR_RETURN(const Configuration configuration, ReadConfiguration(inputs.profile, inputs.policy, rules));
  WB_ASSIGN_OR_RETURN(std::vector<Collected> models, CollectModels(request.collect));
  std::vector<Assessed> assessed;
  for (Collected& model : models) {
    WB_ASSIGN_OR_RETURN(Assessed one, AssessOne(std::move(model), inputs, configuration, rules, store));
    assessed.push_back(std::move(one));
  }
  WB_RETURN_IF_ERROR(StopIfCancelled(inputs));
  std::vector<GateResponse> responses;
  for (Assessed& one : assessed) {
    WB_RETURN_IF_ERROR(RecordOne(one, inputs, configuration, rules, store));
    responses.push_back(std::move(one.response));
  }
  return responses;
}

absl::StatusOr<Collected> LoadCollected(const db::AuditRecord& audit, db::Store& store) {
  Collected collected;
  WB_ASSIGN_OR_RETURN(const std::string inventory, store.GetBlob(audit.inventory_blob));
  if (!collected.inventory.ParseFromString(inventory)) return absl::DataLossError("the stored inventory is damaged");
  WB_RETURN_IF_ERROR(LoadDocuments(collected.inventory, store, collected.documents));
  return collected;
}

absl::StatusOr<GateResponse> EvaluateAudit(std::string_view id, GateInputs inputs, const rulebook::Rulebook& rules,
                                           db::Store& store) {
  WB_RETURN_IF_ERROR(CheckConfiguration(inputs.profile, inputs.policy, rules));
  absl::StatusOr<db::AuditRecord> audit = store.GetAudit(id);
  if (absl::IsNotFound(audit.status())) {
    WB_ASSIGN_OR_RETURN(const db::DecisionRecord decision, store.GetDecision(id));
    audit = store.GetAudit(decision.audit_id);
  }
  if (!audit.ok()) return audit.status();
  WB_ASSIGN_OR_RETURN(Collected collected, LoadCollected(*audit, store));
  inputs.measured_by = audit->measured_by == "local" ? "" : audit->measured_by;
  return GateCollected(std::move(collected), inputs, rules, &store);
}

absl::StatusOr<ReplayResponse> Replay(std::string_view id, db::Store& store) {
  std::optional<std::string> only_decision;
  absl::StatusOr<db::AuditRecord> audit = store.GetAudit(id);
  if (audit.status().code() == absl::StatusCode::kNotFound) {
    absl::StatusOr<db::DecisionRecord> decision = store.GetDecision(id);
    if (!decision.ok()) return audit.status();
    only_decision = decision->decision_id;
    audit = store.GetAudit(decision->audit_id);
  }
  if (!audit.ok()) return audit.status();

  WB_ASSIGN_OR_RETURN(const std::string bundle, store.GetBlob(audit->rulebook_blob));
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> files, rulebook::UnpackBundle(bundle));
  std::vector<rulebook::RuleIssue> issues;
  absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules =
      rulebook::Rulebook::FromFiles(std::move(files), &issues);
  if (!rules.ok()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the stored rulebook does not load in this version of Weighbridge: %s", rulebook::ToString(issues)));
  }
  WB_ASSIGN_OR_RETURN(const Collected collected, LoadCollected(*audit, store));

  ReplayResponse response;
  response.audit_id = audit->audit_id;
  WB_ASSIGN_OR_RETURN(const std::vector<db::DecisionRecord> decisions, store.ListDecisions(audit->audit_id));
  for (const db::DecisionRecord& recorded : decisions) {
    if (only_decision.has_value() && recorded.decision_id != *only_decision) continue;
    WB_ASSIGN_OR_RETURN(ReplayedDecision replayed, ReplayOne(*audit, recorded, collected, **rules, store));
    response.decisions.push_back(std::move(replayed));
  }
  return response;
}

}  // namespace weighbridge::auditor
