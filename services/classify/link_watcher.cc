#include "services/classify/link_watcher.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "services/classify/link.h"

namespace weighbridge::classify {
namespace {

// Brackets within brackets; of deeper ones the outermost are forgotten.
constexpr size_t kMostOpenBrackets = 8;
// Closing brackets without an opening one of their own that may end the text of a link: one of a code span may stand
// before.
constexpr int kMostStrayBrackets = 4;
// Markdown knows no longer names of definitions.
constexpr size_t kMaxReferenceBytes = 999;

}  // namespace

bool LinkWatcher::IsEscaped(size_t at) const {
  size_t backslashes = 0;
  while (backslashes < at && text_[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

void LinkWatcher::OpenBracket(size_t at, bool line_start) {
  last_bracket_ = at;
  stray_brackets_ = 0;
  if (IsEscaped(at)) return;
  if (brackets_.size() == kMostOpenBrackets) brackets_.erase(brackets_.begin());
  brackets_.push_back({at, line_start});
}

// Ends what may be the text of a Markdown link: "[text](target)", "[text][name]", "[text]", or the definition
// "[name]: target".
void LinkWatcher::CloseBracket(size_t at) {
  const char next = At(at + 1);
  Bracket open = {last_bracket_, false};
  if (!brackets_.empty() && !IsEscaped(at)) {
    open = brackets_.back();
    brackets_.pop_back();
  } else if (last_bracket_ == std::string_view::npos || (next != '(' && next != '[') ||
             ++stray_brackets_ > kMostStrayBrackets) {
    return;
  }
  const std::string_view label = text_.substr(open.at + 1, at - open.at - 1);
  if (label.size() > kMaxLinkBytes) return;
  if (next == ':' && open.line_start) {
    definitions_.push_back({label, at + 2});
    return;
  }
  if (!HoldsAddress(label)) return;
  if (next == '(') {
    const std::string_view target = LinkTarget(text_, at + 2);
    const size_t end = static_cast<size_t>(target.data() - text_.data()) + target.size();
    if (LeadsElsewhere(label, target)) links_.push_back({open.at, end});
    return;
  }
  size_t end = at + 1;
  std::string_view name = label;
  if (next == '[') {
    const size_t close = text_.substr(0, std::min(text_.size(), at + kMaxLinkBytes)).find(']', at + 2);
    if (close != std::string_view::npos) {
      if (close > at + 2) name = text_.substr(at + 2, close - at - 2);
      end = close + 1;
    }
  }
  if (name.size() <= kMaxReferenceBytes) references_.push_back({open.at, end, label, ReferenceName(name)});
}

void LinkWatcher::OpenAnchor(size_t begin, size_t end) {
  EndAnchor(begin, begin);
  anchor_ = {begin, end, HrefOf(text_.substr(begin, end - begin))};
}

void LinkWatcher::CloseAnchor(size_t begin, size_t end) { EndAnchor(begin, end); }

// The label of the open anchor ends at `label_end`, the anchor itself at `end`.
void LinkWatcher::EndAnchor(size_t label_end, size_t end) {
  if (!anchor_.target.empty()) {
    std::string_view label = text_.substr(anchor_.label_begin, label_end - anchor_.label_begin);
    if (label.size() > kMaxLinkBytes) label = label.substr(0, label.rfind(' ', kMaxLinkBytes - 1));
    if (LeadsElsewhere(label, anchor_.target)) links_.push_back({anchor_.begin, end});
  }
  anchor_.target = {};
}

// Definitions may stand behind what refers to them; of several of one name the first counts.
void LinkWatcher::ResolveReferences() {
  if (references_.empty() || definitions_.empty()) return;
  std::unordered_map<std::string_view, std::string_view> targets;
  for (const Reference& reference : references_) targets.emplace(reference.name, std::string_view());
  for (const Definition& definition : definitions_) {
    const auto found = targets.find(ReferenceName(definition.name));
    if (found != targets.end() && found->second.empty()) found->second = LinkTarget(text_, definition.target);
  }
  for (const Reference& reference : references_) {
    if (LeadsElsewhere(reference.label, targets[reference.name])) links_.push_back({reference.begin, reference.end});
  }
}

std::vector<LinkWatcher::Link> LinkWatcher::Finish() {
  EndAnchor(text_.size(), text_.size());
  ResolveReferences();
  return std::move(links_);
}

}  // namespace weighbridge::classify
