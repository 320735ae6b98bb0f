#include "services/auditor/artifact_check.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/documents.h"
#include "services/auditor/header_check.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/sniff/sniff.h"
#include "services/source/document.h"
#include "services/source/listing.h"
#include "services/source/walk.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// The form is fixed: three lines, the digits of the size alone vary.
constexpr std::string_view kPointerBeforeSize =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:0000000000000000000000000000000000000000000000000000000000000000\n"
    "size ";

bool IsBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path[folder.size()] == '/' && path.substr(0, folder.size()) == folder;
}

bool IsPruned(std::string_view path) {
  return std::any_of(std::begin(source::kPrunedPaths), std::end(source::kPrunedPaths),
                     [&](std::string_view pruned) { return path == pruned || IsBelow(path, pruned); });
}

bool HoldsWeights(Role role) { return role == Role::kWeights || role == Role::kAdapter || role == Role::kProjector; }

// Every folder that holds one of the files, and how many there are.
class Folders {
 public:
  // False if there are more than a walk enters.
  bool AddFoldersOf(std::string_view path) {
    for (size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      // Neighbours share most folders.
      if (slash < before_.size() && before_[slash] == '/' && before_.substr(0, slash) == path.substr(0, slash))
        continue;
      folders_.insert(path.substr(0, slash));
      if (folders_.size() > source::WalkLimits().max_entries) return false;
    }
    before_ = path;
    return true;
  }

  bool Has(std::string_view path) const { return folders_.count(path) > 0; }
  size_t size() const { return folders_.size(); }

 private:
  std::set<std::string_view> folders_;
  std::string_view before_;
};

absl::Status CheckClaimed(const std::string& at, const v1::InventoryArtifact& artifact, Format format) {
  if (format != Format::kLfsPointer) return Refused(at + ".claimed", "only a git-lfs pointer claims");
  if (artifact.size() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return Refused(at + ".size", "is over what a git-lfs pointer can say");
  }
  return absl::OkStatus();
}

// Empty if a scan gives the file this role.
std::string WhyNotItsRole(const v1::InventoryArtifact& artifact, Role role, Format format, RolesBy roles) {
  const Role due = RoleOf(artifact.path(), format == Format::kLfsPointer ? "" : artifact.format());
  if (roles == RolesBy::kName) {
    if (role == due) return "";
    return absl::StrFormat("is %s, a file of this name and format is %s", artifact.role(), RoleName(due));
  }
  if (!BlobDigest(artifact.path()).has_value()) {
    return role == Role::kOther ? "" : "is not that of a manifest";
  }
  // Trained numbers are weights of some kind whatever a manifest calls them.
  if (formats::IsWeights(format) && !HoldsWeights(role)) return "trained numbers are weights, adapter or projector";
  switch (role) {
    case Role::kWeights:
    case Role::kAdapter:
    case Role::kProjector:
    case Role::kConfig:
    case Role::kLicenseText:
    case Role::kCode:
    case Role::kArchive:
    case Role::kOther:
      return "";
    case Role::kIndex:
    case Role::kTokenizer:
    case Role::kCard:
    case Role::kNotice:
    case Role::kUsePolicy:
    case Role::kSignature:
      break;
  }
  return "a manifest gives no file this role";
}

absl::Status CheckArtifact(const std::string& at, const v1::InventoryArtifact& artifact, RolesBy roles) {
  const std::optional<Format> format = formats::FormatFromName(artifact.format());
  if (!format.has_value()) return Refused(at + ".format", "no format that a scan knows");
  const std::optional<Role> role = RoleFromName(artifact.role());
  if (!role.has_value()) return Refused(at + ".role", "no role of an artifact");
  if (roles == RolesBy::kManifest && !BlobDigest(artifact.path()).has_value() &&
      artifact.path().rfind("manifests/", 0) != 0) {
    return Refused(at + ".path", "is neither a manifest nor a blob");
  }
  if (const std::string why = WhyNotItsRole(artifact, *role, *format, roles); !why.empty()) {
    return Refused(at + ".role", why);
  }
  if (!IsSha256Hex(artifact.sha256())) return Refused(at + ".sha256", "is not 64 lower-case hexadecimal digits");
  if (artifact.known()) return Refused(at + ".known", "is not for a client to say");
  if (artifact.claimed()) {
    WB_RETURN_IF_ERROR(CheckClaimed(at, artifact, *format));
  } else if (artifact.size() > source::WalkLimits().max_file_bytes) {
    return Refused(at + ".size",
                   absl::StrFormat("%d bytes, the limit is %d", artifact.size(), source::WalkLimits().max_file_bytes));
  }
  if (!artifact.claimed() && (artifact.size() == 0) != (*format == Format::kEmpty)) {
    return Refused(at + ".format", "is \"empty\" exactly for a file without bytes");
  }
  if (!artifact.has_header()) return absl::OkStatus();
  if (!HoldsWeights(*role) || !formats::IsParsable(*format))
    return Refused(at + ".header", "a scan reads no header of such a file");
  return CheckWeightsHeader(at + ".header", artifact.header(), *format, artifact.size());
}

