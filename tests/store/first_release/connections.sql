BEGIN TRANSACTION;
CREATE TABLE connections (
    workspace  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    format     INTEGER NOT NULL,
    settings   TEXT NOT NULL,
    secrets    TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at REAL NOT NULL,
    changed_at REAL NOT NULL,
    PRIMARY KEY (workspace, kind, name)
) WITHOUT ROWID;
INSERT INTO "connections" VALUES('default','telegram','main',1,'{"chat":"1"}','["token"]','2233514d474618b3',X'BDB9075886196E441C44F11C57763150B211DF89EDF7B813E8CEE6BF469A1BEB9A7B99204960E643230E2713A139',1700000000.0,1700000000.0);
COMMIT;
PRAGMA application_id = 1128614998;
PRAGMA user_version = 0;
