// Ed25519 signatures (RFC 8032) through OpenSSL, behind the smallest interface that a key kept elsewhere could fill.
//
//   WB_ASSIGN_OR_RETURN(Ed25519Signer signer, Ed25519Signer::Generate());
//   WB_ASSIGN_OR_RETURN(std::string signature, signer.Sign(message));
//   if (!signer.public_key().Verify(message, signature)) ...
#ifndef WEIGHBRIDGE_SERVICES_CRYPTO_SIGNING_H_
#define WEIGHBRIDGE_SERVICES_CRYPTO_SIGNING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace weighbridge {

inline constexpr size_t kEd25519PublicKeyBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;
inline constexpr size_t kPemMaxBytes = 16 << 10;

// A public key. Copyable; thread-safe.
class PublicKey {
 public:
  // One PEM block "PUBLIC KEY" that holds an Ed25519 key, with nothing but white space around it. INVALID_ARGUMENT
  // otherwise, and for points of small order, which would accept signatures that nobody made.
  static absl::StatusOr<PublicKey> FromPem(std::string_view pem);
  static absl::StatusOr<PublicKey> FromRaw(std::string_view raw);  // 32 bytes

  std::string ToPem() const;
  std::string_view raw() const { return {reinterpret_cast<const char*>(raw_.data()), raw_.size()}; }

  // SHA-256 of the DER SubjectPublicKeyInfo, 64 lower-case digits.
  const std::string& key_id() const { return key_id_; }

  // True if `signature` (64 bytes, canonical S) is this key's over `message`. False for everything else.
  bool Verify(std::string_view message, std::string_view signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.raw_ == b.raw_; }

 private:
  struct Handle;
  PublicKey() = default;
  std::array<uint8_t, kEd25519PublicKeyBytes> raw_{};
  std::string key_id_;
  std::shared_ptr<const Handle> handle_;  // the parsed key: parsing is a large part of one verification
};

// Something that signs: a key in memory, or one that a device or service keeps.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual const PublicKey& public_key() const = 0;
  // 64 bytes. Errors are the device's; thread-safe.
  virtual absl::StatusOr<std::string> Sign(std::string_view message) const = 0;
};

// A private key in memory, which is wiped when it goes.
class Ed25519Signer final : public Signer {
 public:
  static absl::StatusOr<std::unique_ptr<Ed25519Signer>> Generate();
  // PKCS #8, not encrypted. INVALID_ARGUMENT never quotes what was given.
  static absl::StatusOr<std::unique_ptr<Ed25519Signer>> FromPem(std::string_view pem);
  ~Ed25519Signer() override;

  // PKCS #8, not encrypted: for the file of mode 0600 alone.
  std::string ToPrivatePem() const;

  const PublicKey& public_key() const override { return public_key_; }
  absl::StatusOr<std::string> Sign(std::string_view message) const override;

 private:
  struct Key;
  Ed25519Signer(std::unique_ptr<Key> key, PublicKey public_key);
  std::unique_ptr<Key> key_;
  PublicKey public_key_;
};

// `bytes` from the system's generator. A failure ends the process: a nonce that could be guessed must not exist.
std::string RandomBytes(size_t bytes);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_CRYPTO_SIGNING_H_
