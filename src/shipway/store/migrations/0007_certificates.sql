-- Orders of certificates that failed and have not gone well since; a new daemon goes on
-- waiting where the earlier one waited.
CREATE TABLE certificate_orders (
    id       TEXT PRIMARY KEY,
    failures INTEGER NOT NULL CHECK (failures > 0),
    next_at  REAL NOT NULL,
    problem  TEXT NOT NULL
) STRICT;

-- Environments that are closed for maintenance, by whom, and for whom they are open.
CREATE TABLE maintenance (
    project     TEXT NOT NULL,
    environment TEXT NOT NULL,
    allow       TEXT NOT NULL,
    since       REAL NOT NULL,
    who         TEXT NOT NULL,
    PRIMARY KEY (project, environment)
) STRICT;
