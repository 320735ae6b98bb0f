#include "services/classify/phrase_shape.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "services/base/utf8.h"

namespace weighbridge::classify {
namespace {

constexpr size_t kMostShapes = 2000;
constexpr size_t kMostClassCharacters = 16;
constexpr uint32_t kMostWords = 200;
constexpr int kMostNesting = 50;
constexpr uint32_t kUnlimited = UINT32_MAX;
constexpr size_t kMostBranches = 64;
// Of what a match needs behind its first word so much is looked at: the nearest words, and the last.
constexpr size_t kMostNeeds = 3;

struct Node {
  enum class Kind { kLiteral, kDigit, kAnyInWord, kNothing, kConcat, kAlternate, kRepeat };
  Kind kind = Kind::kNothing;  // kNothing: \b and $, which take no character
  std::string literal;         // one character
  std::vector<Node> children;
  uint32_t min = 1, max = 1;  // of a repeat
};

// Recursive descent over the part of RE2's syntax that the phrases use; nullopt for anything else.
class Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  std::optional<Node> Run() {
    std::optional<Node> node = Alternatives(0);
    return at_ == pattern_.size() ? std::move(node) : std::nullopt;
  }

 private:
  bool AtEnd() const { return at_ >= pattern_.size(); }
  char Peek() const { return AtEnd() ? '\0' : pattern_[at_]; }
  bool Take(std::string_view text) {
    if (pattern_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }

  std::optional<Node> Alternatives(int depth) {
    if (depth > kMostNesting) return std::nullopt;
    Node node;
    node.kind = Node::Kind::kAlternate;
    do {
      std::optional<Node> branch = Sequence(depth);
      if (!branch.has_value()) return std::nullopt;
      node.children.push_back(*std::move(branch));
    } while (Take("|"));
    if (node.children.size() == 1) return std::move(node.children.front());
    return node;
  }

  std::optional<Node> Sequence(int depth) {
    Node node;
    node.kind = Node::Kind::kConcat;
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      std::optional<Node> item = Item(depth);
      if (!item.has_value() || !Repeats(&*item)) return std::nullopt;
      node.children.push_back(*std::move(item));
    }
    return node;
  }

  std::optional<Node> Item(int depth) {
    if (Take("(")) {
      if (Peek() == '?' && !Take("?:")) return std::nullopt;  // flags, names
      std::optional<Node> inner = Alternatives(depth + 1);
      return inner.has_value() && Take(")") ? std::move(inner) : std::nullopt;
    }
    if (Take("[")) return Class();
    if (Take("\\")) return Escape();
    if (Take("$")) return Node();
    if (std::string_view("^.*+?{}]").find(Peek()) != std::string_view::npos) return std::nullopt;
    int length = 1;
    if (DecodeUtf8(pattern_, at_, &length) < 0) return std::nullopt;
    at_ += static_cast<size_t>(length);
    return Literal(pattern_.substr(at_ - static_cast<size_t>(length), static_cast<size_t>(length)));
  }

  static Node Literal(std::string_view character) {
    Node node;
    node.kind = Node::Kind::kLiteral;
    node.literal = std::string(character);
    return node;
  }

  std::optional<Node> Escape() {
    Node node;
    if (Take("b")) return node;
    if (Take("w") || Take("S")) {
      node.kind = Node::Kind::kAnyInWord;
      return node;
    }
    if (Take("d")) {
      node.kind = Node::Kind::kDigit;
      return node;
    }
    if (Take("x{20ac}")) return Literal("\u20ac");
    if (Peek() != '\0' && std::string_view("$.|()[]{}*+?^-/'").find(Peek()) != std::string_view::npos) {
      return Literal(pattern_.substr(at_++, 1));
    }
    return std::nullopt;
  }

  // A few ASCII characters, each for itself.
  std::optional<Node> Class() {
    Node node;
    node.kind = Node::Kind::kAlternate;
    while (!AtEnd() && Peek() != ']') {
      const char c = Peek();
      if (c <= ' ' || c == '^' || c == '-' || c == '\\' || c == '[' || node.children.size() >= kMostClassCharacters) {
        return std::nullopt;
      }
      node.children.push_back(Literal(pattern_.substr(at_++, 1)));
    }
    if (node.children.empty() || !Take("]")) return std::nullopt;
    return node;
  }

