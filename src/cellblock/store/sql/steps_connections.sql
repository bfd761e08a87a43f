-- 1 --
-- One row for each connection. Its secrets are sealed (a nonce of 12 bytes, then AES-256-GCM over a
-- JSON object), and the seal covers every other column but the times: none can be exchanged.
CREATE TABLE IF NOT EXISTS connections (
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
