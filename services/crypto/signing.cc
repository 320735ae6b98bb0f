#include "services/crypto/signing.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "services/base/hex.h"
#include "services/crypto/sha256.h"

namespace weighbridge {
namespace {

// DER of SubjectPublicKeyInfo up to the key itself (RFC 8410).
constexpr uint8_t kSpkiPrefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;
using ContextPointer = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using BioPointer = std::unique_ptr<BIO, FreeBio>;

using RawKey = std::array<uint8_t, kEd25519PublicKeyBytes>;

// y coordinates of the points whose order divides 8, little-endian, without the sign of x.
constexpr std::string_view kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

// Whether the key is a canonical encoding of a point that is of large order, as far as that can be told without
// decoding.
bool IsSound(const RawKey& raw) {
  RawKey y = raw;
  y.back() &= 0x7f;
  // y >= 2^255 - 19 is another spelling of a smaller y.
  const bool not_reduced = y.back() == 0x7f &&
                           std::all_of(y.begin() + 1, y.end() - 1, [](uint8_t byte) { return byte == 0xff; }) &&
                           y.front() >= 0xed;
  if (not_reduced) return false;
  const std::string hex = HexEncode(y.data(), y.size());
  return std::find(std::begin(kSmallOrder), std::end(kSmallOrder), hex) == std::end(kSmallOrder);
}

// The text between the markers of one PEM block of that label, which is all there is but for white space.
bool IsOnePemBlock(std::string_view pem, std::string_view label) {
  if (pem.size() > kPemMaxBytes) return false;
  const auto trim = [](std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return std::string_view();
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
  };
  pem = trim(pem);
  const std::string head = "-----BEGIN " + std::string(label) + "-----";
  const std::string tail = "-----END " + std::string(label) + "-----";
  return pem.size() > head.size() + tail.size() && pem.substr(0, head.size()) == head &&
         pem.substr(pem.size() - tail.size()) == tail && pem.find("-----BEGIN", 1) == std::string_view::npos;
}

// A key of OpenSSL that must be Ed25519, with its raw public half.
bool RawOf(EVP_PKEY* key, RawKey& raw) {
  size_t size = raw.size();
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 &&
         EVP_PKEY_get_raw_public_key(key, raw.data(), &size) == 1 && size == raw.size();
}

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "weighbridge: OpenSSL cannot %s\n", what);
  std::abort();
}

}  // namespace

struct PublicKey::Handle {
  KeyPointer key;
};

absl::StatusOr<PublicKey> PublicKey::FromRaw(std::string_view raw) {
  if (raw.size() != kEd25519PublicKeyBytes) return absl::InvalidArgumentError("an Ed25519 public key has 32 bytes");
  PublicKey key;
  std::memcpy(key.raw_.data(), raw.data(), raw.size());
  if (!IsSound(key.raw_)) {
    return absl::InvalidArgumentError("this is no key that anybody can hold: a point of small order, or not reduced");
  }
  auto handle = std::make_shared<Handle>();
  handle->key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.raw_.data(), key.raw_.size()));
  if (handle->key == nullptr) return absl::InvalidArgumentError("this is no Ed25519 public key");
  key.handle_ = std::move(handle);
  std::string der(reinterpret_cast<const char*>(kSpkiPrefix), sizeof(kSpkiPrefix));
  der.append(raw);
  key.key_id_ = Sha256Hex(der);
  return key;
}

absl::StatusOr<PublicKey> PublicKey::FromPem(std::string_view pem) {
  if (!IsOnePemBlock(pem, "PUBLIC KEY")) {
    return absl::InvalidArgumentError("expected one PEM block that begins with -----BEGIN PUBLIC KEY-----");
  }
  const BioPointer bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) Die("allocate");
  const KeyPointer key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  RawKey raw;
  if (!RawOf(key.get(), raw)) return absl::InvalidArgumentError("the PEM block holds no Ed25519 public key");
  return FromRaw({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::string PublicKey::ToPem() const {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), handle_->key.get()) != 1) Die("write a public key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

bool PublicKey::Verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kEd25519SignatureBytes) return false;
  const ContextPointer context(EVP_MD_CTX_new());
  if (context == nullptr) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const uint8_t*>(signature.data()), signature.size(),
                          reinterpret_cast<const uint8_t*>(message.data()), message.size()) == 1;
}

struct Ed25519Signer::Key {
  KeyPointer key;  // OpenSSL wipes it when it is freed
};

Ed25519Signer::Ed25519Signer(std::unique_ptr<Key> key, PublicKey public_key)
    : key_(std::move(key)), public_key_(std::move(public_key)) {}
Ed25519Signer::~Ed25519Signer() = default;

absl::StatusOr<std::unique_ptr<Ed25519Signer>> Ed25519Signer::Generate() {
  auto key = std::make_unique<Key>();
  key->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  RawKey raw;
  if (!RawOf(key->key.get(), raw)) return absl::InternalError("OpenSSL cannot make an Ed25519 key");
  absl::StatusOr<PublicKey> public_key = PublicKey::FromRaw({reinterpret_cast<const char*>(raw.data()), raw.size()});
  if (!public_key.ok()) return public_key.status();
  return std::unique_ptr<Ed25519Signer>(new Ed25519Signer(std::move(key), *std::move(public_key)));
}

absl::StatusOr<std::unique_ptr<Ed25519Signer>> Ed25519Signer::FromPem(std::string_view pem) {
  if (!IsOnePemBlock(pem, "PRIVATE KEY")) {
    return absl::InvalidArgumentError("expected one PEM block that begins with -----BEGIN PRIVATE KEY-----");
  }
  const BioPointer bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (bio == nullptr) Die("allocate");
  auto key = std::make_unique<Key>();
  key->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  RawKey raw;
  if (!RawOf(key->key.get(), raw)) return absl::InvalidArgumentError("the PEM block holds no Ed25519 private key");
  absl::StatusOr<PublicKey> public_key = PublicKey::FromRaw({reinterpret_cast<const char*>(raw.data()), raw.size()});
  if (!public_key.ok()) return public_key.status();
  return std::unique_ptr<Ed25519Signer>(new Ed25519Signer(std::move(key), *std::move(public_key)));
}

std::string Ed25519Signer::ToPrivatePem() const {
  const BioPointer bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    Die("write a private key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

absl::StatusOr<std::string> Ed25519Signer::Sign(std::string_view message) const {
  const ContextPointer context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1) {
    return absl::InternalError("OpenSSL cannot sign");
  }
  std::string signature(kEd25519SignatureBytes, '\0');
  size_t size = signature.size();
  if (EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(signature.data()), &size,
                     reinterpret_cast<const uint8_t*>(message.data()), message.size()) != 1 ||
      size != signature.size()) {
    return absl::InternalError("OpenSSL cannot sign");
  }
  return signature;
}

std::string RandomBytes(size_t bytes) {
  std::string random(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<uint8_t*>(random.data()), static_cast<int>(bytes)) != 1) Die("make random bytes");
  return random;
}

}  // namespace weighbridge
