// How fast is a fingerprint (SHA-256 of a cached file and its header, in one read) beside `openssl dgst -sha256`?
//
//   hash_bench [--size BYTES | --release] [--runs N] [--dir FOLDER] [--check] [--sweep]
//
// Makes safetensors files in FOLDER (default $TMPDIR or /tmp), reads them once so that they are cached, and runs both
// programs one after the other, N times. CPU time is user and system time of the whole process, start-up included.
// --check exits 1 if a bar of the budgets is missed; --sweep compares block sizes instead. Absolute figures depend on
// the machine, ratios less.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/crypto/sha256.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/safetensors/safetensors.h"
#include "services/source/fingerprint.h"
#include "services/source/hashing_source.h"
#include "services/source/listing.h"
#include "services/source/peekable_source.h"
#include "services/source/root.h"
#include "services/source/walk.h"
#include "tests/bench/child_process.h"

namespace weighbridge::bench {
namespace {

constexpr uint64_t kDefaultBytes = uint64_t{1} << 30;
constexpr uint64_t kReleaseBytes = uint64_t{4} << 30;
constexpr double kOneCoreBar = 1.0;   // of openssl dgst, CPU time
constexpr double kTwoCoresBar = 0.9;  // of the sum of two pinned openssl dgst
constexpr uint64_t kPeakBytesBar = 64 << 20;

struct Options {
  uint64_t size = kDefaultBytes;
  int runs = 5;
  std::string folder;
  bool check = false;
  bool sweep = false;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "hash_bench: %s\n", what.c_str());
  std::exit(3);
}

// ---- the child: what `weighbridge` does with a path

int ReadLikeWeighbridge(const std::string& path) {
  const absl::StatusOr<source::Root> root = source::Root::Open(path);
  if (!root.ok()) Die(root.status().ToString());
  const absl::StatusOr<source::Listing> listing = source::Walk(*root);
  if (!listing.ok()) Die(listing.status().ToString());
  std::vector<size_t> tensors(listing->files.size());
  const std::vector<source::FileResult> results =
      source::ReadAll(*root, *listing, [&](size_t index, const source::FileEntry&, formats::ByteSource& file) {
        source::PeekableSource peekable(file);
        if (!peekable.Peek().ok()) return;
        const absl::StatusOr<formats::SafetensorsHeader> header = formats::ParseSafetensors(&peekable);
        if (header.ok()) tensors[index] = header->tensors.size();
      });
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].status.ok()) Die(results[i].status.ToString());
    if (tensors[i] == 0) Die("the header was not parsed");
    std::printf("%s\n", results[i].sha256_hex.c_str());
  }
  return 0;
}

int ReadWithBlock(const std::string& path, size_t block_bytes) {
  const absl::StatusOr<source::Root> root = source::Root::Open(path);
  if (!root.ok()) Die(root.status().ToString());
  absl::StatusOr<source::OpenedFile> file = root->OpenRegular(root->file_name());
  if (!file.ok()) Die(file.status().ToString());
  source::BlockBuffer buffer(block_bytes);
  source::HashingSource source(*std::move(file), &buffer);
  const absl::StatusOr<Sha256Digest> digest = source.Finish();
  if (!digest.ok()) Die(digest.status().ToString());
  std::printf("%s\n", ToHex(*digest).c_str());
  return 0;
}

// ---- the parent

