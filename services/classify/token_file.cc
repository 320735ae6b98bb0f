#include "services/classify/token_file.h"

#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::classify {
namespace {

constexpr std::string_view kMagic = "weighbridge-tokens";
constexpr std::string_view kKinds[] = {"licence", "use_policy", "exception", "notice"};
constexpr int kTokensPerLine = 12;

// Cuts the file into lines and fields and knows where it is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  absl::Status Error(const std::string& reason) const {
    return absl::InvalidArgumentError(absl::StrFormat("line %d, column %d: %s", line_, field_column_, reason));
  }

  absl::Status NextLine() {
    ++line_;
    field_column_ = 1;
    if (at_ >= bytes_.size()) return Error("the file ends before its \"end\" line");
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) return Error("the line has no line end");
    content_ = bytes_.substr(at_, end - at_);
    rest_ = content_;
    at_ = end + 1;
    return absl::OkStatus();
  }

  bool AtEnd() const { return at_ >= bytes_.size(); }
  bool LineDone() const { return rest_.empty(); }
  std::string_view content() const { return content_; }

  // The next field of the line; fields are separated by exactly one blank.
  std::string_view Field() {
    field_column_ = content_.size() - rest_.size() + 1;
    const size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view field = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return field;
  }

  std::string_view Rest() {
    field_column_ = content_.size() - rest_.size() + 1;
    const std::string_view rest = rest_;
    rest_ = {};
    return rest;
  }

  absl::StatusOr<uint32_t> Number(const char* what, uint32_t limit) {
    const std::string_view field = Field();
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || field.empty()) {
      return Error(absl::StrFormat("%s is not a number", what));
    }
    if (value > limit) return Error(absl::StrFormat("%s %d is over the limit of %d", what, value, limit));
    return value;
  }

  absl::StatusOr<Sha256Digest> Digest() {
    Sha256Digest digest;
    if (!HexDecode(Field(), digest.data(), digest.size())) return Error("expected 64 hex digits");
    return digest;
  }

 private:
  const std::string_view bytes_;
  size_t at_ = 0;
  int line_ = 0;
  size_t field_column_ = 1;
  std::string_view content_;
  std::string_view rest_;
};

absl::StatusOr<std::string> HeaderValue(Reader* reader, std::string_view key) {
  WB_RETURN_IF_ERROR(reader->NextLine());
  if (reader->Field() != key) return reader->Error(absl::StrFormat("expected \"%s\"", key));
  const std::string_view value = reader->Rest();
  if (value.empty()) return reader->Error(absl::StrFormat("\"%s\" has no value", key));
  if (value.size() > kMaxHeaderValueBytes) {
    return reader->Error(absl::StrFormat("\"%s\" is longer than %d bytes", key, kMaxHeaderValueBytes));
  }
  if (!IsPlainName(value)) return reader->Error(absl::StrFormat("\"%s\" holds control characters", key));
  return std::string(value);
}

absl::StatusOr<uint32_t> GroupOfRole(Reader* reader, std::string_view role) {
  if (role == "required") return 0u;
  if (role == "title") return kTitleGroup;
  constexpr std::string_view kPrefix = "optional-";
  uint32_t number = 0;
  if (role.substr(0, kPrefix.size()) == kPrefix) {
    const std::string_view digits = role.substr(kPrefix.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size() && number >= 1 && number <= kMaxSegments) {
      return kTitleGroup + number;
    }
  }
  return reader->Error("expected required, title or optional-N");
}

std::string RoleOfGroup(uint32_t group) {
  if (group == 0) return "required";
  if (group == kTitleGroup) return "title";
  return absl::StrFormat("optional-%d", group - kTitleGroup);
}

