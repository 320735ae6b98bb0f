// What all verbs share: where results and messages go, the rulebook, the database, the clock, interruption.
#ifndef WEIGHBRIDGE_SERVICES_CLI_ENVIRONMENT_H_
#define WEIGHBRIDGE_SERVICES_CLI_ENVIRONMENT_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::cli {

// Options that most verbs take, as given.
struct CommonOptions {
  std::string format = "text";
  std::string output;  // -o; empty is stdout
  std::string color = "auto";
  bool quiet = false;
  std::string rules_dir;
  std::string index_path;  // of the licence index; empty: $WEIGHBRIDGE_INDEX, else the usual places
  std::string db_path;
  bool no_record = false;
  std::string at;
};

// Adds the options of `CommonOptions` that `app` wants; `formats` lists the formats that it can print.
void AddOutputOptions(CLI::App& app, CommonOptions& options, std::vector<std::string> formats);
// A check for options that name something: an empty value (a variable that is not set) is an error, never the default.
CLI::Validator NotEmpty();
void AddRulesOption(CLI::App& app, CommonOptions& options);
void AddStoreOptions(CLI::App& app, CommonOptions& options);

// "error: ..." on stderr, printable, several lines if the message has them; returns the exit code of the status.
int Fail(const absl::Status& status);
// Its message as a standard string (Abseil's own view is a type of its own here).
std::string MessageOf(const absl::Status& status);
int Fail(int exit_code, std::string_view message);

// A line on stderr unless --quiet.
void Note(const CommonOptions& options, std::string_view message);

// Writes a result where it goes: to stdout, or whole to the file of -o (never a half-written one). What cannot be
// written is an error: a pipeline that sees no result must not see exit code 0 either.
absl::Status WriteResult(const CommonOptions& options, std::string_view bytes);

// True if text may be coloured: --color, NO_COLOR, TERM, a terminal.
bool UseColor(const CommonOptions& options);

// The built-in rules with those of the licence index, and the folder of --rules over them. INVALID_ARGUMENT says all
// that is wrong with it. `index` (may be null) gets auditor::IndexWords().
absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> LoadRules(const CommonOptions& options,
                                                                    std::string* index = nullptr);

// The database: --db must exist; the default one is made on first use. Null with --no-record.
absl::StatusOr<std::unique_ptr<db::Store>> OpenStore(const CommonOptions& options, bool read_only = false);

// Where the default database lies; its folder is made if it is missing.
absl::StatusOr<std::string> DefaultStorePath();

// --at, or now.
absl::StatusOr<absl::Time> Instant(const CommonOptions& options);

// Whole file of at most `limit` bytes. Errors name the file; `what` says what it is ("profile").
absl::StatusOr<std::string> ReadInput(const std::string& path, std::string_view what, size_t limit);

// Set by SIGINT and SIGTERM.
extern std::atomic<bool> g_interrupted;
void InstallSignalHandlers();

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_ENVIRONMENT_H_
