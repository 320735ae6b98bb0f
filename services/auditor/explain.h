// What a name means: a licence, SPDX expression, family, hub model, closed model, finding, term or fact.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_EXPLAIN_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_EXPLAIN_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// InvalidArgument if nothing is known under that name; the message says what to try.
absl::StatusOr<v1::ExplainResult> Explain(std::string_view name, const rulebook::Rulebook& rules);

// The record of one licence or use policy. InvalidArgument for an unknown or ambiguous name, naming the candidates.
absl::StatusOr<v1::LicenseRecord> RecordOf(std::string_view name, const rulebook::Rulebook& rules);

// The records of what a name means: of a licence its own; of a model or family those of every licence and use policy
// that its versions are under, the first with `explained`. A model without weights, or under terms that were not read,
// has one record with nothing else. InvalidArgument as RecordOf().
absl::StatusOr<std::vector<v1::LicenseRecord>> RecordsOf(std::string_view name, const rulebook::Rulebook& rules);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_EXPLAIN_H_
