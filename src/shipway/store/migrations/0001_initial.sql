-- Projects, releases, placements, rollouts, their journal, and the audit trail.
-- The invariants of the product stand here, not in the code that writes.

CREATE TABLE project (
    name        TEXT PRIMARY KEY,
    directory   TEXT NOT NULL,
    created_at  REAL NOT NULL,
    last_release INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE environment (
    project     TEXT NOT NULL REFERENCES project(name),
    name        TEXT NOT NULL,
    engine      TEXT NOT NULL,
    created_at  REAL NOT NULL,
    -- the release that the ingress sends requests to; during a rollout this moves first
    serving     INTEGER,
    PRIMARY KEY (project, name)
) STRICT;

CREATE TABLE release (
    project      TEXT NOT NULL REFERENCES project(name),
    number       INTEGER NOT NULL CHECK (number > 0),
    rollout      INTEGER NOT NULL UNIQUE,     -- the deploy that built it: repeating it finds it
    commit_json  TEXT NOT NULL CHECK (json_valid(commit_json)),
    artifacts_json TEXT NOT NULL CHECK (json_valid(artifacts_json)),
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL,
    PRIMARY KEY (project, number)
) STRICT;

CREATE TRIGGER release_is_immutable BEFORE UPDATE ON release
BEGIN SELECT RAISE(ABORT, 'a release is immutable'); END;

CREATE TABLE placement (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    release      INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN
                   ('starting', 'live', 'warm', 'stopping', 'stopped', 'removed')),
    fingerprint  TEXT NOT NULL,
    live_since   REAL,
    retired_at   REAL,
    warm_until   REAL,
    PRIMARY KEY (project, environment, release),
    FOREIGN KEY (project, environment) REFERENCES environment(project, name),
    FOREIGN KEY (project, release) REFERENCES release(project, number)
) STRICT;

CREATE UNIQUE INDEX one_live_placement ON placement(project, environment) WHERE state = 'live';

-- a job (a migration) that ran to its end in an environment for a release
CREATE TABLE job_run (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    release      INTEGER NOT NULL,
    job          TEXT NOT NULL,
    at           REAL NOT NULL,
    PRIMARY KEY (project, environment, release, job)
) STRICT;

CREATE TABLE rollout (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('deploy', 'promote', 'rollback', 'restore')),
    state        TEXT NOT NULL CHECK (state IN
                   ('running', 'unwinding', 'succeeded', 'failed', 'stuck')),
    engine       TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    created_at   REAL NOT NULL,
    request_json TEXT NOT NULL CHECK (json_valid(request_json)),
    release      INTEGER,
    previous     INTEGER,
    switched_at  REAL,
    finished_at  REAL,
    problem_json TEXT CHECK (problem_json IS NULL OR json_valid(problem_json)),
    abort_requested INTEGER NOT NULL DEFAULT 0 CHECK (abort_requested IN (0, 1)),
    FOREIGN KEY (project, environment) REFERENCES environment(project, name),
    CHECK ((state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL))
) STRICT;

-- the lock: one unfinished rollout an environment, whoever runs it
CREATE UNIQUE INDEX one_active_rollout ON rollout(project, environment)
    WHERE state IN ('running', 'unwinding', 'stuck');

CREATE TABLE journal (
    rollout      INTEGER NOT NULL REFERENCES rollout(id),
    seq          INTEGER NOT NULL,
    step         TEXT NOT NULL,
    mark         TEXT NOT NULL CHECK (mark IN
                   ('begun', 'done', 'failed', 'undo-begun', 'undone', 'undo-failed')),
    at           REAL NOT NULL,
    output_json  TEXT CHECK (output_json IS NULL OR json_valid(output_json)),
    problem_json TEXT CHECK (problem_json IS NULL OR json_valid(problem_json)),
    PRIMARY KEY (rollout, seq)
) STRICT;

CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE progress (
    rollout      INTEGER NOT NULL REFERENCES rollout(id),
    seq          INTEGER NOT NULL,
    at           REAL NOT NULL,
    step         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    text         TEXT NOT NULL,
    PRIMARY KEY (rollout, seq)
) STRICT;

CREATE TABLE audit (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           REAL NOT NULL,
    who          TEXT NOT NULL,
    action       TEXT NOT NULL,
    project      TEXT,
    environment  TEXT,
    details_json TEXT NOT NULL CHECK (json_valid(details_json))
) STRICT;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is kept'); END;
