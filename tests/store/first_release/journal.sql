PRAGMA auto_vacuum = INCREMENTAL;
BEGIN TRANSACTION;
CREATE TABLE given (line INTEGER NOT NULL, run INTEGER NOT NULL);
INSERT INTO "given" VALUES(2,2);
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
INSERT INTO "lines" VALUES(1,1,1,100.0,2,1,81,'a');
INSERT INTO "lines" VALUES(2,1,2,100.0,1,NULL,83,'two');
CREATE TABLE names (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    name      TEXT NOT NULL,
    UNIQUE (workspace, name)
);
INSERT INTO "names" VALUES(1,'default','bot');
INSERT INTO "names" VALUES(2,'default','other');
CREATE TABLE rooms (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL UNIQUE,
    lines     INTEGER NOT NULL DEFAULT 0,
    runs      INTEGER NOT NULL DEFAULT 0,
    bytes     INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "rooms" VALUES(1,'default',2,2,534);
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
INSERT INTO "runs" VALUES(1,1,1,1,1,'schedule',101.0,101.0,1.5,2.5,'done',0,3,0.5,NULL,180,NULL,'');
INSERT INTO "runs" VALUES(2,1,1,2,1,'event',102.0,102.0,1.5,2.5,'error',0,3,0.5,5,190,'E: x','line 1');
CREATE INDEX lines_of_room ON lines (room, id, at, level);
CREATE INDEX lines_of_worker ON lines (worker, id, at, level);
CREATE INDEX runs_of_room ON runs (room, id, started_at, outcome);
CREATE INDEX runs_of_worker ON runs (worker, id, started_at, outcome);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('rooms',1);
INSERT INTO "sqlite_sequence" VALUES('names',2);
COMMIT;
PRAGMA application_id = 1128614986;
PRAGMA user_version = 1;
