#include "services/auditor/collect.h"

#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/context.h"
#include "services/auditor/ollama_models.h"
#include "services/auditor/read_files.h"
#include "services/auditor/split_models.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/source/root.h"
#include "services/source/stored_models.h"

namespace weighbridge::auditor {
namespace {

using Models = std::vector<Collected>;

constexpr size_t kDigestDigits = 64;

bool IsDigest(const std::string& text) {
  return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// One walk: everything below a folder, or one file.
absl::StatusOr<Collected> CollectTree(const std::string& path, const CollectOptions& options) {
  absl::StatusOr<source::Root> opened = source::Root::Open(path);
  // What lies at a path is no mistake of usage: there is something, and it cannot be measured.
  if (absl::IsInvalidArgument(opened.status()) && !path.empty()) {
    return absl::FailedPreconditionError(opened.status().message());
  }
  WB_ASSIGN_OR_RETURN(const source::Root root, std::move(opened));
  absl::StatusOr<source::Listing> walked = source::Walk(root, options.limits, options.read.cancelled);
  if (walked.status().code() == absl::StatusCode::kFailedPrecondition) walked = source::Listing();  // an empty folder
  if (!walked.ok()) return walked.status();
  WB_ASSIGN_OR_RETURN(FilesRead read, ReadFiles(root, *walked, RoleByName, options.read));

  Collected collected;
  collected.inventory.set_schema_version(1);
  collected.inventory.set_single_file(walked->single_file);
  collected.inventory.set_layout(walked->hub.has_value() ? "hub_snapshot" : walked->single_file ? "file" : "directory");
  AddListing(*walked, collected.inventory);
  AddFiles(*walked, std::move(read), collected.inventory, collected.documents);
  return collected;
}

Collected OnlyAProblem(v1::InventoryProblem problem) {
  Collected collected;
  collected.inventory.set_schema_version(1);
  collected.inventory.set_layout("directory");
  *collected.inventory.add_problems() = std::move(problem);
  return collected;
}

// Every snapshot of a hub cache, each within its own repository. One that cannot be opened is a model that cannot be
// measured.
absl::StatusOr<Models> CollectHub(const std::string& path, const source::HubModels& hub,
                                  const CollectOptions& options) {
  Models all;
  if (hub.problem.has_value()) all.push_back(OnlyAProblem(MakeProblem(*hub.problem)));
  for (const source::HubModel& model : hub.models) {
    Models models;
    if (model.problem.has_value()) {
      models.push_back(OnlyAProblem(MakeProblem(*model.problem)));
    } else {
      absl::StatusOr<Collected> tree = CollectTree(path + "/" + model.path, options);
      if (absl::IsCancelled(tree.status()) || absl::IsResourceExhausted(tree.status())) return tree.status();
      if (tree.ok()) {
        WB_ASSIGN_OR_RETURN(models, SplitModels(*std::move(tree)));
      } else {
        models.push_back(
            OnlyAProblem(MakeProblem("file.unreadable", model.path, std::string(tree.status().message()), true)));
      }
    }
    for (Collected& one : models) {
      const std::string& below = one.inventory.model_path();
      one.inventory.set_model_path(below.empty() ? model.path : model.path + "/" + below);
      all.push_back(std::move(one));
    }
  }
  if (all.size() == 1) all.front().inventory.clear_model_path();
  return all;
}

absl::StatusOr<Models> CollectAt(const std::string& path, bool recursive, const CollectOptions& options) {
  WB_ASSIGN_OR_RETURN(const std::optional<source::OllamaStore> ollama, source::FindOllamaStore(path));
  if (ollama.has_value()) return CollectOllama(*ollama, recursive, options.limits, options.read);
  if (recursive) {
    WB_ASSIGN_OR_RETURN(const std::optional<source::HubModels> hub, source::FindHubModels(path));
    if (hub.has_value() && (!hub->models.empty() || hub->problem.has_value())) return CollectHub(path, *hub, options);
  }
  WB_ASSIGN_OR_RETURN(Collected whole, CollectTree(path, options));
  if (recursive) return SplitModels(std::move(whole));
  Models one;
  one.push_back(std::move(whole));
  return one;
}

// The base is read once and stands in the inventory of each model. One that is several models is refused when it is
// assessed.
absl::Status AddBase(const std::string& base, const CollectOptions& options, Models& models) {
  if (IsDigest(base)) {
    for (Collected& model : models) model.inventory.set_base_digest(base);
    return absl::OkStatus();
  }
  absl::StatusOr<Models> bases = CollectAt(base, /*recursive=*/false, options);
  if (!bases.ok()) return absl::Status(bases.status().code(), absl::StrFormat("base: %s", bases.status().message()));
  size_t bytes = 0;
  for (const auto& [sha256, document] : bases->front().documents) bytes += document.size();
  if (bytes > 0 && models.size() > kSplitDocumentsBytesMax / bytes) {
    return absl::ResourceExhaustedError(
        "base: its documents for so many models are over the limit: gate the models one by one");
  }
  for (Collected& model : models) {
    *model.inventory.mutable_base() = bases->front().inventory;
    model.documents.insert(bases->front().documents.begin(), bases->front().documents.end());
  }
  return absl::OkStatus();
}

absl::StatusOr<Models> CollectAll(const CollectRequest& request) {
  if (!request.source.empty()) WB_RETURN_IF_ERROR(CheckSource(request.source));
  if (!request.context.empty() && request.recursive) {
    return absl::InvalidArgumentError("context: goes with a single file, not with several models");
  }
  WB_ASSIGN_OR_RETURN(Models models, CollectAt(request.path, request.recursive, request.options));
  if (!request.context.empty()) {
    if (!models.front().inventory.single_file()) {
      return absl::InvalidArgumentError("context: goes with a single file; a folder brings its own documents");
    }
    WB_RETURN_IF_ERROR(AddContext(request.context, request.options.limits, request.options.read, models.front()));
  }
  if (!request.base.empty()) WB_RETURN_IF_ERROR(AddBase(request.base, request.options, models));
  if (!request.source.empty()) {
    if (models.size() > 1) {
      return absl::InvalidArgumentError(absl::StrFormat("source: names one model, and %d lie here", models.size()));
    }
    AddSource(request.source, models.front().inventory);
  }
  return models;
}

}  // namespace

absl::StatusOr<std::vector<Collected>> CollectModels(const CollectRequest& request) {
  try {
    return CollectAll(request);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrFormat("out of memory while scanning %s", Printable(request.path)));
  }
}

}  // namespace weighbridge::auditor
