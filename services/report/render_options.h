// How results are to be written; see render.h.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_RENDER_OPTIONS_H_
#define WEIGHBRIDGE_SERVICES_REPORT_RENDER_OPTIONS_H_

#include <string>
#include <vector>

namespace weighbridge::report {

// What the caller knows of a model beside its result. Both may be empty.
struct ModelLabel {
  std::string name;    // as the user named it
  std::string folder;  // where its files lie, relative to where the run was started; empty if that is elsewhere.
                       // Formats that point into files (SARIF) put it before their paths
};

struct RenderOptions {
  bool color = false;              // text: ANSI colours
  bool list_all = false;           // text, Markdown: every prohibited use and every artifact on its own line
  int exit_code = -1;              // of the whole run; not shown if negative
  std::vector<ModelLabel> models;  // one for each result, in their order; fewer: the rest have no label
  std::string tool_version;        // "0.1.0"
};

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_RENDER_OPTIONS_H_
