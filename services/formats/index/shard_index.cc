#include "services/formats/index/shard_index.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/checked.h"
#include "services/formats/bytes/errors.h"
#include "services/formats/json/json_lexer.h"

namespace weighbridge::formats {
namespace {

using Kind = JsonToken::Kind;

constexpr size_t kFileNameBytesMax = 255;

std::string Shown(std::string_view name) { return "\"" + Printable(name.substr(0, 100)) + "\""; }

// Relative, below the folder of the index, the same on every system.
bool IsSafeFileName(std::string_view name) {
  if (name.empty() || !IsPlainName(name) || (name.size() > 1 && name[1] == ':')) return false;
  for (size_t pos = 0; pos <= name.size();) {
    const size_t end = std::min(name.find('/', pos), name.size());
    const std::string_view part = name.substr(pos, end - pos);
    if (part.empty() || part == "." || part == "..") return false;
    pos = end + 1;
  }
  return true;
}

class IndexParser {
 public:
  explicit IndexParser(JsonLexer* lexer) : lexer_(lexer) {}

  absl::StatusOr<ShardIndex> Parse() {
    WB_ASSIGN_OR_RETURN(const JsonToken open, lexer_->Next());
    if (open.kind != Kind::kBeginObject) return Malformed(open.at, "an index is a JSON object");
    bool has_metadata = false;
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == Kind::kEndObject) break;
      const bool metadata = key.text == "metadata";
      const bool weight_map = key.text == "weight_map";
      bool* seen = metadata ? &has_metadata : weight_map ? &has_map_ : nullptr;
      if (seen != nullptr && *seen) return Malformed(key.at, absl::StrFormat("duplicate key %s", Shown(key.text)));
      if (seen != nullptr) *seen = true;
      WB_ASSIGN_OR_RETURN(const JsonToken value, lexer_->Next());
      if (weight_map) {
        WB_RETURN_IF_ERROR(ParseMap(value));
      } else if (metadata && value.kind == Kind::kBeginObject) {
        WB_RETURN_IF_ERROR(ParseMetadata());
      } else {
        WB_RETURN_IF_ERROR(lexer_->SkipValue(value));
      }
    }
    WB_ASSIGN_OR_RETURN(const JsonToken end, lexer_->Next());
    if (!has_map_) return Malformed(end.at, "no \"weight_map\"");
    if (index_.entries.empty()) return Malformed(end.at, "the weight map names no tensor");
    return Finish();
  }

