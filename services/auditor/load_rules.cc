#include "services/auditor/load_rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/license_index.h"
#include "services/auditor/pack_rules.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/builtin.h"
#include "services/source/document.h"
#include "services/source/fingerprint.h"
#include "services/source/mapped_file.h"
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

// Making one rulebook of both takes seconds, and the next start asks for the same one: it is kept beside the index in
// the cache. A kept one that is not there or cannot be used is made again.
absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> LayerOverIndex(const rulebook::Rulebook& over,
                                                                         const rulebook::Rulebook& index) {
  const std::string both = Sha256Hex(over.digest() + "\n" + index.digest());
  const absl::StatusOr<std::string> path = IndexPathInCache(both);
  if (path.ok()) {
    if (auto kept = MapIndex(*path, both); kept.ok()) return *std::move(kept);
  }
  WB_ASSIGN_OR_RETURN(std::shared_ptr<const rulebook::Rulebook> made, LayerPackLicenses(over, index));
  // A cache that cannot be written costs time, and no more.
  if (path.ok()) source::WriteWhole(*path, PackIndex(*made, both)).IgnoreError();
  return made;
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

absl::StatusOr<LoadedRules> LoadRules(const std::string& folder, const std::string& index) {
  WB_ASSIGN_OR_RETURN(const std::shared_ptr<const rulebook::Rulebook> builtin, rulebook::BuiltinRulebook());
  WB_ASSIGN_OR_RETURN(const IndexFound found, FindIndex(index, *builtin));
  LoadedRules loaded;
  loaded.index_absent = found.absent;
  if (found.rules != nullptr) loaded.index_path = found.path;
  if (folder.empty()) {
    loaded.rules = found.rules != nullptr ? found.rules : builtin;
    return loaded;
  }
  absl::StatusOr<std::vector<rulebook::RuleFile>> overlay = ReadRuleFiles(folder);
  // A folder that was named and cannot be used is an error of configuration, whatever the reason.
  if (!overlay.ok()) return absl::InvalidArgumentError(absl::StrFormat("--rules: %s", overlay.status().message()));
  WB_ASSIGN_OR_RETURN(const std::string_view bundle, builtin->CheckedBundle());
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> base, rulebook::UnpackBundle(bundle));
  loaded.replaced = Replaced(base, *overlay);
  std::vector<rulebook::RuleIssue> issues;
  auto layered = rulebook::Rulebook::Layered(std::move(base), *std::move(overlay), &issues);
  if (!layered.ok()) {
    return absl::InvalidArgumentError(absl::StrFormat("the rulebook with --rules %s does not load:\n%s",
                                                      Printable(folder), rulebook::ToString(issues)));
  }
  loaded.rules = *std::move(layered);
  if (found.rules != nullptr) {
    WB_ASSIGN_OR_RETURN(loaded.rules, LayerOverIndex(*loaded.rules, *found.rules));
  }
  return loaded;
}

std::string IndexWords(const LoadedRules& loaded) {
  if (!loaded.index_path.empty()) {
    return absl::StrFormat("%d more licences by category alone (%s)", loaded.rules->CategoryLicenses(),
                           Printable(loaded.index_path));
  }
  return absl::StrFormat(
      "no licence index (%s): only the %d documents with facts are known here; weighbridge rules build-index adds over "
      "2,000 "
      "licences, known by their text and category",
      loaded.index_absent, loaded.rules->licenses().size());
}

}  // namespace weighbridge::auditor
