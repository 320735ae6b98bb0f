#include "services/formats/package_manifest/package_manifest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kClassifier = "License ::";
constexpr std::string_view kQuotes = "\"'";

struct Classifier {
  std::string_view name;  // the last part
  std::string_view id;
};

// Classifiers of the Python package index that name one licence or one family.
constexpr Classifier kClassifiers[] = {
    {"Academic Free License (AFL)", "AFL-3.0"},
    {"Apache Software License", "Apache-2.0"},
    {"Artistic License", "Artistic-2.0"},
    {"Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"},
    {"BSD License", "bsd"},
    {"CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"},
    {"Eclipse Public License 1.0 (EPL-1.0)", "EPL-1.0"},
    {"Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"},
    {"European Union Public Licence 1.1 (EUPL 1.1)", "EUPL-1.1"},
    {"European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2"},
    {"GNU Affero General Public License v3", "AGPL-3.0-only"},
    {"GNU Affero General Public License v3 or later (AGPLv3+)", "AGPL-3.0-or-later"},
    {"GNU General Public License (GPL)", "gpl"},
    {"GNU General Public License v2 (GPLv2)", "GPL-2.0-only"},
    {"GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"},
    {"GNU General Public License v3 (GPLv3)", "GPL-3.0-only"},
    {"GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"},
    {"GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0-only"},
    {"GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.0-or-later"},
    {"GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"},
    {"GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"},
    {"GNU Library or Lesser General Public License (LGPL)", "lgpl"},
    {"ISC License (ISCL)", "ISC"},
    {"MIT License", "MIT"},
    {"MIT No Attribution License (MIT-0)", "MIT-0"},
    {"Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"Python Software Foundation License", "PSF-2.0"},
    {"The Unlicense (Unlicense)", "Unlicense"},
    {"zlib/libpng License", "Zlib"},
};

std::string_view Stripped(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower;
}

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// A line with its place.
struct Line {
  std::string_view text;
  Position at;
};

std::vector<Line> LinesOf(std::string_view text) {
  std::vector<Line> lines;
  Position at;
  at.line = 1;
  at.column = 1;
  for (size_t begin = 0; begin < text.size(); ++at.line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    at.offset = begin;
    lines.push_back({text.substr(begin, end - begin), at});
    begin = end + 1;
  }
  return lines;
}

// What stands between the quotes at the start of `text`; nothing if it does not start with one. Escapes stay as they
// are.
std::optional<std::string_view> QuotedAt(std::string_view text) {
  if (text.empty() || kQuotes.find(text.front()) == std::string_view::npos) return std::nullopt;
  const size_t end = text.find(text.front(), 1);
  return text.substr(1, end == std::string_view::npos ? end : end - 1);
}

// The value of `key` inside an inline table, "{text = "MIT", file = 'x'}".
std::optional<std::string_view> InTable(std::string_view table, std::string_view key) {
  for (size_t at = table.find(key); at != std::string_view::npos; at = table.find(key, at + 1)) {
    const char before = at == 0 ? ' ' : table[at - 1];
    std::string_view rest = Stripped(table.substr(at + key.size()));
    if (absl::ascii_isalnum(static_cast<unsigned char>(before)) || before == '-' || !ConsumePrefix(&rest, "="))
      continue;
    return QuotedAt(Stripped(rest));
  }
  return std::nullopt;
}

class Reader {
 public:
  absl::Status Add(std::string_view value, std::string_view key, const Position& at, bool coarse = false) {
    if (found_.size() >= kPackageLicensesMax) {
      return Malformed(at, absl::StrFormat("more than %d licence fields", kPackageLicensesMax));
    }
    PackageLicense one;
    one.value = std::string(Stripped(value).substr(0, kPackageLicenseBytesMax));
    one.key = std::string(key);
    one.coarse = coarse;
    one.at = at;
    std::string_view named = one.value;
    if (ConsumePrefix(&named, "SEE LICENSE IN ")) one.file = std::string(Stripped(named));
    found_.push_back(std::move(one));
    return absl::OkStatus();
  }

  // "License :: OSI Approved :: MIT License", in quotes or on a line of its own.
  absl::Status AddClassifiers(const Line& line) {
    for (size_t at = line.text.find(kClassifier); at != std::string_view::npos;
         at = line.text.find(kClassifier, at + kClassifier.size())) {
      std::string_view whole = line.text.substr(at);
      if (at > 0 && kQuotes.find(line.text[at - 1]) != std::string_view::npos) {
        whole = whole.substr(0, whole.find(line.text[at - 1]));
      }
      const std::string_view last = Stripped(whole.substr(whole.rfind("::") + 2));
      const auto* known = std::find_if(std::begin(kClassifiers), std::end(kClassifiers),
                                       [&](const Classifier& one) { return one.name == last; });
      // It only says that some licence was approved.
      if (last == "OSI Approved") continue;
      WB_RETURN_IF_ERROR(Add(known == std::end(kClassifiers) ? last : known->id, "classifiers", line.at, true));
    }
    return absl::OkStatus();
  }

  std::vector<PackageLicense> Take() {
    std::stable_partition(found_.begin(), found_.end(), [](const PackageLicense& one) { return !one.coarse; });
    return std::move(found_);
  }

 private:
  std::vector<PackageLicense> found_;
};

// "key = value" or "key: value" with the key in quotes or not.
bool SplitEntry(std::string_view line, std::string_view signs, std::string_view* key, std::string_view* value) {
  const size_t sign = line.find_first_of(signs);
  if (sign == std::string_view::npos) return false;
  *key = Stripped(line.substr(0, sign));
  if (const auto quoted = QuotedAt(*key)) *key = *quoted;
  *value = Stripped(line.substr(sign + 1));
  return true;
}

bool IsPackageSection(std::string_view section) {
  return section == "project" || section == "tool.poetry" || section == "tool.flit.metadata" || section == "package" ||
         section == "workspace.package";
}

// A value of TOML: a string, a table, or what only the caller can call unknown.
absl::Status AddTomlValue(std::string_view value, bool cargo, const Position& at, Reader& reader) {
  std::string_view license = value;
  if (value.substr(0, 1) == "{") {
    const auto text = InTable(value, "text");
    if (!text.has_value()) return absl::OkStatus();  // a file beside it, or that of the workspace
    license = *text;
  } else if (ConsumePrefix(&license, "\"\"\"") || ConsumePrefix(&license, "'''")) {
    license = license.substr(0, std::min(license.find("\"\"\""), license.find("'''")));
  } else if (const auto quoted = QuotedAt(value)) {
    license = *quoted;
  } else if (value == "true" || value == "false") {
    return absl::OkStatus();
  }
  // Cargo once joined alternatives by a slash.
  std::string joined(license);
  for (size_t slash = joined.find('/'); cargo && slash != std::string::npos; slash = joined.find('/', slash + 4)) {
    joined.replace(slash, 1, " OR ");
  }
  return reader.Add(joined, "license", at);
}

absl::Status ReadToml(std::string_view text, bool cargo, Reader& reader) {
  std::string section;
  for (const Line& line : LinesOf(text)) {
    const std::string_view bare = Stripped(line.text);
    if (bare.empty() || bare.front() == '#') continue;
    if (bare.front() == '[' && bare.find(']') != std::string_view::npos && bare.find('"') == std::string_view::npos) {
      section = std::string(Stripped(bare.substr(1, bare.find(']') - 1)));
      continue;
    }
    WB_RETURN_IF_ERROR(reader.AddClassifiers(line));
    std::string_view key, value;
    if (!SplitEntry(bare, "=", &key, &value)) continue;
    const bool is_text = section == "project.license" ? key == "text" : key == "license.text";
    const bool is_field = IsPackageSection(section) && key == "license";
    if (is_field || (is_text && (section == "project.license" || IsPackageSection(section)))) {
      WB_RETURN_IF_ERROR(AddTomlValue(value, cargo, line.at, reader));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadSetupCfg(std::string_view text, Reader& reader) {
  std::string section;
  for (const Line& line : LinesOf(text)) {
    const std::string_view bare = Stripped(line.text);
    if (bare.empty() || bare.front() == '#' || bare.front() == ';') continue;
    if (bare.front() == '[') {
      section = std::string(bare.substr(1, bare.find(']') - 1));
      continue;
    }
    WB_RETURN_IF_ERROR(reader.AddClassifiers(line));
    std::string_view key, value;
    const bool continues = line.text.front() == ' ' || line.text.front() == '\t';
    if (continues || section != "metadata" || !SplitEntry(bare, "=:", &key, &value)) continue;
    const bool names = Lower(key) == "license" || Lower(key) == "licence";
    // "file: LICENSE" is a directive, and the file is read itself.
    if (names && !value.empty() && value.substr(0, 5) != "file:") {
      WB_RETURN_IF_ERROR(reader.Add(value, "license", line.at));
    }
  }
  return absl::OkStatus();
}

// license="MIT" as an argument, or "license": "MIT" of a dictionary; what is computed is not known here.
absl::Status ReadSetupPy(std::string_view text, Reader& reader) {
  constexpr std::string_view kKey = "license";
  for (const Line& line : LinesOf(text)) {
    const std::string_view bare = Stripped(line.text);
    if (bare.empty() || bare.front() == '#') continue;
    WB_RETURN_IF_ERROR(reader.AddClassifiers(line));
    for (size_t at = line.text.find(kKey); at != std::string_view::npos; at = line.text.find(kKey, at + 1)) {
      const char before = at == 0 ? ' ' : line.text[at - 1];
      if (absl::ascii_isalnum(static_cast<unsigned char>(before)) || before == '_') continue;
      std::string_view rest = line.text.substr(at + kKey.size());
      const bool in_quotes = !rest.empty() && kQuotes.find(rest.front()) != std::string_view::npos;
      if (in_quotes) rest.remove_prefix(1);
      rest = Stripped(rest);
      if (!ConsumePrefix(&rest, in_quotes ? ":" : "=")) continue;
      if (const auto quoted = QuotedAt(Stripped(rest))) WB_RETURN_IF_ERROR(reader.Add(*quoted, kKey, line.at));
    }
  }
  return absl::OkStatus();
}

// "MIT", {"type": "MIT"}, or a list of either.
absl::Status AddJsonValue(const Value& value, std::string_view key, Reader& reader) {
  if (value.IsList()) {
    for (const Value& item : value.items) {
      if (!item.IsList()) WB_RETURN_IF_ERROR(AddJsonValue(item, key, reader));
    }
    return absl::OkStatus();
  }
  const Value* named = value.IsMap() ? value.Find("type") : &value;
  if (named == nullptr || !named->AsString().has_value()) return absl::OkStatus();
  return reader.Add(*named->AsString(), key, named->at);
}

absl::Status ReadPackageJson(std::string_view text, Reader& reader) {
  WB_ASSIGN_OR_RETURN(const Value root, ParseJson(text));
  if (!root.IsMap()) return Malformed(root.at, "a package manifest is a JSON object");
  for (const std::string_view key : {"license", "licenses"}) {
    if (const Value* value = root.Find(key)) WB_RETURN_IF_ERROR(AddJsonValue(*value, key, reader));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsPackageManifest(std::string_view base_name) {
  const std::string lower = Lower(base_name);
  return lower == "pyproject.toml" || lower == "setup.cfg" || lower == "setup.py" || lower == "cargo.toml" ||
         lower == "package.json";
}

absl::StatusOr<std::vector<PackageLicense>> ReadPackageLicenses(std::string_view base_name, std::string_view text) {
  const std::string lower = Lower(base_name);
  Reader reader;
  if (lower == "package.json") {
    WB_RETURN_IF_ERROR(ReadPackageJson(text, reader));
  } else if (lower == "setup.cfg") {
    WB_RETURN_IF_ERROR(ReadSetupCfg(text, reader));
  } else if (lower == "setup.py") {
    WB_RETURN_IF_ERROR(ReadSetupPy(text, reader));
  } else if (lower == "pyproject.toml" || lower == "cargo.toml") {
    WB_RETURN_IF_ERROR(ReadToml(text, lower == "cargo.toml", reader));
  }
  return reader.Take();
}

}  // namespace weighbridge::formats
