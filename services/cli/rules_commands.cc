#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/license_index.h"
#include "services/auditor/load_rules.h"
#include "services/auditor/official_texts.h"
#include "services/auditor/pack_rules.h"
#include "services/base/utf8.h"
#include "services/classify/learn.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/crypto/sha256.h"
#include "services/policy/builtin_policy.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/overlay.h"
#include "services/rulebook/relearn.h"
#include "services/source/mapped_file.h"
#include "services/source/text_pack.h"

namespace weighbridge::cli {
namespace {

struct RulesOptions {
  CommonOptions common;
  std::string folder;
  std::string file;
  std::string id;
  std::string kind = "licence";
  std::string source;
  std::string only;
  std::vector<std::string> omittable;
  std::vector<std::string> slots;
  std::vector<std::string> texts;
  std::string spdx;
  bool verbose = false;
};

int Print(const CommonOptions& options, std::string_view bytes) {
  const absl::Status written = WriteResult(options, bytes);
  return written.ok() ? kExitOk : Fail(written);
}

// What would be a finding in decisions.
std::string RedefinedOf(const rulebook::Rulebook& rules, const std::string& folder) {
  std::string lines;
  for (const auto& change : rules.overlay().redefinition()) {
    std::string line = absl::StrFormat("%s %s", rulebook::PlaceOf(change), change.difference());
    auditor::NameFolder(folder, line);
    lines += absl::StrFormat("not as ours: %s\n", line);
  }
  return lines;
}

int RunLint(const RulesOptions& options) {
  if (options.folder.empty()) {
    std::string index;
    const auto rules = LoadRules(options.common, &index);
    if (!rules.ok()) return Fail(rules.status());
    return Print(options.common,
                 absl::StrFormat("ok: %d licences and policies, %d families, rules digest %s\n%s%s\n",
                                 (*rules)->licenses().size(), (*rules)->families().size(), (*rules)->digest(),
                                 RedefinedOf(**rules, options.common.rules_dir), index));
  }
  auto files = auditor::ReadRuleFiles(options.folder);
  if (!files.ok()) return Fail(files.status());
  if (files->empty())
    return Fail(kExitUsage,
                absl::StrFormat("%s holds no rule files (*.textproto, *.tokens)", Printable(options.folder)));
  // What is no rulebook by itself is checked as --rules would take it.
  const bool whole = auditor::IsWholeRulebook(*files);
  std::vector<rulebook::RuleIssue> issues;
  absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> rules;
  if (whole) {
    rules = rulebook::Rulebook::FromFiles(*files, &issues);
  } else {
    auto base = auditor::BuiltinRuleFiles();
    if (!base.ok()) return Fail(base.status());
    rules = rulebook::Rulebook::Layered(*std::move(base), *files, &issues);
  }
  if (rules.ok()) {
    return Print(options.common,
                 absl::StrFormat("ok: %d licences and policies, %d families, rules digest %s%s\n%s",
                                 (*rules)->licenses().size(), (*rules)->families().size(), (*rules)->digest(),
                                 whole ? "" : ", laid over the built-in rules", RedefinedOf(**rules, options.folder)));
  }
  const int printed = Print(options.common, auditor::IssuesOf(issues, options.folder, *files) + "\n");
  return printed == kExitOk
             ? Fail(kExitUsage, absl::StrFormat("%d issues; a rulebook with any does not load", issues.size()))
             : printed;
}

// "12:40" as words [12, 40).
std::optional<classify::WordRange> ParseRange(const std::string& text) {
  unsigned begin = 0, end = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%u:%u%n", &begin, &end, &used) != 2 || used != static_cast<int>(text.size()) ||
      begin >= end) {
    return std::nullopt;
  }
  return classify::WordRange{begin, end};
}

int RunLearn(const RulesOptions& options) {
  const auto bytes = ReadInput(options.file, "text", source::kPackTextBytesMax);
  if (!bytes.ok()) return Fail(bytes.status());
  classify::LearnRequest request;
  request.id = options.id;
  request.kind = options.kind;
  request.source = options.source.empty() ? "local file" : options.source;
  request.text = *bytes;
  const auto bad_range = [](const std::string& text) {
    return Fail(kExitUsage, absl::StrFormat("%s is no range of words such as 12:40", Printable(text)));
  };
  if (!options.only.empty()) {
    request.options.only = ParseRange(options.only);
    if (!request.options.only.has_value()) return bad_range(options.only);
  }
  for (const std::string& text : options.omittable) {
    const auto range = ParseRange(text);
    if (!range.has_value()) return bad_range(text);
    request.options.omittable.push_back(*range);
  }
  for (const std::string& text : options.slots) {
    const auto range = ParseRange(text);
    if (!range.has_value()) return bad_range(text);
    classify::LearnOptions::Slot slot;
    slot.words = *range;
    request.options.slots.push_back(slot);
  }
  const auto tokens = classify::Learn(request);
  if (!tokens.ok()) return Fail(kExitUsage, MessageOf(tokens.status()));
  return Print(options.common, *tokens);
}

int RunRelearn(const RulesOptions& options) {
  const auto files = auditor::ReadRuleFiles(options.folder);
  if (!files.ok()) return Fail(files.status());
  std::map<std::string, std::string> by_digest;
  for (const std::string& folder : options.texts) {
    auto pack = source::ReadTextPack(folder);
    if (!pack.ok()) return Fail(pack.status());
    for (source::PackText& text : pack->texts) {
      const std::string digest = Sha256Hex(text.bytes);
      by_digest.emplace(digest, std::move(text.bytes));
    }
  }
  std::unique_ptr<db::Store> store;
  if (options.texts.empty()) {
    auto opened = OpenStore(options.common, /*read_only=*/true);
    if (!opened.ok()) return Fail(opened.status());
    store = *std::move(opened);
  }
  // Rules to lay over ours need ours beside them to be read.
  std::vector<rulebook::RuleFile> all = *files;
  if (!files->empty() && !auditor::IsWholeRulebook(*files)) {
    auto base = auditor::BuiltinRuleFiles();
    if (!base.ok()) return Fail(base.status());
    all = rulebook::Layer(*std::move(base), std::move(all));
  }
  rulebook::RelearnResult result = rulebook::Relearn(all, [&](std::string_view sha256) -> std::optional<std::string> {
    if (const auto found = by_digest.find(std::string(sha256)); found != by_digest.end()) return found->second;
    if (store == nullptr) return std::nullopt;
    auto blob = store->GetBlob(sha256);
    return blob.ok() ? std::optional<std::string>(*std::move(blob)) : std::nullopt;
  });
  if (!result.issues.empty()) {
    return Fail(kExitUsage, auditor::IssuesOf(result.issues, options.folder, *files));
  }
  // Only what the folder itself says is made in it.
  std::set<std::string> folders;
  for (const rulebook::RuleFile& file : *files) {
    if (const size_t name = file.path.rfind("/rule.textproto"); name != std::string::npos)
      folders.insert(file.path.substr(0, name));
  }
  const auto elsewhere = [&](const std::string& path) { return folders.count(path.substr(0, path.rfind('/'))) == 0; };
  result.files.erase(std::remove_if(result.files.begin(), result.files.end(),
                                    [&](const rulebook::RuleFile& file) { return elsewhere(file.path); }),
                     result.files.end());
  result.absent.erase(std::remove_if(result.absent.begin(), result.absent.end(), elsewhere), result.absent.end());
  for (const rulebook::RuleFile& file : result.files) {
    CommonOptions target;
    target.output = options.folder + "/" + file.path;
    const absl::Status written = WriteResult(target, file.bytes);
    if (!written.ok()) return Fail(written);
  }
  std::string out = absl::StrFormat("%d token files made\n", result.files.size());
  for (const std::string& path : result.absent)
    out += absl::StrFormat("left as it is, its text is not at hand: %s\n", path);
  return Print(options.common, out);
}

// How many texts were left out and why, with their names if they are wanted.
std::string LeftOutWords(const auditor::PackRules& made, bool verbose) {
  std::string out;
  for (int kind = 0; kind < auditor::kPackLeftOutKinds; ++kind) {
    const auto reason = static_cast<auditor::PackLeftOut>(kind);
    std::string names;
    size_t count = 0;
    for (const auditor::PackLoss& loss : made.left_out) {
      if (loss.reason != reason) continue;
      ++count;
      names +=
          absl::StrFormat("    %s%s\n", Printable(loss.file), loss.detail.empty() ? "" : ": " + Printable(loss.detail));
    }
    if (count == 0) continue;
    out += absl::StrFormat("  %5d %s\n%s", count, auditor::PackLeftOutWords(reason), verbose ? names : "");
  }
  if (made.unsure.empty()) return out;
  out += absl::StrFormat("%d of the learned texts are too close to others to be told apart for certain\n",
                         made.unsure.size());
  for (const auditor::PackLoss& unsure : made.unsure) {
    if (verbose) out += absl::StrFormat("    %s is read as %s\n", Printable(unsure.file), Printable(unsure.detail));
  }
  return out;
}

// The first folder on the way to a file that is not there; empty if all are.
std::string FirstMissingFolder(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    struct stat info;
    if (stat(folder.c_str(), &info) != 0 && errno == ENOENT) return folder;
  }
  return "";
}

