// The files of a rulebook as bytes, what can be wrong with them, and their digest.
//
// Nothing in this package reads files: `services/source` or the caller does, so that the linter, the command line, a
// daemon and a fuzzer share one entry point.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_RULE_FILE_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_RULE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace weighbridge::rulebook {

// Limits of a rulebook, in bytes and counts. About fifty times what the known licences need.
inline constexpr size_t kRuleFilesMax = 20'000;
inline constexpr size_t kRulePathBytesMax = 200;
inline constexpr size_t kRuleTextBytesMax = 1 << 20;    // one .textproto
inline constexpr size_t kTokenFileBytesMax = 16 << 20;  // one .tokens
inline constexpr size_t kRulebookBytesMax = 256 << 20;  // all files together
inline constexpr int kRuleNestingMax = 32;              // messages inside messages

// One file of a rulebook.
struct RuleFile {
  std::string path;  // relative to rules/, '/' between parts: "licenses/MIT/rule.textproto"
  std::string bytes;
};

// One thing that is wrong. Line and column count from 1; 0 where the file has no lines (a token file, a missing file).
struct RuleIssue {
  std::string path;
  int line = 0;
  int column = 0;
  std::string message;
};

inline bool operator==(const RuleIssue& a, const RuleIssue& b) {
  return a.path == b.path && a.line == b.line && a.column == b.column && a.message == b.message;
}

// "rules/licenses/x/rule.textproto:12:3: message"; without line: "rules/fields.textproto: message".
std::string ToString(const RuleIssue& issue);

// All issues, one on each line.
std::string ToString(const std::vector<RuleIssue>& issues);

// True for the names that belong to a rulebook: *.textproto and *.tokens. README, BUILD and everything else in the
// folder is not part of it; whoever walks the folder leaves those out.
bool IsRuleFileName(std::string_view path);

// Sorts bytewise by path, the order of every digest and bundle.
void SortRuleFiles(std::vector<RuleFile>* files);

// Checks number, sizes, path form (relative, plain, no empty, "." or ".." part) and that no path occurs twice.
std::vector<RuleIssue> CheckRuleFiles(const std::vector<RuleFile>& files);

// SHA-256, as 64 hexadecimal digits, over the lines "<sha256>  <path>\n" of all files in bytewise path order.
// Reproducible with coreutils; the line stands in rules/README.md.
std::string RulesDigest(const std::vector<RuleFile>& files);

// One byte string that holds all files, the same for the same files in any order: what the store keeps by its digest
// and a replay reads back. Format: magic "WBRULES1", u32 count, then for each file in path order u32 path length, path,
// u64 size, bytes; integers little-endian.
std::string PackBundle(std::vector<RuleFile> files);

// The files of a bundle, in path order. INVALID_ARGUMENT with the offset for anything that PackBundle does not write.
absl::StatusOr<std::vector<RuleFile>> UnpackBundle(std::string_view bundle);

// `base` with every file of `overlay` put over it: the same path replaces, others are added.
std::vector<RuleFile> Layer(std::vector<RuleFile> base, std::vector<RuleFile> overlay);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_RULE_FILE_H_
