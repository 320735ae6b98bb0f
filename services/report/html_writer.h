// Writes HTML in which no text of a model can become markup: what is written as it stands has a type that only literals
// of the program have, and everything else is escaped for the place where it goes.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_HTML_WRITER_H_
#define WEIGHBRIDGE_SERVICES_REPORT_HTML_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weighbridge::report {

// Words that stand in the source of this program: made from a string literal and from nothing else. There is no way
// from a std::string, a std::string_view, a char pointer or a buffer to it.
class Literal {
 public:
  template <size_t N>
  constexpr Literal(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: the conversion is what it is for
  template <size_t N>
  Literal(char (&text)[N]) = delete;

  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A text between tags or in a quoted attribute: & < > " ' as entities, control and bidirectional characters visible.
std::string EscapeHtml(std::string_view text);

// Usage:
//   HtmlWriter html;
//   html.Open("p", "note").Text("from a <model>").Close();
//   std::string page = html.Take();
// Elements are closed in the order opened; what does not fit is a fault of the program and ends it. Not thread-safe.
class HtmlWriter {
 public:
  HtmlWriter() : out_("<!DOCTYPE html>\n") {}

  HtmlWriter& Open(Literal element);
  HtmlWriter& Open(Literal element, Literal css_class);
  HtmlWriter& Open(Literal element, Literal css_class, Literal second_class);
  HtmlWriter& Close();

  // Attributes of the element just opened, before its content.
  HtmlWriter& Attribute(Literal name, Literal value);
  // Any text as the value. The program ends if the attribute is one whose value a browser would act on (an address, a
  // style, a handler): those take literals only.
  HtmlWriter& TextAttribute(Literal name, std::string_view value);
  // id="PREFIX-NUMBER", and href="#PREFIX-NUMBER" to go there.
  HtmlWriter& Id(Literal prefix, size_t number);
  HtmlWriter& LinkTo(Literal prefix, size_t number);

  HtmlWriter& Text(std::string_view text);
  // A whole element with a text in it.
  HtmlWriter& Element(Literal element, std::string_view text);
  HtmlWriter& Element(Literal element, Literal css_class, std::string_view text);
  // <meta>, <br>: elements that have no content and no end. Attributes may follow.
  HtmlWriter& Void(Literal element);
  // Markup as it stands.
  HtmlWriter& Markup(Literal markup);

  // All elements must be closed.
  std::string Take();

 private:
  void EndTag();

  std::string out_;
  std::vector<std::string_view> open_;
  bool in_tag_ = false;  // "<name" is written, its ">" is not
};

// The head's policy for browsers: nothing is loaded and nothing runs; only this style sheet, known by its SHA-256,
// applies.
std::string ContentSecurityPolicy(Literal style);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_HTML_WRITER_H_
