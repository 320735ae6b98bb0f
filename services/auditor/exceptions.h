// Waivers as inputs of a decision (DESIGN section 6): read, verified, signed, recorded.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "services/approval/trust.h"
#include "services/crypto/signing.h"
#include "services/policy/waivers.h"

namespace weighbridge::auditor {

inline constexpr size_t kWaiversMax = 10000;  // of one file
inline constexpr size_t kWaiversFileMaxBytes = size_t{16} << 20;
inline constexpr absl::Duration kWaiverTermMax = absl::Hours(24 * 366);

// The keys that are trusted; asked only when there is a signature to verify. Null: nobody is trusted.
using TrustSource = std::function<absl::StatusOr<approval::TrustedKeys>()>;

// The signed waivers of a file: one DSSE envelope a line, empty lines between them. INVALID_ARGUMENT with the line for
// what is none; a refusal (signature_bad, key_unknown, ...) with the line for one that no trusted key signed.
absl::StatusOr<std::vector<v1::WaiverEntry>> ReadWaivers(std::string_view bytes, std::string_view file_name,
                                                         const approval::TrustedKeys& trusted);

// What holds or held for this model: waivers of the store (null: none), whose signatures are verified again, and of
// `waivers`; in order of their ids, each once. One of the store that no trusted key signed any more is left out: it
// excuses nothing.
absl::StatusOr<v1::Exceptions> ExceptionsFor(std::string_view model_digest, const std::vector<v1::WaiverEntry>& waivers,
                                             const TrustSource& trusted, db::Store* store);

// SHA-256 over the ids; empty for none.
std::string ExceptionsDigest(const v1::Exceptions& exceptions);

// For policy::ApplyWaivers. DATA_LOSS if an entry is none.
absl::StatusOr<std::vector<policy::SignedWaiver>> SignedWaiversOf(const v1::Exceptions& exceptions);

struct WaiveRequest {
  v1::Waiver waiver;  // schema_version and issued_at are filled in
  absl::Time now;
  std::string principal;
  std::string trust;
  db::RequestKey request;
};

struct WaiveResponse {
  v1::WaiveResult result;
  std::string envelope;  // one line
};

// Signs and records a waiver. INVALID_ARGUMENT: a model digest that is none, a rule that no finding has or that cannot
// be waived, no name, no reason, an end that has passed or lies beyond kWaiverTermMax. `store` may be null: then it is
// signed alone.
absl::StatusOr<WaiveResponse> Waive(const WaiveRequest& request, const Signer& signer, db::Store* store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_
