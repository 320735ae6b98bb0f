#include "services/auditor/exceptions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/auditlog/event.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/formats/json/json_reader.h"
#include "services/report/json.h"

namespace weighbridge::auditor {
namespace {

constexpr size_t kPayloadMaxBytes = size_t{64} << 10;

// What is wrong with a message that was signed; empty if nothing is.
std::string FaultOf(const v1::Waiver& waiver) {
  if (!IsSha256Hex(waiver.model_digest())) return "it names no model";
  if (waiver.rule_id().empty() || waiver.by().empty() || waiver.reason().empty())
    return "rule, name or reason is missing";
  if (!ParseInstant(waiver.until()).has_value() || !ParseInstant(waiver.issued_at()).has_value())
    return "it has no end, or no beginning";
  return "";
}

std::string FaultOf(const v1::Ruling& ruling) {
  if (!IsSha256Hex(ruling.model_digest())) return "it names no model";
  if (ruling.license_id().empty() || ruling.by().empty() || ruling.reason().empty())
    return "licence, name or reason is missing";
  if (!ParseInstant(ruling.concluded_at()).has_value()) return "it has no beginning";
  if (!ruling.until().empty() && !ParseInstant(ruling.until()).has_value()) return "its end is no instant";
  if (!IsSha256Hex(ruling.stands_on())) return "it stands on nothing";
  if (!ruling.evidence_sha256().empty() && !IsSha256Hex(ruling.evidence_sha256())) return "its evidence has no digest";
  return "";
}

const std::string& BeginOf(const v1::Waiver& waiver) { return waiver.issued_at(); }
const std::string& BeginOf(const v1::Ruling& ruling) { return ruling.concluded_at(); }
void SetId(std::string id, v1::WaiverEntry& entry) { entry.set_waiver_id(std::move(id)); }
void SetId(std::string id, v1::RulingEntry& entry) { entry.set_ruling_id(std::move(id)); }
const std::string& IdOf(const v1::WaiverEntry& entry) { return entry.waiver_id(); }
const std::string& IdOf(const v1::RulingEntry& entry) { return entry.ruling_id(); }

// The message out of what was signed, with every required field.
template <typename Message>
absl::StatusOr<Message> ParseSigned(const std::string& payload) {
  const auto malformed = [](std::string_view why) {
    return approval::Refuse(v1::RefusalReason::statement_malformed,
                            absl::StrFormat("what was signed is no %s: %s", Message::descriptor()->name(),
                                            std::string(why)));
  };
  if (payload.size() > kPayloadMaxBytes) return malformed("it is too long");
  const absl::StatusOr<formats::Value> tree = formats::ParseJson(payload);
  if (!tree.ok()) return malformed(std::string(tree.status().message()));
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(payload, &message).ok())
    return malformed("a field is unknown or of another type");
  if (message.schema_version() != 1) return malformed("its schema version is not 1");
  if (const std::string fault = FaultOf(message); !fault.empty()) return malformed(fault);
  return message;
}

template <typename Message, typename Entry>
absl::StatusOr<Entry> Verify(std::string_view envelope, std::string_view payload_type,
                             const approval::TrustedKeys& trusted) {
  WB_ASSIGN_OR_RETURN(approval::VerifiedPayload payload, approval::VerifyEnvelope(envelope, payload_type, trusted));
  WB_ASSIGN_OR_RETURN(const Message message, ParseSigned<Message>(payload.payload));
  const absl::Time begin = *ParseInstant(BeginOf(message));
  if (begin < payload.key_not_before || begin > payload.key_not_after) {
    return approval::Refuse(v1::RefusalReason::key_unknown,
                            "the key is trusted for another time than that of what it signed");
  }
  Entry entry;
  SetId(Sha256Hex(payload.payload), entry);
  entry.set_envelope(std::string(envelope));
  entry.set_payload(std::move(payload.payload));
  entry.set_key_id(std::move(payload.key_id));
  entry.set_trust(std::move(payload.trust));
  return entry;
}

absl::StatusOr<v1::WaiverEntry> VerifyWaiver(std::string_view envelope, const approval::TrustedKeys& trusted) {
  return Verify<v1::Waiver, v1::WaiverEntry>(envelope, approval::kWaiverPayloadType, trusted);
}

absl::StatusOr<v1::RulingEntry> VerifyRuling(std::string_view envelope, const approval::TrustedKeys& trusted) {
  return Verify<v1::Ruling, v1::RulingEntry>(envelope, approval::kRulingPayloadType, trusted);
}

// Entries for one model, by id, each once.
template <typename Message, typename Entry>
class Found {
 public:
  explicit Found(std::string_view model_digest) : model_digest_(model_digest) {}