  bool Repeats(Node* node) {
    uint32_t min = 0, max = 0;
    if (Take("?")) {
      max = 1;
    } else if (Take("*")) {
      max = kUnlimited;
    } else if (Take("+")) {
      min = 1;
      max = kUnlimited;
    } else if (Take("{")) {
      if (!Number(&min)) return false;
      max = min;
      if (Take(",") && !(Peek() == '}' ? (max = kUnlimited, true) : Number(&max))) return false;
      if (!Take("}")) return false;
    } else {
      return true;
    }
    Take("?");  // lazy: the same words
    Node repeat;
    repeat.kind = Node::Kind::kRepeat;
    repeat.min = min;
    repeat.max = max;
    repeat.children.push_back(std::move(*node));
    *node = std::move(repeat);
    return true;
  }

  bool Number(uint32_t* value) {
    const char* begin = pattern_.data() + at_;
    const auto [end, error] = std::from_chars(begin, pattern_.data() + pattern_.size(), *value);
    at_ += static_cast<size_t>(end - begin);
    return error == std::errc();
  }

  std::string_view pattern_;
  size_t at_ = 0;
};

// Beginnings of the word that a part of a pattern goes on with.
struct Beginnings {
  std::vector<std::string> open;  // the word may go on with what follows in the pattern
  std::vector<WordShape> closed;
  bool ok = true;
};

// Goes on from `open` words with `node`.
void GoOn(const Node& node, Beginnings* words);

void GoOnAll(const std::vector<Node>& nodes, size_t from, Beginnings* words) {
  for (size_t i = from; i < nodes.size() && words->ok && !words->open.empty(); ++i) GoOn(nodes[i], words);
}

void Close(Beginnings* words, bool whole) {
  for (std::string& word : words->open) {
    words->ok = words->ok && !word.empty();
    words->closed.push_back({std::move(word), whole});
  }
  words->open.clear();
}

void GoOn(const Node& node, Beginnings* words) {
  switch (node.kind) {
    case Node::Kind::kNothing:
      return;
    case Node::Kind::kLiteral:
      if (node.literal == " ") return Close(words, true);
      for (std::string& word : words->open) word += node.literal;
      return;
    case Node::Kind::kDigit: {
      for (std::string& word : words->open) {
        for (char digit = '0'; digit <= '9'; ++digit) words->closed.push_back({word + digit, false});
      }
      words->open.clear();
      return;
    }
    case Node::Kind::kAnyInWord:
      return Close(words, false);
    case Node::Kind::kConcat:
      return GoOnAll(node.children, 0, words);
    case Node::Kind::kAlternate:
    case Node::Kind::kRepeat: {
      const std::vector<std::string> before = std::move(words->open);
      words->open.clear();
      const bool repeat = node.kind == Node::Kind::kRepeat;
      for (const Node& child : node.children) {
        Beginnings branch;
        branch.open = before;
        GoOn(child, &branch);
        // What a further round adds to the word is not followed.
        if (repeat && node.max > 1) Close(&branch, false);
        words->ok = words->ok && branch.ok;
        words->closed.insert(words->closed.end(), branch.closed.begin(), branch.closed.end());
        words->open.insert(words->open.end(), branch.open.begin(), branch.open.end());
      }
      if (repeat && node.min == 0) words->open.insert(words->open.end(), before.begin(), before.end());
      words->ok = words->ok && words->open.size() + words->closed.size() <= kMostShapes;
      return;
    }
  }
}

// The words with which the nodes from `from` on begin; nullopt if any word would do.
std::optional<std::vector<WordShape>> FirstWords(const std::vector<Node>& nodes, size_t from) {
  Beginnings words;
  words.open = {""};
  GoOnAll(nodes, from, &words);
  // Where the pattern ends inside a word the word may go on.
  Close(&words, false);
  if (!words.ok) return std::nullopt;
  const auto less = [](const WordShape& a, const WordShape& b) {
    return std::pair(a.whole, a.text) < std::pair(b.whole, b.text);
  };
  const auto same = [](const WordShape& a, const WordShape& b) { return a.whole == b.whole && a.text == b.text; };
  std::sort(words.closed.begin(), words.closed.end(), less);
  words.closed.erase(std::unique(words.closed.begin(), words.closed.end(), same), words.closed.end());
  return std::move(words.closed);
}

// Whether what follows the node stands where a word begins. `before`: whether the node itself does.
bool EndsAtWordBegin(const Node& node, bool before) {
  switch (node.kind) {
    case Node::Kind::kNothing:
      return before;
    case Node::Kind::kLiteral:
      return node.literal == " ";
    case Node::Kind::kDigit:
    case Node::Kind::kAnyInWord:
      return false;
    case Node::Kind::kConcat:
      for (const Node& child : node.children) before = EndsAtWordBegin(child, before);
      return before;
    case Node::Kind::kAlternate:
      return std::all_of(node.children.begin(), node.children.end(),
                         [before](const Node& child) { return EndsAtWordBegin(child, before); });
    case Node::Kind::kRepeat:
      return EndsAtWordBegin(node.children.front(), before) && (node.min > 0 || before);
  }
  return false;
}

// Children of groups that stand in the sequence once, in their place.
void Flatten(const Node& node, std::vector<Node>* nodes) {
  if (node.kind == Node::Kind::kConcat) {
    for (const Node& child : node.children) Flatten(child, nodes);
  } else {
    nodes->push_back(node);
  }
}

// Blanks that a match holds at most; nullopt without a limit.
std::optional<uint32_t> MostBlanks(const Node& node) {
  uint32_t most = 0;
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return node.literal == " " ? 1 : 0;
    case Node::Kind::kConcat:
    case Node::Kind::kAlternate:
      for (const Node& child : node.children) {
        const std::optional<uint32_t> blanks = MostBlanks(child);
        if (!blanks.has_value()) return std::nullopt;
        most = node.kind == Node::Kind::kConcat ? most + *blanks : std::max(most, *blanks);
        if (most > kMostWords) return std::nullopt;
      }
      return most;
    case Node::Kind::kRepeat: {
      const std::optional<uint32_t> blanks = MostBlanks(node.children.front());
      if (!blanks.has_value() || *blanks == 0) return blanks;
      if (node.max > kMostWords) return std::nullopt;
      return *blanks * node.max;
    }
    default:
      return 0;
  }
}

