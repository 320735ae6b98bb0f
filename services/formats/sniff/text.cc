#include <algorithm>
#include <cctype>
#include <string>

#include "services/base/utf8.h"
#include "services/formats/sniff/internal.h"

namespace weighbridge::formats::internal {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kLfsVersion = "version https://git-lfs.github.com/spec/";
constexpr std::string_view kLfsVersionBefore = "version https://hawser.github.com/spec/";
constexpr size_t kText8BitBytesMin = 16;

bool IsTextControl(uint8_t c) { return c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x1B || c == 0x08; }

// Well-formed UTF-8 but for a sequence that the end of the window cuts.
bool IsUtf8Window(std::string_view text, bool cut) {
  int length;
  for (size_t pos = 0; pos < text.size(); pos += length) {
    if (DecodeUtf8(text, pos, &length) < 0) return cut && text.size() - pos < 4;
  }
  return true;
}

bool IsEightBitText(std::string_view text) {
  size_t high = 0;
  for (const char c : text) high += static_cast<uint8_t>(c) >= 0x80;
  return text.size() >= kText8BitBytesMin && high * 10 <= text.size();
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool HasSuffix(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

std::string_view Trimmed(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n\f");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool LooksLikeJson(std::string_view trimmed) {
  if (trimmed.empty() || (trimmed[0] != '{' && trimmed[0] != '[')) return false;
  const std::string_view next = Trimmed(trimmed.substr(1));
  if (next.empty()) return false;
  if (trimmed[0] == '{') return next[0] == '"' || next[0] == '}';
  // "[1] See" and "[Link](...)" are prose.
  return next[0] == '"' || next[0] == '{' || next[0] == ']' || next[0] == '[';
}

bool LooksLikePython(std::string_view text) {
  for (size_t pos = 0, lines = 0; pos < text.size() && lines < 40; ++lines) {
    const size_t end = std::min(text.find('\n', pos), text.size());
    const std::string_view line = text.substr(pos, end - pos);
    pos = end + 1;
    if (line.empty() || line[0] == '#' || line == "\r") continue;
    const size_t last = line.find_last_not_of(" \r");
    if (StartsWith(line, "from ") && line.find(" import ") != std::string_view::npos) return true;
    if (StartsWith(line, "import ") && line.find_first_of(".;!?", 7) == std::string_view::npos && line.size() < 60)
      return true;
    if ((StartsWith(line, "def ") || StartsWith(line, "class ")) && last != std::string_view::npos && line[last] == ':')
      return true;
    return false;
  }
  return false;
}

}  // namespace

std::optional<Format> SniffText(std::string_view first, uint64_t size, std::string_view base_name) {
  if (StartsWith(first, "\xFF\xFE") || StartsWith(first, "\xFE\xFF")) return Format::kUtf16Text;
  for (const char c : first) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && !IsTextControl(byte)) || byte == 0x7F) return std::nullopt;
  }
  if (!IsUtf8Window(first, first.size() < size)) {
    if (!IsEightBitText(first)) return std::nullopt;
    return Format::kText8Bit;
  }
  if (StartsWith(first, kLfsVersion) || StartsWith(first, kLfsVersionBefore)) return Format::kLfsPointer;
  const std::string_view text = StartsWith(first, kBom) ? first.substr(kBom.size()) : first;
  const std::string_view trimmed = Trimmed(text);
  const std::string head = Lower(trimmed.substr(0, 512));
  if (StartsWith(head, "{\\rtf")) return Format::kRtf;
  if (StartsWith(head, "<!doctype html") || StartsWith(head, "<html") || StartsWith(head, "<head") ||
      StartsWith(head, "<body")) {
    return Format::kHtml;
  }
  if (StartsWith(head, "<svg")) return Format::kSvg;
  if (StartsWith(head, "<?xml")) return head.find("<svg") != std::string::npos ? Format::kSvg : Format::kXml;
  if (StartsWith(head, "#!"))
    return head.substr(0, head.find('\n')).find("python") != std::string::npos ? Format::kPythonSource
                                                                               : Format::kScript;
  if (LooksLikeJson(trimmed)) return Format::kJson;
  const std::string name = Lower(base_name);
  if (HasSuffix(name, ".md") || HasSuffix(name, ".markdown") || name == "readme") return Format::kMarkdown;
  if (HasSuffix(name, ".yaml") || HasSuffix(name, ".yml")) return Format::kYaml;
  if (HasSuffix(name, ".py")) return Format::kPythonSource;
  if (HasSuffix(name, ".sh") || HasSuffix(name, ".js") || HasSuffix(name, ".bat")) return Format::kScript;
  if (StartsWith(text, "%YAML")) return Format::kYaml;
  if (StartsWith(text, "---\n") || StartsWith(text, "---\r\n")) {
    const bool closed =
        text.find("\n---\n", 3) != std::string_view::npos || text.find("\n---\r\n", 3) != std::string_view::npos;
    return closed ? Format::kMarkdown : Format::kYaml;
  }
  if (LooksLikePython(text)) return Format::kPythonSource;
  return Format::kText;
}

}  // namespace weighbridge::formats::internal
