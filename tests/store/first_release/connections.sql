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
INSERT INTO "connections" VALUES('default','telegram','main',1,'{"chat":"1"}','["token"]','2233514d474618b3',X'43AFB2046A529994C62041276F7689E45FB045CB974CE76CC3C73AD92BCF7BC25302F5787E5DEF3308D2C6589A66',1700000000.0,1700000000.0);
COMMIT;
PRAGMA application_id = 1128614998;
PRAGMA user_version = 0;
