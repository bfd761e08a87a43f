-- add_token --
-- Gives a row if its id, its digest and its name were free.
INSERT INTO tokens (id, name, digest, role, workspace, created_at, created_by, expires_at,
    last_used_at, revoked_at)
VALUES (:id, :name, :digest, :role, :workspace, :created_at, :created_by, :expires_at,
    :last_used_at, :revoked_at)
ON CONFLICT DO NOTHING RETURNING id;

-- token --
-- The one of a digest.
SELECT id, name, digest, role, workspace, created_at, created_by, expires_at, last_used_at,
    revoked_at
FROM tokens WHERE digest = :digest;

-- tokens_of --
-- Those of a workspace, or all.
SELECT id, name, digest, role, workspace, created_at, created_by, expires_at, last_used_at,
    revoked_at
FROM tokens WHERE :workspace IS NULL OR workspace = :workspace ORDER BY name, created_at, id;

-- revoke_token --
-- Gives a row if it was not revoked.
UPDATE tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL RETURNING id;

-- use_token --
-- The later time stays.
UPDATE tokens SET last_used_at = :at WHERE id = :id AND coalesce(last_used_at, 0) < :at;