 private:
  absl::Status ParseMetadata() {
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == Kind::kEndObject) return absl::OkStatus();
      const bool total = key.text == "total_size";
      if (total && index_.total_size.has_value()) return Malformed(key.at, "duplicate key \"total_size\"");
      WB_ASSIGN_OR_RETURN(const JsonToken value, lexer_->Next());
      if (!total) {
        WB_RETURN_IF_ERROR(lexer_->SkipValue(value));
        continue;
      }
      // Some writers divide and print "123.0".
      std::string_view digits = value.text;
      if (digits.size() > 2 && digits.substr(digits.size() - 2) == ".0") digits.remove_suffix(2);
      uint64_t size;
      const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
      if (value.kind != Kind::kNumber || error != std::errc() || stop != digits.data() + digits.size()) {
        return Malformed(value.at, "\"total_size\" is no number of bytes");
      }
      index_.total_size = size;
    }
  }

  absl::Status ParseMap(const JsonToken& open) {
    if (open.kind != Kind::kBeginObject) return Malformed(open.at, "the weight map is no object");
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == Kind::kEndObject) return absl::OkStatus();
      if (key.size == 0 || key.size > kNameBytesMax || key.text.find('\0') != std::string_view::npos) {
        return Malformed(key.at, absl::StrFormat("tensor names have 1 to %d bytes without NUL", kNameBytesMax));
      }
      if (index_.entries.size() == kTensorsMax)
        return OverLimit(key.at, absl::StrFormat("over %d tensors", kTensorsMax));
      names_bytes_ += key.text.size();
      if (names_bytes_ > kShardNamesBytesMax) {
        return OverLimit(key.at, absl::StrFormat("tensor names are over the limit of %d bytes", kShardNamesBytesMax));
      }
      ShardEntry entry;
      entry.tensor = index_.storage.Copy(key.text);
      entry.at = static_cast<uint32_t>(key.at.offset);
      WB_ASSIGN_OR_RETURN(const JsonToken file, lexer_->Next());
      if (file.kind != Kind::kString) return Malformed(file.at, "a file name is a string");
      if (file.size > kFileNameBytesMax || !IsSafeFileName(file.text)) {
        return Malformed(file.at, absl::StrFormat("file name %s leads outside or is no plain name", Shown(file.text)));
      }
      const auto [known, is_new] =
          file_numbers_.try_emplace(std::string(file.text), static_cast<uint32_t>(file_numbers_.size()));
      if (is_new && file_numbers_.size() > kShardFilesMax)
        return OverLimit(file.at, absl::StrFormat("over %d files", kShardFilesMax));
      entry.file = known->second;
      index_.entries.push_back(entry);
    }
  }

  // Sorts files and tensors and refuses a tensor that is listed twice.
  absl::StatusOr<ShardIndex> Finish() {
    std::vector<uint32_t> sorted(file_numbers_.size());
    for (const auto& [file, number] : file_numbers_) {
      sorted[number] = static_cast<uint32_t>(index_.files.size());
      index_.files.push_back(file);
    }
    for (ShardEntry& entry : index_.entries) entry.file = sorted[entry.file];
    std::sort(index_.entries.begin(), index_.entries.end(), [](const ShardEntry& a, const ShardEntry& b) {
      const int sign = a.tensor.compare(b.tensor);
      return sign != 0 ? sign < 0 : a.at < b.at;
    });
    for (size_t i = 1; i < index_.entries.size(); ++i) {
      if (index_.entries[i].tensor == index_.entries[i - 1].tensor) {
        return Malformed(index_.entries[i].at, absl::StrFormat("duplicate tensor %s", Shown(index_.entries[i].tensor)));
      }
    }
    return std::move(index_);
  }

  JsonLexer* lexer_;
  ShardIndex index_;
  bool has_map_ = false;
  std::map<std::string, uint32_t> file_numbers_;  // in order of appearance
  uint64_t names_bytes_ = 0;
};

}  // namespace

absl::StatusOr<ShardIndex> ParseShardIndex(ByteSource* source) {
  if (source->size() > kShardIndexBytesMax) {
    return OverLimit(
        0, absl::StrFormat("index of %d bytes is over the limit of %d bytes", source->size(), kShardIndexBytesMax));
  }
  ByteReader reader(source);
  JsonLexerOptions options;
  options.string_keep_max = 4096;
  JsonLexer lexer(&reader, source->size(), options);
  return IndexParser(&lexer).Parse();
}

absl::Status CheckShards(const ShardIndex& index, const std::map<std::string, std::vector<std::string_view>>& shards) {
  std::vector<bool> found(index.entries.size(), false);
  for (const std::string& file : index.files) {
    if (shards.count(file) == 0) return absl::InvalidArgumentError(absl::StrFormat("shard %s is missing", Shown(file)));
  }
  for (const auto& [file, tensors] : shards) {
    if (!std::binary_search(index.files.begin(), index.files.end(), file)) {
      return absl::InvalidArgumentError(absl::StrFormat("shard %s is not in the index", Shown(file)));
    }
    for (const std::string_view tensor : tensors) {
      const auto entry = std::lower_bound(index.entries.begin(), index.entries.end(), tensor,
                                          [](const ShardEntry& a, std::string_view b) { return a.tensor < b; });
      if (entry == index.entries.end() || entry->tensor != tensor) {
        return absl::InvalidArgumentError(
            absl::StrFormat("tensor %s of shard %s is not in the index", Shown(tensor), Shown(file)));
      }
      if (index.files[entry->file] != file) {
        return absl::InvalidArgumentError(absl::StrFormat("offset %d: tensor %s is in shard %s, the index names %s",
                                                          entry->at, Shown(tensor), Shown(file),
                                                          Shown(index.files[entry->file])));
      }
      found[static_cast<size_t>(entry - index.entries.begin())] = true;
    }
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i]) continue;
    const ShardEntry& entry = index.entries[i];
    return absl::InvalidArgumentError(absl::StrFormat("offset %d: tensor %s is not in shard %s", entry.at,
                                                      Shown(entry.tensor), Shown(index.files[entry.file])));
  }
  return absl::OkStatus();
}

}  // namespace weighbridge::formats
