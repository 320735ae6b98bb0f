#include "services/classify/link.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "services/base/utf8.h"
#include "services/classify/framing.h"

namespace weighbridge::classify {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
// What stands around an address in a text and is no part of it.
constexpr std::string_view kAroundAddress = "*_<>()[]{}\"',;:!.";

// The policies that Meta publishes itself were written in its internal network and kept the redirections of it: their
// targets are this page, which sends the reader on to the address of the text in Meta's own repositories.
constexpr std::string_view kRedirection = "l.workplace.com/l.php?u=https%3a%2f%2fgithub.com%2fmeta-llama%2f";

// A text without scheme and slash is a web address only with one of these ends: "v2.beta" is none.
constexpr std::string_view kDomains[] = {"ai", "app", "cn", "co", "com", "dev", "edu", "eu", "gov", "io", "net", "org"};

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// Signs that look like a sign of addresses.
char Sign(int32_t c) {
  switch (c) {
    case 0x2010:
    case 0x2011:
      return '-';
    case 0x2024:
    case 0xFF0E:
      return '.';
    case 0x2044:
    case 0x2215:
    case 0xFF0F:
      return '/';
    default:
      return '\0';
  }
}

// Behind the tag at text[at], or 0. A tag that is written badly is none for the tokeniser, so that its name is a word
// of the text; browsers read it all the same.
size_t EndOfTag(std::string_view text, size_t at) {
  const HtmlTag tag = ReadHtmlTag(text, at);
  if (tag.end > 0) return tag.end;
  size_t name = at + 1;
  while (name < text.size() && ((text[name] | 0x20) >= 'a') && ((text[name] | 0x20) <= 'z')) ++name;
  if (name == at + 1 || name >= text.size() || !IsBlank(text[name])) return 0;
  const size_t close = text.find_first_of("<>", name);
  return close != std::string_view::npos && text[close] == '>' ? close + 1 : 0;
}

// As a reader of the page sees it: without tags, targets, emphasis and escapes, entities read, in lower case.
std::string Shown(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    int length = 1;
    if (c == '<') {
      const size_t end = EndOfTag(text, at);
      if (end > 0) {
        at = end;
        continue;
      }
    } else if (c == ']' && at + 1 < text.size() && text[at + 1] == '(') {
      // Of a picture or link within the text.
      const std::string_view inner = LinkTarget(text, at + 2);
      at = static_cast<size_t>(inner.data() - text.data()) + inner.size();
      continue;
    } else if (c == '&') {
      const int32_t entity = ReadEntity(text, at, &length);
      if (entity > 0 && entity < 0x80) {
        const char plain = static_cast<char>(entity);
        shown += plain >= 'A' && plain <= 'Z' ? static_cast<char>(plain | 0x20) : plain;
        at += static_cast<size_t>(length);
        continue;
      }
    } else if (static_cast<uint8_t>(c) >= 0x80) {
      const char sign = Sign(DecodeUtf8(text, at, &length));
      if (sign != '\0') {
        shown += sign;
      } else {
        shown.append(text.substr(at, static_cast<size_t>(length)));
      }
      at += static_cast<size_t>(length);
      continue;
    }
    if (c >= 'A' && c <= 'Z') {
      shown += static_cast<char>(c | 0x20);
    } else if (c != '\\' && c != '*' && c != '`') {
      shown += c;
    }
    ++at;
  }
  return shown;
}

// What two addresses of one page have in common.
std::string_view Address(std::string_view shown) {
  while (!shown.empty() && IsBlank(shown.front())) shown.remove_prefix(1);
  while (!shown.empty() && IsBlank(shown.back())) shown.remove_suffix(1);
  for (const std::string_view scheme : {"https://", "http://", "mailto:", "//"}) {
    if (!StartsWith(shown, scheme)) continue;
    shown.remove_prefix(scheme.size());
    break;
  }
  if (StartsWith(shown, "www.")) shown.remove_prefix(4);
  while (!shown.empty() && (shown.back() == '/' || shown.back() == '.')) shown.remove_suffix(1);
  return shown;
}

std::string_view Stripped(std::string_view piece) {
  while (!piece.empty() && kAroundAddress.find(piece.front()) != std::string_view::npos) piece.remove_prefix(1);
  while (!piece.empty() && kAroundAddress.find(piece.back()) != std::string_view::npos) piece.remove_suffix(1);
  return piece;
}

std::string_view HostOf(std::string_view address) { return address.substr(0, address.find_first_of("/?#")); }

// "llama.meta.com", not "v1.1" nor "and".
bool IsHost(std::string_view host) {
  const size_t point = host.rfind('.');
  if (point == std::string_view::npos || point == 0 || host.size() - point < 3) return false;
  return std::all_of(host.begin() + static_cast<ptrdiff_t>(point) + 1, host.end(),
                     [](char c) { return c >= 'a' && c <= 'z'; });
}

bool IsAddress(std::string_view piece) {
  if (piece.find("://") != std::string_view::npos || StartsWith(piece, "www.")) return true;
  const size_t slash = piece.find('/');
  return slash != std::string_view::npos && IsHost(piece.substr(0, slash));
}

// "llama.com" alone.
bool IsDomain(std::string_view piece) {
  return piece.find_first_of("/@") == std::string_view::npos && IsHost(piece) &&
         std::binary_search(std::begin(kDomains), std::end(kDomains), piece.substr(piece.rfind('.') + 1));
}

