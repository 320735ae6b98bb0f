// Makes a `.tokens` file from an official text. The text itself is not kept.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_LEARN_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_LEARN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/classify/token_file.h"

namespace weighbridge::classify {

// Words [begin, end) of the text, counted as Tokenize does, before any trimming.
struct WordRange {
  uint32_t begin = 0, end = 0;
};

struct LearnOptions {
  // Finds by itself: the title (first line of at most twelve words that names a licence, agreement, policy or terms: may be
  // absent as a whole), copyright lines among the first 60 words (slots), and whatever follows the words "end of terms and
  // conditions" (may be absent as a whole; copyright lines in it are slots).
  bool automatic = true;
  // Learns only these words: leaves out a preface, or a policy appended to a licence.
  std::optional<WordRange> only;
  // Overrides the title found: words from the start (of `only`); 0 for none.
  std::optional<uint32_t> title_words;
  struct Slot {
    WordRange words;
    uint32_t max_words = 40;
    bool copyright = false;  // holds a copyright notice; otherwise free text without a word of terms
  };
  std::vector<Slot> slots;
  std::vector<WordRange> omittable;  // parts that may be absent, each as a whole
};

struct LearnRequest {
  std::string id;                // licence id, no blanks
  std::string kind = "licence";  // licence, use_policy, exception, notice
  std::string source;            // where the text came from, one line
  std::string_view text;
  LearnOptions options;
};

// A text shorter than this cannot be told from a mention.
inline constexpr uint32_t kMinLearnWords = 20;

// Returns the bytes of the `.tokens` file. InvalidArgument: too short, too large, ranges outside the text or crossing each
// other, or a text with hidden or disguised characters, which no official text has.
absl::StatusOr<std::string> Learn(const LearnRequest& request);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_LEARN_H_
