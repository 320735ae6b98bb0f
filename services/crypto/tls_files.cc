#include "services/crypto/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"

namespace weighbridge {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* value) const {
    Free(value);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// A key that is encrypted is refused: nobody is there to type a pass phrase.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::StatusOr<Certificate> FirstCertificate(const std::string& path) {
  const Bio file(BIO_new_file(path.c_str(), "r"));
  if (file == nullptr) return absl::InvalidArgumentError(absl::StrFormat("cannot read the certificate file %s", path));
  Certificate certificate(PEM_read_bio_X509(file.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) return absl::InvalidArgumentError(absl::StrFormat("no PEM certificate in %s", path));
  return certificate;
}

}  // namespace

absl::Status CheckTlsFiles(const std::string& cert, const std::string& key, const std::string& client_ca) {
  absl::StatusOr<Certificate> certificate = FirstCertificate(cert);
  if (!certificate.ok()) return certificate.status();
  const Bio file(BIO_new_file(key.c_str(), "r"));
  if (file == nullptr) return absl::InvalidArgumentError(absl::StrFormat("cannot read the key file %s", key));
  const PrivateKey private_key(PEM_read_bio_PrivateKey(file.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (private_key == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("no PEM private key without pass phrase in %s", key));
  }
  const bool fits = X509_check_private_key(certificate->get(), private_key.get()) == 1;
  ERR_clear_error();
  if (!fits)
    return absl::InvalidArgumentError(absl::StrFormat("%s is not the key of the certificate in %s", key, cert));
  if (client_ca.empty()) return absl::OkStatus();
  return FirstCertificate(client_ca).status();
}

}  // namespace weighbridge
