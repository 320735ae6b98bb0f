// Words, dates, country codes, and what holds for every text of a rule file.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "services/base/utf8.h"
#include "services/rulebook/lint_parts.h"

namespace weighbridge::rulebook {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
int Number(std::string_view digits) {
  int value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool IsYearMonth(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return false;
  for (size_t i : {0, 1, 2, 3, 5, 6}) {
    if (!IsDigit(text[i])) return false;
  }
  const int year = Number(text.substr(0, 4)), month = Number(text.substr(5, 2));
  return year >= 1970 && year <= 2100 && month >= 1 && month <= 12;
}

// ISO 3166-1 alpha-2, officially assigned codes.
constexpr std::string_view kCountryCodes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF "
    "CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE "
    "GF GG GH "
    "GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW "
    "KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC "
    "NE NF NG "
    "NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK "
    "SL SM SN "
    "SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF "
    "WS YE YT "
    "ZA ZM ZW ";

// What is wrong with one text, or nothing.
std::string TextProblem(std::string_view text) {
  if (!IsValidUtf8(text)) return "malformed UTF-8";
  for (size_t pos = 0; pos < text.size();) {
    int length = 1;
    const int32_t code = DecodeUtf8(text, pos, &length);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "a control character (texts are one line)";
    pos += length;
  }
  if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) return "a blank at its begin or end";
  if (text.find("  ") != std::string_view::npos) return "two blanks in a row";
  return "";
}

}  // namespace

bool IsSnakeCase(std::string_view id) {
  if (id.empty() || id.front() < 'a' || id.front() > 'z' || id.back() == '_') return false;
  return std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_'; }) &&
         id.find("__") == std::string_view::npos;
}

bool IsLowerCase(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool IsSha256Hex(std::string_view hex) {
  return hex.size() == 64 &&
         std::all_of(hex.begin(), hex.end(), [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsDate(std::string_view date) {
  if (date.size() != 10 || date[7] != '-' || !IsDigit(date[8]) || !IsDigit(date[9]) ||
      !IsYearMonth(date.substr(0, 7))) {
    return false;
  }
  const int year = Number(date.substr(0, 4)), month = Number(date.substr(5, 2)), day = Number(date.substr(8, 2));
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

std::string MonthBefore(std::string_view date) {
  if (!IsDate(date)) return "";
  int year = Number(date.substr(0, 4)), month = Number(date.substr(5, 2));
  if (--month == 0) --year, month = 12;
  return absl::StrFormat("%04d-%02d", year, month);
}

int CountWords(std::string_view text) {
  int words = 0;
  bool in_word = false;
  for (char c : text) {
    const bool blank = c == ' ';
    if (!blank && !in_word) ++words;
    in_word = !blank;
  }
  return words;
}

bool IsCountryCode(std::string_view code) {
  if (code.size() != 2 || code.find(' ') != std::string_view::npos) return false;
  for (size_t pos = 0; pos + 2 < kCountryCodes.size(); pos += 3) {
    if (kCountryCodes.substr(pos, 2) == code) return true;
  }
  return false;
}

void LintTexts(const Cursor& at) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Message& message = at.message();
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = field->is_repeated() ? i : -1;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        LintTexts(at.Sub(field->name().c_str(), index));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                      : reflection->GetString(message, field);
        const std::string problem = field->is_repeated() && text.empty() ? "an empty element" : TextProblem(text);
        if (!problem.empty())
          at.ReportAt(field->name().c_str(), index, absl::StrFormat("%s: %s", field->name(), problem));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        // proto3 text keeps numbers that no name stands for.
        const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(message, field, i)
                                               : reflection->GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr || (field->is_repeated() && value == 0)) {
          at.ReportAt(field->name().c_str(), index,
                      absl::StrFormat("%s: %d is no value of this list", field->name(), value));
        }
      }
    }
  }
}

}  // namespace weighbridge::rulebook
