-- The history of all series: one row ("frame") a moment and step, with a place for each series.

CREATE TABLE series (
    id           INTEGER PRIMARY KEY CHECK (id >= 0),  -- its place in the frames
    project      TEXT NOT NULL,                        -- both empty: the machine's own
    environment  TEXT NOT NULL,
    indicator    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    unit         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('measured', 'idle', 'unavailable', 'missing')),
    reason       TEXT NOT NULL,
    since        REAL NOT NULL,
    seen_at      REAL NOT NULL,
    value        REAL,
    measured_at  REAL,
    UNIQUE (project, environment, indicator, subject),
    CHECK ((project = '') = (environment = '')),
    CHECK ((value IS NULL) = (measured_at IS NULL))
) STRICT;

CREATE TABLE frame (
    step         INTEGER NOT NULL CHECK (step IN (0, 60, 600)),  -- seconds; 0: as sampled
    at           REAL NOT NULL,
    data         BLOB NOT NULL,
    UNIQUE (step, at)
) STRICT;
