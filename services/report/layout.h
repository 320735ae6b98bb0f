// The few shapes that a report for people is made of, and the two ways to write them.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_LAYOUT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_LAYOUT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weighbridge::report {

enum class Tone { kPlain, kGood, kCaution, kBad };

// Printable() of base/utf8.h for texts that may have gone through it before: backslashes stay, so that it can be
// applied any number of times. Noncharacters of Unicode become visible too.
std::string Shown(std::string_view text);

// Collects a report from top to bottom, every text through Shown().
class Layout {
 public:
  virtual ~Layout() = default;
  virtual void Title(Tone tone, std::string_view word, std::string_view line) = 0;
  virtual void Heading(std::string_view text) = 0;
  virtual void Item(Tone tone, std::string_view text) = 0;
  // Belongs to the item above.
  virtual void Detail(std::string_view name, std::string_view text) = 0;
  // Without headers a list of names and values.
  virtual void Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) = 0;

  std::string Take() { return std::move(out_); }

 protected:
  std::string out_;
};

class TerminalLayout : public Layout {
 public:
  explicit TerminalLayout(bool color) : color_(color) {}
  void Title(Tone tone, std::string_view word, std::string_view line) override;
  void Heading(std::string_view text) override;
  void Item(Tone tone, std::string_view text) override;
  void Detail(std::string_view name, std::string_view text) override;
  void Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) override;

 private:
  std::string Painted(Tone tone, std::string_view text, bool bold = false) const;
  bool color_;
};

class MarkdownLayout : public Layout {
 public:
  void Title(Tone tone, std::string_view word, std::string_view line) override;
  void Heading(std::string_view text) override;
  void Item(Tone tone, std::string_view text) override;
  void Detail(std::string_view name, std::string_view text) override;
  void Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) override;
};

// Text that Markdown shows as it is: no markup, link, mention or HTML can come out of a file's name or words. Addresses
// and mentions are broken by a character without width.
std::string EscapeMarkdown(std::string_view text);

// "clause 2", but "paragraph 3" and "text at ..." as they are.
std::string ClauseWords(std::string_view clause);

// "paragraphs 6 to 32, paragraph 40, 2.b": runs of numbered clauses as ranges, the rest as it is, in the order given.
std::string ClauseRanges(const std::vector<std::string>& clauses);

// "1.5 GB", powers of 1000.
std::string HumanBytes(uint64_t bytes);

std::string Joined(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_LAYOUT_H_
