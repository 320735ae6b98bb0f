// Models of every kind as requests that can be asked here and of a server.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_REMOTE_MODELS_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_REMOTE_MODELS_H_

#include <string>
#include <vector>

#include "services/auditor/auditor.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

struct RemoteRequest {
  std::string name;
  auditor::GateRequest request;  // without a policy: that is the server's
  // Both sides read the bytes themselves: what a client says of a model answers no later request.
  bool measured = false;
};

// Asked one after the other: the later ones rest on what the earlier ones recorded. Different chains know nothing of
// each other.
using RemoteChain = std::vector<RemoteRequest>;

struct RemoteGroup {
  std::string policy;  // YAML; empty: the built-in one alone
  std::vector<RemoteChain> chains;
};

// Every folder and file of the corpus' configs and artefacts; nothing if there is no corpus.
std::vector<RemoteChain> CorpusChains(const testing_support::TempDir& dir);

// Every scenario that can be composed here, below `dir`, by policy; models with pointers alone, so that no other
// scenario answers them.
std::vector<RemoteGroup> ScenarioGroups(const testing_support::TempDir& dir);

// Directory shapes: several models, hub caches, Ollama stores, files with context, adapters, pipelines, pointers,
// sources; and what is no model at all. Made below `dir`.
std::vector<RemoteChain> ShapeChains(const testing_support::TempDir& dir);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_REMOTE_MODELS_H_
