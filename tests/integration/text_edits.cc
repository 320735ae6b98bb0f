#include "tests/integration/text_edits.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include "services/classify/word_hash.h"
#include "services/crypto/sha256.h"
#include "tests/support/model_builder.h"

namespace weighbridge::integration {
namespace {

std::string EachLine(std::string_view text, std::string_view before, std::string_view end) {
  std::string out;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    out += before;
    out += line;
    out += end;
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return out;
}

std::string Reflow(std::string_view text, size_t width) {
  std::string out;
  size_t column = 0;
  int newlines = 0;
  std::string word;
  const auto flush = [&] {
    if (word.empty()) return;
    if (newlines >= 2) {
      if (!out.empty()) out += "\n\n";
      column = 0;
    } else if (column > 0 && width > 0 && column + 1 + word.size() > width) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    newlines = 0;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      flush();
      if (c == '\n') ++newlines;
    } else {
      word += c;
    }
  }
  flush();
  return out + "\n";
}

std::string Curly(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool opens = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n' || text[i - 1] == '(';
    if (text[i] == '"') {
      out += opens ? "\u201C" : "\u201D";
    } else if (text[i] == '\'') {
      out += opens ? "\u2018" : "\u2019";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string Heading(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string(text) : "# " + std::string(text.substr(begin));
}

}  // namespace

std::string CollidingNumber(std::string_view word) {
  static std::mutex mutex;
  static std::map<std::string, std::string, std::less<>> found;
  const std::lock_guard<std::mutex> lock(mutex);
  if (const auto known = found.find(word); known != found.end()) return known->second;
  const uint32_t wanted = classify::HashOf(word);
  for (uint64_t head = 1;; ++head) {
    const std::string prefix = std::to_string(head);
    uint64_t state = classify::kWordHashSeed;
    for (const char c : prefix) state = classify::WordHashStep(state, c);
    for (char a = '0'; a <= '9'; ++a) {
      const uint64_t with_a = classify::WordHashStep(state, a);
      for (char b = '0'; b <= '9'; ++b) {
        const uint64_t with_b = classify::WordHashStep(with_a, b);
        for (char c = '0'; c <= '9'; ++c) {
          if (classify::WordHashFinish(classify::WordHashStep(with_b, c)) != wanted) continue;
          const std::string number = prefix + a + b + c;
          if (number == word) continue;
          return found.emplace(std::string(word), number).first->second;
        }
      }
    }
  }
}

std::string Sha256Of(std::string_view bytes) { return Sha256Hex(bytes); }

std::optional<std::string> ApplyEdit(std::string_view edit, std::string text, std::string& error) {
  const size_t blank = edit.find(' ');
  const std::string verb(edit.substr(0, blank));
  const std::string rest(blank == std::string_view::npos ? "" : edit.substr(blank + 1));
  if (verb == "crlf") return EachLine(text, "", "\r\n");
  if (verb == "curly") return Curly(text);
  if (verb == "heading") return Heading(text);
  if (verb == "comment") return EachLine(text, rest + " ", "\n");
  if (verb == "reflow") return Reflow(text, std::strtoul(rest.c_str(), nullptr, 10));
  if (verb == "append") return text + "\n\n" + rest + "\n";
  if (verb == "prepend") return rest + "\n\n" + text;
  if (verb == "pointer") return testing_support::BuildLfsPointer(Sha256Of(text), text.size());
  if (verb == "cut") {
    const size_t bytes = std::strtoul(rest.c_str(), nullptr, 10);
    return text.substr(0, text.size() - std::min(bytes, text.size()));
  }
  const bool collide = verb == "collide";
  if (collide || verb == "replace" || verb == "replace-all" || verb == "insert-before" || verb == "insert-after") {
    const size_t arrow = rest.find(" -> ");
    if (!collide && arrow == std::string::npos) {
      error = verb + " needs A -> B";
      return std::nullopt;
    }
    const std::string from = collide ? rest : rest.substr(0, arrow);
    std::string to = collide ? CollidingNumber(rest) : rest.substr(arrow + 4);
    if (verb == "insert-before") to = to + " " + from;
    if (verb == "insert-after") to = from + " " + to;
    size_t at = text.find(from);
    if (at == std::string::npos || from.empty()) {
      error = "the text does not hold \"" + from + "\"";
      return std::nullopt;
    }
    do {
      text.replace(at, from.size(), to);
      at = text.find(from, at + to.size());
    } while (verb == "replace-all" && at != std::string::npos);
    return text;
  }
  error = "no such edit: " + verb;
  return std::nullopt;
}

}  // namespace weighbridge::integration
