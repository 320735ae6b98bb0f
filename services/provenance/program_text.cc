#include "services/provenance/program_text.h"

#include <algorithm>
#include <iterator>

#include "services/classify/tokenize.h"
#include "services/provenance/text_notes.h"

namespace weighbridge::provenance {
namespace {

// A paragraph reaches at most so far to either side of a phrase.
constexpr size_t kParagraphBytesMax = 400;
// What else stands in the paragraph is about the phrase if it is this near.
constexpr size_t kNearBytes = 160;

// Kinds of trigger phrases whose words programs are made of. Every other kind speaks for itself.
constexpr std::string_view kKindsOfPrograms[] = {
    "additional_terms", "competition", "derivatives",    "field_of_use",  "internal_only", "non_production",
    "outputs",          "prohibition", "redistribution", "research_only", "use_policy",
};

// Beginnings of words, behind a blank.
constexpr std::string_view kOfTerms[] = {
    " licens",       " copyright",     " commercial",     " noncommercial",  " royalt",
    " terms of use", " terms of serv", " under the term", " use policy",     " terms and condition",
    " you agree ",   " you shall ",    " you may not ",   " you may only ",  " you must not ",
    " your use ",    " this model ",   " these weights ", " this software ", " this checkpoint "};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Nothing but the signs of a comment stands in it.
bool IsEmptyLine(std::string_view line) { return line.find_first_not_of(" \t\r#*/%;\"'-") == std::string_view::npos; }

struct Range {
  size_t begin, end;
};

// The lines around [begin, end) up to an empty one, at most `reach` bytes to either side.
Range ParagraphOf(std::string_view text, size_t begin, size_t end, size_t reach) {
  const size_t least = begin > reach ? begin - reach : 0;
  const size_t most = std::min(text.size(), end + reach);
  Range range{begin, end};
  while (range.begin > least) {
    const size_t line_end = range.begin == 0 ? std::string_view::npos : text.rfind('\n', range.begin - 1);
    if (line_end == std::string_view::npos || line_end < least) {
      range.begin = least;
      break;
    }
    const size_t before = line_end == 0 ? std::string_view::npos : text.rfind('\n', line_end - 1);
    const size_t line = before == std::string_view::npos ? 0 : before + 1;
    range.begin = line_end;
    if (IsEmptyLine(text.substr(line, line_end - line))) break;
  }
  while (range.end < most) {
    const size_t line = text.find('\n', range.end);
    if (line == std::string_view::npos || line >= most) {
      range.end = most;
      break;
    }
    const size_t line_end = std::min(text.find('\n', line + 1), text.size());
    range.end = line + 1;
    if (IsEmptyLine(text.substr(line + 1, line_end - line - 1))) break;
  }
  return range;
}

std::string Normalised(std::string_view text, const Range& range) {
  return " " + classify::Tokenize(text.substr(range.begin, range.end - range.begin)).normalised;
}

// "not self.is_distributed", "not None:\n  distribution = {}"
bool IsProse(std::string_view quote) {
  for (size_t i = 0; i < quote.size(); ++i) {
    const char next = i + 1 < quote.size() ? quote[i + 1] : ' ';
    if (std::string_view("_=[]{}<>;\\|+@&").find(quote[i]) != std::string_view::npos) return false;
    // "torch.distributed", "if not done:" before a line of its own.
    if (quote[i] == '.' && !IsBlank(next) && next != '\n') return false;
    if (quote[i] == ':' && next == '\n') return false;
  }
  return true;
}

}  // namespace

bool IsProgram(std::string_view role) { return role == "code" || role == "tokenizer"; }

bool SpeaksOfTerms(std::string_view text, uint64_t begin, uint64_t end, std::string_view kind) {
  const bool doubtful =
      std::find(std::begin(kKindsOfPrograms), std::end(kKindsOfPrograms), kind) != std::end(kKindsOfPrograms);
  if (!doubtful) return true;
  const std::string_view quote = text.substr(begin, end - begin);
  if (!IsProse(quote)) return false;
  const std::string near = Normalised(text, ParagraphOf(text, begin, end, kNearBytes));
  // What a program without a word has reserved as well.
  if (Normalised(quote, {0, quote.size()}).find(" all rights reserved ") == 0) {
    return near.find(" copyright ") == std::string::npos;
  }
  // Of all that is for one purpose only, research and teaching are no matter of programs.
  if (kind == "research_only" &&
      (near.find(" research") != std::string::npos || near.find(" academi") != std::string::npos ||
       near.find(" education") != std::string::npos)) {
    return true;
  }
  return std::any_of(std::begin(kOfTerms), std::end(kOfTerms),
                     [&](std::string_view words) { return near.find(words) != std::string::npos; });
}

bool IsPermissiveHeader(std::string_view text, uint64_t begin, uint64_t end, const rulebook::Rulebook& rules) {
  const Range paragraph = ParagraphOf(text, begin, end, kParagraphBytesMax);
  const std::string behind = Normalised(text, {static_cast<size_t>(begin), paragraph.end});
  const size_t except = behind.find(" except in compliance with the license ");
  constexpr size_t kObjectBytesMax = 60;  // "you may not use this file"
  if (except == std::string::npos || except > kObjectBytesMax) return false;
  const auto named = LicensesNamedIn(text.substr(paragraph.begin, paragraph.end - paragraph.begin), rules);
  return !named.empty() && std::all_of(named.begin(), named.end(), [](const rules::v1::License* license) {
    return license->openness() == v1::OPEN_WEIGHTS_PERMISSIVE || license->openness() == v1::FULLY_OPEN;
  });
}

std::string WithoutEscapes(std::string_view json) {
  std::string plain(json);
  for (size_t i = 0; i + 1 < plain.size(); ++i) {
    if (plain[i] != '\\') continue;
    const char escaped = plain[i + 1];
    if (escaped == 'n' || escaped == 't' || escaped == 'r' || escaped == 'f' || escaped == 'b') {
      plain[i] = ' ';
      plain[i + 1] = ' ';
    } else if (escaped == '"' || escaped == '/') {
      plain[i] = ' ';
    }
    ++i;  // what is escaped escapes nothing
  }
  return plain;
}

}  // namespace weighbridge::provenance
