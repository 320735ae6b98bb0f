#include "services/daemon/records.h"

namespace weighbridge::daemon {
namespace {

// Both rows of an audit have these.
template <typename Row>
void DescribeAudit(const Row& audit, v1::Audit& shown) {
  shown.set_audit_id(audit.audit_id);
  shown.set_model_digest(audit.model_digest);
  shown.set_weights_digest(audit.weights_digest);
  shown.set_rules_digest(audit.rules_digest);
  shown.set_classifier_version(audit.classifier_version);
  shown.set_repository(audit.repository);
  shown.set_revision(audit.revision);
  shown.set_measured_by(audit.measured_by);
  shown.set_created_at(audit.created_at);
  shown.set_claimed(audit.claimed);
}

}  // namespace

v1::DigestKind::Value KindOf(db::DigestKind kind) {
  switch (kind) {
    case db::DigestKind::kFile:
      return v1::DigestKind::FILE;
    case db::DigestKind::kWeights:
      return v1::DigestKind::WEIGHTS;
    case db::DigestKind::kModel:
      return v1::DigestKind::MODEL;
  }
  return v1::DigestKind::DIGEST_KIND_UNSPECIFIED;
}

void Describe(const db::AuditRecord& audit, v1::Audit& shown) { DescribeAudit(audit, shown); }

void Describe(const db::AuditSummary& audit, v1::Audit& shown) { DescribeAudit(audit, shown); }

void Describe(const db::GoverningLicense& license, v1::LicenseName& shown) {
  shown.set_license_id(license.license_id);
  shown.set_short_id(license.short_id);
}

void Describe(const db::DigestAnswer& answer, v1::DigestStatus& shown) {
  shown.set_known(true);
  shown.set_kind(KindOf(answer.kind));
  shown.set_audit_id(answer.audit_id);
  shown.set_model_digest(answer.model_digest);
  for (const db::GoverningLicense& license : answer.governing) Describe(license, *shown.add_governing());
  shown.set_measured_by(answer.measured_by);
  shown.set_audited_at(answer.created_at);
  shown.set_latest_decision(answer.latest_decision);
  shown.set_latest_decision_at(answer.latest_decision_at);
  shown.set_repository(answer.repository);
  shown.set_revision(answer.revision);
}

}  // namespace weighbridge::daemon
