// The frame around prose: encodings, YAML front matter, HTML tags. Only the tokeniser uses it.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_FRAMING_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_FRAMING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::classify {

// UTF-16 text, as UTF-8. `source_offset[i]` is the byte of the original that byte i came from; one entry
// more stands for the end. Unpaired surrogates become U+FFFD.
struct Transcoded {
  std::string utf8;
  std::vector<uint32_t> source_offset;
};
bool StartsWithUtf16Mark(std::string_view text);
enum class Utf16 : uint8_t { kNo, kLittleEndian, kBigEndian };
// By the mark, or else by which byte of each pair is zero.
Utf16 GuessUtf16(std::string_view text);
Transcoded FromUtf16(std::string_view text, Utf16 order);

struct Span {
  size_t begin, end;
};

// A YAML front matter ("---" lines at the start of the text), found by its lines without parsing YAML.
struct FrontMatter {
  std::vector<size_t> part_begins;   // where keys and values of the top level begin, and the body; ascending, without 0
  std::vector<Span> quoted_scalars;  // insides of double-quoted values, in which backslash escapes count
};
FrontMatter FindFrontMatter(std::string_view text);

// True if the text is an HTML page, so that a reader sees it rendered.
bool IsHtmlDocument(std::string_view text);

struct HtmlTag {
  size_t end = 0;      // behind '>', 0 if `pos` starts no tag we know
  bool block = false;  // starts a new line
  bool closing = false;
  bool hides = false;         // attributes that make the content invisible
  bool strikes = false;       // del, s, strike
  bool skips_content = false;  // style, script
  std::string_view name;
};
// Reads the tag at text[pos] == '<'. Placeholders such as <year> are no tags, and neither is prose between angle brackets.
HtmlTag ReadHtmlTag(std::string_view text, size_t pos);

// Reads an HTML entity at text[pos] == '&'; returns its code point and sets `*length`, or -1.
int32_t ReadEntity(std::string_view text, size_t pos, int* length);

// Reads a YAML escape at text[pos] == '\\'; returns its code point and sets `*length`, or -1.
int32_t ReadYamlEscape(std::string_view text, size_t pos, int* length);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_FRAMING_H_
