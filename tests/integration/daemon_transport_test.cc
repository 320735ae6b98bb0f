// Who reaches weighbridged, and as whom: health, reflection, TLS, client certificates, the Unix socket, what it does
// not start with.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/server_service.pb.h"
#include "services/crypto/certificates_for_tests.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/served.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using absl::StatusCode;
using testing_support::CertificateAuthority;
using testing_support::IssuedCertificate;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
const char* const kServices[] = {"weighbridge.v1.AuditService", "weighbridge.v1.ModelService",
                                 "weighbridge.v1.LicenseService", "weighbridge.v1.ServerService"};

// HealthCheckRequest and -Response of gRPC's health protocol have one field each.
std::string HealthRequest(const std::string& service) {
  return service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
}
const std::string kServing = "\x08\x01";
const std::string kNotServing = "\x08\x02";

v1::ReloadConfigurationRequest ReloadRequest(const std::string& id = "change-1", const std::string& by = "operator") {
  v1::ReloadConfigurationRequest request;
  request.set_request_id(id);
  request.set_by(by);
  return request;
}

RawAnswer Reload(const RawCaller& caller, const v1::ReloadConfigurationRequest& request = ReloadRequest()) {
  v1::ServerInfo info;
  return Ask(caller, "ServerService/ReloadConfiguration", request, info);
}

StatusCode Reaches(const std::string& address, const RawTls& tls = {}) {
  v1::ServerInfo info;
  return Ask(RawCaller(address, tls), "ServerService/GetServerInfo", v1::GetServerInfoRequest(), info).code;
}

TEST(DaemonHealthTest, SaysThatItServesAltogetherAndEachService) {
  const auto daemon = Daemon::Start();
  ASSERT_NE(daemon, nullptr);
  for (const std::string& address : {daemon->address(), daemon->unix_address()}) {
    const RawCaller caller(address);
    for (const std::string service : {"", kServices[0], kServices[1], kServices[2], kServices[3]}) {
      const RawAnswer answer = caller.Call(kHealthCheck, {HealthRequest(service)});
      EXPECT_EQ(answer.code, StatusCode::kOk) << service;
      EXPECT_EQ(answer.messages, std::vector<std::string>{kServing}) << service;
    }
    EXPECT_EQ(caller.Call(kHealthCheck, {HealthRequest("weighbridge.v1.NoSuchService")}).code, StatusCode::kNotFound);
  }
}

// Who watches learns of the end before the connection is gone, and does not hold it up.
TEST(DaemonHealthTest, SaysThatItDoesNotServeWhenItStops) {
  DaemonOptions options;
  options.args = {"--drain-seconds", "3600"};
  const auto daemon = Daemon::Start(options);
  ASSERT_NE(daemon, nullptr);
  std::vector<std::string> words[2];
  std::atomic<int> serving{0};
  std::vector<std::thread> watchers;
  for (int w = 0; w < 2; ++w) {
    watchers.emplace_back([&, w] {
      RawOptions watch;
      watch.on_message = [&, w](const std::string& message) {
        words[w].push_back(message);
        if (message == kServing) ++serving;
      };
      RawCaller(daemon->address()).Call(kHealthWatch, {HealthRequest(w == 0 ? "" : kServices[0])}, watch);
    });
  }
  EXPECT_TRUE(WaitUntil([&] { return serving == 2; }));
  EXPECT_EQ(daemon->Terminate(), 0);
  for (std::thread& thread : watchers) thread.join();
  for (const auto& heard : words) EXPECT_EQ(heard, (std::vector<std::string>{kServing, kNotServing}));
}

