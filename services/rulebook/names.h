// How names are compared: case, blanks, separators, globs and words. All of it over ASCII; other bytes stay as they
// are.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_NAMES_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_NAMES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::rulebook {

// Longest name, link or repository that is looked up, in bytes; a longer one matches nothing.
inline constexpr size_t kNameBytesMax = 512;

// Lower case, blanks at both ends removed.
std::string NormalName(std::string_view name);

// NormalName() with each run of blanks, '-' and '_' as one '-': how spellings typed by people compare.
std::string NormalSpelling(std::string_view name);

// True for words that metadata uses for "no licence of this list": "other", "unknown", "none", the empty name, ...
bool SaysNothing(std::string_view normal_name);

// Lower case without scheme, "www." and '/' at the end. Empty for what cannot be compared safely: blanks, control
// characters, backslashes, "." or ".." parts (percent-encoded too), or no '/' at all.
std::string NormalLink(std::string_view url);

// True if `glob` covers all of `text`; '*' is any run of characters, everything else is itself. Linear in practice and
// at most glob.size() * text.size() steps.
bool GlobMatches(std::string_view glob, std::string_view text);

// A word of a model name and the bytes it stands on.
struct NameToken {
  std::string text;
  size_t begin = 0;
  size_t end = 0;
};

// The words of a name in lower case: runs of letters and digits, with dots between digits; a run that begins with
// letters and goes on with digits is two words where it has two letters or more ("llama3.1" is "llama", "3.1"; "r1" and
// "8x7b" stay). A "v" before a number is dropped ("v0.1" is "0.1"), and '_' between the digits of a version is its dot
// ("3_3" is "3.3"; "2_7b" is not).
std::vector<NameToken> NameTokens(std::string_view text);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_NAMES_H_
