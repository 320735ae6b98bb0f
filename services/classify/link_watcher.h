// Follows the links of one text and notes those that lead elsewhere than they say (link.h).
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_WATCHER_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_WATCHER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::classify {

// Told of every bracket and anchor of a text, in their order; constant work for each but for the length of its label,
// which is bounded. `text` must outlive it.
class LinkWatcher {
 public:
  explicit LinkWatcher(std::string_view text) : text_(text) {}

  // A square bracket stands at `at`; `line_start`: only framing stands before it in its line.
  void OpenBracket(size_t at, bool line_start);
  void CloseBracket(size_t at);

  // The tag text[begin, end) opens an anchor of HTML, or closes one.
  void OpenAnchor(size_t begin, size_t end);
  void CloseAnchor(size_t begin, size_t end);

  struct Link {
    size_t begin, end;  // with its target, where that stands beside it
  };
  // Those that lead elsewhere. Call it once, at the end of the text.
  std::vector<Link> Finish();

 private:
  struct Anchor {
    size_t begin = 0, label_begin = 0;
    std::string_view target;  // empty if none is open
  };
  struct Bracket {
    size_t at;
    bool line_start;
  };
  struct Reference {  // whose text is an address
    size_t begin, end;
    std::string_view label;
    std::string name;
  };
  struct Definition {
    std::string_view name;
    size_t target;  // where it begins
  };

  char At(size_t pos) const { return pos < text_.size() ? text_[pos] : '\0'; }
  bool IsEscaped(size_t at) const;
  void EndAnchor(size_t label_end, size_t end);
  void ResolveReferences();

  const std::string_view text_;
  std::vector<Link> links_;
  Anchor anchor_;
  std::vector<Bracket> brackets_;  // open ones
  size_t last_bracket_ = std::string_view::npos;
  int stray_brackets_ = 0;
  std::vector<Reference> references_;
  std::vector<Definition> definitions_;
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_LINK_WATCHER_H_
