#include "services/daemon/addresses.h"

#include <string>

#include "gtest/gtest.h"

namespace weighbridge::daemon {
namespace {

TEST(AddressesTest, TakesHostsNumbersAndSockets) {
  struct Case {
    std::string text, unix_path, host;
    int port;
    bool loopback;
    std::string target;  // with the port 7
  };
  for (const Case& c : {
           Case{"127.0.0.1:0", "", "127.0.0.1", 0, true, "127.0.0.1:7"},
           {"127.255.3.4:65535", "", "127.255.3.4", 65535, true, "127.255.3.4:7"},
           {"localhost:80", "", "localhost", 80, true, "localhost:7"},
           {"[::1]:80", "", "::1", 80, true, "[::1]:7"},
           {"[0:0:0:0:0:0:0:1]:80", "", "0:0:0:0:0:0:0:1", 80, true, "[0:0:0:0:0:0:0:1]:7"},
           {"unix:/run/w.sock", "/run/w.sock", "", 0, false, ""},
           {"unix:w.sock", "w.sock", "", 0, false, ""},
           // Everything that is not surely loopback is taken for the world.
           {"0.0.0.0:80", "", "0.0.0.0", 80, false, "0.0.0.0:7"},
           {"[::]:80", "", "::", 80, false, "[::]:7"},
           {"[::ffff:127.0.0.1]:80", "", "::ffff:127.0.0.1", 80, false, "[::ffff:127.0.0.1]:7"},
           {"127.1:80", "", "127.1", 80, false, "127.1:7"},
           {"0177.0.0.1:80", "", "0177.0.0.1", 80, false, "0177.0.0.1:7"},
           {"2130706433:80", "", "2130706433", 80, false, "2130706433:7"},
           {"127.0.0.1.example.org:80", "", "127.0.0.1.example.org", 80, false, "127.0.0.1.example.org:7"},
           {"localhost.example.org:80", "", "localhost.example.org", 80, false, "localhost.example.org:7"},
           {"LOCALHOST:80", "", "LOCALHOST", 80, false, "LOCALHOST:7"},
           {"128.0.0.1:80", "", "128.0.0.1", 80, false, "128.0.0.1:7"},
           {"[::2]:80", "", "::2", 80, false, "[::2]:7"},
           {"weighbridge.example.org:443", "", "weighbridge.example.org", 443, false, "weighbridge.example.org:7"},
       }) {
    SCOPED_TRACE(c.text);
    const auto address = ParseListenAddress(c.text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->unix_path, c.unix_path);
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(address->loopback, c.loopback);
    if (c.unix_path.empty()) {
      EXPECT_EQ(address->Target(7), c.target);
    }
  }
}

TEST(AddressesTest, RefusesWhatIsNoneAndNamesIt) {
  for (const std::string text : {"",
                                 ":",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 ":80",
                                 "127.0.0.1:x",
                                 "127.0.0.1:80x",
                                 "127.0.0.1: 80",
                                 "127.0.0.1:-1",
                                 "127.0.0.1:+1",
                                 "127.0.0.1:65536",
                                 "127.0.0.1:99999999999999999999",
                                 "127.0.0.1:0x50",
                                 "::1:80",
                                 "[::1]",
                                 "[::1]80",
                                 "[]:80",
                                 "[::1:80",
                                 "::1]:80",
                                 "[:80",
                                 "]:80",
                                 "[[::1]]:80",
                                 "unix:"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(std::string(address.status().message()).rfind(text + ": ", 0), 0u) << address.status();
  }
  const auto hostile = ParseListenAddress("a\n\x1b[31m");
  EXPECT_EQ(std::string(hostile.status().message()).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace weighbridge::daemon
