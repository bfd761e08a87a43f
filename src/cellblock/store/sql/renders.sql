-- draw --
-- Keep a picture, in the place of one that is there.
INSERT INTO renders (worker, render) VALUES (:worker, :render)
ON CONFLICT (worker) DO UPDATE SET render = excluded.render;

-- drawn --
-- The newest picture of a worker.
SELECT render FROM renders WHERE worker = :worker;

-- forget_render --
-- Forget the picture of a worker.
DELETE FROM renders WHERE worker = :worker;
