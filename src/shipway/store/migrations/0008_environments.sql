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
