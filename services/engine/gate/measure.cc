#include "services/engine/gate/measure.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/gguf/splits.h"
#include "services/formats/sniff/sniff.h"
#include "services/source/digest.h"
#include "services/source/hashing_source.h"
#include "services/source/root.h"
#include "services/source/walk.h"
#include "services/types/artifact.h"
#include "services/types/role_of.h"

namespace weighbridge::engine {
namespace {

using Reason = v1::RefusalReason;

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

absl::Status Unreadable(const std::string& path, const absl::Status& why) {
  if (absl::IsCancelled(why)) return why;
  const auto reason = absl::IsAborted(why) ? Reason::file_moved : Reason::file_unreadable;
  return approval::Refuse(reason, std::string(why.message()), Printable(path));
}

absl::Status CheckProblems(const source::Listing& listing) {
  for (const source::Problem& problem : listing.problems) {
    if (!source::IsBlocking(problem.kind)) continue;
    switch (problem.kind) {
      case source::ProblemKind::kLinkLeavesRoot:
      case source::ProblemKind::kLinkDangling:
      case source::ProblemKind::kLinkLoop:
      case source::ProblemKind::kFifo:
      case source::ProblemKind::kSocket:
      case source::ProblemKind::kDevice:
        return approval::Refuse(Reason::file_unsafe, absl::StrFormat("%s: %s", problem.path, problem.message),
                                problem.path);
      case source::ProblemKind::kSeveralModels:
        return approval::Refuse(Reason::model_ambiguous, problem.message, problem.path);
      default:
        return approval::Refuse(Reason::file_unreadable, absl::StrFormat("%s: %s", problem.path, problem.message),
                                problem.path);
    }
  }
  if (!listing.blocked) return absl::OkStatus();
  return approval::Refuse(Reason::file_unreadable, "the folder cannot be listed whole");
}

// One file with what its name and first bytes say.
struct Seen {
  const source::FileEntry* entry = nullptr;
  formats::Format format = formats::Format::kUnknownBinary;
  Role role = Role::kOther;
};

absl::StatusOr<Seen> LookAt(const source::Root& root, const source::FileEntry& entry) {
  absl::StatusOr<source::OpenedFile> file = root.OpenFile(entry);
  if (!file.ok()) return Unreadable(entry.path, file.status());
  std::string head(formats::kSniffBytes, '\0');
  size_t got = 0;
  while (got < head.size()) {
    const ssize_t more = pread(file->fd.get(), head.data() + got, head.size() - got, static_cast<off_t>(got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0)
      return approval::Refuse(Reason::file_unreadable, "cannot read " + Printable(entry.path), Printable(entry.path));
    if (more == 0) break;
    got += static_cast<size_t>(more);
  }
  head.resize(got);
  Seen seen;
  seen.entry = &entry;
  seen.format = formats::Sniff(head, entry.size(), BaseName(entry.path));
  seen.role = RoleOf(entry.path, formats::FormatName(seen.format));
  return seen;
}

// Files that belong together: one GGUF, or its splits. Keyed by what a user would name.
std::string GroupOf(const std::string& path) {
  const std::optional<formats::GgufSplitName> split = formats::ParseGgufSplitName(BaseName(path));
  if (!split.has_value()) return path;
  return path.substr(0, path.size() - BaseName(path).size()) + split->prefix;
}

// Which files are to be loaded: indexes into `files`, in order of their names, which is that of the splits.
absl::StatusOr<std::vector<size_t>> Choose(const std::vector<Seen>& files, const std::string& wanted) {
  std::map<std::string, std::vector<size_t>> groups;
  std::string other;
  for (size_t i = 0; i < files.size(); ++i) {
    const bool weights = files[i].role == Role::kWeights || files[i].role == Role::kAdapter;
    if (!weights) continue;
    if (files[i].format == formats::Format::kGguf) {
      groups[GroupOf(files[i].entry->path)].push_back(i);
    } else {
      other = files[i].entry->path;
    }
  }
  if (!wanted.empty()) {
    const auto chosen = groups.find(GroupOf(wanted));
    if (chosen != groups.end()) return chosen->second;
    return approval::Refuse(Reason::file_missing, absl::StrFormat("there is no GGUF %s", Printable(wanted)),
                            Printable(wanted));
  }
  if (groups.size() == 1) return groups.begin()->second;
  if (groups.empty()) {
    return approval::Refuse(
        Reason::format_unsupported,
        other.empty() ? std::string("there are no weights in GGUF")
                      : absl::StrFormat("%s is not in GGUF, the one format that this engine loads", Printable(other)),
        Printable(other));
  }
  std::string listed;
  for (const auto& [name, members] : groups) listed += (listed.empty() ? "" : ", ") + Printable(name);
  return approval::Refuse(Reason::model_ambiguous, absl::StrFormat("several weights lie there: %s", listed));
}

// A mapping of a sealed copy, which cannot shrink under it.
class Mapping {
 public:
  static absl::StatusOr<Mapping> Of(const SealedFile& file) {
    Mapping mapping;
    mapping.size_ = static_cast<size_t>(file.size);
    if (mapping.size_ == 0) return mapping;
    void* const data = mmap(nullptr, mapping.size_, PROT_READ, MAP_PRIVATE, file.fd.get(), 0);
    if (data == MAP_FAILED)
      return approval::Refuse(Reason::memory_short, "cannot map " + Printable(file.name), Printable(file.name));
    mapping.data_ = data;
    return mapping;
  }
  Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (data_ != nullptr) munmap(data_, size_);
  }
  std::string_view bytes() const { return {static_cast<const char*>(data_), data_ == nullptr ? 0 : size_}; }

 private:
  Mapping() = default;
  void* data_ = nullptr;
  size_t size_ = 0;
};

absl::Status Malformed(const std::string& name, std::string_view why) {
  return approval::Refuse(Reason::weights_malformed, absl::StrFormat("%s: %s", Printable(name), std::string(why)),
                          Printable(name));
}

// Our own parser before anybody else's.
absl::Status CheckGguf(const std::vector<SealedFile>& files) {
  std::vector<formats::GgufHeader> headers;
  for (const SealedFile& file : files) {
    WB_ASSIGN_OR_RETURN(const Mapping mapping, Mapping::Of(file));
    formats::MemorySource source(mapping.bytes(), kCopyBlockBytes);
    absl::StatusOr<formats::GgufHeader> header = formats::ParseGguf(&source);
    if (!header.ok()) return Malformed(file.name, std::string(header.status().message()));
    if (header->endian != formats::Endian::kLittle)
      return Malformed(file.name, "it is big-endian, which the engine does not read");
    if (header->unreadable_tensors > 0)
      return Malformed(file.name, "a tensor has a type that this program does not know");
    if (header->trailing_bytes.value_or(0) > 0) return Malformed(file.name, "bytes stand behind the last tensor");
    headers.push_back(*std::move(header));
  }
  const bool split = std::any_of(headers.begin(), headers.end(), formats::SaysGgufSplit) || files.size() > 1;
  if (!split)
    return headers.front().tensors.empty() ? Malformed(files.front().name, "it holds no tensor") : absl::OkStatus();
  std::vector<formats::GgufSplitPart> parts;
  for (size_t i = 0; i < files.size(); ++i) parts.push_back({BaseName(files[i].name), &headers[i]});
  const absl::Status whole = formats::CheckGgufSplits(parts);
  if (whole.ok()) return whole;
  return approval::Refuse(Reason::file_missing, std::string(whole.message()), Printable(files.front().name));
}

absl::StatusOr<std::string> HashOnly(const source::Root& root, const source::FileEntry& entry,
                                     source::BlockBuffer& buffer, const CopyOptions& options) {
  absl::StatusOr<source::OpenedFile> file = root.OpenFile(entry);
  if (!file.ok()) return Unreadable(entry.path, file.status());
  source::HashingOptions hashing;
  hashing.cancelled = options.cancelled;
  source::HashingSource source(*std::move(file), &buffer, hashing);
  const absl::StatusOr<Sha256Digest> digest = source.Finish();
  if (!digest.ok()) return Unreadable(entry.path, digest.status());
  return ToHex(*digest);
}

}  // namespace

absl::StatusOr<MeasuredModel> MeasureModel(const std::string& path, const std::string& file,
                                           const CopyOptions& options) {
  WB_ASSIGN_OR_RETURN(const source::Root root, source::Root::Open(path));
  if (root.problem().has_value()) return approval::Refuse(Reason::model_ambiguous, root.problem()->message);
  absl::StatusOr<source::Listing> listing = source::Walk(root, {}, options.cancelled);
  if (!listing.ok()) return Unreadable(path, listing.status());
  WB_RETURN_IF_ERROR(CheckProblems(*listing));
  std::vector<Seen> files;
  for (const source::FileEntry& entry : listing->files) {
    WB_ASSIGN_OR_RETURN(const Seen seen, LookAt(root, entry));
    files.push_back(seen);
  }
  WB_ASSIGN_OR_RETURN(const std::vector<size_t> chosen, Choose(files, file));

  MeasuredModel model;
  source::BlockBuffer buffer;
  std::vector<Artifact> artifacts;
  for (size_t i = 0; i < files.size(); ++i) {
    const source::FileEntry& entry = *files[i].entry;
    std::string digest;
    if (std::find(chosen.begin(), chosen.end(), i) != chosen.end()) {
      absl::StatusOr<source::OpenedFile> opened = root.OpenFile(entry);
      if (!opened.ok()) return Unreadable(entry.path, opened.status());
      WB_ASSIGN_OR_RETURN(SealedFile sealed, SealCopy(*std::move(opened), entry.path, options));
      digest = sealed.sha256;
      model.weights.push_back(std::move(sealed));
    } else {
      WB_ASSIGN_OR_RETURN(digest, HashOnly(root, entry, buffer, options));
    }
    model.artifacts.push_back({entry.path, std::string(RoleName(files[i].role)), digest});
    artifacts.push_back(
        {entry.path, files[i].role, entry.size(), digest, std::string(formats::FormatName(files[i].format)), false});
  }
  model.model_digest = source::ModelDigest(artifacts).value_or("");
  model.weights_digest = source::WeightsDigest(artifacts).value_or("");
  if (model.model_digest.empty() || model.weights_digest.empty()) {
    return approval::Refuse(Reason::file_unreadable, "the model has no digest");
  }
  WB_RETURN_IF_ERROR(CheckGguf(model.weights));
  return model;
}

}  // namespace weighbridge::engine
