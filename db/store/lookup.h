// What a registry asks the store: is a digest known, under which licences, which models are there.
#ifndef WEIGHBRIDGE_DB_STORE_LOOKUP_H_
#define WEIGHBRIDGE_DB_STORE_LOOKUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weighbridge::db {

// Digests of one batch.
inline constexpr size_t kLookupMax = 1000;
// Audits that one page of models looks at, so that a filter that nothing passes does not read the whole file at once.
inline constexpr int64_t kModelScanMax = 5000;

// What a digest is the digest of. The numbers are on disk: never change one.
enum class DigestKind {
  kFile = 1,     // SHA-256 of one file of a model
  kWeights = 2,  // weights digest of a model
  kModel = 3,    // model digest
};

struct GoverningLicense {
  std::string license_id;
  std::string short_id;  // may be empty
};

// What the store knows of a digest: the answer of one audit that holds it.
struct DigestAnswer {
  DigestKind kind = DigestKind::kFile;
  std::string audit_id;
  std::string model_digest;  // may be empty, as may weights_digest
  std::string weights_digest;
  std::string rules_digest;
  std::string classifier_version;
  std::string measured_by;  // "local", "server" or "client": the strongest of that audit
  std::string created_at;
  std::string repository;
  std::string revision;
  std::string latest_decision;              // of the newest decision on that audit; empty: none
  std::string latest_decision_at;           // evaluated_at of it
  std::vector<GoverningLicense> governing;  // each once, in the order of the audit
};

// A digest that an audit answers for.
struct HeldDigest {
  std::string digest;     // 32 bytes
  bool measured = false;  // false: only a client read the bytes
  DigestKind kind = DigestKind::kFile;
};

// An audit that answers look-ups, with all that it answers for; `answer.kind` says nothing.
struct PublishedAudit {
  int64_t audit_sequence = 0;
  DigestAnswer answer;
  std::vector<HeldDigest> digests;
};

struct PublishedAudits {
  std::vector<PublishedAudit> audits;
  int64_t position = 0;  // pass for the next page
  bool more = false;
};

// An audit without its rows.
struct AuditSummary {
  int64_t sequence = 0;  // order of recording, from 1
  std::string audit_id;
  std::string model_digest;
  std::string weights_digest;
  std::string rules_digest;
  std::string classifier_version;
  std::string repository;
  std::string revision;
  std::string measured_by;  // the strongest
  std::string created_at;
  bool claimed = false;
};

struct AuditPage {
  std::vector<AuditSummary> audits;  // newest first
  int64_t next_before = 0;           // pass as `before` for the next page; 0: there is none
};

// An audit of a model with what it says of licences.
struct ModelAudit {
  AuditSummary audit;
  bool licenses_known = false;  // false: recorded before licences were kept; `governing` is then empty
  std::vector<GoverningLicense> governing;
  std::string latest_decision;  // of this audit; empty: none
  std::string latest_decision_at;
};

struct ModelQuery {
  int page_size = 0;              // 1 to kPageSizeMax
  std::string page_token;         // empty: the first page
  std::string repository_prefix;  // bytes that the repository begins with; empty: any
  std::string license_id;         // a licence that governs; empty: any
};

struct ModelPage {
  std::vector<ModelAudit> models;
  std::string next_page_token;  // empty: that was all. A page may be short, even empty, and yet have a next one
};

struct ModelAuditPage {
  std::vector<ModelAudit> audits;  // newest first
  int64_t next_before = 0;         // pass as `before` for the next page; 0: there is none
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_LOOKUP_H_
