// Official texts in the store: what proves one, and how they get there.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_OFFICIAL_TEXTS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_OFFICIAL_TEXTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "db/store/store.h"
#include "services/rulebook/rulebook.h"
#include "services/source/text_pack.h"

namespace weighbridge::auditor {

// The licence pack as pinned by deploy/licence-pack.sh (a test compares the two).
inline constexpr char kPackSha256[] = "7ae5e7b46b8cdbab78afb50380ffc1239d296e81e154314a8c3382e678c664cf";
inline constexpr char kPackVersion[] = "32.5.0";

struct ImportResult {
  int64_t proved_by_tokens = 0;
  int64_t proved_by_pack = 0;
  int64_t without_text = 0;           // entries that hold no text
  int64_t added = 0;                  // rows that were not in the store before
  std::vector<std::string> unproved;  // names of texts that nothing proves: not imported
};

// Takes texts into the store. A text is official if it is EXACT as a whole against a token file, or if it comes from
// the pinned pack. YAML front matter of the pack's files is cut off.
absl::StatusOr<ImportResult> ImportTexts(const source::TextPack& pack, const rulebook::Rulebook& rules,
                                         db::Store& store);

// A text that is EXACT from its first to its last word against one token file.
struct ProvedText {
  std::string license_id;
  std::string token_file;
};
std::vector<ProvedText> Prove(std::string_view text, const rulebook::Rulebook& rules);

// Keeps those documents of a recorded audit that are official texts as a whole and of which the store has no copy yet: later
// differences from that text can then be shown on both sides. No decision rests on them.
absl::Status KeepScannedTexts(const db::AuditRecord& audit, const rulebook::Rulebook& rules, db::Store& store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_OFFICIAL_TEXTS_H_
