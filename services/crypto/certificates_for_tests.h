// Certificates and keys for tests of TLS: made when the test runs, good for nothing else.
#ifndef WEIGHBRIDGE_SERVICES_CRYPTO_CERTIFICATES_FOR_TESTS_H_
#define WEIGHBRIDGE_SERVICES_CRYPTO_CERTIFICATES_FOR_TESTS_H_

#include <memory>
#include <string>

namespace weighbridge::testing_support {

// Both PEM. Empty if OpenSSL fails, which no test outlives.
struct IssuedCertificate {
  std::string certificate;
  std::string key;
};

// When a certificate is good, in seconds from now.
struct Validity {
  long from = -3600;
  long until = 86400;
};

// Signs certificates with a P-256 key of its own. Not thread-safe.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name);
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // Its own certificate, PEM.
  const std::string& certificate() const { return certificate_; }

  // For `name`, and, so that it serves on loopback, for localhost and 127.0.0.1; for servers and clients.
  IssuedCertificate Issue(const std::string& name, const Validity& validity = {});
  // With `name` alone, as a client has it.
  IssuedCertificate IssueForClient(const std::string& name, const Validity& validity = {});

 private:
  struct Material;
  std::unique_ptr<Material> material_;
  std::string certificate_;
};

// The key in PEM, encrypted with a pass phrase.
std::string EncryptedKeyForTests();

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_SERVICES_CRYPTO_CERTIFICATES_FOR_TESTS_H_
