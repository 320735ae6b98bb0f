#include "services/provenance/openness_parts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/formats/model_card/model_card.h"
#include "services/provenance/evidence.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::License;
using rules::v1::Right;
using rules::v1::Stance;
using v1::OpennessComponent;
using State = v1::ComponentState;

// Files of one part that are named; the rest is known to be more of the same.
constexpr int kFilesNamed = 3;
constexpr size_t kDataSetsNamed = 5;

struct Known {
  State::Value state = State::NOT_KNOWN;
  std::string how;
  std::string license_id;
  std::vector<v1::EvidenceRef> evidence;
};

// Of several licences that all hold the worst counts.
int RankOf(State::Value state) { return state == State::ABSENT ? 2 : state == State::NOT_KNOWN ? 1 : 0; }
Known Worse(Known a, Known b) { return RankOf(b.state) > RankOf(a.state) ? std::move(b) : std::move(a); }

std::string ClauseOf(const License& license, const std::string& clause) {
  return clause.empty() ? license.short_id() : absl::StrFormat("%s, clause %s", license.short_id(), clause);
}

const rules::v1::Permission* PermissionOf(const License& license, Right::Value right) {
  for (const auto& permission : license.permissions()) {
    if (permission.right() == right) return &permission;
  }
  return nullptr;
}

// True for facts that stand for the whole text. Of a licence known by its category nobody knows the terms.
bool IsKnown(const License& license) {
  return !license.has_category_facts() && license.provenance().confidence() != rules::v1::Confidence::low &&
         license.provenance().confidence() != rules::v1::Confidence::confidence_unspecified;
}

Known Answer(State::Value state, std::string how, const License& license) {
  return {state, std::move(how), license.id(), {}};
}

// What one document bars, by its tests, bans and permissions; nothing where it bars no use.
std::optional<Known> BarredUse(const License& license) {
  for (const Right::Value right : {Right::use, Right::commercial_use}) {
    const auto* permission = PermissionOf(license, right);
    if (permission != nullptr && permission->stance() == Stance::barred) {
      return Answer(State::ABSENT,
                    absl::StrFormat("%s bars %s", ClauseOf(license, permission->clause()),
                                    right == Right::use ? "use" : "commercial use"),
                    license);
    }
  }
  for (const auto& test : license.tests()) {
    if (test.effect() == rules::v1::Effect::duty) continue;
    return Answer(State::ABSENT, absl::StrFormat("%s: %s", ClauseOf(license, test.clause()), test.summary()), license);
  }
  int bans = 0;
  const rules::v1::Duty* first = nullptr;
  for (const auto& duty : license.duties()) {
    if (duty.kind() != v1::ObligationKind::prohibited_use || duty.encouraged()) continue;
    if (first == nullptr) first = &duty;
    ++bans;
  }
  if (first != nullptr) {
    return Answer(State::ABSENT,
                  absl::StrFormat("%s: %s%s", ClauseOf(license, first->clause()), first->summary(),
                                  bans > 1 ? absl::StrFormat(" And %d more.", bans - 1) : ""),
                  license);
  }
  if (license.outputs().training() == Stance::barred) {
    return Answer(
        State::ABSENT,
        absl::StrFormat("%s: outputs may not train other models", ClauseOf(license, license.outputs().clause())),
        license);
  }
  return std::nullopt;
}

Known FreedomToUse(const License& license) {
  if (auto barred = BarredUse(license)) return *std::move(barred);
  if (!IsKnown(license)) {
    return Answer(State::NOT_KNOWN, absl::StrFormat("not every clause of %s is in the rulebook", license.short_id()),
                  license);
  }
  if (license.kind() != rules::v1::DocumentKind::license) return Answer(State::PRESENT, "", license);
  for (const Right::Value right : {Right::use, Right::commercial_use}) {
    const auto* permission = PermissionOf(license, right);
    const char* what = right == Right::use ? "use" : "commercial use";
    if (permission == nullptr || permission->stance() == Stance::silent) {
      return Answer(State::NOT_KNOWN, absl::StrFormat("%s does not speak of %s", license.short_id(), what), license);
    }
    if (permission->stance() != Stance::allowed) {
      return Answer(State::NOT_KNOWN,
                    absl::StrFormat("%s ties %s to conditions", ClauseOf(license, permission->clause()), what),
                    license);
    }
  }
  return Answer(State::PRESENT, absl::StrFormat("%s limits no use", license.short_id()), license);
}

