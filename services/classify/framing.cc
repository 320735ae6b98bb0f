#include "services/classify/framing.h"

#include <algorithm>
#include <iterator>

namespace weighbridge::classify {
namespace {

constexpr size_t kMaxTagBytes = 2048;
constexpr int kMaxBareAttributes = 1;
constexpr size_t kMaxAttributeWords = 3;
constexpr size_t kMaxStyleWords = 12;
constexpr size_t kUtf16SampleBytes = 4096;
// In UTF-16 of mostly Latin letters one byte of a pair is nearly always zero, and the other less often than one in so many.
constexpr size_t kUtf16OtherShare = 50;

void AppendUtf8(int32_t c, uint32_t from, Transcoded* out) {
  char bytes[4];
  int size = 0;
  if (c < 0x80) {
    bytes[size++] = static_cast<char>(c);
  } else if (c < 0x800) {
    bytes[size++] = static_cast<char>(0xC0 | c >> 6);
    bytes[size++] = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    bytes[size++] = static_cast<char>(0xE0 | c >> 12);
    bytes[size++] = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    bytes[size++] = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    bytes[size++] = static_cast<char>(0xF0 | c >> 18);
    bytes[size++] = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    bytes[size++] = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    bytes[size++] = static_cast<char>(0x80 | (c & 0x3F));
  }
  out->utf8.append(bytes, size);
  out->source_offset.insert(out->source_offset.end(), size, from);
}

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c; }

struct TagName {
  std::string_view name;
  bool block;
};

constexpr TagName kTags[] = {
    {"a", false},       {"abbr", false},  {"article", true}, {"aside", true},   {"b", false},      {"big", false},
    {"blockquote", true}, {"body", true}, {"br", true},      {"caption", true}, {"center", true},  {"cite", false},
    {"code", false},    {"dd", true},     {"del", false},    {"details", true}, {"div", true},     {"dl", true},
    {"dt", true},       {"em", false},    {"font", false},   {"footer", true},  {"h1", true},      {"h2", true},
    {"h3", true},       {"h4", true},     {"h5", true},      {"h6", true},      {"head", true},    {"header", true},
    {"hr", true},       {"html", true},   {"i", false},      {"img", false},    {"ins", false},    {"kbd", false},
    {"li", true},       {"link", true},   {"main", true},    {"meta", true},    {"nav", true},     {"ol", true},
    {"p", true},        {"pre", true},    {"q", false},      {"s", false},      {"script", true},  {"section", true},
    {"small", false},   {"span", false},  {"strike", false}, {"strong", false}, {"style", true},   {"sub", false},
    {"summary", true},  {"sup", false},   {"table", true},   {"tbody", true},   {"td", true},      {"tfoot", true},
    {"th", true},       {"thead", true},  {"title", true},   {"tr", true},      {"tt", false},     {"u", false},
    {"ul", true},
};

struct NamedEntity {
  std::string_view name;
  int32_t code_point;
};

constexpr NamedEntity kEntities[] = {
    {"amp", '&'},       {"apos", '\''},    {"bull", 0x2022},  {"cent", 0xA2},    {"copy", 0xA9},    {"euro", 0x20AC},
    {"gt", '>'},        {"hellip", 0x2026}, {"ldquo", 0x201C}, {"lsquo", 0x2018}, {"lt", '<'},       {"mdash", 0x2014},
    {"middot", 0xB7},   {"nbsp", 0xA0},    {"ndash", 0x2013}, {"para", 0xB6},    {"pound", 0xA3},   {"quot", '"'},
    {"rdquo", 0x201D},  {"reg", 0xAE},     {"rsquo", 0x2019}, {"sect", 0xA7},    {"shy", 0xAD},     {"trade", 0x2122},
    {"yen", 0xA5},      {"zwj", 0x200D},   {"zwnj", 0x200C},
};

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsCodePoint(int32_t c) { return c > 0 && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF); }

size_t WordsIn(std::string_view value) {
  size_t words = 0;
  bool inside = false;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    words += !blank && !inside;
    inside = !blank;
  }
  return words;
}

