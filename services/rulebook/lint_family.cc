// Families: rows that can be matched and say which licence holds.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "services/rulebook/lint_parts.h"
#include "services/rulebook/names.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::FactId;
using rules::v1::Family;
using rules::v1::FamilyMember;

constexpr int kStarsMax = 4;  // of one glob

bool IsRepositoryName(std::string_view name, bool glob) {
  return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || (glob && c == '*');
  });
}

void LintNames(const Cursor& at) {
  const auto& member = at.As<FamilyMember>();
  std::set<std::string> seen;
  for (int i = 0; i < member.organizations_size(); ++i) {
    const std::string& organization = member.organizations(i);
    if (!IsRepositoryName(organization, false)) {
      at.ReportAt("organizations", i, absl::StrFormat("\"%s\" is no organisation in lower case", organization));
    }
    if (!seen.insert(organization).second) {
      at.ReportAt("organizations", i, absl::StrFormat("\"%s\" stands here twice", organization));
    }
  }
  seen.clear();
  for (int i = 0; i < member.names_size(); ++i) {
    const std::string& glob = member.names(i);
    const auto stars = std::count(glob.begin(), glob.end(), '*');
    if (!IsRepositoryName(glob, true)) {
      at.ReportAt("names", i,
                  absl::StrFormat("\"%s\" is no name in lower case; only '*' stands for other characters", glob));
    } else if (glob.find("**") != std::string::npos || stars > kStarsMax) {
      at.ReportAt("names", i, absl::StrFormat("\"%s\" has \"**\" or more than %d '*'", glob, kStarsMax));
    }
    if (!seen.insert(glob).second) at.ReportAt("names", i, absl::StrFormat("\"%s\" stands here twice", glob));
  }
}

// Parts of a model that its developer publishes or keeps back: each in one list, and none that the licence speaks of.
void LintParts(const Cursor& at) {
  const auto& member = at.As<FamilyMember>();
  std::set<int> seen;
  for (const char* field : {"published", "withheld"}) {
    const auto& parts = field[0] == 'p' ? member.published() : member.withheld();
    for (int i = 0; i < parts.size(); ++i) {
      const auto part = static_cast<v1::OpennessComponent::Value>(parts.Get(i));
      const std::string word = v1::OpennessComponent::Value_Name(part);
      switch (part) {
        case v1::OpennessComponent::code:
        case v1::OpennessComponent::data:
        case v1::OpennessComponent::data_card:
        case v1::OpennessComponent::recipe:
          break;
        default:
          at.ReportAt(field, i, absl::StrFormat("%s is no part beside the weights", word));
      }
      if (!seen.insert(parts.Get(i)).second) at.ReportAt(field, i, absl::StrFormat("%s stands here twice", word));
    }
  }
}

void LintMember(const LintContext& context, const Cursor& at) {
  const auto& member = at.As<FamilyMember>();
  at.Require({"names", "source"});
  LintNames(at);
  if (member.closed()) {
    if (!member.license_ids().empty()) at.ReportAt("license_ids", 0, "a closed model has no licence for its weights");
    if (!member.unread_license().empty())
      at.ReportAt("unread_license", "a closed model has no licence for its weights");
    if (member.openness() != v1::CLOSED_WEIGHTS) at.ReportAt("openness", "a closed model is of class CLOSED_WEIGHTS");
  } else {
    at.Require({"organizations"});
    if (member.unread_license().empty()) at.Require({"license_ids"});
    if (member.license_ids().empty() && !member.unread_license().empty()) at.Require({"main_restriction", "openness"});
    if (member.openness() == v1::CLOSED_WEIGHTS) at.ReportAt("openness", "CLOSED_WEIGHTS needs `closed: true`");
  }
  if (member.license_ids_size() > 1 && member.boundary().empty()) {
    at.ReportAt("license_ids", 0, "several licences need a boundary that says what separates them");
  }
  for (const char* field : {"license_ids", "use_policies"}) {
    std::set<std::string> seen;
    const auto& ids = field[0] == 'l' ? member.license_ids() : member.use_policies();
    for (int i = 0; i < ids.size(); ++i) {
      if (!seen.insert(ids.Get(i)).second)
        at.ReportAt(field, i, absl::StrFormat("\"%s\" stands here twice", ids.Get(i)));
    }
  }
  if (member.confidence() == rules::v1::Confidence::high) {
    at.ReportAt("confidence", "a row is never surer than its licences: leave high out");
  }
  LintParts(at);
  for (int i = 0; i < member.shapes_size(); ++i) {
    at.Sub("shapes", i).Require({"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers"});
  }
  std::set<std::string> called;
  for (int i = 0; i < member.also_called_size(); ++i) {
    const std::string& name = member.also_called(i);
    if (name.empty() || !IsLowerCase(name)) {
      at.ReportAt("also_called", i, absl::StrFormat("\"%s\" is no name in lower case", name));
    }
    if (!called.insert(name).second) at.ReportAt("also_called", i, absl::StrFormat("\"%s\" stands here twice", name));
  }
  if (!member.released().empty() && !IsDate(member.released())) {
    at.ReportAt("released", absl::StrFormat("\"%s\" is no date YYYY-MM-DD", member.released()));
  }
  const auto& words =
      FactId::Value_descriptor()->FindValueByNumber(FactId::modality)->options().GetExtension(rules::v1::fact).values();
  for (int i = 0; i < member.modality_size(); ++i) {
    if (std::find(words.begin(), words.end(), member.modality(i)) == words.end()) {
      at.ReportAt("modality", i, absl::StrFormat("modality has no value \"%s\"", member.modality(i)));
    }
  }
  for (int i = 0; i < member.gguf_architectures_size(); ++i) {
    if (!IsLowerCase(member.gguf_architectures(i))) {
      at.ReportAt("gguf_architectures", i,
                  absl::StrFormat("\"%s\" is not in lower case", member.gguf_architectures(i)));
    }
  }
}

}  // namespace

void LintFamily(const LintContext& context, const Cursor& at) {
  const auto& family = at.As<Family>();
  at.Require({"id", "name", "developer", "members"});
  const std::string file = at.path().substr(9, at.path().size() - 9 - 10);  // between "families/" and ".textproto"
  if (!family.id().empty() && family.id() != file) {
    at.ReportAt("id", absl::StrFormat("id \"%s\" is not the file's name \"%s\"", family.id(), file));
  }
  if (!IsLowerCase(family.id())) at.ReportAt("id", "id is not in lower case");
  for (int i = 0; i < family.members_size(); ++i) LintMember(context, at.Sub("members", i));
}

}  // namespace weighbridge::rulebook
