#include "services/formats/sniff/sniff.h"
#include "services/formats/testing/fuzz_target.h"

using namespace weighbridge::formats;  // NOLINT: a main file of one screen

std::vector<std::string> FuzzSeeds() {
  return {"cbuiltins\nprint\n(Vx\ntR.",
          std::string("\x80\x02}q\0.", 6),
          std::string("GGUF\3\0\0\0", 8),
          std::string("\2\0\0\0\0\0\0\0{}", 10),
          std::string("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0a.npy", 35),
          "\x08\x08\x12\x04test\x3A\x03\x0A\x01x\x42\x02\x10\x0F",
          "# text\n",
          "---\nlicense: mit\n---\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Format format = Sniff(bytes, size, "file");
  FuzzCheck(!FormatName(format).empty(), "every format has a name");
  FuzzCheck(Sniff(bytes, size, "README.md") == format || IsText(format), "a name decides between texts only");
  for (const Format other : AlsoLooksLike(format, bytes, size, bytes))
    FuzzCheck(other != format, "no polyglot with itself");
  return 0;
}
