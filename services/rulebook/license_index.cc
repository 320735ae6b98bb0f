#include "services/rulebook/license_index.h"

#include <algorithm>
#include <utility>

#include "services/rulebook/names.h"

namespace weighbridge::rulebook {

using rules::v1::DocumentKind;

LicenseIndex::LicenseIndex(const rules::v1::Compiled& compiled) {
  for (const License& license : compiled.licenses()) all_.push_back(&license);
  std::sort(all_.begin(), all_.end(), [](const License* a, const License* b) { return a->id() < b->id(); });
  for (const License* license : all_) {
    for (const std::string* id : {&license->id(), &license->short_id()}) {
      Add(NormalName(*id), license, &ids_);
      Add(NormalSpelling(*id), license, &spellings_);
    }
    Add(NormalSpelling(license->name()), license, &spellings_);
    for (const std::string& name : license->other_names()) Add(NormalSpelling(name), license, &spellings_);
    for (const std::string& name : license->hub_tags()) Add(NormalSpelling(name), license, &spellings_);
    for (const std::string& name : license->license_names()) Add(NormalSpelling(name), license, &spellings_);
    // A use policy is no licence: metadata that names one has not named its licence.
    if (license->kind() == DocumentKind::use_policy) continue;
    for (Map* map : {&hub_tags_, &names_}) {
      Add(NormalName(license->id()), license, map);
      Add(NormalName(license->short_id()), license, map);
    }
    for (const std::string& tag : license->hub_tags()) Add(NormalName(tag), license, &hub_tags_);
    for (const std::string& name : license->license_names()) Add(NormalName(name), license, &names_);
    for (const std::string& link : license->links()) Add(NormalLink(link), license, &links_);
  }
}

void LicenseIndex::Add(std::string key, const License* license, Map* map) {
  if (SaysNothing(key)) return;
  Licenses& list = (*map)[std::move(key)];
  if (list.empty() || list.back() != license) list.push_back(license);
}

LicenseIndex::Licenses LicenseIndex::Find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? Licenses() : found->second;
}

const rules::v1::License* LicenseIndex::ById(std::string_view id) const {
  if (id.size() > kNameBytesMax) return nullptr;
  const Licenses found = Find(ids_, NormalName(id));
  return found.size() == 1 ? found.front() : nullptr;
}

LicenseIndex::Licenses LicenseIndex::BySpelling(std::string_view spelling) const {
  if (spelling.size() > kNameBytesMax) return {};
  // An id means its licence, whatever else is called so.
  if (const License* exact = ById(spelling)) return {exact};
  return Find(spellings_, NormalSpelling(spelling));
}

LicenseIndex::Licenses LicenseIndex::ByHubTag(std::string_view tag) const {
  return tag.size() > kNameBytesMax ? Licenses() : Find(hub_tags_, NormalName(tag));
}

LicenseIndex::Licenses LicenseIndex::ByName(std::string_view license_name) const {
  return license_name.size() > kNameBytesMax ? Licenses() : Find(names_, NormalName(license_name));
}

LicenseIndex::Licenses LicenseIndex::ByLink(std::string_view url) const {
  if (url.size() > kNameBytesMax) return {};
  const std::string link = NormalLink(url);
  for (size_t end = link.size(); end != std::string::npos && end > 0;) {
    const auto found = links_.find(link.substr(0, end));
    if (found != links_.end()) return found->second;
    end = link.find_last_of("/?#", end - 1);
  }
  return {};
}

}  // namespace weighbridge::rulebook
