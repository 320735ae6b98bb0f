#include "services/formats/sniff/sniff.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "services/formats/sniff/internal.h"

namespace weighbridge::formats {
namespace {

using internal::Little;
using internal::StartsWith;

template <size_t N>
constexpr std::string_view Bytes(const char (&literal)[N]) {
  return {literal, N - 1};  // with embedded NULs
}

struct Magic {
  size_t offset;
  std::string_view bytes;
  Format format;
};

// Longer and rarer magics first; two-byte ones are checked by hand below.
constexpr Magic kMagics[] = {
    {0, Bytes("GGUF"), Format::kGguf},
    {0, Bytes("lmgg"), Format::kGgmlLegacy},  // 0x67676d6c "ggml"
    {0, Bytes("fmgg"), Format::kGgmlLegacy},  // ggmf
    {0, Bytes("tjgg"), Format::kGgmlLegacy},  // ggjt
    {0, Bytes("algg"), Format::kGgmlLegacy},  // ggla
    {0, Bytes("\x89HDF\r\n\x1A\n"), Format::kHdf5},
    {0, Bytes("\x93NUMPY"), Format::kNpy},
    {4, Bytes("TFL3"), Format::kTflite},
    {4, Bytes("ET12"), Format::kExecutorch},
    {0, Bytes("\x28\xB5\x2F\xFD"), Format::kZstd},
    {0,
     Bytes("\xFD"
           "7zXZ\0"),
     Format::kXz},
    {0, Bytes("7z\xBC\xAF\x27\x1C"), Format::kSevenZip},
    {0, Bytes("Rar!\x1A\x07"), Format::kRar},
    {0, Bytes("\x04\x22\x4D\x18"), Format::kLz4},
    {0, Bytes("\x89PNG\r\n\x1A\n"), Format::kPng},
    {0, Bytes("\xFF\xD8\xFF"), Format::kJpeg},
    {0, Bytes("GIF87a"), Format::kGif},
    {0, Bytes("GIF89a"), Format::kGif},
    {8, Bytes("WEBP"), Format::kWebp},
    {0, Bytes("II*\0"), Format::kTiff},
    {0, Bytes("MM\0*"), Format::kTiff},
    {8, Bytes("WAVE"), Format::kAudio},
    {0, Bytes("OggS"), Format::kAudio},
    {0, Bytes("fLaC"), Format::kAudio},
    {0, Bytes("ID3"), Format::kAudio},
    {4, Bytes("ftyp"), Format::kVideo},
    {0, Bytes("\x1A\x45\xDF\xA3"), Format::kVideo},
    {0, Bytes("wOFF"), Format::kFont},
    {0, Bytes("wOF2"), Format::kFont},
    {0, Bytes("OTTO"), Format::kFont},
    {0, Bytes("\0\1\0\0\0"), Format::kFont},
    {0, Bytes("%PDF-"), Format::kPdf},
    {0, Bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Format::kOleDocument},
    {0,
     Bytes("\x7F"
           "ELF"),
     Format::kElf},
    {0, Bytes("\0asm"), Format::kWasm},
    {0, Bytes("\xCF\xFA\xED\xFE"), Format::kMachO},
    {0, Bytes("\xCE\xFA\xED\xFE"), Format::kMachO},
    {0, Bytes("\xFE\xED\xFA\xCF"), Format::kMachO},
    {0, Bytes("\xCA\xFE\xBA\xBE"), Format::kMachO},
    {0, Bytes("PAR1"), Format::kParquet},
    {0, Bytes("ARROW1"), Format::kArrow},
    {0, Bytes("SQLite format 3\0"), Format::kSqlite},
};

constexpr std::string_view kZipMember("PK\x03\x04", 4);
constexpr std::string_view kZipEnd("PK\x05\x06", 4);
constexpr size_t kZipEndBytes = 22;
constexpr std::string_view kHdf5Magic = Bytes("\x89HDF\r\n\x1A\n");
// 0x1950a86a20f9469cfc6c as LONG1 of ten bytes: the first pickle of torch.save before 1.6.
constexpr std::string_view kTorchMagic = Bytes("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19");

// u64 header length, then a JSON object. A text has no zero bytes in the length; a broken length is left to the parser.
bool LooksLikeSafetensors(std::string_view first) {
  if (first.size() < 10 || first[8] != '{' || Little(first, 0, 8) >= uint64_t{1} << 40) return false;
  const size_t next = first.find_first_not_of(" \t\r\n", 9);
  return next != std::string_view::npos && (first[next] == '"' || first[next] == '}');
}

// The header sum is over the bytes of the first block with the sum field itself as blanks; all variants of tar have it.
bool LooksLikeTar(std::string_view first) {
  if (first.size() < 512 || first[0] == '\0') return false;
  uint64_t sum = 0, stated = 0;
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<uint8_t>(first[i]);
  for (size_t i = 148; i < 156 && (first[i] == ' ' || (first[i] >= '0' && first[i] <= '7')); ++i) {
    if (first[i] != ' ') stated = stated * 8 + (first[i] - '0');
  }
  return stated == sum;
}

bool LooksLikeBzip2(std::string_view first) {
  return StartsWith(first, "BZh") && first.size() >= 10 && first[3] >= '1' && first[3] <= '9' &&
         (first.substr(4, 6) == "\x31\x41\x59\x26\x53\x59" || first.substr(4, 6) == "\x17\x72\x45\x38\x50\x90");
}

// A map whose first key is a short ASCII string: how flax stores parameters.
bool LooksLikeMsgpack(std::string_view first) {
  if (first.size() < 8) return false;
  const uint8_t lead = first[0];
  size_t pos = lead > 0x80 && lead <= 0x8F ? 1 : lead == 0xDE ? 3 : lead == 0xDF ? 5 : 0;
  if (pos == 0) return false;
  const uint8_t key = first[pos];
  const size_t length = key > 0xA0 && key <= 0xBF ? key & 0x1F : 0;
  if (length == 0 || pos + 1 + length > first.size()) return false;
  const std::string_view name = first.substr(pos + 1, length);
  return std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool LooksLikeHdf5After(std::string_view first) {
  for (size_t at = 512; at + 8 <= first.size(); at *= 2) {
    if (first.substr(at, 8) == kHdf5Magic) return true;
  }
  return false;
}

bool HasZipMember(std::string_view bytes) {
  for (size_t at = bytes.find(kZipMember); at != std::string_view::npos; at = bytes.find(kZipMember, at + 1)) {
    // Version needed at most 6.3 and a known method, so that chance does not make a finding.
    if (at + 30 <= bytes.size() && Little(bytes, at + 4, 1) <= 63 && Little(bytes, at + 8, 2) <= 99 &&
        Little(bytes, at + 26, 2) > 0) {
      return true;
    }
  }
  return false;
}

bool EndsAsZip(std::string_view last) {
  if (last.size() < kZipEndBytes) return false;
  for (size_t at = last.rfind(kZipEnd); at != std::string_view::npos; at = last.rfind(kZipEnd, at - 1)) {
    if (at + kZipEndBytes <= last.size() && at + kZipEndBytes + Little(last, at + 20, 2) <= last.size()) return true;
    if (at == 0) break;
  }
  return false;
}

bool IsZipFamily(Format format) {
  switch (format) {
    case Format::kZip:
    case Format::kJar:
    case Format::kPytorchZip:
    case Format::kNpz:
    case Format::kKerasZip:
    case Format::kDocx:
    case Format::kOdt:
    case Format::kEpub:
      return true;
    default:
      return false;  // every other format is none
  }
}

}  // namespace

Format Sniff(std::string_view first_bytes, uint64_t size, std::string_view base_name) {
  const std::string_view first = first_bytes.substr(0, kSniffBytes);
  if (size == 0) return Format::kEmpty;
  if (StartsWith(first, kZipMember)) return internal::SniffZip(first);
  if (StartsWith(first, kZipEnd) || StartsWith(first, Bytes("PK\x07\x08"))) return Format::kZip;
  for (const Magic& magic : kMagics) {
    if (first.size() >= magic.offset && StartsWith(first.substr(magic.offset), magic.bytes)) return magic.format;
  }
  if (LooksLikeSafetensors(first)) return Format::kSafetensors;
  if (first.size() >= 2 && first[0] == '\x80' && StartsWith(first.substr(2), kTorchMagic))
    return Format::kPytorchLegacy;
  if (internal::LooksLikePickle(first, size)) return Format::kPickle;
  if (first.size() >= 3 && first[0] == '\x1F' && first[1] == '\x8B' && first[2] == '\x08') return Format::kGzip;
  if (LooksLikeBzip2(first)) return Format::kBzip2;
  // Skippable zstd frames: 0x184D2A50 to 0x184D2A5F.
  if (first.size() >= 8 && (Little(first, 0, 4) & 0xFFFFFFF0) == 0x184D2A50) return Format::kZstd;
  if (LooksLikeTar(first)) return Format::kTar;
  if (first.size() >= 16 && Little(first, 2, 2) == 0x0A0D && Little(first, 0, 2) >= 3000 &&
      Little(first, 0, 2) < 4000) {
    return Format::kPythonBytecode;
  }
  if (StartsWith(first, "MZ") && first.size() >= 64 && first.substr(2, 62).find('\0') != std::string_view::npos)
    return Format::kPe;
  if (StartsWith(first, "MZqFpD")) return Format::kPe;  // one file for several systems, as llamafile makes them
  if (StartsWith(first, "BM") && first.size() >= 26 && Little(first, 2, 4) == size) return Format::kBmp;
  if (LooksLikeHdf5After(first)) return Format::kHdf5;
  if (const std::optional<Format> text = internal::SniffText(first, size, base_name)) return *text;
  if (const std::optional<Format> message = internal::SniffProtobuf(first, size)) return *message;
  if (LooksLikeMsgpack(first)) return Format::kMsgpack;
  return Format::kUnknownBinary;
}

std::vector<Format> AlsoLooksLike(Format format, std::string_view first_bytes, uint64_t size,
                                  std::string_view last_bytes) {
  const std::string_view first = first_bytes.substr(0, kSniffBytes);
  std::vector<Format> also;
  const bool zip = IsZipFamily(format);
  if (!zip && (EndsAsZip(last_bytes) || HasZipMember(first))) also.push_back(Format::kZip);
  if (format != Format::kPickle && format != Format::kPytorchLegacy && format != Format::kPytorchZip &&
      internal::RunsAsPickle(first, size)) {
    also.push_back(Format::kPickle);
  }
  if (format == Format::kPickle && LooksLikeSafetensors(first)) also.push_back(Format::kSafetensors);
  if (format != Format::kTar && LooksLikeTar(first)) also.push_back(Format::kTar);
  if (format != Format::kHdf5 && LooksLikeHdf5After(first)) also.push_back(Format::kHdf5);
  // Readers of PDF look for its magic anywhere in the first 1,024 bytes.
  if (format != Format::kPdf && first.substr(0, 1024).find("%PDF-1.") != std::string_view::npos)
    also.push_back(Format::kPdf);
  if (IsText(format) && format != Format::kHtml && format != Format::kSvg && format != Format::kXml) {
    std::string head(first.substr(0, 4096));
    for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (head.find("<!doctype html") != std::string::npos || head.find("<html") != std::string::npos)
      also.push_back(Format::kHtml);
  }
  std::sort(also.begin(), also.end());
  also.erase(std::unique(also.begin(), also.end()), also.end());
  return also;
}

bool NameSaysWeights(std::string_view base_name) {
  static constexpr std::string_view kSuffixes[] = {
      "safetensors", "gguf",        "ggml",      "ggjt",   "bin",    "pt",         "pth",     "ckpt",
      "jit",         "torchscript", "onnx",      "ort",    "h5",     "hdf5",       "pkl",     "pickle",
      "joblib",      "msgpack",     "npz",       "npy",    "tflite", "keras",      "pb",      "mlmodel",
      "pte",         "pdparams",    "pdiparams", "nemo",   "params", "caffemodel", "weights", "llamafile",
      "t7",          "ot",          "mar",       "engine", "dduf",   "task",       "litertlm",
      "plan",        "ggmf",        "onnx_data"};
  const size_t dot = base_name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string suffix(base_name.substr(dot + 1));
  for (char& c : suffix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

}  // namespace weighbridge::formats
