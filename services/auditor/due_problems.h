// Which problems a scan must and may report for given artifacts, in its order.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_DUE_PROBLEMS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_DUE_PROBLEMS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {

struct DueProblem {
  std::string_view rule;
  std::string path;   // printable
  bool must = false;  // else a scan may report it, as far as this inventory shows
};

// Of reading one file: malformed, called weights and none, not measurable, polyglot.
std::vector<DueProblem> DueOfFile(const v1::InventoryArtifact& artifact, const provenance::DocumentBytes& documents);

// Of parts that belong together by name, by index or by the keys of split GGUF files. Of what an index holds only the
// client knows.
std::vector<DueProblem> DueOfShards(const v1::Inventory& inventory);

// How many notes each name must have: bidirectional controls, twins in letter case or composition.
std::map<std::string, int> DueNotes(const v1::Inventory& inventory);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_DUE_PROBLEMS_H_