absl::StatusOr<Segment> ReadSegment(Reader* reader, uint32_t words) {
  Segment segment;
  const std::string_view kind = reader->Field();
  if (kind != "fixed" && kind != "slot") return reader->Error("expected fixed or slot");
  WB_ASSIGN_OR_RETURN(segment.begin, reader->Number("segment begin", words));
  WB_ASSIGN_OR_RETURN(segment.end, reader->Number("segment end", words));
  if (segment.end < segment.begin) return reader->Error("the segment ends before it begins");
  WB_ASSIGN_OR_RETURN(segment.group, GroupOfRole(reader, reader->Field()));
  if (kind == "fixed") {
    if (segment.begin == segment.end) return reader->Error("a fixed segment has no words");
    WB_ASSIGN_OR_RETURN(segment.digest, reader->Digest());
  } else {
    const std::string_view content = reader->Field();
    if (content != "copyright" && content != "free") return reader->Error("expected copyright or free");
    segment.kind = content == "free" ? Segment::Kind::kFreeSlot : Segment::Kind::kCopyrightSlot;
    WB_ASSIGN_OR_RETURN(segment.max_words, reader->Number("slot size", kMaxSlotWords));
  }
  if (!reader->LineDone()) return reader->Error("unexpected text behind the segment");
  return segment;
}

absl::Status ReadToken(Reader* reader, TokenFile* file) {
  std::string_view field = reader->Field();
  const char mark = field.empty() ? '\0' : field[0];
  const bool marked = mark == '#' || mark == '$' || mark == '~';
  if (marked) field.remove_prefix(1);
  uint8_t bytes[4];
  if (!HexDecode(field, bytes, sizeof(bytes))) return reader->Error("expected a token of eight hex digits");
  const uint32_t hash = uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
  if (mark == '~') {
    if (file->markers.size() >= kMaxTokenWords) return reader->Error("too many list markers");
    file->markers.push_back({static_cast<uint32_t>(file->words.size()), hash});
    return absl::OkStatus();
  }
  if (file->words.size() >= kMaxTokenWords) {
    return reader->Error(absl::StrFormat("more than %d words", kMaxTokenWords));
  }
  file->words.push_back({hash, mark == '#' ? WordClass::kNumber : mark == '$' ? WordClass::kSymbol : WordClass::kWord});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TokenFile> ParseTokenFile(std::string_view bytes) {
  if (bytes.size() > kMaxTokenFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("line 1, column 1: %d bytes are over the limit of %d", bytes.size(), kMaxTokenFileBytes));
  }
  Reader reader(bytes);
  TokenFile file;
  WB_ASSIGN_OR_RETURN(const std::string format, HeaderValue(&reader, kMagic));
  if (format != absl::StrFormat("%d", kTokenFormatVersion)) {
    return absl::FailedPreconditionError(absl::StrFormat("line 1, column %d: token format %s is not %d",
                                                         kMagic.size() + 2, format, kTokenFormatVersion));
  }
  WB_ASSIGN_OR_RETURN(const std::string normaliser, HeaderValue(&reader, "normaliser"));
  if (normaliser != absl::StrFormat("%d", kNormaliserVersion)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "line 2, column 12: made by normaliser %s, this is %d; learn the text again", normaliser, kNormaliserVersion));
  }
  WB_ASSIGN_OR_RETURN(file.id, HeaderValue(&reader, "id"));
  if (file.id.find(' ') != std::string::npos) return reader.Error("an id has no blanks");
  WB_ASSIGN_OR_RETURN(file.kind, HeaderValue(&reader, "kind"));
  if (std::find(std::begin(kKinds), std::end(kKinds), file.kind) == std::end(kKinds)) {
    return reader.Error("expected licence, use_policy, exception or notice");
  }
  WB_ASSIGN_OR_RETURN(file.source, HeaderValue(&reader, "source"));
  WB_RETURN_IF_ERROR(reader.NextLine());
  if (reader.Field() != "source_sha256") return reader.Error("expected \"source_sha256\"");
  WB_ASSIGN_OR_RETURN(file.source_sha256, reader.Digest());
  WB_RETURN_IF_ERROR(reader.NextLine());
  if (reader.Field() != "words") return reader.Error("expected \"words\"");
  WB_ASSIGN_OR_RETURN(const uint32_t words, reader.Number("words", kMaxTokenWords));

  uint32_t covered = 0;
  for (;;) {
    WB_RETURN_IF_ERROR(reader.NextLine());
    const std::string_view key = reader.Field();
    if (key == "tokens") break;
    if (key != "segment") return reader.Error("expected \"segment\" or \"tokens\"");
    if (file.segments.size() >= kMaxSegments) return reader.Error("too many segments");
    WB_ASSIGN_OR_RETURN(const Segment segment, ReadSegment(&reader, words));
    if (segment.begin != covered) {
      return reader.Error(absl::StrFormat("the segment begins at word %d, not at %d", segment.begin, covered));
    }
    covered = segment.end;
    file.segments.push_back(segment);
  }
  if (covered != words || words == 0) {
    return reader.Error(absl::StrFormat("the segments cover %d of %d words", covered, words));
  }
  file.words.reserve(words);
  for (;;) {
    WB_RETURN_IF_ERROR(reader.NextLine());
    if (reader.content() == "end") break;
    if (reader.LineDone()) return reader.Error("empty line");
    while (!reader.LineDone()) WB_RETURN_IF_ERROR(ReadToken(&reader, &file));
  }
  if (file.words.size() != words) {
    return reader.Error(absl::StrFormat("%d words where the header says %d", file.words.size(), words));
  }
  if (!reader.AtEnd()) return reader.Error("text behind the \"end\" line");
  return file;
}

