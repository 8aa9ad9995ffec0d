-- What checks saw, when, for which release.
-- Append-only; the newest of each check in each environment is never removed.

CREATE TABLE evidence (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      TEXT NOT NULL REFERENCES project(name),
    environment  TEXT,                        -- NULL: about the project's files
    check_id     TEXT NOT NULL CHECK (check_id <> ''),
    subject      TEXT NOT NULL DEFAULT '',
    result       TEXT NOT NULL CHECK (result IN ('passed', 'failed', 'not checked', 'attested')),
    at           REAL NOT NULL,
    release      INTEGER,
    artifacts    TEXT,                        -- the mark of the digests that were looked at
    says_en      TEXT NOT NULL,
    says_ko      TEXT NOT NULL,
    figures_json TEXT NOT NULL CHECK (json_valid(figures_json)),
    by           TEXT,
    until        REAL,
    FOREIGN KEY (project, environment) REFERENCES environment(project, name),
    FOREIGN KEY (project, release) REFERENCES release(project, number),
    -- a person's word has a name and an end; what was seen has neither
    CHECK ((result = 'attested') = (by IS NOT NULL AND until IS NOT NULL)),
    CHECK ((release IS NULL) = (artifacts IS NULL))
) STRICT;

CREATE INDEX evidence_of ON evidence(project, environment, check_id, subject, id);
CREATE INDEX evidence_for ON evidence(project, environment, artifacts, check_id, subject, id);

CREATE TRIGGER evidence_is_append_only BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END;

CREATE TRIGGER latest_evidence_is_kept BEFORE DELETE ON evidence
WHEN NOT EXISTS (
    SELECT 1 FROM evidence AS newer
    WHERE newer.project = OLD.project AND newer.environment IS OLD.environment
      AND newer.check_id = OLD.check_id AND newer.subject = OLD.subject AND newer.id > OLD.id)
BEGIN SELECT RAISE(ABORT, 'the latest evidence of a check is kept'); END;
