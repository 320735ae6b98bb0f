// Results as JUnit XML, which build servers show as tests.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_JUNIT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_JUNIT_H_

#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/render_options.h"

namespace weighbridge::report {

// One file: a testsuite for each model, a testcase for each rule, licence, clause and component that the model was
// tested against, and first of all one named "decision", so that a model without findings has a case too.
//
//   VIOLATED                  failure of type VIOLATED
//   NEEDS_REVIEW              failure of type NEEDS_REVIEW: a build server knows no third state that people look at
//   UNDECIDED                 error of type UNDECIDED
//   covered by a waiver       skipped, with the waiver
//   SATISFIED, INFO           passes; the words stand in system-out
//
// The mode of the run hides nothing: with warn or audit the program returns 0 and the build still shows what failed. A
// scan has the case "scan", which fails only where something could not be measured. Open duties fail nothing; they
// stand in the system-out of "decision". Ends in a newline.
std::string RenderJunit(const std::vector<v1::GateResult>& results, const RenderOptions& options);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_JUNIT_H_
