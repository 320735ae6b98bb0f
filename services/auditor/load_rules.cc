#include "services/auditor/load_rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/rulebook/builtin.h"
#include "services/source/document.h"
#include "services/source/fingerprint.h"
#include "services/source/root.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {
namespace {

std::vector<std::string> Replaced(const std::vector<rulebook::RuleFile>& base,
                                  const std::vector<rulebook::RuleFile>& overlay) {
  std::map<std::string, const std::string*> builtin;
  for (const rulebook::RuleFile& file : base) builtin[file.path] = &file.bytes;
  std::vector<std::string> replaced;
  for (const rulebook::RuleFile& file : overlay) {
    const auto it = builtin.find(file.path);
    if (it != builtin.end() && *it->second != file.bytes) replaced.push_back(file.path);
  }
  return replaced;
}

}  // namespace

absl::StatusOr<std::vector<rulebook::RuleFile>> ReadRuleFiles(const std::string& folder) {
  WB_ASSIGN_OR_RETURN(const source::Root root, source::Root::Open(folder));
  if (root.single_file())
    return absl::InvalidArgumentError(absl::StrFormat("%s is a file, not a folder of rules", Printable(folder)));
  WB_ASSIGN_OR_RETURN(const source::Listing listing, source::Walk(root));
  if (listing.blocked) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: %s", Printable(listing.problems.front().path), listing.problems.front().message));
  }
  std::vector<rulebook::RuleFile> files(listing.files.size());
  std::vector<absl::Status> statuses(listing.files.size());
  const auto results =
      source::ReadAll(root, listing, [&](size_t index, const source::FileEntry& file, formats::ByteSource& source) {
        if (!rulebook::IsRuleFileName(file.path)) return;
        absl::StatusOr<std::string> bytes = source::ReadDocument(source, rulebook::kTokenFileBytesMax);
        if (bytes.ok()) {
          files[index] = {file.path, *std::move(bytes)};
        } else {
          statuses[index] = bytes.status();
        }
      });
  for (size_t i = 0; i < results.size(); ++i) {
    WB_RETURN_IF_ERROR(results[i].status);
    WB_RETURN_IF_ERROR(statuses[i]);
  }
  files.erase(std::remove_if(files.begin(), files.end(), [](const auto& file) { return file.path.empty(); }),
              files.end());
  return files;
}

absl::StatusOr<LoadedRules> LoadRules(const std::string& folder) {
  WB_ASSIGN_OR_RETURN(const std::shared_ptr<const rulebook::Rulebook> builtin, rulebook::BuiltinRulebook());
  if (folder.empty()) return LoadedRules{builtin, {}};
  absl::StatusOr<std::vector<rulebook::RuleFile>> overlay = ReadRuleFiles(folder);
  // A folder that was named and cannot be used is an error of configuration, whatever the reason.
  if (!overlay.ok()) return absl::InvalidArgumentError(absl::StrFormat("--rules: %s", overlay.status().message()));
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> base, rulebook::UnpackBundle(builtin->bundle()));
  LoadedRules loaded;
  loaded.replaced = Replaced(base, *overlay);
  std::vector<rulebook::RuleIssue> issues;
  auto layered = rulebook::Rulebook::Layered(std::move(base), *std::move(overlay), &issues);
  if (!layered.ok()) {
    return absl::InvalidArgumentError(absl::StrFormat("the rulebook with --rules %s does not load:\n%s",
                                                      Printable(folder), rulebook::ToString(issues)));
  }
  loaded.rules = *std::move(layered);
  return loaded;
}

}  // namespace weighbridge::auditor
