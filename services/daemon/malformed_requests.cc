#include "services/daemon/malformed_requests.h"

#include <string_view>

#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kOurServices = "/weighbridge.v1.";

class Interceptor : public grpc::experimental::Interceptor {
 public:
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) &&
        methods->GetSendStatus().error_code() == grpc::StatusCode::UNIMPLEMENTED) {
      const absl::Status status = absl::InvalidArgumentError(
          "request: its bytes are no message of this method, or a string in it is not UTF-8");
      methods->ModifySendStatus(ToGrpc(Because(status, v1::ErrorReason::INVALID_FIELD, "request"), ""));
    }
    methods->Proceed();
  }
};

}  // namespace

grpc::experimental::Interceptor* MalformedRequests::CreateServerInterceptor(ServerRpcInfo* info) {
  if (info->type() != ServerRpcInfo::Type::UNARY) return nullptr;
  const std::string_view method = info->method();
  return method.substr(0, kOurServices.size()) == kOurServices ? new Interceptor() : nullptr;
}

}  // namespace weighbridge::daemon
