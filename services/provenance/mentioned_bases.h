// Models that prose says a model was made from: "fine-tuned from meta-llama/Llama-3.1-8B", "Built with Llama". Cards of
// relabelled models say so more often than their fields do. What stands there is a hint at a family, never a licence.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_MENTIONED_BASES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_MENTIONED_BASES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::provenance {

// Places of one text that are looked at.
inline constexpr size_t kMentionedBasesMax = 64;
// Words behind a word of descent among which a model is sought, and in front of one like "fine-tune".
inline constexpr size_t kDescentWordsBehind = 8;
inline constexpr size_t kDescentWordsBefore = 3;

// Words beside a word of descent, in its sentence.
struct MentionedBase {
  uint64_t begin = 0, end = 0;       // bytes of the words and of what makes them a descent
  std::vector<std::string> hub_ids;  // "org/name", also out of links to a hub
  std::string words;                 // the others, separated by blanks; a model may be named in them
};

// In order. Pure; linear in the size of `text`.
std::vector<MentionedBase> FindMentionedBases(std::string_view text);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_MENTIONED_BASES_H_
