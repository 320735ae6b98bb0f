#include "services/crypto/sha256.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

#include "services/base/hex.h"

namespace weighbridge {
namespace {

void Check(int ok) {
  if (ok == 1) return;
  std::fputs("weighbridge: OpenSSL cannot compute SHA-256\n", stderr);
  std::abort();
}

// Fetched once: EVP_sha256() is looked up again for each hash, which costs more than hashing a short text.
const EVP_MD* Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Check(algorithm != nullptr);
  return algorithm;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() {
    Check(evp != nullptr);
    Check(EVP_DigestInit_ex(evp, Algorithm(), nullptr));
  }
  ~Context() { EVP_MD_CTX_free(evp); }
};

std::string ToHex(const Sha256Digest& digest) { return HexEncode(digest.data(), digest.size()); }

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::Update(const void* data, size_t size) { Check(EVP_DigestUpdate(context_->evp, data, size)); }

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  Check(EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr));
  Check(EVP_DigestInit_ex(context_->evp, Algorithm(), nullptr));
  return digest;
}

Sha256Digest Sha256Of(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::string Sha256Hex(std::string_view bytes) { return ToHex(Sha256Of(bytes)); }

}  // namespace weighbridge
