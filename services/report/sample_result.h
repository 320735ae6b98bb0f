// Results for the tests of all formats.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_SAMPLE_RESULT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_SAMPLE_RESULT_H_

#include <string>

#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::report {

// A statement of three parts, each in another state, with this text wherever one can stand.
void AddSampleOpenness(v1::GateResult& result, const std::string& how);

// DENIED under one licence, with one finding of each outcome, duties of each state, two files and a digest.
v1::GateResult SampleResult();

// Every string that a model or its author can reach is `text`.
v1::GateResult HostileResult(const std::string& text);

v1::Finding& AddSampleFinding(v1::GateResult& result, v1::Outcome::Value outcome, const std::string& message);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_SAMPLE_RESULT_H_
