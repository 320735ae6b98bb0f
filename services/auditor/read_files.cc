#include "services/auditor/read_files.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/formats/sniff/sniff.h"
#include "services/source/document.h"
#include "services/source/peekable_source.h"
#include "services/types/role_of.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

bool HoldsWeights(Role role) { return role == Role::kWeights || role == Role::kAdapter || role == Role::kProjector; }

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

std::vector<size_t> AllowancesOf(const source::Listing& listing, const RoleOfFile& role_of) {
  std::vector<NamedFile> files;
  files.reserve(listing.files.size());
  for (const source::FileEntry& file : listing.files) files.push_back({file.path, role_of(file, ""), file.size()});
  return DocumentAllowances(files);
}

// Reads files as they are visited, from several threads.
class Reader {
 public:
  Reader(const source::Listing& listing, const RoleOfFile& role_of)
      : notes_(listing.files.size()), allowances_(AllowancesOf(listing, role_of)), role_of_(role_of) {}

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
    notes.role = role_of_(file, formats::FormatName(notes.format));
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
    } else if (IsDocument(file.path, notes.role, notes.format)) {
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
    notes.role = role_of_(file, "");
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
  const RoleOfFile& role_of_;
};

void AddProblemsOfFile(const source::FileEntry& file, const FileNotes& notes, v1::Inventory& inventory) {
  const std::string_view format = formats::FormatName(notes.format);
  if (!notes.parse.ok()) {
    *inventory.add_problems() =
        MakeProblem("file.malformed", file.path,
                    absl::StrFormat("not a readable %s file: %s", format, notes.parse.message()), true);
  }
  const std::string_view base = provenance::BaseNameOf(file.path);
  if (!notes.pointer.has_value() && formats::NameSaysWeights(base) && !formats::IsWeights(notes.format) &&
      notes.parse.ok()) {
    *inventory.add_problems() =
        MakeProblem("file.content_mismatch", file.path,
                    absl::StrFormat("the suffix says weights, the content is %s", format), true);
  }
  if (notes.weights.has_value() && !notes.weights->problem.empty()) {
    *inventory.add_problems() = MakeProblem("file.format_unsupported", file.path, notes.weights->problem, true);
  }
  if (notes.weights.has_value() && !notes.weights->note.empty()) {
    *inventory.add_problems() = MakeProblem("file.note", file.path, notes.weights->note, false);
  }
  for (const Format other : notes.also) {
    *inventory.add_problems() = MakeProblem(
        "file.malformed", file.path,
        absl::StrFormat("a polyglot: %s that other readers take for %s", format, formats::FormatName(other)), true);
  }
}

}  // namespace

Role RoleByName(const source::FileEntry& file, std::string_view format) { return RoleOf(file.path, format); }

absl::StatusOr<FilesRead> ReadFiles(const source::Root& root, const source::Listing& listing, const RoleOfFile& role_of,
                                    const source::ReadOptions& options) {
  FilesRead read;
  Reader reader(listing, role_of);
  read.results = source::ReadAll(
      root, listing,
      [&](size_t index, const source::FileEntry& file, formats::ByteSource& source) {
        reader.Visit(index, file, source);
      },
      options);
  if (options.cancelled != nullptr && *options.cancelled) return absl::CancelledError("interrupted");
  read.notes = reader.Take();
  return read;
}

void AddFile(const source::FileEntry& file, const source::FileResult& result, FileNotes notes, v1::Inventory& inventory,
             provenance::DocumentBytes& documents) {
  if (!result.status.ok()) {
    const bool changed = result.status.code() == absl::StatusCode::kAborted;
    *inventory.add_problems() = MakeProblem(changed ? "file.changed" : "file.unreadable", file.path,
                                            std::string(result.status.message()), true);
    return;
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
}

void AddFiles(const source::Listing& listing, FilesRead read, v1::Inventory& inventory,
              provenance::DocumentBytes& documents) {
  ShardCheck shards;
  for (size_t i = 0; i < listing.files.size(); ++i) {
    const source::FileEntry& file = listing.files[i];
    FileNotes& notes = read.notes[i];
    if (notes.index != nullptr) shards.AddIndex(file.path, notes.index);
    if (notes.weights.has_value()) shards.AddWeights(file.path, *notes.weights);
    AddFile(file, read.results[i], std::move(notes), inventory, documents);
  }
  for (v1::InventoryProblem& problem : shards.Problems()) *inventory.add_problems() = std::move(problem);
}

void AddListing(const source::Listing& listing, v1::Inventory& inventory) {
  if (listing.hub.has_value()) {
    inventory.set_repository(listing.hub->repository);
    inventory.set_revision(listing.hub->revision);
  }
  for (const std::string& path : listing.ignored) inventory.add_ignored(path);
  for (const std::string& revision : listing.download_revisions) inventory.add_download_revisions(revision);
  for (const source::Problem& problem : listing.problems) *inventory.add_problems() = MakeProblem(problem);
  if (listing.problems_omitted > 0) {
    *inventory.add_problems() =
        MakeProblem("file.limit", "", absl::StrFormat("%d further problems are not listed", listing.problems_omitted),
                    listing.blocked);
  }
}

v1::InventoryProblem MakeProblem(std::string_view rule, std::string_view path, std::string_view message, bool blocks) {
  v1::InventoryProblem problem;
  problem.set_rule_id(std::string(rule));
  problem.set_path(Printable(path));
  problem.set_message(Printable(message.substr(0, kProblemMessageBytesMax)));
  problem.set_blocks(blocks);
  return problem;
}

v1::InventoryProblem MakeProblem(const source::Problem& found) {
  v1::InventoryProblem problem;
  problem.set_rule_id(std::string(RuleOf(found.kind)));
  problem.set_path(found.path);  // printable already
  problem.set_message(found.message);
  problem.set_blocks(source::IsBlocking(found.kind));
  return problem;
}

}  // namespace weighbridge::auditor
