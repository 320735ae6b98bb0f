// The chain behind a decision: verifying an approval, and admitting a model, each beside its neighbour in the same run.
//
// usage: chain_bench [--mib N] [--dir FOLDER] [--check]
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "services/approval/dsse.h"
#include "services/approval/sample_approval.h"
#include "services/approval/statement.h"
#include "services/approval/verify.h"
#include "services/crypto/sha256.h"
#include "services/crypto/signing.h"
#include "services/engine/gate/gate.h"
#include "services/engine/gate/local_status.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge {
namespace {

double Now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double Seconds(clockid_t clock, const std::function<void()>& work) {
  const double begin = Now(clock);
  work();
  return Now(clock) - begin;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "error: %s\n", why.c_str());
  std::exit(3);
}

bool bar_missed = false;

void Print(const char* what, double ratio, const char* bar, bool holds) {
  std::printf("  %-58s %6.3f   bar %s: %s\n", what, ratio, bar, holds ? "holds" : "MISSED");
  bar_missed = bar_missed || !holds;
}

void Verify() {
  const auto signer = Ed25519Signer::Generate();
  approval::TrustedKeys trusted;
  trusted.Trust({(*signer)->public_key(), "", "file"});
  const std::string envelope = approval::SignedEnvelope(approval::SampleDetails(), **signer);
  const approval::Envelope parsed = *approval::ParseEnvelope(envelope);
  const std::string encoded = approval::PreAuthenticationEncoding(parsed.payload_type, parsed.payload);
  constexpr int kTimes = 4000;
  std::vector<double> ours, bare;
  for (int round = 0; round < 5; ++round) {
    bare.push_back(Seconds(CLOCK_PROCESS_CPUTIME_ID, [&] {
      for (int i = 0; i < kTimes; ++i) {
        if (!(*signer)->public_key().Verify(encoded, parsed.signatures[0].signature)) Die("the signature does not fit");
      }
    }));
    ours.push_back(Seconds(CLOCK_PROCESS_CPUTIME_ID, [&] {
      for (int i = 0; i < kTimes; ++i) {
        if (!approval::VerifyApproval(envelope, trusted).ok()) Die("the approval does not verify");
      }
    }));
  }
  std::printf("verify: %.1f us an envelope of %zu bytes, %.1f us a bare Ed25519 verification (CPU, medians of 5)\n",
              Median(ours) / kTimes * 1e6, envelope.size(), Median(bare) / kTimes * 1e6);
  const double rate = Median(bare) / Median(ours);
  Print("rate of offline verifications / rate of bare ones", rate, ">= 0.8", rate >= 0.8);
}

// Time and digest of one pass over a file.
double HashFile(const std::string& path, std::string* digest) {
  return Seconds(CLOCK_MONOTONIC, [&] {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::vector<char> block(size_t{1} << 20);
    Sha256 hash;
    for (ssize_t got = read(fd, block.data(), block.size()); got > 0; got = read(fd, block.data(), block.size())) {
      hash.Update(block.data(), static_cast<size_t>(got));
    }
    close(fd);
    *digest = ToHex(hash.Finish());
  });
}

void Admission(uint64_t mib, const std::string& folder) {
  if (!folder.empty()) setenv("TEST_TMPDIR", folder.c_str(), 1);
  const testing_support::TempDir dir;
  {
    const std::string file = testing_support::BuildGguf({testing_support::GgufString("general.architecture", "llama")},
                                                        {{"token_embd.weight", {1024, mib * 256}}});
    dir.Write("model/model.gguf", file);
  }
  const std::string path = dir.At("model/model.gguf");
  const auto signer = Ed25519Signer::Generate();
  v1::ApprovalDetails details = approval::SampleDetails();
  v1::ApprovedPart& part = *details.mutable_parts(0);
  part.clear_artifacts();
  v1::ApprovedArtifact& artifact = *part.add_artifacts();
  artifact.set_path("model.gguf");
  artifact.set_role("weights");
  std::string digest;
  HashFile(path, &digest);
  artifact.set_sha256(digest);
  db::StoreOptions options;
  options.path = dir.At("store.db");
  auto store = db::Store::Open(options);
  if (!store.ok()) Die(std::string(store.status().message()));
  engine::LocalStatus status(store->get());
  engine::ModelGateOptions gate_options;
  gate_options.trusted.Trust({(*signer)->public_key(), "", "file"});
  engine::ModelGate gate(gate_options, store->get(), &status);
  engine::AdmitRequest request;
  request.path = dir.At("model");
  const absl::Time now = absl::Now();
  details.set_not_before(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now - absl::Hours(1), absl::UTCTimeZone()));
  details.set_expires(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now + absl::Hours(24), absl::UTCTimeZone()));
  request.envelope = approval::SignedEnvelope(details, **signer);
  std::vector<double> admitted, hashed;
  for (int round = 0; round < 5; ++round) {
    hashed.push_back(HashFile(path, &digest));
    admitted.push_back(Seconds(CLOCK_MONOTONIC, [&] {
      const auto model = gate.Admit(request);
      if (!model.ok()) Die(std::string(model.status().message()));
    }));
  }
  std::printf("admission of a cached file of %llu MiB: %.3f s; SHA-256 of it alone %.3f s (wall, medians of 5)\n",
              static_cast<unsigned long long>(mib), Median(admitted), Median(hashed));
  // The bar of admission has the time of a plain load on the other side, which this does not measure: no verdict here.
  std::printf("  %-58s %6.3f\n", "admission / SHA-256 alone", Median(admitted) / Median(hashed));
}

int Main(int argc, char** argv) {
  uint64_t mib = 1024;
  std::string folder;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--check") {
      check = true;
    } else if (arg == "--mib" && i + 1 < argc) {
      mib = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--dir" && i + 1 < argc) {
      folder = argv[++i];
    } else {
      std::fprintf(stderr, "usage: chain_bench [--mib N] [--dir FOLDER] [--check]\n");
      return 2;
    }
  }
  Verify();
  Admission(std::max<uint64_t>(mib, 1), folder);
  return check && bar_missed ? 1 : 0;
}

}  // namespace
}  // namespace weighbridge

int main(int argc, char** argv) { return weighbridge::Main(argc, argv); }
