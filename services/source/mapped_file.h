// A file of this installation mapped read-only, and files written whole.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_MAPPED_FILE_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_MAPPED_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weighbridge::source {

// Immutable; any thread. The bytes begin at a page and live as long as this. Who replaces the file by renaming another
// one over it (WriteWhole) changes nothing here; who cuts it short in place ends the process: hence only files of
// trusted owners are mapped.
class MappedFile {
 public:
  // Only a regular file that belongs to this user or root and that nobody else may write: what is mapped is believed.
  // NotFound; PermissionDenied for another owner or mode; FailedPrecondition for what is no regular file;
  // ResourceExhausted over `bytes_max`.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path, size_t bytes_max);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  MappedFile(void* address, size_t size) : address_(address), size_(size) {}

  void* const address_;
  const size_t size_;
};

// Writes a file whole or not at all: beside it, synced, then renamed over it; mode 0644. Missing folders are made with
// mode 0700. Unavailable with the reason.
absl::Status WriteWhole(const std::string& path, std::string_view bytes);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_MAPPED_FILE_H_
