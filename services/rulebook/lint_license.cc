// A licence as a whole: identity, names, class, dates, and that class, permissions and tests say the same.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "services/rulebook/lint_parts.h"
#include "services/rulebook/names.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::Condition;
using rules::v1::DocumentKind;
using rules::v1::Duty;
using rules::v1::Effect;
using rules::v1::FactId;
using rules::v1::License;
using rules::v1::Permission;
using rules::v1::Right;
using rules::v1::Stance;
using rules::v1::Test;
using v1::TermKind;

// SPDX idstring: letters, digits, '-' and '.'; LicenseRef- before ids that are not on the SPDX list.
bool IsSpdxId(std::string_view id) {
  if (id.rfind("LicenseRef-", 0) == 0) id.remove_prefix(11);
  return !id.empty() && id.front() != '-' && id.front() != '.' && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

void LintNameList(const Cursor& at, const char* field, const google::protobuf::RepeatedPtrField<std::string>& names,
                  bool lower_case) {
  std::set<std::string> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string& name = names.Get(i);
    if (lower_case && !IsLowerCase(name)) at.ReportAt(field, i, absl::StrFormat("\"%s\" is not in lower case", name));
    if (!name.empty() && SaysNothing(NormalName(name))) {
      at.ReportAt(field, i, absl::StrFormat("\"%s\" says nothing: metadata uses it for licences of any kind", name));
    }
    if (name.size() > kNameBytesMax) at.ReportAt(field, i, absl::StrFormat("longer than %d bytes", kNameBytesMax));
    if (!seen.insert(NormalName(name)).second) at.ReportAt(field, i, absl::StrFormat("\"%s\" stands here twice", name));
  }
}

void LintLinks(const Cursor& at) {
  const auto& license = at.As<License>();
  LintNameList(at, "links", license.links(), true);
  for (int i = 0; i < license.links_size(); ++i) {
    const std::string& link = license.links(i);
    const size_t slash = link.find('/');
    if (link.find("://") != std::string::npos) {
      at.ReportAt("links", i, "a link stands without scheme");
    } else if (slash == std::string::npos || slash + 1 == link.size() ||
               link.substr(0, slash).find('.') == std::string::npos) {
      at.ReportAt("links", i, "a link names a host and something on it: \"example.org/license\"");
    } else if (NormalLink(link).empty() || link.find_first_of("?#") != std::string::npos) {
      at.ReportAt("links", i, "a link has no blanks, query, fragment, \".\" or \"..\" parts");
    }
  }
}

// A date in `field`, if there is one.
void LintDate(const Cursor& at, const char* field, const std::string& date) {
  if (!date.empty() && !IsDate(date)) at.ReportAt(field, absl::StrFormat("\"%s\" is no date YYYY-MM-DD", date));
}

// True if a test or a promise of the licence asks for one of the facts.
bool AsksFor(const License& license, std::initializer_list<FactId::Value> ids) {
  std::set<int> facts;
  for (const Test& test : license.tests()) {
    CollectFacts(test.when(), &facts);
    for (const Duty& duty : test.duties()) {
      if (duty.has_violated_when()) CollectFacts(duty.violated_when(), &facts);
    }
  }
  for (const Duty& duty : license.duties()) {
    if (duty.has_violated_when()) CollectFacts(duty.violated_when(), &facts);
  }
  return std::any_of(ids.begin(), ids.end(), [&](FactId::Value id) { return facts.count(id) != 0; });
}

bool BarsCommercialUse(const License& license) {
  return std::any_of(license.tests().begin(), license.tests().end(), [](const Test& test) {
    const bool kind = test.kind() == TermKind::commercial_use || test.kind() == TermKind::purpose;
    std::set<int> facts;
    CollectFacts(test.when(), &facts);
    return kind && facts.count(FactId::use) != 0 && HoldsFor(test.when(), FactId::use, "commercial") != Truth::kFalse &&
           (test.effect() == Effect::commercial_use || test.effect() == Effect::all_rights);
  });
}

// What the class promises has to be in the tests: the evaluation reads tests and duties, people read the class. A class
// that is stricter or milder than the tests would make one of them wrong.
void LintClass(const Cursor& at) {
  const auto& license = at.As<License>();
  const bool restricts = std::any_of(license.tests().begin(), license.tests().end(),
                                     [](const Test& test) { return test.effect() != Effect::duty; });
  if (license.openness() == v1::NON_COMMERCIAL && !BarsCommercialUse(license)) {
    at.ReportAt(
        "openness",
        "NON_COMMERCIAL needs a test of kind commercial_use or purpose that is true for `use: commercial` and takes "
        "commercial_use or all_rights: without it commercial use would pass");
  }
  if (license.openness() == v1::FULLY_OPEN || license.openness() == v1::OPEN_WEIGHTS_PERMISSIVE) {
    if (restricts) at.ReportAt("openness", "a permissive licence has no test that takes rights away");
    if (license.use_policies_size() != 0) at.ReportAt("openness", "a permissive licence incorporates no use policy");
  }
  if (license.openness() == v1::OPEN_WEIGHTS_RESTRICTED && !restricts && license.use_policies().empty() &&
      license.duties().empty() && license.tests().empty()) {
    at.ReportAt("openness", "OPEN_WEIGHTS_RESTRICTED without a test, duty or use policy that restricts");
  }
  if (license.openness() == v1::CLOSED_WEIGHTS) at.ReportAt("openness", "no licence text covers closed weights");
  for (int i = 0; i < license.permissions_size(); ++i) {
    const Permission& permission = license.permissions(i);
    if (permission.right() == Right::commercial_use && permission.stance() == Stance::allowed &&
        license.openness() == v1::NON_COMMERCIAL) {
      at.Sub("permissions", i).ReportAt("stance", "commercial use is allowed in a licence of class NON_COMMERCIAL");
    }
    if (permission.stance() != Stance::barred) continue;
    const bool backed = permission.right() == Right::commercial_use ? BarsCommercialUse(license)
                        : permission.right() == Right::distribute   ? AsksFor(license, {FactId::distribution})
                        : permission.right() == Right::host_as_service
                            ? AsksFor(license, {FactId::distribution, FactId::use})
                            : true;
    if (!backed) {
      at.Sub("permissions", i)
          .ReportAt("stance", absl::StrFormat(
                                  "%s is barred, but no test and no violated_when asks for the fact that would show it",
                                  Right::Value_Name(permission.right())));
    }
  }
}