TEST(DaemonReflectionTest, ListsTheServicesUnlessItIsTurnedOff) {
  // ServerReflectionRequest{list_services: "*"}
  const std::string list = "\x3a\x01*";
  const auto open = Daemon::Start();
  ASSERT_NE(open, nullptr);
  const RawAnswer answer = RawCaller(open->address()).Call(kReflection, {list});
  ASSERT_EQ(answer.code, StatusCode::kOk) << Describe(answer);
  ASSERT_EQ(answer.messages.size(), 1u);
  for (const std::string service : kServices) {
    EXPECT_NE(answer.messages[0].find(service), std::string::npos) << service;
  }
  DaemonOptions options;
  options.args = {"--no-reflection"};
  const auto closed = Daemon::Start(options);
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(RawCaller(closed->address()).Call(kReflection, {list}).code, StatusCode::kUnimplemented);
  EXPECT_EQ(Reaches(closed->address()), StatusCode::kOk);
}

class DaemonTlsTest : public testing::Test {
 protected:
  DaemonTlsTest() {
    Replace(authority_.Issue("server.example"));
    dir_.Write("ca.pem", authority_.certificate());
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    dir_.Write("model/README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
  }

  // As certificate managers do: each file by a rename.
  void Replace(const IssuedCertificate& issued) const {
    for (const auto& [name, bytes] :
         {std::pair<std::string, std::string>{"server.key", issued.key}, {"server.pem", issued.certificate}}) {
      std::filesystem::rename(dir_.Write("next", bytes), dir_.At(name));
    }
  }

  std::unique_ptr<Daemon> Start(bool with_client_ca) const {
    DaemonOptions options;
    options.args = {"--tls-cert", dir_.At("server.pem"), "--tls-key", dir_.At("server.key")};
    if (with_client_ca) options.args.insert(options.args.end(), {"--client-ca", dir_.At("ca.pem")});
    return Daemon::Start(options);
  }

  // What the program needs to show `client`.
  std::vector<std::string> Options(const std::string& address, const std::string& authority,
                                   const IssuedCertificate* client) const {
    std::vector<std::string> args = {"--server", address, "--server-ca", dir_.Write("believed.pem", authority)};
    if (client != nullptr) {
      args.insert(args.end(), {"--client-cert", dir_.Write("client.pem", client->certificate), "--client-key",
                               dir_.Write("client.key", client->key)});
    }
    return args;
  }

  ProcessResult Gate(const std::vector<std::string>& server) const {
    std::vector<std::string> args = {"--profile", dir_.At("profile.yaml")};
    args.insert(args.end(), server.begin(), server.end());
    return weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), args));
  }

  ProcessResult Doctor(const std::vector<std::string>& server) const {
    std::vector<std::string> args = {"doctor"};
    args.insert(args.end(), server.begin(), server.end());
    return weighbridge_.Run(args);
  }

  TempDir dir_;
  CertificateAuthority authority_{"authority"};
  CertificateAuthority stranger_{"stranger"};
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(DaemonTlsTest, ServesThoseWhoKnowItsAuthority) {
  const auto daemon = Start(false);
  ASSERT_NE(daemon, nullptr);
  const RawTls tls = {authority_.certificate(), "", ""};
  EXPECT_EQ(InfoOf(RawCaller(daemon->address(), tls)).principal(), "tls");
  EXPECT_EQ(Reaches(daemon->address(), {stranger_.certificate(), "", ""}), StatusCode::kUnavailable);
  EXPECT_EQ(Reaches(daemon->address()), StatusCode::kUnavailable) << "without TLS";
  EXPECT_EQ(Reaches(daemon->unix_address()), StatusCode::kOk) << "the kernel vouches for the socket";
  // Nobody proved who it is.
  const RawAnswer refused = Reload(RawCaller(daemon->address(), tls));
  EXPECT_EQ(refused.code, StatusCode::kPermissionDenied) << Describe(refused);
  EXPECT_EQ(refused.detail.reason(), v1::ErrorReason::MUTATION_NOT_SERVED_HERE);

  const ProcessResult right = Gate(Options(daemon->address(), authority_.certificate(), nullptr));
  EXPECT_EQ(right.exit_code, 0) << Describe(right);
  EXPECT_EQ(ParseGate(right.out).measured_by(), "client");
  const ProcessResult wrong = Gate(Options(daemon->address(), stranger_.certificate(), nullptr));
  EXPECT_EQ(wrong.exit_code, 3) << Describe(wrong);
  EXPECT_EQ(wrong.out, "");
  const ProcessResult plain = Gate({"--server", daemon->address()});
  EXPECT_EQ(plain.exit_code, 3) << Describe(plain);
  EXPECT_EQ(plain.out, "");
}

