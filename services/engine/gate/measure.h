// The files of a model as the gate sees them: which could be loaded, which are to be loaded, and sealed copies of
// those.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_MEASURE_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_MEASURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/approval/verify.h"
#include "services/engine/approved_model.h"
#include "services/engine/gate/sealed_copy.h"

namespace weighbridge::engine {

struct MeasuredModel {
  std::string model_digest;    // DESIGN section 4
  std::string weights_digest;  // over the loadable files
  std::vector<approval::MeasuredArtifact> artifacts;
  std::vector<SealedFile> weights;  // what would be loaded: one GGUF, or its splits in order
};

// Walks the folder or file at `path` and reads every file once: what is to be loaded into a sealed copy, the rest for
// its digest alone. `file` names the weights where there are several, by any of its splits. The sealed copies are GGUF
// by our own parser, and whole models. Refusals: file_unsafe, file_unreadable, file_moved, file_missing (no such
// `file`, a split), format_unsupported, model_ambiguous, weights_malformed, memory_short. NotFound where there is
// nothing at `path`.
absl::StatusOr<MeasuredModel> MeasureModel(const std::string& path, const std::string& file,
                                           const CopyOptions& options);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_MEASURE_H_