int RunBuildIndex(const RulesOptions& options) {
  const auto& builtin = rulebook::BuiltinRulebook();
  if (!builtin.ok()) return Fail(builtin.status());
  auto pack = source::ReadTextPack(options.file);
  if (!pack.ok()) return Fail(pack.status());
  std::string path = options.common.output;
  if (path.empty()) {
    absl::StatusOr<std::string> cache = auditor::IndexPathInCache((*builtin)->digest());
    if (!cache.ok()) return Fail(cache.status());
    path = *std::move(cache);
  }
  source::TextPack spdx;
  if (!options.spdx.empty()) {
    auto listed = source::ReadTextPack(options.spdx);
    if (!listed.ok()) return Fail(listed.status());
    spdx = *std::move(listed);
  }
  const auto made = auditor::MakePackRules(*pack, **builtin, spdx);
  if (!made.ok()) return Fail(made.status());
  std::string of_spdx;
  if (!options.spdx.empty()) {
    of_spdx = absl::StrFormat(
        "of the SPDX list %d licences that the pack lacks; %d others are known by their ids, %d of their texts added "
        "as further wordings; %d of %d texts are not read for certain\n",
        made->of_spdx, made->spdx_known, made->spdx_wordings, made->spdx_unsure.size(), made->spdx_texts);
    for (const auditor::UnsureText& unsure : made->spdx_unsure) {
      if (!options.verbose) break;
      of_spdx += absl::StrFormat("    %s is read as %s\n", Printable(unsure.file), Printable(unsure.read_as));
    }
  }
  const std::string bytes = auditor::PackIndex(*made->rules, (*builtin)->digest());
  const std::string missing = options.common.output.empty() ? "" : FirstMissingFolder(path);
  const absl::Status written = source::WriteWhole(path, bytes);
  if (!written.ok()) return Fail(written);
  if (!missing.empty())
    Note(options.common, absl::StrFormat("made the folder %s, which was not there", Printable(missing)));
  CommonOptions to_stdout = options.common;
  to_stdout.output.clear();
  return Print(to_stdout,
               absl::StrFormat(
                   "%s: %d bytes\n%d texts: %d licences learned, %d left out\n%s%sof them known: text and category, by "
                   "which every decision needs a person; rules digest %s\n",
                   Printable(path), bytes.size(), made->licenses + made->left_out.size(), made->licenses,
                   made->left_out.size(), LeftOutWords(*made, options.verbose), of_spdx, made->rules->digest()));
}

