#include "services/auditor/context.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/read_files.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/sniff/format.h"
#include "services/provenance/license_names.h"
#include "services/provenance/model_view.h"
#include "services/source/document.h"
#include "services/source/root.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

bool IsTerms(Role role) {
  return role == Role::kLicenseText || role == Role::kNotice || role == Role::kUsePolicy || role == Role::kCard;
}

// Documents that are not read as text are named whatever their size: somebody has to read them.
bool IsNamedAsDocument(std::string_view path) {
  const size_t dot = provenance::BaseNameOf(path).rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string suffix(provenance::BaseNameOf(path).substr(dot));
  for (char& c : suffix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  static constexpr std::string_view kSuffixes[] = {".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub"};
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

// By the name, before anything is opened.
bool IsRead(const source::FileEntry& file) {
  const Role role = RoleOf(file.path, "");
  if (IsTerms(role) || IsNamedAsDocument(file.path)) return true;
  return (role == Role::kConfig || role == Role::kAdapter || role == Role::kArchive || role == Role::kOther) &&
         file.size() <= source::kMaxDocumentBytes;
}

// "ORG/NAME" or the address, and the revision.
std::pair<std::string_view, std::string_view> SplitSource(std::string_view source) {
  const size_t at = source.rfind('@');
  return {source.substr(0, at), source.substr(at + 1)};
}

}  // namespace

bool SpeaksFromOutside(const v1::InventoryArtifact& artifact) {
  const std::optional<formats::Format> format = formats::FormatFromName(artifact.format());
  return !artifact.document_sha256().empty() || artifact.role() == "archive" ||
         IsTerms(RoleFromName(artifact.role()).value_or(Role::kOther)) ||
         (format.has_value() && formats::IsDocumentWeCannotRead(*format));
}

absl::Status AddContext(const std::string& folder, const source::WalkLimits& limits, const source::ReadOptions& options,
                        Collected& file) {
  absl::StatusOr<source::Root> root = source::Root::Open(folder);
  if (!root.ok()) return absl::Status(root.status().code(), absl::StrFormat("context: %s", root.status().message()));
  if (root->single_file())
    return absl::InvalidArgumentError("context: a file; give the folder whose documents speak for the model");
  absl::StatusOr<source::Listing> listing = source::Walk(*root, limits, options.cancelled);
  if (listing.status().code() == absl::StatusCode::kFailedPrecondition) return absl::OkStatus();  // an empty folder
  if (!listing.ok()) return listing.status();

  const size_t all = listing->files.size();
  auto& files = listing->files;
  files.erase(std::remove_if(files.begin(), files.end(), [](const source::FileEntry& entry) { return !IsRead(entry); }),
              files.end());
  v1::Inventory seen;
  for (const source::Problem& problem : listing->problems) *seen.add_problems() = MakeProblem(problem);
  if (listing->problems_omitted > 0)
    *seen.add_problems() = MakeProblem("file.limit", "", "further problems are not listed", listing->blocked);
  if (all > files.size()) {
    *seen.add_problems() = MakeProblem(
        "file.note", "",
        absl::StrFormat("files of the context that are no documents and were not opened: %d", all - files.size()),
        false);
  }
  source::ReadOptions quiet = options;
  quiet.progress = nullptr;
  WB_ASSIGN_OR_RETURN(FilesRead read, ReadFiles(*root, *listing, RoleByName, quiet));
  // Shards and headers of weights that came along are not looked at: only what speaks is taken.
  for (size_t i = 0; i < files.size(); ++i) {
    v1::Inventory one;
    AddFile(files[i], read.results[i], std::move(read.notes[i]), one, file.documents);
    if (!read.results[i].status.ok()) {
      seen.mutable_problems()->MergeFrom(one.problems());
    } else if (SpeaksFromOutside(one.artifacts(0))) {
      *file.inventory.add_context_artifacts() = one.artifacts(0);
    }
  }
  for (v1::InventoryProblem& problem : *seen.mutable_problems()) {
    problem.set_of_context(true);
    *file.inventory.add_problems() = std::move(problem);
  }
  return absl::OkStatus();
}

absl::Status CheckSource(std::string_view source) {
  if (source.size() > kSourceBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("source: %d bytes, the limit is %d", source.size(), kSourceBytesMax));
  }
  const std::string shown = Printable(source);
  if (!IsPlainName(source) || source.find(' ') != std::string_view::npos || shown != source) {
    return absl::InvalidArgumentError(
        absl::StrFormat("source: '%s' holds blanks or characters that cannot be shown", shown));
  }
  const size_t scheme = source.find("://");
  if (scheme != std::string_view::npos) {
    const std::string_view authority = source.substr(scheme + 3, source.find('/', scheme + 3) - scheme - 3);
    // A revision may only follow a path, so an '@' here names a user.
    if (authority.find('@') != std::string_view::npos) {
      return absl::InvalidArgumentError(
          "source: the address names a user or a password; what is given here is stored and shown");
    }
  }
  const auto [from, revision] = SplitSource(source);
  if (source.find('@') == std::string_view::npos || from.empty() || revision.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("source: '%s' names no revision: give URL@REV or ORG/NAME@REV", shown));
  }
  if (scheme == std::string_view::npos && provenance::HubIdOf(from).empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("source: '%s' is neither URL@REV nor ORG/NAME@REV", shown));
  }
  return absl::OkStatus();
}

void AddSource(const std::string& source, v1::Inventory& inventory) {
  inventory.set_source_url(source);
  const auto [from, revision] = SplitSource(source);
  const std::string repository = provenance::HubIdOf(from);
  if (repository.empty() || !inventory.repository().empty()) return;
  inventory.set_repository(repository);
  inventory.set_revision(std::string(revision));
}

}  // namespace weighbridge::auditor
