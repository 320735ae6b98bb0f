// Suggestions for near-miss spellings.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_SUGGEST_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_SUGGEST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::profile {

// The word out of `words` that was probably meant: equal but for case, hyphens and spaces, or within two edits (one for
// words up to four letters). The first in order wins ties. Nothing if none is near.
std::optional<std::string> NearMiss(std::string_view typed, const std::vector<std::string>& words);

// The near miss; else up to three words that contain `typed`, letters and digits alone compared: "Llama 3.1" for
// "llama-3.1-license-2024".
std::vector<std::string> Likely(std::string_view typed, const std::vector<std::string>& words);

// "; did you mean `word`?" for a near miss, else "; one of: a, b, c" for a short list, else "".
std::string Suggestion(std::string_view typed, const std::vector<std::string>& words);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_SUGGEST_H_
