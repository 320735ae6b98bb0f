#include "tests/integration/served.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"

namespace weighbridge::integration {

RawAnswer Ask(const RawCaller& caller, const std::string& method, const google::protobuf::Message& request,
              google::protobuf::Message& response, const RawOptions& options) {
  RawAnswer answer = caller.Call("/weighbridge.v1." + method, {request.SerializeAsString()}, options);
  if (answer.code != absl::StatusCode::kOk) return answer;
  EXPECT_EQ(answer.messages.size(), 1u) << method;
  EXPECT_TRUE(!answer.messages.empty() && response.ParseFromString(answer.messages.front())) << method;
  return answer;
}

void ReportUnanswered(const std::string& method, const RawAnswer& answer) {
  ADD_FAILURE() << method << ": " << Describe(answer);
}

v1::ServerInfo InfoOf(const RawCaller& caller) {
  return Asked<v1::ServerInfo>(caller, "ServerService/GetServerInfo", v1::GetServerInfoRequest());
}

AuditAnswer AuditPath(const RawCaller& caller, const v1::AuditStart& start, const RawOptions& options) {
  v1::AuditModelRequest request;
  *request.mutable_start() = start;
  AuditAnswer answer;
  answer.call = caller.Call(kAuditModel, {request.SerializeAsString()}, options);
  for (const std::string& message : answer.call.messages) {
    v1::AuditModelResponse response;
    EXPECT_TRUE(response.ParseFromString(message));
    if (response.has_result()) answer.results.push_back(std::move(*response.mutable_result()));
  }
  return answer;
}

v1::AuditStart StartOf(const std::string& path) {
  v1::AuditStart start;
  start.set_server_path(path);
  start.set_evaluated_at(kAt);
  return start;
}

void WriteLongModel(const std::string& path, uint64_t bytes) {
  const std::string header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[" + std::to_string(bytes) + "],\"data_offsets\":[0," +
                             std::to_string(bytes) + "]}}";
  const std::string begin = testing_support::SafetensorsFile(header, "");
  std::ofstream(path, std::ios::binary) << begin;
  std::error_code error;
  std::filesystem::resize_file(path, begin.size() + bytes, error);
  EXPECT_FALSE(error) << path << ": " << error.message();
}

std::vector<google::protobuf::Struct> LogLines(const std::string& log) {
  std::vector<google::protobuf::Struct> lines;
  for (size_t at = 0; at < log.size();) {
    size_t end = log.find('\n', at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "a line without its end: " << log.substr(at);
      end = log.size();
    }
    const std::string text = log.substr(at, end - at);
    google::protobuf::Struct line;
    if (!google::protobuf::util::JsonStringToMessage(text, &line).ok()) {
      ADD_FAILURE() << "no object: " << text;
    } else {
      for (const char* name : {"time", "level", "event"}) EXPECT_NE(FieldOf(line, name), "") << name << " in " << text;
      lines.push_back(std::move(line));
    }
    at = end + 1;
  }
  return lines;
}

std::string FieldOf(const google::protobuf::Struct& line, const std::string& name) {
  const auto it = line.fields().find(name);
  if (it == line.fields().end()) return "";
  if (it->second.kind_case() != google::protobuf::Value::kNumberValue) return it->second.string_value();
  return std::to_string(static_cast<int64_t>(it->second.number_value()));
}

std::vector<google::protobuf::Struct> LinesWith(const std::string& log, const std::string& event,
                                                const std::string& field, const std::string& value) {
  std::vector<google::protobuf::Struct> found;
  for (google::protobuf::Struct& line : LogLines(log)) {
    if (FieldOf(line, "event") == event && (field.empty() || FieldOf(line, field) == value)) {
      found.push_back(std::move(line));
    }
  }
  return found;
}

}  // namespace weighbridge::integration
