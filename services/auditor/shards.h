// Do the shards of a model agree with their index, and the parts of a split GGUF with each other?
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_SHARDS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_SHARDS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/auditor/weights_header.h"
#include "services/formats/index/shard_index.h"

namespace weighbridge::auditor {

// Collects while files are gone through in order of path; not thread-safe.
class ShardCheck {
 public:
  // An index such as model.safetensors.index.json.
  void AddIndex(std::string_view path, std::shared_ptr<const formats::ShardIndex> index);
  void AddWeights(std::string_view path, const ParsedWeights& weights);

  // Blocking problems: an index that names what is not there or leaves out what is, parts that are missing.
  std::vector<v1::InventoryProblem> Problems() const;

 private:
  void CheckIndexes(std::vector<v1::InventoryProblem>& problems) const;
  void CheckNames(std::vector<v1::InventoryProblem>& problems) const;
  void CheckSplits(std::vector<v1::InventoryProblem>& problems) const;

  std::map<std::string, std::shared_ptr<const formats::ShardIndex>> indexes_;
  std::map<std::string, std::vector<std::string>> tensor_names_;  // safetensors path to names
  std::map<std::string, std::shared_ptr<const formats::GgufHeader>> splits_;

  struct NamedShards {
    std::string first_path;
    std::set<uint32_t> numbers;
  };
  // Folder, prefix, suffix and count, as the names of single shards say.
  std::map<std::tuple<std::string, std::string, std::string, uint32_t>, NamedShards> named_;
};

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_SHARDS_H_
