// Value tree or textproto to a proto message, by reflection: one mapper for every schema.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_MAPPER_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_MAPPER_H_

#include <map>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "services/formats/tree/value.h"
#include "services/profile/issues.h"

namespace weighbridge::profile {

// Where the parts of a message stand in the file: "metrics[0].period", "facts.output_filter" -> place of the value.
class Places {
 public:
  void Set(const std::string& path, Place place) { places_[path] = place; }
  // True if the file states exactly this part, whether or not its value could be used.
  bool Has(const std::string& path) const { return places_.count(path) > 0; }
  // The place of the part, or of the nearest part that holds it.
  Place Of(const std::string& path) const;

 private:
  std::map<std::string, Place> places_;
};

// How scalars may be written.
struct MapperOptions {
  // 64-bit integers may stand in quotes, as proto3 JSON writes them.
  bool quoted_integers = false;
};

// Fills `message` from a map. Every unknown key, wrong type and unknown word becomes an issue; the rest is filled, so
// that one run reports everything. Integers are whole numbers >= 0 in plain digits. A scalar may stand for a list of
// scalars. A key without a value is an issue. A value of a string map may be a list, which is joined with ",".
void MapTree(const formats::Value& tree, const MapperOptions& options, google::protobuf::Message* message,
             Places* places, Issues* issues);

// The same from textproto; false if it does not parse (all messages of the parser become issues).
bool MapTextproto(std::string_view bytes, google::protobuf::Message* message, Places* places, Issues* issues);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_MAPPER_H_
