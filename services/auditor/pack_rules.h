// Rules for the licences of a licence pack: texts known word by word, terms known by category alone.
//
// A pack text is untrusted input: front matter in a YAML subset behind limits, then the text. What cannot be used is
// named with its reason and never fails the whole.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_PACK_RULES_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_PACK_RULES_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/auditor/further_wordings.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"
#include "services/source/text_pack.h"

namespace weighbridge::auditor {

inline constexpr size_t kPackMatterBytesMax = 64 << 10;  // front matter of one text
inline constexpr size_t kPackValueBytesMax = 400;        // one name, owner or address; a longer one is not used

// What the front matter of a pack text says, and the text behind it (a view into the bytes given).
struct PackEntry {
  std::string key;
  std::string name;
  std::string short_name;
  std::string category;
  std::string owner;
  std::string spdx_id;                 // empty: none
  std::vector<std::string> other_ids;  // former and further SPDX ids
  std::vector<std::string> links;      // addresses as written
  std::string language;                // empty: English
  bool is_exception = false;
  bool is_deprecated = false;
  bool is_generic = false;  // stands for any text of a kind, not for one licence
  std::string_view body;
};

// INVALID_ARGUMENT says what is wrong: no front matter, one that cannot be read, a key that is no plain name.
absl::StatusOr<PackEntry> ParsePackEntry(std::string_view bytes);

// A licence as spdx-license-list has it.
struct SpdxText {
  std::string id;
  std::string name;
  std::string link;
  std::string body;
};

// INVALID_ARGUMENT says what is wrong: a name that is no id with ".json", JSON that cannot be read, no text.
absl::StatusOr<SpdxText> ParseSpdxText(const source::PackText& file);

// What a category says of the class of a licence, in our words. Never FULLY_OPEN or CLOSED_WEIGHTS; unknown categories
// and those that say nothing of use are OPENNESS_UNKNOWN.
struct CategoryWords {
  v1::Openness openness = v1::OPENNESS_UNKNOWN;
  std::string_view main_restriction;
};
CategoryWords WordsOfCategory(std::string_view category);

// Why a text of the pack has no rule of its own.
enum class PackLeftOut {
  kOurs,        // our rulebook reads it as its own licence, or has its id, key or name
  kTwin,        // word for word a text that comes before it, which has its names too
  kDeprecated,  // superseded in the pack
  kGeneric,     // stands for any text of a kind
  kNoText,      // only points elsewhere
  kTooShort,    // too short to be told from a mention
  kUnreadable,  // front matter or text cannot be used
  kBlurs,       // with it one of our own licences would no longer be read for certain
};
inline constexpr int kPackLeftOutKinds = static_cast<int>(PackLeftOut::kBlurs) + 1;

// "known with its facts", ...: for people.
std::string_view PackLeftOutWords(PackLeftOut reason);

struct PackLoss {
  std::string file;  // name in the pack
  PackLeftOut reason;
  std::string detail;
};

struct PackRules {
  std::vector<rulebook::RuleFile> files;  // those of the base and those made from the pack
  std::shared_ptr<const rulebook::Rulebook> rules;
  size_t licenses = 0;                  // made from the pack and the SPDX list
  size_t of_spdx = 0;                   // those of them that only the SPDX list has
  size_t spdx_known = 0;                // texts of the SPDX list whose ids the pack or the base has
  size_t spdx_texts = 0;                // texts of the SPDX list that could be read
  size_t spdx_wordings = 0;             // those of them that became further wordings of known licences
  std::vector<UnsureText> spdx_unsure;  // those that are not read for certain, as whatever licence
  std::vector<PackLoss> left_out;
  // Texts with a rule that are not read as themselves for certain, and what they are read as.
  std::vector<PackLoss> unsure;
};

// A rulebook of `base` and the licences of `pack`. Ours wins: no licence of the base changes its text, facts, names or
// links, and a pack text that would blur one of its texts is left out. The same pack gives the same files. Errors only
// if nothing of the pack can be used, or for a fault of this program.
//
// Of `spdx`, files of the npm package spdx-license-list ("MIT.json"), the licences whose ids neither pack nor base has
// follow. The pack wins over them as ours does over the pack. A text of it that is not read for certain then becomes a
// further wording of the licence with its id, ours included, as far as no text is read worse by that.
absl::StatusOr<PackRules> MakePackRules(const source::TextPack& pack, const rulebook::Rulebook& base,
                                        const source::TextPack& spdx = {});

// The rules of `over` with those licences of `index` that are known by category alone, as far as nothing of `over` has
// their id, name or wording: what a user lays over the rules keeps its meaning with an index too.
absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> LayerPackLicenses(const rulebook::Rulebook& over,
                                                                            const rulebook::Rulebook& index);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_PACK_RULES_H_
