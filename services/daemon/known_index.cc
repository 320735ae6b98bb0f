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

}  // namespace

void KnownIndex::Prepare(std::string_view hex, Digest& key) const {
  if (!HexDecode(hex, key.data(), key.size())) key.fill(0);
  by_digest_.prefetch(key);
}

KnownIndex::Found KnownIndex::Find(const Digest& key, v1::DigestKind::Value asked) const {
  const auto found = by_digest_.find(key);
  if (found == by_digest_.end()) return {};
  // Measured here before measured by a client, the model's own digest before its weights' before a file's.
  for (int place = 2 * kKinds - 1; place >= 0; --place) {
    const uint32_t holder = found->second[static_cast<size_t>(place)];
    const v1::DigestKind::Value kind = KindOf(static_cast<db::DigestKind>(place % kKinds + 1));
    if (holder == 0 || (asked != v1::DigestKind::DIGEST_KIND_UNSPECIFIED && asked != kind)) continue;
    __builtin_prefetch(&audits_[holder - 1]);
    return {&audits_[holder - 1], kind};
  }
  return {};
}

void KnownIndex::Fetch(const Found& found) {
  constexpr size_t kLine = 64;
  if (found.answer == nullptr) return;
  const std::string& wire = found.answer->wire;
  for (size_t at = 0; at < wire.size(); at += kLine) __builtin_prefetch(wire.data() + at);
}

const std::string* KnownIndex::Shared(const std::string& text) { return &*shared_.insert(text).first; }

void KnownIndex::Apply(const db::PublishedAudit& published) {
  v1::DigestStatus status;
  Describe(published.answer, status);
  status.clear_kind();
  const auto [place, is_new] =
      by_sequence_.try_emplace(published.audit_sequence, static_cast<uint32_t>(audits_.size()));
  if (is_new) audits_.emplace_back();
  Answer& answer = audits_[place->second];
  answer.audit_sequence = published.audit_sequence;
  answer.wire = status.SerializeAsString();
  answer.rules_digest = Shared(published.answer.rules_digest);
  answer.classifier_version = Shared(published.answer.classifier_version);
  for (const db::HeldDigest& held : published.digests) {
    Digest digest;
    std::copy(held.digest.begin(), held.digest.end(), digest.begin());
    uint32_t& holder = by_digest_[digest][static_cast<size_t>((held.measured ? kKinds : 0) +
                                                              static_cast<int>(held.kind) - 1)];
    if (holder == 0 || audits_[holder - 1].audit_sequence < published.audit_sequence) holder = place->second + 1;
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
      audits_ = std::vector<Answer>();
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
