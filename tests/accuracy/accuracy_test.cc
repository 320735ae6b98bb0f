// The classifier of the shipped rulebook over real texts that somebody joined, disguised, tore apart, or that are no
// licences at all. Needs WEIGHBRIDGE_CORPUS. Each suite prints its counts; WEIGHBRIDGE_RELEASE=1 makes ten times as
// many cases.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/classify/classifier.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"
#include "tests/support/corpus.h"

namespace weighbridge {
namespace {

namespace fs = std::filesystem;
using classify::Classification;
using classify::MatchVerdict;
using classify::TextMatch;

struct Official {
  std::string name, id, bytes;
};

class AccuracyTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
    corpus_ = *corpus;
    ASSERT_TRUE(rulebook::BuiltinRulebook().ok());
    rules_ = rulebook::BuiltinRulebook()->get();
    for (const fs::path& path : FilesBelow(corpus_ + "/licenses")) {
      Official text{path.lexically_relative(corpus_).string(), "", testing_support::ReadFileOrFail(path.string())};
      const Classification found = Classify(text.bytes);
      if (found.matches.size() != 1 || !found.Bare(0)) continue;  // a file that holds a policy too, or a translation
      text.id = found.matches[0].license_id;
      texts_.push_back(std::move(text));
    }
    ASSERT_GT(texts_.size(), 140u);
  }

  static std::vector<fs::path> FilesBelow(const std::string& root) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file() && entry.path().filename() != "MANIFEST.tsv") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  Classification Classify(const std::string& text) const { return rules_->classifier().Classify(text); }
  static int Cases(int usual) { return std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? usual * 10 : usual; }

  std::string corpus_;
  const rulebook::Rulebook* rules_ = nullptr;
  std::vector<Official> texts_;
};

size_t Below(std::minstd_rand& random, size_t n) { return static_cast<size_t>(random()) % n; }

// ---- several licences in one file

TEST_F(AccuracyTest, LicencesBehindOneAnother) {
  constexpr const char* kBetween[] = {"\n\n",
                                      "\n\n---\n\n",
                                      "\n\n==========================\n\n",
                                      "\n\n\n\n\n",
                                      "\n\n## Third party licences\n\n",
                                      "\n\nLICENSE.txt\n\n",
                                      "\n\nComponent: sundial 1.2\n\n",
                                      "\n\n*** begin of file ***\n\n"};
  std::minstd_rand random(11);
  int wanted = 0, found_bare = 0, found_at_all = 0, matches = 0, right = 0;
  std::map<std::string, int> missed;
  for (int round = 0; round < Cases(2000); ++round) {
    std::vector<std::string> ids;
    std::string file;
    const size_t count = 2 + Below(random, 9);
    for (size_t i = 0; i < count; ++i) {
      const Official& text = texts_[Below(random, texts_.size())];
      if (std::find(ids.begin(), ids.end(), text.id) != ids.end()) continue;
      if (!file.empty()) file += kBetween[Below(random, std::size(kBetween))];
      file += text.bytes;
      ids.push_back(text.id);
    }
    const Classification found = Classify(file);
    for (const std::string& id : ids) {
      ++wanted;
      const auto is = [&](const TextMatch& match) { return match.license_id == id; };
      const auto is_bare = [&](const TextMatch& match) {
        return is(match) && match.verdict >= MatchVerdict::kEquivalent;
      };
      found_at_all += std::any_of(found.matches.begin(), found.matches.end(), is) ? 1 : 0;
      const bool bare = std::any_of(found.matches.begin(), found.matches.end(), is_bare);
      found_bare += bare ? 1 : 0;
      if (!bare) ++missed[id];
    }
    for (const TextMatch& match : found.matches) {
      ++matches;
      right += std::find(ids.begin(), ids.end(), match.license_id) != ids.end() ? 1 : 0;
    }
  }
  std::printf(
      "%d licences in files of 2 to 10: %d found, %d of them word for word (%.2f %%); %d matches, %d right (%.2f %%)\n",
      wanted, found_at_all, found_bare, 100.0 * found_bare / wanted, matches, right, 100.0 * right / matches);
  for (const auto& [id, count] : missed) std::printf("  not word for word: %s %d\n", id.c_str(), count);
  EXPECT_GE(found_bare, 0.98 * wanted);
  EXPECT_GE(right, 0.99 * matches);
}

