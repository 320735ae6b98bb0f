-- The chain behind a decision: events, and the rows that each of them tells of. db/README.md says who writes what.
--
-- Nothing here is ever changed or deleted: triggers refuse it, also to this program. Columns of business tables are text;
-- row_sha256 covers all of them.

-- What happened, in the order of the commits. leaf and body are the exact bytes that were written; leaves will be those of
-- a Merkle tree. row_sha256 is RowDigest(EventRecord).
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY CHECK (sequence >= 0),
  kind TEXT NOT NULL CHECK (kind <> ''),
  leaf BLOB NOT NULL CHECK (length(leaf) > 0),
  body BLOB NOT NULL,
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER events_in_order BEFORE INSERT ON events
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM events), -1) + 1
  BEGIN SELECT RAISE(ABORT, 'events are numbered without gaps'); END;
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

-- A signed approval; lists are joined by newlines.
CREATE TABLE approvals (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  approval_id TEXT NOT NULL UNIQUE CHECK (length(approval_id) = 64),
  model_digest TEXT NOT NULL CHECK (length(model_digest) = 64),
  weights_digest TEXT NOT NULL CHECK (length(weights_digest) = 64),
  set_digest TEXT NOT NULL CHECK (length(set_digest) IN (0, 64)),
  decision TEXT NOT NULL CHECK (decision IN ('APPROVED', 'APPROVED_WITH_CONDITIONS', 'NEEDS_REVIEW')),
  decision_id TEXT NOT NULL CHECK (length(decision_id) IN (0, 64)),
  not_before TEXT NOT NULL CHECK (not_before LIKE '____-__-__T__:__:__Z'),
  expires TEXT NOT NULL CHECK (expires LIKE '____-__-__T__:__:__Z'),
  key_id TEXT NOT NULL CHECK (length(key_id) = 64),
  uses TEXT NOT NULL,
  environments TEXT NOT NULL,
  regions TEXT NOT NULL,
  engines TEXT NOT NULL,
  by_name TEXT NOT NULL CHECK (by_name <> ''),
  reason TEXT NOT NULL CHECK (reason <> ''),
  principal TEXT NOT NULL,
  created_at TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__%Z'),
  statement_blob TEXT NOT NULL REFERENCES blobs (sha256),
  envelope_blob TEXT NOT NULL REFERENCES blobs (sha256),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER approvals_in_order BEFORE INSERT ON approvals
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM approvals), 0) + 1
    OR EXISTS (SELECT 1 FROM approvals WHERE event_sequence = NEW.event_sequence)
    OR EXISTS (SELECT 1 FROM approvals WHERE approval_id = NEW.approval_id)
  BEGIN SELECT RAISE(ABORT, 'approvals are only added'); END;
CREATE TRIGGER approvals_unchanged BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals are never changed'); END;
CREATE TRIGGER approvals_kept BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals are never deleted'); END;

-- The first revocation of an approval stands.
CREATE TABLE revocations (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  approval_id TEXT NOT NULL UNIQUE REFERENCES approvals (approval_id) CHECK (length(approval_id) = 64),
  by_name TEXT NOT NULL CHECK (by_name <> ''),
  principal TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  revoked_at TEXT NOT NULL CHECK (revoked_at LIKE '____-__-__T__:__:__%Z'),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER revocations_in_order BEFORE INSERT ON revocations
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM revocations), 0) + 1
    OR EXISTS (SELECT 1 FROM revocations WHERE event_sequence = NEW.event_sequence)
    OR EXISTS (SELECT 1 FROM revocations WHERE approval_id = NEW.approval_id)
  BEGIN SELECT RAISE(ABORT, 'revocations are only added'); END;
CREATE TRIGGER revocations_unchanged BEFORE UPDATE ON revocations BEGIN SELECT RAISE(ABORT, 'revocations are never changed'); END;
CREATE TRIGGER revocations_kept BEFORE DELETE ON revocations BEGIN SELECT RAISE(ABORT, 'revocations are never deleted'); END;