// What a scan keeps of one document, in bytes.
struct Kept {
  size_t least = 0;
  size_t most = 0;
};

absl::Status CheckDocument(const std::string& at, const v1::InventoryArtifact& artifact, Kept kept,
                           const provenance::DocumentBytes& documents) {
  const std::string digest_at = at + ".document_sha256", cut_at = at + ".document_truncated";
  if (!IsSha256Hex(artifact.document_sha256())) return Refused(digest_at, "is not 64 lower-case hexadecimal digits");
  const auto found = documents.find(artifact.document_sha256());
  if (found == documents.end()) return Refused(digest_at, "the document is not there");
  const std::string& bytes = found->second;
  if (artifact.document_truncated()) {
    if (bytes.size() >= artifact.size()) return Refused(cut_at, "nothing of the file is left out");
    if (bytes.size() > kept.most || bytes.size() < kept.least) {
      return Refused(cut_at, absl::StrFormat("%d bytes are kept, a scan keeps %d", bytes.size(), kept.most));
    }
  } else {
    if (artifact.size() > kept.most) {
      return Refused(cut_at, absl::StrFormat("a scan keeps %d of %d bytes", kept.most, artifact.size()));
    }
    if (artifact.document_sha256() != artifact.sha256())
      return Refused(digest_at, "is not the digest of the file, which is kept whole");
    if (bytes.size() != artifact.size()) {
      return Refused(at + ".size", absl::StrFormat("is %d, the document has %d bytes", artifact.size(), bytes.size()));
    }
  }
  // The bytes are here, so what they are is no matter of trust.
  const std::string_view head = std::string_view(bytes).substr(0, formats::kSniffBytes);
  if (head.size() < std::min<uint64_t>(artifact.size(), formats::kSniffBytes)) return absl::OkStatus();
  const Format measured = formats::Sniff(head, artifact.size(), provenance::BaseNameOf(artifact.path()));
  if (formats::FormatName(measured) != artifact.format()) {
    return Refused(at + ".format",
                   absl::StrFormat("is %s, the document is %s", artifact.format(), formats::FormatName(measured)));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string_view> BlobDigest(std::string_view path) {
  constexpr std::string_view kStart = "blobs/sha256-";
  if (path.substr(0, kStart.size()) != kStart || !IsSha256Hex(path.substr(kStart.size()))) return std::nullopt;
  return path.substr(kStart.size());
}

bool IsSha256Hex(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

uint64_t PointerFileBytes(uint64_t size) { return kPointerBeforeSize.size() + absl::StrFormat("%d\n", size).size(); }

std::string WhyNoModelPath(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > source::kMaxPathBytes)
    return absl::StrFormat("%d bytes, the limit is %d", path.size(), source::kMaxPathBytes);
  if (!IsPlainName(path)) return "holds a control character, a backslash or malformed UTF-8";
  if (path == "-") return "\"-\" is no name that a digest can have";
  int parts = 0;
  for (size_t begin = 0; begin <= path.size(); ++parts) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty()) return "a plain path has no empty part";
    if (part == "." || part == "..") return absl::StrFormat("\"%s\" is no part of a plain path", part);
    if (part.size() > source::kMaxNameBytes) {
      return absl::StrFormat("a part of %d bytes, the limit is %d", part.size(), source::kMaxNameBytes);
    }
    begin = end + 1;
  }
  if (parts - 1 > source::WalkLimits().max_depth) {
    return absl::StrFormat("%d folders deep, the limit is %d", parts - 1, source::WalkLimits().max_depth);
  }
  return "";
}

