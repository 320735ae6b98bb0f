// An inventory in parts that a message can hold: put together where it arrives, taken apart where it is sent. No
// transport in it.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_UPLOAD_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_UPLOAD_H_

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/auditor/collected.h"
#include "services/auditor/inventory_check.h"
#include "services/crypto/sha256.h"

namespace weighbridge::auditor {

// Largest part, of an inventory as a message or of a document. No element of an inventory is larger (kHeaderBytesMax).
inline constexpr size_t kUploadPartBytesMax = 1 << 20;

// Bytes that one upload may hold. With the defaults every model that a walk can list fits, unless the headers of its
// weights fill them: such a model is scanned where it lies.
struct UploadLimits {
  size_t inventory_bytes_max = 96 << 20;  // with kElementBytes for each element
  size_t document_bytes_max = kInventoryDocumentsBytesMax;
};

// What an artifact, a problem or a key takes in memory beside its bytes: without it, a part of empty elements would be
// small to send and large to keep.
inline constexpr size_t kElementBytes = 256;

// Takes parts in this order: the inventory in one or more parts, then the documents one after the other, each in one or
// more parts.
//
//   InventoryUpload upload;
//   WB_RETURN_IF_ERROR(upload.AddInventory(part));
//   WB_RETURN_IF_ERROR(upload.AddDocument(sha256, bytes, /*last=*/true));
//   WB_ASSIGN_OR_RETURN(Collected collected, upload.Finish());
//
// Errors name a field: INVALID_ARGUMENT for what no client of ours sends, RESOURCE_EXHAUSTED for what is over a limit,
// which is found out before it is kept. After an error every later call returns the same one and nothing is held. Not
// thread-safe.
class InventoryUpload {
 public:
  explicit InventoryUpload(UploadLimits limits = {}) : limits_(limits) {}

  // The first part holds all single fields; what is repeated is appended part by part.
  absl::Status AddInventory(v1::Inventory part);

  // The next bytes of a document that an artifact refers to (document_sha256). Its digest is checked when `last` is
  // true.
  absl::Status AddDocument(std::string_view sha256, std::string_view bytes, bool last);

  // What arrived, after CheckInventory(). Call it once, at the end.
  absl::StatusOr<Collected> Finish();

  // What is held now, counted as the limits count it.
  size_t bytes_held() const { return inventory_bytes_ + document_bytes_; }

 private:
  absl::Status TakeInventory(v1::Inventory& part);
  absl::Status TakeDocument(std::string_view sha256, std::string_view bytes, bool last);
  absl::Status StartDocument(std::string_view sha256);
  absl::Status Fail(absl::Status status);

  const UploadLimits limits_;
  absl::Status status_;  // of the first call that failed
  Collected collected_;
  bool has_inventory_ = false;
  size_t inventory_bytes_ = 0;
  size_t document_bytes_ = 0;

  std::map<std::string, uint64_t, std::less<>>
      expected_;  // digests that artifacts refer to, and the most bytes; from the first document on
  bool expects_ = false;
  size_t documents_ = 0;         // begun
  std::string* open_ = nullptr;  // the document that is arriving
  std::string open_digest_;
  Sha256 hash_;
};

// Takes parts; false ends the sending.
struct PartSink {
  std::function<bool(const v1::Inventory& part)> inventory;
  std::function<bool(std::string_view sha256, std::string_view bytes, bool last)> document;
};

// Gives `sink` what an InventoryUpload makes `collected` of again, in parts of at most `part_bytes_max` bytes (an
// element of an inventory that is larger stands alone in its part). False if the sink ended it.
bool SplitInventory(const Collected& collected, size_t part_bytes_max, const PartSink& sink);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_UPLOAD_H_