-- A conclusion of a person on the licence of a component.
CREATE TABLE rulings (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  ruling_id TEXT NOT NULL UNIQUE CHECK (length(ruling_id) = 64),
  model_digest TEXT NOT NULL CHECK (length(model_digest) = 64),
  component TEXT NOT NULL,
  license_id TEXT NOT NULL CHECK (license_id <> ''),
  until TEXT NOT NULL,
  document_blob TEXT NOT NULL REFERENCES blobs (sha256),
  evidence_blob TEXT REFERENCES blobs (sha256),
  recorded_at TEXT NOT NULL CHECK (recorded_at LIKE '____-__-__T__:__:__%Z'),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER rulings_in_order BEFORE INSERT ON rulings
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM rulings), 0) + 1
    OR EXISTS (SELECT 1 FROM rulings WHERE event_sequence = NEW.event_sequence)
    OR EXISTS (SELECT 1 FROM rulings WHERE ruling_id = NEW.ruling_id)
  BEGIN SELECT RAISE(ABORT, 'rulings are only added'); END;
CREATE TRIGGER rulings_unchanged BEFORE UPDATE ON rulings BEGIN SELECT RAISE(ABORT, 'rulings are never changed'); END;
CREATE TRIGGER rulings_kept BEFORE DELETE ON rulings BEGIN SELECT RAISE(ABORT, 'rulings are never deleted'); END;

-- An exception of a person to one rule for one model, as signed.
CREATE TABLE waivers (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  waiver_id TEXT NOT NULL UNIQUE CHECK (length(waiver_id) = 64),
  model_digest TEXT NOT NULL CHECK (length(model_digest) = 64),
  rule_id TEXT NOT NULL CHECK (rule_id <> ''),
  until TEXT NOT NULL CHECK (until LIKE '____-__-__T__:__:__Z'),
  key_id TEXT NOT NULL CHECK (length(key_id) = 64),
  envelope_blob TEXT NOT NULL REFERENCES blobs (sha256),
  recorded_at TEXT NOT NULL CHECK (recorded_at LIKE '____-__-__T__:__:__%Z'),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER waivers_in_order BEFORE INSERT ON waivers
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM waivers), 0) + 1
    OR EXISTS (SELECT 1 FROM waivers WHERE event_sequence = NEW.event_sequence)
    OR EXISTS (SELECT 1 FROM waivers WHERE waiver_id = NEW.waiver_id)
  BEGIN SELECT RAISE(ABORT, 'waivers are only added'); END;
CREATE TRIGGER waivers_unchanged BEFORE UPDATE ON waivers BEGIN SELECT RAISE(ABORT, 'waivers are never changed'); END;
CREATE TRIGGER waivers_kept BEFORE DELETE ON waivers BEGIN SELECT RAISE(ABORT, 'waivers are never deleted'); END;

-- A key that was made, trusted or distrusted.
CREATE TABLE key_changes (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  key_id TEXT NOT NULL CHECK (length(key_id) = 64),
  change TEXT NOT NULL CHECK (change IN ('init', 'trust', 'distrust')),
  public_key TEXT NOT NULL,
  name TEXT NOT NULL,
  reason TEXT NOT NULL,
  changed_at TEXT NOT NULL CHECK (changed_at LIKE '____-__-__T__:__:__%Z'),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER key_changes_in_order BEFORE INSERT ON key_changes
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM key_changes), 0) + 1
    OR EXISTS (SELECT 1 FROM key_changes WHERE event_sequence = NEW.event_sequence)
  BEGIN SELECT RAISE(ABORT, 'key_changes are only added'); END;
CREATE TRIGGER key_changes_unchanged BEFORE UPDATE ON key_changes BEGIN SELECT RAISE(ABORT, 'key_changes are never changed'); END;
CREATE TRIGGER key_changes_kept BEFORE DELETE ON key_changes BEGIN SELECT RAISE(ABORT, 'key_changes are never deleted'); END;

