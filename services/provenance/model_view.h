// The model as the pure stages see it: the inventory, its documents, and which component each path belongs to.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/inventory.pb.h"

namespace weighbridge::provenance {

// Bytes of documents by their SHA-256 in hexadecimal (InventoryArtifact.document_sha256).
using DocumentBytes = std::map<std::string, std::string, std::less<>>;

// Read-only; keeps pointers to both arguments, which must outlive it.
class ModelView {
 public:
  ModelView(const v1::Inventory& inventory, const DocumentBytes& documents);

  const v1::Inventory& inventory() const { return inventory_; }

  // Bytes of an artifact that is a document; nothing for other artifacts.
  std::optional<std::string_view> BytesOf(const v1::InventoryArtifact& artifact) const;

  // Folder of the component that `path` belongs to, "" for the model itself. A folder is a component if an index of the root
  // (model_index.json, modules.json) names it.
  std::string ComponentOf(std::string_view path) const;

  // The component that a document speaks for. Terms and cards at the top, beside weights or above them speak for what
  // ComponentOf() says. Others are evaluated, but never settle the model's own licence: "notice:PATH" for a notice file,
  // "code:PATH" for a licence that is named as that of code, "folder:PATH" for documents of a folder without weights (vendored
  // code, data sets, examples), "file:PATH" for a text of another purpose that happens to hold a licence.
  std::string SpeaksFor(const v1::InventoryArtifact& artifact) const;

  // Folders that look like models of their own: a card or a config beside weights, and no component. More than one means
  // several models (DESIGN section 4).
  std::vector<std::string> ModelFolders() const;

  // Components that hold loadable weights, in order; "" among them if weights lie outside all named components.
  std::vector<std::string> ComponentsWithWeights() const;

 private:
  const v1::Inventory& inventory_;
  const DocumentBytes& documents_;
  std::vector<std::string> components_;  // sorted
  std::set<std::string> weight_folders_;
};

// "a/b" for "a/b/c", "" for "c".
std::string_view FolderOf(std::string_view path);
// "c" for "a/b/c".
std::string_view BaseNameOf(std::string_view path);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_
