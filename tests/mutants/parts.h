// Words, sentences and variable parts of a licence text, as far as a mutant needs them. Shares nothing with the
// classifier: a mistake there must not be repeated here.
#ifndef WEIGHBRIDGE_TESTS_MUTANTS_PARTS_H_
#define WEIGHBRIDGE_TESTS_MUTANTS_PARTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::mutants {

struct Span {
  size_t begin = 0, end = 0;  // bytes
};

// A run of letters and digits, with apostrophes inside, or a sign such as $ and %. `lower` is its form for comparison.
struct Word {
  size_t begin, end;
  std::string lower;
};

struct Sentence {
  size_t begin, end;            // from its first letter to behind its last mark
  size_t first_word, end_word;  // of Parts::words
  size_t paragraph;
};

std::vector<Word> WordsOf(std::string_view text);

// The words in lower case, each with a blank behind it; spellings that the SPDX guidelines hold to be the same are.
std::string Reading(std::string_view text);

// True if both texts read the same, word by word, whatever their layout, marks and case.
bool SameWords(std::string_view a, std::string_view b);

struct Parts {
  explicit Parts(std::string_view bytes);

  std::string_view text;
  std::vector<Word> words;
  std::vector<Sentence> sentences;
  std::vector<Span> paragraphs;  // blank lines and list items divide
  // What a template lets vary: copyright lines with what belongs to them, lines with placeholders, and whatever follows
  // "end of terms and conditions". Nothing in it changes the meaning of the licence.
  std::vector<Span> variable;
  std::vector<Span> notices;    // of them, "Copyright (c) <year> <holder>" lines that hold nothing else, near the top
  std::vector<Span> addresses;  // of pages and of mail

  bool Varies(size_t begin, size_t end) const;
  bool InAddress(size_t begin, size_t end) const;
  // Of words[i], or null: it is in a heading, or between sentences.
  const Sentence* SentenceOf(size_t word) const;
  bool StartsLine(size_t byte) const;           // only blanks, bullets and brackets before it
  std::string_view Between(size_t word) const;  // what lies between words[word] and the next one
};

}  // namespace weighbridge::mutants

#endif  // WEIGHBRIDGE_TESTS_MUTANTS_PARTS_H_
