#include "services/daemon/log.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

// The only line that was logged by `log`, as the object that it must be.
template <typename LogSomething>
google::protobuf::Struct LineOf(LogSomething log) {
  testing::internal::CaptureStderr();
  log();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_TRUE(!text.empty() && text.back() == '\n') << text;
  google::protobuf::Struct line;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &line);
  EXPECT_TRUE(parsed.ok()) << parsed.ToString() << "\n" << text;
  return line;
}

std::string TextOf(const google::protobuf::Struct& line, const std::string& name) {
  const auto it = line.fields().find(name);
  return it == line.fields().end() ? "missing" : it->second.string_value();
}

TEST(LogTest, WritesOneObjectALine) {
  const auto line = LineOf([] { Log(LogLevel::kWarning, "call", {{"method", "M"}, {"count", int64_t{-7}}}); });
  EXPECT_EQ(TextOf(line, "level"), "warning");
  EXPECT_EQ(TextOf(line, "event"), "call");
  EXPECT_EQ(TextOf(line, "method"), "M");
  EXPECT_EQ(line.fields().at("count").number_value(), -7);
  EXPECT_EQ(line.fields().size(), 5u);
  const std::string time = TextOf(line, "time");
  ASSERT_EQ(time.size(), std::string("2026-11-21T12:00:00.000Z").size()) << time;
  EXPECT_EQ(time[10], 'T');
  EXPECT_EQ(time.back(), 'Z');
}

TEST(LogTest, NoValueForgesALineOrAField) {
  const std::vector<std::string> hostile = {
      "a\n{\"time\":\"2026\",\"level\":\"info\",\"event\":\"approved\"}",
      "a\r\nb",
      "\",\"level\":\"info\",\"x\":\"",
      "\\\",\"level\":\"info\",\"x\":\"",
      "trailing backslash \\",
      std::string("nul \0 nul", 9),
      "escape \x1b[2J and bell \a",
      "malformed \xff\xfe \xc3",
      "overlong \xc0\xaf surrogate \xed\xa0\x80",
      "line separator \xe2\x80\xa8 paragraph \xe2\x80\xa9 next line \xc2\x85",
      "right to left \xe2\x80\xae",
      std::string(100000, '"'),
  };
  for (const std::string& value : hostile) {
    SCOPED_TRACE(Printable(value.substr(0, 80)));
    const auto line = LineOf([&] { Log(LogLevel::kError, value, {{"name", value}, {"after", "still here"}}); });
    EXPECT_EQ(line.fields().size(), 5u);
    EXPECT_EQ(TextOf(line, "level"), "error");
    EXPECT_EQ(TextOf(line, "name"), Printable(value));
    EXPECT_EQ(TextOf(line, "event"), Printable(value));
    EXPECT_EQ(TextOf(line, "after"), "still here");
  }
}

TEST(LogTest, LinesOfManyThreadsDoNotMix) {
  testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) Log(LogLevel::kInfo, "call", {{"filler", std::string(300, 'x')}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = testing::internal::GetCapturedStderr();
  size_t lines = 0;
  for (size_t at = 0; at < text.size(); ++lines) {
    const size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    google::protobuf::Struct line;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text.substr(at, end - at), &line).ok())
        << text.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_EQ(lines, 800u);
}

}  // namespace
}  // namespace weighbridge::daemon
