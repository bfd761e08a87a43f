-- note --
INSERT INTO audit (at, actor, action, workspace, target, detail, status)
VALUES (:at, :actor, :action, :workspace, :target, :detail, :status) RETURNING id;

-- forget_audit --
-- Those of a workspace, or of none, that are older than its newest *most*.
DELETE FROM audit WHERE workspace IS :workspace AND id <= (
    SELECT id FROM audit WHERE workspace IS :workspace ORDER BY id DESC LIMIT 1 OFFSET :most);

-- audit_of --
-- The newest of a workspace.
SELECT id, at, actor, action, workspace, target, detail, status FROM audit
WHERE workspace = :workspace AND id < :before ORDER BY id DESC LIMIT :limit;

-- audit_of_all --
SELECT id, at, actor, action, workspace, target, detail, status FROM audit
WHERE id < :before ORDER BY id DESC LIMIT :limit;
