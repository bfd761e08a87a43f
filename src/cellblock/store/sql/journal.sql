-- room --
-- A workspace's number and what its rows take, if it has any.
SELECT id, lines, runs, bytes FROM rooms WHERE workspace = :workspace;

-- filled_rooms --
-- The workspaces of which there are rows.
SELECT workspace FROM rooms WHERE lines + runs > 0;

-- add_room --
INSERT INTO rooms (workspace) VALUES (:workspace) RETURNING id;

-- count --
-- Add to what the rows of a workspace take.
UPDATE rooms SET lines = lines + :lines, runs = runs + :runs, bytes = bytes + :bytes
WHERE id = :room;

-- name --
-- A worker's number, if it has one.
SELECT id FROM names WHERE workspace = :workspace AND name = :name;

-- names_of --
-- The workers of a workspace, with their numbers.
SELECT name, id FROM names WHERE workspace = :workspace;

-- data_version --
-- Another one whenever another connection has written.
PRAGMA data_version;

-- add_name --
INSERT INTO names (workspace, name) VALUES (:workspace, :name) RETURNING id;

-- remove_name --
DELETE FROM names WHERE id = :worker;

-- give --
-- Reserve ids; gives the last of them.
UPDATE given SET line = line + :lines, run = run + :runs RETURNING line, run;

-- begin_line_eras --
-- The eras of new rows; see steps_journal.sql.
INSERT OR IGNORE INTO line_eras VALUES (?);

