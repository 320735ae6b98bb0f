#include "services/report/xml_writer.h"

#include <cstdlib>

#include "absl/strings/str_format.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

// One line without control characters.
void AppendLine(std::string_view line, std::string& out) {
  for (const char c : Shown(line)) {
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
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
}

void Append(std::string_view text, std::string_view line_feed, std::string& out) {
  while (true) {
    const size_t end = text.find('\n');
    AppendLine(text.substr(0, end), out);
    if (end == std::string_view::npos) return;
    out += line_feed;
    text.remove_prefix(end + 1);
  }
}

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string out;
  Append(text, "\n", out);
  return out;
}

void XmlWriter::EndTag() {
  if (in_tag_) out_ += '>';
  in_tag_ = false;
}

XmlWriter& XmlWriter::Open(const char* element) {
  EndTag();
  if (!open_.empty()) out_ += '\n';
  out_.append(open_.size() * 2, ' ');
  out_ += absl::StrFormat("<%s", element);
  open_.push_back(element);
  in_tag_ = true;
  has_text_ = false;
  return *this;
}

XmlWriter& XmlWriter::Attribute(const char* name, std::string_view value) {
  Check(in_tag_);
  out_ += absl::StrFormat(" %s=\"", name);
  // A bare line feed in an attribute would be read as a blank.
  Append(value, "&#10;", out_);
  out_ += '"';
  return *this;
}

XmlWriter& XmlWriter::Attribute(const char* name, int64_t value) {
  return Attribute(name, absl::StrFormat("%d", value));
}

XmlWriter& XmlWriter::Text(std::string_view text) {
  Check(!open_.empty());
  EndTag();
  Append(text, "\n", out_);
  has_text_ = true;
  return *this;
}

XmlWriter& XmlWriter::Close() {
  Check(!open_.empty());
  const char* element = open_.back();
  open_.pop_back();
  if (in_tag_) {
    out_ += "/>";
    in_tag_ = false;
  } else {
    if (!has_text_) {
      out_ += '\n';
      out_.append(open_.size() * 2, ' ');
    }
    out_ += absl::StrFormat("</%s>", element);
  }
  has_text_ = false;
  return *this;
}

std::string XmlWriter::Take() {
  Check(open_.empty());
  return std::move(out_) + "\n";
}

}  // namespace weighbridge::report
