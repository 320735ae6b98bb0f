#include "services/auditor/collect.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/documents.h"
#include "services/auditor/shards.h"
#include "services/auditor/weights_header.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/formats/index/shard_index.h"
#include "services/formats/lfs_pointer/lfs_pointer.h"
#include "services/formats/sniff/sniff.h"
#include "services/source/document.h"
#include "services/source/peekable_source.h"
#include "services/source/root.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// What one thread learned of one file.
struct FileNotes {
  Format format = Format::kUnknownBinary;
  Role role = Role::kOther;
  std::optional<ParsedWeights> weights;
  std::optional<formats::LfsPointer> pointer;
  std::shared_ptr<const formats::ShardIndex> index;
  absl::Status parse = absl::OkStatus();
  std::string document;
  bool is_document = false;
  bool document_truncated = false;
  std::vector<Format> also;
};

bool HoldsWeights(Role role) { return role == Role::kWeights || role == Role::kAdapter || role == Role::kProjector; }

v1::InventoryProblem Problem(std::string_view rule, std::string_view path, std::string message, bool blocks) {
  v1::InventoryProblem problem;
  problem.set_rule_id(std::string(rule));
  problem.set_path(Printable(path));
  problem.set_message(Printable(std::string_view(message).substr(0, kProblemMessageBytesMax)));
  problem.set_blocks(blocks);
  return problem;
}

std::string_view RuleOf(source::ProblemKind kind) {
  using Kind = source::ProblemKind;
  switch (kind) {
    case Kind::kLinkLeavesRoot:
    case Kind::kLinkDangling:
    case Kind::kLinkLoop:
      return "file.unsafe_link";
    case Kind::kFifo:
    case Kind::kSocket:
    case Kind::kDevice:
      return "file.special";
    case Kind::kUnreadable:
      return "file.unreadable";
    case Kind::kBadName:
      return "file.bad_name";
    case Kind::kNameTooLong:
    case Kind::kTooDeep:
    case Kind::kTooLarge:
    case Kind::kTooMany:
      return "file.limit";
    case Kind::kSeveralModels:
      return "file.several_models";
    case Kind::kMountCrossing:
    case Kind::kHardLink:
    case Kind::kCaseCollision:
    case Kind::kNormalizationTwin:
    case Kind::kBidiName:
      return "file.note";
  }
  return "file.unreadable";
}

std::vector<size_t> AllowancesOf(const source::Listing& listing) {
  std::vector<NamedSize> files;
  files.reserve(listing.files.size());
  for (const source::FileEntry& file : listing.files) files.push_back({file.path, file.size()});
  return DocumentAllowances(files);
}

// Reads files as they are visited, from several threads.
class Reader {
 public:
  explicit Reader(const source::Listing& listing) : notes_(listing.files.size()), allowances_(AllowancesOf(listing)) {}

  void Visit(size_t index, const source::FileEntry& file, formats::ByteSource& inner) {
    FileNotes& notes = notes_[index];
    source::PeekableSource source(inner, formats::kSniffTailBytes);
    const absl::StatusOr<std::string_view> first = source.Peek();
    if (!first.ok()) return;  // the read's own status says so
    const std::string_view base = provenance::BaseNameOf(file.path);
    const std::string head(first->substr(0, formats::kSniffBytes));
    notes.format = formats::Sniff(head, inner.size(), base);
    if (notes.format == Format::kLfsPointer) {
      VisitPointer(file, source, notes);
      return;
    }
    notes.role = RoleOf(file.path, formats::FormatName(notes.format));
    if (HoldsWeights(notes.role) && formats::IsParsable(notes.format)) {
      const std::lock_guard<std::mutex> lock(parse_mutex_);
      absl::StatusOr<ParsedWeights> parsed = ReadWeightsHeader(notes.format, source);
      if (parsed.ok()) {
        notes.weights = *std::move(parsed);
      } else {
        notes.parse = parsed.status();
      }
    } else if (notes.role == Role::kIndex) {
      VisitIndex(source, notes);
    } else if (IsDocument(notes.role, notes.format)) {
      ReadDocument(source, allowances_[index], notes);
    }
    if (source.Drain().ok()) notes.also = formats::AlsoLooksLike(notes.format, head, inner.size(), source.tail());
  }

