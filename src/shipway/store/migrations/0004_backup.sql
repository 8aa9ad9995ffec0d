-- Backups, restore points, restores and drills.
-- The repository is the truth of what is kept; this is the fast view of it, and the history.

CREATE TABLE backup (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    id           TEXT NOT NULL,              -- the snapshot's
    subject      TEXT NOT NULL,              -- the service, volume or bucket
    kind         TEXT NOT NULL CHECK (kind IN
                   ('base', 'dump', 'redis', 'sqlite', 'volume', 'bucket', 'state')),
    began_at     REAL NOT NULL,
    ended_at     REAL NOT NULL CHECK (ended_at >= began_at),
    bytes        INTEGER NOT NULL CHECK (bytes >= 0),
    facts_json   TEXT NOT NULL CHECK (json_valid(facts_json)),
    counts_json  TEXT NOT NULL CHECK (json_valid(counts_json)),
    PRIMARY KEY (project, environment, id)
) STRICT;

CREATE INDEX backup_by_age ON backup(project, environment, ended_at);

CREATE TABLE restore_point (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    service      TEXT NOT NULL,
    name         TEXT NOT NULL,
    at           REAL NOT NULL,
    epoch        TEXT NOT NULL,
    position     TEXT NOT NULL,
    PRIMARY KEY (project, environment, service, name)
) STRICT;

CREATE TABLE drill (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    subject      TEXT NOT NULL,
    backup       TEXT NOT NULL,
    began_at     REAL NOT NULL,
    ended_at     REAL NOT NULL,
    rto_s        REAL,
    rpo_s        REAL,
    -- a drill that looked at nothing has not passed
    passed       INTEGER NOT NULL CHECK (passed IN (0, 1)),
    checks_json  TEXT NOT NULL CHECK (json_valid(checks_json)),
    CHECK (passed = 0 OR json_array_length(checks_json) > 0)
) STRICT;

CREATE INDEX drill_by_age ON drill(project, environment, began_at);

-- which generation of its data an environment's stateful service mounts; none: the first.
-- A restore makes a new one beside and then names it here: this is the swap.
CREATE TABLE data_generation (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    service      TEXT NOT NULL,
    generation   INTEGER NOT NULL CHECK (generation >= 1),
    PRIMARY KEY (project, environment, service)
) STRICT;

-- what was done to make, or to verify, backups: one at a time in an environment
CREATE TABLE backup_run (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('full', 'redis', 'verify')),
    state        TEXT NOT NULL CHECK (state IN
                   ('running', 'succeeded', 'failed', 'interrupted')),
    requested_by TEXT NOT NULL,
    began_at     REAL NOT NULL,
    ended_at     REAL,
    problem_json TEXT CHECK (problem_json IS NULL OR json_valid(problem_json)),
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK (state <> 'succeeded' OR problem_json IS NULL)
) STRICT;

CREATE UNIQUE INDEX one_running_backup ON backup_run(project, environment)
    WHERE state = 'running';
CREATE INDEX backup_run_by_age ON backup_run(project, environment, began_at);

CREATE TABLE backup_part (
    run          INTEGER NOT NULL REFERENCES backup_run(id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    began_at     REAL NOT NULL,
    ended_at     REAL NOT NULL,
    backup       TEXT,
    bytes        INTEGER NOT NULL CHECK (bytes >= 0),
    files        INTEGER NOT NULL CHECK (files >= 0),
    added_bytes  INTEGER,
    problem_json TEXT CHECK (problem_json IS NULL OR json_valid(problem_json)),
    PRIMARY KEY (run, kind, subject),
    -- a part has a backup, or says why it has none
    CHECK ((backup IS NULL) = (problem_json IS NOT NULL))
) STRICT;
