// weighbridge-registry: asks a Weighbridge server what it knows of digests. An example of a registry's client, and a
// tool.
//
//   weighbridge-registry --server 127.0.0.1:7431 DIGEST...      one call for up to 1,000 digests
//   sha256sum *.safetensors | weighbridge-registry --server unix:/run/weighbridge/weighbridge.sock -
//
// One line for each digest: the digest, known or unknown, fresh or stale, who measured it, and the licences. Exit code
// 0 if every digest is known and fresh, 5 if not, 2 usage, 3 the server cannot be asked.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "grpcpp/client_context.h"
#include "proto/weighbridge/v1/model_service.grpc.pb.h"
#include "services/base/hex.h"
#include "services/clients/cpp/connection.h"

namespace weighbridge::clients {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitUsage = 2;
constexpr int kExitUnmeasured = 3;
constexpr int kExitNeedsReview = 5;
constexpr size_t kDigestsPerCall = 1000;

int Fail(int code, const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  return code;
}

// The first word of each line: what sha256sum prints is read as it is.
std::vector<std::string> FromStdin() {
  std::vector<std::string> digests;
  std::string line;
  while (std::getline(std::cin, line)) {
    line = line.substr(0, line.find(' '));
    if (!line.empty()) digests.push_back(line);
  }
  return digests;
}

std::string LineOf(const v1::DigestStatus& status) {
  if (!status.known()) return status.digest() + "  unknown\n";
  std::string licenses;
  for (const v1::LicenseName& license : status.governing())
    licenses += (licenses.empty() ? "" : ",") + license.short_id();
  return status.digest() + "  known  " + (status.stale() ? "stale" : "fresh") + "  measured by " +
         status.measured_by() + "  " + (licenses.empty() ? "no licence found" : licenses) + "\n";
}

int Ask(const ConnectionOptions& options, const std::vector<std::string>& digests, int timeout_seconds) {
  const auto channel = Connect(options);
  if (!channel.ok()) return Fail(kExitUsage, std::string(channel.status().message()));
  const auto stub = v1::ModelService::NewStub(*channel);
  bool all_fresh = true;
  for (size_t begin = 0; begin < digests.size(); begin += kDigestsPerCall) {
    v1::LookupDigestsRequest request;
    for (size_t i = begin; i < digests.size() && i < begin + kDigestsPerCall; ++i) request.add_digests(digests[i]);
    v1::LookupDigestsResponse answer;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(timeout_seconds));
    const absl::Status status = FromGrpc(stub->LookupDigests(&context, request, &answer), options.server);
    if (!status.ok()) return Fail(kExitUnmeasured, std::string(status.message()));
    if (answer.statuses_size() != request.digests_size()) return Fail(kExitUnmeasured, "the server left out an answer");
    for (const v1::DigestStatus& found : answer.statuses()) {
      all_fresh = all_fresh && found.known() && !found.stale();
      std::fputs(LineOf(found).c_str(), stdout);
    }
  }
  if (std::fflush(stdout) != 0) return Fail(kExitUnmeasured, "cannot write to stdout");
  return all_fresh ? kExitOk : kExitNeedsReview;
}

int Main(int argc, char** argv) {
  CLI::App app{"Asks a Weighbridge server which digests it knows, under which licences."};
  app.name("weighbridge-registry");
  ConnectionOptions options;
  std::vector<std::string> digests;
  int timeout_seconds = 10;
  app.add_option("DIGEST", digests, "SHA-256 of a file, weights digest or model digest; \"-\" reads them from stdin")
      ->required();
  app.add_option("--server", options.server, "HOST:PORT or unix:PATH")->required();
  app.add_option("--server-ca", options.server_ca, "Authority of the server's certificate (PEM)");
  app.add_option("--client-cert", options.client_cert, "Certificate to show (PEM)");
  app.add_option("--client-key", options.client_key, "Its key (PEM)");
  app.add_option("--timeout", timeout_seconds, "Seconds")->check(CLI::Range(1, 3600));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return Fail(kExitUsage, error.what());
  }
  if (digests.size() == 1 && digests.front() == "-") digests = FromStdin();
  if (digests.empty()) return Fail(kExitUsage, "no digest");
  for (const std::string& digest : digests) {
    if (!IsSha256Hex(digest)) return Fail(kExitUsage, "not 64 lower-case hexadecimal digits: " + digest);
  }
  return Ask(options, digests, timeout_seconds);
}

}  // namespace
}  // namespace weighbridge::clients

int main(int argc, char** argv) {
  try {
    return weighbridge::clients::Main(argc, argv);
  } catch (const std::exception& error) {
    return weighbridge::clients::Fail(weighbridge::clients::kExitUnmeasured, error.what());
  }
}
