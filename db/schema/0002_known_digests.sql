-- Who measured an audit, which licences it found, and the look-up by digest. db/README.md says who writes what. Rows are
-- only ever added.

-- Each way in which an audit was measured. row_sha256 of the first, which the audit itself names, is the audit's own;
-- that of a later one is RowDigest(MeasurementRow).
CREATE TABLE audit_measurements (
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  measured_by TEXT NOT NULL CHECK (measured_by IN ('local', 'server', 'client')),
  recorded_at TEXT NOT NULL CHECK (recorded_at LIKE '____-__-__T__:__:__%Z'),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64),
  PRIMARY KEY (audit_sequence, measured_by)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_measurements (audit_sequence, measured_by, recorded_at, row_sha256)
  SELECT sequence, measured_by, created_at, row_sha256 FROM audits ORDER BY sequence;

ALTER TABLE decisions ADD COLUMN measured_by TEXT NOT NULL DEFAULT '' CHECK (measured_by IN ('', 'server', 'client'));

-- The licences of an audit. An audit without a row in audit_license_lists was recorded before they were kept.
CREATE TABLE audit_license_lists (
  audit_sequence INTEGER PRIMARY KEY REFERENCES audits (sequence),
  rows_sha256 TEXT NOT NULL CHECK (length(rows_sha256) = 64)
) STRICT;

CREATE TABLE audit_licenses (
  audit_sequence INTEGER NOT NULL REFERENCES audit_license_lists (audit_sequence),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  short_id TEXT NOT NULL,
  component TEXT NOT NULL,
  match TEXT NOT NULL CHECK (match <> ''),
  governs INTEGER NOT NULL CHECK (governs IN (0, 1)),
  PRIMARY KEY (audit_sequence, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_licenses_by_license ON audit_licenses (license_id, audit_sequence);

CREATE INDEX audits_by_model ON audits (model_digest, sequence);

-- Which audits hold a digest: kind 1 is a file, 2 the weights, 3 the model; measured is 0 where only a client read the
-- bytes. Short rows (32 bytes for a digest, 8 for the check), because there is one for each file of each model.
CREATE TABLE known_digests (
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  measured INTEGER NOT NULL CHECK (measured IN (0, 1)),
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence),
  row_check INTEGER NOT NULL,
  PRIMARY KEY (digest, measured, kind, audit_sequence)
) STRICT, WITHOUT ROWID;

-- What a look-up answers for an audit: a copy of what stands in other tables, encoded in one value, because each look-up
-- pays for each column. A later decision or measurement adds a row; the last one stands. answer_id is audit_sequence *
-- 2^24 + 0, 1, 2, ..., so that the last answer of an audit is one search in one table. sha256 is of answer_id and answer.
CREATE TABLE answers (
  answer_id INTEGER PRIMARY KEY CHECK (answer_id >= 16777216),
  answer BLOB NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
) STRICT;
