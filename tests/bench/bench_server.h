// The server under test with a no-op service beside its own: the body of the child process of server_bench.
#ifndef WEIGHBRIDGE_TESTS_BENCH_BENCH_SERVER_H_
#define WEIGHBRIDGE_TESTS_BENCH_BENCH_SERVER_H_

#include "services/daemon/options.h"

namespace weighbridge::bench {

// Writes the address of each listener on a line of its own to stdout, serves until stdin ends, drains. Returns an exit
// code.
int Serve(const daemon::ServerOptions& options);

}  // namespace weighbridge::bench

#endif  // WEIGHBRIDGE_TESTS_BENCH_BENCH_SERVER_H_
