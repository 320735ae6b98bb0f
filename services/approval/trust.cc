#include "services/approval/trust.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/base/hex.h"
#include "services/base/utf8.h"
#include "services/profile/issues.h"
#include "services/profile/mapper.h"
#include "services/profile/read_message.h"

namespace weighbridge::approval {
namespace {

constexpr std::string_view kPemBegin = "-----BEGIN";
constexpr std::string_view kPemEnd = "-----END PUBLIC KEY-----";
constexpr std::string_view kSpace = " \t\r\n";

// PEM blocks alone.
absl::StatusOr<TrustedKeys> ParsePemFile(std::string_view bytes, std::string_view file_name, std::string_view trust) {
  TrustedKeys trusted;
  for (int block = 1;; ++block) {
    const size_t begin = bytes.find_first_not_of(kSpace);
    if (begin == bytes.npos) break;
    const size_t end = bytes.find(kPemEnd, begin);
    if (end == bytes.npos || trusted.keys().size() == kTrustedKeysMax) {
      return absl::InvalidArgumentError(
          end == bytes.npos ? absl::StrFormat("%s: PEM block %d does not end", Printable(file_name), block)
                            : absl::StrFormat("%s: more than %d keys", Printable(file_name), kTrustedKeysMax));
    }
    const size_t size = end + kPemEnd.size() - begin;
    absl::StatusOr<PublicKey> key = PublicKey::FromPem(bytes.substr(begin, size));
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: PEM block %d: %s", Printable(file_name), block, std::string(key.status().message())));
    }
    trusted.Trust({*std::move(key), "", std::string(trust)});
    bytes.remove_prefix(begin + size);
  }
  return trusted;
}

// A stated instant, or `otherwise` where there is none.
absl::Time InstantAt(const std::string& text, absl::Time otherwise, const std::string& path,
                     const profile::Places& places, profile::Issues& issues) {
  if (text.empty()) return otherwise;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    issues.Add(places.Of(path), absl::StrFormat("\"%s\" is no instant such as 2026-11-26T12:00:00Z", Printable(text)));
  }
  return time;
}

void TakeKeys(const v1::TrustFile& file, std::string_view trust, const profile::Places& places, profile::Issues& issues,
              TrustedKeys& trusted) {
  std::set<std::string> seen;
  for (int i = 0; i < file.keys_size(); ++i) {
    const v1::TrustedKey& entry = file.keys(i);
    const std::string path = absl::StrFormat("keys[%d]", i);
    absl::StatusOr<PublicKey> key = PublicKey::FromPem(entry.public_key());
    if (!key.ok()) {
      issues.Add(places.Of(path + ".public_key"), std::string(key.status().message()));
      continue;
    }
    if (!seen.insert(key->key_id()).second) issues.Add(places.Of(path), "this key is listed before");
    const absl::Time from = InstantAt(entry.not_before(), absl::InfinitePast(), path + ".not_before", places, issues);
    const absl::Time to = InstantAt(entry.not_after(), absl::InfiniteFuture(), path + ".not_after", places, issues);
    trusted.Trust({*std::move(key), Printable(entry.name()), std::string(trust), from, to});
  }
  for (int i = 0; i < file.distrusted_size(); ++i) {
    const v1::DistrustedKey& entry = file.distrusted(i);
    if (!IsSha256Hex(entry.key_id())) {
      issues.Add(places.Of(absl::StrFormat("distrusted[%d].key_id", i)),
                 "a key id has 64 lower-case hexadecimal digits");
      continue;
    }
    trusted.Distrust({entry.key_id(), Printable(entry.reason())});
  }
}

}  // namespace

void TrustedKeys::Trust(TrustedKey key) {
  for (const TrustedKey& known : keys_) {
    if (known.key == key.key) return;
  }
  keys_.push_back(std::move(key));
}

void TrustedKeys::Distrust(DistrustedKey key) {
  if (FindDistrust(key.key_id) == nullptr) distrusted_.push_back(std::move(key));
}

const DistrustedKey* TrustedKeys::FindDistrust(std::string_view key_id) const {
  for (const DistrustedKey& key : distrusted_) {
    if (key.key_id == key_id) return &key;
  }
  return nullptr;
}

absl::StatusOr<TrustedKeys> ParseTrustFile(std::string_view bytes, std::string_view file_name, std::string_view trust) {
  if (bytes.size() > kTrustFileMaxBytes) {
    return absl::InvalidArgumentError(absl::StrFormat("%s has %d bytes, over the limit of %d", Printable(file_name),
                                                      bytes.size(), kTrustFileMaxBytes));
  }
  TrustedKeys trusted;
  const size_t begin = bytes.find_first_not_of(kSpace);
  if (begin != bytes.npos && bytes.substr(begin, kPemBegin.size()) == kPemBegin) {
    absl::StatusOr<TrustedKeys> keys = ParsePemFile(bytes, file_name, trust);
    if (!keys.ok()) return keys.status();
    trusted = *std::move(keys);
  } else {
    profile::Issues issues(file_name);
    profile::Places places;
    v1::TrustFile file;
    if (profile::ReadMessage(bytes, file_name, &file, &places, &issues)) {
      if (file.keys_size() > static_cast<int>(kTrustedKeysMax)) {
        issues.Add(places.Of("keys"), absl::StrFormat("more than %d keys", kTrustedKeysMax));
      } else {
        TakeKeys(file, trust, places, issues, trusted);
      }
    }
    if (!issues.empty()) return issues.ToStatus();
  }
  if (trusted.keys().empty() && trusted.distrusted().empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("%s names no key", Printable(file_name)));
  }
  return trusted;
}

}  // namespace weighbridge::approval
