#include "services/provenance/named_licenses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace weighbridge::provenance {
namespace {

using rules::v1::License;

// Where a line has no end, a sentence has one.
constexpr size_t kSentenceBytesMax = 1'000;
// So far from the name of a model a word makes it that of a licence.
constexpr size_t kWordsBefore = 3;
constexpr size_t kWordsBehind = 2;
// An address is compared by each of its ends.
constexpr size_t kWordsOfALink = 10;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

// A word as names are written: "2.0", "Apache-2.0", "Llama".
struct NameWord {
  size_t begin, end;
};

std::vector<NameWord> NameWords(std::string_view text) {
  std::vector<NameWord> words;
  const auto inner = [](char c) { return c == '.' || c == '-' || c == '_' || c == '+'; };
  for (size_t at = 0; at < text.size();) {
    if (!IsLetter(text[at]) && !IsDigit(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && (IsLetter(text[end]) || IsDigit(text[end]) || inner(text[end]))) ++end;
    size_t last = end;
    while (inner(text[last - 1])) --last;
    words.push_back({at, last});
    at = end;
  }
  return words;
}

// A single word is a name of a licence only in capitals or with a digit: "mit" is German, and "open" is English.
bool LooksLikeAName(std::string_view word) {
  bool letter = false, digit = false, small = false;
  for (const char c : word) {
    letter = letter || IsLetter(c);
    digit = digit || IsDigit(c);
    small = small || (c >= 'a' && c <= 'z');
  }
  return letter && word.size() >= 2 && (digit || !small);
}

// The longest name that begins with word `first`; with how many words it takes.
std::optional<std::pair<size_t, std::vector<const License*>>> LongestName(std::string_view text,
                                                                          const std::vector<NameWord>& words,
                                                                          size_t first,
                                                                          const rulebook::Rulebook& rules) {
  for (size_t count = std::min(kNameWordsMax, words.size() - first); count > 0; --count) {
    const auto word = [&](size_t i) { return text.substr(words[i].begin, words[i].end - words[i].begin); };
    if (count == 1 && !LooksLikeAName(word(first))) break;
    std::string name;
    for (size_t i = first; i < first + count; ++i) {
      name += name.empty() ? "" : " ";
      name += word(i);
    }
    std::vector<const License*> found = rules.FindLicenses(name);
    if (!found.empty()) return std::make_pair(count, std::move(found));
  }
  return std::nullopt;
}

template <typename Stems>
bool BeginsWithOne(std::string_view word, const Stems& stems) {
  return std::any_of(stems.begin(), stems.end(),
                     [&](std::string_view stem) { return word.substr(0, stem.size()) == stem; });
}

// What a picture of words says, as makers of badges write it: ".../badge/License-CC--BY--NC--4.0-green" is "License
// CC-BY-NC-4.0 green". Empty for other addresses.
std::string BadgeText(std::string_view address) {
  constexpr std::string_view kBadge = "/badge/";
  const size_t at = address.find(kBadge);
  if (at == std::string_view::npos) return "";
  std::string_view coded = address.substr(at + kBadge.size(), kSentenceBytesMax);
  std::string text;
  for (size_t i = 0; i < coded.size(); ++i) {
    const bool doubled = i + 1 < coded.size() && coded[i + 1] == coded[i];
    if ((coded[i] == '-' || coded[i] == '_') && doubled) {
      text += coded[i++];
    } else if (coded[i] == '-' || coded[i] == '_') {
      text += ' ';
    } else if (coded.substr(i, 3) == "%20") {
      text += ' ';
      i += 2;
    } else {
      text += coded[i];
    }
  }
  return text;
}

// What a sentence is about, by the words in it.
struct Topic {
  bool terms = false, model = false, data = false;
};

Topic TopicOf(std::string_view sentence, const std::vector<NameWord>& words) {
  constexpr std::array<std::string_view, 9> kTerms = {"licen",     "terms",   "agreement", "released", "distributed",
                                                      "published", "covered", "governed",  "under"};
  constexpr std::array<std::string_view, 4> kModel = {"weight", "checkpoint", "model", "code"};
  constexpr std::array<std::string_view, 5> kData = {"data", "corpus", "corpora", "benchmark", "trained"};
  Topic topic;
  for (const NameWord& at : words) {
    const std::string word = Lower(sentence.substr(at.begin, at.end - at.begin));
    topic.terms = topic.terms || BeginsWithOne(word, kTerms);
    topic.model = topic.model || BeginsWithOne(word, kModel);
    topic.data = topic.data || BeginsWithOne(word, kData);
  }
  return topic;
}

// "Llama 3.1" is a model first: it names a licence beside a word that says so ("Llama 3.1 license", "under Llama 3.1").
bool SpeaksOfALicense(std::string_view sentence, const std::vector<NameWord>& words, size_t first, size_t count) {
  constexpr std::array<std::string_view, 3> kBefore = {"licen", "under", "terms"};
  constexpr std::array<std::string_view, 4> kBehind = {"licen", "terms", "agreement", "community"};
  const size_t begin = first - std::min<size_t>(first, kWordsBefore);
  const size_t end = std::min(words.size(), first + count + kWordsBehind);
  for (size_t i = begin; i < end; ++i) {
    const std::string word = Lower(sentence.substr(words[i].begin, words[i].end - words[i].begin));
    if (i < first ? BeginsWithOne(word, kBefore) : BeginsWithOne(word, kBehind)) return true;
  }
  return false;
}

class Finder {
 public:
  Finder(std::string_view text, const classify::Classification& found, const rulebook::Rulebook& rules)
      : text_(text), rules_(rules) {
    for (const classify::TextMatch& match : found.matches) matches_.push_back({match.begin, match.end});
    std::sort(matches_.begin(), matches_.end());
  }

  GoverningNames Run() {
    for (size_t at = 0; at < text_.size() && !out_.incomplete;) {
      size_t end = text_.find('\n', at);
      if (end == std::string_view::npos) end = text_.size();
      ReadLine(at, end);
      at = end + 1;
    }
    return std::move(out_);
  }

 private:
  void ReadLine(size_t begin, size_t end) {
    const std::string_view line = text_.substr(begin, end - begin);
    if (!line.empty() && line.front() == '#') {
      const std::string lower = Lower(line.substr(0, kSentenceBytesMax));
      in_section_of_terms_ = lower.find("licen") != std::string::npos || lower.find("terms") != std::string::npos;
    }
    for (size_t at = begin; at < end && !out_.incomplete;) {
      size_t stop = text_.find(". ", at);
      if (stop == std::string_view::npos || stop > end) stop = end;
      stop = std::min(stop, at + kSentenceBytesMax);
      ReadSentence(at, stop);
      at = stop + 1;
    }
  }

  void ReadSentence(size_t begin, size_t end) {
    const std::string_view sentence = text_.substr(begin, end - begin);
    const std::vector<NameWord> words = NameWords(sentence);
    // What an SPDX line says is a claim, which may leave the policy a choice.
    if (words.empty() || Lower(sentence).find("spdx-license-identifier") != std::string::npos) return;
    const Topic topic = TopicOf(sentence, words);
    if (!topic.terms && !topic.model && !topic.data && !in_section_of_terms_) return;
    const bool of_data = topic.data && !topic.model;
    for (size_t first = 0; first < words.size();) {
      if (++compared_ > kComparedWordsMax) {
        out_.incomplete = true;
        return;
      }
      auto name = LongestName(sentence, words, first, rules_);
      if (!name.has_value()) {
        ++first;
        continue;
      }
      const NamedLicense named = {begin + words[first].begin, begin + words[first + name->first - 1].end,
                                  std::move(name->second), of_data};
      const std::string_view written = text_.substr(named.begin, named.end - named.begin);
      if (rules_.ModelNamesIn(written).empty() || SpeaksOfALicense(sentence, words, first, name->first)) Add(named);
      first += name->first;
    }
    AddLinks(begin, sentence, of_data);
  }

  void AddLinks(size_t offset, std::string_view sentence, bool of_data) {
    for (size_t at = sentence.find("://"); at != std::string_view::npos; at = sentence.find("://", at + 3)) {
      compared_ += kWordsOfALink;
      size_t begin = at;
      while (begin > 0 && IsLetter(sentence[begin - 1])) --begin;
      const size_t end = std::min(sentence.find_first_of(" \t\r\"'<>()[]`|", at), sentence.size());
      const std::string_view address = sentence.substr(begin, end - begin);
      Add({offset + begin, offset + end, rules_.LicensesByLink(address), of_data});
      for (NamedLicense& named : NamesIn(BadgeText(address), rules_, kGoverningNamesMax)) {
        Add({offset + begin, offset + end, std::move(named.licenses), of_data});
      }
    }
  }

  void Add(NamedLicense named) {
    const auto limits = [](const License* license) { return LimitsUse(*license); };
    if (std::none_of(named.licenses.begin(), named.licenses.end(), limits) || IsInMatch(named)) return;
    const auto is_same = [&](const NamedLicense& other) {
      return other.licenses == named.licenses && other.of_data == named.of_data;
    };
    if (std::any_of(out_.names.begin(), out_.names.end(), is_same)) return;
    if (out_.names.size() == kGoverningNamesMax) {
      out_.incomplete = true;
      return;
    }
    out_.names.push_back(std::move(named));
  }

  bool IsInMatch(const NamedLicense& named) const {
    return std::any_of(matches_.begin(), matches_.end(),
                       [&](const auto& match) { return match.first <= named.begin && named.end <= match.second; });
  }

  const std::string_view text_;
  const rulebook::Rulebook& rules_;
  std::vector<std::pair<uint64_t, uint64_t>> matches_;  // sorted
  bool in_section_of_terms_ = false;
  size_t compared_ = 0;
  GoverningNames out_;
};

}  // namespace

bool LimitsUse(const License& license) {
  if (license.has_category_facts()) {
    const std::string& category = license.category_facts().category();
    return category != "Permissive" && category != "Public Domain";
  }
  switch (license.openness()) {
    case v1::OPEN_WEIGHTS_RESTRICTED:
    case v1::NON_COMMERCIAL:
    case v1::CLOSED_WEIGHTS:
      return true;
    default:
      return false;
  }
}

std::vector<NamedLicense> NamesIn(std::string_view text, const rulebook::Rulebook& rules, size_t max) {
  const std::vector<NameWord> words = NameWords(text);
  std::vector<NamedLicense> names;
  for (size_t first = 0; first < words.size() && names.size() < max;) {
    auto name = LongestName(text, words, first, rules);
    if (!name.has_value()) {
      ++first;
      continue;
    }
    names.push_back({words[first].begin, words[first + name->first - 1].end, std::move(name->second)});
    first += name->first;
  }
  return names;
}

GoverningNames FindGoverningNames(std::string_view text, const classify::Classification& found,
                                  const rulebook::Rulebook& rules) {
  return Finder(text, found, rules).Run();
}

}  // namespace weighbridge::provenance
