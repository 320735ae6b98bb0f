#include "services/crypto/tls_files.h"

#include <string>

#include "gtest/gtest.h"
#include "services/crypto/certificates_for_tests.h"
#include "tests/support/temp_dir.h"

namespace weighbridge {
namespace {

using testing_support::CertificateAuthority;
using testing_support::IssuedCertificate;
using testing_support::TempDir;

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() {
    dir_.Write("server.pem", server_.certificate);
    dir_.Write("server.key", server_.key);
    dir_.Write("ca.pem", authority_.certificate());
  }

  // "" if they fit, else what is wrong.
  std::string Fault(const std::string& cert, const std::string& key, const std::string& client_ca) const {
    const absl::Status status = CheckTlsFiles(dir_.At(cert), dir_.At(key), client_ca.empty() ? "" : dir_.At(client_ca));
    EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  }

  TempDir dir_;
  CertificateAuthority authority_{"authority"};
  const IssuedCertificate server_ = authority_.Issue("server");
};

TEST_F(TlsFilesTest, FilesThatFitTogether) {
  EXPECT_EQ(Fault("server.pem", "server.key", ""), "");
  EXPECT_EQ(Fault("server.pem", "server.key", "ca.pem"), "");
  // A chain: the first certificate is the server's.
  dir_.Write("chain.pem", server_.certificate + authority_.certificate());
  EXPECT_EQ(Fault("chain.pem", "server.key", ""), "");
  // Clients judge the time; a server that would not start helps nobody.
  const IssuedCertificate old = authority_.Issue("old", {-7200, -3600});
  dir_.Write("old.pem", old.certificate);
  dir_.Write("old.key", old.key);
  EXPECT_EQ(Fault("old.pem", "old.key", ""), "");
}

TEST_F(TlsFilesTest, FaultsNameTheFile) {
  dir_.Write("other.key", authority_.Issue("other").key);
  dir_.Write("backwards.pem", authority_.certificate() + server_.certificate);
  dir_.Write("empty", "");
  dir_.Write("words", "no PEM at all\n");
  dir_.Write("half.pem", server_.certificate.substr(0, server_.certificate.size() / 2));
  dir_.Write("half.key", server_.key.substr(0, server_.key.size() / 2));
  dir_.Write("encrypted.key", testing_support::EncryptedKeyForTests());
  dir_.Folder("folder");
  struct Case {
    std::string cert, key, client_ca, named;
  };
  for (const Case& c : {
           Case{"missing.pem", "server.key", "", "missing.pem"},
           {"server.pem", "missing.key", "", "missing.key"},
           {"server.pem", "server.key", "missing-ca.pem", "missing-ca.pem"},
           {"server.pem", "other.key", "", "other.key"},
           {"backwards.pem", "server.key", "", "backwards.pem"},
           {"server.key", "server.key", "", "server.key"},
           {"server.pem", "server.pem", "", "server.pem"},
           {"server.pem", "server.key", "server.key", "server.key"},
           {"empty", "server.key", "", "empty"},
           {"server.pem", "empty", "", "empty"},
           {"server.pem", "server.key", "empty", "empty"},
           {"words", "server.key", "", "words"},
           {"half.pem", "server.key", "", "half.pem"},
           {"server.pem", "half.key", "", "half.key"},
           {"server.pem", "encrypted.key", "", "encrypted.key"},
           {"folder", "server.key", "", "folder"},
           {"server.pem", "folder", "", "folder"},
       }) {
    const std::string fault = Fault(c.cert, c.key, c.client_ca);
    EXPECT_NE(fault.find(dir_.At(c.named)), std::string::npos)
        << c.cert << " " << c.key << " " << c.client_ca << ": \"" << fault << "\"";
  }
}

}  // namespace
}  // namespace weighbridge