  absl::Status Add(Entry entry) {
    WB_ASSIGN_OR_RETURN(const Message message, ParseSigned<Message>(entry.payload()));
    if (message.model_digest() == model_digest_) {
      std::string id = IdOf(entry);
      entries_.emplace(std::move(id), std::move(entry));
    }
    return absl::OkStatus();
  }
  // One of the store: left out where no trusted key signed it any more.
  absl::Status AddStored(absl::StatusOr<Entry> entry, const std::string& id) {
    if (!entry.ok()) return absl::OkStatus();
    if (IdOf(*entry) != id) {
      return absl::DataLossError(
          absl::StrFormat("a stored %s is damaged: its envelope holds another", Message::descriptor()->name()));
    }
    return Add(*std::move(entry));
  }
  void MoveTo(google::protobuf::RepeatedPtrField<Entry>& to) {
    for (auto& [id, entry] : entries_) *to.Add() = std::move(entry);
  }

 private:
  const std::string_view model_digest_;
  std::map<std::string, Entry> entries_;
};

// Entries as what they say. DATA_LOSS if one is not that.
template <typename Message, typename Signed, typename Entries, typename Make>
absl::StatusOr<std::vector<Signed>> SignedOf(const Entries& entries, Make make) {
  std::vector<Signed> all;
  for (const auto& entry : entries) {
    absl::StatusOr<Message> message = ParseSigned<Message>(entry.payload());
    if (!message.ok() || Sha256Hex(entry.payload()) != IdOf(entry)) {
      return absl::DataLossError(absl::StrFormat("a stored %s is damaged", Message::descriptor()->name()));
    }
    all.push_back(make(IdOf(entry), *std::move(message)));
  }
  return all;
}

bool IsKnownRule(const std::string& rule_id) {
  const auto* rules = v1::RuleId_descriptor();
  for (int i = 0; i < rules->value_count(); ++i) {
    if (rules->value(i)->options().GetExtension(v1::rule).id() == rule_id) return true;
  }
  return false;
}

absl::Status CheckWaiver(const v1::Waiver& waiver, absl::Time now) {
  if (!IsSha256Hex(waiver.model_digest()))
    return absl::InvalidArgumentError("--model: a model digest has 64 lower-case hexadecimal digits");
  if (!IsKnownRule(waiver.rule_id())) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--rule %s: no finding has this rule; `gate` prints them", Printable(waiver.rule_id())));
  }
  if (!policy::IsWaivable(waiver.rule_id())) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--rule %s: the integrity of files cannot be waived", waiver.rule_id()));
  }
  if (waiver.by().empty() || waiver.reason().empty())
    return absl::InvalidArgumentError("a waiver needs a name (--by) and a reason (--reason)");
  const std::optional<absl::Time> until = ParseInstant(waiver.until());
  if (!until.has_value()) return absl::InvalidArgumentError("--until: a waiver needs an end");
  if (*until < now || *until - now > kWaiverTermMax) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--until %s: a waiver ends in the future, and at most %d days from now", waiver.until(),
                        absl::ToInt64Hours(kWaiverTermMax) / 24));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Exceptions> ReadExceptions(std::string_view bytes, std::string_view file_name,
                                              const approval::TrustedKeys& trusted) {
  v1::Exceptions exceptions;
  int line = 0;
  while (!bytes.empty()) {
    ++line;
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (text.find_first_not_of(" \t\r") == text.npos) continue;
    if (static_cast<size_t>(exceptions.waivers_size() + exceptions.rulings_size()) == kExceptionsMax) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: more than %d waivers and rulings", Printable(file_name), kExceptionsMax));
    }
    // The type is signed too: an envelope that claims another one does not verify.
    const absl::StatusOr<approval::Envelope> envelope = approval::ParseEnvelope(text);
    absl::Status read = envelope.status();
    if (read.ok() && envelope->payload_type == approval::kRulingPayloadType) {
      absl::StatusOr<v1::RulingEntry> entry = VerifyRuling(text, trusted);
      read = entry.status();
      if (read.ok()) *exceptions.add_rulings() = *std::move(entry);
    } else if (read.ok()) {
      absl::StatusOr<v1::WaiverEntry> entry = VerifyWaiver(text, trusted);
      read = entry.status();
      if (read.ok()) *exceptions.add_waivers() = *std::move(entry);
    }
    if (read.ok()) continue;
    const std::optional<v1::Refusal> refusal = approval::RefusalOf(read);
    if (!refusal.has_value()) return read;
    return approval::Refuse(refusal->reason(),
                            absl::StrFormat("%s:%d: %s", Printable(file_name), line, refusal->message()));
  }
  return exceptions;
}

