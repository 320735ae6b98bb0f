// DSSE envelopes (secure-systems-lab/dsse, protocol.md and envelope.md, version 1.0).
//
// What is verified is the pre-authentication encoding over the payload's bytes; only then is the payload looked at. Key
// ids are hints and decide nothing. Pure; thread-safe.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_DSSE_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_DSSE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/approval/trust.h"
#include "services/crypto/signing.h"

namespace weighbridge::approval {

inline constexpr std::string_view kStatementPayloadType = "application/vnd.in-toto+json";
inline constexpr std::string_view kWaiverPayloadType = "application/vnd.weighbridge.waiver+json";
inline constexpr std::string_view kRulingPayloadType = "application/vnd.weighbridge.ruling+json";

inline constexpr size_t kEnvelopeMaxBytes = size_t{32} << 20;
inline constexpr size_t kSignaturesMax = 16;

struct EnvelopeSignature {
  std::string key_id;     // may be empty: a hint
  std::string signature;  // decoded
};

struct Envelope {
  std::string payload_type;
  std::string payload;  // decoded
  std::vector<EnvelopeSignature> signatures;
};

// Reads an envelope: one JSON object with payload, payloadType and signatures, each once, in either base64 alphabet,
// canonical (no stray bits, right padding). Unknown fields are passed over; names given twice, anything behind the
// object, and what passes a limit is refused (envelope_malformed, with the place).
absl::StatusOr<Envelope> ParseEnvelope(std::string_view json);

// One line of JSON with its newline, standard alphabet.
std::string SerializeEnvelope(const Envelope& envelope);

// "DSSEv1 <length> <type> <length> <payload>".
std::string PreAuthenticationEncoding(std::string_view payload_type, std::string_view payload);

// Signs a payload.
absl::StatusOr<Envelope> SignPayload(std::string_view payload_type, std::string_view payload, const Signer& signer);

// A payload that a trusted key signed.
struct VerifiedPayload {
  std::string payload;
  std::string key_id;  // computed from the key that fitted, never the hint
  std::string trust;   // "self", "file", "local"
  // When statements of this key are trusted.
  absl::Time key_not_before = absl::InfinitePast();
  absl::Time key_not_after = absl::InfiniteFuture();
};

// The payload, if at least one signature by a trusted key fits and the type is `payload_type`. Refusals:
// envelope_malformed, key_distrusted, key_unknown, signature_bad, payload_type_wrong, in the order that says most: if a
// signature of a distrusted key fits, that is said even where no other does; signature_bad where a hint names a trusted
// key whose signature does not fit; key_unknown where nothing names a trusted key.
absl::StatusOr<VerifiedPayload> VerifyEnvelope(std::string_view json, std::string_view payload_type,
                                               const TrustedKeys& trusted);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_DSSE_H_
