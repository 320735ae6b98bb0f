#include "services/rulebook/license_index.h"

#include <algorithm>
#include <utility>

#include "services/rulebook/names.h"

namespace weighbridge::rulebook {

using rules::v1::DocumentKind;

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordByte(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// True if no word and no number goes on across `end`: "license-2.0" ends before "-standalone" and ".txt", not before
// ".1" or "a".
bool EndsAWord(const std::string& link, size_t end) {
  if (end == link.size() || !IsWordByte(link[end - 1])) return true;
  if (IsWordByte(link[end])) return false;
  return !(link[end] == '.' && IsDigit(link[end - 1]) && end + 1 < link.size() && IsDigit(link[end + 1]));
}

}  // namespace

LicenseIndex::LicenseIndex(const rules::v1::Compiled& compiled) {
  for (const License& license : compiled.licenses()) all_.push_back(&license);
  std::sort(all_.begin(), all_.end(), [](const License* a, const License* b) { return a->id() < b->id(); });
  // Each licence has about this many names: filled maps are not built again while they grow.
  for (Map* map : {&ids_, &hub_tags_, &names_}) map->reserve(2 * all_.size());
  spellings_.reserve(4 * all_.size());
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
    for (const std::string& link : license->links()) {
      Add(NormalLink(link), license, !link.empty() && link.back() == '/' ? &folder_links_ : &open_links_);
    }
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
  for (size_t end = link.size(); end > 0; --end) {
    const char next = end == link.size() ? '\0' : link[end];
    const std::string prefix = link.substr(0, end);
    Licenses found;
    if (next == '\0' || next == '/' || next == '?' || next == '#') found = Find(folder_links_, prefix);
    if (EndsAWord(link, end)) {
      for (const License* license : Find(open_links_, prefix)) {
        if (std::find(found.begin(), found.end(), license) == found.end()) found.push_back(license);
      }
    }
    if (found.empty()) continue;
    std::sort(found.begin(), found.end(), [](const License* a, const License* b) { return a->id() < b->id(); });
    return found;
  }
  return {};
}

}  // namespace weighbridge::rulebook
