#include "services/auditor/documents.h"

#include <algorithm>

#include "services/source/document.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// Who is served first.
enum class Turn { kTerms, kOtherTexts, kPrograms };

Turn TurnOf(Role role) {
  if (role == Role::kCode) return Turn::kPrograms;
  return role == Role::kOther || role == Role::kTokenizer ? Turn::kOtherTexts : Turn::kTerms;
}

}  // namespace

bool IsDocument(std::string_view path, Role role, Format format) {
  if (!formats::IsText(format) && format != Format::kUtf16Text) return false;
  switch (role) {
    case Role::kLicenseText:
    case Role::kNotice:
    case Role::kUsePolicy:
    case Role::kCard:
    case Role::kConfig:
    case Role::kAdapter:
    case Role::kCode:
    case Role::kOther:
      return true;
    case Role::kTokenizer:
      return IsWrittenForTokenizer(path);
    case Role::kIndex:  // parsed as it is read: the index of a large model is over the limit of documents
    case Role::kWeights:
    case Role::kProjector:
    case Role::kSignature:
    case Role::kArchive:
      return false;
  }
  return false;
}

std::vector<size_t> DocumentAllowances(const std::vector<NamedFile>& files, size_t taken) {
  std::vector<size_t> allowances(files.size(), 0);
  size_t left = kDocumentsBytesMax;
  for (const Turn turn : {Turn::kTerms, Turn::kOtherTexts, Turn::kPrograms}) {
    for (size_t i = 0; i < files.size(); ++i) {
      const Role role = files[i].role;
      if (!IsDocument(files[i].path, role, Format::kText) || TurnOf(role) != turn) continue;
      allowances[i] = std::min(source::kMaxDocumentBytes, left - std::min(left, taken));
      left -= std::min<uint64_t>({source::kMaxDocumentBytes, left, files[i].size});
    }
  }
  return allowances;
}

}  // namespace weighbridge::auditor
