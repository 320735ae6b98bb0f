// What holds across files: every name means one thing, every reference leads somewhere, no row of a family hides
// another.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/rulebook/lint_parts.h"
#include "services/rulebook/names.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::DocumentKind;
using rules::v1::Family;
using rules::v1::FamilyMember;
using rules::v1::License;

using Names = google::protobuf::RepeatedPtrField<std::string>;

// The licence of a reference, if it is there and could be parsed.
const License* Find(const LintContext& context, const std::string& short_id) {
  const auto found = context.licenses.find(short_id);
  return found == context.licenses.end() || found->second == nullptr ? nullptr : &found->second->message;
}

// Reports at `field` unless `short_id` is the folder of a document of the kind asked for.
void LintReference(const LintContext& context, const Cursor& at, const char* field, int index,
                   const std::string& short_id, bool policy) {
  if (short_id.empty()) return;  // reported as missing
  if (context.licenses.count(short_id) == 0) {
    at.ReportAt(field, index, absl::StrFormat("there is no licenses/%s/rule.textproto", short_id));
    return;
  }
  const License* license = Find(context, short_id);
  if (license != nullptr && (license->kind() == DocumentKind::use_policy) != policy) {
    at.ReportAt(field, index,
                policy ? absl::StrFormat("\"%s\" is no use policy", short_id)
                       : absl::StrFormat("\"%s\" is a use policy, no licence", short_id));
  }
}

// True if following `stacked_licenses` from `from` leads back to `to`.
bool StacksOnto(const LintContext& context, const std::string& from, const std::string& to) {
  std::set<std::string> seen;
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    const std::string id = open.back();
    open.pop_back();
    const License* license = Find(context, id);
    if (license == nullptr || !seen.insert(id).second) continue;
    for (const auto& reference : license->stacked_licenses()) {
      if (reference.short_id() == to) return true;
      open.push_back(reference.short_id());
    }
  }
  return false;
}

}  // namespace

void LintNames(const LintContext& context, std::vector<RuleIssue>* issues) {
  // An id, a short id or an other name means one document, however people write it.
  std::map<std::string, std::string> owners;  // spelling to path
  const auto claim = [&](const Cursor& at, const char* field, int index, const std::string& name) {
    if (name.empty()) return;
    const auto [owner, added] = owners.emplace(NormalSpelling(name), at.path());
    if (!added && owner->second != at.path()) {
      at.ReportAt(field, index, absl::StrFormat("\"%s\" already names rules/%s", name, owner->second));
    }
  };
  for (const auto& parsed : context.rules->licenses) {
    const Cursor at(parsed, issues);
    claim(at, "id", -1, parsed.message.id());
    claim(at, "short_id", -1, parsed.message.short_id());
  }
  // A tag may stand for several licences, but not for a licence that has the tag as its id and is none of them.
  const std::map<std::string, std::string> ids = owners;
  for (const auto& parsed : context.rules->licenses) {
    const Cursor at(parsed, issues);
    const License& license = parsed.message;
    for (int i = 0; i < license.other_names_size(); ++i) claim(at, "other_names", i, license.other_names(i));
    for (const auto& [field, names] :
         {std::pair<const char*, const Names*>("hub_tags", &license.hub_tags()),
          std::pair<const char*, const Names*>("license_names", &license.license_names())}) {
      for (int i = 0; i < names->size(); ++i) {
        const auto owner = ids.find(NormalSpelling(names->Get(i)));
        if (owner != ids.end() && owner->second != at.path()) {
          at.ReportAt(field, i, absl::StrFormat("\"%s\" is an id of rules/%s", names->Get(i), owner->second));
        }
      }
    }
  }
}

void LintReferences(const LintContext& context, std::vector<RuleIssue>* issues) {
  std::set<std::string> policies_used;
  for (const auto& parsed : context.rules->licenses) {
    const Cursor at(parsed, issues);
    const License& license = parsed.message;
    const std::string folder(LicenseFolder(parsed.path));
    for (int i = 0; i < license.use_policies_size(); ++i) {
      LintReference(context, at.Sub("use_policies", i), "short_id", -1, license.use_policies(i).short_id(), true);
      policies_used.insert(license.use_policies(i).short_id());
    }
    for (int i = 0; i < license.stacked_licenses_size(); ++i) {
      LintReference(context, at.Sub("stacked_licenses", i), "short_id", -1, license.stacked_licenses(i).short_id(),
                    false);
    }
    if (StacksOnto(context, folder, folder)) at.Sub("stacked_licenses", 0).Report("the licence stacks onto itself");
    for (int i = 0; i < license.siblings_size(); ++i) {
      const std::string& sibling = license.siblings(i).short_id();
      if (sibling == folder) {
        at.Sub("siblings", i).ReportAt("short_id", "a licence is no sibling of itself");
      } else if (!sibling.empty() && context.licenses.count(sibling) == 0) {
        at.Sub("siblings", i).ReportAt("short_id", absl::StrFormat("there is no licenses/%s/rule.textproto", sibling));
      }
    }
  }
  for (const auto& parsed : context.rules->families) {
    const Cursor at(parsed, issues);
    for (int m = 0; m < parsed.message.members_size(); ++m) {
      const FamilyMember& member = parsed.message.members(m);
      const Cursor member_at = at.Sub("members", m);
      for (int i = 0; i < member.license_ids_size(); ++i) {
        LintReference(context, member_at, "license_ids", i, member.license_ids(i), false);
      }
      for (int i = 0; i < member.use_policies_size(); ++i) {
        LintReference(context, member_at, "use_policies", i, member.use_policies(i), true);
        policies_used.insert(member.use_policies(i));
      }
    }
  }
  // A policy that nothing refers to would never be evaluated.
  for (const auto& parsed : context.rules->licenses) {
    if (parsed.message.kind() == DocumentKind::use_policy &&
        policies_used.count(std::string(LicenseFolder(parsed.path))) == 0) {
      Cursor(parsed, issues).ReportAt("kind", "no licence and no family refers to this use policy");
    }
  }
}

void LintGlobs(const LintContext& context, std::vector<RuleIssue>* issues) {
  struct Earlier {
    std::string glob;
    std::string path;
  };
  std::map<std::string, std::vector<Earlier>> organizations;  // in first-match order
  for (const auto& parsed : context.rules->families) {
    const Cursor at(parsed, issues);
    for (int m = 0; m < parsed.message.members_size(); ++m) {
      const FamilyMember& member = parsed.message.members(m);
      for (int n = 0; n < member.names_size(); ++n) {
        for (const std::string& organization : member.organizations()) {
          // A glob that matches another glob as a text matches everything that the other one does.
          for (const Earlier& earlier : organizations[organization]) {
            if (GlobMatches(earlier.glob, member.names(n))) {
              at.Sub("members", m)
                  .ReportAt("names", n,
                            absl::StrFormat("\"%s/%s\" never matches: \"%s\" before it (rules/%s) matches all of it",
                                            organization, member.names(n), earlier.glob, earlier.path));
              break;
            }
          }
        }
      }
      for (const std::string& organization : member.organizations()) {
        for (const std::string& glob : member.names()) organizations[organization].push_back({glob, parsed.path});
      }
    }
  }
}

}  // namespace weighbridge::rulebook