-- A model that an engine loaded, or refused.
CREATE TABLE admissions (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  outcome TEXT NOT NULL CHECK (outcome IN ('admitted', 'refused')),
  approval_id TEXT NOT NULL,
  model_digest TEXT NOT NULL,
  reason TEXT NOT NULL,
  engine TEXT NOT NULL,
  at TEXT NOT NULL CHECK (at LIKE '____-__-__T__:__:__%Z'),
  event_sequence INTEGER NOT NULL UNIQUE REFERENCES events (sequence),
  row_sha256 TEXT NOT NULL CHECK (length(row_sha256) = 64)
) STRICT;

CREATE TRIGGER admissions_in_order BEFORE INSERT ON admissions
  WHEN NEW.sequence <> coalesce((SELECT max(sequence) FROM admissions), 0) + 1
    OR EXISTS (SELECT 1 FROM admissions WHERE event_sequence = NEW.event_sequence)
  BEGIN SELECT RAISE(ABORT, 'admissions are only added'); END;
CREATE TRIGGER admissions_unchanged BEFORE UPDATE ON admissions BEGIN SELECT RAISE(ABORT, 'admissions are never changed'); END;
CREATE TRIGGER admissions_kept BEFORE DELETE ON admissions BEGIN SELECT RAISE(ABORT, 'admissions are never deleted'); END;

CREATE INDEX rulings_by_model ON rulings (model_digest, sequence);
CREATE INDEX waivers_by_model ON waivers (model_digest, sequence);

-- Which approvals name a digest: of a model, of weights, of a set, or the approval's own id.
CREATE TABLE approval_digests (
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  approval_sequence INTEGER NOT NULL REFERENCES approvals (sequence),
  PRIMARY KEY (digest, approval_sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER approval_digests_unchanged BEFORE UPDATE ON approval_digests
  BEGIN SELECT RAISE(ABORT, 'digests of approvals are never changed'); END;
CREATE TRIGGER approval_digests_kept BEFORE DELETE ON approval_digests
  BEGIN SELECT RAISE(ABORT, 'digests of approvals are never deleted'); END;

-- Mutations that were done under an id of the caller.
CREATE TABLE requests (
  request_id TEXT NOT NULL PRIMARY KEY CHECK (request_id <> ''),
  request_digest TEXT NOT NULL CHECK (length(request_digest) = 64),
  result TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER requests_unchanged BEFORE UPDATE ON requests BEGIN SELECT RAISE(ABORT, 'requests are never changed'); END;
CREATE TRIGGER requests_kept BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'requests are never deleted'); END;

-- The latest instant that was seen, in unix seconds: the one row that changes, and only upwards.
CREATE TABLE clock_floor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seen INTEGER NOT NULL CHECK (seen >= 0)
) STRICT;

INSERT INTO clock_floor (id, seen) VALUES (1, 0);

CREATE TRIGGER clock_floor_one BEFORE INSERT ON clock_floor BEGIN SELECT RAISE(ABORT, 'there is one floor'); END;
CREATE TRIGGER clock_floor_rises BEFORE UPDATE ON clock_floor WHEN NEW.seen < OLD.seen OR NEW.id <> 1
  BEGIN SELECT RAISE(ABORT, 'the floor only rises'); END;
CREATE TRIGGER clock_floor_kept BEFORE DELETE ON clock_floor BEGIN SELECT RAISE(ABORT, 'the floor is kept'); END;

-- Rulings and waivers that a decision took into account.
ALTER TABLE decisions ADD COLUMN exceptions_digest TEXT NOT NULL DEFAULT '' CHECK (length(exceptions_digest) IN (0, 64));
ALTER TABLE decisions ADD COLUMN exceptions_blob TEXT REFERENCES blobs (sha256);
