// Models as the pure stages see them, put together in a few lines; and rulebooks to judge them by. For tests.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_FIXTURE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/model_view.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

struct TestModel {
  v1::Inventory inventory;
  DocumentBytes documents;

  // A document with its bytes; its "digest" is its path.
  TestModel& Doc(std::string_view path, std::string_view role, std::string_view text);
  // A file of which nothing but its format is known.
  TestModel& File(std::string_view path, std::string_view role, std::string_view format);
  // Weights with a parsed header of one tensor.
  TestModel& Weights(std::string_view path, const std::vector<std::pair<std::string, std::string>>& fields = {},
                     std::string_view format = "safetensors");
  // README.md with this front matter and body.
  TestModel& Card(std::string_view front_matter, std::string_view body = "A model.");
  // The last file is of this format; was kept in part.
  TestModel& Format(std::string_view format);
  TestModel& Truncated();
  v1::InventoryArtifact& Last() { return *inventory.mutable_artifacts(inventory.artifacts_size() - 1); }
};

// The invented licences of services/rulebook/fixture.h, changed by edits of one file each (path, from, to).
struct RuleEdit {
  std::string path, from, to;
};
std::shared_ptr<const rulebook::Rulebook> MiniRules(const std::vector<RuleEdit>& edits = {});

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_FIXTURE_H_
