// The model as the pure stages see it: the inventory, its documents, and which component each path belongs to.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/inventory.pb.h"

namespace weighbridge::provenance {

// Bytes of documents by their SHA-256 in hexadecimal (InventoryArtifact.document_sha256).
using DocumentBytes = std::map<std::string, std::string, std::less<>>;

// What stands before the path of a document of the context, or of anything of the base, wherever a result names it.
inline constexpr std::string_view kContextMark = "context:";
inline constexpr std::string_view kBaseMark = "base:";

// The component of all programs of a model together: what one of them is under is said once, however many there are.
inline constexpr std::string_view kPrograms = "code:programs";

// True for the components of notices and programs, also of a base: their licences are evaluated, and are neither text
// nor contradiction nor base of the model's own.
bool IsOfOthers(std::string_view component);

// Read-only; keeps pointers to both arguments, which must outlive it.
class ModelView {
 public:
  ModelView(const v1::Inventory& inventory, const DocumentBytes& documents);

  // The inventory as evidence is gathered from it: documents of the context are artifacts with a marked path, and
  // marked are the paths of problems of the context. What belongs to the model itself and its digest is the inventory
  // that was given.
  const v1::Inventory& inventory() const { return *inventory_; }

  // Bytes of an artifact that is a document; nothing for other artifacts.
  std::optional<std::string_view> BytesOf(const v1::InventoryArtifact& artifact) const;

  // Folder of the component that `path` belongs to, "" for the model itself. A folder is a component if an index of the
  // root (model_index.json, modules.json) names it.
  std::string ComponentOf(std::string_view path) const;

  // The component that a document speaks for. Terms and cards at the top, beside weights or above them speak for what
  // ComponentOf() says. Others are evaluated, but never settle the model's own licence: "notice:PATH" for a notice
  // file, kPrograms for programs, "code:PATH" for a licence that is named as that of code, "folder:PATH" for documents
  // of a folder without weights (vendored code, data sets, examples), "file:PATH" for a text of another purpose that
  // happens to hold a licence. Of the context, what lies at its top or in a folder above the model speaks for the
  // model.
  std::string SpeaksFor(const v1::InventoryArtifact& artifact) const;

  // Folders that look like models of their own, in order: a card or a config beside weights, or an index over
  // components with weights, and no component. More than one means several models (DESIGN section 4).
  std::vector<std::string> ModelFolders() const;

  // Components that hold loadable weights, in order; "" among them if weights lie outside all named components.
  std::vector<std::string> ComponentsWithWeights() const;

  // An index of a pipeline and a component that it names, of which no file is there.
  struct MissingComponent {
    std::string index, name;
  };
  std::vector<MissingComponent> MissingComponents() const;
  // Indexes of pipelines that cannot be read, with the reason: which folders are components is then unknown.
  const std::map<std::string, std::string>& unreadable_indexes() const { return unreadable_indexes_; }

  // A file says that it is an adapter, by its name, its header or a config beside it.
  bool IsAdapter() const;

 private:
  std::string ContextSpeaksFor(const std::string& path) const;
  void ReadIndex(const v1::InventoryArtifact& artifact, std::string_view text);

  std::unique_ptr<const v1::Inventory> merged_;  // only with a context
  const v1::Inventory* inventory_;
  const DocumentBytes& documents_;
  std::set<std::string, std::less<>> context_paths_;
  std::set<std::string, std::less<>> components_;
  std::set<std::string, std::less<>> inner_components_;  // named by an index of another folder, which is then a model
  std::map<std::string, std::set<std::string>> pipelines_;  // path of an index, names of its components
  std::map<std::string, std::string> unreadable_indexes_;
  std::set<std::string> weight_folders_;
};

// The document at a path as evidence names it, with its mark; nothing if there is none.
std::optional<std::string_view> DocumentAt(const v1::Inventory& inventory, const DocumentBytes& documents,
                                           std::string_view path);

// True for an artifact that is an adapter, or the config of one.
bool IsAdapterArtifact(const v1::InventoryArtifact& artifact);

// "a/b" for "a/b/c", "" for "c".
std::string_view FolderOf(std::string_view path);
// "c" for "a/b/c", and for "context:c" and "base:c".
std::string_view BaseNameOf(std::string_view path);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_MODEL_VIEW_H_
