// Which files of a model are kept as documents, and how much of each.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_DOCUMENTS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_DOCUMENTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "services/formats/sniff/format.h"
#include "services/types/artifact.h"

namespace weighbridge::auditor {

// Documents of one reading together; a text over the rest is kept in part and marked
// (InventoryArtifact.document_truncated).
inline constexpr size_t kDocumentsBytesMax = 24 << 20;

// True for what the pure stages read: everything people wrote, programs as well, and the configs that say what a model
// is. Of tokenizers only what people write (IsWrittenForTokenizer); vocabularies are data.
bool IsDocument(std::string_view path, Role role, formats::Format format);

// A file as it is known before it is read.
struct NamedFile {
  std::string_view path;
  Role role = Role::kOther;  // by its name alone
  uint64_t size = 0;         // bytes of the file as it lies there: of a pointer, not of what it names
};

// Largest part of each file that is kept if it is a document. Decided by names and sizes before anything is read, so
// that the same folder gives the same documents with any number of threads; what people read comes first, then other
// texts, then programs, so that a flood of these cannot crowd out a licence. `files` in order of path; `taken` bytes
// are left to none of them.
std::vector<size_t> DocumentAllowances(const std::vector<NamedFile>& files, size_t taken = 0);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_DOCUMENTS_H_
