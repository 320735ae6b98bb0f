// Plain structs of the chain behind a decision: events, approvals, revocations, rulings, waivers, key changes,
// admissions.
//
// Conventions as in records.h. Each of them is recorded in one transaction with the event that tells of it.
#ifndef WEIGHBRIDGE_DB_STORE_CHAIN_RECORDS_H_
#define WEIGHBRIDGE_DB_STORE_CHAIN_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "db/store/event_record.h"
#include "db/store/records.h"

namespace weighbridge::db {

// A mutation that is done once: the same id with the same digest answers with the first result.
struct RequestKey {
  std::string request_id;      // may be empty: no such promise is asked for
  std::string request_digest;  // SHA-256 over what was asked
};

// An approval. Never changed once recorded.
struct ApprovalRow {
  int64_t sequence = 0;      // set by the store
  std::string approval_id;   // SHA-256 of the statement
  std::string model_digest;  // of the first part
  std::string weights_digest;
  std::string set_digest;   // may be empty
  std::string decision;     // as signed
  std::string decision_id;  // may be empty: submitted from elsewhere
  std::string not_before;   // instant
  std::string expires;      // instant
  std::string key_id;
  std::vector<std::string> uses, environments, regions, engines;
  std::string by;
  std::string reason;
  std::string principal;  // may be empty
  std::string created_at;
  std::string statement_blob;
  std::string envelope_blob;
  std::vector<BlobInput> blobs;  // input only
};

struct RevocationRow {
  std::string approval_id;
  std::string by;
  std::string principal;  // may be empty
  std::string reason;
  std::string revoked_at;
  int64_t sequence = 0;  // set by the store
};

struct RulingRow {
  int64_t sequence = 0;
  std::string ruling_id;  // SHA-256 of the document
  std::string model_digest;
  std::string component;  // may be empty
  std::string license_id;
  std::string until;          // may be empty
  std::string document_blob;  // the ruling's bytes
  std::string evidence_blob;  // may be empty
  std::string recorded_at;
  std::vector<BlobInput> blobs;  // input only
};

struct WaiverRow {
  int64_t sequence = 0;
  std::string waiver_id;  // SHA-256 of the signed payload
  std::string model_digest;
  std::string rule_id;
  std::string until;
  std::string key_id;
  std::string envelope_blob;
  std::string recorded_at;
  std::vector<BlobInput> blobs;  // input only
};

struct KeyChangeRow {
  int64_t sequence = 0;
  std::string key_id;
  std::string change;      // "init", "trust", "distrust"
  std::string public_key;  // PEM; may be empty
  std::string name;
  std::string reason;
  std::string changed_at;
};

// A model that an engine loaded, or refused.
struct AdmissionRow {
  int64_t sequence = 0;
  bool admitted = false;
  std::string approval_id;   // may be empty
  std::string model_digest;  // may be empty: it had none
  std::string reason;        // word of v1::RefusalReason; empty if admitted
  std::string engine;        // may be empty
  std::string at;
};

// What was recorded behind two sequences, each in order of recording, at one moment.
struct ApprovalChanges {
  std::vector<ApprovalRow> approvals;
  std::vector<RevocationRow> revocations;
};

struct ApprovalFilter {
  std::string digest;  // model, weights or set digest; empty: all
  bool not_revoked = false;
  int64_t not_expired_at = 0;  // unix seconds; 0: whatever their time
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_CHAIN_RECORDS_H_
