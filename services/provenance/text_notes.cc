#include "services/provenance/text_notes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/provenance/evidence.h"
#include "services/provenance/hidden_text.h"
#include "services/provenance/language.h"
#include "services/provenance/named_licenses.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::License;

constexpr size_t kNamedMax = 8;
// Links are sought so far into a text.
constexpr size_t kLinkBytesMax = size_t{64} << 10;
constexpr size_t kNamedInAMessageMax = 4;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool HoldsAny(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

struct Link {
  size_t begin, end;
};

// The first address, or the first that is named like terms.
std::optional<Link> FirstLink(std::string_view text, bool to_terms) {
  const std::string lower = Lower(text.substr(0, kLinkBytesMax));
  for (size_t at = 0; at < lower.size();) {
    size_t begin = std::string::npos;
    for (const std::string_view start : {"http://", "https://", "www.", "ftp://"}) {
      begin = std::min(begin, lower.find(start, at));
    }
    if (begin == std::string::npos) return std::nullopt;
    const size_t end = std::min(lower.find_first_of(" \t\r\n\"'<>()[]", begin), lower.size());
    const std::string_view address = std::string_view(lower).substr(begin, end - begin);
    if (!to_terms || HoldsAny(address, {"licen", "terms", "agreement", "policy", "eula", "tos",
                                        "\xE8\xAE\xB8\xE5\x8F\xAF", "\xE5\x8D\x8F\xE8\xAE\xAE"})) {
      return Link{begin, end};
    }
    at = std::max(end, begin + 1);
  }
  return std::nullopt;
}

// Words that send the reader elsewhere.
bool Points(std::string_view text) {
  const std::string lower = " " + Lower(text);
  return HoldsAny(lower, {" see ", " refer", " visit ", " available ", " found ", " consult", " read ", " siehe ",
                          " voir ", " vedi ",
                          " v\xC3\xA9"
                          "ase ",
                          "\xE5\x8F\x82\xE9\x98\x85", "\xE5\x8F\x82\xE8\xA7\x81", "\xE8\xAF\xA6\xE8\xA7\x81",
                          "\xE8\xAF\xB7\xE5\x8F\x82", "\xE3\x82\x92\xE5\x8F\x82\xE7\x85\xA7"});
}

// A text that calls itself a translation, in the languages that licences are translated to.
bool CallsItselfATranslation(std::string_view text) {
  const std::string lower = Lower(text.substr(0, kLanguageBytesMax));
  return HoldsAny(lower, {"translation",
                          "translated",
                          "bersetzung",
                          "bersetzt",
                          "traduction",
                          "traduit",
                          "traduzione",
                          "tradotto",
                          "traducci\xC3\xB3n",
                          "traducido",
                          "tradu\xC3\xA7\xC3\xA3o",
                          "traduzido",
                          "vertaling",
                          "t\xC5\x82umaczenie",
                          "vers\xC3\xA4ttning",
                          "\xD0\xB5\xD1\x80\xD0\xB5\xD0\xB2\xD0\xBE\xD0\xB4",
                          "\xE7\xBF\xBB\xE8\xAF\x91",
                          "\xE7\xBF\xBB\xE8\xAD\xAF",
                          "\xE8\xAF\x91\xE6\x96\x87",
                          "\xE8\xAD\xAF\xE6\x96\x87",
                          "\xE8\xAF\x91\xE6\x9C\xAC",
                          "\xE4\xB8\xAD\xE6\x96\x87\xE7\x89\x88",
                          "\xE7\xBF\xBB\xE8\xA8\xB3",
                          "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE8\xA8\xB3",
                          "\xEB\xB2\x88\xEC\x97\xAD"});
}

std::string Names(const std::vector<const License*>& licenses) {
  std::string names;
  for (size_t i = 0; i < std::min(licenses.size(), kNamedInAMessageMax); ++i) {
    names += (i == 0 ? "" : ", ") + licenses[i]->short_id();
  }
  if (licenses.size() > kNamedInAMessageMax)
    names += absl::StrFormat(" and %d more", licenses.size() - kNamedInAMessageMax);
  return names;
}

class Taker {
 public:
  Taker(std::string_view text, const classify::Classification& found, const rulebook::Rulebook& rules, bool terms)
      : text_(text), found_(found), rules_(rules), terms_(terms) {}

  TextNotes Run() {
    const TextLanguage language = LanguageOf(text_);
    out_.language = language.other;
    // Of a text in another encoding the classifier knows more.
    out_.words = std::max(language.words, found_.words);
    for (const classify::TextMatch& match : found_.matches) AddTruncated(match);
    AddSeveral();
    if (found_.matches.empty() && found_.words > 0) {
      named_ = LicensesNamedIn(text_, rules_);
      AddPointer();
      if (out_.Find(v1::TextNote::POINTER) == nullptr || out_.words > kPointerWordsMax) AddTranslation();
    } else {
      AddTranslatedPassage();
      AddOneOfTwoLanguages();
    }
    AddHidden();
    return std::move(out_);
  }

 private:
  void Add(v1::TextNote::Kind kind, std::string message, uint64_t begin, uint64_t end,
           std::vector<const License*> licenses = {}) {
    out_.notes.push_back({kind, std::move(message), begin, end, std::move(licenses)});
  }

  // Words of the official text that are missing before and behind what was found, with nothing in their stead.
  void AddTruncated(const classify::TextMatch& match) {
    if (match.verdict >= classify::MatchVerdict::kEquivalent || match.edit_count > match.edits.size()) return;
    uint64_t at_end = 0, at_begin = 0, inside = 0;
    for (const classify::Edit& edit : match.edits) {
      // A torn word or two may stand in the stead of all that is missing.
      const bool gone = edit.begin == edit.end ||
                        (edit.end - edit.begin <= kTornBytesMax && edit.expected_word_count >= kTornWordsMin);
      if (!gone || classify::IsAllowed(edit.cls)) continue;
      if (edit.end >= match.end) {
        at_end += edit.expected_word_count;
      } else if (edit.begin <= match.begin) {
        at_begin += edit.expected_word_count;
      } else {
        inside += edit.expected_word_count;
      }
    }
    if (at_end + at_begin < inside) return;  // parts of it, of which the last are missing as well
    // Where other words follow, the text goes on otherwise than the official one; it is not cut off.
    for (const classify::Residue& residue : found_.residue) {
      if (!residue.touches_match || residue.words <= classify::kMaxHarmlessResidueWords) continue;
      if (residue.begin >= match.end && residue.begin <= match.end + kNearBytes) at_end = 0;
      if (residue.end <= match.begin && residue.end + kNearBytes >= match.begin) at_begin = 0;
    }
    const bool ends = at_end >= kTruncatedWordsMin;
    const bool begins = at_begin >= kTruncatedWordsMin;
    if (!ends && !begins) return;
    const License* license = rules_.LicenseById(match.license_id);
    const std::string name = license == nullptr ? match.license_id : license->short_id();
    std::string message = absl::StrFormat("the text of %s is cut off: ", name);
    if (begins) message += absl::StrFormat("%d words are missing at its beginning", at_begin);
    if (ends) message += absl::StrFormat("%s%d words are missing at its end", begins ? " and " : "", at_end);
    const uint64_t place = ends ? match.end : match.begin;
    Add(v1::TextNote::TRUNCATED, std::move(message), ends && place > 0 ? place - 1 : place, ends ? place : place + 1,
        license == nullptr ? std::vector<const License*>() : std::vector<const License*>{license});
  }

  void AddSeveral() {
    std::vector<const classify::TextMatch*> matches;
    for (const classify::TextMatch& match : found_.matches) matches.push_back(&match);
    std::sort(matches.begin(), matches.end(), [](const auto* a, const auto* b) { return a->begin < b->begin; });
    std::vector<const License*> licenses;
    std::string list;
    for (const classify::TextMatch* match : matches) {
      const License* license = rules_.LicenseById(match->license_id);
      // A licence with its own use policy is one licence.
      if (license == nullptr || license->kind() != rules::v1::DocumentKind::license) continue;
      if (std::find(licenses.begin(), licenses.end(), license) != licenses.end()) continue;
      licenses.push_back(license);
      if (licenses.size() > kNamedMax) continue;
      list += absl::StrFormat("%s%s (lines %d to %d)", list.empty() ? "" : ", ", license->short_id(),
                              LineOf(text_, match->begin), LineOf(text_, std::max(match->end, 1u) - 1));
    }
    if (licenses.size() < 2) return;
    if (licenses.size() > kNamedMax) list += absl::StrFormat(" and %d more", licenses.size() - kNamedMax);
    std::string message = absl::StrFormat("%d licences in one text: %s", licenses.size(), list);
    Add(v1::TextNote::SEVERAL_LICENSES, std::move(message), matches.front()->begin, matches.back()->end,
        std::move(licenses));
  }

  void AddPointer() {
    const bool is_short = out_.words <= kPointerWordsMax;
    if (!is_short && (out_.words > kPointerWithTermsWordsMax || !terms_)) return;
    const std::optional<Link> link = FirstLink(text_, /*to_terms=*/!is_short);
    if (!link.has_value() && (!is_short || (named_.empty() && !Points(text_)))) return;
    std::string message;
    if (is_short) {
      message = absl::StrFormat("holds no licence text, only: \"%s\"", Quote(text_, 0, text_.size()));
    } else {
      message = absl::StrFormat("holds %d words of its own and points at \"%s\" for the terms", out_.words,
                                Quote(text_, link->begin, link->end));
    }
    if (!named_.empty()) message += "; it names " + Names(named_);
    Add(v1::TextNote::POINTER, std::move(message), is_short ? 0 : link->begin, is_short ? text_.size() : link->end,
        named_);
  }

  void AddTranslation() {
    if (out_.language.empty()) return;
    const bool says_so = CallsItselfATranslation(text_);
    if (named_.empty() && !says_so) return;
    std::string message =
        absl::StrFormat("%d words, most of them in %s, which are compared with nothing", out_.words, out_.language);
    if (says_so) message += "; the text speaks of a translation";
    if (!named_.empty()) message += "; it names " + Names(named_);
    Add(v1::TextNote::TRANSLATION, std::move(message), 0, text_.size(), named_);
  }

  // Of a licence that is published in two languages the other one alone: some of it is known, and it is not the text.
  void AddOneOfTwoLanguages() {
    if (out_.language.empty() || out_.Find(v1::TextNote::TRANSLATION) != nullptr) return;
    std::vector<const License*> licenses;
    for (size_t i = 0; i < found_.matches.size(); ++i) {
      if (found_.Bare(i)) return;
      const License* license = rules_.LicenseById(found_.matches[i].license_id);
      if (license != nullptr && licenses.empty()) licenses.push_back(license);
    }
    Add(v1::TextNote::TRANSLATION,
        absl::StrFormat("%d words, most of them in %s; some are those of %s, which is not here as a whole", out_.words,
                        out_.language, Names(licenses)),
        0, text_.size(), licenses);
  }

  // Beside a licence text that we know: what stands there may say the same, or anything else.
  void AddTranslatedPassage() {
    std::string_view language;
    uint32_t words = 0;
    uint64_t begin = 0, end = 0;
    for (const classify::Residue& residue : found_.residue) {
      const TextLanguage of = LanguageOf(text_.substr(residue.begin, residue.end - residue.begin));
      if (of.words < kTranslationWordsMin || of.other.empty()) continue;
      if (words == 0) {
        language = of.other;
        begin = residue.begin;
      }
      words += of.words;
      end = residue.end;
    }
    if (words == 0) return;
    std::vector<const License*> licenses;
    for (const classify::TextMatch& match : found_.matches) {
      const License* license = rules_.LicenseById(match.license_id);
      if (license != nullptr && licenses.empty()) licenses.push_back(license);
    }
    Add(v1::TextNote::TRANSLATION,
        absl::StrFormat("%d words in %s stand beside %s and are compared with nothing", words, language,
                        Names(licenses)),
        begin, end, licenses);
  }

  void AddHidden() {
    const std::vector<HiddenText> hidden = FindHiddenText(text_, found_, terms_);
    if (hidden.empty()) return;
    const HiddenText& first = hidden.front();
    std::string what(first.what);
    int length = 1;
    const int32_t c = DecodeUtf8(text_, first.begin, &length);
    if (c >= 0x80) what += absl::StrFormat(" (U+%04X)", c);
    Add(v1::TextNote::HIDDEN_TEXT,
        hidden.size() == 1
            ? absl::StrFormat("a reader does not see this as it is: %s", what)
            : absl::StrFormat("a reader does not see %d places as they are; the first is %s", hidden.size(), what),
        first.begin, first.end);
  }

  static constexpr uint64_t kNearBytes = 200;
  static constexpr uint32_t kTornBytesMax = 40;
  static constexpr uint32_t kTornWordsMin = 20;

  const std::string_view text_;
  const classify::Classification& found_;
  const rulebook::Rulebook& rules_;
  const bool terms_;
  std::vector<const License*> named_;
  TextNotes out_;
};

}  // namespace

const TextNote* TextNotes::Find(v1::TextNote::Kind kind) const {
  for (const TextNote& note : notes) {
    if (note.kind == kind) return &note;
  }
  return nullptr;
}

std::vector<const License*> LicensesNamedIn(std::string_view text, const rulebook::Rulebook& rules) {
  std::vector<const License*> licenses;
  for (const NamedLicense& name : NamesIn(text.substr(0, kNamesBytesMax), rules, kNamedMax)) {
    for (const License* license : name.licenses) {
      if (licenses.size() < kNamedMax && std::find(licenses.begin(), licenses.end(), license) == licenses.end())
        licenses.push_back(license);
    }
  }
  return licenses;
}

TextNotes TakeTextNotes(std::string_view text, const classify::Classification& found, const rulebook::Rulebook& rules,
                        bool terms) {
  return Taker(text, found, rules, terms).Run();
}

}  // namespace weighbridge::provenance
