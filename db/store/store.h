// The store of Weighbridge: audits, decisions and the bytes they rest on, in one SQLite file. Typed queries, no policy,
// no protobuf, no clock. Rows are only ever added.
//
//   WB_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, Store::Open({.path = path}));
//   WB_ASSIGN_OR_RETURN(std::optional<AuditRecord> earlier, store->FindAudit(key));
//   if (!earlier) WB_ASSIGN_OR_RETURN(RecordedIds ids, store->RecordAuditAndDecision(audit, decision));
//
// Durability: a call that writes is one transaction, all or nothing, and returns OK only after the commit was flushed
// to disk. Trust in what is read: each blob, audit, decision and official text is stored with its SHA-256 and checked
// when read; what does not match is DataLoss, never returned. That finds damage, not an attacker who can write the
// file.
//
// Errors, each naming the file and what to do: NotFound (no such file, or no such id), DataLoss (damaged, or no
// database), PermissionDenied (read-only or forbidden), ResourceExhausted (disk full, file size limit, or a limit of
// this header), Unavailable (locked by another process for longer than busy_timeout_ms), FailedPrecondition (schema
// newer than this program, a database of another program, or one that must be migrated but is opened read-only),
// InvalidArgument (a record of wrong shape, an ambiguous id prefix), AlreadyExists (an id recorded before with other
// content), Cancelled (Interrupt), Internal (anything else).
//
// Thread-safe; one call at a time. For calls side by side open several Stores on one file, in this process or in
// others: writers wait for each other; readers (kReadOnly) wait for nobody and see each commit from their next call on.
#ifndef WEIGHBRIDGE_DB_STORE_STORE_H_
#define WEIGHBRIDGE_DB_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "db/store/chain_records.h"
#include "db/store/lookup.h"
#include "db/store/records.h"

namespace weighbridge::db {

class Database;

// Limits of what one record may hold.
inline constexpr size_t kBlobMaxBytes = size_t{64} << 20;
inline constexpr size_t kStringMaxBytes = size_t{1} << 20;
inline constexpr size_t kNameMaxBytes = 1024;  // repository, revision, classifier version, licence ids
inline constexpr size_t kRowsPerRecordMax = 1000000;
inline constexpr size_t kIdPrefixMinDigits = 8;
inline constexpr int kPageSizeMax = 500;

enum class StoreMode {
  kCreate,     // read and write; the file is made if it is missing (its folder must exist)
  kMustExist,  // read and write; a missing file is NotFound
  kReadOnly,   // a missing file is NotFound
};

enum class StoreCheck {
  kAuto,  // structural check of the whole file when it is no larger than kAutoCheckMaxBytes
  kAlways,
  kNever,  // damage is found when it is met
};
inline constexpr int64_t kAutoCheckMaxBytes = int64_t{8} << 20;

struct StoreOptions {
  std::string path;  // or ":memory:"
  StoreMode mode = StoreMode::kCreate;
  StoreCheck check = StoreCheck::kAuto;
  int busy_timeout_ms = 10000;
  int cache_max_kib = 2000;  // pages kept in memory. A daemon that looks up digests wants more
  std::string vfs_name;      // SQLite VFS; empty is the system's. Fault tests set it
};

struct AuditKey {
  std::string model_digest;
  std::string rules_digest;
  std::string classifier_version;
  std::string context_digest;  // as in AuditRecord
};

enum class AuditFilter {
  kAny,
  kMeasured,  // bytes were read on this side: not claimed, and measured at least once by "local" or "server"
};

struct RecordedIds {
  std::string audit_id;
  std::string decision_id;
};

// A text to be kept as official; `row.sha256` is ignored.
struct OfficialTextInput {
  OfficialTextRow row;
  std::string bytes;
};

class Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Stores the bytes unless they are there, and returns their SHA-256. DataLoss if damaged bytes lie under that digest.
  absl::StatusOr<std::string> PutBlob(std::string_view bytes, BlobKind kind);
  // Returns the bytes whose SHA-256 is `sha256`, checked.
  absl::StatusOr<std::string> GetBlob(std::string_view sha256);

