#include "services/auditor/inventory_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "services/auditor/artifact_check.h"
#include "services/auditor/documents.h"
#include "services/auditor/message_check.h"
#include "services/auditor/problem_check.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/source/listing.h"

namespace weighbridge::auditor {
namespace {

// Fields that are looked at below. A new one is refused until it is checked.
constexpr int kCheckedFields[] = {1, 3, 4, 5, 6, 7, 8};
constexpr int kCheckedArtifactFields[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
constexpr int kCheckedProblemFields[] = {1, 2, 3, 4};
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

absl::Status CheckAllFields(const std::string& field, const v1::Inventory& inventory) {
  WB_RETURN_IF_ERROR(CheckMessage(field, inventory));
  WB_RETURN_IF_ERROR(CheckFields(field, inventory, kCheckedFields));
  for (int i = 0; i < inventory.artifacts_size(); ++i) {
    const std::string at = FieldAt(field + ".artifacts", i);
    WB_RETURN_IF_ERROR(CheckFields(at, inventory.artifacts(i), kCheckedArtifactFields));
    WB_RETURN_IF_ERROR(CheckFields(at + ".header", inventory.artifacts(i).header(), kCheckedHeaderFields));
  }
  for (int i = 0; i < inventory.problems_size(); ++i) {
    WB_RETURN_IF_ERROR(CheckFields(FieldAt(field + ".problems", i), inventory.problems(i), kCheckedProblemFields));
  }
  return absl::OkStatus();
}

absl::Status CheckName(const std::string& at, std::string_view name) {
  if (name.empty()) return Refused(at, "has an empty part");
  if (name == "." || name == "..") return Refused(at, absl::StrFormat("\"%s\" is no name", name));
  if (name.size() > source::kMaxNameBytes)
    return Refused(at, absl::StrFormat("%d bytes, the limit is %d", name.size(), source::kMaxNameBytes));
  if (!IsPlainName(name)) return Refused(at, "holds a control character, a backslash or malformed UTF-8");
  return absl::OkStatus();
}

// Both or neither: a hub cache names them together.
absl::Status CheckHub(const std::string& field, const v1::Inventory& inventory) {
  const std::string_view repository = inventory.repository(), revision = inventory.revision();
  if (repository.empty() != revision.empty())
    return Refused(field + ".revision", "repository and revision stand together");
  if (repository.empty()) return absl::OkStatus();
  const std::string at = field + ".repository";
  const size_t slash = repository.find('/');
  WB_RETURN_IF_ERROR(CheckName(at, repository.substr(0, slash)));
  if (slash != std::string_view::npos) {
    const std::string_view name = repository.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) return Refused(at, "is neither ORG/NAME nor NAME");
    WB_RETURN_IF_ERROR(CheckName(at, name));
  }
  if (revision.find('/') != std::string_view::npos) return Refused(field + ".revision", "holds a slash");
  return CheckName(field + ".revision", revision);
}

absl::Status CheckIgnored(const std::string& list, const v1::Inventory& inventory) {
  static constexpr std::string_view kPaths[] = {".cache/huggingface", ".git", ".weighbridge"};
  size_t next = 0;
  for (int i = 0; i < inventory.ignored_size(); ++i) {
    if (inventory.single_file()) return Refused(FieldAt(list, i), "beside a single file nothing is passed over");
    while (next < 3 && inventory.ignored(i) != kPaths[next]) ++next;
    if (next++ >= 3)
      return Refused(FieldAt(list, i),
                     "a scan passes over .cache/huggingface, .git and .weighbridge, and lists them once in this order");
  }
  return absl::OkStatus();
}

// An empty folder is an inventory with nothing in it; where files are missing something must say why.
absl::Status CheckWhyEmpty(const std::string& field, const v1::Inventory& inventory) {
  if (inventory.artifacts_size() > 0) return absl::OkStatus();
  const bool blocked = std::any_of(inventory.problems().begin(), inventory.problems().end(),
                                   [](const auto& problem) { return problem.blocks(); });
  const bool bare = inventory.problems_size() == 0 && inventory.ignored_size() == 0 && inventory.repository().empty() &&
                    !inventory.single_file();
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
  WB_RETURN_IF_ERROR(CheckHub(field, inventory));
  return CheckIgnored(field + ".ignored", inventory);
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
    if (bytes > kDocumentsBytesMax)
      return Refused("documents", absl::StrFormat("more than %d bytes together", kDocumentsBytesMax));
    if (Sha256Hex(document) != digest)
      return Refused(at, "the bytes do not have the digest under which they were sent");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInventory(const v1::Inventory& inventory, const provenance::DocumentBytes& documents) {
  const std::string field = "inventory";
  WB_RETURN_IF_ERROR(CheckAllFields(field, inventory));
  WB_RETURN_IF_ERROR(CheckScalars(field, inventory));
  const std::string list = field + ".artifacts";
  WB_RETURN_IF_ERROR(CheckArtifactPaths(list, inventory.artifacts(), inventory.ignored(), inventory.single_file()));
  WB_RETURN_IF_ERROR(CheckArtifacts(list, inventory.artifacts()));
  std::set<std::string, std::less<>> used;
  WB_RETURN_IF_ERROR(CheckArtifactDocuments(list, inventory.artifacts(), !LeavesFilesOut(inventory), documents, used));
  WB_RETURN_IF_ERROR(CheckDocuments(documents, used));
  WB_RETURN_IF_ERROR(CheckProblems(field, inventory, documents));
  return CheckWhyEmpty(field, inventory);
}

}  // namespace weighbridge::auditor