// Freedoms that may have conditions (notices, the same terms), but must not pass limits of use on.
Known FreedomUnderConditions(const License& license, Right::Value right, const char* what) {
  if (license.kind() != rules::v1::DocumentKind::license) return Answer(State::PRESENT, "", license);
  const auto* permission = PermissionOf(license, right);
  if (permission != nullptr && permission->stance() == Stance::barred) {
    return Answer(State::ABSENT, absl::StrFormat("%s bars it", ClauseOf(license, permission->clause())), license);
  }
  if (!IsKnown(license)) {
    return Answer(State::NOT_KNOWN, absl::StrFormat("not every clause of %s is in the rulebook", license.short_id()),
                  license);
  }
  if (permission == nullptr || permission->stance() == Stance::silent) {
    return Answer(State::NOT_KNOWN, absl::StrFormat("%s does not say that it may be %s", license.short_id(), what),
                  license);
  }
  const std::string clause = ClauseOf(license, permission->clause());
  if (permission->stance() == Stance::allowed) {
    return Answer(State::PRESENT, absl::StrFormat("%s lets it be %s", clause, what), license);
  }
  if (permission->stance() != Stance::conditional) {
    return Answer(State::NOT_KNOWN, absl::StrFormat("%s: %s", clause, permission->note()), license);
  }
  const Known use = FreedomToUse(license);
  if (use.state == State::PRESENT) {
    return Answer(State::PRESENT, absl::StrFormat("%s lets it be %s under its conditions", clause, what), license);
  }
  return Answer(use.state, absl::StrFormat("%s lets it be %s only with its limits of use", clause, what), license);
}

Known FreedomOf(const License& license, OpennessComponent::Value freedom) {
  switch (freedom) {
    case OpennessComponent::freedom_to_use:
      return FreedomToUse(license);
    case OpennessComponent::freedom_to_modify:
      return FreedomUnderConditions(license, Right::modify, "changed");
    default:
      return FreedomUnderConditions(license, Right::distribute, "passed on");
  }
}

// Of a licence with its use policies: all hold.
Known FreedomOfAll(const std::vector<const License*>& documents, OpennessComponent::Value freedom) {
  std::optional<Known> worst;
  for (const License* license : documents) {
    Known one = FreedomOf(*license, freedom);
    worst = worst.has_value() ? Worse(*std::move(worst), std::move(one)) : std::move(one);
  }
  return worst.value_or(Known());
}

// Of candidates one holds, nobody says which: known is what all of them say.
Known FreedomOfOne(const std::vector<std::vector<const License*>>& candidates, OpennessComponent::Value freedom) {
  std::optional<Known> common;
  for (const auto& candidate : candidates) {
    Known one = FreedomOfAll(candidate, freedom);
    if (!common.has_value()) {
      common = std::move(one);
    } else if (common->state != one.state) {
      return {State::NOT_KNOWN, "it depends on which of several licences holds", "", {}};
    }
  }
  return common.value_or(Known());
}

// Words of a file name in lower case: "pretrain_config.yaml" -> "pretrain", "config", "yaml".
std::vector<std::string> WordsOf(std::string_view path) {
  std::vector<std::string> words(1);
  for (const char c : BaseNameOf(path)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
      words.back() += lower;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool Has(const std::vector<std::string>& words, std::initializer_list<std::string_view> any) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return std::find(any.begin(), any.end(), word) != any.end(); });
}

