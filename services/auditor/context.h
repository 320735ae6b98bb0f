// What a user says about a model beside its files: documents of another folder, and where it came from.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_CONTEXT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_CONTEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/auditor/collected.h"
#include "services/source/fingerprint.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {

inline constexpr size_t kSourceBytesMax = 2048;

// Reads the documents of `folder` as context of `file`: terms, cards and notices of any size (the first part of long
// ones), other texts and configs up to kMaxDocumentBytes, documents that are not read (PDF) of any size. What is
// larger, or weights or a program by its name, is not opened, and a note says how many. Problems of the folder stand in
// the inventory. Errors: InvalidArgument (no folder), those of Root::Open, Cancelled. Throws std::bad_alloc.
absl::Status AddContext(const std::string& folder, const source::WalkLimits& limits, const source::ReadOptions& options,
                        Collected& file);

// True for what is kept of such a folder: documents, archives, and what is named like terms or is a document that is
// not read. Nothing else could speak for a model.
bool SpeaksFromOutside(const v1::InventoryArtifact& artifact);

// Checks "URL@REV" or "ORG/NAME@REV": printable, without blanks, at most kSourceBytesMax bytes, no user or password in
// the URL (it is stored and shown). InvalidArgument says what is wrong.
absl::Status CheckSource(std::string_view source);

// Records a checked source. A hub repository and revision that the layout does not show are taken from it; what the
// layout shows stands.
void AddSource(const std::string& source, v1::Inventory& inventory);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_CONTEXT_H_
