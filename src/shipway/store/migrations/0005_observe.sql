-- Incidents, silences and the notices that wait to be sent.
-- The samples themselves lie in a database file of their own: see history_migrations.

CREATE TABLE incident (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    condition    TEXT NOT NULL,
    subject      TEXT NOT NULL,
    project      TEXT NOT NULL,       -- both empty: the machine's
    environment  TEXT NOT NULL,
    level        INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    state        TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    says_en      TEXT NOT NULL,
    says_ko      TEXT NOT NULL,
    figure       REAL,
    unit         TEXT NOT NULL,
    hint         TEXT NOT NULL,
    flaps        INTEGER NOT NULL DEFAULT 0 CHECK (flaps >= 0),
    release      TEXT,                -- live when it opened
    rollout      INTEGER,             -- the last one before it opened
    opened_at    REAL NOT NULL,
    last_seen_at REAL NOT NULL,
    acknowledged_at REAL,
    acknowledged_by TEXT,
    resolved_at  REAL,
    told_level   INTEGER NOT NULL DEFAULT 0 CHECK (told_level BETWEEN 0 AND 5),
    told_resolved INTEGER NOT NULL DEFAULT 0 CHECK (told_resolved IN (0, 1)),
    CHECK ((project = '') = (environment = '')),
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
    CHECK (state <> 'acknowledged' OR acknowledged_at IS NOT NULL)
) STRICT;

-- one thing is wrong once
CREATE UNIQUE INDEX one_active_incident ON incident(project, environment, condition, subject)
    WHERE state <> 'resolved';
CREATE INDEX incident_by_time ON incident(opened_at);

CREATE TABLE incident_event (
    incident     INTEGER NOT NULL REFERENCES incident(id),
    at           REAL NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN
                   ('opened', 'escalated', 'acknowledged', 'reopened', 'resolved')),
    who          TEXT NOT NULL,
    level        INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
    text         TEXT NOT NULL
) STRICT;

CREATE INDEX incident_event_by_incident ON incident_event(incident);
CREATE TRIGGER incident_event_is_append_only BEFORE UPDATE ON incident_event
BEGIN SELECT RAISE(ABORT, 'what happened to an incident is append-only'); END;

CREATE TABLE silence (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    project      TEXT NOT NULL,       -- both empty: everywhere
    environment  TEXT NOT NULL,
    condition    TEXT NOT NULL,       -- empty: every one
    subject      TEXT NOT NULL,       -- empty: every one
    until        REAL NOT NULL,
    by           TEXT NOT NULL,
    reason       TEXT NOT NULL,
    created_at   REAL NOT NULL,
    CHECK ((project = '') = (environment = ''))
) STRICT;

-- the outbox: what a channel is to be told, until it has arrived
CREATE TABLE notice (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    incident     INTEGER NOT NULL REFERENCES incident(id),
    project      TEXT NOT NULL,
    environment  TEXT NOT NULL,
    channel      TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('opened', 'escalated', 'reopened', 'resolved')),
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given-up')),
    created_at   REAL NOT NULL,
    due_at       REAL NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    error        TEXT NOT NULL DEFAULT '',
    sent_at      REAL,
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
) STRICT;

CREATE INDEX notice_waiting ON notice(due_at) WHERE state = 'waiting';