// Skips the attributes of a tag from `at` and returns the place of its '>', or 0 if this is no tag. Prose between angle brackets
// is no tag: whoever reads the file as plain text reads it.
size_t SkipAttributes(std::string_view text, size_t at, size_t limit) {
  int bare = 0;
  while (at < limit) {
    const char c = text[at];
    if (c == '>') return at;
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '/') {
      ++at;
      continue;
    }
    const size_t name_begin = at;
    while (at < limit && (IsNameChar(text[at]) || text[at] == ':')) ++at;
    if (at == name_begin) return 0;
    const std::string_view name = text.substr(name_begin, at - name_begin);
    if (at >= limit || text[at] != '=') {
      if (++bare > kMaxBareAttributes) return 0;
      continue;
    }
    if (++at >= limit) return 0;
    const char quote = text[at];
    if (quote != '"' && quote != '\'') {
      while (at < limit && text[at] != '>' && text[at] != ' ' && text[at] != '\n' && text[at] != '<') ++at;
      continue;
    }
    const size_t close = text.substr(0, limit).find(quote, at + 1);
    if (close == std::string_view::npos) return 0;
    const std::string_view value = text.substr(at + 1, close - at - 1);
    const bool style = (name == "style" || name == "STYLE") && value.find(':') != std::string_view::npos;
    if (WordsIn(value) > (style || name == "class" || name == "CLASS" ? kMaxStyleWords : kMaxAttributeWords)) return 0;
    at = close + 1;
  }
  return 0;
}

