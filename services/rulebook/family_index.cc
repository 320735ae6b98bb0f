#include "services/rulebook/family_index.h"

#include <algorithm>

#include "services/rulebook/names.h"

namespace weighbridge::rulebook {
namespace {

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (NameToken& token : NameTokens(text)) words.push_back(std::move(token.text));
  return words;
}

template <typename Range>
bool Contains(const Range& range, std::string_view value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

template <typename T>
void AddOnce(const T& value, std::vector<T>* list) {
  if (std::find(list->begin(), list->end(), value) == list->end()) list->push_back(value);
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// The part of a glob before its first '*'.
std::string_view LiteralStart(std::string_view glob) { return glob.substr(0, glob.find('*')); }

// True if the glob fits `tail`, the rest of a longer lower-case name from a word on: where the glob's literal start
// ends with a word, that word must end there too ("qwen2" is neither in "qwen2.5" nor in "qwen2b"), and anything may
// follow the whole.
bool MatchesFrom(const std::string& glob, std::string_view tail) {
  const std::string_view start = LiteralStart(glob);
  if (tail.substr(0, start.size()) != start) return false;
  const std::string_view rest = tail.substr(start.size());
  if (IsWordByte(start.back()) && !rest.empty()) {
    if (IsWordByte(rest[0])) return false;
    if (rest[0] == '.' && rest.size() > 1 && rest[1] >= '0' && rest[1] <= '9') return false;
  }
  return GlobMatches(glob + "*", tail);
}

}  // namespace

FamilyIndex::FamilyIndex(const rules::v1::Compiled& compiled) {
  for (const Family& family : compiled.families()) {
    all_.push_back(&family);
    for (const FamilyMember& member : family.members()) {
      for (const std::string& name : member.names()) {
        for (const std::string& organization : member.organizations()) {
          organizations_[organization].push_back({name, {&family, &member}});
        }
        const std::vector<std::string> words = Words(LiteralStart(name));
        if (!words.empty()) globs_[words.front()].push_back({name, {&family, &member}});
      }
      for (const std::string* base : {&family.id(), &family.name()}) {
        std::vector<std::string> words = Words(*base);
        for (std::string& word : Words(member.version())) words.push_back(std::move(word));
        AddPhrase(std::move(words), family, &member);
      }
    }
    for (const std::string* base : {&family.id(), &family.name()}) AddPhrase(Words(*base), family, nullptr);
  }
}

// A null member stands for the family without version: all of its rows.
void FamilyIndex::AddPhrase(std::vector<std::string> words, const Family& family, const FamilyMember* member) {
  if (words.empty()) return;
  const std::string version = member == nullptr ? "" : member->version();
  std::vector<Phrase>& list = phrases_[words.front()];
  auto found = std::find_if(list.begin(), list.end(),
                            [&](const Phrase& phrase) { return phrase.family == &family && phrase.words == words; });
  if (found == list.end()) {
    list.push_back({std::move(words), &family, version, {}});
    found = list.end() - 1;
  }
  if (member != nullptr) {
    AddOnce(member, &found->members);
  } else if (found->version.empty()) {
    found->members.clear();
    for (const FamilyMember& each : family.members()) found->members.push_back(&each);
  }
}

FamilyIndex::Row FamilyIndex::ByRepository(std::string_view repository) const {
  if (repository.size() > kNameBytesMax) return {};
  const std::string normal = NormalName(repository);
  const size_t slash = normal.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == normal.size()) return {};
  if (normal.find('/', slash + 1) != std::string::npos || normal.find('*') != std::string::npos) return {};
  const auto found = organizations_.find(normal.substr(0, slash));
  if (found == organizations_.end()) return {};
  const std::string_view name = std::string_view(normal).substr(slash + 1);
  for (const NameGlob& glob : found->second) {
    if (GlobMatches(glob.glob, name)) return glob.row;
  }
  return {};
}

std::vector<ArchitectureMatch> FamilyIndex::ByArchitecture(std::string_view model_type,
                                                           absl::Span<const std::string> architectures,
                                                           std::string_view gguf_architecture) const {
  std::vector<ArchitectureMatch> matches;
  for (const Family* family : all_) {
    // A word that models of other developers carry too says nothing.
    const auto is_own = [family](std::string_view word) {
      return !word.empty() && !Contains(family->shared_architectures(), word);
    };
    ArchitectureMatch match;
    match.family = family;
    for (const FamilyMember& member : family->members()) {
      bool shows = (is_own(model_type) && Contains(member.model_types(), model_type)) ||
                   (is_own(gguf_architecture) && Contains(member.gguf_architectures(), gguf_architecture));
      for (const std::string& architecture : architectures) {
        shows = shows || (is_own(architecture) && Contains(member.architectures(), architecture));
      }
      if (shows) match.members.push_back(&member);
    }
    if (!match.members.empty()) matches.push_back(std::move(match));
  }
  return matches;
}

std::vector<ArchitectureMatch> FamilyIndex::ByShape(const rules::v1::Shape& shape) const {
  constexpr uint32_t kMostAddedTokens = 512;
  const auto fits = [&shape](const rules::v1::Shape& known) {
    return shape.hidden_size() == known.hidden_size() && shape.intermediate_size() == known.intermediate_size() &&
           shape.num_hidden_layers() == known.num_hidden_layers() && shape.vocab_size() >= known.vocab_size() &&
           shape.vocab_size() - known.vocab_size() <= kMostAddedTokens;
  };
  std::vector<ArchitectureMatch> matches;
  for (const Family* family : all_) {
    ArchitectureMatch match;
    match.family = family;
    for (const FamilyMember& member : family->members()) {
      if (std::any_of(member.shapes().begin(), member.shapes().end(), fits)) match.members.push_back(&member);
    }
    if (!match.members.empty()) matches.push_back(std::move(match));
  }
  return matches;
}

std::vector<NameMatch> FamilyIndex::NamesIn(std::string_view text) const {
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  text = text.substr(text.rfind('/') + 1);  // npos + 1 is 0
  if (text.size() > kNameBytesMax) return {};
  const std::string lower = [&] {
    std::string out(text);  // not NormalName: offsets must stay
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return out;
  }();
  const std::vector<NameToken> tokens = NameTokens(lower);
  std::vector<NameMatch> matches;
  for (size_t i = 0; i < tokens.size(); ++i) {
    // The longest phrase that begins here, for each family.
    std::vector<std::pair<const Phrase*, size_t>> longest;
    const auto phrases = phrases_.find(tokens[i].text);
    if (phrases != phrases_.end()) {
      for (const Phrase& phrase : phrases->second) {
        if (phrase.words.size() > tokens.size() - i) continue;
        bool equal = true;
        for (size_t k = 0; k < phrase.words.size() && equal; ++k) equal = tokens[i + k].text == phrase.words[k];
        if (!equal) continue;
        auto same = std::find_if(longest.begin(), longest.end(),
                                 [&](const auto& entry) { return entry.first->family == phrase.family; });
        if (same == longest.end()) {
          longest.push_back({&phrase, phrase.words.size()});
        } else if (phrase.words.size() > same->second) {
          *same = {&phrase, phrase.words.size()};
        }
      }
    }
    // The first row whose glob fits from here on tells rows of one version apart (sizes, "vision").
    Row row;
    size_t row_words = 0;
    const auto globs = globs_.find(tokens[i].text);
    if (globs != globs_.end()) {
      const std::string_view tail = std::string_view(lower).substr(tokens[i].begin);
      for (const NameGlob& glob : globs->second) {
        if (MatchesFrom(glob.glob, tail)) {
          row = glob.row;
          row_words = Words(LiteralStart(glob.glob)).size();
          break;
        }
      }
    }
    bool row_used = row.member == nullptr;
    for (const auto& [phrase, words] : longest) {
      NameMatch match{phrase->family, phrase->members, phrase->version,
                      std::string(text.substr(tokens[i].begin, tokens[i + words - 1].end - tokens[i].begin))};
      if (phrase->family == row.family) {
        row_used = true;
        // The glob tells rows of one version apart. Of two different versions that which takes more words stands
        // ("acorn-*" says less than "acorn 2.0"), of equals both.
        if (phrase->version.empty() || phrase->version == row.member->version() || row_words > words ||
            (row_words == words && row.member->version().empty())) {
          match.members = {row.member};
          match.version = row.member->version();
        } else if (row_words == words) {
          AddOnce(row.member, &match.members);
        }
      }
      matches.push_back(std::move(match));
    }
    if (!row_used) {
      matches.push_back({row.family, {row.member}, row.member->version(), std::string(text.substr(tokens[i].begin))});
    }
  }
  // A family named with a version needs no second entry for its bare name or for the same rows.
  std::vector<NameMatch> out;
  for (NameMatch& match : matches) {
    const bool bare =
        match.members.size() == static_cast<size_t>(match.family->members_size()) && match.version.empty();
    const bool repeated = std::any_of(out.begin(), out.end(), [&](const NameMatch& other) {
      return other.family == match.family && other.members == match.members;
    });
    const bool covered = bare && std::any_of(matches.begin(), matches.end(), [&](const NameMatch& other) {
                           return other.family == match.family && !other.version.empty();
                         });
    if (!repeated && !covered) out.push_back(std::move(match));
  }
  return out;
}

}  // namespace weighbridge::rulebook