// Parts a sequence into those it stands for, as long as its alternatives decide which word comes first or second:
// "(?:not sold|may not sell) here" is "not sold here" and "may not sell here".
void Branch(std::vector<Node> nodes, std::vector<std::vector<Node>>* branches) {
  if (branches->size() > kMostBranches) return;  // the caller then takes the sequence as it is
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const bool may_be_left_out = node.kind == Node::Kind::kRepeat && node.min == 0 && node.max == 1;
    const std::optional<uint32_t> blanks = MostBlanks(node);
    if (blanks.has_value() && *blanks == 0) continue;  // one word, in whatever forms
    if (node.kind != Node::Kind::kAlternate && !may_be_left_out) break;
    const auto with = [&](const Node* part) {
      std::vector<Node> branch(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i));
      if (part != nullptr) Flatten(*part, &branch);
      branch.insert(branch.end(), nodes.begin() + static_cast<std::ptrdiff_t>(i) + 1, nodes.end());
      Branch(std::move(branch), branches);
    };
    for (const Node& child : node.children) with(&child);
    if (may_be_left_out) with(nullptr);
    return;
  }
  branches->push_back(std::move(nodes));
}

// What is known of the words behind the first.
std::vector<PhraseBranch::Need> NeedsOf(const std::vector<Node>& nodes) {
  std::vector<PhraseBranch::Need> needs;
  bool at_begin = false;  // the first word is none of these
  bool behind_first = false;
  uint32_t blanks = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (at_begin && behind_first) {
      std::optional<std::vector<WordShape>> words = FirstWords(nodes, i);
      if (words.has_value()) {
        if (needs.size() == kMostNeeds) needs.pop_back();
        needs.push_back({*std::move(words), blanks});
      }
    }
    at_begin = EndsAtWordBegin(nodes[i], at_begin);
    behind_first = behind_first || at_begin;
    blanks += MostBlanks(nodes[i]).value_or(kMostWords);
  }
  return needs;
}

}  // namespace

PhraseShape ShapeOf(std::string_view pattern) {
  PhraseShape shape;
  const std::optional<Node> node = Parser(pattern).Run();
  if (!node.has_value()) return shape;
  const std::optional<uint32_t> blanks = MostBlanks(*node);
  if (!blanks.has_value() || *blanks > kMostWords) return shape;
  std::vector<Node> nodes;
  Flatten(*node, &nodes);
  std::vector<std::vector<Node>> branches;
  Branch(nodes, &branches);
  if (branches.size() > kMostBranches) branches = {std::move(nodes)};
  for (const std::vector<Node>& branch : branches) {
    std::optional<std::vector<WordShape>> first = FirstWords(branch, 0);
    if (!first.has_value() || first->empty()) return shape;
    shape.branches.push_back({*std::move(first), NeedsOf(branch)});
  }
  shape.known = true;
  shape.max_words = *blanks + 1;
  return shape;
}

}  // namespace weighbridge::classify
