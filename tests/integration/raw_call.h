// Calls with bytes instead of messages: what no library of ours would send, and calls that end in the middle.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_RAW_CALL_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_RAW_CALL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "proto/weighbridge/v1/error.pb.h"

namespace weighbridge::integration {

// Names of methods that several tests call.
inline constexpr char kAuditModel[] = "/weighbridge.v1.AuditService/AuditModel";
inline constexpr char kLookupDigests[] = "/weighbridge.v1.ModelService/LookupDigests";
inline constexpr char kListAudits[] = "/weighbridge.v1.AuditService/ListAudits";
inline constexpr char kGetServerInfo[] = "/weighbridge.v1.ServerService/GetServerInfo";

struct RawOptions {
  int deadline_milliseconds = 120000;
  // The call is cancelled once so many messages were written, or read; -1: it is not.
  int cancel_after_writes = -1;
  int cancel_after_reads = -1;
  // False: the stream stays open behind the last message, until the server ends it or the deadline passes.
  bool half_close = true;
  // Told of each message when it arrives; on the thread of the call.
  std::function<void(const std::string& message)> on_message;
};

struct RawAnswer {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  bool has_detail = false;  // the trailer holds an RpcStatus with the same code and message and one ErrorDetail in it
  v1::ErrorDetail detail;
  v1::Refusal refusal;  // of an engine, where the trailer holds one
  std::vector<std::string> messages;
};

// "INVALID_ARGUMENT start.mode (INVALID_FIELD): start.mode: block, warn or audit" for failure messages.
std::string Describe(const RawAnswer& answer);

// What a client shows and believes, as PEM. All empty: without TLS.
struct RawTls {
  std::string authority;
  std::string certificate;
  std::string key;
};

// One connection of its own. Thread-safe.
class RawCaller {
 public:
  explicit RawCaller(const std::string& address, const RawTls& tls = {});
  ~RawCaller();

  // Unary calls send one message. A server that ends the call early is no fault: what was not sent stays unsent.
  RawAnswer Call(const std::string& method, const std::vector<std::string>& messages,
                 const RawOptions& options = {}) const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_RAW_CALL_H_
