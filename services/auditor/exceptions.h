// Rulings and waivers as inputs of a decision (DESIGN section 6).
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_

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
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

inline constexpr size_t kWaiversMax = 10000;  // of one file

// The signed waivers of a file: one DSSE envelope a line. INVALID_ARGUMENT with the line for what is none; a refusal
// (signature_bad, key_unknown, ...) with the line for one that no trusted key signed.
absl::StatusOr<std::vector<v1::WaiverEntry>> ReadWaivers(std::string_view bytes, std::string_view file_name,
                                                         const approval::TrustedKeys& trusted);

// What holds or held for this model: rulings and waivers of the store (null: none) and of `waivers`, sorted and each
// once. Waivers of the store are verified again.
absl::StatusOr<v1::Exceptions> ExceptionsFor(std::string_view model_digest, const std::vector<v1::WaiverEntry>& waivers,
                                             const approval::TrustedKeys& trusted, db::Store* store);

// SHA-256 over the ids; empty for none.
std::string ExceptionsDigest(const v1::Exceptions& exceptions);

struct ConcludeRequest {
  v1::Ruling ruling;  // schema_version, concluded_at and stands_on are filled in
  std::string evidence;
  bool has_evidence = false;
  absl::Time now;
  std::string principal;
  db::RequestKey request;
};

// Records a ruling on a model that was audited. NOT_FOUND: no audit of that digest; INVALID_ARGUMENT: no such licence
// or component, an empty name or reason, an end that has passed.
absl::StatusOr<v1::ConcludeResult> Conclude(const ConcludeRequest& request, const rulebook::Rulebook& rules,
                                            db::Store& store);

struct WaiveRequest {
  v1::Waiver waiver;  // schema_version and issued_at are filled in
  absl::Time now;
  std::string principal;
  std::string trust;
  db::RequestKey request;
};

struct WaiveResponse {
  v1::WaiveResult result;
  std::string envelope;
};

// Signs and records a waiver. INVALID_ARGUMENT: a rule that no finding has or that cannot be waived (file.*, what is
// UNDECIDED by nature), no end, an end that has passed or beyond a year. `store` may be null: then it is signed alone.
absl::StatusOr<WaiveResponse> Waive(const WaiveRequest& request, const Signer& signer, db::Store* store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_EXCEPTIONS_H_
