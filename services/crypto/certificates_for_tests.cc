#include "services/crypto/certificates_for_tests.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>

namespace weighbridge::testing_support {
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

PrivateKey NewKey() { return PrivateKey(EVP_EC_gen("P-256")); }

std::string TextIn(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return size > 0 ? std::string(bytes, static_cast<size_t>(size)) : "";
}

std::string PemOf(X509* certificate) {
  const Bio memory(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(memory.get(), certificate) == 1 ? TextIn(memory.get()) : "";
}

std::string PemOf(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr, const char* phrase = nullptr) {
  const Bio memory(BIO_new(BIO_s_mem()));
  const bool written =
      PEM_write_bio_PKCS8PrivateKey(memory.get(), key, cipher, nullptr, 0, nullptr, const_cast<char*>(phrase)) == 1;
  return written ? TextIn(memory.get()) : "";
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Everything but issuer, extensions and signature.
Certificate Draft(const std::string& name, EVP_PKEY* key, const Validity& validity) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), validity.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity.until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

struct CertificateAuthority::Material {
  PrivateKey key;
  Certificate certificate;

  IssuedCertificate Issue(const std::string& name, const std::string& other_names, const Validity& validity) const {
    const PrivateKey subject = NewKey();
    const Certificate issued = Draft(name, subject.get(), validity);
    X509_set_issuer_name(issued.get(), X509_get_subject_name(certificate.get()));
    AddExtension(issued.get(), certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    AddExtension(issued.get(), certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    if (!other_names.empty()) AddExtension(issued.get(), certificate.get(), NID_subject_alt_name, other_names);
    if (X509_sign(issued.get(), key.get(), EVP_sha256()) == 0) return {};
    return {PemOf(issued.get()), PemOf(subject.get())};
  }
};

CertificateAuthority::CertificateAuthority(const std::string& name) : material_(std::make_unique<Material>()) {
  material_->key = NewKey();
  material_->certificate = Draft(name, material_->key.get(), {});
  X509* own = material_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  AddExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (X509_sign(own, material_->key.get(), EVP_sha256()) > 0) certificate_ = PemOf(own);
}

CertificateAuthority::~CertificateAuthority() = default;

IssuedCertificate CertificateAuthority::Issue(const std::string& name, const Validity& validity) {
  return material_->Issue(name, "DNS:" + name + ",DNS:localhost,IP:127.0.0.1", validity);
}

IssuedCertificate CertificateAuthority::IssueForClient(const std::string& name, const Validity& validity) {
  return material_->Issue(name, "", validity);
}

std::string EncryptedKeyForTests() { return PemOf(NewKey().get(), EVP_aes_128_cbc(), "pass phrase"); }

}  // namespace weighbridge::testing_support
