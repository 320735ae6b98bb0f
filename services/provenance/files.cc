#include "services/provenance/files.h"

#include <string>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "services/base/utf8.h"
#include "services/types/artifact.h"

namespace weighbridge::provenance {
namespace {

v1::RuleId RuleByName(std::string_view name) {
  const auto* rules = v1::RuleId_descriptor();
  for (int i = 0; i < rules->value_count(); ++i) {
    const auto rule = static_cast<v1::RuleId>(rules->value(i)->number());
    if (RuleName(rule) == name) return rule;
  }
  return v1::FILE_UNREADABLE;  // an inventory from elsewhere with an unknown word: still blocks
}

bool HoldsWeights(const v1::InventoryArtifact& artifact) {
  return artifact.role() == "weights" || artifact.role() == "adapter" || artifact.role() == "projector";
}

}  // namespace

std::vector<v1::Finding> FileFindings(const ModelView& view) {
  std::vector<v1::Finding> findings;
  for (const v1::InventoryProblem& problem : view.inventory().problems()) {
    v1::RuleId rule = RuleByName(problem.rule_id());
    v1::Outcome::Value outcome = problem.blocks() ? v1::Outcome::UNDECIDED : v1::Outcome::INFO;
    if (rule == v1::FILE_DOCUMENT_MALFORMED) outcome = v1::Outcome::NEEDS_REVIEW;
    findings.push_back(MakeFinding(rule, outcome, problem.message(), PlaceInFile(problem.path())));
  }
  bool weights = false;
  for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) {
    if (artifact.role() == "archive") {
      findings.push_back(MakeFinding(
          v1::FILE_FORMAT_UNSUPPORTED, v1::Outcome::UNDECIDED,
          absl::StrFormat("an archive (%s) that is not opened: it may hold weights or terms", artifact.format()),
          PlaceInFile(artifact.path())));
    }
    if (artifact.claimed() && !artifact.known()) {
      findings.push_back(MakeFinding(
          v1::FILE_POINTER_UNKNOWN, v1::Outcome::UNDECIDED,
          "a git-lfs pointer stands for this file, and no earlier audit of the measured model is in the store",
          PlaceInFile(artifact.path())));
      weights = weights || HoldsWeights(artifact);
      continue;
    }
    // adapter_config.json has the adapter role.
    if (!HoldsWeights(artifact) || (artifact.format() == "json" && artifact.role() == "adapter")) continue;
    weights = true;
    if (artifact.has_header()) {
      if (artifact.header().tensor_count() == 0) {
        findings.push_back(MakeFinding(v1::FILE_NO_TENSORS, v1::Outcome::UNDECIDED,
                                       absl::StrFormat("a %s file without a single tensor", artifact.format()),
                                       PlaceInFile(artifact.path())));
      }
    } else if (artifact.format() != "safetensors" && artifact.format() != "gguf") {
      findings.push_back(
          MakeFinding(v1::FILE_FORMAT_UNSUPPORTED, v1::Outcome::UNDECIDED,
                      absl::StrFormat("weights in the format %s, which has no parser yet: they cannot be measured",
                                      artifact.format()),
                      PlaceInFile(artifact.path())));
    }
  }
  if (!weights) {
    findings.push_back(MakeFinding(
        v1::FILE_NOTHING_TO_SCAN, v1::Outcome::UNDECIDED,
        view.inventory().artifacts().empty() ? "the folder holds no files" : "there are no weights among the files"));
  }
  // What an engine would load is not here, so what is here was not measured as what it is.
  for (const ModelView::MissingComponent& missing : view.MissingComponents()) {
    findings.push_back(MakeFinding(
        v1::FILE_COMPONENT_MISSING, v1::Outcome::UNDECIDED,
        absl::StrFormat("the index names the component %s, and no file of it is here", Printable(missing.name)),
        PlaceInFile(missing.index)));
  }
  for (const auto& [path, why] : view.unreadable_indexes()) {
    findings.push_back(MakeFinding(v1::FILE_DOCUMENT_MALFORMED, v1::Outcome::NEEDS_REVIEW,
                                   absl::StrFormat("the index of a pipeline cannot be read: %s", Printable(why)),
                                   PlaceInFile(path)));
  }
  const std::vector<std::string> folders = view.ModelFolders();
  if (folders.size() > 1) {
    std::string names;
    for (const std::string& folder : folders) {
      names += (names.empty() ? "" : ", ") + (folder.empty() ? std::string(".") : folder);
    }
    findings.push_back(MakeFinding(v1::FILE_SEVERAL_MODELS, v1::Outcome::UNDECIDED,
                                   absl::StrFormat("%d models lie here: %s", folders.size(), names)));
  }
  return findings;
}

}  // namespace weighbridge::provenance
