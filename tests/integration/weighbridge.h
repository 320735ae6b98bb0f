// The program as a user has it: own home, own database, nothing of this machine's environment.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_WEIGHBRIDGE_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_WEIGHBRIDGE_H_

#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

// The instant all decisions of these tests are for.
inline constexpr char kAt[] = "2026-11-21T12:00:00Z";

class Weighbridge {
 public:
  // `data` is the folder that XDG_DATA_HOME names.
  explicit Weighbridge(std::string data) : data_(std::move(data)) {}

  // Options that a test may change before it runs them.
  testing_support::ProcessOptions Options(std::vector<std::string> args) const;
  testing_support::ProcessResult Run(std::vector<std::string> args) const;
  testing_support::ProcessResult Run(const testing_support::ProcessOptions& options) const;

  // gate DIR --at kAt --format json and what `more` adds.
  std::vector<std::string> GateArgs(const std::string& model, const std::vector<std::string>& more = {}) const;

  std::string database() const { return data_ + "/weighbridge/weighbridge.db"; }

  // What `log list` prints; fails the test if it cannot.
  std::string LogList() const;

 private:
  std::string data_;
};

// Parses one line of --format json strictly; fails the test and returns an empty message otherwise.
v1::GateResult ParseGate(const std::string& json);
v1::ClassifyTextResult ParseClassified(const std::string& json);

// "2: error: ..." for failure messages.
std::string Describe(const testing_support::ProcessResult& result);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_WEIGHBRIDGE_H_
