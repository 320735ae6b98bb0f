#include "services/cli/gate_output.h"

#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/load_rules.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/base/version.h"
#include "services/report/render.h"

namespace weighbridge::cli {
namespace {

// A report option that the parser has let through.
struct Report {
  report::Format format;
  std::string path;
};

std::string FormatList() {
  std::string list;
  for (const std::string& name : report::FormatNames()) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string CheckReport(std::string& given) {
  const size_t equals = given.find('=');
  if (equals == std::string::npos || equals + 1 == given.size())
    return "give FORMAT=FILE, such as sarif=weighbridge.sarif";
  if (!report::FormatOf(given.substr(0, equals)).has_value())
    return absl::StrFormat("no format \"%s\"; there are %s", Printable(given.substr(0, equals)), FormatList());
  return "";
}

Report ReportOf(const std::string& given) {
  const size_t equals = given.find('=');
  return {*report::FormatOf(given.substr(0, equals)), given.substr(equals + 1)};
}

// "weighbridge 0.1.0" without the name.
std::string VersionNumber() {
  const std::string version = kVersion;
  return version.substr(version.rfind(' ') + 1);
}

}  // namespace

void AddGateOutputOptions(CLI::App& app, CommonOptions& common, GateOutput& output) {
  AddOutputOptions(app, common, report::FormatNames());
  // Each report is an option of its own: none may swallow what follows it.
  app.add_option("--report", output.reports, "Write a report as well, FORMAT=FILE; can be repeated")
      ->check(CLI::Validator(CheckReport, "", "report"))
      ->allow_extra_args(false);
  app.add_flag("--all", output.list_all, "Text and Markdown: list every file and every prohibited use");
}

absl::Status CheckGateOutput(const CommonOptions& common, const GateOutput& output) {
  std::set<std::string> files;
  if (!common.output.empty()) files.insert(common.output);
  for (const std::string& given : output.reports) {
    const std::string path = ReportOf(given).path;
    if (!files.insert(path).second)
      return absl::InvalidArgumentError(
          absl::StrFormat("--report: two results would go to the file %s", Printable(path)));
  }
  return absl::OkStatus();
}

std::string ModelNameOf(std::string_view given_path, const v1::GateResult& result) {
  std::string name(given_path);
  const std::string& below = result.model().path();
  if (below.empty()) return name;
  if (!name.empty() && name.back() != '/') name += '/';
  return name + below;
}

std::string ModelFolderOf(std::string_view given_path, const v1::GateResult& result) {
  // Files of a store are named from its root, which need not be what was given.
  if (result.model().layout() == "ollama") return "";
  const std::string path = ModelNameOf(given_path, result);
  if (path.empty() || path.front() == '/') return "";
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = path.find('/', begin);
    if (end == std::string::npos) end = path.size();
    const std::string part = path.substr(begin, end - begin);
    if (part == "..") return "";
    if (!part.empty() && part != ".") parts.push_back(part);
    begin = end + 1;
  }
  if (result.model().layout() == "file" && !parts.empty()) parts.pop_back();
  std::string folder;
  for (const std::string& part : parts) folder += (folder.empty() ? "" : "/") + part;
  return folder;
}

absl::Status WriteGateResults(const CommonOptions& common, const GateOutput& output, std::string_view given_path,
                              const std::vector<v1::GateResult>& results, int exit_code) {
  report::RenderOptions options;
  options.list_all = output.list_all;
  options.exit_code = exit_code;
  options.tool_version = VersionNumber();
  for (const v1::GateResult& result : results)
    options.models.push_back({ModelNameOf(given_path, result), ModelFolderOf(given_path, result)});

  // What people read names files of --rules by where they lie. JSON has the bytes that are recorded and that a replay
  // makes again, on any machine.
  std::vector<v1::GateResult> named(results);
  for (v1::GateResult& result : named) auditor::NameFolder(common.rules_dir, result);
  const auto for_format = [&](report::Format format) -> const std::vector<v1::GateResult>& {
    return format == report::Format::kJson ? results : named;
  };

  // Nothing is written before everything can be shown.
  std::vector<std::pair<CommonOptions, std::string>> outputs;
  const std::optional<report::Format> printed = report::FormatOf(common.format);
  if (!printed.has_value()) return absl::InternalError("no such format");
  report::RenderOptions colored = options;
  colored.color = UseColor(common);
  WB_ASSIGN_OR_RETURN(std::string text, report::Render(*printed, for_format(*printed), colored));
  outputs.emplace_back(common, std::move(text));
  for (const std::string& given : output.reports) {
    Report report = ReportOf(given);
    WB_ASSIGN_OR_RETURN(std::string bytes, report::Render(report.format, for_format(report.format), options));
    CommonOptions to_file = common;
    to_file.output = std::move(report.path);
    outputs.emplace_back(std::move(to_file), std::move(bytes));
  }
  absl::Status first_error;
  for (const auto& [where, bytes] : outputs) {
    const absl::Status written = WriteResult(where, bytes);
    if (first_error.ok()) first_error = written;
  }
  return first_error;
}

}  // namespace weighbridge::cli
