-- stand --
-- Keep how a worker stands, if there is that worker.
INSERT INTO standings (workspace, name, state, reason, since, host, version, pid, restarts,
    errors, heeded, next_at, enforcement)
SELECT :workspace, :name, :state, :reason, :since, :host, :version, :pid, :restarts, :errors,
    :heeded, :next_at, :enforcement
FROM workers WHERE workspace = :workspace AND name = :name
ON CONFLICT (workspace, name) DO UPDATE SET
    state = excluded.state, reason = excluded.reason, since = excluded.since,
    host = excluded.host, version = excluded.version, pid = excluded.pid,
    restarts = excluded.restarts, errors = excluded.errors, heeded = excluded.heeded,
    next_at = excluded.next_at, enforcement = excluded.enforcement;

-- standing --
-- One, if it is there.
SELECT workspace, name, state, reason, since, host, version, pid, restarts, errors, heeded,
    next_at, enforcement
FROM standings WHERE workspace = :workspace AND name = :name;

-- standings_of --
-- Those of a workspace.
SELECT workspace, name, state, reason, since, host, version, pid, restarts, errors, heeded,
    next_at, enforcement
FROM standings WHERE workspace = :workspace ORDER BY name;

-- standings_of_all --
SELECT workspace, name, state, reason, since, host, version, pid, restarts, errors, heeded,
    next_at, enforcement
FROM standings ORDER BY workspace, name;

-- settle --
-- Keep where a worker is on its schedule, if there is that worker.
INSERT INTO places (workspace, name, anchor_at, reserved)
SELECT :workspace, :name, :anchor_at, :reserved
FROM workers WHERE workspace = :workspace AND name = :name
ON CONFLICT (workspace, name) DO UPDATE SET
    anchor_at = excluded.anchor_at, reserved = excluded.reserved;

-- places --
SELECT workspace, name, anchor_at, reserved FROM places ORDER BY workspace, name;
