// Opcodes and their arguments: CPython Lib/pickletools.py, protocols 0 to 5. Nothing is built: only the height of the
// stack and the positions of marks are followed, which is enough to tell a pickle from a text.
#include <cctype>
#include <vector>

#include "services/formats/sniff/internal.h"

namespace weighbridge::formats::internal {
namespace {

constexpr int kOpsMax = 4096;       // enough to be sure
constexpr int kOpsConvincing = 24;  // in a window that ends before the file does

enum class Argument { kNone, kLine, kTwoLines, kByte1, kByte2, kByte4, kByte8, kCounted1, kCounted4, kCounted8 };

struct Op {
  Argument argument = Argument::kNone;
  int pops = 0;
  int pushes = 0;
  bool to_mark = false;  // pops everything above the last mark, and the mark
  bool calls = false;    // imports or calls something
  bool known = false;
};

Op OpOf(char code) {
  using A = Argument;
  switch (code) {
    case '\x80':
      return {A::kByte1, 0, 0, false, false, true};  // PROTO
    case '\x95':
      return {A::kByte8, 0, 0, false, false, true};  // FRAME
    case '(':
    case 'N':
    case '\x88':
    case '\x89':
    case '}':
    case ']':
    case ')':
    case '\x8f':
    case '\x97':
      return {A::kNone, 0, 1, false, false, true};
    case 'I':
    case 'L':
    case 'F':
    case 'S':
    case 'V':
    case 'P':
    case 'g':
      return {A::kLine, 0, 1, false, false, true};
    case 'K':
    case 'h':
    case '\x82':
      return {A::kByte1, 0, 1, false, code == '\x82', true};
    case 'M':
    case '\x83':
      return {A::kByte2, 0, 1, false, code == '\x83', true};
    case 'J':
    case 'j':
    case '\x84':
      return {A::kByte4, 0, 1, false, code == '\x84', true};
    case 'G':
      return {A::kByte8, 0, 1, false, false, true};
    case 'U':
    case 'C':
    case '\x8c':
    case '\x8a':
      return {A::kCounted1, 0, 1, false, false, true};
    case 'T':
    case 'X':
    case 'B':
    case '\x8b':
      return {A::kCounted4, 0, 1, false, false, true};
    case '\x8d':
    case '\x8e':
    case '\x96':
      return {A::kCounted8, 0, 1, false, false, true};
    case 'c':
      return {A::kTwoLines, 0, 1, false, true, true};  // GLOBAL
    case 'i':
      return {A::kTwoLines, 0, 1, true, true, true};  // INST
    case 'o':
      return {A::kNone, 0, 1, true, true, true};  // OBJ
    case '\x93':
      return {A::kNone, 2, 1, false, true, true};  // STACK_GLOBAL
    case 'R':
    case '\x81':
      return {A::kNone, 2, 1, false, true, true};  // REDUCE, NEWOBJ
    case '\x92':
      return {A::kNone, 3, 1, false, true, true};  // NEWOBJ_EX
    case 'b':
      return {A::kNone, 2, 1, false, false, true};  // BUILD
    case 'p':
      return {A::kLine, 1, 1, false, false, true};
    case 'q':
      return {A::kByte1, 1, 1, false, false, true};
    case 'r':
      return {A::kByte4, 1, 1, false, false, true};
    case '\x94':
    case 'Q':
    case '\x98':
      return {A::kNone, 1, 1, false, false, true};
    case '0':
      return {A::kNone, 1, 0, false, false, true};
    case '2':
      return {A::kNone, 1, 2, false, false, true};
    case '1':
      return {A::kNone, 0, 0, true, false, true};
    case 'l':
    case 't':
    case 'd':
    case '\x91':
      return {A::kNone, 0, 1, true, false, true};
    case 'e':
    case 'u':
    case '\x90':
      return {A::kNone, 0, 0, true, false, true};
    case 'a':
      return {A::kNone, 2, 1, false, false, true};
    case 's':
      return {A::kNone, 3, 1, false, false, true};
    case '\x85':
      return {A::kNone, 1, 1, false, false, true};
    case '\x86':
      return {A::kNone, 2, 1, false, false, true};
    case '\x87':
      return {A::kNone, 3, 1, false, false, true};
    default:
      return {};
  }
}

bool IsImportName(std::string_view line) {
  if (line.empty() || line.size() > 256) return false;
  for (const char c : line) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.') return false;
  }
  return std::isdigit(static_cast<unsigned char>(line[0])) == 0;
}

bool IsNumberLine(std::string_view line) {
  if (line.empty()) return false;
  for (const char c : line) {
    if (!std::isdigit(static_cast<unsigned char>(c)) && std::string_view("+-.eLinfa").find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

// The argument of a text opcode as an unpickler would accept it; this is what tells V, S, I lines of prose apart.
bool IsLineArgument(char code, std::string_view line) {
  switch (code) {
    case 'I':
    case 'L':
    case 'F':
      return IsNumberLine(line);
    case 'g':
    case 'p':
      return !line.empty() && line.find_first_not_of("0123456789") == std::string_view::npos;
    case 'S':
      return line.size() >= 2 && (line[0] == '\'' || line[0] == '"') && line.back() == line[0];
    default:
      return true;
  }
}

bool OnlySpace(std::string_view rest) {
  return rest.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
}

}  // namespace

bool StartsWithPickleProtocol(std::string_view first) {
  return first.size() >= 2 && first[0] == '\x80' && static_cast<uint8_t>(first[1]) <= 5;
}

bool LooksLikePickle(std::string_view first, uint64_t size) {
  return StartsWithPickleProtocol(first) || RunsAsPickle(first, size);
}

bool RunsAsPickle(std::string_view first, uint64_t size) {
  const bool has_protocol = StartsWithPickleProtocol(first);
  const bool window_ends_first = first.size() < size;
  std::vector<size_t> marks;
  size_t height = 0;
  bool imports = false;
  int ops = 0;
  size_t pos = 0;
  for (; pos < first.size() && ops < kOpsMax; ++ops) {
    const char code = first[pos++];
    if (code == '.') {  // STOP; what follows does not matter behind a protocol or an import
      return height > 0 && ops > 0 && (imports || has_protocol || OnlySpace(first.substr(pos)));
    }
    const Op op = OpOf(code);
    if (!op.known) return false;
    uint64_t length = 0;
    const auto counted = [&](size_t width) {
      length = pos + width <= first.size() ? width + Little(first, pos, width) : UINT64_MAX;
      if (length < width) length = UINT64_MAX;  // the sum wrapped
    };
    switch (op.argument) {
      case Argument::kNone:
        break;
      case Argument::kByte1:
        length = 1;
        break;
      case Argument::kByte2:
        length = 2;
        break;
      case Argument::kByte4:
        length = 4;
        break;
      case Argument::kByte8:
        length = 8;
        break;
      case Argument::kCounted1:
        counted(1);
        break;
      case Argument::kCounted4:
        counted(4);
        break;
      case Argument::kCounted8:
        counted(8);
        break;
      case Argument::kLine:
      case Argument::kTwoLines:
        for (int lines = op.argument == Argument::kLine ? 1 : 2; lines > 0; --lines) {
          const size_t end = first.find('\n', pos);
          if (end == std::string_view::npos) return window_ends_first && ops >= kOpsConvincing;
          const std::string_view line = first.substr(pos, end - pos);
          if (op.argument == Argument::kTwoLines ? !IsImportName(line) : !IsLineArgument(code, line)) return false;
          pos = end + 1;
        }
        break;
    }
    if (length > first.size() - pos) {  // cut off, or a lying length: an import and a mark before it are proof enough
      return (imports && ops >= 2) || (window_ends_first && ops >= kOpsConvincing) ||
             (window_ends_first && ops > 0 && length <= size - pos);
    }
    pos += static_cast<size_t>(length);
    if (op.to_mark) {
      if (marks.empty()) return false;
      height = marks.back();
      marks.pop_back();
    }
    const size_t floor = marks.empty() ? 0 : marks.back() + 1;
    if (height < floor + static_cast<size_t>(op.pops))
      return false;  // reaches below the last mark: prose mostly ends here
    height -= op.pops;
    if (code == '(') marks.push_back(height);
    height += op.pushes;
    if (op.calls && (code == 'R' || code == '\x93' || code == '\x81' || code == '\x92' || code == 'o' || code == 'i')) {
      if (imports || code == '\x93' || code == 'i') return true;  // a payload may already have run
    }
    imports = imports || op.calls;
  }
  return window_ends_first && ops >= kOpsConvincing;
}

}  // namespace weighbridge::formats::internal
