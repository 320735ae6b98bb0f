#include "services/rulebook/parse.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/io/tokenizer.h"
#include "services/base/utf8.h"

namespace weighbridge::rulebook {
namespace {

using google::protobuf::TextFormat;

constexpr std::string_view kLicenseProto = "proto/weighbridge/rules/v1/license.proto";
constexpr std::string_view kRulebookProto = "proto/weighbridge/rules/v1/rulebook.proto";

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// Collects what the text format reader says; it counts lines and columns from 0.
class Collector : public google::protobuf::io::ErrorCollector {
 public:
  Collector(std::string path, std::vector<RuleIssue>* issues) : path_(std::move(path)), issues_(issues) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    issues_->push_back({path_, line + 1, column + 1, message});
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    AddError(line, column, message);
  }

 private:
  std::string path_;
  std::vector<RuleIssue>* issues_;
};

// The value of the line "# <key>: <value>" among the comment lines that a file begins with; empty if there is none.
std::string_view HeaderValue(std::string_view bytes, std::string_view key) {
  while (!bytes.empty() && bytes.front() == '#') {
    const size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    if (StartsWith(line, "# ") && StartsWith(line.substr(2), key) && StartsWith(line.substr(2 + key.size()), ": ")) {
      return line.substr(2 + key.size() + 2);
    }
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  return {};
}

// Both header lines name the schema, so that protoc and editors can check the file alone.
void CheckHeader(const RuleFile& file, std::string_view proto_file, std::string_view message,
                 std::vector<RuleIssue>* issues) {
  if (HeaderValue(file.bytes, "proto-file") != proto_file) {
    issues->push_back(
        {file.path, 1, 1, absl::StrFormat("the file must begin with the line \"# proto-file: %s\"", proto_file)});
  }
  const std::string_view named = HeaderValue(file.bytes, "proto-message");
  const size_t dot = message.rfind('.');
  if (named != message && named != message.substr(dot + 1)) {
    issues->push_back(
        {file.path, 1, 1, absl::StrFormat("one of the first lines must be \"# proto-message: %s\"", message)});
  }
}

// The text format reader skips some control characters and takes malformed UTF-8; a rule file has neither.
bool CheckBytes(const RuleFile& file, std::vector<RuleIssue>* issues) {
  int line = 1, column = 1;
  for (size_t pos = 0; pos < file.bytes.size();) {
    int length = 1;
    const int32_t code = DecodeUtf8(file.bytes, pos, &length);
    if (code < 0) {
      issues->push_back({file.path, line, column, "malformed UTF-8"});
      return false;
    }
    if ((code < 0x20 && code != '\n') || (code >= 0x7f && code < 0xa0)) {
      const char* what = code == '\t' ? "a tab; indent with spaces" : "a control character";
      issues->push_back({file.path, line, column, what});
      return false;
    }
    pos += length;
    column += length;  // columns count bytes, as the text format reader does
    if (code == '\n') ++line, column = 1;
  }
  return true;
}

template <typename Message>
bool ParseFile(const RuleFile& file, std::string_view proto_file, Parsed<Message>* parsed,
               std::vector<RuleIssue>* issues) {
  parsed->path = file.path;
  CheckHeader(file, proto_file, Message::descriptor()->full_name(), issues);
  if (!CheckBytes(file, issues)) return false;
  Collector collector(file.path, issues);
  auto places = std::make_unique<TextFormat::ParseInfoTree>();
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(places.get());
  parser.SetRecursionLimit(kRuleNestingMax);
  const bool ok = parser.ParseFromString(file.bytes, &parsed->message);
  parsed->places = std::move(places);
  return ok;
}

}  // namespace

std::string_view LicenseFolder(std::string_view path) {
  constexpr std::string_view kRoot = "licenses/";
  if (!StartsWith(path, kRoot)) return {};
  const std::string_view rest = path.substr(kRoot.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos || rest.find('/', slash + 1) != std::string_view::npos) return {};
  return rest.substr(0, slash);
}

ParsedRules Parse(const std::vector<RuleFile>& files, std::vector<RuleIssue>* issues) {
  ParsedRules rules;
  const std::vector<RuleIssue> unfit = CheckRuleFiles(files);
  if (!unfit.empty()) {
    issues->insert(issues->end(), unfit.begin(), unfit.end());
    return rules;
  }
  std::map<std::string_view, const RuleFile*> sorted;
  for (const RuleFile& file : files) sorted[file.path] = &file;
  bool has_fields = false, has_countries = false, has_triggers = false;
  for (const auto& [path, file] : sorted) {
    const std::string_view folder = LicenseFolder(path);
    const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    if (!folder.empty() && name == "rule.textproto") {
      rules.license_folders.emplace_back(folder);
      Parsed<rules::v1::License> license;
      if (ParseFile(*file, kLicenseProto, &license, issues)) rules.licenses.push_back(std::move(license));
    } else if (!folder.empty() && name.size() > 7 && name.substr(name.size() - 7) == ".tokens") {
      rules.token_files.emplace(std::string(path), file->bytes);
    } else if (StartsWith(path, "families/") && path.find('/', 9) == std::string_view::npos && name != ".textproto" &&
               path.substr(path.size() - 10) == ".textproto") {
      Parsed<rules::v1::Family> family;
      if (ParseFile(*file, kRulebookProto, &family, issues)) rules.families.push_back(std::move(family));
    } else if (path == "fields.textproto") {
      has_fields = true;
      rules.fields_known = ParseFile(*file, kRulebookProto, &rules.fields, issues);
    } else if (path == "countries.textproto") {
      has_countries = true;
      rules.countries_known = ParseFile(*file, kRulebookProto, &rules.countries, issues);
    } else if (path == "triggers.textproto") {
      has_triggers = true;
      ParseFile(*file, kRulebookProto, &rules.triggers, issues);
    } else if (path == "terms.textproto") {
      ParseFile(*file, kRulebookProto, &rules.terms, issues);
    } else if (path == "overlay.textproto") {
      ParseFile(*file, kRulebookProto, &rules.overlay, issues);
    } else {
      issues->push_back(
          {std::string(path), 0, 0,
           "no rule file stands here: licences are licenses/<short id>/rule.textproto and *.tokens, families "
           "are families/<id>.textproto"});
    }
  }
  if (!has_fields) issues->push_back({"fields.textproto", 0, 0, "the file is missing"});
  if (!has_countries) issues->push_back({"countries.textproto", 0, 0, "the file is missing"});
  if (!has_triggers) issues->push_back({"triggers.textproto", 0, 0, "the file is missing"});
  return rules;
}

}  // namespace weighbridge::rulebook
