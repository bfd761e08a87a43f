BEGIN TRANSACTION;
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
INSERT INTO "audit" VALUES(1,1.0,'me','worker.deploy','default','','{"version":1}',200);
CREATE TABLE events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    worker    TEXT NOT NULL,
    hook      TEXT NOT NULL,
    at        REAL NOT NULL,
    body      BLOB NOT NULL
);
INSERT INTO "events" VALUES(1,'default','bot','door',4.0,X'7B2261223A317D');
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
INSERT INTO "hooks" VALUES('id-door','default','bot','door',X'646F6F72',1,1.0,'me');
CREATE TABLE intent (revision INTEGER NOT NULL);
INSERT INTO "intent" VALUES(4);
CREATE TABLE places (
    workspace TEXT NOT NULL,
    name      TEXT NOT NULL,
    anchor_at REAL NOT NULL,
    reserved  INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
INSERT INTO "places" VALUES('default','bot',3.5,64);
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
INSERT INTO "rules" VALUES('id-night','default','night','["paused","late"]','["bot"]','log','','{"a":1}',1,1.0,1);
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
INSERT INTO "standings" VALUES('default','bot','paused','5 errors',2.0,'',2,7,0,5,1,NULL,'{"seccomp":{"mode":2}}');
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
INSERT INTO "tokens" VALUES('id-ci','ci',X'6369','operator','default',1.0,'me',9.0,NULL,8.0);
INSERT INTO "tokens" VALUES('id-root','root',X'726F6F74','admin',NULL,1.0,'me',NULL,NULL,NULL);
CREATE TABLE told (
    key TEXT NOT NULL PRIMARY KEY,
    at  REAL NOT NULL
) WITHOUT ROWID;
INSERT INTO "told" VALUES('k',5.5);
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
INSERT INTO "versions" VALUES('default','bot',1,'7b379e339b12',20,'{"interval_s":null,"cron":"0 9 * * 1-5","timezone":"Europe/Berlin","config":{"a":[1,null,"é"]},"connect":["bybit","telegram=alerts"],"limits":{"tick_timeout_s":null,"error_timeout_s":null,"memory_bytes":null,"max_errors":3,"ctx_calls_per_tick":null}}',5.0,'me','first','def tick(ctx): pass
');
INSERT INTO "versions" VALUES('default','bot',2,'fc6054441dfc',20,'{"interval_s":2.5,"cron":null,"timezone":"UTC","config":{},"connect":null,"limits":{"tick_timeout_s":null,"error_timeout_s":null,"memory_bytes":null,"max_errors":null,"ctx_calls_per_tick":null}}',6.0,'me','','def tick(ctx): pass
');
INSERT INTO "versions" VALUES('default','other',1,'f17cacd4387f',1,'{"interval_s":10.0,"cron":null,"timezone":"UTC","config":{},"connect":null,"limits":{"tick_timeout_s":null,"error_timeout_s":null,"memory_bytes":null,"max_errors":null,"ctx_calls_per_tick":null}}',5.0,'me','','1');
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
INSERT INTO "workers" VALUES('default','bot','running',2,0,0,2,5.0,6.0,NULL);
INSERT INTO "workers" VALUES('default','other','stopped',1,0,0,1,5.0,5.0,NULL);
CREATE TABLE workspaces (
    name            TEXT NOT NULL PRIMARY KEY,
    created_at      REAL NOT NULL,
    retention_days  REAL NOT NULL,
    retention_bytes INTEGER NOT NULL,
    revision        INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "workspaces" VALUES('default',1.0,14.0,1000000000,1);
CREATE INDEX versions_by_hash ON versions (workspace, name, hash);
CREATE UNIQUE INDEX tokens_by_name ON tokens (coalesce(workspace, ''), name)
    WHERE revoked_at IS NULL;
CREATE INDEX audit_of_workspace ON audit (workspace, id);
CREATE INDEX rules_of_workspace ON rules (workspace, name);
CREATE INDEX events_of_worker ON events (workspace, worker, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',1);
INSERT INTO "sqlite_sequence" VALUES('events',1);
COMMIT;
PRAGMA application_id = 1128614994;
PRAGMA user_version = 1;
