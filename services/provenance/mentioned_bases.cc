#include "services/provenance/mentioned_bases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "services/provenance/license_names.h"

namespace weighbridge::provenance {
namespace {

// A word is what stands between blanks, brackets and marks of Markdown.
constexpr std::string_view kBetween = " \t\r\n()[]<>{}\"'`*|,";

struct Word {
  size_t begin, end;
  bool ends_sentence;
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<Word> Words(std::string_view text) {
  std::vector<Word> words;
  for (size_t at = 0; at < text.size();) {
    if (kBetween.find(text[at]) != std::string_view::npos) {
      // A line may go on in the next one; a row, an item and a blank line do not.
      const bool line_ends =
          text[at] == '\n' && (at + 1 == text.size() || text[at + 1] == '\n' || text[at + 1] == '|' ||
                               text[at + 1] == '-' || text[at + 1] == '*' || text[at + 1] == '#');
      if ((line_ends || text[at] == '|') && !words.empty()) words.back().ends_sentence = true;
      ++at;
      continue;
    }
    const size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    size_t last = end;
    while (last > at && std::string_view(".:;!?").find(text[last - 1]) != std::string_view::npos) --last;
    const bool stops = last < end && text[last] != ':';
    if (last > at) {
      words.push_back({at, last, stops});
    } else if (stops && !words.empty()) {
      words.back().ends_sentence = true;
    }
    at = end;
  }
  return words;
}

// One or two words of descent; the model stands behind them, of some also before.
struct Descent {
  std::string_view first, second;
  bool before = false;
};

constexpr std::array<Descent, 40> kDescents = {{
    {"fine-tuned", "", true},  {"finetuned", "", true},  {"fine-tune", "", true}, {"finetune", "", true},
    {"fine-tuning", "", true}, {"finetuning", "", true}, {"fine", "tuned", true}, {"based", "on"},
    {"based", "upon"},         {"built", "with"},        {"built", "on"},         {"built", "upon"},
    {"built", "using"},        {"built", "from"},        {"derived", "from"},     {"derivative", "of"},
    {"distilled", "from"},     {"distillation", "of"},   {"initialized", "from"}, {"initialised", "from"},
    {"initialized", "with"},   {"merge", "of"},          {"merged", "from"},      {"merges", ""},
    {"quantized", "version"},  {"quantised", "version"}, {"quantization", "of"},  {"quantizations", "of"},
    {"quants", "of"},          {"conversion", "of"},     {"converted", "from"},   {"adapter", "for"},
    {"lora", "for"},           {"pretraining", "of"},    {"pre-training", "of"},  {"trained", "from"},
    {"starting", "from"},      {"base", "model"},        {"powered", "by"},       {"version", "of"},
}};

const Descent* DescentAt(const std::vector<std::string>& lower, size_t at) {
  const auto fits = [&](const Descent& descent) {
    return lower[at] == descent.first &&
           (descent.second.empty() || (at + 1 < lower.size() && lower[at + 1] == descent.second));
  };
  const auto* found = std::find_if(kDescents.begin(), kDescents.end(), fits);
  return found == kDescents.end() ? nullptr : found;
}

// Programs that are called after a model, and with which models of all families are made.
constexpr std::array<std::string_view, 12> kTools = {
    "llama.cpp",     "llama-cpp",  "llama_cpp",   "llama-factory", "llamafactory",      "llama_factory",
    "llama-recipes", "llamaindex", "llama-index", "gemma.cpp",     "mistral-inference", "mistral.rs"};

bool IsTool(std::string_view lower) {
  return std::any_of(kTools.begin(), kTools.end(),
                     [&](std::string_view tool) { return lower.find(tool) != std::string_view::npos; });
}

// "org/name", alone or in an address of a hub; without '/' in front and behind.
std::optional<std::string> HubIdIn(std::string_view word) {
  const bool address = word.find("://") != std::string_view::npos;
  if (!address && std::count(word.begin(), word.end(), '/') != 1) return std::nullopt;
  std::string id = HubIdOf(std::string(word));
  if (id.find('/') == std::string::npos) return std::nullopt;
  return id;
}

}  // namespace

std::vector<MentionedBase> FindMentionedBases(std::string_view text) {
  const std::vector<Word> words = Words(text);
  std::vector<std::string> lower;
  lower.reserve(words.size());
  for (const Word& word : words) lower.push_back(Lower(text.substr(word.begin, word.end - word.begin)));

  std::vector<MentionedBase> found;
  for (size_t at = 0; at < words.size() && found.size() < kMentionedBasesMax; ++at) {
    const Descent* descent = DescentAt(lower, at);
    if (descent == nullptr) continue;
    const size_t last = at + (descent->second.empty() ? 0 : 1);
    size_t first = at, end = last;
    while (descent->before && first > 0 && at - first < kDescentWordsBefore && !words[first - 1].ends_sentence) --first;
    while (end + 1 < words.size() && end - last < kDescentWordsBehind && !words[end].ends_sentence) ++end;
    MentionedBase base;
    base.begin = words[first].begin;
    base.end = words[end].end;
    for (size_t i = first; i <= end; ++i) {
      if ((i >= at && i <= last) || IsTool(lower[i])) continue;
      const std::string_view word = text.substr(words[i].begin, words[i].end - words[i].begin);
      if (std::optional<std::string> id = HubIdIn(word)) {
        base.hub_ids.push_back(*std::move(id));
      } else if (word.find("://") == std::string_view::npos) {
        // An organisation in front of a name is no model.
        base.words += (base.words.empty() ? "" : " ") + std::string(word.substr(word.rfind('/') + 1));
      }
    }
    found.push_back(std::move(base));
  }
  return found;
}

}  // namespace weighbridge::provenance
