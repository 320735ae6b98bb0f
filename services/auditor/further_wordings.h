// Texts of the SPDX list as further wordings of licences that are known by another one.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_FURTHER_WORDINGS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_FURTHER_WORDINGS_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/classify/classifier.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// A text of the SPDX list; `body` outlives the call that it is given to.
struct ListedText {
  std::string file;
  std::string id;
  std::string_view body;
};

struct UnsureText {
  std::string file;
  std::string read_as;  // ids, or "nothing"
};

struct FurtherWordings {
  std::vector<rulebook::RuleFile> files;
  std::shared_ptr<const rulebook::Rulebook> rules;
  size_t added = 0;
  size_t dropped = 0;  // learnt, and taken out again: with it a text would be read as less or as something else
  std::vector<UnsureText> unsure;  // listed texts that are not read for certain after all
};

// Learns each of `listed` that `rules` (made of `files`) does not read for certain, as a further wording of the licence
// with its id. Ids that the SPDX list has given up, and texts that are read for certain as whatever licence, add
// nothing. Then every text of `kept` and `listed` is read again: a wording is taken out if with it a text is no longer
// what it was for certain, or if its own text is not read as its licence alone.
absl::StatusOr<FurtherWordings> AddFurtherWordings(std::vector<rulebook::RuleFile> files,
                                                   std::shared_ptr<const rulebook::Rulebook> rules,
                                                   const std::vector<std::string_view>& kept,
                                                   const std::vector<ListedText>& listed);

// True for the name of a token file that AddFurtherWordings made.
bool IsFurtherWording(std::string_view token_file);

// True if every text that `found` names is certain and no words are left that speak of anything else.
bool AllBare(const classify::Classification& found);

// All ids that `found` names.
std::set<std::string> IdsOf(const classify::Classification& found);

std::string Joined(const std::set<std::string>& words);

// A rule file of `license`.
std::string RuleText(const rules::v1::License& license);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_FURTHER_WORDINGS_H_
