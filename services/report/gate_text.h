// A gate result for people: on a terminal, and as Markdown for a job summary or a comment.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_GATE_TEXT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_GATE_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::report {

struct TextOptions {
  bool color = false;      // ANSI colours for the decision and the marks
  bool list_all = false;   // every prohibited use and every artifact on its own line
  int exit_code = -1;      // of the run; shown behind the decision if not negative
  std::string model_name;  // as the user named it
};

// Verdict first, then why with clause and place, then what would change it, then licences, duties and what was
// measured. A result without a decision (of `scan`) begins with what was found. Ends in a newline.
std::string RenderGateText(const v1::GateResult& result, const TextOptions& options);

// The same content as GitHub-flavoured Markdown; what comes from files is escaped.
std::string RenderGateMarkdown(const v1::GateResult& result, const TextOptions& options);

// What a large code host takes as the summary of a job.
inline constexpr size_t kMarkdownBytesMax = size_t{1} << 20;

// One document for several models: a table of verdicts, then each model. `names` beside the results. Where it would
// grow over kMarkdownBytesMax it is cut at the end of a line, and says so.
std::string RenderGatesMarkdown(const std::vector<v1::GateResult>& results, const std::vector<std::string>& names,
                                const TextOptions& options);

// The same for a terminal: one after the other, and the exit code of the whole run at the end.
std::string RenderGatesText(const std::vector<v1::GateResult>& results, const std::vector<std::string>& names,
                            const TextOptions& options);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_GATE_TEXT_H_
