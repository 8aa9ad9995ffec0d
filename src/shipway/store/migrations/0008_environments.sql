-- Sleep and previews.

-- an environment that is not awake; no row: awake
CREATE TABLE sleep (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('asleep', 'waking', 'opening')),
    port         INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535),
    since        REAL NOT NULL,
    PRIMARY KEY (project, environment),
    FOREIGN KEY (project, environment) REFERENCES environment(project, name)
) STRICT;

-- waking begins with what sleeps: a row is never made in a later state
CREATE TRIGGER sleep_begins_asleep BEFORE INSERT ON sleep WHEN NEW.state <> 'asleep'
BEGIN SELECT RAISE(ABORT, 'sleep begins asleep'); END;

-- previews: environments for branches; the row goes with the preview
CREATE TABLE preview (
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL CHECK (environment LIKE 'preview-%'),
    branch       TEXT NOT NULL,
    base         TEXT NOT NULL,
    port         INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    host         TEXT,
    masked       INTEGER NOT NULL CHECK (masked IN (0, 1)),
    copied       INTEGER NOT NULL DEFAULT 0 CHECK (copied IN (0, 1)),
    sleep_after_s REAL,
    expires_at   REAL NOT NULL,
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL,
    PRIMARY KEY (project, environment),
    UNIQUE (project, branch),
    CHECK (expires_at > created_at)
) STRICT;

-- without a host name of its own, a preview has a port of its own
CREATE UNIQUE INDEX one_preview_a_port ON preview(port) WHERE host IS NULL;
CREATE UNIQUE INDEX one_preview_a_host ON preview(host) WHERE host IS NOT NULL;

-- environments that are gone for good: their history stays, they are shown nowhere
ALTER TABLE environment ADD COLUMN gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1));