bool Follows(const std::vector<std::string>& words, std::initializer_list<std::string_view> first,
             std::initializer_list<std::string_view> second) {
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (Has({words[i]}, first) && Has({words[i + 1]}, second)) return true;
  }
  return false;
}

// The part that a file is, by its name and role. A model's own code (modeling_x.py) runs it and does not make it.
OpennessComponent::Value PartOf(const v1::InventoryArtifact& artifact) {
  const std::vector<std::string> words = WordsOf(artifact.path());
  if (artifact.role() == "code") {
    return Has(words, {"train", "training", "pretrain", "pretraining", "finetune", "finetuning", "sft", "dpo", "rlhf"})
               ? OpennessComponent::code
               : OpennessComponent::openness_component_unspecified;
  }
  if (Has(words, {"datacard", "datasheet"}) || Follows(words, {"data", "dataset"}, {"card", "sheet", "statement"})) {
    return OpennessComponent::data_card;
  }
  if (Has(words, {"axolotl", "recipe", "hyperparameters", "hparams", "hyperparams"}) ||
      Follows(words, {"training", "train", "pretraining", "pretrain", "finetuning", "finetune"},
              {"args", "arguments", "config", "recipe", "parameters", "params", "hyperparameters"})) {
    return OpennessComponent::recipe;
  }
  return OpennessComponent::openness_component_unspecified;
}

using Parts = std::map<OpennessComponent::Value, Known>;

void TakeRow(const rules::v1::FamilyMember& row, const std::string& name, Parts& parts) {
  for (const int part : row.published()) {
    parts[static_cast<OpennessComponent::Value>(part)] = {
        State::PRESENT, absl::StrFormat("published with %s, as the rulebook says", name), "", {}};
  }
  for (const int part : row.withheld()) {
    parts[static_cast<OpennessComponent::Value>(part)] = {
        State::ABSENT, absl::StrFormat("kept back by the developer of %s, as the rulebook says", name), "", {}};
  }
}

void TakeFiles(const ModelView& view, Parts& parts) {
  bool claimed = false;
  std::map<OpennessComponent::Value, std::vector<std::string>> files;
  std::vector<std::string> data_sets;
  v1::EvidenceRef data_sets_at;
  for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) {
    const bool pointer = artifact.claimed() && !artifact.known();
    if (artifact.role() == "weights" || artifact.role() == "adapter") {
      claimed = claimed || pointer;
      if (!pointer && artifact.size() > 0) files[OpennessComponent::weights].push_back(artifact.path());
      continue;
    }
    const OpennessComponent::Value part = PartOf(artifact);
    if (part != OpennessComponent::openness_component_unspecified && artifact.size() > 0)
      files[part].push_back(artifact.path());
    if (artifact.role() != "card") continue;
    const auto bytes = view.BytesOf(artifact);
    if (!bytes.has_value()) continue;
    const auto card = formats::ParseModelCard(*bytes);
    if (!card.ok()) continue;
    for (const formats::CardValue& data_set : card->datasets) {
      if (data_sets.empty()) {
        data_sets_at = PlaceInFile(artifact.path(), data_set.at.offset, data_set.at.offset,
                                   static_cast<uint32_t>(data_set.at.line), "datasets");
      }
      data_sets.push_back(Printable(data_set.value));
    }
  }
  for (const auto& [part, paths] : files) {
    Known& known = parts[part];
    // What the record of the family says is more than what a file's name says.
    if (known.state == State::NOT_KNOWN) {
      known.state = State::PRESENT;
      known.how = part == OpennessComponent::weights
                      ? "measured"
                      : "a file that is called so lies here; whether it is all of it was not looked at";
    }
    for (size_t i = 0; i < paths.size() && i < kFilesNamed; ++i) known.evidence.push_back(PlaceInFile(paths[i]));
  }
  if (claimed && parts[OpennessComponent::weights].state == State::NOT_KNOWN) {
    parts[OpennessComponent::weights].how = "pointers to weights lie here, and no weights";
  }
  Known& data = parts[OpennessComponent::data];
  if (!data_sets.empty() && data.state == State::NOT_KNOWN) {
    std::string names;
    for (size_t i = 0; i < data_sets.size() && i < kDataSetsNamed; ++i) names += (i > 0 ? ", " : "") + data_sets[i];
    if (data_sets.size() > kDataSetsNamed) names += absl::StrFormat(" and %d more", data_sets.size() - kDataSetsNamed);
    data.how = absl::StrFormat(
        "the card names %s; whether this is all of it, and whether it can be had, was not looked at", names);
    data.evidence.push_back(data_sets_at);
  }
}

