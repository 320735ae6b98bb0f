// Licence records and explanations for people.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_LICENSE_TEXT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_LICENSE_TEXT_H_

#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::report {

// Every fact with its clause. Ends in a newline.
std::string RenderLicense(const v1::LicenseRecord& record, bool color);

// One line for each licence: short id, openness, main restriction.
std::string RenderLicenseList(const std::vector<v1::LicenseRecord>& records, bool color);

std::string RenderExplanation(const v1::ExplainResult& result, bool color);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_LICENSE_TEXT_H_
