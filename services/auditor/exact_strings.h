// Sentences that a licence fixes and that are too long for the rulebook, taken from the licence text beside the
// weights.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_EXACT_STRINGS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_EXACT_STRINGS_H_

#include <map>
#include <string>

#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/reconcile.h"

namespace weighbridge::auditor {

// For EvaluationInput::exact_strings: every word range of a standing licence whose text is EXACT in the model, from the
// same wording (token file) that the range counts in. An EXACT text has the official words one for one, so the n-th
// word of the match is the n-th word of the token file. Pure: the documents are stored inputs, so a replay fills the
// same strings.
std::map<std::string, std::string> ExactStringsOf(const provenance::Reconciliation& seen,
                                                  const v1::Inventory& inventory,
                                                  const provenance::DocumentBytes& documents);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_EXACT_STRINGS_H_
