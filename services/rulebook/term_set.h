// Wordings of terms from rule messages to the extractor's form.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/classify/term_pattern.h"

namespace weighbridge::rulebook {

// The parts that patterns share, each with those that it names itself already in place.
class TermParts {
 public:
  // InvalidArgument: the name is taken or no name, or the pattern names a part that is not known yet.
  absl::Status Add(const rules::v1::TermPart& part);

  // The pattern with (?:...) for every <name>. InvalidArgument: a name is not known, or the result is too long.
  absl::StatusOr<std::string> Expand(const std::string& pattern) const;

 private:
  std::map<std::string, std::string> parts_;
};

// An unspecified polarity, which the linter refuses, restricts. InvalidArgument: as Expand.
absl::StatusOr<classify::TermPattern> ToTermPattern(const rules::v1::TermPattern& term, const TermParts& parts);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_TERM_SET_H_
