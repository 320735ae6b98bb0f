// Rule files to messages that know their places.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_PARSE_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_PARSE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/text_format.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// A message, the file it stands in and the places of its fields.
template <typename Message>
struct Parsed {
  std::string path;
  Message message;
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> places;
};

// Every file of a rulebook, parsed but not yet checked for meaning. Order of each list: bytewise by path.
struct ParsedRules {
  std::vector<Parsed<rules::v1::License>> licenses;
  std::vector<Parsed<rules::v1::Family>> families;
  Parsed<rules::v1::FieldSet> fields;
  Parsed<rules::v1::CountryGroups> countries;
  Parsed<rules::v1::TriggerSet> triggers;
  // Empty if the file is missing: bundles of older rules have none.
  Parsed<rules::v1::TermSet> terms;
  // Empty where no rules were laid over others, or none that change them; see overlay.h.
  Parsed<rules::v1::Overlay> overlay;
  // False if the file is missing or does not parse: what refers to it is then not reported a second time.
  bool fields_known = false;
  bool countries_known = false;
  // Path to bytes.
  std::map<std::string, std::string_view> token_files;
  // Folders under licenses/ that hold a rule.textproto, whether it parsed or not: references to a file that is broken
  // are not reported a second time.
  std::vector<std::string> license_folders;
};

// Parses all files; views into `files` stay in the result. Appends everything that is wrong to `issues`; the result
// then holds the files that could be parsed.
ParsedRules Parse(const std::vector<RuleFile>& files, std::vector<RuleIssue>* issues);

// "licenses/MIT/rule.textproto" -> "MIT"; empty for a path outside licenses/<folder>/.
std::string_view LicenseFolder(std::string_view path);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_PARSE_H_
