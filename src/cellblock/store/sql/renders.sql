-- schema --
-- One row for each worker that drew: its newest picture, as JSON text.
CREATE TABLE IF NOT EXISTS renders (
    worker TEXT NOT NULL PRIMARY KEY,
    render BLOB NOT NULL
) WITHOUT ROWID;

-- draw --
-- Keep a picture, in the place of one that is there.
INSERT INTO renders (worker, render) VALUES (:worker, :render)
ON CONFLICT (worker) DO UPDATE SET render = excluded.render;

-- drawn --
-- The newest picture of a worker.
SELECT render FROM renders WHERE worker = :worker;
