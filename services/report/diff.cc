#include "services/report/diff.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/report/gate_words.h"

namespace weighbridge::report {
namespace {

// What makes two things of a kind the same thing, and what is shown of it.
struct Key {
  std::string name, license_id, clause, component;
  bool operator<(const Key& other) const {
    return std::tie(name, license_id, clause, component) <
           std::tie(other.name, other.license_id, other.clause, other.component);
  }
};

// Values in words under each key, in their order.
using Things = std::map<Key, std::vector<std::string>>;

class Differ {
 public:
  explicit Differ(v1::DiffResult& out) : out_(out) {}

  void Compare(v1::ChangeSubject::Value subject, const Things& before, const Things& after) {
    static const std::vector<std::string> kNone;
    auto b = before.begin();
    auto a = after.begin();
    while (b != before.end() || a != after.end()) {
      if (a == after.end() || (b != before.end() && b->first < a->first)) {
        CompareValues(subject, b->first, b->second, kNone);
        ++b;
      } else if (b == before.end() || a->first < b->first) {
        CompareValues(subject, a->first, kNone, a->second);
        ++a;
      } else {
        CompareValues(subject, a->first, b->second, a->second);
        ++b;
        ++a;
      }
    }
  }

 private:
  void CompareValues(v1::ChangeSubject::Value subject, const Key& key, const std::vector<std::string>& before,
                     const std::vector<std::string>& after) {
    std::map<std::string, int> counts;
    for (const std::string& value : before) ++counts[value];
    std::vector<const std::string*> only_after;
    for (const std::string& value : after) {
      int& left = counts[value];
      if (left > 0) {
        --left;
      } else {
        only_after.push_back(&value);
      }
    }
    std::vector<const std::string*> only_before;
    for (const std::string& value : before) {
      int& left = counts[value];
      if (left > 0) {
        --left;
        only_before.push_back(&value);
      }
    }
    for (size_t i = 0; i < std::max(only_before.size(), only_after.size()); ++i) {
      v1::Change& change = *out_.add_changes();
      change.set_subject(subject);
      change.set_name(key.name);
      change.set_license_id(key.license_id);
      change.set_clause(key.clause);
      change.set_component(key.component);
      if (i < only_before.size()) change.set_before(*only_before[i]);
      if (i < only_after.size()) change.set_after(*only_after[i]);
      change.set_kind(i >= only_before.size()  ? v1::ChangeKind::ADDED
                      : i >= only_after.size() ? v1::ChangeKind::REMOVED
                                               : v1::ChangeKind::CHANGED);
    }
  }

