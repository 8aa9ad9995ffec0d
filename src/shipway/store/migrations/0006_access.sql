-- People, sessions and tokens.  No secret stands here: passwords as argon2, the rest as SHA-256.

CREATE TABLE user (
    name         TEXT PRIMARY KEY COLLATE NOCASE,
    role         INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
    password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    language     TEXT CHECK (language IS NULL OR language IN ('ko', 'en')),
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL
) STRICT;

-- somebody must be able to let others in
CREATE TRIGGER last_admin_stays BEFORE DELETE ON user
WHEN old.role = 3 AND (SELECT count(*) FROM user WHERE role = 3) = 1
BEGIN SELECT RAISE(ABORT, 'last-admin'); END;
CREATE TRIGGER last_admin_keeps_the_role BEFORE UPDATE OF role ON user
WHEN old.role = 3 AND new.role <> 3 AND (SELECT count(*) FROM user WHERE role = 3) = 1
BEGIN SELECT RAISE(ABORT, 'last-admin'); END;

CREATE TABLE session (
    hash         TEXT PRIMARY KEY CHECK (length(hash) = 64),
    user         TEXT NOT NULL COLLATE NOCASE REFERENCES user(name) ON DELETE CASCADE,
    created_at   REAL NOT NULL,
    seen_at      REAL NOT NULL,
    expires_at   REAL NOT NULL
) STRICT;
CREATE INDEX session_by_user ON session(user);

CREATE TABLE invitation (
    hash         TEXT PRIMARY KEY CHECK (length(hash) = 64),
    name         TEXT COLLATE NOCASE,
    role         INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
    created_by   TEXT NOT NULL,
    created_at   REAL NOT NULL,
    expires_at   REAL NOT NULL,
    used_at      REAL
) STRICT;
CREATE TRIGGER link_works_once BEFORE UPDATE ON invitation WHEN old.used_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'link-used'); END;

CREATE TABLE api_token (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    hash         TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    name         TEXT NOT NULL,
    role         INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
    project      TEXT NOT NULL,
    environment  TEXT,
    created_by   TEXT NOT NULL,
    created_at   REAL NOT NULL,
    expires_at   REAL NOT NULL CHECK (expires_at > created_at),
    used_at      REAL,
    revoked_at   REAL
) STRICT;
CREATE UNIQUE INDEX one_valid_token_a_name ON api_token(project, name) WHERE revoked_at IS NULL;

-- where the dashboard listens; no row: nowhere
CREATE TABLE listener (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    address      TEXT NOT NULL,
    public       TEXT
) STRICT;
