// The kinds of content that a file of a model directory can have.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_FORMAT_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_FORMAT_H_

#include <optional>
#include <string_view>

namespace weighbridge::formats {

enum class Format {
  kUnknownBinary,  // first, so that a forgotten value is never a safe one
  kEmpty,
  kLfsPointer,
  // Weights.
  kSafetensors,
  kGguf,
  kGgmlLegacy,
  kPytorchZip,
  kPytorchLegacy,
  kPickle,
  kOnnx,
  kHdf5,
  kKerasZip,
  kNpy,
  kNpz,
  kTflite,
  kExecutorch,
  kTensorflowPb,
  kCoreMl,
  kMsgpack,
  // Tokenizers in binary form.
  kSentencepiece,
  // Archives and compressed streams.
  kZip,
  kJar,
  kTar,
  kGzip,
  kZstd,
  kXz,
  kBzip2,
  kSevenZip,
  kRar,
  kLz4,
  // Tables.
  kParquet,
  kArrow,
  kSqlite,
  // Texts.
  kJson,
  kYaml,
  kMarkdown,
  kText,
  kText8Bit,
  kHtml,
  kXml,
  kPythonSource,
  kScript,
  // Documents that may hold terms and that no parser here reads.
  kPdf,
  kRtf,
  kDocx,
  kOdt,
  kOleDocument,
  kEpub,
  kUtf16Text,
  // Media.
  kPng,
  kJpeg,
  kGif,
  kWebp,
  kBmp,
  kTiff,
  kSvg,
  kAudio,
  kVideo,
  kFont,
  // Programs.
  kElf,
  kPe,
  kMachO,
  kWasm,
  kPythonBytecode,
};

// Stable lower-case name for reports, e.g. "pytorch_zip".
std::string_view FormatName(Format format);
// The format of that name; nothing for any other text.
std::optional<Format> FormatFromName(std::string_view name);

// Content that can hold trained numbers, or run code when a loader opens it as weights.
bool IsWeights(Format format);
// Containers and compressed streams whose content is not seen here. PyTorch, Keras and npz zips are weights, not
// archives.
bool IsArchive(Format format);
// Weights for which this project has a parser. Everything else that IsWeights or IsArchive cannot be measured.
bool IsParsable(Format format);
// Content that is read as text: everything that may hold words about licences.
bool IsText(Format format);
// A document that may hold terms but cannot be read here (DESIGN section 3: at best NEEDS_REVIEW if named like terms).
bool IsDocumentWeCannotRead(Format format);
// Machine code or byte code.
bool IsExecutable(Format format);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_FORMAT_H_
