-- add_user --
-- Gives a row if its id and its name were free.
INSERT INTO users (id, name, password, role, workspace, created_at, created_by, last_used_at,
    revision)
VALUES (:id, :name, :password, :role, :workspace, :created_at, :created_by, :last_used_at,
    :revision)
ON CONFLICT DO NOTHING RETURNING id;

-- user --
-- The one of a name.
SELECT id, name, password, role, workspace, created_at, created_by, last_used_at, revision
FROM users WHERE name = :name;

-- users_of --
-- Those of a workspace, or all.
SELECT id, name, password, role, workspace, created_at, created_by, last_used_at, revision
FROM users WHERE :workspace IS NULL OR workspace = :workspace ORDER BY name;

-- change_user --
-- Gives the row as it is now, if it was at that revision.
UPDATE users SET password = :password, role = :role, workspace = :workspace,
    revision = :revision + 1
WHERE id = :id AND revision = :revision
RETURNING id, name, password, role, workspace, created_at, created_by, last_used_at, revision;

-- use_user --
-- The later time stays.
UPDATE users SET last_used_at = :at
WHERE id = (SELECT holder FROM sessions WHERE digest = :digest) AND coalesce(last_used_at, 0) < :at;

-- remove_user --
-- Gives a row if it was there.
DELETE FROM users WHERE name = :name RETURNING id;

-- remove_users_of --
-- A workspace that is made anew under the name is another's.
DELETE FROM users WHERE workspace = :workspace;
