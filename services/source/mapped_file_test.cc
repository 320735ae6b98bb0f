// What is mapped is believed: only files that nobody else can change are.
#include "services/source/mapped_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/source/temp_tree.h"

namespace weighbridge::source {
namespace {

constexpr size_t kLimit = 1000;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(MappedFileTest, WhatIsWrittenIsMapped) {
  TempTree tree;
  const std::string path = tree.At("new/folder/file.index");
  ASSERT_TRUE(WriteWhole(path, "first").ok());
  const auto first = MappedFile::Open(path, kLimit);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)->bytes(), "first");
  // Another file over it: who has mapped the first one keeps it.
  ASSERT_TRUE(WriteWhole(path, "second, longer").ok());
  EXPECT_EQ((*first)->bytes(), "first");
  EXPECT_EQ(Read(path), "second, longer");
}

TEST(MappedFileTest, OthersCannotWriteWhateverTheUmaskIs) {
  TempTree tree;
  const mode_t before = umask(0);
  const absl::Status written = WriteWhole(tree.At("x"), "bytes");
  umask(before);
  ASSERT_TRUE(written.ok()) << written;
  struct stat info = {};
  ASSERT_EQ(stat(tree.At("x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0644u);
}

TEST(MappedFileTest, RefusesWhatCannotBeBelieved) {
  TempTree tree;
  tree.File("group", "x");
  chmod(tree.At("group").c_str(), 0664);
  tree.File("others", "x");
  chmod(tree.At("others").c_str(), 0646);
  tree.File("empty", "");
  tree.File("large", std::string(kLimit + 1, 'x'));
  tree.Folder("folder");
  tree.Fifo("fifo");
  struct Case {
    const char* name;
    absl::StatusCode code;
  };
  for (const Case& test :
       {Case{"group", absl::StatusCode::kPermissionDenied}, Case{"others", absl::StatusCode::kPermissionDenied},
        Case{"empty", absl::StatusCode::kResourceExhausted}, Case{"large", absl::StatusCode::kResourceExhausted},
        Case{"folder", absl::StatusCode::kFailedPrecondition}, Case{"fifo", absl::StatusCode::kFailedPrecondition},
        Case{"missing", absl::StatusCode::kNotFound}}) {
    EXPECT_EQ(MappedFile::Open(tree.At(test.name), kLimit).status().code(), test.code) << test.name;
  }
}

TEST(MappedFileTest, RefusesTheFileOfAnotherUser) {
  TempTree tree;
  tree.File("foreign", "x");
  if (chown(tree.At("foreign").c_str(), 12345, static_cast<gid_t>(-1)) != 0)
    GTEST_SKIP() << "only root can give files away";
  EXPECT_EQ(MappedFile::Open(tree.At("foreign"), kLimit).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(MappedFileTest, AFailedWriteLeavesTheOldFileAndNoOther) {
  TempTree tree;
  tree.Folder("folder/inside");  // a folder is not replaced by a file
  EXPECT_EQ(WriteWhole(tree.At("folder"), "bytes").code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(std::ifstream(tree.At("folder." + std::to_string(getpid()) + ".tmp")));
}

}  // namespace
}  // namespace weighbridge::source
