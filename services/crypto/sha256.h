// SHA-256 (FIPS 180-4) through OpenSSL. The only package that includes an OpenSSL header.
#ifndef WEIGHBRIDGE_SERVICES_CRYPTO_SHA256_H_
#define WEIGHBRIDGE_SERVICES_CRYPTO_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weighbridge {

using Sha256Digest = std::array<uint8_t, 32>;

// 64 lower-case hexadecimal digits.
std::string ToHex(const Sha256Digest& digest);

// Incremental hash. Not thread-safe; movable. A failure inside OpenSSL (which only lack of memory can cause) ends the
// process: a digest that could be wrong must not exist.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void Update(const void* data, size_t size);
  void Update(std::string_view bytes) { Update(bytes.data(), bytes.size()); }

  // Returns the digest of all bytes so far and starts afresh.
  Sha256Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256Digest Sha256Of(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_CRYPTO_SHA256_H_
