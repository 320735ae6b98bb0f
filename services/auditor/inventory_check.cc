#include "services/auditor/inventory_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "services/auditor/artifact_check.h"
#include "services/auditor/context.h"
#include "services/auditor/documents.h"
#include "services/auditor/message_check.h"
#include "services/auditor/problem_check.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/source/document.h"
#include "services/source/download_metadata.h"
#include "services/source/listing.h"

namespace weighbridge::auditor {
namespace {

// Fields that are looked at below. A new one is refused until it is checked.
constexpr int kCheckedFields[] = {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr int kCheckedArtifactFields[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
constexpr int kCheckedProblemFields[] = {1, 2, 3, 4, 5};
constexpr int kCheckedHeaderFields[] = {1, 2, 3, 4, 5, 6};

template <size_t N>
absl::Status CheckFields(std::string_view field, const google::protobuf::Message& message, const int (&checked)[N]) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const auto* one : set) {
    if (std::find(std::begin(checked), std::end(checked), one->number()) != std::end(checked)) continue;
    return Refused(absl::StrFormat("%s.%s", field, one->name()), "no scan sets it");
  }
  return absl::OkStatus();
}

constexpr std::string_view kOllama = "ollama";
constexpr std::string_view kHubSnapshot = "hub_snapshot";
constexpr size_t kRepositoryPartsMax = 8;
constexpr size_t kCommitDigits = 40;

absl::Status CheckArtifactFields(const std::string& list, const ArtifactList& artifacts) {
  for (int i = 0; i < artifacts.size(); ++i) {
    const std::string at = FieldAt(list, i);
    WB_RETURN_IF_ERROR(CheckFields(at, artifacts[i], kCheckedArtifactFields));
    WB_RETURN_IF_ERROR(CheckFields(at + ".header", artifacts[i].header(), kCheckedHeaderFields));
  }
  return absl::OkStatus();
}

absl::Status CheckAllFields(const std::string& field, const v1::Inventory& inventory) {
  WB_RETURN_IF_ERROR(CheckFields(field, inventory, kCheckedFields));
  WB_RETURN_IF_ERROR(CheckArtifactFields(field + ".artifacts", inventory.artifacts()));
  WB_RETURN_IF_ERROR(CheckArtifactFields(field + ".context_artifacts", inventory.context_artifacts()));
  for (int i = 0; i < inventory.problems_size(); ++i) {
    WB_RETURN_IF_ERROR(CheckFields(FieldAt(field + ".problems", i), inventory.problems(i), kCheckedProblemFields));
  }
  return absl::OkStatus();
}

bool IsPruned(std::string_view path) {
  return std::find(std::begin(source::kPrunedPaths), std::end(source::kPrunedPaths), path) !=
         std::end(source::kPrunedPaths);
}

// One model of a walk that saw several has a place below what was given, or others below it, which it passes over.
ScanKind KindOf(const v1::Inventory& inventory) {
  if (inventory.layout() == kOllama) return ScanKind::kOllama;
  const bool part =
      !inventory.model_path().empty() || !std::all_of(inventory.ignored().begin(), inventory.ignored().end(), IsPruned);
  return part ? ScanKind::kPart : ScanKind::kWhole;
}

absl::Status CheckName(const std::string& at, std::string_view name) {
  if (name.empty()) return Refused(at, "has an empty part");
  if (name == "." || name == "..") return Refused(at, absl::StrFormat("\"%s\" is no name", name));
  if (name.size() > source::kMaxNameBytes)
    return Refused(at, absl::StrFormat("%d bytes, the limit is %d", name.size(), source::kMaxNameBytes));
  if (!IsPlainName(name)) return Refused(at, "holds a control character, a backslash or malformed UTF-8");
  return absl::OkStatus();
}

absl::Status CheckLayout(const std::string& field, const v1::Inventory& inventory) {
  const std::string& layout = inventory.layout();
  const bool named = !inventory.repository().empty();
  bool fits = false;
  if (layout == "directory") fits = !inventory.single_file() && (!named || !inventory.source_url().empty());
  if (layout == "file") fits = inventory.single_file() && (!named || !inventory.source_url().empty());
  if (layout == kHubSnapshot) fits = named;
  if (layout == kOllama) fits = !inventory.single_file();
  if (fits) return absl::OkStatus();
  return Refused(field + ".layout", "is no layout that a scan finds for such an inventory");
}

// Both or neither: who names the one names the other.
absl::Status CheckRepository(const std::string& field, const v1::Inventory& inventory) {
  const std::string_view repository = inventory.repository(), revision = inventory.revision();
  if (repository.empty() != revision.empty()) {
    return Refused(field + ".revision", "repository and revision stand together");
  }
  if (repository.empty()) return absl::OkStatus();
  size_t parts = 0;
  for (size_t begin = 0; begin <= repository.size(); ++parts) {
    const size_t end = std::min(repository.find('/', begin), repository.size());
    WB_RETURN_IF_ERROR(CheckName(field + ".repository", repository.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (parts > (inventory.layout() == kOllama ? kRepositoryPartsMax : 2)) {
    return Refused(field + ".repository", "is neither ORG/NAME nor NAME");
  }
  // What a layout does not show can only have come from what the user says.
  if (inventory.layout() != kHubSnapshot && inventory.layout() != kOllama) {
    v1::Inventory said;
    AddSource(inventory.source_url(), said);
    if (said.repository() == repository && said.revision() == revision) return absl::OkStatus();
    return Refused(field + ".repository", "is not what the source says");
  }
  if (revision.find('/') != std::string_view::npos) return Refused(field + ".revision", "holds a slash");
  return CheckName(field + ".revision", revision);
}

absl::Status CheckOrigin(const std::string& field, const v1::Inventory& inventory) {
  if (!inventory.source_url().empty() && !CheckSource(inventory.source_url()).ok()) {
    return Refused(field + ".source_url", "is neither URL@REV nor ORG/NAME@REV");
  }
  WB_RETURN_IF_ERROR(CheckLayout(field, inventory));
  WB_RETURN_IF_ERROR(CheckRepository(field, inventory));
  if (!inventory.model_path().empty()) {
    if (const std::string why = WhyNoModelPath(inventory.model_path()); !why.empty()) {
      return Refused(field + ".model_path", why);
    }
  }
  if (!inventory.base_digest().empty() && !IsSha256Hex(inventory.base_digest())) {
    return Refused(field + ".base_digest", "is not 64 lower-case hexadecimal digits");
  }
  const std::string list = field + ".download_revisions";
  if (static_cast<size_t>(inventory.download_revisions_size()) > source::kMaxDownloadRevisions) {
    return Refused(list, absl::StrFormat("%d commits, the limit is %d", inventory.download_revisions_size(),
                                         source::kMaxDownloadRevisions));
  }
  for (int i = 0; i < inventory.download_revisions_size(); ++i) {
    const std::string& commit = inventory.download_revisions(i);
    if (commit.size() != kCommitDigits || commit.find_first_not_of("0123456789abcdef") != std::string::npos) {
      return Refused(FieldAt(list, i), "is not 40 lower-case hexadecimal digits");
    }
    if (i > 0 && commit <= inventory.download_revisions(i - 1)) return Refused(FieldAt(list, i), "is not in order");
  }
  const auto& ignored = inventory.ignored();
  if (inventory.download_revisions_size() > 0 &&
      std::find(ignored.begin(), ignored.end(), ".cache/huggingface") == ignored.end()) {
    return Refused(list, "notes of a download lie in .cache/huggingface, which is not listed as passed over");
  }
  return absl::OkStatus();
}

// What a scan passes over: its own folders, those of version control, and other models of the same walk.
absl::Status CheckIgnored(const std::string& list, const v1::Inventory& inventory) {
  for (int i = 0; i < inventory.ignored_size(); ++i) {
    const std::string& path = inventory.ignored(i);
    if (inventory.single_file()) return Refused(FieldAt(list, i), "beside a single file nothing is passed over");
    if (const std::string why = WhyNoModelPath(path); !why.empty()) return Refused(FieldAt(list, i), why);
    if (i > 0 && path <= inventory.ignored(i - 1)) return Refused(FieldAt(list, i), "is not in order");
    // In order, so what it holds stands together.
    for (const std::string& from : {path, path + "/"}) {
      const auto& artifacts = inventory.artifacts();
      const auto first = std::lower_bound(artifacts.begin(), artifacts.end(), from,
                                          [](const auto& one, const std::string& bound) { return one.path() < bound; });
      if (first == artifacts.end()) continue;
      if (first->path() == path || first->path().rfind(path + "/", 0) == 0) {
        return Refused(FieldAt(list, i), "is an artifact, or holds one");
      }
    }
  }
  return absl::OkStatus();
}

// An empty folder is an inventory with nothing in it; where files are missing something must say why.
absl::Status CheckWhyEmpty(const std::string& field, const v1::Inventory& inventory) {
  if (inventory.artifacts_size() > 0) return absl::OkStatus();
  const bool blocked = std::any_of(inventory.problems().begin(), inventory.problems().end(),
                                   [](const auto& problem) { return problem.blocks(); });
  const bool bare = inventory.problems_size() == 0 && inventory.ignored_size() == 0 && !inventory.single_file() &&
                    inventory.layout() == "directory";
  if (blocked || bare) return absl::OkStatus();
  return Refused(field + ".artifacts", "no file, and no problem that explains why");
}

absl::Status CheckScalars(const std::string& field, const v1::Inventory& inventory) {
  if (inventory.schema_version() != kInventorySchemaVersion) {
    return Refused(field + ".schema_version", absl::StrFormat("is %d, this version reads %d",
                                                              inventory.schema_version(), kInventorySchemaVersion));
  }
  if (inventory.single_file() && inventory.artifacts_size() > 1) {
    return Refused(field + ".artifacts", absl::StrFormat("%d artifacts of a single file", inventory.artifacts_size()));
  }
  return CheckOrigin(field, inventory);
}

// What may speak for a model from outside: the documents of a folder that the user names beside a single file, or of
// the folders above one model of several.
absl::Status CheckContext(const std::string& field, const v1::Inventory& inventory, ScanKind kind,
                          const provenance::DocumentBytes& documents, std::set<std::string, std::less<>>& used) {
  const bool may = inventory.single_file() || kind == ScanKind::kPart;
  for (int i = 0; i < inventory.problems_size(); ++i) {
    if (inventory.problems(i).of_context() && !may) {
      return Refused(FieldAt(field + ".problems", i, "of_context"), "there is no context");
    }
  }
  const std::string list = field + ".context_artifacts";
  if (inventory.context_artifacts_size() > 0 && !may) return Refused(list, "a folder brings its own documents");
  WB_RETURN_IF_ERROR(CheckArtifactPaths(list, inventory.context_artifacts(), {}, /*single_file=*/false));
  WB_RETURN_IF_ERROR(CheckArtifacts(list, inventory.context_artifacts()));
  for (int i = 0; i < inventory.context_artifacts_size(); ++i) {
    const v1::InventoryArtifact& one = inventory.context_artifacts(i);
    if (!SpeaksFromOutside(one) || one.has_header())
      return Refused(FieldAt(list, i), "nothing that could speak for a model");
  }
  return CheckArtifactDocuments(list, inventory.context_artifacts(), RolesBy::kName, kDocumentsBytesMax, documents,
                                used);
}

// Each document is what its digest says, somebody refers to it, and all together are as many bytes as a scan keeps.
absl::Status CheckDocuments(const provenance::DocumentBytes& documents,
                            const std::set<std::string, std::less<>>& used) {
  size_t bytes = 0;
  size_t index = 0;
  for (const auto& [digest, document] : documents) {
    const std::string at = FieldAt("documents", index++);
    if (used.count(digest) == 0) return Refused(at, "no artifact refers to this document");
    bytes += document.size();
    if (bytes > kInventoryDocumentsBytesMax)
      return Refused("documents", absl::StrFormat("more than %d bytes together", kInventoryDocumentsBytesMax));
    if (Sha256Hex(document) != digest)
      return Refused(at, "the bytes do not have the digest under which they were sent");
  }
  return absl::OkStatus();
}

// Everything but the documents that nobody refers to.
absl::Status CheckOne(const std::string& field, const v1::Inventory& inventory,
                      const provenance::DocumentBytes& documents, std::set<std::string, std::less<>>& used) {
  const ScanKind kind = KindOf(inventory);
  WB_RETURN_IF_ERROR(CheckAllFields(field, inventory));
  WB_RETURN_IF_ERROR(CheckScalars(field, inventory));
  const std::string list = field + ".artifacts";
  WB_RETURN_IF_ERROR(CheckArtifactPaths(list, inventory.artifacts(), inventory.ignored(), inventory.single_file()));
  WB_RETURN_IF_ERROR(CheckIgnored(field + ".ignored", inventory));
  const RolesBy roles = kind == ScanKind::kOllama ? RolesBy::kManifest : RolesBy::kName;
  WB_RETURN_IF_ERROR(CheckArtifacts(list, inventory.artifacts(), roles));
  // Of one model of several, the others may have had everything.
  const size_t unlisted = kind == ScanKind::kWhole
                              ? std::min(FilesLeftOut(inventory), kDocumentsBytesMax / source::kMaxDocumentBytes) *
                                    source::kMaxDocumentBytes
                              : kDocumentsBytesMax;
  WB_RETURN_IF_ERROR(CheckArtifactDocuments(list, inventory.artifacts(), roles, unlisted, documents, used));
  WB_RETURN_IF_ERROR(CheckContext(field, inventory, kind, documents, used));
  WB_RETURN_IF_ERROR(CheckProblems(field, inventory, documents, kind));
  return CheckWhyEmpty(field, inventory);
}

// A base is a model by itself: what is said of the model beside its files is not said of it.
absl::Status CheckBase(const std::string& field, const v1::Inventory& inventory,
                       const provenance::DocumentBytes& documents, std::set<std::string, std::less<>>& used) {
  if (!inventory.has_base()) return absl::OkStatus();
  const std::string at = field + ".base";
  const v1::Inventory& base = inventory.base();
  if (!inventory.base_digest().empty())
    return Refused(field + ".base_digest", "stands instead of a base, not beside one");
  if (base.has_base()) return Refused(at + ".base", "a base has no base here");
  if (!base.base_digest().empty()) return Refused(at + ".base_digest", "a base has no base here");
  if (!base.source_url().empty()) return Refused(at + ".source_url", "is said of the model alone");
  for (int i = 0; i < base.ignored_size(); ++i) {
    if (!IsPruned(base.ignored(i))) return Refused(FieldAt(at + ".ignored", i), "a base is one model by itself");
  }
  if (!base.model_path().empty()) return Refused(at + ".model_path", "a base is given by itself");
  if (base.context_artifacts_size() > 0) return Refused(at + ".context_artifacts", "a base has no context");
  for (int i = 0; i < base.problems_size(); ++i) {
    if (base.problems(i).of_context())
      return Refused(FieldAt(at + ".problems", i, "of_context"), "there is no context");
  }
  return CheckOne(at, base, documents, used);
}

}  // namespace

absl::Status CheckInventory(const v1::Inventory& inventory, const provenance::DocumentBytes& documents) {
  const std::string field = "inventory";
  WB_RETURN_IF_ERROR(CheckMessage(field, inventory));
  std::set<std::string, std::less<>> used;
  WB_RETURN_IF_ERROR(CheckOne(field, inventory, documents, used));
  WB_RETURN_IF_ERROR(CheckBase(field, inventory, documents, used));
  return CheckDocuments(documents, used);
}

}  // namespace weighbridge::auditor