TEST_F(DaemonTlsTest, AClientTakesNoCertificateThatIsNotTheServers) {
  struct Case {
    std::string name;
    IssuedCertificate certificate;
  };
  for (const Case& c : {Case{"of another authority", stranger_.Issue("server.example")},
                        {"expired", authority_.Issue("server.example", {-7200, -3600})},
                        {"not good yet", authority_.Issue("server.example", {3600, 7200})},
                        {"for another name", authority_.IssueForClient("elsewhere.example")}}) {
    SCOPED_TRACE(c.name);
    Replace(c.certificate);
    const auto daemon = Start(false);
    ASSERT_NE(daemon, nullptr);
    EXPECT_EQ(Reaches(daemon->address(), {authority_.certificate(), "", ""}), StatusCode::kUnavailable);
    const ProcessResult doctor = Doctor(Options(daemon->address(), authority_.certificate(), nullptr));
    EXPECT_EQ(doctor.exit_code, 3) << Describe(doctor);
  }
}

TEST_F(DaemonTlsTest, WithAClientAuthorityOnlyItsClientsAreServed) {
  const auto daemon = Start(true);
  ASSERT_NE(daemon, nullptr);
  const std::string& ca = authority_.certificate();
  const IssuedCertificate robot = authority_.IssueForClient("robot");
  const RawTls tls = {ca, robot.certificate, robot.key};
  const v1::ServerInfo info = InfoOf(RawCaller(daemon->address(), tls));
  EXPECT_EQ(info.principal(), "mtls:robot");
  EXPECT_TRUE(info.may_mutate());
  EXPECT_EQ(Reload(RawCaller(daemon->address(), tls)).code, StatusCode::kOk);
  const auto asked = LinesWith(daemon->Log(), "reload asked for");
  ASSERT_EQ(asked.size(), 1u) << daemon->Log();
  EXPECT_EQ(FieldOf(asked[0], "principal"), "mtls:robot");
  EXPECT_EQ(FieldOf(asked[0], "by"), "operator");
  EXPECT_EQ(FieldOf(asked[0], "request_id"), "change-1");
  EXPECT_EQ(LinesWith(daemon->Log(), "call", "request_id", "change-1").size(), 1u);

  const ProcessResult right = Gate(Options(daemon->address(), ca, &robot));
  EXPECT_EQ(right.exit_code, 0) << Describe(right);
  const ProcessResult doctor = Doctor(Options(daemon->address(), ca, &robot));
  EXPECT_EQ(doctor.exit_code, 0) << Describe(doctor);
  EXPECT_NE(doctor.out.find("you are mtls:robot, and may call mutations"), std::string::npos) << doctor.out;

  struct Case {
    std::string name;
    std::string authority;
    IssuedCertificate client;
  };
  for (const Case& c :
       {Case{"no certificate", ca, {}},
        {"of another authority", ca, stranger_.IssueForClient("robot")},
        {"expired", ca, authority_.IssueForClient("robot", {-7200, -3600})},
        {"not good yet", ca, authority_.IssueForClient("robot", {3600, 7200})},
        {"certificate without its key", ca, {robot.certificate, authority_.IssueForClient("robot").key}},
        {"wrong authority of the server", stranger_.certificate(), robot}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Reaches(daemon->address(), {c.authority, c.client.certificate, c.client.key}), StatusCode::kUnavailable);
    const ProcessResult gate =
        Gate(Options(daemon->address(), c.authority, c.client.key.empty() ? nullptr : &c.client));
    EXPECT_EQ(gate.exit_code, 3) << Describe(gate);
    EXPECT_EQ(gate.out, "");
  }
  EXPECT_EQ(Reaches(daemon->address()), StatusCode::kUnavailable) << "without TLS";
  EXPECT_EQ(Reaches(daemon->address(), tls), StatusCode::kOk) << "and goes on serving";
}

