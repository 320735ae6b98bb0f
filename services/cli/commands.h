// The verbs of `weighbridge`. Each adds its sub-commands to the parser and returns its work through `Run`.
#ifndef WEIGHBRIDGE_SERVICES_CLI_COMMANDS_H_
#define WEIGHBRIDGE_SERVICES_CLI_COMMANDS_H_

#include <functional>

#include "CLI/CLI.hpp"

namespace weighbridge::cli {

// What the chosen verb does; returns an exit code. Set while arguments are parsed, run afterwards, so that nothing
// happens before the whole command line was accepted.
using Run = std::function<int()>;

void AddGateCommands(CLI::App& app, Run& run);      // scan, gate
void AddClassifyCommand(CLI::App& app, Run& run);   // classify
void AddLicenseCommands(CLI::App& app, Run& run);   // licenses, explain
void AddRulesCommands(CLI::App& app, Run& run);     // rules lint|learn|relearn|import-texts|show-policy|digest
void AddLogCommands(CLI::App& app, Run& run);       // log replay|list|tail|export
void AddDiffCommand(CLI::App& app, Run& run);       // diff
void AddKeysCommands(CLI::App& app, Run& run);      // keys init|list|export-public|trust|distrust
void AddApprovalCommands(CLI::App& app, Run& run);  // approve, approvals, revoke, verify
void AddExceptionCommands(CLI::App& app, Run& run);  // conclude, waive
void AddRunCommand(CLI::App& app, Run& run);        // run
void AddDoctorCommand(CLI::App& app, Run& run);     // doctor

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_COMMANDS_H_