  std::vector<FileNotes> Take() { return std::move(notes_); }

 private:
  // A pointer stands for the file it names; its role is that file's, as far as the name says.
  void VisitPointer(const source::FileEntry& file, formats::ByteSource& source, FileNotes& notes) {
    const absl::StatusOr<std::string> bytes = source::ReadDocument(source, formats::kLfsPointerBytesMax);
    absl::StatusOr<formats::LfsPointer> pointer =
        bytes.ok() ? formats::ParseLfsPointer(*bytes) : absl::StatusOr<formats::LfsPointer>(bytes.status());
    notes.role = RoleOf(file.path, "");
    if (pointer.ok()) {
      notes.pointer = *std::move(pointer);
    } else {
      notes.parse = pointer.status();
    }
  }

  void VisitIndex(formats::ByteSource& source, FileNotes& notes) {
    const std::lock_guard<std::mutex> lock(parse_mutex_);
    absl::StatusOr<formats::ShardIndex> index = formats::ParseShardIndex(&source);
    if (index.ok()) {
      notes.index = std::make_shared<const formats::ShardIndex>(*std::move(index));
    } else {
      notes.parse = index.status();
    }
  }

  void ReadDocument(formats::ByteSource& source, size_t allowance, FileNotes& notes) {
    notes.is_document = true;
    notes.document_truncated = source.size() > allowance;
    while (notes.document.size() < allowance) {
      const absl::StatusOr<std::string_view> block = source.NextBlock();
      if (!block.ok() || block->empty()) return;
      notes.document.append(block->substr(0, allowance - notes.document.size()));
    }
  }

  std::vector<FileNotes> notes_;
  // One header at a time: two hostile ones together would pass the memory budget. Headers are a small part of the
  // reading.
  std::mutex parse_mutex_;
  const std::vector<size_t> allowances_;
};

void AddProblemsOfFile(const source::FileEntry& file, const FileNotes& notes, v1::Inventory& inventory) {
  const std::string_view format = formats::FormatName(notes.format);
  if (!notes.parse.ok()) {
    *inventory.add_problems() =
        Problem("file.malformed", file.path,
                absl::StrFormat("not a readable %s file: %s", format, notes.parse.message()), true);
  }
  const std::string_view base = provenance::BaseNameOf(file.path);
  if (!notes.pointer.has_value() && formats::NameSaysWeights(base) && !formats::IsWeights(notes.format) &&
      notes.parse.ok()) {
    *inventory.add_problems() = Problem("file.content_mismatch", file.path,
                                        absl::StrFormat("the suffix says weights, the content is %s", format), true);
  }
  if (notes.weights.has_value() && !notes.weights->problem.empty()) {
    *inventory.add_problems() = Problem("file.format_unsupported", file.path, notes.weights->problem, true);
  }
  if (notes.weights.has_value() && !notes.weights->note.empty()) {
    *inventory.add_problems() = Problem("file.note", file.path, notes.weights->note, false);
  }
  for (const Format other : notes.also) {
    *inventory.add_problems() = Problem(
        "file.malformed", file.path,
        absl::StrFormat("a polyglot: %s that other readers take for %s", format, formats::FormatName(other)), true);
  }
}

// Fills in the artifact of one file; false if its bytes could not be read.
bool AddArtifact(const source::FileEntry& file, const source::FileResult& result, FileNotes& notes,
                 v1::Inventory& inventory, provenance::DocumentBytes& documents) {
  if (!result.status.ok()) {
    const bool changed = result.status.code() == absl::StatusCode::kAborted;
    *inventory.add_problems() =
        Problem(changed ? "file.changed" : "file.unreadable", file.path, std::string(result.status.message()), true);
    return false;
  }
  v1::InventoryArtifact& artifact = *inventory.add_artifacts();
  artifact.set_path(file.path);
  artifact.set_role(std::string(RoleName(notes.role)));
  artifact.set_format(std::string(formats::FormatName(notes.format)));
  if (notes.pointer.has_value()) {
    artifact.set_size(notes.pointer->size);
    artifact.set_sha256(notes.pointer->sha256);
    artifact.set_claimed(true);
  } else {
    artifact.set_size(file.size());
    artifact.set_sha256(result.sha256_hex);
  }
  if (notes.weights.has_value()) *artifact.mutable_header() = notes.weights->header;
  if (notes.is_document) {
    artifact.set_document_sha256(notes.document_truncated ? Sha256Hex(notes.document) : result.sha256_hex);
    artifact.set_document_truncated(notes.document_truncated);
    documents.emplace(artifact.document_sha256(), std::move(notes.document));
  }
  AddProblemsOfFile(file, notes, inventory);
  return true;
}

