#include "services/daemon/known_index.h"

#include <algorithm>
#include <utility>

#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/daemon/records.h"

namespace weighbridge::daemon {
namespace {

// Audits of one page: readers wait for as long as it takes to put them in.
constexpr int kPage = 200;

// The numbers of both enums are those of the database.
v1::DigestKind::Value KindOf(int kind) {
  switch (static_cast<db::DigestKind>(kind)) {
    case db::DigestKind::kFile:
      return v1::DigestKind::FILE;
    case db::DigestKind::kWeights:
      return v1::DigestKind::WEIGHTS;
    case db::DigestKind::kModel:
      return v1::DigestKind::MODEL;
  }
  return v1::DigestKind::DIGEST_KIND_UNSPECIFIED;
}

}  // namespace

std::optional<KnownIndex::Found> KnownIndex::Find(std::string_view hex, v1::DigestKind::Value asked) const {
  Digest digest;
  if (!HexDecode(hex, digest.data(), digest.size())) return std::nullopt;
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return std::nullopt;
  // Measured here before measured by a client, the model's own digest before its weights' before a file's.
  for (int place = 2 * kKinds - 1; place >= 0; --place) {
    const uint32_t holder = found->second[static_cast<size_t>(place)];
    const v1::DigestKind::Value kind = KindOf(place % kKinds + 1);
    if (holder == 0 || (asked != v1::DigestKind::DIGEST_KIND_UNSPECIFIED && asked != kind)) continue;
    return Found{audits_[holder - 1].answer.get(), kind};
  }
  return std::nullopt;
}

void KnownIndex::Apply(const db::PublishedAudit& published) {
  auto answer = std::make_unique<CachedAnswer>();
  Describe(published.answer, answer->status);
  answer->rules_digest = published.answer.rules_digest;
  answer->classifier_version = published.answer.classifier_version;
  const auto [place, is_new] =
      by_sequence_.try_emplace(published.audit_sequence, static_cast<uint32_t>(audits_.size()));
  if (is_new) audits_.push_back({published.audit_sequence, nullptr});
  audits_[place->second].answer = std::move(answer);
  for (const db::HeldDigest& held : published.digests) {
    Digest digest;
    std::copy(held.digest.begin(), held.digest.end(), digest.begin());
    uint32_t& holder = by_digest_[digest][static_cast<size_t>((held.measured ? kKinds : 0) +
                                                              static_cast<int>(held.kind) - 1)];
    if (holder == 0 || audits_[holder - 1].sequence < published.audit_sequence) holder = place->second + 1;
  }
}

absl::Status KnownIndex::Refresh(db::Store& store, uint64_t generation) {
  const absl::MutexLock one_at_a_time(&refresh_mutex_);
  if (!enabled_) return absl::OkStatus();
  int64_t position = 0;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    position = position_;
  }
  while (true) {
    WB_ASSIGN_OR_RETURN(const db::PublishedAudits page, store.PublishedAfter(position, kPage));
    const absl::MutexLock lock(&mutex_);
    // Between two pages it is up to date with nothing.
    if (!page.audits.empty()) generation_ = 0;
    for (const db::PublishedAudit& published : page.audits) Apply(published);
    position = position_ = page.position;
    if (by_digest_.size() > digests_max_) {
      enabled_ = false;
      generation_ = 0;
      by_digest_ = {};
      by_sequence_ = {};
      audits_ = std::vector<Audit>();
      return absl::ResourceExhaustedError("the database knows more digests than may be kept in memory; look-ups read it");
    }
    if (page.more) continue;
    filled_ = true;
    generation_ = generation;
    return absl::OkStatus();
  }
}

size_t KnownIndex::size() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return by_digest_.size();
}

}  // namespace weighbridge::daemon
