// Rows of the store as messages.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_RECORDS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_RECORDS_H_

#include "db/store/store.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/model_service.pb.h"

namespace weighbridge::daemon {

v1::DigestKind::Value KindOf(db::DigestKind kind);
void Describe(const db::AuditRecord& audit, v1::Audit& shown);
void Describe(const db::AuditSummary& audit, v1::Audit& shown);
void Describe(const db::GoverningLicense& license, v1::LicenseName& shown);
// All but `digest` and `stale`.
void Describe(const db::DigestAnswer& answer, v1::DigestStatus& shown);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_RECORDS_H_
