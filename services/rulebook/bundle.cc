// PackBundle and UnpackBundle of rule_file.h.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {
namespace {

constexpr std::string_view kMagic = "WBRULES1";

void AppendLittleEndian(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// Reads little-endian numbers and strings; remembers where it is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  bool AtEnd() const { return offset_ == bytes_.size(); }

  absl::StatusOr<std::string_view> Take(uint64_t size, const char* what) {
    if (size > bytes_.size() - offset_) {
      return absl::InvalidArgumentError(
          absl::StrFormat("rule bundle, offset %d: truncated: %s needs %d bytes, %d are left", offset_, what, size,
                          bytes_.size() - offset_));
    }
    const std::string_view taken = bytes_.substr(offset_, size);
    offset_ += size;
    return taken;
  }

  absl::StatusOr<uint64_t> Number(int bytes, uint64_t max, const char* what) {
    const size_t begin = offset_;
    absl::StatusOr<std::string_view> taken = Take(bytes, what);
    if (!taken.ok()) return taken.status();
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>((*taken)[i])) << (8 * i);
    if (value > max) {
      return absl::InvalidArgumentError(
          absl::StrFormat("rule bundle, offset %d: %s %d is over the limit of %d", begin, what, value, max));
    }
    return value;
  }

 private:
  std::string_view bytes_;
  size_t offset_ = 0;
};

}  // namespace

std::string PackBundle(std::vector<RuleFile> files) {
  SortRuleFiles(&files);
  std::string out(kMagic);
  AppendLittleEndian(files.size(), 4, &out);
  for (const RuleFile& file : files) {
    AppendLittleEndian(file.path.size(), 4, &out);
    out += file.path;
    AppendLittleEndian(file.bytes.size(), 8, &out);
    out += file.bytes;
  }
  return out;
}

absl::StatusOr<std::vector<RuleFile>> UnpackBundle(std::string_view bundle) {
  Reader reader(bundle);
  absl::StatusOr<std::string_view> magic = reader.Take(kMagic.size(), "magic");
  if (!magic.ok()) return magic.status();
  if (*magic != kMagic) return absl::InvalidArgumentError("rule bundle, offset 0: not a rule bundle of version 1");
  absl::StatusOr<uint64_t> count = reader.Number(4, kRuleFilesMax, "number of files");
  if (!count.ok()) return count.status();
  std::vector<RuleFile> files;  // grows with what is really there
  for (uint64_t i = 0; i < *count; ++i) {
    const size_t begin = reader.offset();
    absl::StatusOr<uint64_t> path_size = reader.Number(4, kRulePathBytesMax, "path length");
    if (!path_size.ok()) return path_size.status();
    absl::StatusOr<std::string_view> path = reader.Take(*path_size, "path");
    if (!path.ok()) return path.status();
    if (!files.empty() && *path <= files.back().path) {
      return absl::InvalidArgumentError(absl::StrFormat("rule bundle, offset %d: paths are not in order", begin));
    }
    absl::StatusOr<uint64_t> size = reader.Number(8, kTokenFileBytesMax, "file size");
    if (!size.ok()) return size.status();
    absl::StatusOr<std::string_view> bytes = reader.Take(*size, "file");
    if (!bytes.ok()) return bytes.status();
    files.push_back({std::string(*path), std::string(*bytes)});
  }
  if (!reader.AtEnd()) {
    return absl::InvalidArgumentError(absl::StrFormat("rule bundle, offset %d: %d bytes after the last file",
                                                      reader.offset(), bundle.size() - reader.offset()));
  }
  const std::vector<RuleIssue> issues = CheckRuleFiles(files);
  if (!issues.empty()) return absl::InvalidArgumentError("rule bundle: " + ToString(issues.front()));
  return files;
}

}  // namespace weighbridge::rulebook
