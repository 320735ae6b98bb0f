#include "services/auditor/documents.h"

#include <algorithm>

#include "services/source/document.h"

namespace weighbridge::auditor {

using formats::Format;

bool IsDocument(Role role, Format format) {
  if (!formats::IsText(format) && format != Format::kUtf16Text) return false;
  switch (role) {
    case Role::kLicenseText:
    case Role::kNotice:
    case Role::kUsePolicy:
      return true;
    case Role::kCard:
    case Role::kConfig:
    case Role::kAdapter:
    case Role::kOther:
      return format != Format::kPythonSource && format != Format::kScript;
    case Role::kIndex:  // parsed as it is read: the index of a large model is over the limit of documents
    case Role::kWeights:
    case Role::kTokenizer:
    case Role::kProjector:
    case Role::kSignature:
    case Role::kCode:
    case Role::kArchive:
      return false;
  }
  return false;
}

std::vector<size_t> DocumentAllowances(const std::vector<NamedFile>& files, size_t taken) {
  std::vector<size_t> allowances(files.size(), 0);
  size_t left = kDocumentsBytesMax;
  for (const bool others : {false, true}) {
    for (size_t i = 0; i < files.size(); ++i) {
      const Role role = files[i].role;
      if (!IsDocument(role, Format::kText) || (role == Role::kOther) != others) continue;
      allowances[i] = std::min(source::kMaxDocumentBytes, left - std::min(left, taken));
      left -= std::min<uint64_t>({source::kMaxDocumentBytes, left, files[i].size});
    }
  }
  return allowances;
}

}  // namespace weighbridge::auditor
