// Binding. Who may connect, and as whom, is tested with the whole server (tests/integration/daemon_transport_test).
#include "services/daemon/unix_listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::daemon {
namespace {

// A folder with a short name: a socket's path holds 107 bytes.
class UnixListenerTest : public testing::Test {
 protected:
  UnixListenerTest() {
    std::string name = "/tmp/weighbridge.XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  ~UnixListenerTest() override { std::filesystem::remove_all(dir_); }

  std::string At(const std::string& name) const { return dir_ + "/" + name; }

  static bool Connects(const std::string& path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    return connected;
  }

  // As a process leaves it that is killed.
  static void LeaveSocket(const std::string& path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(listen(fd, 1), 0);
    close(fd);
  }

  static mode_t ModeOf(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0);
    EXPECT_TRUE(S_ISSOCK(status.st_mode));
    return status.st_mode & 0777;
  }

  std::string dir_;
};

TEST_F(UnixListenerTest, ASocketForItsOwnerAlone) {
  const mode_t before = umask(0);
  const auto listener = UnixListener::Bind(At("socket"), {});
  const mode_t after = umask(before);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_EQ(ModeOf(At("socket")), 0600u);
  EXPECT_EQ(after, 0u) << "the mask of the process stays";
  EXPECT_TRUE(Connects(At("socket")));
}

// The mode lets others knock; the kernel's word on who they are decides.
TEST_F(UnixListenerTest, ASocketForOthersToo) {
  const auto listener = UnixListener::Bind(At("socket"), {1000});
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_EQ(ModeOf(At("socket")), 0666u);
}

TEST_F(UnixListenerTest, TheSocketGoesWithItsListener) {
  { ASSERT_TRUE(UnixListener::Bind(At("socket"), {}).ok()); }
  EXPECT_FALSE(std::filesystem::exists(At("socket")));
}

TEST_F(UnixListenerTest, OneThatNobodyListensOnIsReplaced) {
  LeaveSocket(At("socket"));
  ASSERT_FALSE(Connects(At("socket")));
  const auto listener = UnixListener::Bind(At("socket"), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(Connects(At("socket")));
}

TEST_F(UnixListenerTest, OneThatAnswersStays) {
  const auto first = UnixListener::Bind(At("socket"), {});
  ASSERT_TRUE(first.ok());
  const auto second = UnixListener::Bind(At("socket"), {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
  EXPECT_TRUE(Connects(At("socket"))) << "the first goes on";
}

TEST_F(UnixListenerTest, WhatIsNoSocketStays) {
  std::filesystem::create_directory(At("folder"));
  std::filesystem::create_symlink("nothing", At("link"));
  {
    const int fd = creat(At("file").c_str(), 0600);
    ASSERT_EQ(write(fd, "x", 1), 1);
    close(fd);
  }
  ASSERT_EQ(mkfifo(At("fifo").c_str(), 0600), 0);
  // A link is not followed, or it could be used to have a socket elsewhere taken away.
  LeaveSocket(At("left"));
  std::filesystem::create_symlink("left", At("link-to-left"));
  for (const std::string name : {"folder", "link", "file", "fifo", "link-to-left"}) {
    const auto listener = UnixListener::Bind(At(name), {});
    EXPECT_EQ(listener.status().code(), absl::StatusCode::kFailedPrecondition) << name << ": " << listener.status();
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::symlink_status(At(name)))) << name;
  }
  EXPECT_EQ(std::filesystem::file_size(At("file")), 1u);
}

TEST_F(UnixListenerTest, PathsThatCannotBeListenedOn) {
  struct Case {
    std::string path;
    absl::StatusCode code;
  };
  for (const Case& c : {Case{"", absl::StatusCode::kInvalidArgument},
                        {At(std::string(120, 'x')), absl::StatusCode::kInvalidArgument},
                        {At("no-such-folder/socket"), absl::StatusCode::kFailedPrecondition}}) {
    EXPECT_EQ(UnixListener::Bind(c.path, {}).status().code(), c.code) << c.path;
  }
}

TEST_F(UnixListenerTest, OnlyItsOwnConnectionsHaveUsers) {
  const auto listener = UnixListener::Bind(At("socket"), {});
  ASSERT_TRUE(listener.ok());
  for (const std::string peer : {"", "fd:", "fd:7", "fd:-1", "fd:0x7", "fd:99999999999999999999", "fd: 7",
                                 "ipv4:127.0.0.1:80", "unix:", "unix:/x"}) {
    EXPECT_FALSE((*listener)->UserOf(peer).has_value()) << peer;
  }
}

}  // namespace
}  // namespace weighbridge::daemon
