#include "services/rulebook/relearn.h"

#include <utility>

#include "services/classify/learn.h"
#include "services/rulebook/parse.h"

namespace weighbridge::rulebook {
namespace {

classify::WordRange RangeOf(const rules::v1::LearnHints::WordRange& range) { return {range.begin(), range.end()}; }

classify::LearnOptions OptionsOf(const rules::v1::LearnHints& hints) {
  classify::LearnOptions options;
  if (hints.has_only()) options.only = RangeOf(hints.only());
  if (hints.has_title_words()) options.title_words = hints.title_words();
  for (const auto& range : hints.omittable()) options.omittable.push_back(RangeOf(range));
  for (const auto& slot : hints.slots()) {
    classify::LearnOptions::Slot learnt;
    learnt.words = RangeOf(slot.words());
    if (slot.max_words() > 0) learnt.max_words = slot.max_words();
    learnt.copyright = slot.copyright();
    options.slots.push_back(learnt);
  }
  return options;
}

}  // namespace

RelearnResult Relearn(const std::vector<RuleFile>& files, const TextBySha256& text) {
  RelearnResult result;
  const ParsedRules parsed = Parse(files, &result.issues);
  for (const auto& rule : parsed.licenses) {
    const std::string folder = "licenses/" + std::string(LicenseFolder(rule.path)) + "/";
    for (const auto& checked : rule.message.provenance().texts()) {
      if (checked.token_file().empty()) continue;
      const std::string path = folder + checked.token_file();
      const std::optional<std::string> bytes = text(checked.sha256());
      if (!bytes.has_value()) {
        result.absent.push_back(path);
        continue;
      }
      classify::LearnRequest request;
      request.id = rule.message.id();
      request.kind = rule.message.kind() == rules::v1::DocumentKind::use_policy ? "use_policy" : "licence";
      request.source = checked.source();
      request.text = *bytes;
      request.options = OptionsOf(checked.learn());
      absl::StatusOr<std::string> tokens = classify::Learn(request);
      if (tokens.ok()) {
        result.files.push_back({path, *std::move(tokens)});
      } else {
        result.issues.push_back({path, 0, 0, std::string(tokens.status().message())});
      }
    }
  }
  return result;
}

}  // namespace weighbridge::rulebook
