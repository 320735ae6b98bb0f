#include "services/policy/facts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using rules::v1::FactId;
using rules::v1::FactSide;

template <typename Repeated>
void Append(const Repeated& from, std::vector<std::string>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

}  // namespace

std::vector<std::string> SplitList(const std::string& joined) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(joined, ',', absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

std::optional<FactValues> Facts::Find(FactId::Value id) const {
  FactValues found;
  if (InfoOf(id).side() == FactSide::measured) {
    const auto it = measured_->find(id);
    if (it == measured_->end() || it->second.values.empty()) return std::nullopt;
    found.values = it->second.values;
    found.measured = true;
    found.how = it->second.how;
  } else {
    switch (id) {
      case FactId::use:
        Append(profile_->use(), &found.values);
        break;
      case FactId::distribution:
        Append(profile_->distribution(), &found.values);
        break;
      case FactId::domicile:
        Append(profile_->domicile(), &found.values);
        break;
      case FactId::countries:
        Append(profile_->countries(), &found.values);
        break;
      case FactId::modifications:
        Append(profile_->modifications(), &found.values);
        break;
      case FactId::fields_of_use:
        Append(profile_->fields_of_use(), &found.values);
        break;
      case FactId::outputs_train_models:
        if (profile_->has_outputs_train_models()) {
          found.values.push_back(profile_->outputs_train_models() ? "true" : "false");
        }
        break;
      default:
        break;
    }
    const auto it = profile_->facts().find(FactName(id));
    if (it != profile_->facts().end()) Append(SplitList(it->second), &found.values);
  }
  if (found.values.empty()) return std::nullopt;
  std::sort(found.values.begin(), found.values.end());
  found.values.erase(std::unique(found.values.begin(), found.values.end()), found.values.end());
  return found;
}

}  // namespace weighbridge::policy
