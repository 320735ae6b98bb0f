// What an audit and its decision look like in the store.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_RECORD_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_RECORD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "db/store/records.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/auditor/assess.h"
#include "services/auditor/collect.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// The audit of `collected` under `rules`, with the blobs it needs; `audit_id` is filled in.
db::AuditRecord MakeAuditRecord(const Collected& collected, const Assessment& assessment,
                                const rulebook::Rulebook& rules, const std::vector<std::string>& used_audits);

// The decision with its event, which happened at `now`; `policy_bytes` and `profile_bytes` (empty without a profile) as
// evaluated, `json` as printed.
db::DecisionRecord MakeDecisionRecord(const v1::GateResult& result, const std::string& policy_bytes,
                                      const std::string& profile_bytes, bool has_profile,
                                      const v1::Exceptions& exceptions, const std::string& json, absl::Time now);

// Inventory bytes as stored: deterministic, because the message holds no maps and is written by one writer.
std::string SerializeInventory(const v1::Inventory& inventory);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_RECORD_H_