void WriteFully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written <= 0) Die("cannot write the test file: disk full?");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// A valid safetensors file of about `size` bytes with the number of tensors of a real shard, then noise.
void WriteModel(const std::string& path, uint64_t size) {
  constexpr uint64_t kTensors = 300;
  const uint64_t each = size / kTensors / 2 * 2;
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
  for (uint64_t i = 0; i < kTensors; ++i) {
    header += absl::StrFormat(
        ",\"model.layers.%d.mlp.up_proj.weight\":{\"dtype\":\"BF16\",\"shape\":[%d],\"data_offsets\":[%d,%d]}", i,
        each / 2, i * each, (i + 1) * each);
  }
  header += "}";
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) Die("cannot create " + path);
  const uint64_t length = header.size();
  char prefix[8];
  std::memcpy(prefix, &length, sizeof prefix);  // little-endian machines only, as this project is
  WriteFully(fd, std::string_view(prefix, sizeof prefix));
  WriteFully(fd, header);
  std::vector<uint64_t> block(1 << 17);
  uint64_t state = 88172645463325252u;
  for (uint64_t left = each * kTensors; left > 0;) {
    for (uint64_t& word : block) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      word = state;
    }
    const size_t now = static_cast<size_t>(std::min<uint64_t>(left, block.size() * sizeof block[0]));
    WriteFully(fd, std::string_view(reinterpret_cast<const char*>(block.data()), now));
    left -= now;
  }
  // Clean pages: writing back must not compete with the runs.
  if (fsync(fd) != 0) Die("cannot write the test file: disk full?");
  close(fd);
}

// The test files, removed at the end.
class Files {
 public:
  Files(const std::string& parent, uint64_t size) {
    folder_ = parent + "/weighbridge-bench-XXXXXX";
    if (mkdtemp(folder_.data()) == nullptr) Die("cannot make a folder in " + parent);
    WriteModel(one(), size);
    if (mkdir(pair().c_str(), 0700) != 0) Die("cannot make a folder in " + folder_);
    WriteModel(first(), size / 2);
    WriteModel(second(), size / 2);
  }
  ~Files() {
    for (const std::string& file : {one(), first(), second()}) unlink(file.c_str());
    rmdir(pair().c_str());
    rmdir(folder_.c_str());
  }
  std::string one() const { return folder_ + "/one.safetensors"; }
  std::string pair() const { return folder_ + "/pair"; }
  std::string first() const { return pair() + "/1.safetensors"; }
  std::string second() const { return pair() + "/2.safetensors"; }

 private:
  std::string folder_;
};

std::string FirstWord(const std::string& text) { return text.substr(0, text.find_first_of(" \n")); }

// "SHA2-256(file)= hex" and "hex" both end in the digest.
std::string DigestIn(const std::string& output) {
  const size_t end = output.find_last_not_of('\n') + 1;
  return end >= 64 ? output.substr(end - 64, 64) : "";
}

void Verdict(const char* what, double ratio, double bar, bool* all_hold) {
  std::printf("%-64s %5.3f  (bar %.2f: %s)\n", what, ratio, bar, ratio >= bar ? "holds" : "MISSED");
  *all_hold = *all_hold && ratio >= bar;
}

