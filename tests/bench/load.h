// Clients that load a server with calls whose requests are bytes: any method, one message in, any number out.
#ifndef WEIGHBRIDGE_TESTS_BENCH_LOAD_H_
#define WEIGHBRIDGE_TESTS_BENCH_LOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weighbridge::bench {

struct Endpoint {
  std::string address;
  // PEM files; all empty: plaintext.
  std::string server_ca;
  std::string client_cert;
  std::string client_key;
};

struct Method {
  std::string path;  // "/weighbridge.v1.ModelService/LookupDigests"
  std::function<std::string(uint64_t call)>
      request;  // bytes of the message of the n-th call; called by one thread at a time
};

// How a run of calls went. Latencies are in microseconds and sorted.
struct Outcome {
  double seconds = 0;  // wall time of the run
  uint64_t offered = 0;
  uint64_t held_back = 0;  // calls of an open loop that were not begun, because the connections had no room
  uint64_t failed = 0;     // neither answered nor refused as busy
  std::string failure;     // of one of them
  std::vector<double> answered;
  std::vector<double> refused;  // RESOURCE_EXHAUSTED with the reason SERVER_BUSY
  size_t answer_bytes = 0;      // of the last answer
};

class Clients {
 public:
  // Opens `connections` connections and waits until they stand. Ends the program if they do not.
  Clients(const Endpoint& endpoint, int connections);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // `in_flight` callers, each of whom calls again when its call has ended, until `calls` were begun or `seconds` are
  // over.
  Outcome CallInTurn(const Method& method, int in_flight, uint64_t calls, double seconds = 1e9);

  // Begins calls at an even rate, whatever becomes of them.
  Outcome Offer(const Method& method, double per_second, double seconds);

 private:
  class Run;
  class Call;
  struct Channels;

  const std::unique_ptr<Channels> channels_;
};

// `share` of 0.99 is p99. 0 if there is none.
double Percentile(const std::vector<double>& sorted, double share);

}  // namespace weighbridge::bench

#endif  // WEIGHBRIDGE_TESTS_BENCH_LOAD_H_
