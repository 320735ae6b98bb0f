#include "services/auditor/load_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/v1/enums.pb.h"
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

// How the rulebook names the folder that its files lie in.
constexpr std::string_view kFolder = "rules/";

std::string Below(const std::string& folder, std::string_view path) {
  return Printable(folder) + (folder.empty() || folder.back() == '/' ? "" : "/") + std::string(path);
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

bool IsWholeRulebook(const std::vector<rulebook::RuleFile>& files) {
  for (const char* path : {"countries.textproto", "fields.textproto", "triggers.textproto"}) {
    if (std::none_of(files.begin(), files.end(), [&](const auto& file) { return file.path == path; })) return false;
  }
  return true;
}

absl::StatusOr<std::vector<rulebook::RuleFile>> BuiltinRuleFiles() {
  WB_ASSIGN_OR_RETURN(const std::shared_ptr<const rulebook::Rulebook> builtin, rulebook::BuiltinRulebook());
  WB_ASSIGN_OR_RETURN(const std::string_view bundle, builtin->CheckedBundle());
  return rulebook::UnpackBundle(bundle);
}

std::string IssuesOf(const std::vector<rulebook::RuleIssue>& issues, const std::string& folder,
                     const std::vector<rulebook::RuleFile>& in_folder) {
  std::set<std::string> paths;
  for (const rulebook::RuleFile& file : in_folder) paths.insert(file.path);
  std::string out;
  for (const rulebook::RuleIssue& issue : issues) {
    const std::string words = rulebook::ToString(issue);
    const bool theirs = paths.count(issue.path) != 0 && words.rfind(kFolder, 0) == 0;
    out += (theirs ? Below(folder, std::string_view(words).substr(kFolder.size())) : words) + "\n";
  }
  return out;
}

void NameFolder(const std::string& folder, v1::GateResult& result) {
  if (folder.empty()) return;
  const std::string& id =
      v1::RuleId_descriptor()->FindValueByNumber(v1::RULES_REDEFINED)->options().GetExtension(v1::rule).id();
  for (v1::Finding& finding : *result.mutable_findings()) {
    if (finding.rule_id() != id) continue;
    for (v1::EvidenceRef& place : *finding.mutable_evidence()) {
      if (place.path().rfind(kFolder, 0) != 0) continue;
      const std::string named = Below(folder, std::string_view(place.path()).substr(kFolder.size()));
      const size_t at = finding.message().find(Printable(place.path()));
      if (at != std::string::npos) {
        finding.mutable_message()->replace(at, Printable(place.path()).size(), named);
      }
      place.set_path(named);
    }
  }
}

void NameFolder(const std::string& folder, std::string& redefined) {
  if (folder.empty() || redefined.rfind(kFolder, 0) != 0) return;
  redefined = Below(folder, std::string_view(redefined).substr(kFolder.size()));
}

absl::StatusOr<LoadedRules> LoadRules(const std::string& folder, const std::string& index) {
  WB_ASSIGN_OR_RETURN(const std::shared_ptr<const rulebook::Rulebook> builtin, rulebook::BuiltinRulebook());
  WB_ASSIGN_OR_RETURN(const IndexFound found, FindIndex(index, *builtin));
  LoadedRules loaded;
  loaded.index_absent = found.absent;
  if (found.rules != nullptr) loaded.index_path = found.path;
  loaded.index_refused = found.rules == nullptr && !found.path.empty();
  if (folder.empty()) {
    loaded.rules = found.rules != nullptr ? found.rules : builtin;
    return loaded;
  }
  absl::StatusOr<std::vector<rulebook::RuleFile>> overlay = ReadRuleFiles(folder);
  // A folder that was named and cannot be used is an error of configuration, whatever the reason.
  if (!overlay.ok()) return absl::InvalidArgumentError(absl::StrFormat("--rules: %s", overlay.status().message()));
  WB_ASSIGN_OR_RETURN(std::vector<rulebook::RuleFile> base, BuiltinRuleFiles());
  loaded.replaced = Replaced(base, *overlay);
  std::vector<rulebook::RuleIssue> issues;
  auto layered = rulebook::Rulebook::Layered(std::move(base), *overlay, &issues);
  if (!layered.ok()) {
    return absl::InvalidArgumentError(absl::StrFormat("the rulebook with --rules %s does not load:\n%s",
                                                      Printable(folder), IssuesOf(issues, folder, *overlay)));
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
