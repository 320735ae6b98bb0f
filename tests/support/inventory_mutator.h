// Makes hostile inventories out of a valid one: what a client could send that is no client of ours.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_INVENTORY_MUTATOR_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_INVENTORY_MUTATOR_H_

#include <functional>
#include <map>
#include <random>
#include <string>

#include "proto/weighbridge/v1/inventory.pb.h"

namespace weighbridge::testing_support {

// As provenance::DocumentBytes.
using InventoryDocuments = std::map<std::string, std::string, std::less<>>;

struct MutatorOptions {
  // Strings that are not UTF-8 cannot be sent by every library; false leaves them out.
  bool malformed_utf8 = true;
  // Now and then more elements than a limit allows (130,000): slow, so rare.
  bool floods = true;
};

// Changes one or two things about `inventory` and `documents`, by structure (any field of any message), by document
// (lost, added, swapped, cut, another digest) or by a lie that keeps the rest consistent (a licence called a picture, a
// file renamed or left out, a document exchanged together with its digest). The same state of `rng` makes the same
// change. Returns what was done, for the message of a failure. The result may be valid: a changed digest of a weights
// file is that of another file.
std::string MutateInventory(std::mt19937_64& rng, v1::Inventory& inventory, InventoryDocuments& documents,
                            const MutatorOptions& options = {});

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_INVENTORY_MUTATOR_H_