v1::Inventory StartInventory(const source::Root& root, const source::Listing& listing) {
  v1::Inventory inventory;
  inventory.set_schema_version(1);
  inventory.set_single_file(listing.single_file);
  if (listing.hub.has_value()) {
    inventory.set_repository(listing.hub->repository);
    inventory.set_revision(listing.hub->revision);
  }
  for (const std::string& path : listing.ignored) inventory.add_ignored(path);
  for (const source::Problem& problem : listing.problems) {
    v1::InventoryProblem& added = *inventory.add_problems();
    added = Problem(RuleOf(problem.kind), "", "", source::IsBlocking(problem.kind));
    added.set_path(problem.path);  // printable already
    added.set_message(problem.message);
  }
  if (listing.problems_omitted > 0) {
    *inventory.add_problems() =
        Problem("file.limit", "", absl::StrFormat("%d further problems are not listed", listing.problems_omitted),
                listing.blocked);
  }
  return inventory;
}

absl::StatusOr<Collected> CollectOne(const std::string& path, const CollectOptions& options) {
  absl::StatusOr<source::Root> opened = source::Root::Open(path);
  // What lies at a path is no mistake of usage: there is something, and it cannot be measured.
  if (absl::IsInvalidArgument(opened.status()) && !path.empty()) {
    return absl::FailedPreconditionError(opened.status().message());
  }
  WB_ASSIGN_OR_RETURN(const source::Root root, std::move(opened));
  absl::StatusOr<source::Listing> walked = source::Walk(root, options.limits, options.read.cancelled);
  if (walked.status().code() == absl::StatusCode::kFailedPrecondition) walked = source::Listing();  // an empty folder
  if (!walked.ok()) return walked.status();
  const source::Listing& listing = *walked;

  Reader reader(listing);
  const std::vector<source::FileResult> results = source::ReadAll(
      root, listing,
      [&](size_t index, const source::FileEntry& file, formats::ByteSource& source) {
        reader.Visit(index, file, source);
      },
      options.read);
  if (options.read.cancelled != nullptr && *options.read.cancelled) return absl::CancelledError("interrupted");

  Collected collected;
  collected.inventory = StartInventory(root, listing);
  std::vector<FileNotes> notes = reader.Take();
  ShardCheck shards;
  for (size_t i = 0; i < listing.files.size(); ++i) {
    const source::FileEntry& file = listing.files[i];
    if (notes[i].index != nullptr) shards.AddIndex(file.path, notes[i].index);
    if (notes[i].weights.has_value()) shards.AddWeights(file.path, *notes[i].weights);
    AddArtifact(file, results[i], notes[i], collected.inventory, collected.documents);
  }
  for (v1::InventoryProblem& problem : shards.Problems()) *collected.inventory.add_problems() = std::move(problem);
  return collected;
}

}  // namespace

absl::StatusOr<std::vector<Collected>> CollectModels(const CollectRequest& request) {
  try {
    if (request.recursive || !request.context.empty() || !request.base.empty() || !request.source.empty()) {
      return absl::UnimplementedError("recursive, context, base and source are for a later version");
    }
    std::vector<Collected> models;
    WB_ASSIGN_OR_RETURN(Collected collected, CollectOne(request.path, request.options));
    models.push_back(std::move(collected));
    return models;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrFormat("out of memory while scanning %s", Printable(request.path)));
  }
}

}  // namespace weighbridge::auditor
