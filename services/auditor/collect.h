// The effects of a scan in one place: walk, read each byte once, keep what the pure stages need.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/auditor/collected.h"
#include "services/source/fingerprint.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {

struct CollectOptions {
  source::WalkLimits limits;
  source::ReadOptions read;
};

// What is to be looked at, as the user names it.
struct CollectRequest {
  std::string path;
  bool recursive = false;  // several models below `path`: one Collected each
  std::string context;     // folder whose documents speak for a single file; may be empty
  std::string base;        // folder, file, or model digest (64 digits) of the base of an adapter; may be empty
  std::string source;      // "URL@REV" or "ORG/NAME@REV" as the user says it; may be empty
  CollectOptions options;
};

// Walks and reads what lies at `request.path`: the models in order of their path, at least one. Everything wrong with
// single files is a problem of the inventory, so that all of it is reported; several models without `recursive` are one
// inventory that the assessment refuses. Errors mean that there is nothing to look at: NotFound (no such path),
// PermissionDenied, FailedPrecondition (neither folder nor file), InvalidArgument (empty path, a context, base or
// source that cannot be one), Cancelled, ResourceExhausted (out of memory, or a limit of several models). An empty
// folder is an inventory without artifacts.
//
// Layouts: a folder or file; a hub snapshot, a repository of a hub cache or a whole one; an Ollama store or a manifest
// in one.
absl::StatusOr<std::vector<Collected>> CollectModels(const CollectRequest& request);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_
