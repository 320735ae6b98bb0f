#include "services/report/render.h"

#include "absl/strings/str_format.h"
#include "services/report/gate_html.h"
#include "services/report/gate_text.h"
#include "services/report/json.h"
#include "services/report/junit.h"
#include "services/report/sarif.h"

namespace weighbridge::report {

const std::vector<std::string>& FormatNames() {
  static const auto& names = *new std::vector<std::string>{"text", "json", "markdown", "sarif", "junit", "html"};
  return names;
}

std::optional<Format> FormatOf(std::string_view name) {
  const std::vector<std::string>& names = FormatNames();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

absl::StatusOr<std::string> Render(Format format, const std::vector<v1::GateResult>& results,
                                   const RenderOptions& options) {
  if (results.empty()) return absl::InvalidArgumentError("there is no result to render");
  std::string json;
  for (const v1::GateResult& result : results) {
    const std::string line = ToJson(result);
    if (line.empty()) return absl::InternalError("a result cannot be printed: it holds text that is no UTF-8");
    json += line;
    json += '\n';
  }
  TextOptions text;
  text.color = options.color;
  text.list_all = options.list_all;
  text.exit_code = options.exit_code;
  std::vector<std::string> names;
  for (const ModelLabel& label : options.models) names.push_back(label.name);
  switch (format) {
    case Format::kText:
      return RenderGatesText(results, names, text);
    case Format::kJson:
      return json;
    case Format::kMarkdown:
      return RenderGatesMarkdown(results, names, text);
    case Format::kSarif:
      return RenderSarif(results, options);
    case Format::kJunit:
      return RenderJunit(results, options);
    case Format::kHtml:
      return RenderGateHtml(results, options);
  }
  return absl::InternalError("no such format");
}

}  // namespace weighbridge::report
