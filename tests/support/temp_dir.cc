#include "tests/support/temp_dir.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "gtest/gtest.h"

namespace weighbridge::testing_support {

TempDir::TempDir() {
  const char* base = std::getenv("TEST_TMPDIR");
  std::string name = std::string(base != nullptr ? base : "/tmp") + "/weighbridge.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make a folder like " << name;
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  // A folder without permissions would keep its content.
  for (auto it = std::filesystem::recursive_directory_iterator(
           path_, std::filesystem::directory_options::skip_permission_denied, ignored);
       !ignored && it != std::filesystem::recursive_directory_iterator(); it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) chmod(it->path().c_str(), 0700);
  }
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::At(std::string_view relative) const {
  return relative.empty() ? path_ : path_ + "/" + std::string(relative);
}

std::string TempDir::Write(std::string_view relative, std::string_view bytes) const {
  const std::string path = At(relative);
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) ADD_FAILURE() << "cannot write " << path;
  return path;
}

std::string TempDir::Folder(std::string_view relative) const {
  std::error_code error;
  std::filesystem::create_directories(At(relative), error);
  if (error) ADD_FAILURE() << "cannot make " << At(relative) << ": " << error.message();
  return At(relative);
}

void TempDir::Link(const std::string& target, std::string_view relative) const {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(At(relative)).parent_path(), error);
  std::filesystem::create_symlink(target, At(relative), error);
  if (error) ADD_FAILURE() << "cannot link " << At(relative) << ": " << error.message();
}

void TempDir::Fifo(std::string_view relative) const {
  if (mkfifo(At(relative).c_str(), 0600) != 0) ADD_FAILURE() << "cannot make the FIFO " << At(relative);
}

}  // namespace weighbridge::testing_support