std::string_view NameOf(OpennessComponent::Value part) {
  switch (part) {
    case OpennessComponent::code:
      return "training code";
    case OpennessComponent::data:
      return "training data";
    case OpennessComponent::data_card:
      return "data card";
    case OpennessComponent::recipe:
      return "recipe";
    case OpennessComponent::freedom_to_use:
      return "freedom to use";
    case OpennessComponent::freedom_to_modify:
      return "freedom to modify";
    case OpennessComponent::freedom_to_share:
      return "freedom to share";
    default:
      return "weights";
  }
}

std::string NamesIn(const v1::OpennessStatement& statement, State::Value state) {
  std::string names;
  for (const auto& part : statement.parts()) {
    if (part.state() != state) continue;
    names += names.empty() ? "" : ", ";
    names += NameOf(part.component());
  }
  return names;
}

std::string WhyOf(const v1::OpennessStatement& statement) {
  const std::string absent = NamesIn(statement, State::ABSENT), unknown = NamesIn(statement, State::NOT_KNOWN);
  if (statement.openness() == v1::CLOSED_WEIGHTS) {
    return "No weights are published, so nothing here is open: the model is offered as a service only.";
  }
  if (absent.empty() && unknown.empty()) {
    return "Weights, code, data and recipe are known to be published under terms that limit no use: open source, as "
           "far as "
           "is known here.";
  }
  std::string why =
      absent.empty() ? "Its terms alone do not make it open source." : "Open weights are not open source here.";
  if (!absent.empty()) why += absl::StrFormat(" Known to be absent: %s.", absent);
  if (!unknown.empty()) why += absl::StrFormat(" Not known: %s.", unknown);
  return why;
}

v1::OpennessStatement Write(Parts parts, v1::Openness openness) {
  v1::OpennessStatement statement;
  statement.set_openness(openness);
  for (const OpennessComponent::Value component :
       {OpennessComponent::weights, OpennessComponent::code, OpennessComponent::data, OpennessComponent::data_card,
        OpennessComponent::recipe, OpennessComponent::freedom_to_use, OpennessComponent::freedom_to_modify,
        OpennessComponent::freedom_to_share}) {
    Known& known = parts[component];
    v1::OpennessPart& part = *statement.add_parts();
    part.set_component(component);
    part.set_state(known.state);
    part.set_how(known.how.empty() ? "nothing here shows it" : known.how);
    part.set_license_id(known.license_id);
    for (auto& place : known.evidence) *part.add_evidence() = std::move(place);
  }
  statement.set_why(WhyOf(statement));
  return statement;
}

// Only a family's record can say that code and data are published too; terms say nothing of that.
v1::Openness ClassOf(v1::Openness openness, const rules::v1::FamilyMember* row) {
  if (row == nullptr) return openness;
  if (row->closed()) return v1::CLOSED_WEIGHTS;
  return row->openness() == v1::FULLY_OPEN && openness == v1::OPEN_WEIGHTS_PERMISSIVE ? v1::FULLY_OPEN : openness;
}

