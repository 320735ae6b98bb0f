// The folder of keys: private keys of one's own making, and whom else to trust.
//
//   keys/                 0700
//     <key id>.pem        0600, PKCS #8
//     <key id>.name       0600, one line
//     default             0600, key id
//     trust.json          0600, v1::TrustFile: keys trusted and distrusted with `weighbridge keys`
//
// A folder or private key that others may read or write, or that belongs to somebody else, is refused. Writes go to a
// temporary file that is flushed and renamed. Not thread-safe; several processes exclude each other by a lock on the
// folder.
#ifndef WEIGHBRIDGE_SERVICES_KEYRING_KEYRING_H_
#define WEIGHBRIDGE_SERVICES_KEYRING_KEYRING_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/approval/trust.h"
#include "services/crypto/signing.h"

namespace weighbridge::keyring {

class Keyring {
 public:
  // Opens the folder; NOT_FOUND if it is missing, PERMISSION_DENIED if it is wider than 0700 or not this account's.
  static absl::StatusOr<Keyring> Open(const std::string& folder);
  // The same, making the folder if it is missing.
  static absl::StatusOr<Keyring> OpenOrCreate(const std::string& folder);
  // `$XDG_DATA_HOME/weighbridge/keys` or its default.
  static absl::StatusOr<std::string> DefaultFolder();

  // Whom this account trusts where no trust file is given: Trusted() of the default folder. Nobody, where there is no
  // place for keys or none yet.
  static absl::StatusOr<approval::TrustedKeys> TrustedByDefault();

  // Makes a key; the first one becomes the default.
  absl::StatusOr<v1::KeyRecord> Init(std::string_view name);
  // All that is known: own keys, trusted, distrusted.
  absl::StatusOr<std::vector<v1::KeyRecord>> List() const;
  // The signer of a key id or a prefix of at least 8 digits; empty: the default key. NOT_FOUND, INVALID_ARGUMENT
  // (ambiguous), PERMISSION_DENIED (distrusted, or the file is wider than 0600).
  absl::StatusOr<std::unique_ptr<Signer>> OpenSigner(std::string_view key_id) const;

  absl::StatusOr<v1::KeyRecord> Trust(std::string_view pem, std::string_view name);
  absl::StatusOr<v1::KeyRecord> Distrust(std::string_view key_id, std::string_view reason);

  // Own keys ("self") and those trusted by hand ("local"), less the distrusted.
  absl::StatusOr<approval::TrustedKeys> Trusted() const;

 private:
  explicit Keyring(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

// A signing key in a file of its own, as a daemon is configured with: mode 0600, this account's.
absl::StatusOr<std::unique_ptr<Signer>> ReadSigningKey(const std::string& path);

// A trust file given by name: "file" trust. If `must_not_be_writable`, PERMISSION_DENIED (refusal trust_unsafe) where
// this account could write it or replace it: it owns the file or its folder, or their modes let it; root is asked only
// that nobody else can.
absl::StatusOr<approval::TrustedKeys> ReadTrustFile(const std::string& path, bool must_not_be_writable);

}  // namespace weighbridge::keyring

#endif  // WEIGHBRIDGE_SERVICES_KEYRING_KEYRING_H_
