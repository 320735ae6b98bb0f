// Unary requests whose bytes are no message: answered as what they are.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_MALFORMED_REQUESTS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_MALFORMED_REQUESTS_H_

#include "grpcpp/support/server_interceptor.h"

namespace weighbridge::daemon {

// gRPC ends a unary call whose request does not parse, malformed UTF-8 in a string among it, with UNIMPLEMENTED and not
// a word, before a handler sees it. No method of ours ends so by itself: the client gets INVALID_ARGUMENT with a detail
// instead. A stream tells its own handler that a message did not come.
class MalformedRequests : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_MALFORMED_REQUESTS_H_
