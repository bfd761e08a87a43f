-- 1 --
-- One row for each key of each worker; keys sort by code point, as in every store.
CREATE TABLE IF NOT EXISTS state (
    worker TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (worker, key)
) WITHOUT ROWID;

-- One row for each version that broke out of its language; it is not started while it stands here.
CREATE TABLE IF NOT EXISTS quarantine (
    version TEXT NOT NULL PRIMARY KEY,
    worker  TEXT NOT NULL,
    at      REAL NOT NULL,
    what    TEXT NOT NULL,
    source  TEXT NOT NULL
) WITHOUT ROWID;

-- One row for each worker that drew: its newest picture, as JSON text.
CREATE TABLE IF NOT EXISTS renders (
    worker TEXT NOT NULL PRIMARY KEY,
    render BLOB NOT NULL
) WITHOUT ROWID;
