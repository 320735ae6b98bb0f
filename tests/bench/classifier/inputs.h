// What the classifier is measured on: the wordings that ship, the texts of the licence pack, and edited copies of them.
#ifndef WEIGHBRIDGE_TESTS_BENCH_CLASSIFIER_INPUTS_H_
#define WEIGHBRIDGE_TESTS_BENCH_CLASSIFIER_INPUTS_H_

#include <string>
#include <vector>

#include "services/classify/phrase.h"
#include "services/classify/token_file.h"

namespace weighbridge::bench {

struct NamedText {
  std::string name;   // "corpus/licenses/MIT/1.txt", "pack/zlib"
  std::string id;     // the licence it is
  bool spdx = false;  // of the pack: its id is one of the SPDX list
  std::string bytes;
};

struct ClassifierInputs {
  std::vector<classify::TokenFile> shipped;  // token files of the rulebook that is linked in
  std::vector<classify::TokenFile> learnt;   // made here from the pack, texts too short or hidden left out
  std::vector<classify::TriggerPhrase> phrases;
  std::vector<NamedText> corpus;  // official texts
  std::vector<NamedText> pack;
  std::vector<NamedText> others;  // cards, traps and texts that are no licences
};

// Reads WEIGHBRIDGE_CORPUS and WEIGHBRIDGE_LICENCE_PACK; what is not there stays empty.
ClassifierInputs ReadInputs();

// One to ten edits of words by seed: one dropped, doubled, replaced by another of the text, or a small word put in.
std::string Edited(const std::string& text, uint32_t seed);

}  // namespace weighbridge::bench

#endif  // WEIGHBRIDGE_TESTS_BENCH_CLASSIFIER_INPUTS_H_
