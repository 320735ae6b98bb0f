#include <memory>
#include <string>
#include <vector>

#include "services/auditor/explain.h"
#include "services/auditor/load_rules.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/json.h"
#include "services/report/license_text.h"

namespace weighbridge::cli {
namespace {

struct LicenseOptions {
  CommonOptions common;
  std::vector<std::string> names;
};

int Print(const CommonOptions& options, std::string_view bytes) {
  const absl::Status written = WriteResult(options, bytes);
  return written.ok() ? kExitOk : Fail(written);
}

// Files of --rules by where they lie.
void NameOverlay(const CommonOptions& options, v1::ExplainResult& result) {
  for (std::string& line : *result.mutable_redefined()) auditor::NameFolder(options.rules_dir, line);
}

void NameOverlay(const CommonOptions& options, v1::LicenseRecord& record) {
  for (std::string& line : *record.mutable_redefined()) auditor::NameFolder(options.rules_dir, line);
  if (record.has_explained()) NameOverlay(options, *record.mutable_explained());
}

int RunLicenses(const LicenseOptions& options) {
  const auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  std::vector<v1::LicenseRecord> records;
  if (options.names.empty()) {
    for (const auto* license : (*rules)->licenses())
      records.push_back(*auditor::RecordOf(license->short_id(), **rules));
  }
  for (const std::string& name : options.names) {
    absl::StatusOr<std::vector<v1::LicenseRecord>> found = auditor::RecordsOf(name, **rules);
    if (!found.ok()) return Fail(found.status());
    for (auto& record : *found) records.push_back(std::move(record));
  }
  for (auto& record : records) NameOverlay(options.common, record);
  std::string out;
  if (options.common.format == "json") {
    for (const auto& record : records) {
      const std::string json = report::ToJson(record);
      if (json.empty()) return Fail(absl::InternalError("the record cannot be written as JSON"));
      out += json + "\n";
    }
  } else if (options.names.empty()) {
    out = report::RenderLicenseList(records, UseColor(options.common));
  } else {
    for (const auto& record : records) out += report::RenderLicense(record, UseColor(options.common));
  }
  return Print(options.common, out);
}

int RunExplain(const LicenseOptions& options) {
  const auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  std::string out;
  for (const std::string& name : options.names) {
    absl::StatusOr<v1::ExplainResult> result = auditor::Explain(name, **rules);
    if (!result.ok()) return Fail(result.status());
    NameOverlay(options.common, *result);
    const bool json = options.common.format == "json";
    const std::string text =
        json ? report::ToJson(*result) : report::RenderExplanation(*result, UseColor(options.common));
    if (text.empty()) return Fail(absl::InternalError("the explanation cannot be written as JSON"));
    out += text + (json ? "\n" : "");
  }
  return Print(options.common, out);
}

}  // namespace

void AddLicenseCommands(CLI::App& app, Run& run) {
  auto licenses = std::make_shared<LicenseOptions>();
  CLI::App* list =
      app.add_subcommand("licenses", "List the known licences, or show one with every fact and its clause");
  list->add_option("ID", licenses->names, "Licence ids, short ids, models or families, as people type them");
  AddOutputOptions(*list, licenses->common, {"text", "json"});
  AddRulesOption(*list, licenses->common);
  list->callback([licenses, &run] { run = [licenses] { return RunLicenses(*licenses); }; });

  auto explain = std::make_shared<LicenseOptions>();
  CLI::App* verb =
      app.add_subcommand("explain", "Explain a licence, family, hub model, closed model, finding, term or fact");
  verb->add_option("NAME", explain->names, "Such as llama3.1, meta-llama/Llama-3.1-8B, license.text_missing, domicile")
      ->required();
  AddOutputOptions(*verb, explain->common, {"text", "json"});
  AddRulesOption(*verb, explain->common);
  verb->callback([explain, &run] { run = [explain] { return RunExplain(*explain); }; });
}

}  // namespace weighbridge::cli
