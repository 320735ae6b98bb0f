#include "services/cli/environment.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_format.h"
#include "services/auditor/load_rules.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/exit_code.h"

namespace weighbridge::cli {
namespace {

// Replaced rule files that a note names.
constexpr size_t kReplacedNamed = 5;
// How long a named pipe may wait for somebody to open its other end, in steps of one poll.
constexpr int kWriterPollMillis = 100;
constexpr int kWriterPolls = 20;

std::string PrintableLines(std::string_view message) {
  std::string out;
  while (true) {
    const size_t end = message.find('\n');
    out += Printable(message.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    message.remove_prefix(end + 1);
  }
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// `$XDG_DATA_HOME/weighbridge`, made if it is missing.
absl::StatusOr<std::string> DataFolder() {
  std::string base;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    base = data;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    base = std::string(home) + "/.local/share";
  } else {
    return absl::FailedPreconditionError(
        "no place for the database: neither XDG_DATA_HOME nor HOME is set; give --db FILE or --no-record");
  }
  const std::string folder = base + "/weighbridge";
  for (size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return absl::PermissionDeniedError(
          absl::StrFormat("cannot make the folder %s for the database: %s; give --db FILE or --no-record",
                          Printable(part), std::strerror(errno)));
    }
    if (slash == std::string::npos) return folder;
  }
}

}  // namespace

std::atomic<bool> g_interrupted{false};

void InstallSignalHandlers() {
  struct sigaction action = {};
  action.sa_handler = [](int) { g_interrupted = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A closed pipe is an error of write(), reported with its exit code.
  signal(SIGPIPE, SIG_IGN);
  // So is a file size limit: the database reports it as a full disk.
  signal(SIGXFSZ, SIG_IGN);
}

void AddOutputOptions(CLI::App& app, CommonOptions& options, std::vector<std::string> formats) {
  options.format = formats.front();
  app.add_option("--format", options.format, "How to print the result")
      ->check(CLI::IsMember(std::move(formats)))
      ->capture_default_str();
  app.add_option("-o,--output", options.output, "Write the result to this file instead of stdout")->check(NotEmpty());
  app.add_option("--color", options.color, "Colours: auto, always, never (NO_COLOR is obeyed)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-q,--quiet", options.quiet, "No progress and no notes on stderr");
}

CLI::Validator NotEmpty() {
  return CLI::Validator(
      [](std::string& value) {
        return value.empty() ? std::string("the value is empty; leave the option out or give one") : std::string();
      },
      "", "not empty");
}

void AddRulesOption(CLI::App& app, CommonOptions& options) {
  app.add_option("--rules", options.rules_dir,
                 "Folder of rules laid over the built-in rulebook; what it changes there is a finding in decisions")
      ->check(NotEmpty());
  app.add_option("--index", options.index_path,
                 "Licence index made by rules build-index (default: $WEIGHBRIDGE_INDEX, else the one in the cache)")
      ->check(NotEmpty());
}

void AddStoreOptions(CLI::App& app, CommonOptions& options) {
  auto* db = app.add_option("--db", options.db_path,
                            "Database file; it must exist (default: made under $XDG_DATA_HOME/weighbridge)")
                 ->check(NotEmpty());
  app.add_flag("--no-record", options.no_record, "Work without a database")->excludes(db);
}

int Fail(int exit_code, std::string_view message) {
  std::fprintf(stderr, "error: %s\n", PrintableLines(message).c_str());
  return exit_code;
}

std::string MessageOf(const absl::Status& status) {
  return status.message().empty() ? status.ToString() : std::string(status.message());
}

int Fail(const absl::Status& status) { return Fail(ExitCodeOf(status), MessageOf(status)); }

void Note(const CommonOptions& options, std::string_view message) {
  if (!options.quiet) std::fprintf(stderr, "%s\n", PrintableLines(message).c_str());
}

absl::Status WriteResult(const CommonOptions& options, std::string_view bytes) {
  if (options.output.empty()) {
    if (WriteAll(STDOUT_FILENO, bytes)) return absl::OkStatus();
    return absl::UnavailableError(absl::StrFormat("cannot write the result to stdout: %s", std::strerror(errno)));
  }
  struct stat existing;
  const bool special = stat(options.output.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode);
  // A device or pipe cannot be replaced by renaming.
  const std::string temporary = special ? options.output : absl::StrFormat("%s.%d.tmp", options.output, getpid());
  const int flags = special ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const int fd = open(temporary.c_str(), flags, 0644);
  if (fd < 0) {
    return absl::PermissionDeniedError(
        absl::StrFormat("cannot write %s: %s", Printable(options.output), std::strerror(errno)));
  }
  bool ok = WriteAll(fd, bytes) && (special || fsync(fd) == 0);
  int error = errno;
  if (close(fd) != 0) ok = false;
  if (ok && !special && rename(temporary.c_str(), options.output.c_str()) != 0) {
    ok = false;
    error = errno;
  }
  if (ok) return absl::OkStatus();
  if (!special) unlink(temporary.c_str());
  return absl::UnavailableError(
      absl::StrFormat("cannot write %s: %s", Printable(options.output), std::strerror(error)));
}

bool UseColor(const CommonOptions& options) {
  if (options.color == "always") return true;
  if (options.color == "never" || !options.output.empty()) return false;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr && std::strcmp(term, "dumb") != 0 &&
         isatty(STDOUT_FILENO) == 1;
}

absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> LoadRules(const CommonOptions& options, std::string* index) {
  WB_ASSIGN_OR_RETURN(auditor::LoadedRules loaded, auditor::LoadRules(options.rules_dir, options.index_path));
  if (index != nullptr) *index = auditor::IndexWords(loaded);
  // An index that was built for other rules leaves thousands of licences unknown that somebody counts on.
  if (loaded.index_refused) Note(options, absl::StrFormat("licence index: %s", loaded.index_absent));
  // Never destroyed: taking thousands of records apart at the end of a run would take as long as loading them.
  static auto& kept = *new std::vector<std::shared_ptr<const rulebook::Rulebook>>;
  kept.push_back(loaded.rules);
  if (!loaded.replaced.empty()) {
    // Files of --rules that stand in the place of built-in ones can weaken a licence: never in silence.
    std::string named;
    for (size_t i = 0; i < loaded.replaced.size() && i < kReplacedNamed; ++i)
      named += (i == 0 ? "" : ", ") + loaded.replaced[i];
    if (loaded.replaced.size() > kReplacedNamed)
      named += absl::StrFormat(" and %d more", loaded.replaced.size() - kReplacedNamed);
    Note(options, absl::StrFormat("--rules %s replaces %d of the built-in rule files: %s", Printable(options.rules_dir),
                                  loaded.replaced.size(), named));
  }
  return std::move(loaded.rules);
}

absl::StatusOr<std::string> DefaultStorePath() {
  WB_ASSIGN_OR_RETURN(const std::string folder, DataFolder());
  return folder + "/weighbridge.db";
}

absl::StatusOr<std::unique_ptr<db::Store>> OpenStore(const CommonOptions& options, bool read_only) {
  if (options.no_record) return nullptr;
  db::StoreOptions store;
  if (!options.db_path.empty()) {
    store.path = options.db_path;
    store.mode = read_only ? db::StoreMode::kReadOnly : db::StoreMode::kMustExist;
  } else {
    WB_ASSIGN_OR_RETURN(store.path, DefaultStorePath());
    store.mode = db::StoreMode::kCreate;
  }
  absl::StatusOr<std::unique_ptr<db::Store>> opened = db::Store::Open(store);
  // Whatever is wrong with a database is exit code 3, also where the store speaks of an argument.
  if (opened.status().code() == absl::StatusCode::kInvalidArgument) {
    return absl::FailedPreconditionError(opened.status().message());
  }
  return opened;
}

absl::StatusOr<absl::Time> Instant(const CommonOptions& options) {
  if (options.at.empty()) return absl::Now();
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, options.at, &time, &error) ||
      absl::ParseTime("%Y-%m-%d", options.at, absl::UTCTimeZone(), &time, &error)) {
    if (time >= absl::FromUnixSeconds(0) && time < absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone()))
      return time;
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--at %s: give an instant such as 2026-11-21T12:00:00Z or a day such as 2026-11-21", Printable(options.at)));
}

