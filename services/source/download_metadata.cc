#include "services/source/download_metadata.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string_view>

#include "absl/status/statusor.h"

namespace weighbridge::source {
namespace {

constexpr std::string_view kSuffix = ".metadata";
constexpr size_t kCommitDigits = 40;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

struct Reader {
  const Beneath& beneath;
  size_t entries_left = kMaxMetadataFiles;
  std::set<std::string> commits = {};

  void Folder(const std::string& path, int depth) {
    absl::StatusOr<OwnedFd> fd = beneath.OpenLinkFree(path, OpenAs::kFolder);
    if (!fd.ok()) return;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd->get()), closedir);
    if (stream == nullptr) return;
    fd->Release();
    while (entries_left > 0 && commits.size() < kMaxDownloadRevisions) {
      const dirent* const entry = readdir(stream.get());
      if (entry == nullptr) return;
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      --entries_left;
      struct stat info;
      if (fstatat(dirfd(stream.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (S_ISDIR(info.st_mode) && depth < kMaxMetadataDepth) Folder(JoinPath(path, name), depth + 1);
      if (S_ISREG(info.st_mode) && EndsWith(name, kSuffix)) File(JoinPath(path, name));
    }
  }

  void File(const std::string& path) {
    const absl::StatusOr<OwnedFd> fd = beneath.OpenLinkFree(path, OpenAs::kFile);
    if (!fd.ok()) return;
    char buffer[kMaxMetadataBytes];
    const ssize_t length = read(fd->get(), buffer, sizeof buffer);
    if (length <= 0) return;
    const std::string_view commit = CommitOfDownloadNote({buffer, static_cast<size_t>(length)});
    if (!commit.empty()) commits.emplace(commit);
  }
};

}  // namespace

std::string_view CommitOfDownloadNote(std::string_view text) {
  const std::string_view commit = text.substr(0, text.find_first_of("\r\n"));
  const bool is_one =
      commit.size() == kCommitDigits && commit.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_one ? commit : std::string_view();
}

std::vector<std::string> ReadDownloadRevisions(const Beneath& beneath, const std::string& folder) {
  Reader reader{beneath};
  reader.Folder(folder, 0);
  return {reader.commits.begin(), reader.commits.end()};
}

}  // namespace weighbridge::source
