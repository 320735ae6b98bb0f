// What changed between two results.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_DIFF_H_
#define WEIGHBRIDGE_SERVICES_REPORT_DIFF_H_

#include "proto/weighbridge/v1/diff.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::report {

// Compares what was found, not how it was printed: order is no change. Licences are the same by id and component,
// findings by rule, licence, clause and component, duties by kind, licence, clause and component, files by path. Where
// several stand under one key, equal ones are taken off first and the rest are paired in their order. Pure; `given` of
// the sides is the caller's.
v1::DiffResult Diff(const v1::GateResult& before, const v1::GateResult& after);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_DIFF_H_
