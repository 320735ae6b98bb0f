-- In which order answers were published: who keeps them in memory reads what is behind the place it has reached. A row for
-- each row of answers that was added; for those that were there before, one for each audit.
CREATE TABLE answer_log (
  position INTEGER PRIMARY KEY CHECK (position > 0),
  audit_sequence INTEGER NOT NULL REFERENCES audits (sequence)
) STRICT;

INSERT INTO answer_log (audit_sequence) SELECT DISTINCT answer_id / 16777216 FROM answers ORDER BY 1;
