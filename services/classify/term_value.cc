#include "services/classify/term_value.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_split.h"

namespace weighbridge::classify {
namespace {

struct Named {
  std::string_view word;
  uint64_t value;
};

constexpr Named kSmall[] = {
    {"one", 1},       {"two", 2},       {"three", 3},    {"four", 4},     {"five", 5},       {"six", 6},
    {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},     {"eleven", 11},    {"twelve", 12},
    {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18},
    {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},   {"fifty", 50},     {"sixty", 60},
    {"seventy", 70},  {"eighty", 80},   {"ninety", 90},  {"a", 1},
};
constexpr Named kScales[] = {
    {"thousand", 1000}, {"million", 1000000}, {"billion", 1000000000}, {"trillion", 1000000000000}, {"k", 1000},
    {"m", 1000000},     {"mm", 1000000},      {"mn", 1000000},         {"bn", 1000000000},          {"b", 1000000000}};
constexpr uint64_t kMostValue = 1000000000000000000;

struct Currency {
  std::string_view word, code;
};
// A sign or word of several currencies counts as the one that licences mean when they say no more.
constexpr Currency kCurrencies[] = {
    {"usd", "USD"},  {"$", "USD"},        {"dollar", "USD"}, {"dollars", "USD"}, {"eur", "EUR"},    {"\u20ac", "EUR"},
    {"euro", "EUR"}, {"euros", "EUR"},    {"gbp", "GBP"},    {"\u00a3", "GBP"},  {"pounds", "GBP"}, {"rmb", "CNY"},
    {"cny", "CNY"},  {"renminbi", "CNY"}, {"yuan", "CNY"},   {"krw", "KRW"},     {"won", "KRW"},    {"jpy", "JPY"},
    {"yen", "JPY"},  {"\u00a5", "JPY"},   {"inr", "INR"},    {"rupees", "INR"},  {"chf", "CHF"},
};

const Named* Find(const Named* begin, const Named* end, std::string_view word) {
  const Named* found = std::find_if(begin, end, [&](const Named& named) { return named.word == word; });
  return found == end ? nullptr : found;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "100.000" and "1.000.000": points between groups of three.
bool HasGroups(std::string_view word) {
  size_t i = 0;
  while (i < word.size() && IsDigit(word[i])) ++i;
  if (i == 0 || i > 3 || word[0] == '0' || i == word.size()) return false;
  for (; i < word.size(); i += 4) {
    if (word[i] != '.' || i + 4 > word.size()) return false;
    for (size_t digit = i + 1; digit < i + 4; ++digit) {
      if (!IsDigit(word[digit])) return false;
    }
  }
  return true;
}

// The number in `words`: digits with a scale word or letter behind them, or number words.
std::optional<uint64_t> Number(const std::vector<std::string_view>& words) {
  uint64_t total = 0, part = 0;
  bool any = false;
  for (size_t index = 0; index < words.size(); ++index) {
    std::string_view word = words[index];
    while (!word.empty() && (word.back() == '.' || word.back() == ':' || word.back() == ';' || word.back() == '|')) {
      word.remove_suffix(1);
    }
    if (!word.empty() && IsDigit(word.front())) {
      if (any && part != 0) break;  // "10 million ($ 10000000)" says it twice
      uint64_t whole = 0, fraction = 0, divisor = 1;
      size_t i = 0;
      std::string grouped;
      const bool scaled =
          index + 1 < words.size() && Find(std::begin(kScales), std::end(kScales), words[index + 1]) != nullptr;
      if (!scaled && HasGroups(word)) {
        for (const char c : word) {
          if (c != '.') grouped += c;
        }
        word = grouped;
      }
      for (; i < word.size() && IsDigit(word[i]); ++i) {
        if (whole > kMostValue / 100) return std::nullopt;
        whole = whole * 10 + static_cast<uint64_t>(word[i] - '0');
      }
      if (i + 1 < word.size() && word[i] == '.' && IsDigit(word[i + 1])) {
        for (++i; i < word.size() && IsDigit(word[i]); ++i) {
          if (divisor >= 1000000) continue;  // the seventh digit behind the point of a million
          fraction = fraction * 10 + static_cast<uint64_t>(word[i] - '0');
          divisor *= 10;
        }
      }
      uint64_t scale = 1;
      if (i < word.size()) {
        const Named* letter = Find(std::begin(kScales), std::end(kScales), word.substr(i));
        if (letter == nullptr) return std::nullopt;
        scale = letter->value;
      } else {
        const Named* next =
            index + 1 < words.size() ? Find(std::begin(kScales), std::end(kScales), words[index + 1]) : nullptr;
        if (next != nullptr) scale = next->value;
      }
      if (whole > kMostValue / scale) return std::nullopt;
      return whole * scale + fraction * scale / divisor;
    }
    if (const Named* small = Find(std::begin(kSmall), std::end(kSmall), word); small != nullptr) {
      part += small->value;
      any = true;
    } else if (word == "hundred" && any) {
      part *= 100;
    } else if (const Named* scale = Find(std::begin(kScales), std::end(kScales), word);
               scale != nullptr && any && word.size() > 2) {
      if (part > kMostValue / scale->value) return std::nullopt;
      total += part * scale->value;
      part = 0;
    } else if (any && word != "and") {
      break;
    }
  }
  if (!any) return std::nullopt;
  return total + part;
}

std::vector<std::string_view> Split(std::string_view words) {
  std::vector<std::string_view> out;
  for (const absl::string_view word :
       absl::StrSplit(absl::string_view(words.data(), words.size()), ' ', absl::SkipEmpty())) {
    out.emplace_back(word.data(), word.size());
  }
  return out;
}

bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct PlaceName {
  std::string_view name, code;
};
constexpr PlaceName kPlaces[] = {
    {"european union", "EU"},
    {"the eu", "EU"},
    {"european economic area", "EEA"},
    {"the eea", "EEA"},
    {"united kingdom", "GB"},
    {"the uk", "GB"},
    {"great britain", "GB"},
    {"south korea", "KR"},
    {"republic of korea", "KR"},
    {"united states", "US"},
    {"the usa", "US"},
    {"mainland china", "CN"},
    {"republic of china", "CN"},
    {"people's republic", "CN"},
    {"russia", "RU"},
    {"belarus", "BY"},
    {"canada", "CA"},
    {"japan", "JP"},
    {"india", "IN"},
    {"brazil", "BR"},
    {"switzerland", "CH"},
    {"germany", "DE"},
    {"france", "FR"},
    {"italy", "IT"},
    {"australia", "AU"},
    {"israel", "IL"},
    {"turkey", "TR"},
    {"california", "US-CA"},
};

}  // namespace

std::string NumberValue(std::string_view words) {
  const std::optional<uint64_t> number = Number(Split(words));
  return number.has_value() ? std::to_string(*number) : std::string();
}

std::string MoneyValue(std::string_view words) {
  const std::string number = NumberValue(words);
  if (number.empty()) return {};
  for (std::string_view word : Split(words)) {
    for (const Currency& currency : kCurrencies) {
      if (word == currency.word) return std::string(currency.code) + " " + number;
    }
  }
  return number;
}

std::vector<std::string> MoneyValues(std::string_view words) {
  const auto is_currency = [](std::string_view word) {
    return std::any_of(std::begin(kCurrencies), std::end(kCurrencies),
                       [&](const Currency& currency) { return currency.word == word; });
  };
  const std::vector<std::string_view> split = Split(words);
  const bool currency_first = !split.empty() && is_currency(split.front());
  std::vector<std::string> values;
  for (size_t begin = 0, i = 0; i < split.size(); ++i) {
    // Where the sign stands first an amount ends before the next sign, else behind its own. "USD $" is one sign.
    const bool last = i + 1 == split.size();
    const bool sign = is_currency(split[i]), sign_follows = !last && is_currency(split[i + 1]);
    if (!last && !(currency_first ? !sign && sign_follows : sign && !sign_follows)) continue;
    const char* const from = split[begin].data();
    const size_t size = static_cast<size_t>(split[i].data() + split[i].size() - from);
    std::string value = MoneyValue(std::string_view(from, size));
    begin = i + 1;
    // A figure alone behind an amount says it again.
    const bool again = value.find(' ') == std::string::npos && !values.empty();
    if (value.empty() || again || std::find(values.begin(), values.end(), value) != values.end()) continue;
    values.push_back(std::move(value));
  }
  return values;
}

std::string OnlyCurrency(std::string_view normalised) {
  std::string_view only;
  for (const absl::string_view piece :
       absl::StrSplit(absl::string_view(normalised.data(), normalised.size()), absl::ByAnyChar(" \n|:;\"#"))) {
    const std::string_view word(piece.data(), piece.size());
    for (const Currency& currency : kCurrencies) {
      // A pound is a weight as well, and what somebody won is no money.
      if (word != currency.word || word == "pounds" || word == "won") continue;
      if (!only.empty() && only != currency.code) return {};
      only = currency.code;
    }
  }
  return std::string(only);
}

std::string PeriodValue(std::string_view sentence, std::string_view hit) {
  for (const std::string_view text : {hit, sentence}) {
    if (Contains(text, "12 month") || Contains(text, "twelve month") || Contains(text, "12month"))
      return "per 12 months";
    if (Contains(text, "monthly rev") || Contains(text, "per month") || Contains(text, "a month")) return "per month";
    if (Contains(text, "annual") || Contains(text, "year")) return "per year";
    if (Contains(text, "quarter")) return "per quarter";
    if (Contains(text, "month")) return "per month";
  }
  return {};
}

std::vector<std::string> PlaceValues(std::string_view normalised) {
  std::vector<std::pair<size_t, std::string>> found;
  for (const PlaceName& place : kPlaces) {
    const size_t at = normalised.find(place.name);
    if (at == std::string_view::npos) continue;
    const bool known =
        std::any_of(found.begin(), found.end(), [&](const auto& other) { return other.second == place.code; });
    if (!known) found.emplace_back(at, place.code);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> codes;
  for (auto& [at, code] : found) codes.push_back(std::move(code));
  return codes;
}

}  // namespace weighbridge::classify
