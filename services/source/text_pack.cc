#include "services/source/text_pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/source/document.h"
#include "services/source/fingerprint.h"
#include "services/source/root.h"
#include "services/source/walk.h"

namespace weighbridge::source {
namespace {

constexpr std::string_view kPackFolder = "licensedcode/data/licenses/";

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

std::string BaseName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

struct ArchiveFree {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

absl::Status Damaged(const std::string& path, archive* reader) {
  const char* why = archive_error_string(reader);
  return absl::DataLossError(absl::StrFormat("%s is not a readable wheel or zip: %s", Printable(path), why == nullptr ? "unknown reason" : why));
}

absl::StatusOr<std::string> ReadEntry(const std::string& path, archive* reader) {
  std::string bytes;
  char block[65536];
  while (true) {
    const la_ssize_t got = archive_read_data(reader, block, sizeof block);
    if (got < 0) return Damaged(path, reader);
    if (got == 0) return bytes;
    bytes.append(block, static_cast<size_t>(got));
    if (bytes.size() > kPackTextBytesMax) {
      return absl::ResourceExhaustedError(absl::StrFormat("%s holds a text over the limit of %d bytes", Printable(path), kPackTextBytesMax));
    }
  }
}

// The archive is hashed first and then opened by path again: what counts is that the texts are proved, by tokens one by one or
// by the digest of the archive; a file that changes in between fails one of the two.
absl::StatusOr<TextPack> ReadArchive(const std::string& path, std::string sha256_hex) {
  std::unique_ptr<archive, ArchiveFree> reader(archive_read_new());
  if (reader == nullptr) return absl::ResourceExhaustedError("out of memory");
  archive_read_support_format_zip(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), 65536) != ARCHIVE_OK) return Damaged(path, reader.get());
  TextPack pack;
  pack.sha256_hex = std::move(sha256_hex);
  std::vector<PackText> others;
  size_t entries = 0, total = 0;
  while (true) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) return Damaged(path, reader.get());
    if (++entries > kPackEntriesMax) return absl::ResourceExhaustedError(absl::StrFormat("%s has over %d entries", Printable(path), kPackEntriesMax));
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name == nullptr ? "" : raw_name;
    const bool in_pack = name.rfind(kPackFolder, 0) == 0 && EndsWith(name, ".LICENSE") &&
                         name.find('/', kPackFolder.size()) == std::string::npos;
    const bool other = EndsWith(name, ".txt") || EndsWith(name, ".LICENSE");
    if (archive_entry_filetype(entry) != AE_IFREG || (!in_pack && !other)) continue;
    // Of a whole pack only its licences are wanted; other texts count only while no licence was seen.
    if (!in_pack && !pack.texts.empty()) continue;
    WB_ASSIGN_OR_RETURN(std::string bytes, ReadEntry(path, reader.get()));
    total += bytes.size();
    if (total > kPackTextsBytesMax) return absl::ResourceExhaustedError(absl::StrFormat("%s holds over %d bytes of text", Printable(path), kPackTextsBytesMax));
    (in_pack ? pack.texts : others).push_back({BaseName(name), std::move(bytes)});
  }
  if (pack.texts.empty()) pack.texts = std::move(others);
  return pack;
}

absl::StatusOr<TextPack> ReadFolder(const Root& root) {
  WB_ASSIGN_OR_RETURN(const Listing listing, Walk(root));
  std::vector<PackText> texts(listing.files.size());
  std::vector<absl::Status> statuses(listing.files.size());
  const auto results = ReadAll(root, listing, [&](size_t index, const FileEntry& file, formats::ByteSource& source) {
    absl::StatusOr<std::string> bytes = ReadDocument(source, kPackTextBytesMax);
    if (bytes.ok()) {
      texts[index] = {BaseName(file.path), *std::move(bytes)};
    } else {
      statuses[index] = bytes.status();
    }
  });
  TextPack pack;
  size_t total = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    WB_RETURN_IF_ERROR(results[i].status);
    WB_RETURN_IF_ERROR(statuses[i]);
    total += texts[i].bytes.size();
    if (total > kPackTextsBytesMax) return absl::ResourceExhaustedError(absl::StrFormat("the folder holds over %d bytes of text", kPackTextsBytesMax));
    pack.texts.push_back(std::move(texts[i]));
  }
  return pack;
}

// A root of texts: what is said of a path that is none speaks of texts, not of models.
absl::StatusOr<Root> OpenTexts(const std::string& path) {
  struct stat info;
  const bool found = stat(path.c_str(), &info) == 0;
  if (!found && errno == ENOENT) {
    return absl::NotFoundError(
        absl::StrFormat("'%s' does not exist: give a licence pack (its wheel) or a folder of texts", Printable(path)));
  }
  if (found && !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "'%s' is neither a folder nor a regular file: give a licence pack (its wheel) or a folder of texts",
        Printable(path)));
  }
  return Root::Open(path);
}

}  // namespace

absl::StatusOr<TextPack> ReadTextPack(const std::string& path) {
  WB_ASSIGN_OR_RETURN(const Root root, OpenTexts(path));
  absl::StatusOr<TextPack> pack;
  if (!root.single_file()) {
    pack = ReadFolder(root);
  } else {
    WB_ASSIGN_OR_RETURN(const Listing listing, Walk(root));
    if (listing.total_bytes > kPackFileBytesMax) {
      return absl::ResourceExhaustedError(absl::StrFormat("%s is over the limit of %d bytes", Printable(path), kPackFileBytesMax));
    }
    const auto results = ReadAll(root, listing, nullptr);
    if (results.empty()) return absl::NotFoundError(absl::StrFormat("%s cannot be read", Printable(path)));
    WB_RETURN_IF_ERROR(results.front().status);
    pack = ReadArchive(path, results.front().sha256_hex);
  }
  if (!pack.ok()) return pack.status();
  if (pack->texts.empty()) return absl::NotFoundError(absl::StrFormat("%s holds no texts", Printable(path)));
  std::sort(pack->texts.begin(), pack->texts.end(), [](const PackText& a, const PackText& b) { return a.name < b.name; });
  return pack;
}

}  // namespace weighbridge::source
