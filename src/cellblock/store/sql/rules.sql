-- rules_of --
-- Those of a workspace, or all.
SELECT id, workspace, name, occasions, workers, channel, target, settings, enabled, created_at,
    revision
FROM rules WHERE :workspace IS NULL OR workspace = :workspace ORDER BY workspace, name, id;

-- add_rule --
-- Gives a row if its id was free.
INSERT INTO rules (id, workspace, name, occasions, workers, channel, target, settings, enabled,
    created_at, revision)
VALUES (:id, :workspace, :name, :occasions, :workers, :channel, :target, :settings, :enabled,
    :created_at, 1)
ON CONFLICT DO NOTHING RETURNING revision;

-- change_rule --
-- Gives the new revision if that revision was there.
UPDATE rules SET name = :name, occasions = :occasions, workers = :workers, channel = :channel,
    target = :target, settings = :settings, enabled = :enabled, revision = revision + 1
WHERE id = :id AND workspace = :workspace AND revision = :revision RETURNING revision;

-- remove_rule --
-- Gives a row if it was there.
DELETE FROM rules WHERE id = :id AND workspace = :workspace RETURNING id;

-- forget_told_of --
-- What was told of a rule: the keys that begin with its name.
DELETE FROM told WHERE key >= :workspace || '/' || :id || '/'
    AND key < :workspace || '/' || :id || '0';

-- forget_told --
DELETE FROM told WHERE at < :before;

-- told --
SELECT at FROM told WHERE key = :key;

-- tell --
INSERT INTO told (key, at) VALUES (:key, :at)
ON CONFLICT (key) DO UPDATE SET at = excluded.at;
