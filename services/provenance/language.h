// Which language a text is mostly written in, as far as it takes to say that it is not English. All of the rulebook's
// wordings are in English, or hold it beside another language.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_LANGUAGE_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_LANGUAGE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weighbridge::provenance {

// Of a longer text only so much is looked at.
inline constexpr size_t kLanguageBytesMax = size_t{256} << 10;

struct TextLanguage {
  // Words, also of scripts that do not separate them: two ideographs count as one.
  uint32_t words = 0;
  // "German", "Chinese", "Cyrillic letters"; empty if most of it is English or nothing that we can tell.
  std::string_view other;
};

// By script, and by the small words that every text of a language is full of. Bytes that are not UTF-8 count as
// letters.
TextLanguage LanguageOf(std::string_view text);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_LANGUAGE_H_
