// The rows that the store keeps, as plain structs: strings, integers and lists of them. No meaning is attached here:
// which values are right is the business of the packages that write them; the store checks shape alone (see "shape"
// below).
//
// Shapes. *sha256*, *digest*, *id*: 64 lower-case hexadecimal digits. *blob*: the SHA-256 of bytes that the store holds
// (GetBlob); a record may only name blobs that are stored already or that stand in its own `blobs` list. *instant*: RFC
// 3339 in UTC, ending in "Z". Other strings are kept byte for byte, also when they are no UTF-8 (hostile file names and
// headers). Where a comment says "may be empty", the empty string means "there is none"; elsewhere the store refuses
// it.
#ifndef WEIGHBRIDGE_DB_STORE_RECORDS_H_
#define WEIGHBRIDGE_DB_STORE_RECORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/store/event_record.h"

namespace weighbridge::db {

// What a blob is. The names are on disk: never change one (BlobKindName).
enum class BlobKind {
  kRulebook,      // bytes of a whole rulebook, as they were linked in or layered over
  kPolicy,        // bytes of a policy
  kProfile,       // bytes of a profile
  kScannedText,   // a licence, card or config document out of a scanned model
  kOfficialText,  // text proved by tokens or by a pack's digest
  kInventory,     // serialised inventory of a model: what classification and evaluation start from
  kResult,        // the exact bytes that were printed as the result of a decision
  kStatement,     // what was signed as an approval
  kEnvelope,      // a DSSE envelope: of an approval or a waiver
  kRuling,        // a person's conclusion
  kEvidence,      // a file that a ruling rests on
  kExceptions,    // rulings and waivers that a decision took into account
};

// "rulebook", "policy", "profile", "scanned_text", "official_text", "inventory", "result",
// "statement", "envelope", "ruling", "evidence", "exceptions".
std::string_view BlobKindName(BlobKind kind);

// Bytes to be stored together with a record. The same bytes are kept once, under the kind they first came with.
struct BlobInput {
  BlobKind kind = BlobKind::kScannedText;
  std::string bytes;  // at most kBlobMaxBytes
};

// One file of a model.
struct ArtifactRow {
  std::string path;      // relative to the model's root
  std::string role;      // weights, index, config, ... (DESIGN words)
  int64_t size = 0;      // bytes; for a pointer the size it names
  std::string sha256;    // may be empty (unreadable file)
  std::string format;    // name of the format by content; may be empty (unknown)
  bool claimed = false;  // sha256 and size come from a pointer, not from bytes
};

// One observation with its place.
struct EvidenceRow {
  std::string kind;        // license_text, card_field, header_field, ...
  std::string component;   // may be empty (the root)
  std::string path;        // artifact it was seen in; may be empty (a directory name, a declared base)
  int64_t byte_begin = 0;  // [byte_begin, byte_end) of the file; both 0 where no place applies
  int64_t byte_end = 0;
  int64_t line = 0;                      // from 1; 0 where no line applies
  std::string key;                       // may be empty
  std::string value;                     // may be empty
  std::vector<std::string> license_ids;  // the licences named, in the writer's order; may be empty
  std::string blob;                      // the document it stands in; may be empty
};

// An official text that an audit compared with: part of its inputs, so that a replay compares with the same one.
struct TextUseRow {
  std::string license_id;
  std::string token_file;  // may be empty
  std::string blob;
};

// A licence that an audit found, as it stands in the result. Follows from the audit's inputs, so that it is no part of
// its id.
struct AuditLicenseRow {
  std::string license_id;
  std::string short_id;   // may be empty
  std::string component;  // may be empty (the model itself)
  std::string match;      // EXACT ... UNKNOWN; MATCH_UNSPECIFIED where metadata alone names it
  bool governs = false;   // its terms are part of the decision
};

// One audit: what was found in a model's bytes with one rulebook and one classifier. Never changed once recorded; who
// else measured the same may be added.
struct AuditRecord {
  // May be empty when recording: the store then fills in AuditIdOf(record).
  std::string audit_id;