// A name of a certificate is the client's own word as far as its bytes go.
TEST_F(DaemonTlsTest, ANameInACertificateForgesNoLine) {
  const auto daemon = Start(true);
  ASSERT_NE(daemon, nullptr);
  const std::string name = "x\n{\"time\":\"t\",\"level\":\"info\",\"event\":\"forged\"}";
  const IssuedCertificate hostile = authority_.IssueForClient(name);
  const RawTls tls = {authority_.certificate(), hostile.certificate, hostile.key};
  const v1::ServerInfo info = InfoOf(RawCaller(daemon->address(), tls));
  EXPECT_EQ(info.principal().find('\n'), std::string::npos) << info.principal();
  EXPECT_EQ(Reload(RawCaller(daemon->address(), tls)).code, StatusCode::kOk);
  EXPECT_TRUE(LinesWith(daemon->Log(), "forged").empty());
  const auto asked = LinesWith(daemon->Log(), "reload asked for");
  ASSERT_EQ(asked.size(), 1u) << daemon->Log();
  EXPECT_EQ(FieldOf(asked[0], "principal").rfind("mtls:x", 0), 0u) << FieldOf(asked[0], "principal");
}

TEST_F(DaemonTlsTest, NewCertificatesAreTakenWithoutARestart) {
  const auto daemon = Start(true);
  ASSERT_NE(daemon, nullptr);
  const IssuedCertificate robot = authority_.IssueForClient("robot");
  const RawTls old_way = {authority_.certificate(), robot.certificate, robot.key};
  const RawCaller before(daemon->address(), old_way);
  EXPECT_EQ(InfoOf(before).principal(), "mtls:robot");

  // Another authority for the server's certificate: only who believes that one gets through now.
  Replace(stranger_.Issue("server.example"));
  const RawTls new_way = {stranger_.certificate(), robot.certificate, robot.key};
  EXPECT_TRUE(WaitUntil([&] { return Reaches(daemon->address(), new_way) == StatusCode::kOk; })) << daemon->Log();
  EXPECT_EQ(Reaches(daemon->address(), old_way), StatusCode::kUnavailable);
  EXPECT_EQ(InfoOf(before).principal(), "mtls:robot") << "a connection that stands goes on";

  // Another authority for clients.
  std::filesystem::rename(dir_.Write("next", stranger_.certificate()), dir_.At("ca.pem"));
  const IssuedCertificate other = stranger_.IssueForClient("other");
  const RawTls other_way = {stranger_.certificate(), other.certificate, other.key};
  EXPECT_TRUE(WaitUntil([&] { return Reaches(daemon->address(), other_way) == StatusCode::kOk; })) << daemon->Log();
  EXPECT_EQ(Reaches(daemon->address(), new_way), StatusCode::kUnavailable);
}