// Somebody has to look before anything is known of the terms.
bool TermsAreUncertain(const Reconciliation& seen) {
  return std::any_of(seen.findings.begin(), seen.findings.end(), [](const v1::Finding& finding) {
    return (finding.outcome() == v1::Outcome::NEEDS_REVIEW || finding.outcome() == v1::Outcome::UNDECIDED) &&
           (finding.rule_id().rfind("license.", 0) == 0 || finding.rule_id().rfind("lineage.", 0) == 0 ||
            finding.rule_id().rfind("rules.", 0) == 0 || finding.rule_id().rfind("file.", 0) == 0);
  });
}

constexpr OpennessComponent::Value kFreedoms[] = {
    OpennessComponent::freedom_to_use, OpennessComponent::freedom_to_modify, OpennessComponent::freedom_to_share};

}  // namespace

v1::OpennessStatement StateOpenness(const ModelView& view, const Reconciliation& seen, const rulebook::Rulebook& rules,
                                    v1::Openness openness) {
  Parts parts;
  const std::string& repository = view.inventory().repository();
  const auto row = repository.empty() ? std::nullopt : rules.ResolveModel(repository);
  if (row.has_value()) TakeRow(*row->member, Printable(repository), parts);
  TakeFiles(view, parts);
  const bool uncertain = TermsAreUncertain(seen);
  for (const OpennessComponent::Value freedom : kFreedoms) {
    std::optional<Known> worst;
    const auto take = [&worst](Known one) {
      worst = worst.has_value() ? Worse(*std::move(worst), std::move(one)) : std::move(one);
    };
    for (const Standing& standing : seen.standing) {
      // Terms of parts of others are no terms of the model.
      if (standing.component.rfind("notice:", 0) == 0) continue;
      take(FreedomOf(*standing.license, freedom));
    }
    for (const OpenSet& set : seen.open_sets) take(FreedomOfOne(set.members, freedom));
    Known& known = parts[freedom];
    if (!worst.has_value()) {
      known.how = "no licence is known";
      continue;
    }
    known = *std::move(worst);
    if (known.state == State::PRESENT && uncertain) {
      known.state = State::NOT_KNOWN;
      known.how = "a finding on the terms needs a person first";
    }
  }
  return Write(std::move(parts), ClassOf(openness, row.has_value() ? row->member : nullptr));
}

v1::OpennessStatement StateOpennessOfRow(const rulebook::ModelResolution& row, const rulebook::Rulebook& rules) {
  Parts parts;
  if (row.member->closed()) {
    for (const OpennessComponent::Value part :
         {OpennessComponent::weights, OpennessComponent::freedom_to_use, OpennessComponent::freedom_to_modify,
          OpennessComponent::freedom_to_share}) {
      parts[part] = {State::ABSENT, "offered as a service only", "", {}};
    }
    TakeRow(*row.member, row.family->name(), parts);
    return Write(std::move(parts), v1::CLOSED_WEIGHTS);
  }
  parts[OpennessComponent::weights] = {State::PRESENT, "published by its developer", "", {}};
  TakeRow(*row.member, row.family->name(), parts);
  std::vector<std::vector<const License*>> candidates;
  for (const License* license : row.licenses) {
    candidates.push_back({license});
    candidates.back().insert(candidates.back().end(), row.use_policies.begin(), row.use_policies.end());
    if (!row.use_policies.empty()) continue;
    for (const auto& reference : license->use_policies()) {
      if (const License* policy = rules.LicenseById(reference.short_id())) candidates.back().push_back(policy);
    }
  }
  for (const OpennessComponent::Value freedom : kFreedoms) {
    parts[freedom] = FreedomOfOne(candidates, freedom);
    if (row.member->unread_license().empty()) continue;
    // What was not read can take a freedom away.
    if (parts[freedom].state != State::ABSENT) {
      parts[freedom] = {
          State::NOT_KNOWN, absl::StrFormat("%s: not in the rulebook", row.member->unread_license()), "", {}};
    }
  }
  return Write(std::move(parts), row.member->openness());
}

}  // namespace weighbridge::provenance
