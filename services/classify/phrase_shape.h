// What every match of a phrase's pattern must look like, word by word, read off the pattern: where it cannot lie needs
// no search.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SHAPE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SHAPE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::classify {

// A word that is equal to `text`, or begins with it. Never empty.
struct WordShape {
  std::string text;
  bool whole = false;
};

// One way in which a match may begin, and words that it then has further on.
struct PhraseBranch {
  // A word like one of these stands at least one and at most `reach` words behind the first.
  struct Need {
    std::vector<WordShape> words;
    uint32_t reach = 0;
  };
  std::vector<WordShape> first;  // the match begins with one of these
  std::vector<Need> needs;       // all of them; empty: nothing is known of what follows
};

struct PhraseShape {
  // False: the pattern says nothing about its words that this reader understands; it must be searched everywhere.
  bool known = false;
  std::vector<PhraseBranch> branches;  // every match is of one of these
  uint32_t max_words = 0;              // that a match touches
};

// `pattern` is RE2 over normalised text, in which single blanks separate words. Understands literals, groups,
// alternatives, repeats, \b \w \S \d, $ and small character classes. Sound: whatever RE2 matches has the shape, if the
// match begins where a word or (in a word with other bytes than a to z) a character begins.
PhraseShape ShapeOf(std::string_view pattern);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SHAPE_H_
