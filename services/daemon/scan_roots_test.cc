#include "services/daemon/scan_roots.h"

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::daemon {
namespace {

using absl::StatusCode;
using testing_support::TempDir;

class ScanRootsTest : public testing::Test {
 protected:
  ScanRootsTest() {
    base_ = *CanonicalRoot(dir_.path());
    dir_.Write("one/model/model.safetensors", "x");
    dir_.Write("one/hub/blobs/abc", "x");
    dir_.Folder("one/hub/snapshots/main");
    dir_.Link("../../blobs/abc", "one/hub/snapshots/main/model.safetensors");
    dir_.Write("two/other/model.gguf", "x");
    dir_.Write("outside/secret/key.pem", "x");
    dir_.Write("one-more/model.gguf", "x");  // begins like a root and is none
    dir_.Link("model", "one/link-in");
    dir_.Link("../two/other", "one/link-to-two");
    dir_.Link("../outside", "one/link-out");
    dir_.Link("../outside/secret/key.pem", "one/file-out");
    dir_.Link("../outside/nothing", "one/dangling-out");
    dir_.Link("nothing", "one/dangling-in");
    dir_.Link("loop", "one/loop");
    dir_.Link(base_ + "/outside", "one/absolute-out");
  }

  absl::StatusOr<std::string> Resolve(const std::string& path) const {
    return ResolveUnderRoots(path, "start.server_path", {base_ + "/one", base_ + "/two"});
  }
  absl::StatusOr<std::string> ResolveInOne(const std::string& path) const {
    return ResolveUnderRoots(path, "start.server_path", {base_ + "/one"});
  }

  TempDir dir_;
  std::string base_;
};

TEST_F(ScanRootsTest, InsideIsTaken) {
  struct Case {
    std::string path, resolved;
  };
  for (const Case& c : {
           Case{"/one", "/one"},
           {"/one/", "/one"},
           {"/one/model", "/one/model"},
           {"/two/other/model.gguf", "/two/other/model.gguf"},
           {"//one/./model//model.safetensors", "/one/model/model.safetensors"},
           {"/one/link-in", "/one/model"},
           {"/one/link-in/model.safetensors", "/one/model/model.safetensors"},
           {"/one/link-to-two", "/two/other"},
           // The name of the snapshot says what the file is; that of the blob says nothing.
           {"/one/hub/snapshots/main/model.safetensors", "/one/hub/snapshots/main/model.safetensors"},
       }) {
    const auto resolved = Resolve(base_ + c.path);
    ASSERT_TRUE(resolved.ok()) << c.path << ": " << resolved.status();
    EXPECT_EQ(*resolved, base_ + c.resolved) << c.path;
  }
}

TEST_F(ScanRootsTest, RelativeIsBelowTheOnlyRoot) {
  struct Case {
    std::string path, resolved;
  };
  for (const Case& c : {Case{"model", "/one/model"},
                        {"./model/", "/one/model"},
                        {".", "/one"},
                        {"link-in", "/one/model"},
                        {"hub/snapshots/main/model.safetensors", "/one/hub/snapshots/main/model.safetensors"}}) {
    const auto resolved = ResolveInOne(c.path);
    ASSERT_TRUE(resolved.ok()) << c.path << ": " << resolved.status();
    EXPECT_EQ(*resolved, base_ + c.resolved) << c.path;
  }
  EXPECT_EQ(Resolve("model").status().code(), StatusCode::kInvalidArgument) << "below which of the two?";
  EXPECT_EQ(ResolveInOne("link-to-two").status().code(), StatusCode::kPermissionDenied) << "two is no root here";
}

TEST_F(ScanRootsTest, WhatLeadsOutIsRefusedWhateverLiesThere) {
  std::string first;
  for (const std::string& path : {
           std::string("/etc/passwd"),
           std::string("/"),
           base_,
           base_ + "/outside",
           base_ + "/outside/nothing",
           base_ + "/one-more",
           base_ + "/one/../outside",
           base_ + "/one/../one/model",
           base_ + "/one/model/../../outside/nothing",
           base_ + "/one/..",
           base_ + "/one/link-out",
           base_ + "/one/link-out/secret",
           base_ + "/one/link-out/secret/key.pem",
           base_ + "/one/link-out/nothing",
           base_ + "/one/link-out/secret/nothing",
           base_ + "/one/link-out/nothing/deeper",
           base_ + "/one/link-out/secret/key.pem/deeper",
           base_ + "/one/link-out/secret/key.pem/deeper/still",
           base_ + "/one/absolute-out/secret",
           base_ + "/one/absolute-out/nothing/deeper",
           base_ + "/one/file-out",
           base_ + "/one/file-out/deeper",
           base_ + "/one/dangling-out",
           base_ + "/one/dangling-out/deeper",
           base_ + "/one/dangling-out/deeper/still",
           base_ + "/one/loop",
           base_ + "/one/loop/deeper/still",
       }) {
    const auto resolved = Resolve(path);
    ASSERT_FALSE(resolved.ok()) << path << " became " << *resolved;
    EXPECT_EQ(resolved.status().code(), StatusCode::kPermissionDenied) << path << ": " << resolved.status();
    // One and the same answer: else it would say what exists outside.
    if (first.empty()) first = std::string(resolved.status().message());
    EXPECT_EQ(std::string(resolved.status().message()), first) << path;
  }
}

TEST_F(ScanRootsTest, NothingInsideIsSaidToBeNothing) {
  for (const std::string path : {"/one/nothing", "/one/nothing/deeper/still", "/one/model/nothing", "/two/nothing",
                                 "/one/link-in/nothing", "/one/link-to-two/nothing/deeper",
                                 "/one/model/model.safetensors/deeper", "/one/model/model.safetensors/deeper/still"}) {
    const auto resolved = Resolve(base_ + path);
    EXPECT_EQ(resolved.status().code(), StatusCode::kNotFound) << path << ": " << resolved.status();
    EXPECT_EQ(std::string(resolved.status().message()), "start.server_path: nothing there");
  }
}

TEST_F(ScanRootsTest, MalformedIsSaidToBeMalformed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"empty", ""},
      {"nul", std::string("model\0/../x", 11)},
      {"newline", "model\nx"},
      {"escape", "\x1b[2J"},
      {"backslash", "model\\x"},
      {"malformed", "model\xff"},
      {"overlong dots", "\xc0\xae\xc0\xae/outside"},
      {"too long", base_ + "/one/" + std::string(4096, 'x')},
  };
  for (const auto& [name, path] : cases) {
    const auto resolved = ResolveInOne(path);
    EXPECT_EQ(resolved.status().code(), StatusCode::kInvalidArgument) << name << ": " << resolved.status();
    EXPECT_EQ(std::string(resolved.status().message()).rfind("start.server_path: ", 0), 0u) << name;
  }
}

TEST_F(ScanRootsTest, WithoutARootNoPathIsTaken) {
  EXPECT_EQ(ResolveUnderRoots(base_ + "/one/model", "f", {}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(ResolveUnderRoots("model", "f", {}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(ScanRootsTest, TheRootOfEverythingHoldsEverything) {
  const auto resolved = ResolveUnderRoots(base_ + "/outside/secret/key.pem", "f", {"/"});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(*resolved, base_ + "/outside/secret/key.pem");
  EXPECT_EQ(ResolveUnderRoots("/nothing-is-called-so", "f", {"/"}).status().code(), StatusCode::kNotFound);
}

TEST_F(ScanRootsTest, RootsAreFoldersWithoutLinks) {
  EXPECT_EQ(*CanonicalRoot(base_ + "/one/link-in/"), base_ + "/one/model");
  EXPECT_EQ(CanonicalRoot(base_ + "/nothing").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(CanonicalRoot(base_ + "/one/dangling-out").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(CanonicalRoot(base_ + "/outside/secret/key.pem").status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace weighbridge::daemon
