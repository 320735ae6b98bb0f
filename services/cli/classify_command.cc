#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/classify_text.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/classify_diff.h"
#include "services/report/classify_text.h"
#include "services/report/json.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kTextBytesMax = 64 << 20;

struct ClassifyOptions {
  CommonOptions common;
  std::vector<std::string> files;
  bool diff = false;
};

// 0 only if there is a match, every match is bare, and no residue speaks of terms.
int ExitCodeOf(const v1::ClassifyTextResult& result) {
  if (result.matches().empty()) return kExitReview;
  for (const auto& match : result.matches()) {
    const bool bare = (match.match() == v1::Match::EXACT || match.match() == v1::Match::EQUIVALENT) &&
                      match.also().empty() && !match.blocked_by_residue();
    if (!bare) return kExitReview;
  }
  for (const auto& residue : result.residue()) {
    if (!residue.triggers().empty()) return kExitReview;
  }
  return kExitOk;
}

std::string Diffs(const std::string& path, const std::string& bytes, const std::vector<auditor::MatchDiff>& diffs,
                  bool color) {
  std::string out;
  bool one_sided = false;
  for (const auditor::MatchDiff& match : diffs) {
    report::TextDiff diff;
    diff.path = path;
    diff.official_name = match.official_name;
    diff.found = bytes;
    if (match.official.has_value()) diff.official = *match.official;
    diff.edits = match.edits;
    diff.edits_left_out = match.edits_left_out;
    one_sided = one_sided || (!match.edits.empty() && !match.official.has_value());
    out += report::RenderTextDiff(diff, color);
  }
  if (one_sided) out += "Both sides are shown once the official text is known: weighbridge rules import-texts\n";
  return out;
}

int RunClassify(const ClassifyOptions& options) {
  if (options.diff && options.common.format == "json") {
    return Fail(kExitUsage, "--diff is for people; --format json has the place of every edit");
  }
  const auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  // Official texts for two-sided diffs; without a database the diff shows the found side alone.
  auto store = OpenStore(options.common);
  if (!store.ok() && !options.common.db_path.empty()) return Fail(store.status());
  db::Store* texts = store.ok() ? store->get() : nullptr;

  std::string out;
  int worst = kExitOk;
  for (const std::string& file : options.files) {
    const absl::StatusOr<std::string> bytes = ReadInput(file, "text", kTextBytesMax);
    const absl::Status readable = bytes.ok() ? auditor::CheckIsText(file, *bytes) : bytes.status();
    if (!readable.ok()) {
      Fail(readable);
      worst = kExitUnmeasured;  // the order of DESIGN section 7: 3 comes before 5
      continue;
    }
    const auditor::ClassifiedText classified =
        auditor::ClassifyTextWithDiffs(Printable(file), *bytes, **rules, texts);
    const v1::ClassifyTextResult& result = classified.result;
    if (options.common.format == "json") {
      const std::string json = report::ToJson(result);
      if (json.empty()) return Fail(absl::InternalError("the result cannot be written as JSON"));
      out += json + "\n";
    } else {
      out += report::RenderClassification(result, *bytes, UseColor(options.common), /*list_edits=*/!options.diff);
      if (options.diff) out += Diffs(Printable(file), *bytes, classified.diffs, UseColor(options.common));
    }
    if (worst != kExitUnmeasured) worst = std::max(worst, ExitCodeOf(result));
  }
  const absl::Status written = WriteResult(options.common, out);
  return written.ok() ? worst : Fail(written);
}

}  // namespace

void AddClassifyCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<ClassifyOptions>();
  CLI::App* classify = app.add_subcommand("classify", "Say which licence texts the files contain, and how they differ");
  classify->add_option("FILE", options->files, "Texts")->required();
  classify->add_flag("--diff", options->diff,
                     "Show the changed lines with the changed words marked, beside the official text where it is known");
  AddOutputOptions(*classify, options->common, {"text", "json"});
  AddRulesOption(*classify, options->common);
  AddStoreOptions(*classify, options->common);
  classify->footer(
      "Exit code: 0 every match bare and no residue with trigger phrases, 5 anything less, 3 a file could not be "
      "read, or is of a format that is not read (PDF, DOCX, archives).");
  classify->callback([options, &run] { run = [options] { return RunClassify(*options); }; });
}

}  // namespace weighbridge::cli
