#include "services/source/temp_tree.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace weighbridge::source {
namespace {

void Check(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

}  // namespace

TempTree::TempTree() {
  path_ = testing::TempDir() + "/treeXXXXXX";
  Check(mkdtemp(path_.data()) != nullptr, "mkdtemp");
  char* const real = realpath(path_.c_str(), nullptr);
  Check(real != nullptr, "realpath");
  path_ = real;
  std::free(real);
}

TempTree::~TempTree() {
  // rm copes with trees deeper and names longer than any path.
  const pid_t child = fork();
  if (child == 0) {
    execlp("rm", "rm", "-rf", "--", path_.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  if (child > 0) waitpid(child, nullptr, 0);
}

void TempTree::Folder(const std::string& relative) const {
  for (size_t slash = relative.find('/'); slash != std::string::npos; slash = relative.find('/', slash + 1)) {
    mkdir(At(relative.substr(0, slash)).c_str(), 0755);
  }
  mkdir(At(relative).c_str(), 0755);
  struct stat info;
  Check(stat(At(relative).c_str(), &info) == 0 && S_ISDIR(info.st_mode), relative.c_str());
}

void TempTree::File(const std::string& relative, const std::string& content) const {
  if (relative.find('/') != std::string::npos) Folder(relative.substr(0, relative.rfind('/')));
  const int fd = open(At(relative).c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
  Check(fd >= 0, relative.c_str());
  Check(write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()), relative.c_str());
  close(fd);
}

void TempTree::SparseFile(const std::string& relative, uint64_t size) const {
  File(relative, "");
  Check(truncate(At(relative).c_str(), static_cast<off_t>(size)) == 0, relative.c_str());
}

void TempTree::Link(const std::string& target, const std::string& relative) const {
  if (relative.find('/') != std::string::npos) Folder(relative.substr(0, relative.rfind('/')));
  Check(symlink(target.c_str(), At(relative).c_str()) == 0, relative.c_str());
}

void TempTree::Fifo(const std::string& relative) const {
  Check(mkfifo(At(relative).c_str(), 0644) == 0, relative.c_str());
}

void TempTree::Socket(const std::string& relative) const {
  // Bound through /proc/self/fd, since the path may be longer than a socket address.
  const int folder = open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Check(folder >= 0 && fd >= 0, "socket");
  struct sockaddr_un address;
  std::memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, relative.c_str());
  Check(bind(fd, reinterpret_cast<const struct sockaddr*>(&address), sizeof address) == 0, "bind");
  close(fd);
  close(folder);
}

void TempTree::DeepFolders(const std::string& name, int depth) const {
  int at = open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < depth; ++i) {
    Check(at >= 0 && mkdirat(at, name.c_str(), 0755) == 0, "mkdirat");
    const int next = openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    close(at);
    at = next;
  }
  const int fd = openat(at, "x", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  Check(fd >= 0, "openat");
  close(fd);
  close(at);
}

}  // namespace weighbridge::source
