#include "tests/support/corpus.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace weighbridge::testing_support {
namespace {

std::optional<std::string> FolderFromEnvironment(const char* variable) {
  const char* value = std::getenv(variable);
  struct stat info;
  if (value == nullptr || *value == '\0' || stat(value, &info) != 0 || !S_ISDIR(info.st_mode)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> CorpusDir() { return FolderFromEnvironment("WEIGHBRIDGE_CORPUS"); }

std::optional<std::string> LicencePackDir() { return FolderFromEnvironment("WEIGHBRIDGE_LICENCE_PACK"); }

std::string ReadFileOrFail(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) ADD_FAILURE() << "cannot read " << path;
  return bytes.str();
}

std::vector<std::string> ListDir(const std::string& path) {
  std::vector<std::string> names;
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) return names;
  while (const dirent* entry = readdir(dir)) {
    if (entry->d_name[0] != '.') names.push_back(entry->d_name);
  }
  closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::vector<std::string>> ReadTsvOrFail(const std::string& path) {
  std::istringstream lines(ReadFileOrFail(path));
  std::vector<std::vector<std::string>> rows;
  std::string line;
  for (bool header = true; std::getline(lines, line); header = false) {
    if (header) continue;
    std::vector<std::string> row(1);
    for (const char c : line) {
      if (c == '\t') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string WithoutFrontMatter(const std::string& text) {
  if (text.rfind("---\n", 0) != 0) return text;
  const size_t end = text.find("\n---\n", 3);
  return end == std::string::npos ? text : text.substr(end + 5);
}

}  // namespace weighbridge::testing_support