int Compare(const std::string& self, const Options& options) {
  const Files files(options.folder, options.size);
  std::vector<double> one_cpu_ratios, one_wall_ratios, pair_wall_ratios, pair_cpu_ratios, our_rates, their_rates;
  uint64_t peak = 0;
  for (int run = -1; run < options.runs; ++run) {  // run -1 warms up
    const Cost theirs = RunTogether({{{"openssl", "dgst", "-sha256", files.one()}, 0}})[0];
    const Cost ours = RunTogether({{{self, "--read", files.one()}, 0}})[0];
    const std::vector<Cost> their_pair = RunTogether(
        {{{"openssl", "dgst", "-sha256", files.first()}, 0}, {{"openssl", "dgst", "-sha256", files.second()}, 1}});
    const Cost our_pair = RunTogether({{{self, "--read", files.pair()}, -1}})[0];
    if (DigestIn(theirs.output) != FirstWord(ours.output) ||
        DigestIn(their_pair[0].output) != FirstWord(our_pair.output)) {
      Die("the digests differ");
    }
    if (run < 0) continue;
    const double bytes = static_cast<double>(options.size);
    one_cpu_ratios.push_back(theirs.cpu_seconds / ours.cpu_seconds);
    one_wall_ratios.push_back(theirs.wall_seconds / ours.wall_seconds);
    our_rates.push_back(bytes / ours.cpu_seconds / 1e9);
    their_rates.push_back(bytes / theirs.cpu_seconds / 1e9);
    const double their_sum = bytes / 2 / their_pair[0].wall_seconds + bytes / 2 / their_pair[1].wall_seconds;
    pair_wall_ratios.push_back(bytes / our_pair.wall_seconds / their_sum);
    pair_cpu_ratios.push_back((their_pair[0].cpu_seconds + their_pair[1].cpu_seconds) / our_pair.cpu_seconds);
    peak = std::max({peak, ours.peak_bytes, our_pair.peak_bytes});
  }
  bool all_hold = true;
  std::printf("file of %.2f GiB, cached; median of %d interleaved runs\n",
              static_cast<double>(options.size) / (1 << 30), options.runs);
  std::printf("one core: fingerprint %.2f GB, openssl dgst %.2f GB for each CPU second\n", Median(our_rates),
              Median(their_rates));
  Verdict("one file, one core, CPU time: fingerprint / openssl dgst", Median(one_cpu_ratios), kOneCoreBar, &all_hold);
  std::printf("%-64s %5.3f\n", "  the same by wall time", Median(one_wall_ratios));
  Verdict("two files, two cores, wall: fingerprint / two pinned openssl dgst", Median(pair_wall_ratios), kTwoCoresBar,
          &all_hold);
  std::printf("%-64s %5.3f\n", "  the same by CPU time", Median(pair_cpu_ratios));
  std::printf("%-64s %5.1f  (bar 64: %s)\n", "peak memory of the fingerprint, MiB",
              static_cast<double>(peak) / (1 << 20), peak <= kPeakBytesBar ? "holds" : "MISSED");
  all_hold = all_hold && peak <= kPeakBytesBar;
  return options.check && !all_hold ? 1 : 0;
}

int Sweep(const std::string& self, const Options& options) {
  const Files files(options.folder, options.size);
  const std::vector<std::string> blocks = {"16384", "65536", "131072", "262144", "524288", "1048576", "4194304"};
  std::vector<std::vector<double>> ratios(blocks.size());
  for (int run = -1; run < options.runs; ++run) {
    const Cost theirs = RunTogether({{{"openssl", "dgst", "-sha256", files.one()}, 0}})[0];
    for (size_t i = 0; i < blocks.size(); ++i) {
      const Cost ours = RunTogether({{{self, "--read-block", blocks[i], files.one()}, 0}})[0];
      if (run >= 0) ratios[i].push_back(theirs.cpu_seconds / ours.cpu_seconds);
    }
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    std::printf("blocks of %7s bytes: %.3f x openssl dgst, CPU time\n", blocks[i].c_str(), Median(ratios[i]));
  }
  return 0;
}

int Main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "--read") return ReadLikeWeighbridge(words[1]);
  if (words.size() == 3 && words[0] == "--read-block")
    return ReadWithBlock(words[2], std::strtoull(words[1].c_str(), nullptr, 10));
  Options options;
  const char* const temporary = std::getenv("TMPDIR");
  options.folder = temporary != nullptr ? temporary : "/tmp";
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> std::string { return i + 1 < words.size() ? words[++i] : ""; };
    if (words[i] == "--release") {
      options.size = kReleaseBytes;
    } else if (words[i] == "--size") {
      options.size = std::strtoull(value().c_str(), nullptr, 10);
    } else if (words[i] == "--runs") {
      options.runs = std::atoi(value().c_str());
    } else if (words[i] == "--dir") {
      options.folder = value();
    } else if (words[i] == "--check") {
      options.check = true;
    } else if (words[i] == "--sweep") {
      options.sweep = true;
    } else {
      Die("unknown option '" + words[i] + "': --size BYTES, --release, --runs N, --dir FOLDER, --check, --sweep");
    }
  }
  if (options.size < (1 << 20) || options.runs < 1) Die("--size is at least 1048576 and --runs at least 1");
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0) Die("cannot find this program");
  const std::string path(self, static_cast<size_t>(length));
  return options.sweep ? Sweep(path, options) : Compare(path, options);
}

}  // namespace
}  // namespace weighbridge::bench

int main(int argc, char** argv) { return weighbridge::bench::Main(argc, argv); }
