#include "services/provenance/language.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "services/base/utf8.h"

namespace weighbridge::provenance {
namespace {

constexpr size_t kEnglish = 0;
struct Language {
  std::string_view name;
  std::string_view small_words;
};
// Words that two of them share count for both.
constexpr std::array<Language, 9> kLanguages = {{
    {"English", "the of and to or any this by with that is are be not shall may for in as if such under you your from"},
    {"German", "der die das und den dem des von zu mit auf nicht eine einer ist wird im bei durch nach zur"},
    {"French", "le la les des et du une pour dans que est sur ou par aux cette vous ne pas sous avec ce toute il en"},
    {"Italian", "il di della che per del con dei delle gli una sono questa nel alla la le si non ai da al o qualsiasi"},
    {"Spanish", "el de la los las y del para por con una que se en su sus o este esta cualquier no al como"},
    {"Portuguese", "o de da do dos das e para com uma os em por que ou se este esta qualquer sob ao na no as"},
    {"Dutch", "de het een van en voor met niet of zijn dat op wordt door te deze onder is aan bij worden"},
    {"Polish",
     "i w z na do nie oraz lub jest si\xC4\x99 przez tej dla od \xC5\xBC"
     "e o niniejszej licencji kt\xC3\xB3re za"},
    {"Swedish", "och att f\xC3\xB6r av det inte \xC3\xA4r med eller ett denna du den har till om under de p\xC3\xA5"},
}};
// Shares of all words that are small words: English prose has a third of them, prose of other languages a tenth of
// English.
constexpr double kLeastShare = 0.12;
constexpr double kTimesEnglish = 2;
// Of fewer words none of it can be told.
constexpr uint32_t kLeastWords = 20;

constexpr uint32_t kLettersOfAWord = 5;  // in scripts of which we do not look for words

enum class Script { kNone, kLatin, kChinese, kJapanese, kKorean, kCyrillic, kGreek, kOther };

Script ScriptOf(int32_t c) {
  struct Range {
    int32_t begin, end;
    Script script;
  };
  static constexpr Range kRanges[] = {
      {'0', '9', Script::kLatin},          {'A', 'Z', Script::kLatin},           {'a', 'z', Script::kLatin},
      {0xC0, 0x24F, Script::kLatin},       {0x370, 0x3FF, Script::kGreek},       {0x400, 0x52F, Script::kCyrillic},
      {0x530, 0x10FF, Script::kOther},     {0x1100, 0x11FF, Script::kKorean},    {0x1200, 0x1DBF, Script::kOther},
      {0x1E00, 0x1EFF, Script::kLatin},    {0x1F00, 0x1FFF, Script::kGreek},     {0x2D00, 0x2DFF, Script::kOther},
      {0x3041, 0x30FF, Script::kJapanese}, {0x3400, 0x9FFF, Script::kChinese},   {0xA000, 0xABFF, Script::kOther},
      {0xAC00, 0xD7AF, Script::kKorean},   {0xF900, 0xFAFF, Script::kChinese},   {0xFB1D, 0xFDFF, Script::kOther},
      {0xFE70, 0xFEFC, Script::kOther},    {0x20000, 0x323AF, Script::kChinese},
  };
  for (const Range& range : kRanges) {
    if (c >= range.begin && c <= range.end) return range.script;
  }
  return Script::kNone;
}

// Bit i: the word is a small one of kLanguages[i].
const std::unordered_map<std::string_view, uint32_t>& SmallWords() {
  static const auto* words = [] {
    auto* map = new std::unordered_map<std::string_view, uint32_t>;
    for (size_t i = 0; i < kLanguages.size(); ++i) {
      std::string_view rest = kLanguages[i].small_words;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(' '), rest.size());
        (*map)[rest.substr(0, end)] |= 1u << i;
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return map;
  }();
  return *words;
}

}  // namespace

TextLanguage LanguageOf(std::string_view text) {
  text = text.substr(0, kLanguageBytesMax);
  std::array<uint32_t, kLanguages.size()> small{};
  std::array<uint32_t, 8> letters{};  // by script
  uint32_t latin_words = 0;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    ++latin_words;
    if (const auto found = SmallWords().find(word); found != SmallWords().end()) {
      for (size_t i = 0; i < small.size(); ++i) small[i] += found->second >> i & 1u;
    }
    word.clear();
  };
  for (size_t at = 0; at < text.size();) {
    int length = 1;
    const int32_t c = DecodeUtf8(text, at, &length);
    const Script script = c < 0 ? Script::kLatin : ScriptOf(c);
    if (script == Script::kLatin) {
      const bool capital = c >= 'A' && c <= 'Z';
      if (capital) {
        word += static_cast<char>(c - 'A' + 'a');
      } else {
        word.append(text.substr(at, static_cast<size_t>(length)));
      }
    } else {
      end_word();
      ++letters[static_cast<size_t>(script)];
    }
    at += static_cast<size_t>(length);
  }
  end_word();

  const auto count = [&](Script script) { return letters[static_cast<size_t>(script)]; };
  const uint32_t east_asian = (count(Script::kChinese) + count(Script::kJapanese) + count(Script::kKorean) + 1) / 2;
  const uint32_t others = (count(Script::kCyrillic) + count(Script::kGreek) + count(Script::kOther)) / kLettersOfAWord;
  TextLanguage language;
  language.words = latin_words + east_asian + others;
  if (east_asian + others > latin_words) {
    if (others > east_asian) {
      const bool cyrillic = count(Script::kCyrillic) >= std::max(count(Script::kGreek), count(Script::kOther));
      const bool greek = count(Script::kGreek) > count(Script::kOther);
      language.other = cyrillic ? "Cyrillic letters" : greek ? "Greek" : "another script";
    } else if (count(Script::kKorean) > count(Script::kChinese)) {
      language.other = "Korean";
    } else {
      // Japanese is written with ideographs too, but never without syllables.
      language.other = count(Script::kJapanese) * 4 > count(Script::kChinese) ? "Japanese" : "Chinese";
    }
    return language;
  }
  const size_t most = static_cast<size_t>(std::max_element(small.begin() + 1, small.end()) - small.begin());
  if (latin_words >= kLeastWords && small[most] >= kLeastShare * latin_words &&
      small[most] > kTimesEnglish * small[kEnglish]) {
    language.other = kLanguages[most].name;
  }
  return language;
}

}  // namespace weighbridge::provenance
