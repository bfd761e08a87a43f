-- 1 --
CREATE TABLE workspaces (
    name            TEXT NOT NULL PRIMARY KEY,
    created_at      REAL NOT NULL,
    retention_days  REAL NOT NULL,
    retention_bytes INTEGER NOT NULL,
    revision        INTEGER NOT NULL
) WITHOUT ROWID;

-- What is wanted of each worker.
CREATE TABLE workers (
    workspace      TEXT NOT NULL,
    name           TEXT NOT NULL,
    desired        TEXT NOT NULL,
    version        INTEGER NOT NULL,
    restarts_asked INTEGER NOT NULL,
    ticks_asked    INTEGER NOT NULL,
    revision       INTEGER NOT NULL,
    created_at     REAL NOT NULL,
    changed_at     REAL NOT NULL,
    purge_at       REAL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

-- One row, raised by every change of what is wanted.
CREATE TABLE intent (revision INTEGER NOT NULL);
INSERT INTO intent VALUES (1);

-- The source stands last, so that a list is read without it.
CREATE TABLE versions (
    workspace    TEXT NOT NULL,
    name         TEXT NOT NULL,
    number       INTEGER NOT NULL,
    hash         TEXT NOT NULL,
    source_bytes INTEGER NOT NULL,
    settings     TEXT NOT NULL,
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL,
    note         TEXT NOT NULL,
    source       TEXT NOT NULL,
    PRIMARY KEY (workspace, name, number)
);
CREATE INDEX versions_by_hash ON versions (workspace, name, hash);

-- How each worker stood when it was last looked at; of workers alone.
CREATE TABLE standings (
    workspace   TEXT NOT NULL,
    name        TEXT NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    since       REAL NOT NULL,
    host        TEXT NOT NULL,
    version     INTEGER,
    pid         INTEGER,
    restarts    INTEGER NOT NULL,
    errors      INTEGER NOT NULL,
    heeded      INTEGER NOT NULL,
    next_at     REAL,
    enforcement TEXT,
    PRIMARY KEY (workspace, name)
);

CREATE TABLE places (
    workspace TEXT NOT NULL,
    name      TEXT NOT NULL,
    anchor_at REAL NOT NULL,
    reserved  INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

-- A name may be given again once its token was revoked.
CREATE TABLE tokens (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    digest       BLOB NOT NULL UNIQUE,
    role         TEXT NOT NULL,
    workspace    TEXT,
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   REAL,
    last_used_at REAL,
    revoked_at   REAL
) WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_by_name ON tokens (coalesce(workspace, ''), name)
    WHERE revoked_at IS NULL;

CREATE TABLE audit (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        REAL NOT NULL,
    actor     TEXT NOT NULL,
    action    TEXT NOT NULL,
    workspace TEXT,
    target    TEXT NOT NULL,
    detail    TEXT NOT NULL,
    status    INTEGER NOT NULL
);
CREATE INDEX audit_of_workspace ON audit (workspace, id);

CREATE TABLE rules (
    id         TEXT NOT NULL PRIMARY KEY,
    workspace  TEXT NOT NULL,
    name       TEXT NOT NULL,
    occasions  TEXT NOT NULL,
    workers    TEXT NOT NULL,
    channel    TEXT NOT NULL,
    target     TEXT NOT NULL,
    settings   TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    created_at REAL NOT NULL,
    revision   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX rules_of_workspace ON rules (workspace, name);

CREATE TABLE told (
    key TEXT NOT NULL PRIMARY KEY,
    at  REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE hooks (
    id         TEXT NOT NULL PRIMARY KEY,
    workspace  TEXT NOT NULL,
    worker     TEXT NOT NULL,
    name       TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE,
    signed     INTEGER NOT NULL,
    created_at REAL NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (workspace, worker, name)
) WITHOUT ROWID;

CREATE TABLE events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    worker    TEXT NOT NULL,
    hook      TEXT NOT NULL,
    at        REAL NOT NULL,
    body      BLOB NOT NULL
);
CREATE INDEX events_of_worker ON events (workspace, worker, id);

-- 2 --
-- The highest revision of a worker that was purged: one that is made anew goes on above it.
ALTER TABLE intent ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX told_by_time ON told (at);

-- 3 --
CREATE TABLE users (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    password     TEXT NOT NULL,
    role         TEXT NOT NULL,
    workspace    TEXT,
    created_at   REAL NOT NULL,
    created_by   TEXT NOT NULL,
    last_used_at REAL,
    revision     INTEGER NOT NULL
) WITHOUT ROWID;

-- Each stands for a token or a user, by its id.
CREATE TABLE sessions (
    digest     BLOB NOT NULL PRIMARY KEY,
    way        TEXT NOT NULL,
    holder     TEXT NOT NULL,
    created_at REAL NOT NULL,
    used_at    REAL NOT NULL,
    ends_at    REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_holder ON sessions (holder, used_at);
