// Writes XML 1.0 from top to bottom. Names are literals of the program; everything else is escaped here and nowhere
// else.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_XML_WRITER_H_
#define WEIGHBRIDGE_SERVICES_REPORT_XML_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weighbridge::report {

// A text for XML: markup escaped; line feeds kept; what XML 1.0 forbids, and what could hide or reorder text on a
// screen, shown as \xNN as Shown() does. U+FFFE and U+FFFF become \uFFFE and \uFFFF.
std::string EscapeXml(std::string_view text);

class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  // Each element on its own line. Attributes come before any content.
  XmlWriter& Open(const char* element);
  XmlWriter& Attribute(const char* name, std::string_view value);
  XmlWriter& Attribute(const char* name, int64_t value);
  XmlWriter& Text(std::string_view text);
  XmlWriter& Close();

  // All elements must be closed.
  std::string Take();

 private:
  void EndTag();

  std::string out_;
  std::vector<const char*> open_;
  bool in_tag_ = false;    // "<name" is written, its ">" is not
  bool has_text_ = false;  // the innermost element holds text: no line break may be added
};

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_XML_WRITER_H_
