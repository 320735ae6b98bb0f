// From what one walk saw of a folder of several models to what each of them is. Pure.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_SPLIT_MODELS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_SPLIT_MODELS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "services/auditor/collected.h"

namespace weighbridge::auditor {

// Documents of all models together, with the copies that several of them share, in bytes; and entries of documents and
// problems that are shared out.
inline constexpr size_t kSplitDocumentsBytesMax = size_t{256} << 20;
inline constexpr size_t kSplitModelsMax = 4096;
inline constexpr size_t kSplitSharedEntriesMax = 1000000;

// The models of a folder, in order of their path; the whole as it is if there are fewer than two
// (ModelView::ModelFolders). Each has the digest that it has alone:
//
//   files         belong to the innermost model folder above them, under their path below it
//   pruned        what lies in .git, .cache/huggingface or .weighbridge of a model folder, or of a folder above one,
//   belongs to nobody ignored       a model does not hold the models below it: their folders are listed as ignored, so
//   that its digest can be made again root          weights outside every model folder, with what else lies there, are
//   a model of their own, at the path "" documents     of a folder above, or beside the way to it, speak for a model as
//   context, also those of a model that holds it: a
//                 restriction at the top must not vanish
//   problems      go with their file; where a document may be hidden by one, they go to all models that it would speak
//   for
//
// ResourceExhausted over a limit of this header: gate the folders one by one.
absl::StatusOr<std::vector<Collected>> SplitModels(Collected whole);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_SPLIT_MODELS_H_
