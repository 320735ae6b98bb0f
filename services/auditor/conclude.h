// Rulings made: what a person concluded about a model's licence, signed and recorded (DESIGN section 6).
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_CONCLUDE_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_CONCLUDE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "services/crypto/signing.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

inline constexpr size_t kEvidenceMaxBytes = size_t{32} << 20;

struct ConcludeRequest {
  // Model, component, licence (any spelling that means one), by, reason, until; the rest is filled in.
  v1::Ruling ruling;
  std::string evidence;       // bytes of a file that it was made on; empty: none
  std::string evidence_name;  // for readers
  absl::Time now;
  std::string principal;
  std::string trust;
  db::RequestKey request;
};

struct ConcludeResponse {
  v1::ConcludeResult result;
  std::string envelope;  // one line
};

// Signs and records a ruling on what the newest audit of the model saw. INVALID_ARGUMENT: a model digest that is none,
// a component that the model does not have, a licence that is not one of the rulebook's, no name, no reason, an end
// that has passed. NOT_FOUND: no audit of that model; gate it first.
absl::StatusOr<ConcludeResponse> Conclude(const ConcludeRequest& request, const rulebook::Rulebook& rules,
                                          const Signer& signer, db::Store& store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_CONCLUDE_H_
