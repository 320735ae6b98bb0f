// Could our own scan have reported these problems, and has it reported all that it must?
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_PROBLEM_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_PROBLEM_CHECK_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {

// How the scan that made an inventory came to its files.
enum class ScanKind {
  kWhole,   // one walk, one model
  kPart,    // one model of a walk that saw several: problems of the whole stand among its own
  kOllama,  // a manifest and the blobs that it names
};

// The problems of `inventory`, which stands at `field`, in the order in which a scan reports them: those of the walk by
// path, those of reading by file, those of shards. Refused: a problem that no scan reports there, one out of order, a
// wrong `blocks`, and the lack of one that the artifacts make due (weights that did not parse, a suffix that promises
// weights, a polyglot document, missing shards, names that look like one another). Of problems of the context, and of
// all in a store of Ollama, the order is not checked. The words of a message are the client's own: only form and length
// are checked. The artifacts and their documents have been checked.
absl::Status CheckProblems(std::string_view field, const v1::Inventory& inventory,
                           const provenance::DocumentBytes& documents, ScanKind kind);

// How many files may be missing among the artifacts because they could not be read.
size_t FilesLeftOut(const v1::Inventory& inventory);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_PROBLEM_CHECK_H_
