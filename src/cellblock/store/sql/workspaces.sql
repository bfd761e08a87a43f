-- workspaces_after --
-- Workspaces by name.
SELECT name, created_at, retention_days, retention_bytes, revision FROM workspaces
WHERE name > :after ORDER BY name LIMIT :limit;

-- workspace --
-- One, if it is there.
SELECT name, created_at, retention_days, retention_bytes, revision FROM workspaces
WHERE name = :name;

-- add_workspace --
-- Gives a row if none of that name was there.
INSERT INTO workspaces (name, created_at, retention_days, retention_bytes, revision)
VALUES (:name, :created_at, :retention_days, :retention_bytes, :revision)
ON CONFLICT (name) DO NOTHING RETURNING name;

-- change_workspace --
-- Gives the new revision if that revision was there.
UPDATE workspaces SET retention_days = :retention_days, retention_bytes = :retention_bytes,
    revision = revision + 1
WHERE name = :name AND revision = :revision
RETURNING name, created_at, retention_days, retention_bytes, revision;

-- one_worker_of --
-- Any worker of a workspace.
SELECT name FROM workers WHERE workspace = :workspace LIMIT 1;

-- remove_tokens_of --
-- A workspace that is made anew under the name is another's.
DELETE FROM tokens WHERE workspace = :workspace;

-- remove_rules_of --
DELETE FROM rules WHERE workspace = :workspace;

-- remove_workspace --
-- Gives a row if it was there.
DELETE FROM workspaces WHERE name = :name RETURNING name;
