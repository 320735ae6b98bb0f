#include "services/report/html_writer.h"

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "services/crypto/sha256.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

// Attributes whose value is no more than a text wherever they stand.
bool TakesAnyText(std::string_view name) {
  for (const std::string_view inert : {"title", "aria-label", "content", "data-label", "datetime"}) {
    if (name == inert) return true;
  }
  return false;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : Shown(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void HtmlWriter::EndTag() {
  if (in_tag_) out_ += '>';
  in_tag_ = false;
}

HtmlWriter& HtmlWriter::Open(Literal element) {
  EndTag();
  out_ += absl::StrFormat("<%s", element.text());
  open_.push_back(element.text());
  in_tag_ = true;
  return *this;
}

HtmlWriter& HtmlWriter::Open(Literal element, Literal css_class) { return Open(element).Attribute("class", css_class); }

HtmlWriter& HtmlWriter::Open(Literal element, Literal css_class, Literal second_class) {
  Open(element);
  out_ += absl::StrFormat(" class=\"%s %s\"", css_class.text(), second_class.text());
  return *this;
}

HtmlWriter& HtmlWriter::Close() {
  Check(!open_.empty());
  EndTag();
  out_ += absl::StrFormat("</%s>", open_.back());
  // Line breaks between blocks only: inside a line they would be blanks.
  const std::string_view element = open_.back();
  if (element != "span" && element != "a" && element != "strong" && element != "code" && element != "time")
    out_ += '\n';
  open_.pop_back();
  return *this;
}

HtmlWriter& HtmlWriter::Attribute(Literal name, Literal value) {
  Check(in_tag_);
  out_ += absl::StrFormat(" %s=\"%s\"", name.text(), EscapeHtml(value.text()));
  return *this;
}

HtmlWriter& HtmlWriter::TextAttribute(Literal name, std::string_view value) {
  Check(in_tag_ && TakesAnyText(name.text()));
  out_ += absl::StrFormat(" %s=\"%s\"", name.text(), EscapeHtml(value));
  return *this;
}

HtmlWriter& HtmlWriter::Id(Literal prefix, size_t number) {
  Check(in_tag_);
  out_ += absl::StrFormat(" id=\"%s-%d\"", prefix.text(), number);
  return *this;
}

HtmlWriter& HtmlWriter::LinkTo(Literal prefix, size_t number) {
  Check(in_tag_);
  out_ += absl::StrFormat(" href=\"#%s-%d\"", prefix.text(), number);
  return *this;
}

HtmlWriter& HtmlWriter::Text(std::string_view text) {
  EndTag();
  out_ += EscapeHtml(text);
  return *this;
}

HtmlWriter& HtmlWriter::Element(Literal element, std::string_view text) { return Open(element).Text(text).Close(); }

HtmlWriter& HtmlWriter::Element(Literal element, Literal css_class, std::string_view text) {
  return Open(element, css_class).Text(text).Close();
}

HtmlWriter& HtmlWriter::Void(Literal element) {
  EndTag();
  out_ += absl::StrFormat("<%s", element.text());
  in_tag_ = true;
  return *this;
}

HtmlWriter& HtmlWriter::Markup(Literal markup) {
  EndTag();
  out_ += markup.text();
  return *this;
}

std::string HtmlWriter::Take() {
  Check(open_.empty());
  EndTag();
  return std::move(out_);
}

std::string ContentSecurityPolicy(Literal style) {
  const Sha256Digest digest = Sha256Of(style.text());
  const std::string bytes(digest.begin(), digest.end());
  return absl::StrFormat("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
                         absl::Base64Escape(bytes));
}

}  // namespace weighbridge::report
