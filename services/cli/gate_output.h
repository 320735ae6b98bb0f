// Where the results of scan and gate go: one format to stdout or -o, and any number of reports to files.
#ifndef WEIGHBRIDGE_SERVICES_CLI_GATE_OUTPUT_H_
#define WEIGHBRIDGE_SERVICES_CLI_GATE_OUTPUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/cli/environment.h"

namespace weighbridge::cli {

struct GateOutput {
  std::vector<std::string> reports;  // FORMAT=FILE, as given
  bool list_all = false;
};

// Adds --format (all formats of report::FormatNames()), -o, --report and --all with their like.
void AddGateOutputOptions(CLI::App& app, CommonOptions& common, GateOutput& output);

// InvalidArgument if two results would go to the same file; to be called before anything is measured.
absl::Status CheckGateOutput(const CommonOptions& common, const GateOutput& output);

// The path as the user wrote it, and the model's own below it.
std::string ModelNameOf(std::string_view given_path, const v1::GateResult& result);

// Where the files of a model lie, relative to the working folder, with plain parts alone; empty if that is elsewhere
// (an absolute path, one that climbs) or not to be told.
std::string ModelFolderOf(std::string_view given_path, const v1::GateResult& result);

// Writes the results of a run over `given_path`: what is to be printed, and each report, whole or not at all. All of
// them are tried; the first error is returned.
absl::Status WriteGateResults(const CommonOptions& common, const GateOutput& output, std::string_view given_path,
                              const std::vector<v1::GateResult>& results, int exit_code);

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_GATE_OUTPUT_H_