bool IsMailbox(std::string_view piece) {
  const size_t sign = piece.find('@');
  return sign != std::string_view::npos && sign > 0 && piece.find('/') == std::string_view::npos &&
         IsHost(piece.substr(sign + 1));
}

std::vector<std::string_view> Pieces(std::string_view shown) {
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < shown.size();) {
    const size_t begin = std::min(shown.find_first_not_of(kBlanks, at), shown.size());
    const size_t end = std::min(shown.find_first_of(kBlanks, begin), shown.size());
    const std::string_view piece = Stripped(shown.substr(begin, end - begin));
    if (!piece.empty()) pieces.push_back(piece);
    at = end;
  }
  return pieces;
}

// Not a place in the same site. "//host" is another one, and browsers read a backslash as a slash.
bool IsAbsolute(std::string_view target, std::string_view shown) {
  if (shown.size() > 1 && shown[0] == '/') return shown[1] == '/' || shown[1] == '\\' || target[1] == '\\';
  const size_t colon = shown.find_first_of(":/?#");
  return (colon != std::string_view::npos && colon > 0 && shown[colon] == ':') || StartsWith(shown, "www.");
}

std::string WithoutBlanks(std::string_view shown) {
  std::string whole;
  std::copy_if(shown.begin(), shown.end(), std::back_inserter(whole), [](char c) { return !IsBlank(c); });
  return whole;
}

}  // namespace

bool HoldsAddress(std::string_view label) {
  // No address is without one of these, or a sign or entity that stands for one.
  if (label.size() > kMaxLinkBytes || label.find_first_of(".:&\xE2\xEF") == std::string_view::npos) return false;
  const std::string shown = Shown(label);
  const std::vector<std::string_view> pieces = Pieces(shown);
  return std::any_of(pieces.begin(), pieces.end(),
                     [](std::string_view piece) { return IsAddress(piece) || IsMailbox(piece) || IsDomain(piece); });
}

bool LeadsElsewhere(std::string_view label, std::string_view target) {
  if (target.empty() || label.size() > kMaxLinkBytes || target.size() > kMaxLinkBytes) return false;
  const std::string target_shown = WithoutBlanks(Shown(target));
  if (!IsAbsolute(target, target_shown)) return false;
  std::string_view address = Address(target_shown);
  if (StartsWith(address, kRedirection)) return false;
  const bool mail = StartsWith(target_shown, "mailto:");
  if (mail) address = address.substr(0, address.find('?'));
  const std::string shown = Shown(label);
  // An address may be broken over lines.
  const std::string whole = WithoutBlanks(shown);
  if (Address(Stripped(whole)) == address || Address(whole) == address) return false;
  const std::vector<std::string_view> pieces = Pieces(shown);
  return std::any_of(pieces.begin(), pieces.end(), [&](std::string_view piece) {
    if (Address(piece) == address) return false;
    if (IsAddress(piece) || (mail && IsMailbox(piece))) return true;
    if (mail || !IsDomain(piece) || pieces.size() > 1) return false;
    // A name of a site stands for its pages, and for the hosts below it.
    const std::string_view host = HostOf(address), domain = Address(piece);
    return host != domain && !(host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.' &&
                               host.substr(host.size() - domain.size()) == domain);
  });
}

std::string_view LinkTarget(std::string_view text, size_t begin) {
  while (begin < text.size() && IsBlank(text[begin])) ++begin;
  const bool enclosed = begin < text.size() && text[begin] == '<';
  if (enclosed) ++begin;
  const size_t limit = std::min(text.size(), begin + kMaxLinkBytes);
  int depth = 0;
  size_t end = begin;
  for (; end < limit; ++end) {
    const char c = text[end];
    if (c == '\n' || c == '\r' || (enclosed ? c == '>' : c == ' ' || c == '\t')) break;
    if (c == ']' && end + 1 < limit && text[end + 1] == '(') break;  // of another link
    if (!enclosed && c == '(') ++depth;
    if (!enclosed && c == ')' && depth-- == 0) break;
  }
  return text.substr(begin, end - begin);
}

std::string ReferenceName(std::string_view label) {
  std::string name;
  for (const char c : label) {
    if (IsBlank(c)) {
      if (!name.empty() && name.back() != ' ') name += ' ';
    } else {
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
  }
  if (!name.empty() && name.back() == ' ') name.pop_back();
  return name;
}

std::string_view HrefOf(std::string_view tag) {
  constexpr std::string_view kAttributeEnds = " \t\r\n/>=";
  size_t at = std::min(tag.find_first_of(kBlanks), tag.size());
  while (at < tag.size()) {
    if (IsBlank(tag[at]) || tag[at] == '/' || tag[at] == '>') {
      ++at;
      continue;
    }
    const size_t name_end = std::min(tag.find_first_of(kAttributeEnds, at), tag.size());
    const bool named = ReferenceName(tag.substr(at, name_end - at)) == "href";
    at = name_end;
    if (at >= tag.size() || tag[at] != '=') continue;
    ++at;
    const char quote = at < tag.size() ? tag[at] : '\0';
    const bool quoted = quote == '"' || quote == '\'';
    const size_t begin = quoted ? at + 1 : at;
    const size_t end = std::min(quoted ? tag.find(quote, begin) : tag.find_first_of(" \t\r\n>", begin), tag.size());
    if (named) return tag.substr(begin, end - begin);
    at = quoted ? end + 1 : end;
  }
  return {};
}

}  // namespace weighbridge::classify
