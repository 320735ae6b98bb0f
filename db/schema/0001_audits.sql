-- Audits, decisions and the bytes they rest on. db/README.md says who writes what. Rows are only ever added.
--
-- Digests and ids are 64 lower-case hexadecimal digits. Text columns hold bytes as they were found, which may be no UTF-8.
-- row_sha256 and rows_sha256 are what db/store/row_digest.h computes; every read checks them.

CREATE TABLE blobs (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  kind TEXT NOT NULL CHECK (kind <> ''),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE official_texts (
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  token_file TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  source TEXT NOT NULL CHECK (source IN ('scanned', 'pack', 'operator')),
  pack_version TEXT NOT NULL CHECK (source <> 'pack' OR pack_version <> ''),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64),
  PRIMARY KEY (license_id, token_file, source, sha256, pack_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE audits (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  audit_id TEXT NOT NULL UNIQUE CHECK (length(audit_id) = 64),
  model_digest TEXT NOT NULL CHECK (length(model_digest) IN (0, 64)),
  rules_digest TEXT NOT NULL CHECK (length(rules_digest) = 64),
  classifier_version TEXT NOT NULL CHECK (classifier_version <> ''),
  context_digest TEXT NOT NULL CHECK (length(context_digest) IN (0, 64)),
  weights_digest TEXT NOT NULL CHECK (length(weights_digest) IN (0, 64)),
  claimed INTEGER NOT NULL CHECK (claimed IN (0, 1)),
  measured_by TEXT NOT NULL CHECK (measured_by IN ('local', 'server', 'client')),
  repository TEXT NOT NULL,
  revision TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__%Z'),
  rulebook_blob TEXT NOT NULL REFERENCES blobs (sha256),
  inventory_blob TEXT NOT NULL REFERENCES blobs (sha256),
  rows_sha256 TEXT NOT NULL CHECK (length(rows_sha256) = 64),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE INDEX audits_by_key ON audits (model_digest, rules_digest, classifier_version, context_digest, sequence);

CREATE TABLE artifacts (
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  path TEXT NOT NULL CHECK (path <> ''),
  role TEXT NOT NULL CHECK (role <> ''),
  size INTEGER NOT NULL CHECK (size >= 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) IN (0, 64)),
  format TEXT NOT NULL,
  claimed INTEGER NOT NULL CHECK (claimed IN (0, 1)),
  PRIMARY KEY (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  kind TEXT NOT NULL CHECK (kind <> ''),
  component TEXT NOT NULL,
  path TEXT NOT NULL,
  byte_begin INTEGER NOT NULL CHECK (byte_begin >= 0),
  byte_end INTEGER NOT NULL CHECK (byte_end >= byte_begin),
  line INTEGER NOT NULL CHECK (line >= 0),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  blob TEXT REFERENCES blobs (sha256),
  PRIMARY KEY (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence_licenses (
  audit_sequence INTEGER NOT NULL,
  evidence_ordinal INTEGER NOT NULL,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  PRIMARY KEY (audit_sequence, evidence_ordinal, ordinal),
  FOREIGN KEY (audit_sequence, evidence_ordinal) REFERENCES evidence (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_texts (
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  token_file TEXT NOT NULL,
  blob TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_uses (
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  used_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  PRIMARY KEY (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  decision_id TEXT NOT NULL UNIQUE CHECK (length(decision_id) = 64),
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  evaluated_at TEXT NOT NULL CHECK (evaluated_at LIKE '____-__-__T__:__:__%Z'),
  profile_digest TEXT NOT NULL CHECK (length(profile_digest) IN (0, 64)),
  policy_digest TEXT NOT NULL CHECK (length(policy_digest) = 64),
  rules_digest TEXT NOT NULL CHECK (length(rules_digest) = 64),
  decision TEXT NOT NULL
    CHECK (decision IN ('APPROVED', 'APPROVED_WITH_CONDITIONS', 'NEEDS_REVIEW', 'DENIED', 'UNDECIDED')),
  mode TEXT NOT NULL CHECK (mode IN ('block', 'warn', 'audit')),
  profile_blob TEXT REFERENCES blobs (sha256),
  policy_blob TEXT NOT NULL REFERENCES blobs (sha256),
  result_blob TEXT NOT NULL REFERENCES blobs (sha256),
  rows_sha256 TEXT NOT NULL CHECK (length(rows_sha256) = 64),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE INDEX decisions_by_audit ON decisions (audit_sequence, sequence);

CREATE TABLE findings (
  decision_sequence INTEGER NOT NULL REFERENCES decisions (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  rule_id TEXT NOT NULL CHECK (rule_id <> ''),
  severity TEXT NOT NULL CHECK (severity <> ''),
  outcome TEXT NOT NULL CHECK (outcome <> ''),
  license_id TEXT NOT NULL,
  clause TEXT NOT NULL,
  missing_fact TEXT NOT NULL,
  PRIMARY KEY (decision_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE obligations (
  decision_sequence INTEGER NOT NULL REFERENCES decisions (sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  kind TEXT NOT NULL CHECK (kind <> ''),
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  clause TEXT NOT NULL CHECK (clause <> ''),
  fulfilled INTEGER NOT NULL CHECK (fulfilled IN (0, 1)),
  not_triggered INTEGER NOT NULL CHECK (not_triggered IN (0, 1)),
  PRIMARY KEY (decision_sequence, ordinal)
) STRICT, WITHOUT ROWID;
