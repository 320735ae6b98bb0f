// What a walk found: the files of a model directory, and everything about the tree that a decision must know.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_LISTING_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::source {

// Says whether two looks at a file saw the same bytes, as far as the file system can tell. Times are nanoseconds since
// the epoch modulo 2^64.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;  // bytes
  uint64_t mtime_ns = 0;
  uint64_t ctime_ns = 0;

  friend bool operator==(const FileIdentity& a, const FileIdentity& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size && a.mtime_ns == b.mtime_ns &&
           a.ctime_ns == b.ctime_ns;
  }
  friend bool operator!=(const FileIdentity& a, const FileIdentity& b) { return !(a == b); }
};

// One regular file, under the path by which the model names it.
struct FileEntry {
  std::string path;    // relative to the model directory, plain (IsPlainName), '/' between parts
  std::string target;  // link-free path below the containment root, if links led there; else empty
  FileIdentity identity;

  uint64_t size() const { return identity.size; }
};

// What is wrong with, or notable about, a name in the tree. Kinds up to kSeveralModels block: there is then no model digest.
enum class ProblemKind {
  kLinkLeavesRoot,  // absolute, above the root, or outside blobs/ of a hub cache
  kLinkDangling,    // leads nowhere
  kLinkLoop,        // to itself, to a folder that holds it, or over more than kMaxLinkHops links
  kFifo,
  kSocket,
  kDevice,       // block, character, or a type this program does not know
  kUnreadable,   // permission, I/O error, vanished while walking
  kBadName,      // control character, backslash, invalid UTF-8, or a file "-" at the top (sha256sum reads it as stdin)
  kNameTooLong,  // path over kMaxPathBytes
  kTooDeep,
  kTooLarge,           // file over WalkLimits::max_file_bytes
  kTooMany,            // entries or path bytes; the walk stopped there
  kSeveralModels,      // a hub cache that holds more than one revision or repository: nobody said which
  kMountCrossing,      // note: a folder lies on another file system
  kHardLink,           // note: the file has other names, possibly outside the root
  kCaseCollision,      // note: another path differs in letter case alone
  kNormalizationTwin,  // note: another path differs in Unicode composition alone
  kBidiName,           // note: bidirectional controls make the name look like another
};

// Lower-case id: "link_leaves_root", ...
std::string_view ProblemKindName(ProblemKind kind);

// True for the kinds that leave the model without a digest (DESIGN section 4).
bool IsBlocking(ProblemKind kind);

struct Problem {
  ProblemKind kind = ProblemKind::kUnreadable;
  std::string path;     // relative to the model directory, made printable (base/utf8.h, Printable): never raw bytes
  std::string message;  // one line, printable: what, and what to do
};

// A folder of the hub's cache tells which repository and revision it holds.
struct HubSnapshot {
  std::string repository;  // "ORG/NAME", or "NAME" for those without an organisation
  std::string revision;    // name of the folder under snapshots/, usually a commit of 40 hexadecimal digits
};

// Result of a walk. Files are in bytewise order of their paths, problems in order of path and kind.
struct Listing {
  bool single_file = false;
  std::vector<FileEntry> files;
  uint64_t total_bytes = 0;
  std::vector<std::string>
      ignored;  // pruned paths that exist, of DESIGN section 4: ".git", ".cache/huggingface", ".weighbridge"
  std::vector<Problem> problems;  // at most kMaxProblemsShown blocking ones and as many notes
  size_t problems_omitted = 0;    // those beyond
  bool blocked = false;           // at least one blocking problem, shown or omitted: no model digest, UNDECIDED
  std::optional<HubSnapshot> hub;
  // Commits named by .cache/huggingface/download/**.metadata of a local download, sorted, at most 16. Information only:
  // the folder is pruned, and anyone can write there.
  std::vector<std::string> download_revisions;
};

// Pruned below the folder of a model, whatever stands there (DESIGN section 4).
inline constexpr std::string_view kPrunedPaths[] = {".cache/huggingface", ".git", ".weighbridge"};

inline constexpr size_t kMaxPathBytes = 4095;  // Linux PATH_MAX without its NUL; below the containment root
inline constexpr size_t kMaxNameBytes = 255;   // NAME_MAX
inline constexpr int kMaxLinkHops = 40;        // as the kernel's MAXSYMLINKS
inline constexpr size_t kMaxProblemsShown = 1000;

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_LISTING_H_