  v1::DiffResult& out_;
};

void Add(Things& things, std::string name, std::string value) {
  if (!value.empty()) things[Key{std::move(name), "", "", ""}].push_back(std::move(value));
}

Things DecisionOf(const v1::GateResult& result) {
  Things things;
  Add(things, "decision",
      result.decision() == v1::DECISION_UNSPECIFIED ? "none: a scan" : v1::Decision_Name(result.decision()));
  Add(things, "openness", v1::Openness_Name(result.openness()));
  for (const auto& part : result.openness_statement().parts()) {
    // What is not known is in no result made before there was such a statement either.
    if (part.state() == v1::ComponentState::NOT_KNOWN) continue;
    Add(things, PartWord(part.component()), std::string(StateWord(part.state())));
  }
  return things;
}

Things FindingsOf(const v1::GateResult& result) {
  Things things;
  for (const auto& finding : result.findings()) {
    std::string value = absl::StrFormat("%s: %s", OutcomeWord(finding.outcome()), finding.message());
    if (!finding.missing_fact().empty()) value += absl::StrFormat(" Missing fact: %s.", finding.missing_fact());
    if (!finding.waived_by().empty()) value += absl::StrFormat(" Waived by %s.", finding.waived_by());
    things[Key{finding.rule_id(), finding.license_id(), finding.clause(), finding.component()}].push_back(
        std::move(value));
  }
  return things;
}

Things LicensesOf(const v1::GateResult& result) {
  // One licence can be named in several places: together they are what is known of it.
  std::map<Key, std::vector<std::string>> places;
  for (const auto& license : result.licenses()) {
    const Key key{license.short_id().empty() ? license.license_id() : license.short_id(), license.license_id(), "",
                  license.component()};
    places[key].push_back(absl::StrFormat("%s, %s%s", MatchWords(license), license.source(),
                                          license.governs() ? "" : ", does not govern"));
  }
  Things things;
  for (auto& [key, values] : places) {
    std::sort(values.begin(), values.end());
    things[key].push_back(Joined(values, "; "));
  }
  return things;
}

Things ObligationsOf(const v1::GateResult& result) {
  Things things;
  for (const auto& duty : result.obligations()) {
    things[Key{v1::ObligationKind::Value_Name(duty.kind()), duty.license_id(), duty.clause(), duty.component()}]
        .push_back(absl::StrFormat("%s: %s", StateOf(duty), duty.message()));
  }
  return things;
}

Things ConflictsOf(const v1::GateResult& result) {
  Things things;
  for (const auto& conflict : result.conflicts())
    Add(things, v1::ConflictKind::Value_Name(conflict.kind()), conflict.message());
  return things;
}

Things LineageOf(const v1::GateResult& result) {
  Things things;
  for (const auto& link : result.lineage()) {
    Add(things, link.base_model().empty() ? "base not named" : link.base_model(),
        absl::StrFormat("%s, %s, %s", link.relation().empty() ? "base model" : link.relation(),
                        link.license_id().empty() ? "licence not known" : link.license_id(), link.how()));
  }
  return things;
}

Things FactsOf(const v1::GateResult& result) {
  Things things;
  for (const auto& fact : result.measured()) {
    std::vector<std::string> values(fact.values().begin(), fact.values().end());
    std::sort(values.begin(), values.end());
    Add(things, fact.id(), absl::StrFormat("%s (%s)", values.empty() ? "not known" : Joined(values, ", "), fact.how()));
  }
  return things;
}

Things InputsOf(const v1::GateResult& result) {
  Things things;
  Add(things, "mode", result.mode());
  Add(things, "rules_digest", result.rules_digest());
  Add(things, "policy_digest", result.policy_digest());
  Add(things, "profile_digest", result.profile_digest());
  return things;
}

Things IdentityOf(const v1::GateResult& result) {
  const v1::ModelSummary& model = result.model();
  Things things;
  Add(things, "digest", model.digest());
  Add(things, "weights_digest", model.weights_digest());
  Add(things, "claimed", model.claimed() ? "some digests are the word of pointers" : "");
  Add(things, "repository", model.repository());
  Add(things, "revision", model.revision());
  Add(things, "source_url", model.source_url());
  Add(things, "base_digest", model.base_digest());
  Add(things, "set_digest", model.set_digest());
  Add(things, "layout", model.layout());
  return things;
}

Things FilesOf(const v1::GateResult& result) {
  Things things;
  for (const auto& artifact : result.model().artifacts()) {
    Add(things, artifact.path(),
        absl::StrFormat("SHA-256 %s%s, %d bytes, %s, %s", artifact.sha256().empty() ? "unknown" : artifact.sha256(),
                        artifact.claimed() ? " (claimed)" : "", artifact.size(), artifact.role(),
                        artifact.format().empty() ? "unknown format" : artifact.format()));
  }
  return things;
}

Things IgnoredOf(const v1::GateResult& result) {
  Things things;
  for (const auto& path : result.model().ignored()) Add(things, path, "left out by rule");
  return things;
}

void Describe(const v1::GateResult& result, v1::DiffSide& side) {
  side.set_audit_id(result.audit_id());
  side.set_decision(result.decision());
  side.set_evaluated_at(result.evaluated_at());
  side.set_model_digest(result.model().digest());
  side.set_measured_by(result.measured_by());
}

}  // namespace

v1::DiffResult Diff(const v1::GateResult& before, const v1::GateResult& after) {
  v1::DiffResult out;
  out.set_schema_version(1);
  Describe(before, *out.mutable_before());
  Describe(after, *out.mutable_after());
  Differ differ(out);
  differ.Compare(v1::ChangeSubject::DECISION, DecisionOf(before), DecisionOf(after));
  differ.Compare(v1::ChangeSubject::FINDING, FindingsOf(before), FindingsOf(after));
  differ.Compare(v1::ChangeSubject::LICENSE, LicensesOf(before), LicensesOf(after));
  differ.Compare(v1::ChangeSubject::OBLIGATION, ObligationsOf(before), ObligationsOf(after));
  differ.Compare(v1::ChangeSubject::CONFLICT, ConflictsOf(before), ConflictsOf(after));
  differ.Compare(v1::ChangeSubject::LINEAGE, LineageOf(before), LineageOf(after));
  differ.Compare(v1::ChangeSubject::FACT, FactsOf(before), FactsOf(after));
  differ.Compare(v1::ChangeSubject::INPUT, InputsOf(before), InputsOf(after));
  differ.Compare(v1::ChangeSubject::IDENTITY, IdentityOf(before), IdentityOf(after));
  differ.Compare(v1::ChangeSubject::FILE, FilesOf(before), FilesOf(after));
  differ.Compare(v1::ChangeSubject::IGNORED, IgnoredOf(before), IgnoredOf(after));
  out.set_same(out.changes().empty());
  return out;
}

}  // namespace weighbridge::report