  // Key under which FindAudit finds it; see AuditKey.
  std::string model_digest;  // may be empty: a model that has none (an escaping link, a FIFO); such audits are never
                             // found by digest
  std::string rules_digest;
  std::string classifier_version;
  std::string context_digest;  // may be empty; digest of all inputs that are not the model's own bytes: hub repository
                               // and revision, files of --context, base models. Other context, other evidence: another
                               // audit

  std::string weights_digest;  // may be empty
  bool claimed = false;        // at least one artifact is claimed: the model digest rests on pointers
  std::string measured_by;     // "local", "server" or "client"; not part of the id. In what the store returns the
                               // strongest of all recordings: "local" before "server" before "client"
  std::string repository;      // hub repository such as "Qwen/Qwen2.5-3B-Instruct"; may be empty
  std::string revision;        // may be empty
  std::string created_at;      // instant, an input of the run; not part of the id. The first recording's stands

  std::string rulebook_blob;   // bytes of the rulebook whose digest is rules_digest
  std::string inventory_blob;  // bytes from which the audit can be re-made

  std::vector<ArtifactRow> artifacts;
  std::vector<EvidenceRow> evidence;
  std::vector<TextUseRow> texts;
  std::vector<std::string> used_audits;   // ids of earlier audits that this one rests on (measured twin of a pointer
                                          // checkout, base model); they must be stored
  std::vector<AuditLicenseRow> licenses;  // not part of the id. The first recording's stand; empty for an audit
                                          // recorded before they were kept

  // Input only: stored in the same transaction; empty in what the store returns.
  std::vector<BlobInput> blobs;
};

// Queryable copy of one finding of a decision; the full finding stands in the result blob.
struct FindingRow {
  std::string rule_id;
  std::string severity;
  std::string outcome;
  std::string license_id;    // may be empty
  std::string clause;        // may be empty
  std::string missing_fact;  // may be empty
};

// Queryable copy of one obligation of a decision.
struct ObligationRow {
  std::string kind;
  std::string license_id;
  std::string clause;
  bool fulfilled = false;      // listed by the profile as done
  bool not_triggered = false;  // the profile rules its trigger out
};

// One decision: an audit evaluated with a profile and a policy at an instant. Never changed once recorded.
struct DecisionRecord {
  // May be empty when recording: the store then fills in DecisionIdOf(record).
  std::string decision_id;
  // May be empty in RecordAuditAndDecision alone: the id of the audit recorded with it.
  std::string audit_id;
  std::string evaluated_at;    // instant; an input (--at)
  std::string profile_digest;  // may be empty: no profile was given
  std::string policy_digest;
  std::string rules_digest;
  std::string decision;     // APPROVED, APPROVED_WITH_CONDITIONS, NEEDS_REVIEW, DENIED, UNDECIDED
  std::string mode;         // block, warn, audit
  std::string measured_by;  // as printed in the result: "server", "client", or empty for a local run

  std::string profile_blob;  // may be empty: no profile was given
  std::string policy_blob;
  std::string result_blob;  // the exact bytes printed, which a replay compares with

  std::string exceptions_digest;  // may be empty: no ruling or waiver was taken into account
  std::string exceptions_blob;    // may be empty; serialised v1::Exceptions

  std::vector<FindingRow> findings;
  std::vector<ObligationRow> obligations;

  // Input only: stored in the same transaction; empty in what the store returns. The event is appended if the decision
  // is new.
  std::vector<BlobInput> blobs;
  EventInput event;
};

// A text that was proved to be the official wording of a licence.
struct OfficialTextRow {
  std::string license_id;
  std::string token_file;    // the tokens that prove it; may be empty (proved by the pack's digest)
  std::string sha256;        // of the text; filled in by the store
  std::string source;        // "scanned", "pack" or "operator"
  std::string pack_version;  // may be empty unless source is "pack"
};

// SHA-256 over a canonical encoding of all stored fields but audit_id, created_at, measured_by and licenses (but
// decision_id for decisions). The same inputs and findings have the same id on every machine, whoever measured them.
std::string AuditIdOf(const AuditRecord& record);
std::string DecisionIdOf(const DecisionRecord& record);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_RECORDS_H_