// A certificate whose key is not there yet serves nobody, and the operator sees it; with the key all is well without a
// restart.
TEST_F(DaemonTlsTest, ACertificateWithoutItsKeyServesNobody) {
  const auto daemon = Start(false);
  ASSERT_NE(daemon, nullptr);
  const IssuedCertificate next = stranger_.Issue("server.example");
  const RawTls old_way = {authority_.certificate(), "", ""}, new_way = {stranger_.certificate(), "", ""};
  std::filesystem::rename(dir_.Write("next", next.certificate), dir_.At("server.pem"));
  EXPECT_TRUE(
      WaitUntil([&] { return !LinesWith(daemon->Log(), "configuration refused, the one before stays").empty(); }));
  EXPECT_EQ(Reaches(daemon->address(), new_way), StatusCode::kUnavailable);
  const RawCaller local(daemon->unix_address());
  EXPECT_NE(InfoOf(local).last_reload_error().find("server.key"), std::string::npos)
      << InfoOf(local).last_reload_error();
  const ProcessResult doctor = Doctor({"--server", daemon->unix_address()});
  EXPECT_EQ(doctor.exit_code, 3) << Describe(doctor);
  EXPECT_NE(doctor.out.find("its last reload was refused"), std::string::npos) << Describe(doctor);

  std::filesystem::rename(dir_.Write("next", next.key), dir_.At("server.key"));
  EXPECT_TRUE(WaitUntil([&] { return Reaches(daemon->address(), new_way) == StatusCode::kOk; })) << daemon->Log();
  EXPECT_TRUE(WaitUntil([&] { return InfoOf(local).last_reload_error().empty(); }));
  EXPECT_EQ(Reaches(daemon->address(), old_way), StatusCode::kUnavailable);
}

TEST(DaemonPrincipalTest, MutationsNeedAProof) {
  const auto daemon = Daemon::Start();
  ASSERT_NE(daemon, nullptr);
  const RawCaller plain(daemon->address()), local(daemon->unix_address());
  const std::string user = "unix:uid=" + std::to_string(geteuid());
  EXPECT_EQ(InfoOf(plain).principal(), "plain");
  EXPECT_FALSE(InfoOf(plain).may_mutate());
  EXPECT_EQ(InfoOf(local).principal(), user);
  EXPECT_TRUE(InfoOf(local).may_mutate());

  const RawAnswer refused = Reload(plain);
  EXPECT_EQ(refused.code, StatusCode::kPermissionDenied) << Describe(refused);
  EXPECT_TRUE(refused.has_detail);
  EXPECT_EQ(refused.detail.reason(), v1::ErrorReason::MUTATION_NOT_SERVED_HERE);
  EXPECT_TRUE(LinesWith(daemon->Log(), "configuration loaded").empty());
  EXPECT_EQ(LinesWith(daemon->Log(), "call", "code", "PERMISSION_DENIED").size(), 1u);
  EXPECT_EQ(FieldOf(LinesWith(daemon->Log(), "call", "code", "PERMISSION_DENIED")[0], "principal"), "plain");

  EXPECT_EQ(Reload(local).code, StatusCode::kOk);
  ASSERT_EQ(LinesWith(daemon->Log(), "reload asked for").size(), 1u);
  EXPECT_EQ(FieldOf(LinesWith(daemon->Log(), "reload asked for")[0], "principal"), user);
  EXPECT_EQ(LinesWith(daemon->Log(), "configuration loaded", "why", "asked for").size(), 1u);

  for (const auto& [id, by, field] : {std::tuple<std::string, std::string, std::string>{"", "me", "request_id"},
                                      {"id", "", "by"},
                                      {"new\nline", "me", "request_id"},
                                      {std::string(65, 'x'), "me", "request_id"},
                                      {"id", std::string(513, 'x'), "by"}}) {
    const RawAnswer wrong = Reload(local, ReloadRequest(id, by));
    EXPECT_EQ(wrong.code, StatusCode::kInvalidArgument) << Describe(wrong);
    EXPECT_EQ(wrong.detail.field(), field);
  }
  const std::string forged = "me\"}\n{\"time\":\"t\",\"level\":\"info\",\"event\":\"forged\"}";
  EXPECT_EQ(Reload(local, ReloadRequest("change-2", forged)).code, StatusCode::kOk);
  EXPECT_TRUE(LinesWith(daemon->Log(), "forged").empty());
}

// What a user of the machine meets at the socket. Runs in a child that is that user.
enum class Met { kNoPermission = 10, kTurnedAway = 11, kServed = 12, kCannotBecome = 13, kNothing = 14 };

