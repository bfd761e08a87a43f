-- 1 --
-- Workers by a number, so that a line takes little room. A number is never given twice.
CREATE TABLE names (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    name      TEXT NOT NULL,
    UNIQUE (workspace, name)
);

-- Workspaces likewise, with what their rows take: counted in the transaction that changes them.
CREATE TABLE rooms (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL UNIQUE,
    lines     INTEGER NOT NULL DEFAULT 0,
    runs      INTEGER NOT NULL DEFAULT 0,
    bytes     INTEGER NOT NULL DEFAULT 0
);

-- One row: the last ids that were given; those of rows that are gone are not given again.
CREATE TABLE given (line INTEGER NOT NULL, run INTEGER NOT NULL);
INSERT INTO given VALUES (0, 0);

CREATE TABLE lines (
    id      INTEGER PRIMARY KEY,
    room    INTEGER NOT NULL,
    worker  INTEGER NOT NULL,
    at      REAL NOT NULL,
    level   INTEGER NOT NULL,
    version INTEGER,
    bytes   INTEGER NOT NULL,
    message TEXT NOT NULL
);
-- What is asked for but the text is in the indices, so that a walk reads no line it passes over.
CREATE INDEX lines_of_room ON lines (room, id, at, level);
CREATE INDEX lines_of_worker ON lines (worker, id, at, level);

CREATE TABLE runs (
    id           INTEGER PRIMARY KEY,
    room         INTEGER NOT NULL,
    worker       INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    cause        TEXT NOT NULL,
    planned_at   REAL NOT NULL,
    started_at   REAL NOT NULL,
    late_ms      REAL NOT NULL,
    duration_ms  REAL NOT NULL,
    outcome      TEXT NOT NULL,
    skipped      INTEGER NOT NULL,
    ctx_calls    INTEGER NOT NULL,
    cpu_ms       REAL NOT NULL,
    memory_bytes INTEGER,
    bytes        INTEGER NOT NULL,
    error        TEXT,
    traceback    TEXT NOT NULL
);
CREATE INDEX runs_of_room ON runs (room, id, started_at, outcome);
CREATE INDEX runs_of_worker ON runs (worker, id, started_at, outcome);

-- 2 --
-- Each 16,384 rows are an era, and a worker's are found era by era. In one index over all time each
-- row of a batch falls into another page: with 4,000 workers 8 KB were written for a tick, not 1.
CREATE TABLE line_eras (id INTEGER PRIMARY KEY);
INSERT INTO line_eras SELECT DISTINCT id >> 14 FROM lines;
CREATE TABLE run_eras (id INTEGER PRIMARY KEY);
INSERT INTO run_eras SELECT DISTINCT id >> 14 FROM runs;
DROP INDEX lines_of_worker;
CREATE INDEX lines_of_worker ON lines (id >> 14, worker, id, at, level);
DROP INDEX runs_of_worker;
CREATE INDEX runs_of_worker ON runs (id >> 14, worker, id, started_at, outcome);

-- 3 --
-- Which ctx calls a failed run made last: JSON.
ALTER TABLE runs ADD COLUMN calls TEXT;
