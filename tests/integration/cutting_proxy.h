// A line between client and server that is cut after so many bytes: how a client goes away that says no word.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_CUTTING_PROXY_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_CUTTING_PROXY_H_

#include <cstdint>
#include <string>
#include <thread>

namespace weighbridge::integration {

// Takes one connection on a free port of loopback, hands bytes on in both directions, and resets both ends once that
// many have passed from the client or to it. A second connection is refused.
class CuttingProxy {
 public:
  // `server` is 127.0.0.1:PORT.
  CuttingProxy(const std::string& server, int64_t bytes_from_client_max, int64_t bytes_to_client_max);
  // Cuts what is still there.
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  const std::string& address() const { return address_; }

 private:
  void Run(int64_t bytes_from_client_max, int64_t bytes_to_client_max);

  const std::string server_;
  std::string address_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::thread thread_;
};

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_CUTTING_PROXY_H_
