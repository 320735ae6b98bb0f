// One wording of a licence term, as data of the rulebook.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_PATTERN_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_PATTERN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace weighbridge::classify {

enum class TermPolarity : uint8_t {
  kRestricts,  // rights end or are not given
  kDuty,       // something must be done
  kPermits,    // said to be allowed, or said not to be owed
};

// "restricts", "duty", "permits".
std::string_view TermPolarityName(TermPolarity polarity);

struct TermPattern {
  std::string id;    // unique
  std::string kind;  // one of tests/terms/README.md
  TermPolarity polarity = TermPolarity::kRestricts;
  // RE2 over marked text, see MarkedText in terms.h. A first group captures the value, if the term has one.
  std::string pattern;
  std::string unless;        // RE2; a hit whose clause it matches is none
  std::string permitted_if;  // RE2; a hit whose clause it matches permits
  std::string value;         // of every hit, where nothing is captured
  std::string unit;          // behind a captured number: "daily_active_users"
  bool needs_ban = false;    // a hit counts only in a sentence or a list that bars something
  bool weak = false;         // no hit counts where another pattern of this kind that is not weak says the opposite
  std::string hit, miss;     // invented texts: the first must give a term of this pattern, the second must not
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_TERM_PATTERN_H_