void LintPermissions(const Cursor& at) {
  const auto& license = at.As<License>();
  std::set<int> rights;
  for (int i = 0; i < license.permissions_size(); ++i) {
    if (!rights.insert(license.permissions(i).right()).second) {
      at.Sub("permissions", i).ReportAt("right", "the right stands here twice");
    }
  }
  if (license.kind() != DocumentKind::license) {
    if (!rights.empty()) at.Sub("permissions", 0).Report("only a licence grants rights");
    return;
  }
  for (Right::Value right : {Right::use, Right::commercial_use, Right::modify, Right::distribute}) {
    if (rights.count(right) == 0) {
      at.ReportAt("permissions",
                  absl::StrFormat("no permission says where the text stands on %s (stance silent is an answer)",
                                  Right::Value_Name(right)));
    }
  }
}

// A record that knows no terms must never be taken for one that does: nothing of it may look like a fact with a clause,
// and its confidence sends every decision to a person. What the class of a category promises is not backed by tests.
void LintCategoryFacts(const Cursor& at) {
  const auto& license = at.As<License>();
  at.Sub("category_facts").Require({"category", "owner"});
  if (license.provenance().confidence() != rules::v1::Confidence::low) {
    at.ReportAt("category_facts", "a licence known by its category alone has confidence low");
  }
  if (license.kind() == DocumentKind::use_policy)
    at.ReportAt("kind", "a use policy is never known by its category alone");
  if (license.kind() != DocumentKind::license && license.openness() != v1::OPENNESS_UNKNOWN) {
    at.ReportAt("openness", "only a licence has a class");
  }
  if (license.openness() == v1::CLOSED_WEIGHTS || license.openness() == v1::FULLY_OPEN) {
    at.ReportAt("openness", "no category says that weights are closed or a model fully open");
  }
  if (!license.tests().empty() || !license.duties().empty() || !license.permissions().empty() ||
      license.has_outputs() || !license.terminations().empty() || !license.statements().empty() ||
      !license.contradictions().empty() || !license.use_policies().empty() || !license.stacked_licenses().empty()) {
    at.ReportAt("category_facts",
                "a licence known by its category alone states no terms; with terms, leave category_facts out");
  }
}

}  // namespace

void LintLicense(const LintContext& context, const Cursor& at) {
  const auto& license = at.As<License>();
  at.Require({"id", "short_id", "name", "kind", "main_restriction", "summary", "provenance"});
  const std::string folder(LicenseFolder(at.path()));
  if (!license.id().empty() && !IsSpdxId(license.id())) {
    at.ReportAt("id", absl::StrFormat("\"%s\" is no SPDX id: letters, digits, '-' and '.', LicenseRef- before others",
                                      license.id()));
  }
  if (!license.short_id().empty() && license.short_id() != folder) {
    at.ReportAt("short_id",
                absl::StrFormat("short_id \"%s\" is not the folder's name \"%s\"", license.short_id(), folder));
  }
  LintDate(at, "released", license.released());
  LintDate(at, "replaced", license.replaced());
  if (IsDate(license.released()) && IsDate(license.replaced()) && license.replaced() < license.released()) {
    at.ReportAt("replaced", "replaced before it was released");
  }
  LintNameList(at, "hub_tags", license.hub_tags(), true);
  LintNameList(at, "license_names", license.license_names(), true);
  LintNameList(at, "other_names", license.other_names(), false);
  LintLinks(at);
  if (license.has_category_facts()) {
    LintCategoryFacts(at);
    return;
  }
  if (license.kind() == DocumentKind::license) {
    if (license.openness() == v1::OPENNESS_UNKNOWN) at.ReportAt("openness", "openness is missing");
    LintClass(at);
  } else {
    if (license.openness() != v1::OPENNESS_UNKNOWN) at.ReportAt("openness", "only a licence has a class");
  }
  if (license.kind() == DocumentKind::use_policy) {
    if (!license.hub_tags().empty()) at.ReportAt("hub_tags", 0, "a use policy is no licence and has no hub tag");
    if (!license.license_names().empty())
      at.ReportAt("license_names", 0, "a use policy is no licence and has no license_name");
    if (!license.use_policies().empty()) at.Sub("use_policies", 0).Report("a use policy incorporates no use policy");
  }
  if (license.kind() != DocumentKind::license && license.tests().empty() && license.duties().empty()) {
    at.Report("a document that is no licence and has neither tests nor duties does nothing");
  }
  LintPermissions(at);
}

}  // namespace weighbridge::rulebook
