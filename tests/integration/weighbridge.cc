#include "tests/integration/weighbridge.h"

#include <utility>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace weighbridge::integration {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;

ProcessOptions Weighbridge::Options(std::vector<std::string> args) const {
  ProcessOptions options;
  options.args = std::move(args);
  options.env = {{"HOME", data_}, {"XDG_DATA_HOME", data_}, {"XDG_CACHE_HOME", data_ + "/cache"}, {"NO_COLOR", "1"}};
  return options;
}

ProcessResult Weighbridge::Run(std::vector<std::string> args) const { return Run(Options(std::move(args))); }

ProcessResult Weighbridge::Run(const ProcessOptions& options) const {
  return testing_support::RunProcess(testing_support::Runfile("services/cli/weighbridge"), options);
}

std::vector<std::string> Weighbridge::GateArgs(const std::string& model, const std::vector<std::string>& more) const {
  std::vector<std::string> args = {"gate", model, "--at", kAt, "--format", "json"};
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

std::string Weighbridge::LogList() const {
  const ProcessResult result = Run({"log", "list"});
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  return result.out;
}

namespace {

template <typename Message>
Message Parse(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.message() << "\n" << json.substr(0, 400);
  return message;
}

}  // namespace

v1::GateResult ParseGate(const std::string& json) { return Parse<v1::GateResult>(json); }

v1::ClassifyTextResult ParseClassified(const std::string& json) { return Parse<v1::ClassifyTextResult>(json); }

std::string Describe(const ProcessResult& result) {
  std::string text = "exit " + std::to_string(result.exit_code);
  if (result.signal != 0) text += ", signal " + std::to_string(result.signal);
  return text + "\nstderr: " + result.err.substr(0, 2000) + "\nstdout: " + result.out.substr(0, 3000);
}

}  // namespace weighbridge::integration