// ---- disguises

using Disguise = std::function<std::string(const std::string&, std::minstd_rand&)>;

// Places inside words of at least five small letters, outside of notices: another name of an owner is no disguise.
std::vector<size_t> InsideWords(const std::string& text) {
  std::vector<size_t> places;
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 9, "Copyright") == 0 || text.compare(i, 3, "(c)") == 0 || text.compare(i, 2, "\u00a9") == 0) {
      i = std::min(text.find('\n', i), text.size());
      run = 0;
      continue;
    }
    run = text[i] >= 'a' && text[i] <= 'z' ? run + 1 : 0;
    if (run >= 3 && i + 2 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z' && text[i + 2] >= 'a' &&
        text[i + 2] <= 'z') {
      places.push_back(i);
    }
  }
  return places;
}

// Puts `what` behind the letter at some places inside words, or in its stead.
std::string InWords(const std::string& text, std::minstd_rand& random, bool instead,
                    const std::function<std::string(char)>& what) {
  std::vector<size_t> places;
  for (const size_t place : InsideWords(text)) {
    if (!what(text[place]).empty()) places.push_back(place);
  }
  // The middle half: titles and appendices may be left out.
  places.erase(std::remove_if(places.begin(), places.end(),
                              [&](size_t place) { return place < text.size() / 4 || place > text.size() * 3 / 4; }),
               places.end());
  if (places.empty()) return "";
  std::string out = text;
  const size_t place = places[Below(random, places.size())];
  const std::string put = what(text[place]);
  out.replace(place + (instead ? 0 : 1), instead ? 1 : 0, put);
  return out;
}

std::string LookAlike(char c) {
  switch (c) {
    case 'a':
      return "\u0430";
    case 'c':
      return "\u0441";
    case 'e':
      return "\u0435";
    case 'i':
      return "\u0456";
    case 'o':
      return "\u043e";
    case 'p':
      return "\u0440";
    case 'v':
      return "\u03bd";
    default:
      return "";
  }
}

std::string Encoded(char32_t c) {
  std::string out;
  out += static_cast<char>(0xF0 | c >> 18);
  out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
  out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
  out += static_cast<char>(0x80 | (c & 0x3F));
  return out;
}

// Behind a full stop in the middle half of the text; npos if there is none.
size_t BetweenSentences(const std::string& text, std::minstd_rand& random) {
  std::vector<size_t> places;
  for (size_t i = text.size() / 4; i + 1 < text.size() * 3 / 4; ++i) {
    if (text[i] == '.' && (text[i + 1] == ' ' || text[i + 1] == '\n')) places.push_back(i + 1);
  }
  return places.empty() ? std::string::npos : places[Below(random, places.size())];
}

std::string Inserted(const std::string& text, std::minstd_rand& random, const std::string& what) {
  const size_t place = BetweenSentences(text, random);
  return place == std::string::npos ? "" : text.substr(0, place) + what + text.substr(place);
}

// The order of two sentences is exchanged.
std::string Scrambled(const std::string& text, std::minstd_rand& random) {
  const size_t a = BetweenSentences(text, random), b = BetweenSentences(text, random),
               c = BetweenSentences(text, random);
  size_t places[] = {a, b, c};
  std::sort(std::begin(places), std::end(places));
  if (places[2] == std::string::npos || places[1] - places[0] < 60 || places[2] - places[1] < 60) return "";
  return text.substr(0, places[0]) + text.substr(places[1], places[2] - places[1]) +
         text.substr(places[0], places[1] - places[0]) + text.substr(places[2]);
}