  // Stores texts and rows in one transaction; a row that is there already is left alone. Returns how many rows are new.
  absl::StatusOr<int64_t> PutOfficialTexts(const std::vector<OfficialTextInput>& texts);
  // Official texts of a licence (all licences if empty), ordered by licence, token file, source and SHA-256.
  absl::StatusOr<std::vector<OfficialTextRow>> ListOfficialTexts(std::string_view license_id);

  // Each is one transaction. Recording what is recorded already with equal content is OK and adds at most another
  // measured_by, and the licences of an audit recorded before they were kept (created_at and licenses of the first
  // recording stand); the same id with other content is AlreadyExists.
  absl::StatusOr<std::string> RecordAudit(const AuditRecord& audit);
  absl::StatusOr<std::string> RecordDecision(const DecisionRecord& decision);
  absl::StatusOr<RecordedIds> RecordAuditAndDecision(const AuditRecord& audit, const DecisionRecord& decision);
  // Many audits in one transaction: one flush for all. Returns their ids in order.
  absl::StatusOr<std::vector<std::string>> RecordAudits(const std::vector<AuditRecord>& audits);

  // The newest audit with that key that passes the filter; nullopt if there is none. InvalidArgument if the model
  // digest is empty: a model without digest has no twin.
  absl::StatusOr<std::optional<AuditRecord>> FindAudit(const AuditKey& key,
                                                       AuditFilter filter = AuditFilter::kMeasured);
  // The newest audit of that model, whatever the rules and context; nullopt if there is none.
  absl::StatusOr<std::optional<AuditRecord>> LatestAuditByModelDigest(std::string_view model_digest,
                                                                      AuditFilter filter);

  // `id` may be a prefix of at least kIdPrefixMinDigits digits. InvalidArgument lists the ids if several begin so.
  absl::StatusOr<AuditRecord> GetAudit(std::string_view id);
  absl::StatusOr<DecisionRecord> GetDecision(std::string_view id);

  // Decisions of one audit (full id), in order of recording.
  absl::StatusOr<std::vector<DecisionRecord>> ListDecisions(std::string_view audit_id);
  // Audits recorded before sequence `before` (0: from the newest), at most `page_size` (1 to kPageSizeMax).
  absl::StatusOr<AuditPage> ListAudits(int page_size, int64_t before);

  // For each digest (64 lower-case hexadecimal digits, at most kLookupMax) what the newest audit that holds it says, in
  // the order of the digests; nullopt where none holds it. Audits measured here answer before those that a client alone
  // measured; among those without `kind`, the model's own digest before its weights' before a file's: a file may hold
  // the list of files of another model, and then has the digest of that model. Claimed audits, claimed artifacts and
  // audits recorded before licences were kept do not answer. All answers are of one moment.
  absl::StatusOr<std::vector<std::optional<DigestAnswer>>> LookupDigests(const std::vector<std::string>& digests,
                                                                         std::optional<DigestKind> kind = std::nullopt);

  // The audits whose answers were published behind `position` (0: from the first), in that order, each once and as it
  // answers now; looks at `count` publications at most.
  absl::StatusOr<PublishedAudits> PublishedAfter(int64_t position, int count);

  // The newest audit of each model digest, newest first; claimed audits do not count. Pages are of the moment of the
  // first: each model that was there then and passes the filters comes once. A page looks at most at kModelScanMax
  // audits. InvalidArgument: a page size out of range, a token that is none or of another query.
  absl::StatusOr<ModelPage> ListModels(const ModelQuery& query);
  // All audits of a model digest, claimed ones too, newest first, recorded before sequence `before` (0: from the
  // newest), at most `page_size` (1 to kPageSizeMax). NotFound if `before` is 0 and there is none.
  absl::StatusOr<ModelAuditPage> GetModel(std::string_view model_digest, int page_size, int64_t before);