bool HidesContent(std::string_view attributes) {
  std::string compact;
  for (const char c : attributes) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') compact += Lower(c);
  }
  for (const std::string_view mark : {"display:none", "visibility:hidden", "font-size:0", "opacity:0", "color:white",
                                      "color:#fff", "color=\"white", "color=\"#fff", "hidden"}) {
    if (compact.find(mark) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

bool StartsWithUtf16Mark(std::string_view text) {
  return text.size() >= 2 && ((text[0] == '\xFF' && text[1] == '\xFE') || (text[0] == '\xFE' && text[1] == '\xFF'));
}

bool IsHtmlDocument(std::string_view text) {
  size_t at = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) ++at;
  std::string start;
  for (const char c : text.substr(at, 9)) start += Lower(c);
  return start == "<!doctype" || start.substr(0, 5) == "<html";
}

Utf16 GuessUtf16(std::string_view text) {
  if (StartsWithUtf16Mark(text)) return text[0] == '\xFF' ? Utf16::kLittleEndian : Utf16::kBigEndian;
  const std::string_view sample = text.substr(0, kUtf16SampleBytes);
  if (text.size() % 2 != 0 || sample.size() < 4) return Utf16::kNo;
  size_t zeros[2] = {0, 0};
  for (size_t i = 0; i < sample.size(); ++i) zeros[i % 2] += sample[i] == '\0';
  const size_t pairs = sample.size() / 2;
  if (zeros[1] * 2 > pairs && zeros[0] * kUtf16OtherShare < pairs) return Utf16::kLittleEndian;
  if (zeros[0] * 2 > pairs && zeros[1] * kUtf16OtherShare < pairs) return Utf16::kBigEndian;
  return Utf16::kNo;
}

Transcoded FromUtf16(std::string_view text, Utf16 order) {
  Transcoded out;
  const int low = order == Utf16::kLittleEndian ? 0 : 1;
  const auto unit = [&](size_t pos) {
    return static_cast<int32_t>(static_cast<uint8_t>(text[pos + low]) | static_cast<uint8_t>(text[pos + 1 - low]) << 8);
  };
  out.utf8.reserve(text.size());
  out.source_offset.reserve(text.size());
  for (size_t pos = StartsWithUtf16Mark(text) ? 2 : 0; pos + 1 < text.size(); pos += 2) {
    const uint32_t from = static_cast<uint32_t>(pos);
    int32_t c = unit(pos);
    if (c >= 0xD800 && c <= 0xDBFF && pos + 3 < text.size()) {
      const int32_t next = unit(pos + 2);
      if (next >= 0xDC00 && next <= 0xDFFF) {
        c = 0x10000 + ((c - 0xD800) << 10) + (next - 0xDC00);
        pos += 2;
      }
    }
    if (c >= 0xD800 && c <= 0xDFFF) c = 0xFFFD;
    AppendUtf8(c, from, &out);
  }
  out.source_offset.push_back(static_cast<uint32_t>(text.size()));
  return out;
}

FrontMatter FindFrontMatter(std::string_view text) {
  FrontMatter found;
  if (text.substr(0, 4) != "---\n" && text.substr(0, 5) != "---\r\n") return found;
  for (size_t line = text.find('\n') + 1; line < text.size();) {
    const size_t newline = std::min(text.find('\n', line), text.size());
    std::string_view content = text.substr(line, newline - line);
    if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
    if (content == "---" || content == "...") {
      found.part_begins.push_back(newline);
      return found;
    }
    size_t name = 0;
    while (name < content.size() && IsNameChar(content[name])) ++name;
    if (name > 0 && name < content.size() && content[name] == ':') {
      found.part_begins.push_back(line);
      size_t value = name + 1;
      while (value < content.size() && content[value] == ' ') ++value;
      found.part_begins.push_back(line + name + 1);
      if (value < content.size() && content[value] == '"') {
        size_t end = line + value + 1;
        while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
        end = std::min(end, text.size());
        found.quoted_scalars.push_back({line + value + 1, end});
        line = std::min(text.find('\n', end), text.size());
        if (line < text.size()) ++line;
        continue;
      }
    }
    line = newline + 1;
  }
  return FrontMatter();  // never closed: no front matter
}

HtmlTag ReadHtmlTag(std::string_view text, size_t pos) {
  HtmlTag tag;
  size_t at = pos + 1;
  tag.closing = at < text.size() && text[at] == '/';
  if (tag.closing) ++at;
  char name[12];
  size_t size = 0;
  while (at < text.size() && size < sizeof(name) && ((text[at] | 0x20) >= 'a') && ((text[at] | 0x20) <= 'z')) {
    name[size++] = Lower(text[at++]);
  }
  if (size == 1 && name[0] == 'h' && at < text.size() && text[at] >= '1' && text[at] <= '6') name[size++] = text[at++];
  const TagName* known = std::lower_bound(std::begin(kTags), std::end(kTags), std::string_view(name, size),
                                          [](const TagName& entry, std::string_view n) { return entry.name < n; });
  if (known == std::end(kTags) || known->name != std::string_view(name, size)) return tag;
  if (at >= text.size() || (text[at] != '>' && text[at] != ' ' && text[at] != '/' && text[at] != '\n' &&
                            text[at] != '\t' && text[at] != '\r')) {
    return tag;
  }
  const size_t attributes = at;
  at = SkipAttributes(text, at, std::min(text.size(), pos + kMaxTagBytes));
  if (at == 0) return tag;
  tag.end = at + 1;
  tag.block = known->block;
  tag.name = known->name;
  tag.hides = !tag.closing && at > attributes && HidesContent(text.substr(attributes, at - attributes));
  tag.strikes = tag.name == "del" || tag.name == "s" || tag.name == "strike";
  tag.skips_content = !tag.closing && (tag.name == "style" || tag.name == "script");
  return tag;
}

int32_t ReadEntity(std::string_view text, size_t pos, int* length) {
  const std::string_view window = text.substr(pos + 1, 10);
  const size_t semicolon = window.find(';');
  if (semicolon == std::string_view::npos || semicolon < 2) return -1;
  const std::string_view name = window.substr(0, semicolon);
  *length = static_cast<int>(semicolon) + 2;
  if (name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    const size_t first = hex ? 2 : 1;
    if (first >= name.size()) return -1;
    int32_t value = 0;
    for (const char c : name.substr(first)) {
      const int digit = HexValue(c);
      if (digit < 0 || (!hex && digit > 9)) return -1;
      value = value * (hex ? 16 : 10) + digit;
      if (value > 0x10FFFF) return -1;
    }
    return IsCodePoint(value) ? value : -1;
  }
  for (const NamedEntity& entity : kEntities) {
    if (entity.name == name) return entity.code_point;
  }
  return -1;
}

int32_t ReadYamlEscape(std::string_view text, size_t pos, int* length) {
  if (pos + 1 >= text.size()) return -1;
  *length = 2;
  int digits = 0;
  switch (text[pos + 1]) {
    case 'n':
    case 'N':
    case 'L':
    case 'P':
    case 'r':
      return '\n';
    case 't':
    case ' ':
    case '_':
    case '\n':
    case '\r':
      return ' ';
    case '"':
    case '\\':
    case '/':
      return text[pos + 1];
    case 'x':
      digits = 2;
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    default:
      return -1;
  }
  if (text.size() - pos < static_cast<size_t>(digits) + 2) return -1;
  int64_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = HexValue(text[pos + 2 + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  if (value > 0x10FFFF || !IsCodePoint(static_cast<int32_t>(value))) return -1;
  *length = digits + 2;
  return static_cast<int32_t>(value);
}

}  // namespace weighbridge::classify
