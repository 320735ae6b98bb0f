// Which keys are trusted, and why. Trust is explicit: a list that somebody gave, or the keys of one's own making.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_TRUST_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_TRUST_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/crypto/signing.h"

namespace weighbridge::approval {

inline constexpr size_t kTrustFileMaxBytes = 1 << 20;
inline constexpr size_t kTrustedKeysMax = 1000;

struct TrustedKey {
  PublicKey key;
  std::string name;   // printable; may be empty
  std::string trust;  // "self", "file", "local"
  // Statements whose not_before (waivers: issued_at) lies outside are not trusted. Infinite where not stated.
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
};

struct DistrustedKey {
  std::string key_id;
  std::string reason;
};

// Immutable once made; thread-safe to read.
class TrustedKeys {
 public:
  TrustedKeys() = default;

  // Distrust wins over trust, wherever it was said. A key given twice keeps the first entry.
  void Trust(TrustedKey key);
  void Distrust(DistrustedKey key);

  const std::vector<TrustedKey>& keys() const { return keys_; }
  const std::vector<DistrustedKey>& distrusted() const { return distrusted_; }
  // The distrust of a key id, if there is one.
  const DistrustedKey* FindDistrust(std::string_view key_id) const;

 private:
  std::vector<TrustedKey> keys_;
  std::vector<DistrustedKey> distrusted_;
};

// Reads a trust file: v1::TrustFile as YAML, JSON or textproto, or PEM blocks alone. Every key gets `trust` ("file" or
// "local"). INVALID_ARGUMENT with every place at fault; an empty list is an error: nobody means to trust nothing.
absl::StatusOr<TrustedKeys> ParseTrustFile(std::string_view bytes, std::string_view file_name, std::string_view trust);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_TRUST_H_
