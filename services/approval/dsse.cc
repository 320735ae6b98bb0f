#include "services/approval/dsse.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/base64.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::approval {
namespace {

absl::Status Malformed(std::string_view why) {
  return Refuse(v1::RefusalReason::envelope_malformed,
                absl::StrFormat("the envelope is malformed: %s", std::string(why)));
}

// The string under `key`; a refusal if there is none.
absl::StatusOr<std::string> TextOf(const formats::Value& map, std::string_view key) {
  const formats::Value* value = map.Find(key);
  if (value == nullptr) return Malformed(absl::StrFormat("%s is missing", std::string(key)));
  if (!value->IsQuotedString()) return Malformed(absl::StrFormat("%s is no string", std::string(key)));
  return value->text;
}

absl::StatusOr<std::string> BytesOf(const formats::Value& map, std::string_view key) {
  WB_ASSIGN_OR_RETURN(const std::string text, TextOf(map, key));
  std::optional<std::string> bytes = Base64Decode(text);
  if (!bytes.has_value()) return Malformed(absl::StrFormat("%s is no base64", std::string(key)));
  return *std::move(bytes);
}

absl::StatusOr<EnvelopeSignature> SignatureOf(const formats::Value& value) {
  if (!value.IsMap()) return Malformed("a signature is no object");
  EnvelopeSignature signature;
  WB_ASSIGN_OR_RETURN(signature.signature, BytesOf(value, "sig"));
  const formats::Value* key_id = value.Find("keyid");
  if (key_id != nullptr && !key_id->IsNull()) {
    if (!key_id->IsQuotedString()) return Malformed("keyid is no string");
    signature.key_id = key_id->text;
  }
  return signature;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// The key that made one of the signatures; those that a hint names are tried first.
const TrustedKey* FindFitting(const Envelope& envelope, const std::string& encoded, const TrustedKeys& trusted,
                              bool distrusted) {
  for (const bool hinted : {true, false}) {
    for (const EnvelopeSignature& signature : envelope.signatures) {
      for (const TrustedKey& key : trusted.keys()) {
        if ((signature.key_id == key.key.key_id()) != hinted) continue;
        if ((trusted.FindDistrust(key.key.key_id()) != nullptr) != distrusted) continue;
        if (key.key.Verify(encoded, signature.signature)) return &key;
      }
    }
  }
  return nullptr;
}

absl::Status WhyNone(const Envelope& envelope, const std::string& encoded, const TrustedKeys& trusted) {
  const TrustedKey* bad = FindFitting(envelope, encoded, trusted, /*distrusted=*/true);
  std::string bad_id = bad != nullptr ? bad->key.key_id() : "";
  bool names_trusted = false;
  for (const EnvelopeSignature& signature : envelope.signatures) {
    if (bad_id.empty() && trusted.FindDistrust(signature.key_id) != nullptr) bad_id = signature.key_id;
    names_trusted =
        names_trusted || std::any_of(trusted.keys().begin(), trusted.keys().end(),
                                     [&](const TrustedKey& key) { return key.key.key_id() == signature.key_id; });
  }
  if (!bad_id.empty()) {
    const std::string& reason = trusted.FindDistrust(bad_id)->reason;
    return Refuse(v1::RefusalReason::key_distrusted,
                  absl::StrFormat("the signature is by the key %s, which was distrusted%s%s", bad_id.substr(0, 12),
                                  reason.empty() ? "" : ": ", reason));
  }
  if (names_trusted) {
    return Refuse(v1::RefusalReason::signature_bad,
                  "the envelope names a trusted key, and that key did not sign what stands in it");
  }
  const std::string& hint = envelope.signatures.front().key_id;
  return Refuse(v1::RefusalReason::key_unknown,
                hint.empty() ? std::string("no trusted key made a signature of the envelope")
                             : absl::StrFormat("the envelope names the key %s, which is not trusted here",
                                               Printable(std::string_view(hint).substr(0, 64))));
}

}  // namespace

absl::StatusOr<Envelope> ParseEnvelope(std::string_view json) {
  formats::JsonLimits limits;
  limits.bytes_max = kEnvelopeMaxBytes;
  limits.elements_max = 1000;
  limits.depth_max = 8;
  absl::StatusOr<formats::Value> tree = formats::ParseJson(json, limits);
  if (!tree.ok()) return Malformed(std::string(tree.status().message()));
  if (!tree->IsMap()) return Malformed("it is no JSON object");
  Envelope envelope;
  WB_ASSIGN_OR_RETURN(envelope.payload_type, TextOf(*tree, "payloadType"));
  WB_ASSIGN_OR_RETURN(envelope.payload, BytesOf(*tree, "payload"));
  const formats::Value* signatures = tree->Find("signatures");
  if (signatures == nullptr || !signatures->IsList()) return Malformed("signatures are no list");
  if (signatures->items.empty()) return Malformed("it has no signature");
  if (signatures->items.size() > kSignaturesMax) {
    return Malformed(absl::StrFormat("it has more than %d signatures", kSignaturesMax));
  }
  for (const formats::Value& item : signatures->items) {
    WB_ASSIGN_OR_RETURN(EnvelopeSignature signature, SignatureOf(item));
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

std::string SerializeEnvelope(const Envelope& envelope) {
  std::string json = "{\"payload\":\"" + Base64Encode(envelope.payload) +
                     "\",\"payloadType\":" + Quoted(envelope.payload_type) + ",\"signatures\":[";
  for (size_t i = 0; i < envelope.signatures.size(); ++i) {
    const EnvelopeSignature& signature = envelope.signatures[i];
    json += std::string(i == 0 ? "" : ",") + "{\"keyid\":" + Quoted(signature.key_id) + ",\"sig\":\"" +
            Base64Encode(signature.signature) + "\"}";
  }
  return json + "]}\n";
}

std::string PreAuthenticationEncoding(std::string_view payload_type, std::string_view payload) {
  std::string encoded = "DSSEv1 ";
  encoded.reserve(payload.size() + payload_type.size() + 64);
  encoded.append(std::to_string(payload_type.size())).append(" ").append(payload_type);
  encoded.append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
  return encoded;
}

absl::StatusOr<Envelope> SignPayload(std::string_view payload_type, std::string_view payload, const Signer& signer) {
  Envelope envelope;
  envelope.payload_type = std::string(payload_type);
  envelope.payload = std::string(payload);
  WB_ASSIGN_OR_RETURN(std::string signature, signer.Sign(PreAuthenticationEncoding(payload_type, payload)));
  envelope.signatures.push_back({signer.public_key().key_id(), std::move(signature)});
  return envelope;
}

absl::StatusOr<VerifiedPayload> VerifyEnvelope(std::string_view json, std::string_view payload_type,
                                               const TrustedKeys& trusted) {
  WB_ASSIGN_OR_RETURN(Envelope envelope, ParseEnvelope(json));
  const std::string encoded = PreAuthenticationEncoding(envelope.payload_type, envelope.payload);
  const TrustedKey* key = FindFitting(envelope, encoded, trusted, /*distrusted=*/false);
  if (key == nullptr) return WhyNone(envelope, encoded, trusted);
  if (envelope.payload_type != payload_type) {
    return Refuse(
        v1::RefusalReason::payload_type_wrong,
        absl::StrFormat("the envelope holds %s, not %s",
                        Printable(std::string_view(envelope.payload_type).substr(0, 100)), std::string(payload_type)));
  }
  return VerifiedPayload{std::move(envelope.payload), key->key.key_id(), key->trust, key->not_before, key->not_after};
}

}  // namespace weighbridge::approval
