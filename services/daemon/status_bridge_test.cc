#include "services/daemon/status_bridge.h"

#include <string>

#include "gtest/gtest.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

// What a client finds in `grpc-status-details-bin`.
v1::ErrorDetail DetailOf(const grpc::Status& status) {
  v1::RpcStatus rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(rpc.message(), status.error_message());
  EXPECT_EQ(rpc.details_size(), 1);
  v1::ErrorDetail detail;
  EXPECT_TRUE(rpc.details_size() == 1 && rpc.details(0).UnpackTo(&detail));
  return detail;
}

// Bytes that a status takes as headers: the message percent-encoded, the detail as base64.
size_t HeaderBytes(const grpc::Status& status) {
  size_t bytes = (status.error_details().size() + 2) / 3 * 4;
  for (const char c : status.error_message()) bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return bytes;
}

TEST(StatusBridgeTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus(), "r").ok());
  EXPECT_TRUE(Because(absl::OkStatus(), v1::ErrorReason::STORAGE, "f").ok());
  EXPECT_TRUE(ToGrpc(Because(absl::OkStatus(), v1::ErrorReason::STORAGE), "r").error_details().empty());
}

TEST(StatusBridgeTest, CodesAreTheSameAndEachHasAReason) {
  struct Case {
    absl::StatusCode code;
    grpc::StatusCode sent;
    v1::ErrorReason::Value reason;
  };
  for (const Case& c : {
           Case{absl::StatusCode::kInvalidArgument, grpc::INVALID_ARGUMENT, v1::ErrorReason::INVALID_FIELD},
           {absl::StatusCode::kOutOfRange, grpc::OUT_OF_RANGE, v1::ErrorReason::INVALID_FIELD},
           {absl::StatusCode::kNotFound, grpc::NOT_FOUND, v1::ErrorReason::NOT_KNOWN},
           {absl::StatusCode::kCancelled, grpc::CANCELLED, v1::ErrorReason::ABANDONED},
           {absl::StatusCode::kDeadlineExceeded, grpc::DEADLINE_EXCEEDED, v1::ErrorReason::ABANDONED},
           {absl::StatusCode::kResourceExhausted, grpc::RESOURCE_EXHAUSTED, v1::ErrorReason::SERVER_BUSY},
           {absl::StatusCode::kUnavailable, grpc::UNAVAILABLE, v1::ErrorReason::STORAGE},
           {absl::StatusCode::kDataLoss, grpc::DATA_LOSS, v1::ErrorReason::STORAGE},
           {absl::StatusCode::kInternal, grpc::INTERNAL, v1::ErrorReason::INTERNAL_FAULT},
           {absl::StatusCode::kUnknown, grpc::UNKNOWN, v1::ErrorReason::INTERNAL_FAULT},
           {absl::StatusCode::kUnimplemented, grpc::UNIMPLEMENTED, v1::ErrorReason::INTERNAL_FAULT},
       }) {
    const grpc::Status status = ToGrpc(absl::Status(c.code, "what happened"), "id-1");
    EXPECT_EQ(status.error_code(), c.sent);
    EXPECT_EQ(status.error_message(), "what happened");
    const v1::ErrorDetail detail = DetailOf(status);
    EXPECT_EQ(detail.reason(), c.reason) << absl::StatusCodeToString(c.code);
    EXPECT_EQ(detail.request_id(), "id-1");
    EXPECT_EQ(detail.field(), "");
  }
}

TEST(StatusBridgeTest, AReasonThatWasGivenCounts) {
  const v1::ErrorDetail detail = DetailOf(
      ToGrpc(Because(absl::InvalidArgumentError("m"), v1::ErrorReason::INVALID_CONFIGURATION, "start.profile"), "id"));
  EXPECT_EQ(detail.reason(), v1::ErrorReason::INVALID_CONFIGURATION);
  EXPECT_EQ(detail.field(), "start.profile");
  EXPECT_EQ(detail.request_id(), "id");
}

TEST(StatusBridgeTest, WordsBeforeTheFirstColonAreTheField) {
  struct Case {
    std::string message, field;
  };
  for (const Case& c : {Case{"inventory.artifacts[17].path: empty", "inventory.artifacts[17].path"},
                        {"a: b: c", "a"},
                        {"no colon", ""},
                        {"no:space", ""},
                        {"", ""}}) {
    const v1::ErrorDetail detail = DetailOf(ToGrpc(BecauseOfField(absl::InvalidArgumentError(c.message)), "id"));
    EXPECT_EQ(detail.field(), c.field) << c.message;
    EXPECT_EQ(detail.reason(), v1::ErrorReason::INVALID_FIELD);
  }
}

TEST(StatusBridgeTest, MessagesKeepTheirLinesAndNothingElseThatControls) {
  EXPECT_EQ(ToGrpc(absl::InvalidArgumentError("a.yaml:1: x\na.yaml:2: y"), "").error_message(),
            "a.yaml:1: x\na.yaml:2: y");
  const std::string shown = ToGrpc(absl::InvalidArgumentError("\x1b[2J\r\xff\xc3"), "").error_message();
  EXPECT_TRUE(IsValidUtf8(shown)) << shown;
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\r'), std::string::npos);
  // Fields come from requests: a protobuf string must be UTF-8, else it is not sent at all.
  const v1::ErrorDetail detail =
      DetailOf(ToGrpc(Because(absl::InvalidArgumentError("m"), v1::ErrorReason::INVALID_FIELD, "\xff\n"), "id"));
  EXPECT_TRUE(IsValidUtf8(detail.field()));
  EXPECT_EQ(detail.field().find('\n'), std::string::npos);
}

// A client takes 8 KiB of headers. A status that is larger would reach it as another one.
TEST(StatusBridgeTest, AnyMessageFitsIntoTheHeaders) {
  constexpr size_t kClientTakes = 8 << 10;
  constexpr size_t kOtherHeaders = 512;
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += "profile.yaml:" + std::to_string(i) + ":1: unknown name\n";
  std::string umlauts, clefs;
  for (int i = 0; i < 30000; ++i) umlauts += "\xc3\xa4";
  for (int i = 0; i < 30000; ++i) clefs += "\xf0\x9d\x84\x9e";
  for (const std::string& message :
       {std::string(100000, 'x'), std::string(100000, '%'), std::string(100000, '\n'), std::string(100000, '\xff'),
        umlauts, "x" + umlauts, clefs, "x" + clefs, "xx" + clefs, "xxx" + clefs, lines}) {
    SCOPED_TRACE(message.substr(0, 20));
    const grpc::Status status = ToGrpc(
        Because(absl::InvalidArgumentError(message), v1::ErrorReason::INVALID_FIELD, message), std::string(64, 'r'));
    EXPECT_LE(HeaderBytes(status), kClientTakes - kOtherHeaders);
    EXPECT_TRUE(IsValidUtf8(status.error_message()));
    EXPECT_EQ(status.error_message().substr(status.error_message().size() - 4), " ...") << "says that it was cut";
    EXPECT_GT(status.error_message().size(), 700u) << "the first faults are shown";
    const v1::ErrorDetail detail = DetailOf(status);
    EXPECT_TRUE(IsValidUtf8(detail.field()));
  }
  // What fits is not cut.
  const std::string fits(1500, 'x');
  EXPECT_EQ(ToGrpc(absl::InvalidArgumentError(fits), "").error_message(), fits);
}

}  // namespace
}  // namespace weighbridge::daemon