std::string FormatTokenFile(const TokenFile& file) {
  std::string out = absl::StrFormat("%s %d\nnormaliser %d\nid %s\nkind %s\nsource %s\nsource_sha256 %s\nwords %d\n",
                                    kMagic, kTokenFormatVersion, kNormaliserVersion, file.id, file.kind, file.source,
                                    ToHex(file.source_sha256), file.words.size());
  for (const Segment& segment : file.segments) {
    const bool fixed = segment.kind == Segment::Kind::kFixed;
    out += absl::StrFormat("segment %s %d %d %s ", fixed ? "fixed" : "slot", segment.begin, segment.end,
                           RoleOfGroup(segment.group));
    if (fixed) {
      out += ToHex(segment.digest);
    } else {
      out +=
          absl::StrFormat("%s %d", segment.kind == Segment::Kind::kFreeSlot ? "free" : "copyright", segment.max_words);
    }
    out += '\n';
  }
  out += "tokens\n";
  int on_line = 0;
  const auto put = [&](char mark, uint32_t hash) {
    if (on_line == kTokensPerLine) {
      out += '\n';
      on_line = 0;
    }
    if (on_line++ > 0) out += ' ';
    if (mark != ' ') out += mark;
    out += absl::StrFormat("%08x", hash);
  };
  size_t marker = 0;
  size_t paragraph = 0;
  for (uint32_t i = 0; i <= file.words.size(); ++i) {
    while (paragraph < file.paragraph_begins.size() && file.paragraph_begins[paragraph] < i) ++paragraph;
    if (on_line > 0 && paragraph < file.paragraph_begins.size() && file.paragraph_begins[paragraph] == i) {
      out += '\n';
      on_line = 0;
    }
    for (; marker < file.markers.size() && file.markers[marker].before_word == i; ++marker) {
      put('~', file.markers[marker].hash);
    }
    if (i == file.words.size()) break;
    const TokenFile::Token& token = file.words[i];
    put(token.cls == WordClass::kNumber ? '#' : token.cls == WordClass::kSymbol ? '$' : ' ', token.hash);
  }
  if (on_line > 0) out += '\n';
  out += "end\n";
  return out;
}

Sha256Digest WordsDigest(const TokenFile& file) {
  Sha256 hash;
  for (const TokenFile::Token& token : file.words) hash.Update(&token.hash, sizeof(token.hash));
  return hash.Finish();
}

}  // namespace weighbridge::classify
