-- seize --
-- Keep the first breach of a version; a later one tells nothing new.
INSERT INTO quarantine (version, worker, at, what, source)
VALUES (:version, :worker, :at, :what, :source) ON CONFLICT (version) DO NOTHING;

-- forget_sources --
-- Keep the sources of the newest alone; the versions stay.
UPDATE quarantine SET source = '' WHERE source <> '' AND version NOT IN
    (SELECT version FROM quarantine ORDER BY at DESC, version LIMIT :kept);

-- seized --
-- One version, if it is there.
SELECT version, worker, at, what, source FROM quarantine WHERE version = :version;

-- all --
-- All versions, the newest first.
SELECT version, worker, at, what, source FROM quarantine ORDER BY at DESC, version;

-- release --
-- Let a version go; gives a row if it was there.
DELETE FROM quarantine WHERE version = :version RETURNING version;
