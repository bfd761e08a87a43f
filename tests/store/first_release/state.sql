BEGIN TRANSACTION;
CREATE TABLE quarantine (
    version TEXT NOT NULL PRIMARY KEY,
    worker  TEXT NOT NULL,
    at      REAL NOT NULL,
    what    TEXT NOT NULL,
    source  TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "quarantine" VALUES('abc','bot',1.0,'what','source');
CREATE TABLE renders (
    worker TEXT NOT NULL PRIMARY KEY,
    render BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO "renders" VALUES('bot',X'5B315D');
CREATE TABLE state (
    worker TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (worker, key)
) WITHOUT ROWID;
INSERT INTO "state" VALUES('bot','k',X'7B2261223A317D');
COMMIT;
PRAGMA application_id = 1128614988;
PRAGMA user_version = 0;
