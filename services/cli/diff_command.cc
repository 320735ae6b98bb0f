#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/stored_result.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/diff.h"
#include "services/report/diff_text.h"
#include "services/report/json.h"

namespace weighbridge::cli {
namespace {

// Of a printed result: as much as the store takes of a recorded one.
constexpr size_t kResultBytesMax = db::kBlobMaxBytes;

struct DiffOptions {
  CommonOptions common;
  std::string before;
  std::string after;
};

// Digits alone are an id; a file of such a name can be given as ./NAME.
bool IsId(const std::string& given) {
  return given.size() >= db::kIdPrefixMinDigits && given.find_first_not_of("0123456789abcdef") == std::string::npos;
}

absl::StatusOr<auditor::StoredResult> Load(const std::string& given, const DiffOptions& options,
                                           std::unique_ptr<db::Store>& store) {
  if (IsId(given)) {
    if (store == nullptr) {
      if (options.common.no_record)
        return absl::InvalidArgumentError(
            absl::StrFormat("%s is an id, and --no-record leaves no database to look in", given));
      WB_ASSIGN_OR_RETURN(store, OpenStore(options.common, /*read_only=*/true));
    }
    absl::StatusOr<auditor::StoredResult> found = auditor::FindResult(given, *store);
    // An id that is not there is the user's word, not the database's fault.
    if (absl::IsNotFound(found.status())) return absl::InvalidArgumentError(found.status().message());
    return found;
  }
  absl::StatusOr<std::string> json = ReadInput(given, "result", kResultBytesMax);
  if (absl::IsNotFound(json.status())) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is neither an id (%d or more digits of an audit or decision) nor a file", Printable(given),
                        db::kIdPrefixMinDigits));
  }
  if (!json.ok()) return json.status();
  absl::StatusOr<v1::GateResult> result = auditor::ParseResult(*json);
  // A file that holds something else could not be read as what it should be: exit code 3.
  if (!result.ok())
    return absl::FailedPreconditionError(absl::StrFormat("%s: %s", Printable(given), result.status().message()));
  return auditor::StoredResult{*std::move(result), "", ""};
}

// How the user named it, printable.
void Name(const std::string& given, const auditor::StoredResult& loaded, v1::DiffSide& side) {
  side.set_given(Printable(given));
  side.set_decision_id(loaded.decision_id);
}

int RunDiff(const DiffOptions& options) {
  std::unique_ptr<db::Store> store;
  const auto fail = [](const absl::Status& status) {
    const bool damaged = status.code() == absl::StatusCode::kDataLoss;
    return Fail(damaged ? kExitIntegrity : ExitCodeOf(status), MessageOf(status));
  };
  const absl::StatusOr<auditor::StoredResult> before = Load(options.before, options, store);
  if (!before.ok()) return fail(before.status());
  const absl::StatusOr<auditor::StoredResult> after = Load(options.after, options, store);
  if (!after.ok()) return fail(after.status());

  v1::DiffResult diff = report::Diff(before->result, after->result);
  Name(options.before, *before, *diff.mutable_before());
  Name(options.after, *after, *diff.mutable_after());
  std::string out;
  if (options.common.format == "json") {
    out = report::ToJson(diff);
    if (out.empty()) return Fail(absl::InternalError("the difference cannot be written as JSON"));
    out += '\n';
  } else if (options.common.format == "markdown") {
    out = report::RenderDiffMarkdown(diff);
  } else {
    out = report::RenderDiffText(diff, UseColor(options.common));
  }
  const absl::Status written = WriteResult(options.common, out);
  return written.ok() ? kExitOk : Fail(written);
}

}  // namespace

void AddDiffCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* diff = app.add_subcommand("diff", "What changed between two recorded decisions, or two results in files");
  diff->add_option("BEFORE", options->before, "Audit or decision id (8 or more digits), or a file of --format json")
      ->required()
      ->check(NotEmpty());
  diff->add_option("AFTER", options->after, "The same")->required()->check(NotEmpty());
  AddOutputOptions(*diff, options->common, {"text", "json", "markdown"});
  AddStoreOptions(*diff, options->common);
  diff->callback([options, &run] { run = [options] { return RunDiff(*options); }; });
}

}  // namespace weighbridge::cli
