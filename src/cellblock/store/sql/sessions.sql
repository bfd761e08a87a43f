-- add_session --
INSERT INTO sessions (digest, way, holder, created_at, used_at, ends_at)
VALUES (:digest, :way, :holder, :created_at, :used_at, :ends_at);

-- forget_sessions --
-- Those of a holder that were used before its newest *most*.
DELETE FROM sessions WHERE holder = :holder AND digest IN (
    SELECT digest FROM sessions WHERE holder = :holder
    ORDER BY used_at DESC, created_at DESC, digest LIMIT -1 OFFSET :most);

-- session --
-- The one of a digest.
SELECT way, holder, created_at, used_at, ends_at FROM sessions WHERE digest = :digest;

-- token_of_session --
SELECT id, name, digest, role, workspace, created_at, created_by, expires_at, last_used_at,
    revoked_at
FROM tokens WHERE id = :id;

-- user_of_session --
SELECT id, name, password, role, workspace, created_at, created_by, last_used_at, revision
FROM users WHERE id = :id;

-- end_session --
-- Gives a row if it was there.
DELETE FROM sessions WHERE digest = :digest RETURNING holder;

-- end_sessions --
-- Those of a holder, but one.
DELETE FROM sessions WHERE holder = :holder AND digest <> :but RETURNING holder;

-- use_session --
-- The later time stays.
UPDATE sessions SET used_at = :at WHERE digest = :digest AND used_at < :at;

-- sweep_sessions --
-- Those that are over, unused for long, or of whom is gone.
DELETE FROM sessions WHERE ends_at <= :now OR used_at <= :unused_since
    OR (way = 'token' AND NOT EXISTS (
        SELECT 1 FROM tokens WHERE id = holder
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)))
    OR (way = 'password' AND NOT EXISTS (SELECT 1 FROM users WHERE id = holder))
RETURNING holder;