absl::StatusOr<v1::Exceptions> ExceptionsFor(std::string_view model_digest, const v1::Exceptions& given,
                                             const TrustSource& trusted, db::Store* store) {
  Found<v1::Waiver, v1::WaiverEntry> waivers(model_digest);
  Found<v1::Ruling, v1::RulingEntry> rulings(model_digest);
  for (const v1::WaiverEntry& entry : given.waivers()) WB_RETURN_IF_ERROR(waivers.Add(entry));
  for (const v1::RulingEntry& entry : given.rulings()) WB_RETURN_IF_ERROR(rulings.Add(entry));
  std::vector<db::WaiverRow> waiver_rows;
  std::vector<db::RulingRow> ruling_rows;
  if (store != nullptr && !model_digest.empty()) {
    WB_ASSIGN_OR_RETURN(waiver_rows, store->ListWaivers(model_digest));
    WB_ASSIGN_OR_RETURN(ruling_rows, store->ListRulings(model_digest));
  }
  // Keys are looked at only where there is something that they could have signed.
  if (trusted && !(waiver_rows.empty() && ruling_rows.empty())) {
    WB_ASSIGN_OR_RETURN(const approval::TrustedKeys keys, trusted());
    for (const db::WaiverRow& row : waiver_rows) {
      WB_ASSIGN_OR_RETURN(const std::string envelope, store->GetBlob(row.envelope_blob));
      WB_RETURN_IF_ERROR(waivers.AddStored(VerifyWaiver(envelope, keys), row.waiver_id));
    }
    for (const db::RulingRow& row : ruling_rows) {
      WB_ASSIGN_OR_RETURN(const std::string envelope, store->GetBlob(row.document_blob));
      WB_RETURN_IF_ERROR(rulings.AddStored(VerifyRuling(envelope, keys), row.ruling_id));
    }
  }
  v1::Exceptions exceptions;
  waivers.MoveTo(*exceptions.mutable_waivers());
  rulings.MoveTo(*exceptions.mutable_rulings());
  return exceptions;
}

std::string ExceptionsDigest(const v1::Exceptions& exceptions) {
  if (exceptions.rulings().empty() && exceptions.waivers().empty()) return "";
  Sha256 hash;
  for (const v1::RulingEntry& entry : exceptions.rulings()) hash.Update(entry.ruling_id() + "  ruling\n");
  for (const v1::WaiverEntry& entry : exceptions.waivers()) hash.Update(entry.waiver_id() + "  waiver\n");
  return ToHex(hash.Finish());
}

absl::StatusOr<std::vector<policy::SignedWaiver>> SignedWaiversOf(const v1::Exceptions& exceptions) {
  return SignedOf<v1::Waiver, policy::SignedWaiver>(exceptions.waivers(), [](const std::string& id, v1::Waiver waiver) {
    return policy::SignedWaiver{id, std::move(waiver)};
  });
}

absl::StatusOr<std::vector<provenance::SignedRuling>> SignedRulingsOf(const v1::Exceptions& exceptions) {
  return SignedOf<v1::Ruling, provenance::SignedRuling>(
      exceptions.rulings(),
      [](const std::string& id, v1::Ruling ruling) { return provenance::SignedRuling{id, std::move(ruling)}; });
}

absl::StatusOr<WaiveResponse> Waive(const WaiveRequest& request, const Signer& signer, db::Store* store) {
  v1::Waiver waiver = request.waiver;
  waiver.set_schema_version(1);
  waiver.set_issued_at(FormatInstant(request.now));
  WB_RETURN_IF_ERROR(CheckWaiver(waiver, request.now));
  const std::string payload = report::ToJson(waiver);
  if (payload.empty()) return absl::InvalidArgumentError("a name or reason is no UTF-8");
  WB_ASSIGN_OR_RETURN(const approval::Envelope envelope,
                      approval::SignPayload(approval::kWaiverPayloadType, payload, signer));
  WaiveResponse response;
  response.envelope = approval::SerializeEnvelope(envelope);
  response.result.set_schema_version(1);
  response.result.set_waiver_id(Sha256Hex(payload));
  *response.result.mutable_waiver() = waiver;
  response.result.set_key_id(signer.public_key().key_id());
  response.result.set_trust(request.trust);
  if (store == nullptr) return response;
  db::WaiverRow row;
  row.waiver_id = response.result.waiver_id();
  row.model_digest = waiver.model_digest();
  row.rule_id = waiver.rule_id();
  row.until = waiver.until();
  row.key_id = response.result.key_id();
  row.envelope_blob = Sha256Hex(response.envelope);
  row.recorded_at = waiver.issued_at();
  row.blobs = {{db::BlobKind::kEnvelope, response.envelope}};
  v1::EventBody body;
  body.set_by(waiver.by());
  body.set_principal(request.principal);
  body.set_reason(waiver.reason());
  body.set_detail(waiver.rule_id());
  body.set_request_id(request.request.request_id);
  WB_RETURN_IF_ERROR(store->RecordWaiver(
      row, auditlog::MakeEvent(v1::EventKind::waiver, request.now, row.waiver_id, row.model_digest, std::move(body)),
      request.request));
  return response;
}

}  // namespace weighbridge::auditor
