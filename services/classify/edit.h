// Kinds of difference between a found text and an official one.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_EDIT_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_EDIT_H_

#include <cstdint>
#include <string_view>

namespace weighbridge::classify {

enum class EditClass : uint8_t {
  // Allowed: the text stays EQUIVALENT.
  kTemplateSlot,     // other words where the template lets them vary
  kOmitted,          // an optional part (title, appendix) is absent as a whole
  kListMarker,       // a number or letter that one layout makes a list marker and the other a word
  kCopyrightNotice,  // an additional copyright line
  kLigature,         // one sign for two or three letters, which texts taken from printed pages have
  // Not listed, yet without a word that can change the meaning: VARIANT.
  kInserted,
  kDeleted,
  kReplaced,
  kDisguised,  // characters a reader does not see inside words, or letters spelt as entities; the words are the official ones
  // Critical: MODIFIED.
  kPolarity,   // not, never, without, except ...
  kModality,   // may, must, shall ...
  kNumber,     // any number, version or date written with digits
  kQuantity,   // million, percent, currency, more, less ...
  kScope,      // commercial, research, users, territory ...
  kDate,       // names of months
  kParty,      // names
  kClause,     // many words in a row added, dropped or moved
  kHidden,     // look-alike letters, reordered, struck or hidden text inside the official words
  kCollision,  // the hashes agree and the digest does not: a word was chosen to deceive
};

// Stable lower-case name, such as "template_slot".
std::string_view EditClassName(EditClass cls);

// True for the classes that make a text MODIFIED.
bool IsCritical(EditClass cls);

// True for the classes that leave a text EQUIVALENT.
bool IsAllowed(EditClass cls);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_EDIT_H_