absl::Status CheckArtifactPaths(std::string_view list, const ArtifactList& artifacts,
                                const google::protobuf::RepeatedPtrField<std::string>& ignored, bool single_file) {
  const source::WalkLimits limits;
  if (static_cast<size_t>(artifacts.size()) > limits.max_entries) {
    return Refused(list, absl::StrFormat("%d artifacts, the limit is %d", artifacts.size(), limits.max_entries));
  }
  size_t bytes = 0;
  Folders folders;
  for (const std::string& path : ignored) folders.AddFoldersOf(path);
  for (int i = 0; i < artifacts.size(); ++i) {
    const std::string& path = artifacts[i].path();
    const std::string at = FieldAt(list, i, "path");
    if (const std::string why = WhyNoModelPath(path); !why.empty()) return Refused(at, why);
    if (single_file && path.find('/') != std::string::npos)
      return Refused(at, "a single file is listed by its base name");
    if (!single_file && IsPruned(path)) return Refused(at, "lies in a folder that a scan passes over");
    if (i > 0 && path == artifacts[i - 1].path()) return Refused(at, "the same path stands there before");
    if (i > 0 && path < artifacts[i - 1].path()) return Refused(at, "paths are not in bytewise order");
    bytes += path.size();
    if (bytes > limits.max_path_bytes_total) {
      return Refused(list, absl::StrFormat("paths of more than %d bytes together", limits.max_path_bytes_total));
    }
    if (!folders.AddFoldersOf(path) || folders.size() + artifacts.size() > limits.max_entries) {
      return Refused(list, absl::StrFormat("more than %d files and folders", limits.max_entries));
    }
  }
  for (int i = 0; i < artifacts.size(); ++i) {
    if (folders.Has(artifacts[i].path()))
      return Refused(FieldAt(list, i, "path"), "is also the folder of another file");
  }
  return absl::OkStatus();
}

absl::Status CheckArtifacts(std::string_view list, const ArtifactList& artifacts, RolesBy roles) {
  for (int i = 0; i < artifacts.size(); ++i) WB_RETURN_IF_ERROR(CheckArtifact(FieldAt(list, i), artifacts[i], roles));
  return absl::OkStatus();
}

absl::Status CheckArtifactDocuments(std::string_view list, const ArtifactList& artifacts, RolesBy roles,
                                    size_t unlisted_bytes, const provenance::DocumentBytes& documents,
                                    std::set<std::string, std::less<>>& used) {
  std::vector<NamedFile> files;
  files.reserve(artifacts.size());
  for (const v1::InventoryArtifact& one : artifacts) {
    files.push_back({one.path(), RoleOf(one.path(), ""), one.claimed() ? PointerFileBytes(one.size()) : one.size()});
  }
  std::vector<size_t> least = DocumentAllowances(files, unlisted_bytes);
  std::vector<size_t> most = DocumentAllowances(files);
  if (roles == RolesBy::kManifest) {  // names say nothing of what a blob is for
    least.assign(files.size(), 0);
    most.assign(files.size(), source::kMaxDocumentBytes);
  }
  for (int i = 0; i < artifacts.size(); ++i) {
    const v1::InventoryArtifact& one = artifacts[i];
    const std::string at = FieldAt(list, i);
    const bool due = IsDocument(one.path(), *RoleFromName(one.role()), *formats::FormatFromName(one.format()));
    if (!due) {
      if (!one.document_sha256().empty())
        return Refused(at + ".document_sha256", "a scan keeps no document of such a file");
      if (one.document_truncated()) return Refused(at + ".document_truncated", "there is no document");
      continue;
    }
    if (one.document_sha256().empty()) return Refused(at + ".document_sha256", "the document is missing");
    WB_RETURN_IF_ERROR(CheckDocument(at, one, {least[i], most[i]}, documents));
    used.insert(one.document_sha256());
  }
  return absl::OkStatus();
}

}  // namespace weighbridge::auditor
