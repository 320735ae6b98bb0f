// Makes the token files of a rulebook again from the texts that its rules name.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_RELEARN_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_RELEARN_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// Bytes of a text by the SHA-256 of its file, or nothing.
using TextBySha256 = std::function<std::optional<std::string>(std::string_view sha256)>;

struct RelearnResult {
  std::vector<RuleFile> files;      // token files made, in order of path
  std::vector<std::string> absent;  // token files whose text was not found: left as they are
  std::vector<RuleIssue> issues;    // rules that cannot be read, texts that cannot be learnt
};

// Goes through provenance.texts of every rule in `files`. Pure but for what `text` does.
RelearnResult Relearn(const std::vector<RuleFile>& files, const TextBySha256& text);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_RELEARN_H_
