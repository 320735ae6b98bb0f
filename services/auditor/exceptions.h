// Waivers and rulings as inputs of a decision (DESIGN section 6): read, verified; waivers signed and recorded.
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
#include "services/provenance/rulings.h"

namespace weighbridge::auditor {

inline constexpr size_t kExceptionsMax = 10000;  // of one file
inline constexpr size_t kExceptionsFileMaxBytes = size_t{16} << 20;
inline constexpr absl::Duration kWaiverTermMax = absl::Hours(24 * 366);

// The keys that are trusted; asked only when there is a signature to verify. Null: nobody is trusted.
using TrustSource = std::function<absl::StatusOr<approval::TrustedKeys>()>;

// The signed waivers and rulings of a file: one DSSE envelope a line, empty lines between them. A refusal
// (envelope_malformed, signature_bad, key_unknown, ...) with the line for what is none or what no trusted key signed.
absl::StatusOr<v1::Exceptions> ReadExceptions(std::string_view bytes, std::string_view file_name,
                                              const approval::TrustedKeys& trusted);

// What holds or held for this model: that of the store (null: none), whose signatures are verified again, and of
// `given`; in order of their ids, each once. What is in the store and no trusted key signed any more is left out: it
// excuses and settles nothing.
absl::StatusOr<v1::Exceptions> ExceptionsFor(std::string_view model_digest, const v1::Exceptions& given,
                                             const TrustSource& trusted, db::Store* store);

// SHA-256 over the ids; empty for none.
std::string ExceptionsDigest(const v1::Exceptions& exceptions);

// For policy::ApplyWaivers. DATA_LOSS if an entry is none.
absl::StatusOr<std::vector<policy::SignedWaiver>> SignedWaiversOf(const v1::Exceptions& exceptions);
// For provenance::Reconcile. Likewise.
absl::StatusOr<std::vector<provenance::SignedRuling>> SignedRulingsOf(const v1::Exceptions& exceptions);

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
