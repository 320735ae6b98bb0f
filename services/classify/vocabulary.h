// Words that can change what a licence means. The list is general English of licences, not taken from one text; words that
// separate the versions of one licence are numbers, dates and names and are critical by their form.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_VOCABULARY_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_VOCABULARY_H_

#include <cstdint>
#include <optional>

#include "services/classify/edit.h"

namespace weighbridge::classify {

// The critical class of the word with this hash, if it has one: kPolarity, kModality, kQuantity, kScope or kDate.
std::optional<EditClass> CriticalWord(uint32_t hash);

// True for a word that no copyright notice, heading or free template slot needs and that a condition would: "license",
// "permission", "use", "modified" ..., and every critical word but months.
bool SpeaksOfTerms(uint32_t hash);

// The same for a heading, in which "license", "terms" and the like name the document; "modified" and "additional" do not pass.
bool UnfitForHeading(uint32_t hash);

// A word that names a document or what it covers: "license", "notice", "weights" ...
bool IsHeadingWord(uint32_t hash);

// Words of copyright notices beside names: "and", "contributors", "the", "authors", "inc" ...
bool IsNoticeWord(uint32_t hash);

// A word that takes a full stop inside a name: "inc", "ltd", "jr" ...
bool IsAbbreviation(uint32_t hash);

// Words of a line that is no heading and yet says nothing: "the full text follows", "begin", "file" ...
bool IsHarmlessWord(uint32_t hash);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_VOCABULARY_H_
