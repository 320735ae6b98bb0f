// weighbridge: the licence and provenance gate on the command line.

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "services/base/version.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/cli/remote.h"

namespace weighbridge::cli {
namespace {

constexpr char kFooter[] = R"(
Exit codes of gate: 0 approved (maybe with conditions), 1 denied, 2 usage or configuration error, 3 could not be measured,
4 integrity failure, 5 needs review, 130 interrupted. Nothing here is legal advice.)";

// Whether all that was printed through the streams of CLI11 arrived; std::endl flushes, so the error may be an earlier
// one.
bool StdoutArrived() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

// "A subcommand is required" does not say which word was taken for none.
std::string MessageOf(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> left = app.remaining(/*recurse=*/true);
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr || left.empty()) return error.what();
  return std::string(error.what()) + ", and " + left.front() + " is none";
}

int Main(int argc, char** argv) {
  CLI::App app{"Weighbridge: may these model weights be used, for this purpose, under which conditions, and why."};
  app.name("weighbridge");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", kVersion);
  Run run;
  AddGateCommands(app, run);
  AddClassifyCommand(app, run);
  AddLicenseCommands(app, run);
  AddRulesCommands(app, run);
  AddKeysCommands(app, run);
  AddApprovalCommands(app, run);
  AddExceptionCommands(app, run);
  AddRunCommand(app, run);
  AddLogCommands(app, run);
  AddDiffCommand(app, run);
  AddDoctorCommand(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    app.exit(help);
    return StdoutArrived() ? kExitOk : kExitUnmeasured;
  } catch (const CLI::CallForVersion& version) {
    app.exit(version);
    return StdoutArrived() ? kExitOk : kExitUnmeasured;
  } catch (const CLI::ParseError& error) {
    return Fail(kExitUsage, MessageOf(app, error) + "\nrun weighbridge --help, or weighbridge VERB --help");
  }
  InstallSignalHandlers();
  KeepArguments(argc, argv);
  return run();
}

}  // namespace
}  // namespace weighbridge::cli

int main(int argc, char** argv) {
  // Nothing that goes wrong may end in 0 or in a signal that a pipeline takes for something else.
  try {
    return weighbridge::cli::Main(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory; nothing was decided\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: internal: %s; nothing was decided\n", error.what());
  }
  return weighbridge::cli::kExitUnmeasured;
}
