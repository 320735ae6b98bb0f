// Whether a link leads where its text says. Only the tokeniser uses it: it does not read the targets of links.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace weighbridge::classify {

// Longer targets and texts of links are not looked at.
inline constexpr size_t kMaxLinkBytes = 2048;

// True if `label`, the text of a link, is or holds a web address and `target` is another one. False if the text says no
// address, and for targets in the same site ("/a", "a.md", "#a"), which a page has that was saved from its site.
// Scheme, "www.", case, escapes and emphasis make no difference. Linear time.
bool LeadsElsewhere(std::string_view label, std::string_view target);

// True if `label` may hold an address, so that asking LeadsElsewhere is worth while.
bool HoldsAddress(std::string_view label);

// The target at text[begin], where "[label](" or "[label]: " ends: without its title and the angle brackets around it.
// Empty if there is none before the line ends.
std::string_view LinkTarget(std::string_view text, size_t begin);

// The name of a link's definition as Markdown compares it: lower case, blanks as one.
std::string ReferenceName(std::string_view label);

// The value of the href attribute of the tag `tag` ("<a ...>"); empty if it has none.
std::string_view HrefOf(std::string_view tag);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_H_
