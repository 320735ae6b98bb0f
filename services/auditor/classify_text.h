// One text against the rulebook, as `classify` prints it.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/classify_diff.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// FailedPrecondition for bytes that are not read as a text, so that nothing is said of what they hold: a document such
// as PDF, an archive, weights, a program. Of what nobody recognises the classifier says itself what it can.
absl::Status CheckIsText(std::string_view path, std::string_view bytes);

// `store` (may be null) holds official texts: where the one of a match is there, its edits say what was expected.
v1::ClassifyTextResult ClassifyText(std::string_view path, std::string_view text, const rulebook::Rulebook& rules,
                                    db::Store* store);

// What a match differs in, with both sides where the store has the official text.
struct MatchDiff {
  std::string official_name;            // "llama-3.1-license-2024, wording 1.tokens"
  std::optional<std::string> official;  // its bytes
  std::vector<report::DiffEdit> edits;  // the listed ones, in order
  size_t edits_left_out = 0;
};

struct ClassifiedText {
  v1::ClassifyTextResult result;
  std::vector<MatchDiff> diffs;  // one for each match
};

// The same with the differences as places of both texts.
ClassifiedText ClassifyTextWithDiffs(std::string_view path, std::string_view text, const rulebook::Rulebook& rules,
                                     db::Store* store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_CLASSIFY_TEXT_H_