-- add_line --
-- Values by their place, as those of a run: to find a row's by their names takes twice as long.
INSERT INTO lines (id, room, worker, at, level, version, message, bytes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- begin_run_eras --
-- The eras of new rows; see steps_journal.sql.
INSERT OR IGNORE INTO run_eras VALUES (?);

-- add_run --
-- In the order of the fields of `records.Run`.
INSERT INTO runs (id, room, worker, n, version, cause, planned_at, started_at, late_ms,
    duration_ms, outcome, skipped, ctx_calls, cpu_ms, memory_bytes, error, traceback, calls, bytes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- lines_of_room_down --
-- The span of so many rows below an id: its lowest id, its earliest time, how many they are.
SELECT min(id), min(at), count(*) FROM (
    SELECT id, at FROM lines WHERE room = :owner AND id < :from ORDER BY id DESC LIMIT :span);

-- lines_of_room_up --
-- The span of so many rows above an id: its highest id, its latest time, how many they are.
SELECT max(id), max(at), count(*) FROM (
    SELECT id, at FROM lines WHERE room = :owner AND id > :from ORDER BY id LIMIT :span);

-- lines_of_room_newest --
SELECT lines.id, names.workspace, names.name, at, level, message, version
FROM lines JOIN names ON names.id = lines.worker
WHERE lines.room = :owner AND lines.id BETWEEN :low AND :high AND level >= :level
    AND at >= :since AND at <= :until AND (:contains IS NULL OR instr(message, :contains) > 0)
ORDER BY lines.id DESC LIMIT :limit;

-- lines_of_room_oldest --
SELECT lines.id, names.workspace, names.name, at, level, message, version
FROM lines JOIN names ON names.id = lines.worker
WHERE lines.room = :owner AND lines.id BETWEEN :low AND :high AND level >= :level
    AND at >= :since AND at <= :until AND (:contains IS NULL OR instr(message, :contains) > 0)
ORDER BY lines.id ASC LIMIT :limit;

-- lines_of_worker_down --
-- Era by era, see steps_journal.sql; the plus has the index used, for it leaves the number as it is
-- and takes its column's kind from it.
-- The span of so many rows below an id: its lowest id, its earliest time, how many they are.
SELECT min(id), min(at), count(*) FROM (
    SELECT lines.id, at FROM line_eras CROSS JOIN lines
    WHERE line_eras.id <= :from >> 14 AND lines.id >> 14 = +line_eras.id
        AND worker = :owner AND lines.id < :from
    ORDER BY line_eras.id DESC, lines.id DESC LIMIT :span);

-- lines_of_worker_up --
-- The span of so many rows above an id: its highest id, its latest time, how many they are.
SELECT max(id), max(at), count(*) FROM (
    SELECT lines.id, at FROM line_eras CROSS JOIN lines
    WHERE line_eras.id >= :from >> 14 AND lines.id >> 14 = +line_eras.id
        AND worker = :owner AND lines.id > :from
    ORDER BY line_eras.id, lines.id LIMIT :span);

-- lines_of_worker_newest --
SELECT lines.id, names.workspace, names.name, at, level, message, version
FROM line_eras CROSS JOIN lines JOIN names ON names.id = lines.worker
WHERE line_eras.id BETWEEN :low >> 14 AND :high >> 14 AND lines.id >> 14 = +line_eras.id
    AND lines.worker = :owner AND lines.id BETWEEN :low AND :high AND level >= :level
    AND at >= :since AND at <= :until AND (:contains IS NULL OR instr(message, :contains) > 0)
ORDER BY line_eras.id DESC, lines.id DESC LIMIT :limit;

-- lines_of_worker_oldest --
SELECT lines.id, names.workspace, names.name, at, level, message, version
FROM line_eras CROSS JOIN lines JOIN names ON names.id = lines.worker
WHERE line_eras.id BETWEEN :low >> 14 AND :high >> 14 AND lines.id >> 14 = +line_eras.id
    AND lines.worker = :owner AND lines.id BETWEEN :low AND :high AND level >= :level
    AND at >= :since AND at <= :until AND (:contains IS NULL OR instr(message, :contains) > 0)
ORDER BY line_eras.id, lines.id LIMIT :limit;

-- runs_of_room_down --
-- The span of so many rows below an id: its lowest id, its earliest time, how many they are.
SELECT min(id), min(started_at), count(*) FROM (
    SELECT id, started_at FROM runs WHERE room = :owner AND id < :from ORDER BY id DESC LIMIT :span);

-- runs_of_room_up --
-- The span of so many rows above an id: its highest id, its latest time, how many they are.
SELECT max(id), max(started_at), count(*) FROM (
    SELECT id, started_at FROM runs WHERE room = :owner AND id > :from ORDER BY id LIMIT :span);

-- runs_of_room_oldest --
SELECT runs.id, names.workspace, names.name, n, version, cause, planned_at, started_at, late_ms,
    duration_ms, outcome, skipped, ctx_calls, cpu_ms, memory_bytes, error, traceback, calls
FROM runs JOIN names ON names.id = runs.worker
WHERE runs.room = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY runs.id ASC LIMIT :limit;

-- runs_of_room_newest --
SELECT runs.id, names.workspace, names.name, n, version, cause, planned_at, started_at, late_ms,
    duration_ms, outcome, skipped, ctx_calls, cpu_ms, memory_bytes, error, traceback, calls
FROM runs JOIN names ON names.id = runs.worker
WHERE runs.room = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY runs.id DESC LIMIT :limit;

-- runs_of_room_measured --
SELECT outcome, skipped, late_ms, duration_ms, cpu_ms, ctx_calls, started_at
FROM runs
WHERE runs.room = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY runs.id DESC LIMIT :limit;

-- runs_of_worker_down --
-- The span of so many rows below an id: its lowest id, its earliest time, how many they are.
SELECT min(id), min(started_at), count(*) FROM (
    SELECT runs.id, started_at FROM run_eras CROSS JOIN runs
    WHERE run_eras.id <= :from >> 14 AND runs.id >> 14 = +run_eras.id
        AND worker = :owner AND runs.id < :from
    ORDER BY run_eras.id DESC, runs.id DESC LIMIT :span);

-- runs_of_worker_up --
-- The span of so many rows above an id: its highest id, its latest time, how many they are.
SELECT max(id), max(started_at), count(*) FROM (
    SELECT runs.id, started_at FROM run_eras CROSS JOIN runs
    WHERE run_eras.id >= :from >> 14 AND runs.id >> 14 = +run_eras.id
        AND worker = :owner AND runs.id > :from
    ORDER BY run_eras.id, runs.id LIMIT :span);

-- runs_of_worker_oldest --
SELECT runs.id, names.workspace, names.name, n, version, cause, planned_at, started_at, late_ms,
    duration_ms, outcome, skipped, ctx_calls, cpu_ms, memory_bytes, error, traceback, calls
FROM run_eras CROSS JOIN runs JOIN names ON names.id = runs.worker
WHERE run_eras.id BETWEEN :low >> 14 AND :high >> 14 AND runs.id >> 14 = +run_eras.id
    AND runs.worker = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY run_eras.id, runs.id LIMIT :limit;

-- recent_runs_of_worker --
-- In short, the newest first; of the error its beginning.
SELECT n, started_at, late_ms, duration_ms, outcome, memory_bytes, substr(error, 1, :characters)
FROM run_eras CROSS JOIN runs
WHERE run_eras.id >= 0 AND runs.id >> 14 = +run_eras.id AND runs.worker = :owner
ORDER BY run_eras.id DESC, runs.id DESC LIMIT :limit;

-- runs_of_worker_newest --
SELECT runs.id, names.workspace, names.name, n, version, cause, planned_at, started_at, late_ms,
    duration_ms, outcome, skipped, ctx_calls, cpu_ms, memory_bytes, error, traceback, calls
FROM run_eras CROSS JOIN runs JOIN names ON names.id = runs.worker
WHERE run_eras.id BETWEEN :low >> 14 AND :high >> 14 AND runs.id >> 14 = +run_eras.id
    AND runs.worker = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY run_eras.id DESC, runs.id DESC LIMIT :limit;

-- runs_of_worker_measured --
SELECT outcome, skipped, late_ms, duration_ms, cpu_ms, ctx_calls, started_at
FROM run_eras CROSS JOIN runs
WHERE run_eras.id BETWEEN :low >> 14 AND :high >> 14 AND runs.id >> 14 = +run_eras.id
    AND runs.worker = :owner AND runs.id BETWEEN :low AND :high
    AND started_at >= :since AND started_at <= :until
    AND (:outcome IS NULL OR outcome = :outcome) AND (NOT :failed OR outcome <> 'done')
ORDER BY run_eras.id DESC, runs.id DESC LIMIT :limit;

-- oldest_lines_of_room --
SELECT id, at, bytes, room FROM lines WHERE room = :owner ORDER BY id LIMIT :limit;

-- forget_lines_of_room --
DELETE FROM lines WHERE room = :owner AND id <= :last;

-- oldest_lines_of_worker --
SELECT lines.id, at, bytes, room FROM line_eras CROSS JOIN lines
WHERE line_eras.id >= 0 AND lines.id >> 14 = +line_eras.id AND worker = :owner
ORDER BY line_eras.id, lines.id LIMIT :limit;

-- forget_lines_of_worker --
DELETE FROM lines WHERE id IN (
    SELECT lines.id FROM line_eras CROSS JOIN lines
    WHERE line_eras.id <= :last >> 14 AND lines.id >> 14 = +line_eras.id AND worker = :owner AND lines.id <= :last);

-- end_line_eras --
-- Those before the oldest row that there is.
DELETE FROM line_eras WHERE id < (SELECT min(id) >> 14 FROM lines);

-- oldest_runs_of_room --
SELECT id, started_at, bytes, room FROM runs WHERE room = :owner ORDER BY id LIMIT :limit;

-- forget_runs_of_room --
DELETE FROM runs WHERE room = :owner AND id <= :last;

-- oldest_runs_of_worker --
SELECT runs.id, started_at, bytes, room FROM run_eras CROSS JOIN runs
WHERE run_eras.id >= 0 AND runs.id >> 14 = +run_eras.id AND worker = :owner
ORDER BY run_eras.id, runs.id LIMIT :limit;

-- forget_runs_of_worker --
DELETE FROM runs WHERE id IN (
    SELECT runs.id FROM run_eras CROSS JOIN runs
    WHERE run_eras.id <= :last >> 14 AND runs.id >> 14 = +run_eras.id AND worker = :owner AND runs.id <= :last);

-- end_run_eras --
-- Those before the oldest row that there is.
DELETE FROM run_eras WHERE id < (SELECT min(id) >> 14 FROM runs);

-- free_pages --
PRAGMA freelist_count;

-- give_back_page --
PRAGMA incremental_vacuum(1);
