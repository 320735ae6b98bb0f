#include "services/source/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/source/owned_fd.h"

namespace weighbridge::source {
namespace {

absl::Status CannotWrite(const std::string& path, int error) {
  return absl::UnavailableError(absl::StrFormat("cannot write %s: %s", Printable(path), std::strerror(error)));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// After a rename the name is on disk only once its folder is.
void SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const OwnedFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.ok()) fsync(fd.get());
}

}  // namespace

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path, size_t bytes_max) {
  // Not blocking: a named pipe would wait for its other end.
  const OwnedFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.ok()) {
    const std::string message = absl::StrFormat("cannot read %s: %s", Printable(path), std::strerror(errno));
    return errno == ENOENT || errno == ENOTDIR ? absl::NotFoundError(message) : absl::PermissionDeniedError(message);
  }
  struct stat info;
  if (fstat(fd.get(), &info) != 0) {
    return absl::UnavailableError(absl::StrFormat("cannot read %s: %s", Printable(path), std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) return absl::FailedPreconditionError(absl::StrFormat("%s is no file", Printable(path)));
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrFormat("%s belongs to another user (%d): it would be believed", Printable(path), info.st_uid));
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(absl::StrFormat("%s can be written by others (mode %o): it would be believed",
                                                       Printable(path), info.st_mode & 07777u));
  }
  if (info.st_size <= 0 || static_cast<uint64_t>(info.st_size) > bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("%s has %d bytes; 1 to %d are possible", Printable(path), info.st_size, bytes_max));
  }
  const size_t size = static_cast<size_t>(info.st_size);
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) {
    return absl::UnavailableError(absl::StrFormat("cannot map %s: %s", Printable(path), std::strerror(errno)));
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(address, size));
}

MappedFile::~MappedFile() { munmap(address_, size_); }

absl::Status WriteWhole(const std::string& path, std::string_view bytes) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return CannotWrite(folder, errno);
  }
  const std::string temporary = absl::StrFormat("%s.%d.tmp", path, getpid());
  OwnedFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd.ok()) return CannotWrite(temporary, errno);
  // Whatever the umask of the user: nobody else may write what is believed later.
  bool ok = fchmod(fd.get(), 0644) == 0 && WriteAll(fd.get(), bytes) && fsync(fd.get()) == 0;
  int error = errno;
  if (close(fd.Release()) != 0 && ok) {
    ok = false;
    error = errno;
  }
  if (ok && rename(temporary.c_str(), path.c_str()) != 0) {
    ok = false;
    error = errno;
  }
  if (!ok) {
    unlink(temporary.c_str());
    return CannotWrite(path, error);
  }
  SyncFolderOf(path);
  return absl::OkStatus();
}

}  // namespace weighbridge::source
