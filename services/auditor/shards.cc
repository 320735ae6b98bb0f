#include "services/auditor/shards.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/formats/gguf/splits.h"
#include "services/provenance/model_view.h"
#include "services/types/shard_name.h"

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
    splits_.emplace(path, weights.gguf);  // its keys say more than its name
    return;
  }
  if (!weights.tensor_names.empty()) tensor_names_.emplace(path, weights.tensor_names);
  if (const auto shard = ParseShardName(provenance::BaseNameOf(path))) {
    NamedShards& set = named_[{std::string(provenance::FolderOf(path)), std::string(shard->prefix),
                               std::string(shard->suffix), shard->count}];
    set.first_path = set.first_path.empty() ? std::string(path) : set.first_path;
    set.numbers.insert(shard->number);
  }
}

void ShardCheck::CheckIndexes(std::vector<v1::InventoryProblem>& problems) const {
  for (const auto& [path, index] : indexes_) {
    // The files that the index speaks of lie beside it. Other formats (pytorch_model.bin) have no names to compare; the
    // files themselves are then refused as unparsable.
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

// A set that says "2 of 3" in its names is whole or it is not the model.
void ShardCheck::CheckNames(std::vector<v1::InventoryProblem>& problems) const {
  for (const auto& [key, set] : named_) {
    const uint32_t count = std::get<3>(key);
    if (set.numbers.size() == count) continue;
    uint32_t missing = set.numbers.count(0) > 0 ? 0 : 1;  // some writers count from 0
    while (set.numbers.count(missing) > 0) ++missing;
    problems.push_back(
        ShardProblem(set.first_path, absl::StrFormat("%d of %d shards are here; the first one missing is number %d",
                                                     set.numbers.size(), count, missing)));
  }
}

std::vector<v1::InventoryProblem> ShardCheck::Problems() const {
  std::vector<v1::InventoryProblem> problems;
  CheckNames(problems);
  CheckIndexes(problems);
  CheckSplits(problems);
  return problems;
}

}  // namespace weighbridge::auditor
