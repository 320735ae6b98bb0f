#include "services/rulebook/names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weighbridge::rulebook {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// Bytes of letters beyond ASCII belong to the word they stand in, so that no word ends in the middle of a foreign one.
bool IsWordByte(char c) { return IsDigit(c) || IsLetter(c) || static_cast<unsigned char>(c) >= 0x80; }

// True if the byte at `pos` belongs to the word that began before it.
bool GoesOn(std::string_view text, size_t begin, size_t pos) {
  if (IsWordByte(text[pos])) return true;
  if (pos == begin || !IsDigit(text[pos - 1]) || pos + 1 >= text.size() || !IsDigit(text[pos + 1])) return false;
  if (text[pos] == '.') return true;
  if (text[pos] != '_') return false;
  size_t end = pos + 1;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end == text.size() || !IsWordByte(text[end]);
}

}  // namespace

std::string NormalName(std::string_view name) {
  while (!name.empty() && IsBlank(name.front())) name.remove_prefix(1);
  while (!name.empty() && IsBlank(name.back())) name.remove_suffix(1);
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

std::string NormalSpelling(std::string_view name) {
  std::string out;
  for (char c : NormalName(name)) {
    if (IsBlank(c) || c == '_') c = '-';
    if (c == '-' && !out.empty() && out.back() == '-') continue;
    out.push_back(c);
  }
  return out;
}

bool SaysNothing(std::string_view normal_name) {
  static constexpr std::array<std::string_view, 20> kWords = {
      "",      "other",   "others",     "unknown", "none",  "null", "nil",  "n/a", "na",          "custom",
      "false", "license", "unlicensed", "licence", "terms", "tbd",  "todo", "-",   "unspecified", "undefined"};
  return std::find(kWords.begin(), kWords.end(), normal_name) != kWords.end();
}

std::string NormalLink(std::string_view url) {
  std::string link = NormalName(url);
  if (StartsWith(link, "https://")) {
    link.erase(0, 8);
  } else if (StartsWith(link, "http://")) {
    link.erase(0, 7);
  }
  if (StartsWith(link, "www.")) link.erase(0, 4);
  while (!link.empty() && link.back() == '/') link.pop_back();
  for (char c : link) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\') return "";
  }
  if (link.find('/') == std::string::npos || link.find("%2e") != std::string::npos) return "";
  size_t begin = 0;
  const size_t path_end = std::min(link.find_first_of("?#"), link.size());
  while (begin <= path_end) {
    const size_t end = std::min(link.find('/', begin), path_end);
    const std::string_view part = std::string_view(link).substr(begin, end - begin);
    if (part == "." || part == "..") return "";
    begin = end + 1;
  }
  return link;
}

bool GlobMatches(std::string_view glob, std::string_view text) {
  size_t g = 0, t = 0;
  size_t star = std::string_view::npos, resume = 0;  // last '*' seen, and where its run of text ends
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g, ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::vector<NameToken> NameTokens(std::string_view text) {
  std::vector<NameToken> tokens;
  const auto add = [&](size_t begin, size_t end) {
    NameToken token = {NormalName(text.substr(begin, end - begin)), begin, end};
    std::replace(token.text.begin(), token.text.end(), '_', '.');  // only versions have one
    tokens.push_back(std::move(token));
  };
  for (size_t pos = 0; pos < text.size();) {
    if (!IsWordByte(text[pos])) {
      ++pos;
      continue;
    }
    size_t end = pos;
    while (end < text.size() && GoesOn(text, pos, end)) ++end;
    size_t letters = pos;
    while (letters < end && !IsDigit(text[letters])) ++letters;
    if (letters == end || letters == pos) {  // no digits, or digits first
      add(pos, end);
    } else if (letters - pos >= 2) {
      add(pos, letters);
      add(letters, end);
    } else if (Lower(text[pos]) == 'v') {
      add(letters, end);
    } else {
      add(pos, end);
    }
    pos = end;
  }
  // "v 0.1" in two words is one number too.
  for (size_t i = 0; i + 1 < tokens.size();) {
    if (tokens[i].text == "v" && IsDigit(tokens[i + 1].text.front())) {
      tokens.erase(tokens.begin() + i);
    } else {
      ++i;
    }
  }
  return tokens;
}

}  // namespace weighbridge::rulebook
