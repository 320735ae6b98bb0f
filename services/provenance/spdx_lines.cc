#include "services/provenance/spdx_lines.h"

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/provenance/spdx_expression.h"

namespace weighbridge::provenance {
namespace {

constexpr std::string_view kQuotes = "\"'`";
// What ends a value wherever it stands: comments, strings, cells and tags around it.
constexpr std::string_view kEnds[] = {"*/", "-->", "#}", "}}", "%>", "\"", "'", "`", "\\", "<", "|"};
constexpr std::string_view kSentenceEnds = " \t.,;]";

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

bool IsIdChar(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.'; }

// Byte of the tag in front of the colon at `colon`; npos if there is none. A key of JSON has a quote behind it.
size_t TagBefore(std::string_view text, size_t colon) {
  const size_t end = colon > 0 && kQuotes.find(text[colon - 1]) != std::string_view::npos ? colon - 1 : colon;
  if (end < kSpdxTag.size()) return std::string_view::npos;
  const size_t begin = end - kSpdxTag.size();
  const auto same = [](char a, char b) { return absl::ascii_tolower(a) == absl::ascii_tolower(b); };
  if (!std::equal(kSpdxTag.begin(), kSpdxTag.end(), text.begin() + static_cast<ptrdiff_t>(begin), same)) {
    return std::string_view::npos;
  }
  const bool inside_word = begin > 0 && (IsIdChar(text[begin - 1]) || text[begin - 1] == '_');
  return inside_word ? std::string_view::npos : begin;
}

// From the byte behind the colon to the end of the value.
std::string_view ValueBehind(std::string_view text, size_t from) {
  while (from < text.size() && (text[from] == '*' || text[from] == '_')) ++from;  // bold in Markdown
  while (from < text.size() && (IsBlank(text[from]) || kQuotes.find(text[from]) != std::string_view::npos)) ++from;
  std::string_view value = text.substr(from, kExpressionBytesMax + 1);
  value = value.substr(0, value.find_first_of("\r\n"));
  for (const std::string_view end : kEnds) value = value.substr(0, value.find(end));
  while (!value.empty() && kSentenceEnds.find(value.back()) != std::string_view::npos) value.remove_suffix(1);
  return value;
}

absl::Status CheckNames(const SpdxExpression& expression) {
  for (const SpdxExpression& operand : expression.operands) WB_RETURN_IF_ERROR(CheckNames(operand));
  for (const std::string* name : {&expression.term.license, &expression.term.exception}) {
    if (name->find(' ') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrFormat("\"%s\" is no id of a licence", *name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

SpdxLines FindSpdxLines(std::string_view text) {
  SpdxLines found;
  const std::string_view head = text.substr(0, kSpdxHeadBytesMax + kSpdxTag.size() + 2);
  for (size_t colon = head.find(':'); colon != std::string_view::npos; colon = head.find(':', colon + 1)) {
    const size_t tag = TagBefore(text, colon);
    if (tag == std::string_view::npos || tag >= kSpdxHeadBytesMax) continue;
    const bool is_key = colon - tag > kSpdxTag.size();
    const bool is_quoted =
        !is_key && colon + 1 < text.size() && kQuotes.find(text[colon + 1]) != std::string_view::npos;
    if (is_quoted) continue;
    const std::string_view value = ValueBehind(text, colon + 1);
    const auto same = [&](const SpdxLine& line) { return line.value == value; };
    if (std::any_of(found.lines.begin(), found.lines.end(), same)) continue;
    if (found.lines.size() == kSpdxValuesMax) {
      found.more = true;
      break;
    }
    found.lines.push_back({static_cast<uint64_t>(value.data() - text.data()), value});
  }
  return found;
}

absl::Status CheckSpdxValue(std::string_view value) {
  for (size_t i = 0; i < value.size() && i < kExpressionBytesMax; ++i) {
    const char c = value[i];
    if (IsIdChar(c) || IsBlank(c) || c == '+' || c == ':' || c == '(' || c == ')') continue;
    return absl::InvalidArgumentError(absl::StrFormat("offset %d: a character that no expression has", i));
  }
  const absl::StatusOr<SpdxExpression> expression = ParseSpdxExpression(value);
  WB_RETURN_IF_ERROR(expression.status());
  return CheckNames(*expression);
}

}  // namespace weighbridge::provenance
