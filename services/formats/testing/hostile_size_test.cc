// Memory of every parser on the largest hostile input its limits let through. The inputs are made on the fly, so that
// only the parser counts. Memory is asserted; times are printed (--test_output=all).
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/index/shard_index.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/safetensors/safetensors.h"
#include "services/formats/yaml/yaml_reader.h"

namespace weighbridge::formats {
namespace {

constexpr long kPeakKibMax = 48 * 1024;

// Bytes that a function makes piece by piece; padded with `pad` or cut to `size`.
class MadeSource : public ByteSource {
 public:
  // Returns the next piece, empty when it has no more.
  using Maker = std::function<std::string()>;
  MadeSource(uint64_t size, char pad, Maker maker) : size_(size), pad_(pad), maker_(std::move(maker)) {}

  absl::StatusOr<std::string_view> NextBlock() override {
    block_.clear();
    while (block_.size() < kBlockBytes && given_ + block_.size() < size_) {
      std::string piece = maker_();
      if (piece.empty()) piece.assign(kBlockBytes, pad_);
      block_ += piece;
    }
    if (block_.size() > size_ - given_) block_.resize(static_cast<size_t>(size_ - given_));
    given_ += block_.size();
    return std::string_view(block_);
  }
  uint64_t size() const override { return size_; }

 private:
  static constexpr size_t kBlockBytes = 65536;
  uint64_t size_;
  uint64_t given_ = 0;
  char pad_;
  Maker maker_;
  std::string block_;
};

long KibOf(const char* field) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind(field, 0) == 0) return std::atol(line.c_str() + std::string(field).size() + 1);
  }
  return -1;
}

// Runs `parse` and returns by how much memory grew at its peak.
void Measure(const char* name, const std::function<absl::Status()>& parse) {
  malloc_trim(0);                                 // what earlier cases freed must not hide what this one takes
  std::ofstream("/proc/self/clear_refs") << "5";  // resets the peak
  const long before = KibOf("VmRSS");
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status = parse();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const long peak = KibOf("VmHWM") - before;
  std::printf("%-34s %6.1f MB %6.3f s  %s\n", name, peak / 1024.0, seconds, status.ToString().substr(0, 90).c_str());
  ASSERT_GE(before, 0);
  EXPECT_LE(peak, kPeakKibMax) << name;
}

std::string U64(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}
std::string U32(uint32_t value) { return U64(value).substr(0, 4); }

constexpr uint64_t kHeader = 100'000'000;

void MeasureSafetensors(const char* name, MadeSource::Maker body) {
  bool first = true;
  Measure(name, [&] {
    MadeSource source(8 + kHeader, ' ', [&]() -> std::string {
      if (first) {
        first = false;
        return U64(kHeader);
      }
      return body();
    });
    return ParseSafetensors(&source).status();
  });
}

std::string TensorJson(int i, size_t name_bytes, int dims) {
  std::string name = std::to_string(i);
  name.insert(0, name_bytes > name.size() ? name_bytes - name.size() : 0, 'n');
  std::string shape;
  for (int d = 0; d < dims; ++d) shape += d == 0 ? "0" : ",1";
  return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + shape + "],\"data_offsets\":[0,0]}";
}

