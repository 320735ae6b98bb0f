// Build tool: rule files -> one blob and the assembler file that places it in the binary.
//
//   compile_rules BLOB_OUT ASSEMBLER_OUT FILE...
//
// Each FILE is named by a path in which "rules/" stands; what follows is its path in the rulebook. Prints every issue
// and exits with 1 if the rules are broken, so that no binary is built from them.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

constexpr char kRoot[] = "rules/";

bool ReadFile(const std::string& path, std::string* bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  bytes->assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  return !in.bad();
}

bool WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  out.flush();
  return out.good();
}

// The digest in the comment makes the assembler file change whenever the blob does: Bazel keeps only the inputs that
// the compiler lists as included, and .incbin is not listed.
std::string Assembler(const std::string& blob_path, const std::string& blob) {
  return "/* " + Sha256Hex(blob) +
         " */\n"
         "    .section .rodata\n"
         "    .balign 64\n"
         "    .global weighbridge_builtin_rules_begin\n"
         "    .global weighbridge_builtin_rules_end\n"
         "weighbridge_builtin_rules_begin:\n"
         "    .incbin \"" +
         blob_path +
         "\"\n"
         "weighbridge_builtin_rules_end:\n"
         "    .byte 0\n"
         "    .section .note.GNU-stack,\"\",@progbits\n";
}

int Main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: compile_rules BLOB_OUT ASSEMBLER_OUT FILE...\n";
    return 2;
  }
  std::vector<RuleFile> files;
  for (int i = 3; i < argc; ++i) {
    const std::string path = argv[i];
    const size_t root = path.find(kRoot);
    RuleFile file;
    if (root == std::string::npos || !ReadFile(path, &file.bytes)) {
      std::cerr << "compile_rules: cannot read " << path << " as a file under " << kRoot << "\n";
      return 2;
    }
    file.path = path.substr(root + sizeof(kRoot) - 1);
    files.push_back(std::move(file));
  }
  std::vector<RuleIssue> issues;
  const absl::StatusOr<std::shared_ptr<const Rulebook>> book = Rulebook::FromFiles(std::move(files), &issues);
  if (!book.ok()) {
    std::cerr << ToString(issues) << book.status().message() << "\n";
    return 1;
  }
  const std::string blob = (*book)->Compile();
  if (!WriteFile(argv[1], blob) || !WriteFile(argv[2], Assembler(argv[1], blob))) {
    std::cerr << "compile_rules: cannot write " << argv[1] << " and " << argv[2] << "\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace weighbridge::rulebook

int main(int argc, char** argv) { return weighbridge::rulebook::Main(argc, argv); }
