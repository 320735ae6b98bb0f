#include "services/daemon/log.h"

#include <unistd.h>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (const char c : Printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

void Log(LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  std::string line = absl::StrFormat(R"({"time":"%s","level":"%s","event":%s)",
                                     absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()),
                                     LevelName(level), JsonString(event));
  for (const LogField& field : fields) {
    if (const auto* number = std::get_if<int64_t>(&field.value)) {
      line += absl::StrFormat(",%s:%d", JsonString(field.name), *number);
    } else {
      line += absl::StrFormat(",%s:%s", JsonString(field.name), JsonString(std::get<std::string_view>(field.value)));
    }
  }
  line += "}\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace weighbridge::daemon
