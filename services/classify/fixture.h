// Invented licences for tests: prose in the manner of licences, written for this project.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_FIXTURE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/classify/classifier.h"
#include "services/classify/learn.h"
#include "services/classify/phrase.h"
#include "services/classify/token_file.h"

namespace weighbridge::classify {

// A short permissive licence with title and copyright line.
std::string PebbleText();

// A model licence with numbered clauses, a user threshold and dates; versions 2.0 and 2.1 differ in few words.
std::string TarnText(std::string_view version = "2.0");

// PebbleText with one more condition, as its authors would publish it.
std::string PebbleShowText();

// A few phrases.
std::vector<TriggerPhrase> FixturePhrases();

// Learns the text or fails the test.
TokenFile LearnOrFail(std::string_view id, std::string_view name, std::string_view text, LearnOptions options = {});

// A classifier and the index it lives on.
struct Built {
  std::string index;
  std::unique_ptr<Classifier> classifier;
};
Built BuildOrFail(const std::vector<TokenFile>& files, const std::vector<TriggerPhrase>& phrases = {});

// Pebble, Tarn-2.0 and Tarn-2.1 with FixturePhrases.
Built BuildFixture();

// "licence-id VERDICT bare" for each match, best first, separated by "; ".
std::string Summary(const Classification& found);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_FIXTURE_H_
