// A phrase that, wherever it stands in a text, is worth a person's attention.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_H_

#include <string>

namespace weighbridge::classify {

struct TriggerPhrase {
  std::string id;    // unique
  std::string kind;  // monthly_active_users, non_commercial, ...: what it is about; several phrases share one
  // RE2 over the normalised text: lower case, words separated by one blank, no punctuation, "non-commercial" is
  // "noncommercial", digits joined ("700000000"), % is "percent". A first group captures the value, if the phrase has one.
  std::string pattern;
  bool restrictive = false;  // restricts what one may do; otherwise it is for information
  std::string hit, miss;     // texts of one line: the first must hit, the second must not
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_H_
