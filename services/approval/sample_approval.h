// An approval for tests.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_SAMPLE_APPROVAL_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_SAMPLE_APPROVAL_H_

#include <string>

#include "proto/weighbridge/v1/approval.pb.h"
#include "services/crypto/signing.h"

namespace weighbridge::approval {

// Complete: one model of three files, valid from 2026-11-26T12:00:00Z to 2027-02-24T12:00:00Z.
v1::ApprovalDetails SampleDetails();

// An envelope of `details`, signed.
std::string SignedEnvelope(const v1::ApprovalDetails& details, const Signer& signer);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_SAMPLE_APPROVAL_H_
