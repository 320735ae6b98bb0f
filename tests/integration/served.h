// What tests of the served gate share: calls with messages, models that take long, the log as objects.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_SERVED_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_SERVED_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/server_service.pb.h"
#include "tests/integration/raw_call.h"

namespace weighbridge::integration {

// One unary call, such as "AuditService/GetAudit". An OK answer must hold exactly one message, which is parsed.
RawAnswer Ask(const RawCaller& caller, const std::string& method, const google::protobuf::Message& request,
              google::protobuf::Message& response, const RawOptions& options = {});

// The same where the test goes on only with an answer: anything but OK fails the test and leaves it empty.
template <typename Response>
Response Asked(const RawCaller& caller, const std::string& method, const google::protobuf::Message& request);

v1::ServerInfo InfoOf(const RawCaller& caller);

// Audits a path of the server. Results in the order they came.
struct AuditAnswer {
  RawAnswer call;
  std::vector<v1::AuditOutcome> results;
};
AuditAnswer AuditPath(const RawCaller& caller, const v1::AuditStart& start, const RawOptions& options = {});

// Request for `path` at the instant of these tests.
v1::AuditStart StartOf(const std::string& path);

// A model of one valid file whose `bytes` are zero and take no room on the disk: reading it takes as long as a real
// one.
void WriteLongModel(const std::string& path, uint64_t bytes);

// Lines of the server's log. Each must be an object with time, level and event, else the test fails.
std::vector<google::protobuf::Struct> LogLines(const std::string& log);

// "" if there is no such field; numbers as they are written without fraction.
std::string FieldOf(const google::protobuf::Struct& line, const std::string& name);

// Lines with that event, and with a field of that value if one is named.
std::vector<google::protobuf::Struct> LinesWith(const std::string& log, const std::string& event,
                                                const std::string& field = {}, const std::string& value = {});

// ---- template

void ReportUnanswered(const std::string& method, const RawAnswer& answer);

template <typename Response>
Response Asked(const RawCaller& caller, const std::string& method, const google::protobuf::Message& request) {
  Response response;
  const RawAnswer answer = Ask(caller, method, request, response);
  if (answer.code == absl::StatusCode::kOk) return response;
  ReportUnanswered(method, answer);
  return Response();
}

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_SERVED_H_
