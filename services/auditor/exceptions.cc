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

constexpr size_t kWaiverMaxBytes = size_t{64} << 10;

// A waiver out of what was signed, with every required field.
absl::StatusOr<v1::Waiver> ParseWaiver(const std::string& payload) {
  const auto malformed = [](std::string_view why) {
    return approval::Refuse(v1::RefusalReason::statement_malformed,
                            absl::StrFormat("what was signed is no waiver: %s", std::string(why)));
  };
  if (payload.size() > kWaiverMaxBytes) return malformed("it is too long");
  const absl::StatusOr<formats::Value> tree = formats::ParseJson(payload);
  if (!tree.ok()) return malformed(std::string(tree.status().message()));
  v1::Waiver waiver;
  if (!google::protobuf::util::JsonStringToMessage(payload, &waiver).ok())
    return malformed("a field is unknown or of another type");
  if (waiver.schema_version() != 1) return malformed("its schema version is not 1");
  if (!IsSha256Hex(waiver.model_digest())) return malformed("it names no model");
  if (waiver.rule_id().empty() || waiver.by().empty() || waiver.reason().empty())
    return malformed("rule, name or reason is missing");
  if (!ParseInstant(waiver.until()).has_value() || !ParseInstant(waiver.issued_at()).has_value())
    return malformed("it has no end, or no beginning");
  return waiver;
}

absl::StatusOr<v1::WaiverEntry> VerifyWaiver(std::string_view envelope, const approval::TrustedKeys& trusted) {
  WB_ASSIGN_OR_RETURN(approval::VerifiedPayload payload,
                      approval::VerifyEnvelope(envelope, approval::kWaiverPayloadType, trusted));
  WB_ASSIGN_OR_RETURN(const v1::Waiver waiver, ParseWaiver(payload.payload));
  const absl::Time issued = *ParseInstant(waiver.issued_at());
  if (issued < payload.key_not_before || issued > payload.key_not_after) {
    return approval::Refuse(v1::RefusalReason::key_unknown,
                            "the key is trusted for another time than that of the waiver");
  }
  v1::WaiverEntry entry;
  entry.set_waiver_id(Sha256Hex(payload.payload));
  entry.set_envelope(std::string(envelope));
  entry.set_payload(std::move(payload.payload));
  entry.set_key_id(std::move(payload.key_id));
  entry.set_trust(std::move(payload.trust));
  return entry;
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

absl::StatusOr<std::vector<v1::WaiverEntry>> ReadWaivers(std::string_view bytes, std::string_view file_name,
                                                         const approval::TrustedKeys& trusted) {
  std::vector<v1::WaiverEntry> waivers;
  int line = 0;
  while (!bytes.empty()) {
    ++line;
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view envelope = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (envelope.find_first_not_of(" \t\r") == envelope.npos) continue;
    if (waivers.size() == kWaiversMax) {
      return absl::InvalidArgumentError(absl::StrFormat("%s: more than %d waivers", Printable(file_name), kWaiversMax));
    }
    absl::StatusOr<v1::WaiverEntry> entry = VerifyWaiver(envelope, trusted);
    if (!entry.ok()) {
      const std::optional<v1::Refusal> refusal = approval::RefusalOf(entry.status());
      if (!refusal.has_value()) return entry.status();
      return approval::Refuse(refusal->reason(),
                              absl::StrFormat("%s:%d: %s", Printable(file_name), line, refusal->message()));
    }
    waivers.push_back(*std::move(entry));
  }
  return waivers;
}

absl::StatusOr<v1::Exceptions> ExceptionsFor(std::string_view model_digest, const std::vector<v1::WaiverEntry>& waivers,
                                             const TrustSource& trusted, db::Store* store) {
  std::map<std::string, v1::WaiverEntry> found;
  for (const v1::WaiverEntry& entry : waivers) {
    WB_ASSIGN_OR_RETURN(const v1::Waiver waiver, ParseWaiver(entry.payload()));
    if (waiver.model_digest() == model_digest) found.emplace(entry.waiver_id(), entry);
  }
  std::vector<db::WaiverRow> rows;
  if (store != nullptr && !model_digest.empty()) {
    WB_ASSIGN_OR_RETURN(rows, store->ListWaivers(model_digest));
  }
  // Keys are looked at only where there is something that they could have signed.
  if (!rows.empty() && trusted) {
    WB_ASSIGN_OR_RETURN(const approval::TrustedKeys keys, trusted());
    for (const db::WaiverRow& row : rows) {
      WB_ASSIGN_OR_RETURN(const std::string envelope, store->GetBlob(row.envelope_blob));
      absl::StatusOr<v1::WaiverEntry> entry = VerifyWaiver(envelope, keys);
      if (!entry.ok()) continue;
      if (entry->waiver_id() != row.waiver_id)
        return absl::DataLossError("a stored waiver is damaged: its envelope holds another");
      WB_ASSIGN_OR_RETURN(const v1::Waiver waiver, ParseWaiver(entry->payload()));
      if (waiver.model_digest() == model_digest) found.emplace(entry->waiver_id(), *std::move(entry));
    }
  }
  v1::Exceptions exceptions;
  for (auto& [id, entry] : found) *exceptions.add_waivers() = std::move(entry);
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
  std::vector<policy::SignedWaiver> waivers;
  for (const v1::WaiverEntry& entry : exceptions.waivers()) {
    absl::StatusOr<v1::Waiver> waiver = ParseWaiver(entry.payload());
    if (!waiver.ok() || Sha256Hex(entry.payload()) != entry.waiver_id())
      return absl::DataLossError("a stored waiver is damaged");
    waivers.push_back({entry.waiver_id(), *std::move(waiver)});
  }
  return waivers;
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