Met KnockAs(uid_t uid, const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const pid_t child = fork();
  if (child == 0) {
    if (setresuid(uid, uid, uid) != 0) _exit(static_cast<int>(Met::kCannotBecome));
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      _exit(static_cast<int>(Met::kNoPermission));
    }
    // A server of HTTP/2 speaks first; one that turns away closes.
    char byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    _exit(static_cast<int>(got == 1                          ? Met::kServed
                           : got == 0 || errno == ECONNRESET ? Met::kTurnedAway
                                                             : Met::kNothing));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<Met>(WEXITSTATUS(status)) : Met::kNothing;
}

TEST(DaemonPrincipalTest, ForeignUsersAreTurnedAwayAtTheSocket) {
  constexpr uid_t kInvited = 54321, kForeign = 54322;
  if (geteuid() != 0 || KnockAs(kForeign, "/nothing") == Met::kCannotBecome) {
    GTEST_SKIP() << "cannot become another user here: needs root, outside a sandbox with one user";
  }
  DaemonOptions options;
  options.args = {"--socket-uid", std::to_string(kInvited)};
  const auto open = Daemon::Start(options), closed = Daemon::Start();
  ASSERT_NE(open, nullptr);
  ASSERT_NE(closed, nullptr);
  for (const Daemon* daemon : {open.get(), closed.get()}) {
    const std::string folder = daemon->unix_address().substr(5, daemon->unix_address().rfind('/') - 5);
    ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  }
  EXPECT_EQ(KnockAs(kInvited, open->unix_address().substr(5)), Met::kServed);
  EXPECT_EQ(KnockAs(0, open->unix_address().substr(5)), Met::kServed);
  EXPECT_EQ(KnockAs(kForeign, open->unix_address().substr(5)), Met::kTurnedAway);
  const auto refused = LinesWith(open->Log(), "unix connection refused");
  ASSERT_EQ(refused.size(), 1u) << open->Log();
  EXPECT_EQ(FieldOf(refused[0], "uid"), std::to_string(kForeign));
  EXPECT_EQ(KnockAs(kForeign, closed->unix_address().substr(5)), Met::kNoPermission);
  EXPECT_EQ(KnockAs(kInvited, closed->unix_address().substr(5)), Met::kNoPermission);
}

TEST(DaemonDoctorTest, TellsAHealthyServerFromNone) {
  const TempDir dir;
  const Weighbridge weighbridge(dir.At("data"));
  DaemonOptions options;
  options.scan_roots = {dir.Folder("models")};
  const auto daemon = Daemon::Start(options);
  ASSERT_NE(daemon, nullptr);
  for (const std::string& address : {daemon->address(), daemon->unix_address()}) {
    const ProcessResult healthy = weighbridge.Run({"doctor", "--server", address});
    EXPECT_EQ(healthy.exit_code, 0) << Describe(healthy);
    for (const std::string said : {"its database answers", "scan roots: models", address.c_str()}) {
      EXPECT_NE(healthy.out.find(said), std::string::npos) << said << " in " << healthy.out;
    }
    EXPECT_EQ(healthy.out.find("BAD"), std::string::npos) << healthy.out;
  }
  EXPECT_EQ(daemon->Terminate(), 0);
  for (const std::string& address : {daemon->address(), daemon->unix_address()}) {
    const ProcessResult gone = weighbridge.Run({"doctor", "--server", address});
    EXPECT_EQ(gone.exit_code, 3) << Describe(gone);
    EXPECT_EQ(gone.out, "");
    EXPECT_NE(gone.err.find(address), std::string::npos) << gone.err;
  }
}

