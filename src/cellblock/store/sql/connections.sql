-- schema --
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

-- put --
-- Keep a connection, in the place of one that is there.
INSERT INTO connections
    (workspace, kind, name, format, settings, secrets, key_id, sealed, created_at, changed_at)
VALUES (:workspace, :kind, :name, :format, :settings, :secrets, :key_id, :sealed, :now, :now)
ON CONFLICT (workspace, kind, name) DO UPDATE SET
    format = excluded.format, settings = excluded.settings, secrets = excluded.secrets,
    key_id = excluded.key_id, sealed = excluded.sealed, changed_at = excluded.changed_at;

-- get --
-- One connection, if it is there.
SELECT workspace, kind, name, format, settings, secrets, key_id, sealed, created_at, changed_at
FROM connections WHERE workspace = :workspace AND kind = :kind AND name = :name;

-- of_workspace --
-- All connections of a workspace.
SELECT workspace, kind, name, format, settings, secrets, key_id, sealed, created_at, changed_at
FROM connections WHERE workspace = :workspace ORDER BY kind, name;

-- all --
-- All connections of all workspaces.
SELECT workspace, kind, name, format, settings, secrets, key_id, sealed, created_at, changed_at
FROM connections ORDER BY workspace, kind, name;

-- reseal --
-- Put a new seal on a connection that is otherwise as it was.
UPDATE connections SET key_id = :key_id, sealed = :sealed
WHERE workspace = :workspace AND kind = :kind AND name = :name;

-- remove --
-- Forget a connection; gives a row if it was there.
DELETE FROM connections WHERE workspace = :workspace AND kind = :kind AND name = :name
RETURNING name;