absl::StatusOr<std::string> ReadInput(const std::string& path, std::string_view what, size_t limit) {
  const auto fail = [&](int error) {
    const std::string message =
        absl::StrFormat("cannot read the %s %s: %s", what, Printable(path), std::strerror(error));
    return error == ENOENT ? absl::NotFoundError(message) : absl::PermissionDeniedError(message);
  };
  // A named pipe that nobody writes to would hold an open that waits for ever.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fail(errno);
  const absl::Cleanup closer = [fd] { close(fd); };
  struct stat info;
  if (fstat(fd, &info) != 0) return fail(errno);
  if (S_ISDIR(info.st_mode)) return fail(EISDIR);
  std::string bytes;
  char block[65536];
  int polls_without_writer = 0;
  while (bytes.size() <= limit) {
    if (g_interrupted) return absl::CancelledError(absl::StrFormat("interrupted while reading the %s", what));
    pollfd ready = {fd, POLLIN, 0};
    const int polled = poll(&ready, 1, kWriterPollMillis);
    if (polled < 0 && errno != EINTR) return fail(errno);
    if (polled < 0) continue;
    const ssize_t got = read(fd, block, sizeof block);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;  // there is a writer, which is slow
    if (got < 0) return fail(errno);
    if (got == 0 && polled == 0) {
      // Neither bytes nor the end: the other end of the pipe has not been opened.
      if (++polls_without_writer < kWriterPolls) continue;
      return absl::PermissionDeniedError(
          absl::StrFormat("cannot read the %s %s: it is a pipe, and nobody writes to it", what, Printable(path)));
    }
    if (got == 0) break;
    bytes.append(block, static_cast<size_t>(got));
  }
  if (bytes.size() > limit) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("the %s %s is larger than the limit of %d bytes", what, Printable(path), limit));
  }
  return bytes;
}

}  // namespace weighbridge::cli
