#include "services/formats/sniff/sniff.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

template <size_t N>
std::string Raw(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Padded(std::string start, size_t size) {
  start.resize(size, '\0');
  return start;
}

// A zip member as it stands at the front of an archive.
std::string ZipMember(const std::string& name, const std::string& content = "") {
  std::string member = Raw("PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
  const auto u32 = [&](uint32_t v) {
    for (int i = 0; i < 4; ++i) member += static_cast<char>(v >> 8 * i);
  };
  u32(content.size());
  u32(content.size());
  member += static_cast<char>(name.size());
  member += Raw("\0\0\0");
  return member + name + content;
}

std::string TarHeader() {
  std::string block = Padded("model/weights.bin", 512);
  block.replace(100, 8, Raw("0000644\0"));
  block.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  char digits[8];
  snprintf(digits, sizeof(digits), "%06o", sum);
  block.replace(148, 7, std::string(digits, 7));
  return block;
}

struct Case {
  std::string name;
  std::string bytes;
  Format format;
  std::string base_name = "file";
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class SniffTest : public ::testing::TestWithParam<Case> {};

TEST_P(SniffTest, TellsTheFormat) {
  const Case& c = GetParam();
  EXPECT_EQ(FormatName(Sniff(c.bytes, c.bytes.size(), c.base_name)), FormatName(c.format));
  EXPECT_EQ(FormatFromName(FormatName(c.format)), c.format);
}

TEST(FormatTest, OtherWordsNameNoFormat) {
  for (const char* word : {"", "prose", "GGUF", "gguf ", "unknown"}) {
    EXPECT_FALSE(FormatFromName(word).has_value()) << word;
  }
}

// Whatever the suffix claims, content that is no text keeps its format.
TEST_P(SniffTest, TheSuffixNeverMakesWeightsOutOfContent) {
  const Case& c = GetParam();
  for (const char* name : {"model.safetensors", "README.md", "config.json", "pytorch_model.bin", "x.yaml", "LICENSE"}) {
    const Format format = Sniff(c.bytes, c.bytes.size(), name);
    if (IsText(c.format)) {
      EXPECT_TRUE(IsText(format)) << name;
    } else {
      EXPECT_EQ(FormatName(format), FormatName(c.format)) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Binary, SniffTest,
    ::testing::Values(
        Case{"empty", "", Format::kEmpty}, Case{"gguf", Raw("GGUF\3\0\0\0"), Format::kGguf},
        Case{"safetensors", Raw("\x02\0\0\0\0\0\0\0{}"), Format::kSafetensors},
        Case{"safetensors_cut_off", Raw("\xFF\xFF\x01\0\0\0\0\0{\"a\":{"), Format::kSafetensors},
        Case{"safetensors_header_over_limit", Raw("\xFF\xFF\xFF\xFF\x01\0\0\0{\"a\":{"), Format::kSafetensors},
        Case{"ggml_legacy", Raw("tjgg\3\0\0\0"), Format::kGgmlLegacy}, Case{"zip", ZipMember("data.txt"), Format::kZip},
        Case{"pytorch_zip", ZipMember("archive/data.pkl"), Format::kPytorchZip},
        Case{"pytorch_zip_later_member", ZipMember("archive/version", "3\n") + ZipMember("archive/data.pkl"),
             Format::kPytorchZip},
        Case{"torchscript_storage_first", ZipMember("m/data/0", std::string(70000, 'x')), Format::kPytorchZip},
        Case{"npz", ZipMember("a.npy", "x"), Format::kNpz},
        Case{"jar", ZipMember("META-INF/MANIFEST.MF"), Format::kJar},
        Case{"keras", ZipMember("metadata.json", "{}"), Format::kKerasZip},
        Case{"docx", ZipMember("[Content_Types].xml"), Format::kDocx},
        Case{"odt", ZipMember("mimetype", "application/vnd.oasis.opendocument.text"), Format::kOdt},
        Case{"empty_zip", Padded(Raw("PK\x05\x06"), 22), Format::kZip},
        Case{"hdf5", Raw("\x89HDF\r\n\x1A\n\0"), Format::kHdf5},
        Case{"hdf5_behind_a_user_block", Padded("user block", 512) + Raw("\x89HDF\r\n\x1A\n\0"), Format::kHdf5},
        Case{"npy", Raw("\x93NUMPY\1\0"), Format::kNpy}, Case{"tflite", Raw("\x1C\0\0\0TFL3\0\0"), Format::kTflite},
        Case{"tar", TarHeader(), Format::kTar}, Case{"gzip", Raw("\x1F\x8B\x08\0\0"), Format::kGzip},
        Case{"zstd", Raw("\x28\xB5\x2F\xFD\0"), Format::kZstd},
        Case{"xz",
             Raw("\xFD"
                 "7zXZ\0\0"),
             Format::kXz},
        Case{"bzip2", Raw("BZh9\x31\x41\x59\x26\x53\x59"), Format::kBzip2},
        Case{"seven_zip", Raw("7z\xBC\xAF\x27\x1C\0"), Format::kSevenZip},
        Case{"rar", Raw("Rar!\x1A\x07\0"), Format::kRar}, Case{"pdf", Raw("%PDF-1.7\n%\xE2\xE3\xCF\xD3"), Format::kPdf},
        Case{"png", Raw("\x89PNG\r\n\x1A\n"), Format::kPng}, Case{"jpeg", Raw("\xFF\xD8\xFF\xE0"), Format::kJpeg},
        Case{"elf",
             Raw("\x7F"
                 "ELF\2\1"),
             Format::kElf},
        Case{"pe", Padded(Raw("MZ\x90"), 128), Format::kPe},
        Case{"utf16", Raw("\xFF\xFEM\0I\0T\0"), Format::kUtf16Text}, Case{"rtf", "{\\rtf1\\ansi terms}", Format::kRtf},
        Case{"unknown", Raw("\x01\x02\x03\xF8\xF9\0\0\0"), Format::kUnknownBinary},
        Case{"onnx", Raw("\x08\x08\x12\x04test\x3A\x05\x0A\x03\x0A\x01x\x42\x04\x0A\x00\x10\x0F"), Format::kOnnx},
        Case{"saved_model", Raw("\x08\x01\x12\x02\x0A\x00"), Format::kTensorflowPb},
        Case{"coreml", Raw("\x08\x04\x12\x00\xA2\x1F\x00"), Format::kCoreMl},
        Case{"sentencepiece",
             Raw("\x0A\x0E\x0A\x05<unk>\x15\0\0\0\0\x18\x02\x0A\x0C\x0A\x03<s>\x15\0\0\0\0\x18\x03\x0A\x0D\x0A\x04</"
                 "s>\x15\0\0\0\0\x18\x03"),
             Format::kSentencepiece},
        Case{"msgpack", Raw("\x81\xA6params\x81\xA1w\xC4"), Format::kMsgpack}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Pickle, SniffTest,
    ::testing::Values(Case{"protocol_2", Raw("\x80\x02}q\0."), Format::kPickle},
                      Case{"protocol_5", Raw("\x80\x05\x95"), Format::kPickle},
                      Case{"torch_legacy", Raw("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."),
                           Format::kPytorchLegacy},
                      Case{"protocol_0_list", "(lp0\nVa\np1\naVb\np2\na.", Format::kPickle},
                      Case{"protocol_0_call", "cbuiltins\nprint\n(Vx\ntR.", Format::kPickle},
                      Case{"call_then_garbage", "cbuiltins\nprint\n(Vx\ntR\xFF\xFF", Format::kPickle},
                      Case{"inst", "(S'x'\nibuiltins\nprint\n.", Format::kPickle},
                      Case{"names_from_the_memo", "Vos\np2\n0Vsystem\np3\n0g2\ng3\n\x93(Vx\ntR.\n\t", Format::kPickle},
                      Case{"lying_length_behind_an_import", "cbuiltins\nexec\n(X>\nf = open", Format::kPickle},
                      Case{"protocol_1_without_magic",
                           Raw("}q\0U\x01"
                               "aK\x01s."),
                           Format::kPickle}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Text, SniffTest,
    ::testing::Values(Case{"plain", "Copyright (c) 2026\n\nAll rights.\n", Format::kText},
                      Case{"capital_letters_that_are_opcodes", "N. B. this is prose.\n", Format::kText},
                      Case{"lines_that_start_like_opcodes", "Version\nIndex\nNotes\n", Format::kText},
                      Case{"two_words_that_look_like_a_global", "copyright\nholder\nof this\n", Format::kText},
                      Case{"latin_1", "Copyright \xA9 2026 Example, all rights reserved", Format::kText8Bit},
                      Case{"json", " {\n \"a\": 1}", Format::kJson}, Case{"json_list", "[{\"a\": 1}]", Format::kJson},
                      Case{"link_is_no_json", "[Link](x)\n", Format::kText},
                      Case{"template_is_no_json", "{% if x %}", Format::kText},
                      Case{"markdown_by_name", "# Card\n", Format::kMarkdown, "README.md"},
                      Case{"markdown_by_front_matter", "---\nlicense: mit\n---\n# x\n", Format::kMarkdown},
                      Case{"yaml", "---\na: 1\n", Format::kYaml},
                      Case{"yaml_by_name", "a: 1\n", Format::kYaml, "weighbridge.yaml"},
                      Case{"html", "\n<!DOCTYPE html><html>", Format::kHtml},
                      Case{"html_called_markdown", "<html><body>", Format::kHtml, "README.md"},
                      Case{"xml", "<?xml version=\"1.0\"?><a/>", Format::kXml},
                      Case{"python", "# model\nimport torch\n", Format::kPythonSource},
                      Case{"python_from", "from torch import nn\n", Format::kPythonSource},
                      Case{"prose_with_import", "import duties may apply to this.\n", Format::kText},
                      Case{"shell", "#!/bin/sh\n", Format::kScript},
                      Case{"lfs_pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
                           Format::kLfsPointer, "model.safetensors"},
                      Case{"byte_order_mark", "\xEF\xBB\xBF{\"a\": 1}", Format::kJson}),
    [](const auto& info) { return info.param.name; });

TEST(SniffTest, AWindowThatCutsACharacterIsStillText) {
  std::string text(kSniffBytes - 1, 'a');
  text += "\xC3\xA9 and more";
  EXPECT_EQ(FormatName(Sniff(std::string_view(text).substr(0, kSniffBytes), text.size(), "x")), "text");
}

TEST(SniffTest, OnlyWhatHasAParserIsParsable) {
  EXPECT_TRUE(IsParsable(Format::kSafetensors) && IsWeights(Format::kSafetensors));
  EXPECT_TRUE(IsParsable(Format::kGguf) && IsWeights(Format::kGguf));
  for (const Format format : {Format::kPickle, Format::kPytorchZip, Format::kOnnx, Format::kHdf5, Format::kNpz}) {
    EXPECT_TRUE(IsWeights(format) && !IsParsable(format) && !IsText(format));
  }
  EXPECT_TRUE(IsDocumentWeCannotRead(Format::kPdf) && !IsText(Format::kPdf));
  EXPECT_TRUE(IsArchive(Format::kSevenZip) && !IsParsable(Format::kSevenZip));
}

TEST(SniffTest, NamesThatPromiseWeights) {
  for (const char* name :
       {"model.safetensors", "A.Q4_K_M.gguf", "pytorch_model.BIN", "x.pt", "x.ckpt", "m.onnx", "f.msgpack"}) {
    EXPECT_TRUE(NameSaysWeights(name)) << name;
  }
  for (const char* name :
       {"README.md", "config.json", "safetensors", "model.safetensors.index.json", "tokenizer.model", ""}) {
    EXPECT_FALSE(NameSaysWeights(name)) << name;
  }
}

struct Polyglot {
  std::string name;
  std::string bytes;
  Format format;
  Format also;
};
void PrintTo(const Polyglot& c, std::ostream* os) { *os << c.name; }

class PolyglotTest : public ::testing::TestWithParam<Polyglot> {};

TEST_P(PolyglotTest, IsFlagged) {
  const Polyglot& c = GetParam();
  ASSERT_EQ(FormatName(Sniff(c.bytes, c.bytes.size(), "file")), FormatName(c.format));
  const std::string last =
      c.bytes.size() <= kSniffTailBytes ? c.bytes : c.bytes.substr(c.bytes.size() - kSniffTailBytes);
  const std::vector<Format> also = AlsoLooksLike(c.format, c.bytes, c.bytes.size(), last);
  ASSERT_EQ(also.size(), 1u);
  EXPECT_EQ(FormatName(also[0]), FormatName(c.also));
}

const std::string& ZipEndRecord() {
  static const auto* record = new std::string(Padded(Raw("PK\x05\x06"), 22));
  return *record;
}

INSTANTIATE_TEST_SUITE_P(
    Sniff, PolyglotTest,
    ::testing::Values(
        Polyglot{"zip_behind_gguf", Padded(Raw("GGUF\3"), 100000) + ZipMember("x", "y") + ZipEndRecord(), Format::kGguf,
                 Format::kZip},
        Polyglot{"zip_end_with_comment", Padded(Raw("GGUF\3"), 100) + Padded(Raw("PK\x05\x06"), 20) + Raw("\x03\0abc"),
                 Format::kGguf, Format::kZip},
        Polyglot{"zip_member_inside_safetensors", Raw("\x02\0\0\0\0\0\0\0{}") + ZipMember("a/data.pkl", "z"),
                 Format::kSafetensors, Format::kZip},
        // A header length of 0x470280: read as a pickle, PROTO 2 and a float that swallows the rest of the length and
        // the brace. What follows is the key of a JSON object, and opcodes that import and call.
        Polyglot{"pickle_through_the_length_of_safetensors",
                 Raw("\x80\x02G\0\0\0\0\0{\"acbuiltins\nexec\n(X\2\0\0\0hitR.\":1}"), Format::kSafetensors,
                 Format::kPickle},
        Polyglot{"pickle_of_a_number_through_the_length_of_safetensors",
                 Raw("\x80\x02G\0\0\0\0\0{\"a.\":{}}"), Format::kSafetensors, Format::kPickle},
        Polyglot{"page_in_markdown", "---\nlicense: mit\n---\n<html><script>", Format::kMarkdown, Format::kHtml},
        Polyglot{"hdf5_behind_gguf", Padded(Raw("GGUF\3"), 1024) + Raw("\x89HDF\r\n\x1A\n"), Format::kGguf,
                 Format::kHdf5},
        Polyglot{"pdf_inside_gguf", Raw("GGUF\3\0\0\0 %PDF-1.4"), Format::kGguf, Format::kPdf}),
    [](const auto& info) { return info.param.name; });

TEST(PolyglotTest, OrdinaryFilesAreNotFlagged) {
  const std::string gguf = Padded(Raw("GGUF\3"), 5000);
  EXPECT_TRUE(AlsoLooksLike(Format::kGguf, gguf, gguf.size(), gguf).empty());
  const std::string zip = ZipMember("x") + ZipEndRecord();
  EXPECT_TRUE(AlsoLooksLike(Format::kZip, zip, zip.size(), zip).empty());
}

// The low bytes of these header lengths are those that open a pickle of protocol 0 to 5.
TEST(PolyglotTest, AnySafetensorsHeaderLengthIsOrdinary) {
  for (const size_t length : {0x80, 0x180, 0x280, 0x380, 0x480, 0x580, 0x10380, 0x950480, 0x580280, 0x4a0280}) {
    std::string header = "{\"w\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}";
    header.resize(length, ' ');
    const std::string file = testing_support::SafetensorsFile(header, "12345678");
    const std::string_view first = std::string_view(file).substr(0, kSniffBytes);
    const std::string_view last =
        std::string_view(file).substr(file.size() - std::min<size_t>(file.size(), kSniffTailBytes));
    EXPECT_EQ(FormatName(Sniff(first, file.size(), "model.safetensors")), "safetensors") << length;
    EXPECT_TRUE(AlsoLooksLike(Format::kSafetensors, first, file.size(), last).empty()) << length;
  }
}

// Every truncation of every example ends in an answer, and never in a format that could be approved without a parser.
TEST(SniffTest, AnyPrefixHasAnAnswer) {
  const std::string all = ZipMember("archive/data.pkl", "abc") + TarHeader() + "cbuiltins\nexec\n(X\1\0\0\0xtR.";
  for (size_t start = 0; start < all.size(); start += 3) {
    for (size_t length = 0; start + length <= all.size(); length += 7) {
      const std::string_view part = std::string_view(all).substr(start, length);
      EXPECT_FALSE(FormatName(Sniff(part, part.size(), "x")).empty());
    }
  }
}

class CorpusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing_support::CorpusDir().has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  }
  static std::vector<std::string> FilesUnder(const std::string& folder) {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(*testing_support::CorpusDir() + "/" + folder)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
  static Format SniffFile(const std::string& path) {
    const std::string bytes = testing_support::ReadFileOrFail(path);
    return Sniff(std::string_view(bytes).substr(0, kSniffBytes), bytes.size(),
                 std::filesystem::path(path).filename().string());
  }
};

TEST_F(CorpusTest, EveryArtefactIsWhatItsFolderSays) {
  const std::set<std::string> others = {"not_a_pickle.bin", "bad_pytorch.pt"};  // named so; content is neither
  struct Folder {
    const char* name;
    std::set<std::string> suffixes;
    std::set<Format> allowed;
  };
  const std::vector<Folder> folders = {
      {"artifacts/safetensors", {".safetensors"}, {Format::kSafetensors}},
      {"artifacts/zoo", {".safetensors"}, {Format::kSafetensors}},
      {"artifacts/zoo", {".gguf"}, {Format::kGguf}},
      {"artifacts/lora", {".safetensors"}, {Format::kSafetensors}},
      {"artifacts/gguf", {".gguf"}, {Format::kGguf}},
      {"artifacts/gguf-broken", {".gguf"}, {Format::kGguf}},
      {"artifacts/lfs", {".pointer"}, {Format::kLfsPointer}},
      {"artifacts/pickle", {".pkl"}, {Format::kPickle}},
      {"artifacts/picklescan", {".pkl"}, {Format::kPickle}},
      {"artifacts/picklescan", {".zip"}, {Format::kZip, Format::kPytorchZip}},
      {"artifacts/picklescan", {".npz"}, {Format::kNpz}},
      {"artifacts/picklescan", {".pt", ".bin"}, {Format::kPickle, Format::kPytorchLegacy, Format::kPytorchZip}},
      {"artifacts/pytorch-zip", {".pt", ".pth"}, {Format::kPytorchZip}},
      {"artifacts/zip", {".zip", ".pt"}, {Format::kZip, Format::kPytorchZip}},
      {"artifacts/numpy", {".npy", ".npz"}, {Format::kNpy, Format::kNpz}},
      {"artifacts/silero", {".onnx"}, {Format::kOnnx}},
      {"artifacts/silero-older", {".onnx"}, {Format::kOnnx}},
      {"artifacts/silero", {".jit"}, {Format::kPytorchZip}},
      {"artifacts/cisco-mpk", {".json"}, {Format::kJson}},
      {"configs", {".json"}, {Format::kJson}},
      {"model-cards", {".md"}, {Format::kMarkdown}},
      {"licenses", {".txt"}, {Format::kText, Format::kMarkdown, Format::kText8Bit, Format::kHtml}},
  };
  int seen = 0;
  for (const Folder& folder : folders) {
    for (const std::string& file : FilesUnder(folder.name)) {
      const std::filesystem::path path(file);
      if (folder.suffixes.count(path.extension()) == 0 || others.count(path.filename()) > 0) continue;
      ++seen;
      const Format format = SniffFile(file);
      EXPECT_EQ(folder.allowed.count(format), 1u) << file << " is taken for " << FormatName(format);
    }
  }
  EXPECT_GT(seen, 500);
}

TEST_F(CorpusTest, NothingThatIsNamedWeightsPassesAsTextUnseen) {
  for (const std::string& file : FilesUnder("artifacts")) {
    const std::string name = std::filesystem::path(file).filename();
    const Format format = SniffFile(file);
    EXPECT_FALSE(IsText(format) && NameSaysWeights(name)) << file;
  }
}

}  // namespace
}  // namespace weighbridge::formats
