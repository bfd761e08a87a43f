-- note --
INSERT INTO audit (at, actor, action, workspace, target, detail, status)
VALUES (:at, :actor, :action, :workspace, :target, :detail, :status);

-- audit_of --
-- The newest of a workspace.
SELECT id, at, actor, action, workspace, target, detail, status FROM audit
WHERE workspace = :workspace AND id < :before ORDER BY id DESC LIMIT :limit;

-- audit_of_all --
SELECT id, at, actor, action, workspace, target, detail, status FROM audit
WHERE id < :before ORDER BY id DESC LIMIT :limit;
