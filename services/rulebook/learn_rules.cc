// Build tool: makes every token file that the provenance of the rules names, from official texts.
//
//   learn_rules RULES_DIR TEXT_FILE_OR_DIR...
//
// A text is found by the SHA-256 that the provenance gives, whatever its name. The command line does the same for one
// text (`rules learn`), but it has the rulebook linked in, and a rulebook without its token files does not load: this
// tool is for the first time and for a changed normaliser. Prints the texts that it did not find and exits with 1 if
// there are any.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/crypto/sha256.h"
#include "services/rulebook/relearn.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kTextBytesMax = 2 << 20;  // larger files are no licence text

bool ReadFile(const fs::path& path, std::string* bytes) {
  std::ifstream in(path, std::ios::binary);
  bytes->assign(std::istreambuf_iterator<char>(in), {});
  return in.good() || in.eof();
}

// Calls `use` for `root`, if it is a file, or for every file below it.
template <typename Use>
void ForEachFile(const fs::path& root, const Use& use) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) return use(root);
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file(error)) use(it->path());
  }
  if (error) std::cerr << "learn_rules: " << root.string() << ": " << error.message() << "\n";
}

// SHA-256 to file.
std::map<std::string, fs::path> TextsIn(const std::vector<std::string>& roots) {
  std::map<std::string, fs::path> texts;
  for (const std::string& root : roots) {
    ForEachFile(root, [&](const fs::path& path) {
      std::error_code error;
      std::string bytes;
      if (fs::file_size(path, error) > kTextBytesMax || error || !ReadFile(path, &bytes)) return;
      texts.emplace(Sha256Hex(bytes), path);
    });
  }
  return texts;
}

int Main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: learn_rules RULES_DIR TEXT_FILE_OR_DIR...\n";
    return 2;
  }
  const fs::path root = argv[1];
  std::vector<RuleFile> files;
  ForEachFile(root, [&](const fs::path& path) {
    RuleFile file = {path.lexically_relative(root).string(), ""};
    if (path.extension() == ".textproto" && ReadFile(path, &file.bytes)) files.push_back(std::move(file));
  });
  const std::map<std::string, fs::path> texts = TextsIn(std::vector<std::string>(argv + 2, argv + argc));
  const RelearnResult result = Relearn(files, [&](std::string_view sha256) -> std::optional<std::string> {
    const auto found = texts.find(std::string(sha256));
    std::string bytes;
    if (found == texts.end() || !ReadFile(found->second, &bytes)) return std::nullopt;
    return bytes;
  });
  if (!result.issues.empty()) std::cerr << ToString(result.issues) << "\n";  // other files are learnt all the same
  for (const std::string& path : result.absent) std::cerr << path << ": its text is not at hand\n";
  bool written = true;
  for (const RuleFile& file : result.files) {
    std::ofstream out(root / file.path, std::ios::binary);
    out << file.bytes;
    out.flush();
    if (!out.good()) std::cerr << file.path << ": cannot be written\n";
    written = written && out.good();
  }
  return written && result.issues.empty() && result.absent.empty() ? 0 : 1;
}

}  // namespace
}  // namespace weighbridge::rulebook

int main(int argc, char** argv) { return weighbridge::rulebook::Main(argc, argv); }
