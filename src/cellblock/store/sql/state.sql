-- get --
-- The value of one key.
SELECT value FROM state WHERE worker = :worker AND key = :key;

-- set --
-- Keep a value, in the place of one that is there.
INSERT INTO state (worker, key, value) VALUES (:worker, :key, :value)
ON CONFLICT (worker, key) DO UPDATE SET value = excluded.value;

-- delete --
-- Forget a key.
DELETE FROM state WHERE worker = :worker AND key = :key;

-- keys --
-- All keys of a worker.
SELECT key FROM state WHERE worker = :worker ORDER BY key;

-- page --
-- Keys and values after a key; the reader stops when it has enough.
SELECT key, value FROM state WHERE worker = :worker AND key > :after ORDER BY key;

-- sizes --
-- Bytes of each key and its value.
SELECT key, length(CAST(key AS BLOB)) + length(value) FROM state WHERE worker = :worker;

-- clear --
-- Forget all of a worker.
DELETE FROM state WHERE worker = :worker;
