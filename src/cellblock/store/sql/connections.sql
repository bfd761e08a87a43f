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
