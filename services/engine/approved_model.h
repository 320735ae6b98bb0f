// ApprovedModel: the only thing that a runtime loads, and only engine/gate can make one (ANCHORS 13, 14).
//
// It carries sealed copies of what was verified, as open descriptors, and no path: what was hashed is what is loaded,
// whatever happens to the files meanwhile (ADR 2026-11-26-sealed-copies).
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_APPROVED_MODEL_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_APPROVED_MODEL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/source/owned_fd.h"

namespace weighbridge::engine {

// A copy in memory that nobody can change any more: a memfd with the seals WRITE, GROW, SHRINK and SEAL, read-only.
struct SealedFile {
  std::string name;    // path in the model: for messages alone
  std::string sha256;  // of exactly the bytes behind `fd`
  uint64_t size = 0;
  source::OwnedFd fd;
};

// Movable, not copyable.
class ApprovedModel {
 public:
  ApprovedModel(ApprovedModel&&) = default;
  ApprovedModel& operator=(ApprovedModel&&) = default;
  ApprovedModel(const ApprovedModel&) = delete;
  ApprovedModel& operator=(const ApprovedModel&) = delete;

  // The weights in loading order: one file, or all splits of one.
  const std::vector<SealedFile>& weights() const { return weights_; }
  // Adapters in the order in which they are laid over it, one file each.
  const std::vector<SealedFile>& adapters() const { return adapters_; }

  const std::string& approval_id() const { return approval_id_; }
  const std::string& model_digest() const { return model_digest_; }
  const std::string& weights_digest() const { return weights_digest_; }
  const std::string& trust() const { return trust_; }
  absl::Time expires() const { return expires_; }
  const v1::ApprovalDetails& details() const { return details_; }
  // The use it runs under, and whether whoever asked stated it or it is the approval's.
  const std::string& use() const { return use_; }
  bool use_stated() const { return use_stated_; }

 private:
  friend class ModelGate;  // services/engine/gate
  ApprovedModel() = default;

  std::vector<SealedFile> weights_, adapters_;
  std::string approval_id_, model_digest_, weights_digest_, trust_, use_;
  bool use_stated_ = false;
  absl::Time expires_;
  v1::ApprovalDetails details_;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_APPROVED_MODEL_H_
