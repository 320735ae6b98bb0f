#include "services/rulebook/rule_file.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"

namespace weighbridge::rulebook {
namespace {

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// What is wrong with a path, or nothing.
std::string PathProblem(std::string_view path) {
  if (path.empty()) return "a rule file without a path";
  if (path.size() > kRulePathBytesMax) {
    return absl::StrFormat("path of %d bytes is over the limit of %d bytes", path.size(), kRulePathBytesMax);
  }
  if (!IsPlainName(path)) return "path has control characters, a backslash or malformed UTF-8";
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = path.find('/', begin);
    if (end == std::string_view::npos) end = path.size();
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return "path has an empty part, \".\" or \"..\"";
    begin = end + 1;
  }
  if (!IsRuleFileName(path)) return "not a file of a rulebook: its name ends neither in .textproto nor in .tokens";
  return "";
}

}  // namespace

std::string ToString(const RuleIssue& issue) {
  const std::string path = Printable(issue.path);
  if (issue.line == 0) return absl::StrFormat("rules/%s: %s", path, issue.message);
  return absl::StrFormat("rules/%s:%d:%d: %s", path, issue.line, issue.column, issue.message);
}

std::string ToString(const std::vector<RuleIssue>& issues) {
  std::string out;
  for (const RuleIssue& issue : issues) {
    out += ToString(issue);
    out += '\n';
  }
  return out;
}

bool IsRuleFileName(std::string_view path) { return EndsWith(path, ".textproto") || EndsWith(path, ".tokens"); }

void SortRuleFiles(std::vector<RuleFile>* files) {
  std::stable_sort(files->begin(), files->end(), [](const RuleFile& a, const RuleFile& b) { return a.path < b.path; });
}

std::vector<RuleIssue> CheckRuleFiles(const std::vector<RuleFile>& files) {
  std::vector<RuleIssue> issues;
  if (files.size() > kRuleFilesMax) {
    issues.push_back({"", 0, 0, absl::StrFormat("%d files are over the limit of %d", files.size(), kRuleFilesMax)});
    return issues;
  }
  uint64_t total = 0;
  std::map<std::string_view, int> seen;
  for (const RuleFile& file : files) {
    const std::string problem = PathProblem(file.path);
    if (!problem.empty()) issues.push_back({file.path, 0, 0, problem});
    if (++seen[file.path] == 2) issues.push_back({file.path, 0, 0, "the path occurs twice"});
    const size_t limit = EndsWith(file.path, ".tokens") ? kTokenFileBytesMax : kRuleTextBytesMax;
    if (file.bytes.size() > limit) {
      issues.push_back({file.path, 0, 0,
                        absl::StrFormat("file of %d bytes is over the limit of %d bytes", file.bytes.size(), limit)});
    }
    total += file.bytes.size();
  }
  if (total > kRulebookBytesMax) {
    issues.push_back(
        {"", 0, 0,
         absl::StrFormat("all files together have %d bytes, over the limit of %d bytes", total, kRulebookBytesMax)});
  }
  return issues;
}

std::string RulesDigest(const std::vector<RuleFile>& files) {
  std::vector<const RuleFile*> sorted;
  for (const RuleFile& file : files) sorted.push_back(&file);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const RuleFile* a, const RuleFile* b) { return a->path < b->path; });
  Sha256 hash;
  for (const RuleFile* file : sorted) hash.Update(Sha256Hex(file->bytes) + "  " + file->path + "\n");
  return ToHex(hash.Finish());
}

std::vector<RuleFile> Layer(std::vector<RuleFile> base, std::vector<RuleFile> overlay) {
  // A path that occurs twice in one layer stays twice, so that CheckRuleFiles can refuse it.
  std::map<std::string_view, bool> replaced;
  for (const RuleFile& file : overlay) replaced[file.path] = true;
  std::vector<RuleFile> out;
  for (RuleFile& file : base) {
    if (replaced.count(file.path) == 0) out.push_back(std::move(file));
  }
  for (RuleFile& file : overlay) out.push_back(std::move(file));
  SortRuleFiles(&out);
  return out;
}

}  // namespace weighbridge::rulebook
