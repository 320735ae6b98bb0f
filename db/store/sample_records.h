// Records for tests: every field filled, different for each seed.
#ifndef WEIGHBRIDGE_DB_STORE_SAMPLE_RECORDS_H_
#define WEIGHBRIDGE_DB_STORE_SAMPLE_RECORDS_H_

#include <string>

#include "db/store/records.h"

namespace weighbridge::db {

// Digest of a word, to stand for any digest.
std::string SampleDigest(const std::string& word);

// An audit of two artifacts, three observations and one official text, with its blobs. Its audit_id is empty.
AuditRecord SampleAudit(int seed);

// An audit of `files` measured files whose digests are SampleFileDigest(seed, 0), (seed, 1), ..., with as little else
// as an audit may have: for filling a store with many digests.
AuditRecord SampleAuditOfFiles(int seed, int files);
std::string SampleFileDigest(int seed, int file);

// A decision on SampleAudit(seed), with its blobs. Its decision_id and audit_id are empty.
DecisionRecord SampleDecision(int seed);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_SAMPLE_RECORDS_H_