int RunImport(const RulesOptions& options) {
  const auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  auto pack = source::ReadTextPack(options.file);
  if (!pack.ok()) return Fail(pack.status());
  auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());
  if (*store == nullptr) return Fail(kExitUsage, "import-texts needs a database");
  const auto result = auditor::ImportTexts(*pack, **rules, **store);
  if (!result.ok()) return Fail(result.status());
  std::string out = absl::StrFormat(
      "%d texts: %d proved by tokens, %d by the pinned pack, %d without text; %d new in the store\n",
      pack->texts.size(), result->proved_by_tokens, result->proved_by_pack, result->without_text, result->added);
  if (!result->unproved.empty()) {
    out += absl::StrFormat("%d texts were not imported: nothing proves that they are official (first: %s)\n",
                           result->unproved.size(), Printable(result->unproved.front()));
  }
  const int printed = Print(options.common, out);
  if (printed != kExitOk) return printed;
  // A run that took nothing in did not do what was asked.
  return result->proved_by_tokens + result->proved_by_pack > 0 ? kExitOk : kExitUnmeasured;
}

}  // namespace

void AddRulesCommands(CLI::App& app, Run& run) {
  CLI::App* rules = app.add_subcommand("rules", "The rulebook: licence facts, tokens, families, policy");
  rules->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*work)(const RulesOptions&)) {
    auto options = std::make_shared<RulesOptions>();
    CLI::App* verb = rules->add_subcommand(name, help);
    verb->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
    AddOutputOptions(*verb, options->common, {"text"});
    return std::make_pair(verb, options);
  };

  auto [lint, lint_options] =
      add("lint", "Check a folder of rules, or the built-in ones, and say everything that is wrong", RunLint);
  lint->add_option(
      "DIR", lint_options->folder,
      "Folder with licenses/, families/ and the other rule files, or with rules to lay over the built-in ones");
  AddRulesOption(*lint, lint_options->common);

  auto [learn, learn_options] = add("learn", "Make a .tokens file from an official text", RunLearn);
  learn->add_option("FILE", learn_options->file, "The text")->required();
  learn->add_option("--id", learn_options->id, "Licence id")->required();
  learn->add_option("--kind", learn_options->kind, "licence, use_policy, exception or notice")
      ->check(CLI::IsMember({"licence", "use_policy", "exception", "notice"}));
  learn->add_option("--source", learn_options->source, "Where the text came from");
  learn->add_option("--only", learn_options->only, "Learn only these words, BEGIN:END");
  // Each range is an option of its own: none may swallow the file that follows it.
  learn
      ->add_option("--omittable", learn_options->omittable,
                   "Words that may be absent as a whole, BEGIN:END; repeatable")
      ->allow_extra_args(false);
  learn->add_option("--slot", learn_options->slots, "Words that may vary, BEGIN:END; repeatable")
      ->allow_extra_args(false);

  auto [relearn, relearn_options] =
      add("relearn", "Make all token files of a folder again, after the normaliser changed", RunRelearn);
  relearn->add_option("DIR", relearn_options->folder, "Folder of rules, whole or to lay over the built-in ones")
      ->required();
  relearn->add_option("--texts", relearn_options->texts,
                      "Folders or wheel with the official texts (default: those in the database)");
  AddStoreOptions(*relearn, relearn_options->common);

  auto [build, build_options] =
      add("build-index", "Learn all licences of a licence pack into one file, which later runs map (-o: that file)",
          RunBuildIndex);
  build->add_option("WHEEL|DIR", build_options->file, "The licence pack (deploy/licence-pack.sh fetches it)")
      ->required();
  build->add_option(
      "--spdx", build_options->spdx,
      "Folder with files of the npm package spdx-license-list: what the pack lacks, and further wordings");
  build->add_flag("--verbose", build_options->verbose, "Name every text that was left out");

  auto [import, import_options] = add("import-texts", "Take official texts into the database", RunImport);
  import->add_option("WHEEL|DIR", import_options->file, "The licence pack, or a folder of texts")->required();
  AddRulesOption(*import, import_options->common);
  AddStoreOptions(*import, import_options->common);

  add("show-policy", "Print the built-in policy",
      [](const RulesOptions& options) { return Print(options.common, policy::BuiltinPolicyYaml()); });

  auto [digest, digest_options] = add("digest", "Print the digest of the rulebook", [](const RulesOptions& options) {
    const auto rules = LoadRules(options.common);
    if (!rules.ok()) return Fail(rules.status());
    return Print(options.common, (*rules)->digest() + "\n");
  });
  AddRulesOption(*digest, digest_options->common);
}

}  // namespace weighbridge::cli
