// Layouts that hold several models by their own rules: the hub's cache and an Ollama store. Looked at before a walk,
// because a walk of the whole would see shared blobs and not the models.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_STORED_MODELS_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_STORED_MODELS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/source/listing.h"

namespace weighbridge::source {

// One snapshot of a hub cache.
struct HubModel {
  std::string path;  // relative to what was given: "models--ORG--NAME/snapshots/REV"; empty is what was given itself
  std::optional<Problem> problem;  // why it must not be opened: a link, a name that is not plain
};

struct HubModels {
  std::vector<HubModel> models;  // in order of path
  std::optional<Problem>
      problem;  // something lies there that belongs to no model, so that "all models" would be no answer
};

// The models of a hub cache (`hub/`), of one repository in it (`models--ORG--NAME`) or of its `snapshots/`; nothing for
// any other path, also for one that does not exist. What the hub's own tools keep beside them (locks, refs, data sets)
// is no model. Other errors as Root::Open.
absl::StatusOr<std::optional<HubModels>> FindHubModels(const std::string& path);

struct OllamaStore {
  std::string folder;                  // of the store: holds manifests/ and blobs/
  std::vector<std::string> manifests;  // "manifests/HOST/NAMESPACE/MODEL/TAG", in order
  bool single = false;                 // one manifest was named; else the store
  std::optional<Problem> problem;      // something else lies in the store
};

// The store at `path`, or around it if it is a manifest of one; nothing for any other path, also for one that does not
// exist. A folder is a store if it holds both folders and at least one manifest. Files at other places below manifests/
// are none. Other errors as Root::Open.
absl::StatusOr<std::optional<OllamaStore>> FindOllamaStore(const std::string& path);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_STORED_MODELS_H_
