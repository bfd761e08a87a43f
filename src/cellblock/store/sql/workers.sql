-- worker --
-- One, if it is there.
SELECT workspace, name, desired, version, restarts_asked, ticks_asked, revision, created_at,
    changed_at, purge_at
FROM workers WHERE workspace = :workspace AND name = :name;

-- workers_of --
-- Those of a workspace after a name.
SELECT workspace, name, desired, version, restarts_asked, ticks_asked, revision, created_at,
    changed_at, purge_at
FROM workers WHERE workspace = :workspace AND name > :after ORDER BY name LIMIT :limit;

-- workers_of_all --
-- Those of all workspaces after one of them.
SELECT workspace, name, desired, version, restarts_asked, ticks_asked, revision, created_at,
    changed_at, purge_at
FROM workers WHERE (workspace, name) > (:workspace, :after) ORDER BY workspace, name LIMIT :limit;

-- put_worker --
-- Keep what is wanted, in the place of what was.
INSERT INTO workers (workspace, name, desired, version, restarts_asked, ticks_asked, revision,
    created_at, changed_at, purge_at)
VALUES (:workspace, :name, :desired, :version, :restarts_asked, :ticks_asked, :revision,
    :created_at, :changed_at, :purge_at)
ON CONFLICT (workspace, name) DO UPDATE SET
    desired = excluded.desired, version = excluded.version,
    restarts_asked = excluded.restarts_asked, ticks_asked = excluded.ticks_asked,
    revision = excluded.revision, changed_at = excluded.changed_at, purge_at = excluded.purge_at;

-- raise_intent --
UPDATE intent SET revision = revision + 1;

-- intent --
SELECT revision FROM intent;

-- purged_revision --
-- The highest revision of a worker that was purged.
SELECT purged FROM intent;

-- note_purged --
UPDATE intent SET purged = max(purged, (
    SELECT revision FROM workers WHERE workspace = :workspace AND name = :name));

-- forget_versions --
-- Those up to a number, but for the one that is wanted.
DELETE FROM versions WHERE workspace = :workspace AND name = :name AND number <= :number
    AND number <> (SELECT version FROM workers WHERE workspace = :workspace AND name = :name);

-- same_version --
-- The version that has that content. The hash finds it, and does not prove it: it is short.
SELECT workspace, name, number, hash, source, settings, created_at, created_by, note
FROM versions WHERE workspace = :workspace AND name = :name AND hash = :hash
    AND source = :source AND settings = :settings ORDER BY number LIMIT 1;

-- newest_number --
-- The number of the newest version, 0 if there is none.
SELECT coalesce(max(number), 0) FROM versions WHERE workspace = :workspace AND name = :name;

-- add_version --
INSERT INTO versions (workspace, name, number, hash, source_bytes, settings, created_at,
    created_by, note, source)
VALUES (:workspace, :name, :number, :hash, :source_bytes, :settings, :created_at, :created_by,
    :note, :source);

-- version --
-- One, whole.
SELECT workspace, name, number, hash, source, settings, created_at, created_by, note
FROM versions WHERE workspace = :workspace AND name = :name AND number = :number;

-- versions_before --
-- The newest below a number, without their sources.
SELECT number, hash, source_bytes, settings, created_at, created_by, note
FROM versions WHERE workspace = :workspace AND name = :name AND number < :before
ORDER BY number DESC LIMIT :limit;

-- purge_worker --
DELETE FROM workers WHERE workspace = :workspace AND name = :name;

-- purge_versions --
DELETE FROM versions WHERE workspace = :workspace AND name = :name;

-- purge_standing --
DELETE FROM standings WHERE workspace = :workspace AND name = :name;

-- purge_place --
DELETE FROM places WHERE workspace = :workspace AND name = :name;

-- purge_hooks --
DELETE FROM hooks WHERE workspace = :workspace AND worker = :name;

-- purge_events --
DELETE FROM events WHERE workspace = :workspace AND worker = :name;
