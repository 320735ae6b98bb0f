// Licences by every name that metadata or people give them.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_LICENSE_INDEX_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_LICENSE_INDEX_H_

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"

namespace weighbridge::rulebook {

// Look-ups over the licences of a Compiled message, which must outlive it. See rulebook.h for what each one does.
class LicenseIndex {
 public:
  using License = rules::v1::License;
  using Licenses = std::vector<const License*>;

  explicit LicenseIndex(const rules::v1::Compiled& compiled);

  const Licenses& all() const { return all_; }
  const License* ById(std::string_view id) const;
  Licenses BySpelling(std::string_view spelling) const;
  Licenses ByHubTag(std::string_view tag) const;
  Licenses ByName(std::string_view license_name) const;
  Licenses ByLink(std::string_view url) const;

 private:
  using Map = std::unordered_map<std::string, Licenses>;

  static void Add(std::string key, const License* license, Map* map);
  static Licenses Find(const Map& map, const std::string& key);

  Licenses all_;  // by id
  Map ids_;
  Map spellings_;
  Map hub_tags_;
  Map names_;
  Map folder_links_;  // listed with '/' at the end: what lies below them
  Map open_links_;    // others: whatever goes on with another word
};

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_LICENSE_INDEX_H_