  // ---- the chain behind a decision (chain_records.h). Each writes its row and its event in one transaction and
  // returns after the flush. With a request id that was used before for the same digest nothing is written and OK is
  // returned; with another digest AlreadyExists. What is recorded already with equal content is OK and appends no
  // second event; with other content AlreadyExists.

  // Returns the approval's id.
  absl::StatusOr<std::string> RecordApproval(const ApprovalRow& approval, const EventInput& event,
                                             const RequestKey& request = {});
  // Returns the revocation that stands: the first one. NotFound: no such approval.
  absl::StatusOr<RevocationRow> RecordRevocation(const RevocationRow& revocation, const EventInput& event,
                                                 const RequestKey& request = {});
  absl::Status RecordRuling(const RulingRow& ruling, const EventInput& event, const RequestKey& request = {});
  absl::Status RecordWaiver(const WaiverRow& waiver, const EventInput& event, const RequestKey& request = {});
  absl::Status RecordKeyChange(const KeyChangeRow& change, const EventInput& event);
  absl::Status RecordAdmission(const AdmissionRow& admission, const EventInput& event);
  // What a request id was answered with: the id of the approval it made or revoked; nullopt if it is new. AlreadyExists
  // if it was used for something else.
  absl::StatusOr<std::optional<std::string>> FindRequest(const RequestKey& request);

  // `id` as in GetAudit.
  absl::StatusOr<ApprovalRow> GetApproval(std::string_view id);
  absl::StatusOr<std::optional<RevocationRow>> FindRevocation(std::string_view approval_id);
  // Newest first, recorded before sequence `before` (0: from the newest), at most `page_size` (1 to kPageSizeMax).
  absl::StatusOr<std::vector<ApprovalRow>> ListApprovals(const ApprovalFilter& filter, int page_size, int64_t before);

  // Approvals recorded behind sequence `approvals_after` and revocations behind `revocations_after` (0: from the first),
  // at most `page_size` (1 to kPageSizeMax) of each. Shorter lists than that: there is no more.
  absl::StatusOr<ApprovalChanges> ApprovalChangesAfter(int64_t approvals_after, int64_t revocations_after,
                                                       int page_size);

  // Of one model, in order of recording.
  absl::StatusOr<std::vector<RulingRow>> ListRulings(std::string_view model_digest);
  absl::StatusOr<std::vector<WaiverRow>> ListWaivers(std::string_view model_digest);
  // All, in order of recording.
  absl::StatusOr<std::vector<KeyChangeRow>> ListKeyChanges();

  // Events from sequence `from` on, at most `page_size` (1 to kPageSizeMax).
  absl::StatusOr<std::vector<EventRecord>> ListEvents(int64_t from, int page_size);
  absl::StatusOr<int64_t> CountEvents();

  // Keeps the latest instant seen (unix seconds), flushed, and returns the latest of all, which is `now` or later.
  // Writes nothing where a later one is kept already. An error means that there is no floor.
  absl::StatusOr<int64_t> RaiseClockFloor(int64_t now);
  absl::StatusOr<int64_t> ClockFloor();

  // Changes whenever another Store or process has committed to the file; cheap. What is kept in memory is stale then.
  absl::StatusOr<int64_t> DataVersion();

  // From any thread: the call that runs now gives up, also a wait for a lock, and returns Cancelled; what it wanted to
  // write is not written. If its commit has begun, it returns OK and all is written. A call that waits for its turn or
  // begins later is not touched, unless it begins at this very moment.
  void Interrupt();

  // Structural check of the whole file and digest check of every row in it: what `doctor` runs. O(size of the file).
  absl::Status VerifyAll();

 private:
  // Holds the mutex for one call, which an earlier Interrupt does not concern.
  class ABSL_SCOPED_LOCKABLE Turn;

  explicit Store(std::unique_ptr<Database> database);

  absl::Mutex mutex_;
  const std::unique_ptr<Database> database_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_STORE_H_