const std::vector<std::pair<const char*, Disguise>>& Disguises() {
  static const auto* all = new std::vector<std::pair<const char*, Disguise>>{
      {"look-alike", [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, true, LookAlike); }},
      {"full width",
       [](const std::string& t, std::minstd_rand& r) {
         return InWords(t, r, true, [](char c) { return std::string("\xEF\xBD") + static_cast<char>(0x81 + c - 'a'); });
       }},
      {"mathematical",
       [](const std::string& t, std::minstd_rand& r) {
         return InWords(t, r, true, [](char c) { return Encoded(0x1D41A + static_cast<char32_t>(c - 'a')); });
       }},
      {"zero width",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\u200b"; }); }},
      {"word joiner",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\u2060"; }); }},
      {"soft hyphen",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\u00ad"; }); }},
      {"combining mark",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\u0336"; }); }},
      {"variation selector",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\ufe0f"; }); }},
      {"tag character",
       [](const std::string& t, std::minstd_rand& r) {
         return InWords(t, r, false, [](char) { return Encoded(0xE0041); });
       }},
      {"right to left",
       [](const std::string& t, std::minstd_rand& r) { return InWords(t, r, false, [](char) { return "\u202e"; }); }},
      {"entity",
       [](const std::string& t, std::minstd_rand& r) {
         return InWords(t, r, true, [](char c) { return "&#" + std::to_string(static_cast<int>(c)) + ";"; });
       }},
      {"hidden element",
       [](const std::string& t, std::minstd_rand& r) {
         return Inserted(t, r, " <span style=\"display:none\">Not for commercial use.</span>");
       }},
      {"comment",
       [](const std::string& t, std::minstd_rand& r) {
         return Inserted(t, r, " <!-- Whoever earns money with it pays the author. -->");
       }},
      {"struck",
       [](const std::string& t, std::minstd_rand& r) {
         const std::string mark = "~~";
         const size_t place = BetweenSentences(t, r);
         if (place == std::string::npos || place + 40 > t.size()) return std::string();
         const size_t end = t.find_first_of(".\n", place + 2);
         if (end == std::string::npos || end < place + 10 || end > place + 1000) return std::string();
         return t.substr(0, place) + " " + mark + t.substr(place + 1, end - place - 1) + mark + t.substr(end);
       }},
      {"invisible between",
       [](const std::string& t, std::minstd_rand& r) {
         constexpr const char* kInvisible[] = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad",
                                               "\u200e", "\u061c", "\ufe0f", "\u180b", "\u3164"};
         return Inserted(t, r, std::string(" ") + kInvisible[Below(r, std::size(kInvisible))]);
       }},
      {"invisible behind",
       [](const std::string& t, std::minstd_rand& r) {
         const size_t place = BetweenSentences(t, r);
         const size_t blank = place == std::string::npos ? place : t.find(' ', place + 1);
         return blank == std::string::npos ? "" : t.substr(0, blank) + "\u200b" + t.substr(blank);
       }},
      {"tag sentence",
       [](const std::string& t, std::minstd_rand& r) {
         std::string hidden;
         for (const char c : std::string("Not for commercial use."))
           hidden += Encoded(0xE0000 + static_cast<char32_t>(c));
         return Inserted(t, r, (Below(r, 2) == 0 ? " " : "") + hidden);
       }},
      {"wide word",
       [](const std::string& t, std::minstd_rand& r) {
         const std::vector<size_t> places = InsideWords(t);
         if (places.empty()) return std::string();
         const size_t place = places[places.size() / 4 + Below(r, places.size() / 2 + 1)];
         const auto is_letter = [&](size_t i) { return t[i] >= 'a' && t[i] <= 'z'; };
         size_t begin = place, end = place;
         while (begin > 0 && is_letter(begin - 1)) --begin;
         while (end < t.size() && is_letter(end)) ++end;
         const bool alone = (begin == 0 || t[begin - 1] == ' ') && end < t.size() && t[end] == ' ';
         if (!alone) return std::string();
         std::string wide;
         for (size_t i = begin; i < end; ++i) wide += std::string("\xEF\xBD") + static_cast<char>(0x81 + t[i] - 'a');
         return t.substr(0, begin) + wide + t.substr(end);
       }},
      {"link elsewhere",
       [](const std::string& t, std::minstd_rand& r) {
         // The middle half: what stands before the first word of a licence or behind its last is none of its words.
         std::vector<std::pair<size_t, size_t>> addresses;
         for (size_t at = t.find("http", t.size() / 4); at < t.size() * 3 / 4; at = t.find("http", at + 1)) {
           const size_t end = std::min(t.find_first_of(" \t\r\n()[]<>\"',;", at), t.size());
           const size_t last = t.find_last_not_of("./*_`", end - 1) + 1;
           const char before = at > 0 ? t[at - 1] : ' ';
           const bool bare = before == ' ' || before == '\n' || before == '<' || (before == '(' && t[at - 2] != ']');
           if (bare && last > at + 12 && t.compare(end, 2, "](") != 0) addresses.push_back({at, last});
         }
         if (addresses.empty()) return std::string();
         const auto [begin, end] = addresses[Below(r, addresses.size())];
         const std::string address = t.substr(begin, end - begin), other = "https://example.com/others";
         const std::string link = Below(r, 2) == 0 ? "[" + address + "](" + other + ")"
                                                   : "<a href=\"" + other + "\">" + address + "</a>";
         return t.substr(0, begin) + link + t.substr(end);
       }},
      {"ligature",
       [](const std::string& t, std::minstd_rand& r) {
         std::vector<size_t> places;
         for (const size_t place : InsideWords(t)) {
           if (t.compare(place, 2, "fi") == 0) places.push_back(place);
         }
         if (places.empty()) return std::string();
         const size_t place = places[Below(r, places.size())];
         return t.substr(0, place) + "\uFB01" + t.substr(place + 2);
       }},
      {"sign for letters",
       [](const std::string& t, std::minstd_rand& r) {
         constexpr const char* kSigns[] = {"\u2116", "\u00bd", "\u2160", "\u2115", "\u2460", "\u207f", "\U0001F193"};
         return Inserted(t, r, std::string(" ") + kSigns[Below(r, std::size(kSigns))]);
       }},
      {"base64",
       [](const std::string& t, std::minstd_rand& r) {
         const std::string clause = "Tm90IGZvciBjb21tZXJjaWFsIHVzZS4gUGF5IHRoZSBhdXRob3Iu";
         return Below(r, 2) == 0 ? t + "\n\n" + clause + "\n" : Inserted(t, r, "\n\n" + clause + "\n\n");
       }},
      {"hexadecimal", [](const std::string& t,
                         std::minstd_rand&) { return t + "\n\n4e6f7420666f7220636f6d6d65726369616c207573652e\n"; }},
      {"scrambled", Scrambled},
      {"another clause",
       [](const std::string& t, std::minstd_rand& r) {
         return Inserted(t, r, " Companies with more than fifty people need our written leave before they use it.");
       }},
  };
  return *all;
}

TEST_F(AccuracyTest, NoDisguiseIsExactOrUnseen) {
  struct Count {
    int made = 0, exact = 0, unseen = 0;
  };
  std::map<std::string, Count> counts;
  std::minstd_rand random(23);
  const int each = Cases(240);
  for (const auto& [name, disguise] : Disguises()) {
    Count& count = counts[name];
    for (int attempt = 0; attempt < each * 8 && count.made < each; ++attempt) {
      const Official& text = texts_[Below(random, texts_.size())];
      const std::string disguised = disguise(text.bytes, random);
      if (disguised.empty() || disguised == text.bytes) continue;
      ++count.made;
      const Classification found = Classify(disguised);
      // What was added beside the words leaves their own verdict alone, but not the bare name.
      bool exact = false;
      bool seen = !found.oddities.empty() || found.matches.empty() || found.incomplete || !found.residue.empty();
      for (size_t i = 0; i < found.matches.size(); ++i) {
        exact = exact || (found.matches[i].license_id == text.id && found.matches[i].verdict == MatchVerdict::kExact &&
                          found.Bare(i));
        seen = seen || !found.Bare(i);
      }
      if (exact || !seen) {
        ADD_FAILURE() << name << ": " << text.name << ", attempt " << attempt;
        count.exact += exact ? 1 : 0;
        count.unseen += seen ? 0 : 1;
      }
    }
  }
  int all = 0;
  for (const auto& [name, count] : counts) {
    std::printf("%-20s %5d made, %d exact, %d without a finding\n", name.c_str(), count.made, count.exact,
                count.unseen);
    EXPECT_GE(count.made, each / 2) << name;
    all += count.made;
  }
  std::printf("%-20s %5d\n", "all", all);
  EXPECT_GE(all, Cases(5000));
}

// Half a licence in each of two files is none in either.
TEST_F(AccuracyTest, HalvesAreNotTheWhole) {
  for (const Official& text : texts_) {
    const size_t middle = text.bytes.find(' ', text.bytes.size() / 2);
    if (middle == std::string::npos) continue;
    for (const std::string& half : {text.bytes.substr(0, middle), text.bytes.substr(middle)}) {
      const Classification found = Classify(half);
      for (size_t i = 0; i < found.matches.size(); ++i) {
        if (found.matches[i].license_id == text.id) {
          EXPECT_FALSE(found.Bare(i)) << text.name;
        }
      }
    }
  }
}

// ---- licences with use policies

// With a number of its own before each item of a list, as hubs and wikis write them.
std::string Renumbered(const std::string& text) {
  std::string out;
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t stop = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, stop - at);
    at = stop + 1;
    const size_t mark = line.find_first_not_of(" \t");
    size_t behind = std::string::npos;
    if (mark != std::string::npos && (line[mark] == '*' || line[mark] == '-')) behind = mark + 1;
    if (mark != std::string::npos && mark + 1 < line.size() &&
        std::isalnum(static_cast<unsigned char>(line[mark])) != 0 && line[mark + 1] == '.') {
      behind = mark + 2;
    }
    if (behind < line.size() && line[behind] == ' ') {
      line = line.substr(0, mark) + std::to_string(2 + number++ % 8) + "." + line.substr(behind);
    }
    out += line + "\n";
  }
  return out;
}

// Whatever a policy is alone, it is behind and before every licence that has one.
TEST_F(AccuracyTest, UsePoliciesBesideLicences) {
  std::vector<const Official*> licences, policies;
  for (const Official& text : texts_) {
    const rules::v1::License* license = rules_->LicenseById(text.id);
    if (license == nullptr) continue;
    if (license->use_policies_size() > 0) licences.push_back(&text);
    if (license->kind() == rules::v1::DocumentKind::use_policy) policies.push_back(&text);
  }
  int pairs = 0, whole = 0;
  for (const Official* policy : policies) {
    for (const std::string& bytes : {policy->bytes, Renumbered(policy->bytes)}) {
      const Classification alone = Classify(bytes);
      ASSERT_EQ(alone.matches.size(), 1u) << policy->name;
      for (const Official* licence : licences) {
        for (const std::string& both : {licence->bytes + "\n\n" + bytes, bytes + "\n\n" + licence->bytes}) {
          const Classification found = Classify(both);
          const auto has = [&](const std::string& id, MatchVerdict verdict) {
            return std::any_of(found.matches.begin(), found.matches.end(), [&](const TextMatch& match) {
              return match.license_id == id && match.verdict == verdict;
            });
          };
          ++pairs;
          whole += alone.matches[0].verdict >= MatchVerdict::kEquivalent ? 1 : 0;
          EXPECT_TRUE(has(alone.matches[0].license_id, alone.matches[0].verdict))
              << policy->name << " beside " << licence->name << " is no longer " << alone.matches[0].license_id;
          EXPECT_TRUE(has(licence->id, MatchVerdict::kExact) || has(licence->id, MatchVerdict::kEquivalent))
              << licence->name << " beside " << policy->name;
        }
      }
    }
  }
  std::printf("%zu use policies beside %zu licences: %d files, the policy whole in %d\n", policies.size(),
              licences.size(), pairs, whole);
  EXPECT_GE(pairs, 400);
}

// ---- texts that are no licences

TEST_F(AccuracyTest, NothingElseIsNamed) {
  std::minstd_rand random(31);
  std::vector<std::pair<std::string, std::string>> others;
  std::vector<std::string> words;
  for (const Official& text : texts_) {
    for (size_t at = 0; at < text.bytes.size();) {
      const size_t begin = text.bytes.find_first_not_of(" \t\r\n", at);
      if (begin == std::string::npos) break;
      const size_t end = std::min(text.bytes.find_first_of(" \t\r\n", begin), text.bytes.size());
      words.push_back(text.bytes.substr(begin, end - begin));
      at = end;
    }
  }
  for (int i = 0; i < Cases(400); ++i) {  // the words of licences in any order
    std::string text;
    for (size_t count = 50 + Below(random, 1500); count > 0; --count) text += words[Below(random, words.size())] + " ";
    others.push_back({"shuffled words", text});
  }
  for (int i = 0; i < Cases(400); ++i) {  // a card that names and quotes
    const Official& text = texts_[Below(random, texts_.size())];
    std::string card = "# A model\n\nThis model answers questions about gardens. It is released under " + text.id +
                       ".\n\nFrom its licence:\n\n> ";
    const size_t begin = BetweenSentences(text.bytes, random);
    if (begin == std::string::npos) continue;
    card += text.bytes.substr(begin, 150 + Below(random, 250));
    others.push_back({"quotation of " + text.name, card + "\n\nSee the licence for the rest, and water the plants.\n"});
  }
  for (int i = 0; i < Cases(200); ++i) {  // pieces of eleven words of many licences
    std::string text;
    for (int piece = 0; piece < 60; ++piece) {
      const size_t begin = Below(random, words.size() - 11);
      for (size_t w = 0; w < 11; ++w) text += words[begin + w] + " ";
    }
    others.push_back({"pieces", text});
  }
  for (const char* folder : {"model-cards"}) {
    for (const fs::path& path : FilesBelow(corpus_ + "/" + folder)) {
      const std::string text = testing_support::ReadFileOrFail(path.string());
      // Cards that carry a licence as a whole are a matter of corpus_texts_test.
      if (text.find("extra_gated_prompt") == std::string::npos) others.push_back({path.filename().string(), text});
    }
  }
  EXPECT_GE(others.size(), 1000u);
  for (const auto& [name, text] : others) {
    const Classification found = Classify(text);
    for (size_t i = 0; i < found.matches.size(); ++i) {
      EXPECT_FALSE(found.Bare(i)) << name << " is named " << found.matches[i].license_id;
    }
  }
  std::printf("%d texts that are no licences\n", static_cast<int>(others.size()));
}

// ---- siblings

// Texts that are the MIT licence with one more condition are never the MIT licence.
TEST_F(AccuracyTest, ModifiedMitIsNotMit) {
  int count = 0;
  for (const fs::path& path : FilesBelow(corpus_ + "/licenses")) {
    const std::string folder = path.parent_path().filename().string();
    const bool modified = folder.find("modified-mit") != std::string::npos;
    if (!modified) continue;
    ++count;
    const Classification found = Classify(testing_support::ReadFileOrFail(path.string()));
    for (size_t i = 0; i < found.matches.size(); ++i) EXPECT_NE(found.matches[i].license_id, "MIT") << path;
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace weighbridge
