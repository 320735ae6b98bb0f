#include "services/auditor/due_problems.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>

#include "services/auditor/shards.h"
#include "services/auditor/weights_header.h"
#include "services/base/utf8.h"
#include "services/formats/gguf/splits.h"
#include "services/formats/sniff/sniff.h"
#include "services/source/names.h"
#include "services/types/artifact.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;
using provenance::BaseNameOf;
using provenance::FolderOf;

constexpr std::string_view kMalformed = "file.malformed";
constexpr size_t kPolyglotsMax = 7;  // formats that AlsoLooksLike() tells

bool IsIndex(const v1::InventoryArtifact& artifact) { return artifact.role() == RoleName(Role::kIndex); }

void Add(size_t count, std::string_view rule, std::string_view path, bool must, std::vector<DueProblem>& due) {
  for (size_t i = 0; i < count; ++i) due.push_back({rule, Printable(path), must});
}

// What else the document looks like; of one that is cut the end is not known, where a zip directory may be.
void AddPolyglots(const v1::InventoryArtifact& artifact, Format format, const std::string& bytes,
                  std::vector<DueProblem>& due) {
  const std::string_view head = std::string_view(bytes).substr(0, formats::kSniffBytes);
  if (head.size() < std::min<uint64_t>(artifact.size(), formats::kSniffBytes)) {
    return Add(kPolyglotsMax, kMalformed, artifact.path(), false, due);
  }
  std::string_view tail;
  if (!artifact.document_truncated())
    tail = std::string_view(bytes).substr(bytes.size() - std::min(bytes.size(), formats::kSniffTailBytes));
  const std::vector<Format> also = formats::AlsoLooksLike(format, head, artifact.size(), tail);
  Add(also.size(), kMalformed, artifact.path(), true, due);
  const bool zip = std::find(also.begin(), also.end(), Format::kZip) != also.end();
  if (artifact.document_truncated() && !zip) Add(1, kMalformed, artifact.path(), false, due);
}

// The number under `key`; nothing if it is none, or not there once.
std::optional<uint64_t> FieldOf(const v1::WeightsHeader& header, std::string_view key) {
  std::optional<uint64_t> found;
  for (const v1::HeaderField& field : header.fields()) {
    if (field.key() != key) continue;
    if (found.has_value()) return std::nullopt;  // elements of an array
    uint64_t value = 0;
    for (const char c : field.value()) {
      if (c < '0' || c > '9' || value > UINT32_MAX) return std::nullopt;
      value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    found = value;
  }
  return found;
}

// The parts of one split GGUF model, as far as the inventory shows them.
struct GgufGroup {
  std::set<uint32_t> numbers;
  std::set<uint32_t> counts;
  std::set<uint64_t> stated;  // tensors of the whole, as the parts say
  uint64_t tensors = 0;
  bool broken = false;  // names and keys that do not agree, a part without a key

  bool whole() const {
    return !broken && counts.size() == 1 && numbers.size() == *counts.begin() && stated.size() == 1 &&
           tensors == *stated.begin();
  }
};

void AddPart(std::string_view base, const v1::WeightsHeader& header, GgufGroup& group) {
  const std::optional<formats::GgufSplitName> name = formats::ParseGgufSplitName(base);
  const std::optional<uint64_t> no = FieldOf(header, "split.no"), count = FieldOf(header, "split.count"),
                                stated = FieldOf(header, "split.tensors.count");
  if (!name.has_value() || !no.has_value() || !stated.has_value() || count != name->count || *no != name->number - 1) {
    group.broken = true;
    return;
  }
  group.broken |= !group.numbers.insert(name->number).second;
  group.counts.insert(name->count);
  group.stated.insert(*stated);
  group.tensors += header.tensor_count();
}

}  // namespace

std::vector<DueProblem> DueOfFile(const v1::InventoryArtifact& artifact, const provenance::DocumentBytes& documents) {
  std::vector<DueProblem> due;
  if (artifact.claimed()) return due;
  const std::string& path = artifact.path();
  const Format format = formats::FormatFromName(artifact.format()).value_or(Format::kUnknownBinary);
  if (format == Format::kLfsPointer) {
    Add(1, kMalformed, path, true, due);
    return due;
  }
  if (formats::IsParsable(format)) {
    if (artifact.has_header()) {
      if (format == Format::kGguf) {
        Add(1, "file.format_unsupported", path, false, due);
        Add(1, "file.note", path, false, due);
      }
    } else {
      Add(1, kMalformed, path, true, due);
    }
  } else if (IsIndex(artifact)) {
    Add(1, kMalformed, path, false, due);
  } else if (formats::NameSaysWeights(BaseNameOf(path)) && !formats::IsWeights(format)) {
    Add(1, "file.content_mismatch", path, true, due);
  }
  if (format == Format::kEmpty) return due;
  if (const auto document = documents.find(artifact.document_sha256()); document != documents.end()) {
    AddPolyglots(artifact, format, document->second, due);
  } else {
    Add(kPolyglotsMax, kMalformed, path, false, due);
  }
  return due;
}

std::vector<DueProblem> DueOfShards(const v1::Inventory& inventory) {
  constexpr std::string_view kRule = "file.shard_missing";
  ShardCheck by_name;
  std::map<std::string, GgufGroup> groups;
  std::set<std::string> malformed;
  for (const v1::InventoryProblem& problem : inventory.problems()) {
    if (problem.rule_id() == kMalformed) malformed.insert(problem.path());
  }
  std::vector<DueProblem> indexes;
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    const std::string& path = artifact.path();
    if (IsIndex(artifact) && !artifact.claimed()) Add(1, kRule, path, false, indexes);
    if (!artifact.has_header()) continue;
    const std::string base(BaseNameOf(path));
    const std::string says = [&] {
      for (const v1::HeaderField& field : artifact.header().fields()) {
        if (field.key() == "split.count") return field.value();
      }
      return std::string();
    }();
    if (artifact.format() == formats::FormatName(Format::kGguf) && !says.empty() && says != "0" && says != "1") {
      const auto name = formats::ParseGgufSplitName(base);
      AddPart(base, artifact.header(),
              groups[std::string(FolderOf(path)) + "/" + (name.has_value() ? name->prefix : base)]);
    } else {
      by_name.AddWeights(path, ParsedWeights());  // what its tensors are called does not travel
    }
  }
  std::vector<DueProblem> due;
  for (const v1::InventoryProblem& problem : by_name.Problems()) due.push_back({kRule, problem.path(), true});
  due.insert(due.end(), indexes.begin(), indexes.end());
  for (const auto& [group, parts] : groups) {
    Add(1, kRule, group.front() == '/' ? std::string_view(group).substr(1) : group, !parts.whole(), due);
  }
  return due;
}

std::map<std::string, int> DueNotes(const v1::Inventory& inventory) {
  std::map<std::string, int> due;
  std::vector<source::FileEntry> files;
  std::set<std::string_view> controls;  // files and folders, each a name that the walk met
  files.reserve(inventory.artifacts_size());
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    const std::string_view path = artifact.path();
    files.push_back({artifact.path(), "", {}});
    if (!source::HasBidiControl(path)) continue;
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find('/', begin), path.size());
      if (source::HasBidiControl(path.substr(begin, end - begin))) controls.insert(path.substr(0, end));
      begin = end + 1;
    }
  }
  for (const std::string_view path : controls) ++due[Printable(path)];
  for (const source::Problem& twin : source::FindTwins(files)) ++due[twin.path];
  return due;
}

}  // namespace weighbridge::auditor
