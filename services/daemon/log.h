// Structured log: one JSON object a line on stderr.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_LOG_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_LOG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weighbridge::daemon {

enum class LogLevel { kInfo, kWarning, kError };

struct LogField {
  std::string_view name;  // a word of ours
  std::variant<std::string_view, int64_t> value;
};

// Writes {"time":…,"level":…,"event":…, fields…} in one write(2). Values may hold any bytes: they are made printable
// and escaped, so that no value can forge a line. Thread-safe; what cannot be written is lost, a log never stops the
// service.
void Log(LogLevel level, std::string_view event, const std::vector<LogField>& fields = {});

// A JSON string literal of `text`, quotes included. Malformed UTF-8 and control characters are shown as \xNN.
std::string JsonString(std::string_view text);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_LOG_H_
