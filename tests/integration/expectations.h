// The EXPECT lines of a scenario against what the gate printed.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_EXPECTATIONS_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_EXPECTATIONS_H_

#include <string>

#include "proto/weighbridge/v1/gate.pb.h"
#include "tests/support/process.h"

namespace weighbridge::integration {

// "" if the line holds, else what is wrong with it. `result` is empty where the program printed no JSON.
//
//   decision D             exit N               openness O            claimed
//   license ID [MATCH]     no-license ID        (short or full ids; MATCH may be `named`: by metadata alone)
//   bare ID              (a text that is EXACT or EQUIVALENT)
//   finding RULE [OUTCOME] [clause C] [missing FACT] [license ID] [says "..."]          no-finding the same
//   obligation KIND [clause C] [license ID] [says "..."] [fulfilled]                    no-obligation the same
//   not-triggered KIND     conflict KIND        no-conflict           error "..."       (on stderr)
// Closed weights, openness and outcomes are written as in the JSON.
std::string CheckExpectation(const std::string& line, const testing_support::ProcessResult& process,
                             const v1::GateResult& result);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_EXPECTATIONS_H_