// What it must not serve with. No case may bind anything beyond loopback, not even for a moment.
TEST(DaemonStartTest, RefusesToStartAndSaysWhy) {
  const TempDir dir;
  CertificateAuthority authority("authority");
  const IssuedCertificate server = authority.Issue("server");
  const std::string cert = dir.Write("server.pem", server.certificate), key = dir.Write("server.key", server.key);
  const std::string db = dir.At("w.db"), loopback = "127.0.0.1:0";
  dir.Write("words.db", std::string(5000, 'x'));
  for (const std::string name : {"cut.db", "read-only.db"}) {
    DaemonOptions options;
    options.db = dir.At(name);
    const auto daemon = Daemon::Start(options);
    ASSERT_NE(daemon, nullptr);
    ASSERT_EQ(daemon->Terminate(), 0);
  }
  std::filesystem::resize_file(dir.At("cut.db"), std::filesystem::file_size(dir.At("cut.db")) / 2);
  ASSERT_EQ(chmod(dir.At("read-only.db").c_str(), 0444), 0);
  dir.Write("policy.yaml", "no_such_name: 1\n");
  dir.Write("rules/families/x.textproto", "nonsense\n");
  dir.Write("file", "x");
  struct Case {
    std::string name;
    std::vector<std::string> args;
    int exit_code;
    std::string said;
  };
  const std::vector<Case> cases = {
      {"NoArguments", {}, 2, "--listen"},
      {"NoAddress", {"--db", db}, 2, "--listen"},
      {"NoDatabase", {"--listen", loopback}, 2, "--db"},
      {"UnknownOption", {"--listen", loopback, "--db", db, "--lisen", "x"}, 2, "--lisen"},
      {"AddressThatIsNone", {"--listen", "loopback", "--db", db, "--create-db"}, 2, "HOST:PORT"},
      {"BeyondLoopbackWithoutTls", {"--listen", "0.0.0.0:0", "--db", db, "--create-db"}, 2, "only with TLS"},
      {"BeyondLoopbackV6WithoutTls", {"--listen", "[::]:0", "--db", db, "--create-db"}, 2, "only with TLS"},
      {"NameBeyondLoopbackWithoutTls",
       {"--listen", "weighbridge.example:0", "--db", db, "--create-db"},
       2,
       "only with TLS"},
      {"MetricsBeyondLoopback",
       {"--listen", loopback, "--db", db, "--create-db", "--metrics-listen", "0.0.0.0:0"},
       2,
       "--metrics-listen"},
      {"CertificateWithoutKey", {"--listen", loopback, "--db", db, "--create-db", "--tls-cert", cert}, 2, "--tls-key"},
      {"ClientAuthorityWithoutCertificate",
       {"--listen", loopback, "--db", db, "--create-db", "--client-ca", cert},
       2,
       "--client-ca"},
      {"MissingCertificate",
       {"--listen", loopback, "--db", db, "--create-db", "--tls-cert", dir.At("none.pem"), "--tls-key", key},
       2,
       "none.pem"},
      {"KeyOfAnother",
       {"--listen", loopback, "--db", db, "--create-db", "--tls-cert", cert, "--tls-key",
        dir.Write("other.key", authority.Issue("other").key)},
       2,
       "other.key"},
      {"BrokenPolicy",
       {"--listen", loopback, "--db", db, "--create-db", "--policy", dir.At("policy.yaml")},
       2,
       "policy.yaml:1"},
      {"BrokenRules",
       {"--listen", loopback, "--db", db, "--create-db", "--rules", dir.At("rules")},
       2,
       "x.textproto:1"},
      {"MissingRules", {"--listen", loopback, "--db", db, "--create-db", "--rules", dir.At("none")}, 2, "none"},
      {"MissingScanRoot", {"--listen", loopback, "--db", db, "--create-db", "--scan-root", dir.At("none")}, 2, "none"},
      {"ScanRootThatIsAFile",
       {"--listen", loopback, "--db", db, "--create-db", "--scan-root", dir.At("file")},
       2,
       "file"},
      {"TwoSockets", {"--listen", "unix:a", "--listen", "unix:b", "--db", db, "--create-db"}, 2, "one Unix socket"},
      {"SocketWithALongName",
       {"--listen", "unix:" + std::string(200, 'x'), "--db", db, "--create-db"},
       2,
       "socket path"},
      {"NoAudits", {"--listen", loopback, "--db", db, "--create-db", "--audits", "0"}, 2, "--audits"},
      {"FileAtTheSocket", {"--listen", "unix:file", "--db", db, "--create-db"}, 3, "no socket"},
      {"MissingDatabase", {"--listen", loopback, "--db", dir.At("missing.db")}, 3, "missing.db"},
      {"MissingFolderOfTheDatabase", {"--listen", loopback, "--db", dir.At("no/w.db"), "--create-db"}, 3, "no/w.db"},
      {"DatabaseThatIsAFolder", {"--listen", loopback, "--db", dir.path(), "--create-db"}, 3, dir.path()},
      {"DatabaseOfWords", {"--listen", loopback, "--db", dir.At("words.db"), "--create-db"}, 4, "words.db"},
      {"DatabaseThatWasCut", {"--listen", loopback, "--db", dir.At("cut.db"), "--create-db"}, 4, "cut.db"},
      {"DatabaseThatCannotBeWritten",
       {"--listen", loopback, "--db", dir.At("read-only.db"), "--create-db"},
       3,
       "read-only.db"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ProcessOptions options;
    options.args = c.args;
    options.cwd = dir.path();
    options.rights = ProcessOptions::Rights::kOrdinary;
    const ProcessResult result =
        testing_support::RunProcess(testing_support::Runfile("services/daemon/weighbridged"), options);
    EXPECT_EQ(result.exit_code, c.exit_code) << Describe(result);
    EXPECT_EQ(result.out, "") << "never says that it listens";
    EXPECT_NE(result.err.find(c.said), std::string::npos) << Describe(result);
  }
  EXPECT_FALSE(std::filesystem::exists(dir.At("missing.db"))) << "nothing is made without --create-db";
  EXPECT_EQ(std::filesystem::file_size(dir.At("file")), 1u);
}

TEST(DaemonStartTest, TwoServersDoNotShareAnAddress) {
  const TempDir dir;
  const auto first = Daemon::Start();
  ASSERT_NE(first, nullptr);
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"--listen", first->address(), "--db", dir.At("other.db"), "--create-db"},
           {"--listen", first->unix_address(), "--db", dir.At("other.db"), "--create-db"},
           {"--listen", first->address(), "--db", first->database()},
           {"--listen", "127.0.0.1:0", "--metrics-listen", first->metrics_address(), "--db", dir.At("other.db"),
            "--create-db"}}) {
    ProcessOptions options;
    options.args = args;
    const ProcessResult second =
        testing_support::RunProcess(testing_support::Runfile("services/daemon/weighbridged"), options);
    EXPECT_EQ(second.exit_code, 3) << args[1] << Describe(second);
    EXPECT_EQ(second.out, "");
  }
  EXPECT_EQ(Reaches(first->address()), StatusCode::kOk);
  EXPECT_EQ(Reaches(first->unix_address()), StatusCode::kOk) << "and the first goes on";
}

TEST(DaemonStartTest, ASocketLeftByAKilledServerIsTakenOver) {
  const TempDir dir;
  const auto first = Daemon::Start();
  ASSERT_NE(first, nullptr);
  first->Kill();
  ASSERT_TRUE(std::filesystem::exists(first->unix_address().substr(5)));
  // The fixture gives a socket of its own, so this is the shell's.
  ProcessOptions plain;
  plain.args = {"-c",
                "\"$0\" --listen \"$1\" --db \"$2\" --create-db >\"$3\" & pid=$!; while ! grep -q listening \"$3\"; do "
                "kill -0 $pid || exit 9; done; kill -TERM $pid; wait $pid",
                testing_support::Runfile("services/daemon/weighbridged"),
                first->unix_address(),
                dir.At("w.db"),
                dir.At("out")};
  const ProcessResult result = testing_support::RunProcess("/bin/sh", plain);
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_FALSE(std::filesystem::exists(first->unix_address().substr(5))) << "it takes its socket away when it ends";
}

}  // namespace
}  // namespace weighbridge::integration
