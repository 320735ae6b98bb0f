#include "services/auditor/shards.h"

#include <utility>

#include "services/base/utf8.h"
#include "services/formats/gguf/splits.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {
namespace {

v1::InventoryProblem ShardProblem(std::string_view path, std::string_view message) {
  v1::InventoryProblem problem;
  problem.set_rule_id("file.shard_missing");
  problem.set_path(Printable(path));
  problem.set_message(Printable(message));
  problem.set_blocks(true);
  return problem;
}

}  // namespace

void ShardCheck::AddIndex(std::string_view path, std::shared_ptr<const formats::ShardIndex> index) {
  indexes_.emplace(path, std::move(index));
}

void ShardCheck::AddWeights(std::string_view path, const ParsedWeights& weights) {
  if (weights.gguf != nullptr) {
    splits_.emplace(path, weights.gguf);
  } else if (!weights.tensor_names.empty()) {
    tensor_names_.emplace(path, weights.tensor_names);
  }
}

void ShardCheck::CheckIndexes(std::vector<v1::InventoryProblem>& problems) const {
  for (const auto& [path, index] : indexes_) {
    // The files that the index speaks of lie beside it. Other formats (pytorch_model.bin) have no names to compare; the files
    // themselves are then refused as unparsable.
    std::map<std::string, std::vector<std::string_view>> beside;
    const std::string_view folder = provenance::FolderOf(path);
    for (const auto& [file, names] : tensor_names_) {
      if (provenance::FolderOf(file) != folder) continue;
      beside.emplace(provenance::BaseNameOf(file), std::vector<std::string_view>(names.begin(), names.end()));
    }
    if (const absl::Status status = formats::CheckShards(*index, beside); !status.ok()) {
      problems.push_back(ShardProblem(path, std::string(status.message())));
    }
  }
}

void ShardCheck::CheckSplits(std::vector<v1::InventoryProblem>& problems) const {
  // One split model for each folder and prefix.
  std::map<std::string, std::vector<formats::GgufSplitPart>> groups;
  for (const auto& [path, header] : splits_) {
    const std::string base(provenance::BaseNameOf(path));
    const auto name = formats::ParseGgufSplitName(base);
    const std::string group = std::string(provenance::FolderOf(path)) + "/" + (name.has_value() ? name->prefix : base);
    groups[group].push_back({base, header.get()});
  }
  for (const auto& [group, parts] : groups) {
    if (const absl::Status status = formats::CheckGgufSplits(parts); !status.ok()) {
      problems.push_back(ShardProblem(group.front() == '/' ? group.substr(1) : group, std::string(status.message())));
    }
  }
}

std::vector<v1::InventoryProblem> ShardCheck::Problems() const {
  std::vector<v1::InventoryProblem> problems;
  CheckIndexes(problems);
  CheckSplits(problems);
  return problems;
}

}  // namespace weighbridge::auditor
