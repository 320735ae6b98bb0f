#include "services/formats/sniff/format.h"

namespace weighbridge::formats {
namespace {

enum class Category { kOther, kWeights, kArchive, kText, kUnreadableDocument, kExecutable };

struct Row {
  std::string_view name;
  Category category;
};

// A switch without default: a new format does not compile until it has its row.
Row RowOf(Format format) {
  switch (format) {
    case Format::kUnknownBinary:
      return {"unknown_binary", Category::kOther};
    case Format::kEmpty:
      return {"empty", Category::kOther};
    case Format::kLfsPointer:
      return {"lfs_pointer", Category::kOther};
    case Format::kSafetensors:
      return {"safetensors", Category::kWeights};
    case Format::kGguf:
      return {"gguf", Category::kWeights};
    case Format::kGgmlLegacy:
      return {"ggml_legacy", Category::kWeights};
    case Format::kPytorchZip:
      return {"pytorch_zip", Category::kWeights};
    case Format::kPytorchLegacy:
      return {"pytorch_legacy", Category::kWeights};
    case Format::kPickle:
      return {"pickle", Category::kWeights};
    case Format::kOnnx:
      return {"onnx", Category::kWeights};
    case Format::kHdf5:
      return {"hdf5", Category::kWeights};
    case Format::kKerasZip:
      return {"keras_zip", Category::kWeights};
    case Format::kNpy:
      return {"npy", Category::kWeights};
    case Format::kNpz:
      return {"npz", Category::kWeights};
    case Format::kTflite:
      return {"tflite", Category::kWeights};
    case Format::kExecutorch:
      return {"executorch", Category::kWeights};
    case Format::kTensorflowPb:
      return {"tensorflow_pb", Category::kWeights};
    case Format::kCoreMl:
      return {"coreml", Category::kWeights};
    case Format::kMsgpack:
      return {"msgpack", Category::kWeights};
    case Format::kSentencepiece:
      return {"sentencepiece", Category::kOther};
    case Format::kZip:
      return {"zip", Category::kArchive};
    case Format::kJar:
      return {"jar", Category::kArchive};
    case Format::kTar:
      return {"tar", Category::kArchive};
    case Format::kGzip:
      return {"gzip", Category::kArchive};
    case Format::kZstd:
      return {"zstd", Category::kArchive};
    case Format::kXz:
      return {"xz", Category::kArchive};
    case Format::kBzip2:
      return {"bzip2", Category::kArchive};
    case Format::kSevenZip:
      return {"7z", Category::kArchive};
    case Format::kRar:
      return {"rar", Category::kArchive};
    case Format::kLz4:
      return {"lz4", Category::kArchive};
    case Format::kParquet:
      return {"parquet", Category::kOther};
    case Format::kArrow:
      return {"arrow", Category::kOther};
    case Format::kSqlite:
      return {"sqlite", Category::kOther};
    case Format::kJson:
      return {"json", Category::kText};
    case Format::kYaml:
      return {"yaml", Category::kText};
    case Format::kMarkdown:
      return {"markdown", Category::kText};
    case Format::kText:
      return {"text", Category::kText};
    case Format::kText8Bit:
      return {"text_8bit", Category::kText};
    case Format::kHtml:
      return {"html", Category::kText};
    case Format::kXml:
      return {"xml", Category::kText};
    case Format::kPythonSource:
      return {"python", Category::kText};
    case Format::kScript:
      return {"script", Category::kText};
    case Format::kPdf:
      return {"pdf", Category::kUnreadableDocument};
    case Format::kRtf:
      return {"rtf", Category::kUnreadableDocument};
    case Format::kDocx:
      return {"docx", Category::kUnreadableDocument};
    case Format::kOdt:
      return {"odt", Category::kUnreadableDocument};
    case Format::kOleDocument:
      return {"ole_document", Category::kUnreadableDocument};
    case Format::kEpub:
      return {"epub", Category::kUnreadableDocument};
    case Format::kUtf16Text:
      return {"utf16_text", Category::kUnreadableDocument};
    case Format::kPng:
      return {"png", Category::kOther};
    case Format::kJpeg:
      return {"jpeg", Category::kOther};
    case Format::kGif:
      return {"gif", Category::kOther};
    case Format::kWebp:
      return {"webp", Category::kOther};
    case Format::kBmp:
      return {"bmp", Category::kOther};
    case Format::kTiff:
      return {"tiff", Category::kOther};
    case Format::kSvg:
      return {"svg", Category::kText};
    case Format::kAudio:
      return {"audio", Category::kOther};
    case Format::kVideo:
      return {"video", Category::kOther};
    case Format::kFont:
      return {"font", Category::kOther};
    case Format::kElf:
      return {"elf", Category::kExecutable};
    case Format::kPe:
      return {"pe", Category::kExecutable};
    case Format::kMachO:
      return {"macho", Category::kExecutable};
    case Format::kWasm:
      return {"wasm", Category::kExecutable};
    case Format::kPythonBytecode:
      return {"python_bytecode", Category::kExecutable};
  }
  return {"unknown_binary", Category::kOther};
}

}  // namespace

std::string_view FormatName(Format format) { return RowOf(format).name; }

std::optional<Format> FormatFromName(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Format::kPythonBytecode); ++i) {  // the last one
    if (RowOf(static_cast<Format>(i)).name == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

bool IsWeights(Format format) { return RowOf(format).category == Category::kWeights; }
bool IsArchive(Format format) { return RowOf(format).category == Category::kArchive; }
bool IsParsable(Format format) { return format == Format::kSafetensors || format == Format::kGguf; }
bool IsText(Format format) { return RowOf(format).category == Category::kText; }
bool IsDocumentWeCannotRead(Format format) { return RowOf(format).category == Category::kUnreadableDocument; }
bool IsExecutable(Format format) { return RowOf(format).category == Category::kExecutable; }

}  // namespace weighbridge::formats