TEST(HostileSizeTest, SafetensorsHeaders) {
  for (const auto& [title, tensors, name_bytes, dims] :
       {std::tuple{"200,000 tensors, short names", 200'000, 8, 8},
        std::tuple{"200,000 tensors, long names", 200'000, 76, 1}, std::tuple{"200,001 tensors", 200'001, 8, 1},
        std::tuple{"names of 1,000 bytes", 100'000, 1000, 1}}) {
    int i = 0;
    const int count = tensors, bytes = name_bytes, rank = dims;
    MeasureSafetensors(title, [&, count, bytes, rank]() -> std::string {
      if (i > count) return "";
      if (i == count) return ++i, "}";
      const std::string json = (i == 0 ? "{" : ",") + TensorJson(i, bytes, rank);
      ++i;
      return json;
    });
  }
  int i = 0;
  MeasureSafetensors("one metadata string of 100 MB", [&]() -> std::string {
    return i++ == 0 ? "{\"__metadata__\":{\"a\":\"" : std::string(65536, 'x');
  });
  MeasureSafetensors("100 MB of open brackets", [&]() -> std::string { return "{\"a\":" + std::string(65536, '['); });
  int k = 0;
  MeasureSafetensors("100 MB of spaces inside",
                     [&]() -> std::string { return k++ == 0 ? "{" : std::string(65536, ' '); });
  int m = 0;
  MeasureSafetensors("100 MB of metadata entries", [&]() -> std::string {
    const std::string start = m == 0 ? "{\"__metadata__\":{\"" : ",\"";
    return start + std::to_string(m++) + "\":\"" + std::string(5000, 'v') + "\"";
  });
}

void MeasureGguf(const char* name, uint64_t size, const std::string& head, MadeSource::Maker body) {
  bool first = true;
  Measure(name, [&] {
    MadeSource source(size, '\0', [&]() -> std::string {
      if (first) {
        first = false;
        return head;
      }
      return body();
    });
    return ParseGguf(&source).status();
  });
}

std::string GgufHead(uint64_t tensors, uint64_t keys) { return "GGUF" + U32(3) + U64(tensors) + U64(keys); }
std::string ArrayHead(uint32_t element, uint64_t count) { return U64(1) + "k" + U32(9) + U32(element) + U64(count); }

TEST(HostileSizeTest, GgufHeaders) {
  const MadeSource::Maker nothing = [] { return std::string(); };
  MeasureGguf("2^28 bytes in a file that has them", (1 << 28) + 4096, GgufHead(0, 1) + ArrayHead(0, 1 << 28), nothing);
  MeasureGguf("2^28 numbers of 64 bits, 2.1 GB", (uint64_t{1} << 31) + 4096, GgufHead(0, 1) + ArrayHead(10, 1 << 28),
              nothing);
  MeasureGguf("2^28 empty strings, 2.1 GB", (uint64_t{1} << 31) + 4096, GgufHead(0, 1) + ArrayHead(8, 1 << 28),
              nothing);
  MeasureGguf("12,000,000 empty strings", 99'000'000, GgufHead(0, 1) + ArrayHead(8, 12'000'000), nothing);
  MeasureGguf("90,000,000 booleans", 99'000'000, GgufHead(0, 1) + ArrayHead(7, 90'000'000), nothing);
  int i = 0;
  MeasureGguf("200,000 tensors, 63-byte names", 150'000'000, GgufHead(200'000, 0), [&]() -> std::string {
    if (i == 200'000) return "";
    std::string name = std::to_string(i);
    name.insert(0, 63 - name.size(), 'n');
    return U64(63) + name + U32(4) + U64(8) + U64(1) + U64(1) + U64(1) + U32(0) + U64(32ull * i++);
  });
  int k = 0;
  MeasureGguf("16,384 keys with long strings", 99'000'000, GgufHead(0, 16'384), [&]() -> std::string {
    if (k == 16'384) return "";
    const std::string key = std::to_string(k++);
    return U64(key.size()) + key + U32(8) + U64(5000) + std::string(5000, 'x');
  });
}

TEST(HostileSizeTest, Documents) {
  std::string list = "[";
  for (int i = 0; i < 65'000; ++i) list += "1,";
  list += "1]\n";
  Measure("YAML: one flow list", [&] { return ParseYaml(list).status(); });
  std::string quotes = "[";
  for (int i = 0; i < 65'000; ++i) quotes += "\"\" ";
  Measure("YAML: quotes in a row", [&] { return ParseYaml(quotes).status(); });
  YamlLimits four;
  four.bytes_max = 4 << 20;
  const std::string prose = "a: " + std::string(3'000'000, 'x') + "\n";
  Measure("YAML: one scalar of 3 MB", [&] { return ParseYaml(prose, four).status(); });
  std::string lines = "a: >\n";
  while (lines.size() < 4'000'000) lines += "  a line of prose that goes on\n";
  Measure("YAML: 4 MB of folded lines", [&] { return ParseYaml(lines, four).status(); });
  std::string deep(1 << 20, '[');
  Measure("YAML: 1 MB of open brackets", [&] { return ParseYaml(deep).status(); });
  std::string dashes;
  while (dashes.size() < 1'000'000) dashes += "- ";
  Measure("YAML: 1 MB of dashes", [&] { return ParseYaml(dashes).status(); });
  std::string keys;
  for (int i = 0; i < 60'000; ++i) keys += std::to_string(i) + ": v\n";
  Measure("YAML: 60,000 keys", [&] { return ParseYaml(keys).status(); });
  std::string object = "{";
  for (int i = 0; i < 65'000; ++i)
    object += (i > 0 ? ",\"" : "\"") + std::to_string(i) + std::string(60, 'k') + "\":\"" + std::string(30, 'v') + "\"";
  object += "}";
  Measure("JSON: 65,000 members", [&] { return ParseJson(object).status(); });
  int i = 0;
  Measure("index: 200,000 tensors", [&] {
    MadeSource source(40'000'000, ' ', [&]() -> std::string {
      if (i > 200'000) return "";
      if (i == 200'000) return ++i, "}}";
      const std::string entry = (i == 0 ? "{\"weight_map\":{\"" : ",\"") + std::string(70, 'n') + std::to_string(i) +
                                "\":\"f" + std::to_string(i % 4000) + "\"";
      ++i;
      return entry;
    });
    return ParseShardIndex(&source).status();
  });
}

}  // namespace
}  // namespace weighbridge::formats
