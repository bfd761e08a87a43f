-- add_hook --
-- Gives a row if its id, its digest and its name were free.
INSERT INTO hooks (id, workspace, worker, name, digest, signed, created_at, created_by)
VALUES (:id, :workspace, :worker, :name, :digest, :signed, :created_at, :created_by)
ON CONFLICT DO NOTHING RETURNING id;

-- hook --
-- The one of a digest.
SELECT id, workspace, worker, name, digest, signed, created_at, created_by
FROM hooks WHERE digest = :digest;

-- hooks_of --
-- Those of a worker.
SELECT id, workspace, worker, name, digest, signed, created_at, created_by
FROM hooks WHERE workspace = :workspace AND worker = :name ORDER BY name;

-- remove_hook --
-- Gives a row if it was there.
DELETE FROM hooks WHERE id = :id AND workspace = :workspace AND worker = :name RETURNING id;

-- enqueue --
-- Keep an event if there is that worker and it has room; gives a row if so.
INSERT INTO events (workspace, worker, hook, at, body)
SELECT :workspace, :name, :hook, :at, :body FROM workers
WHERE workspace = :workspace AND name = :name AND :most > (
    SELECT count(*) FROM events WHERE workspace = :workspace AND worker = :name)
RETURNING id;

-- waiting --
-- The oldest events of a worker.
SELECT id, workspace, worker, hook, at, body FROM events
WHERE workspace = :workspace AND worker = :name ORDER BY id LIMIT :limit;

-- done --
DELETE FROM events WHERE id = :id;

-- awaited --
SELECT DISTINCT workspace, worker FROM events;
