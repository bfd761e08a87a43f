"""Workspaces in the registry, a `WorkspaceStore`."""

from __future__ import annotations

from functools import partial

from msgspec import structs

from cellblock.store.ledger import Ledger
from cellblock.store.records import Workspace
from cellblock.store.service import Conflict

_LISTED = "`cellblock workspaces ls` shows those that there are"


class WorkspaceTable:
    """A `WorkspaceStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def workspaces(self, after: str = "", limit: int = 100) -> list[Workspace]:
        """See `WorkspaceStore`."""
        values = {"after": after, "limit": max(limit, 0)}
        return await self._ledger.rows(_workspace, "workspaces_after", **values)

    async def workspace(self, name: str) -> Workspace | None:
        """See `WorkspaceStore`."""
        rows = await self._ledger.rows(_workspace, "workspace", name=name)
        return rows[0] if rows else None

    async def add_workspace(self, workspace: Workspace) -> None:
        """See `WorkspaceStore`."""
        values = structs.asdict(workspace)
        if not await self._ledger.write(partial(self._ledger.run, "add_workspace", **values)):
            raise Conflict(f"the workspace {workspace.name} is there already", "take another name")

    async def change_workspace(self, workspace: Workspace) -> Workspace:
        """See `WorkspaceStore`."""
        return await self._ledger.write(partial(self._change, workspace))

    async def remove_workspace(self, name: str) -> bool:
        """See `WorkspaceStore`. Its tokens, users and rules go with it."""
        return await self._ledger.write(partial(self._remove, name))

    def _change(self, workspace: Workspace) -> Workspace:
        rows = self._ledger.run("change_workspace", **structs.asdict(workspace))
        if rows:
            return _workspace(rows[0])
        found = self._ledger.run("workspace", name=workspace.name)
        if not found:
            raise Conflict(f"there is no workspace {workspace.name}", _LISTED)
        revision = _workspace(found[0]).revision
        raise Conflict(f"the workspace {workspace.name} is at revision {revision} meanwhile")

    def _remove(self, name: str) -> bool:
        if self._ledger.run("one_worker_of", workspace=name):
            raise Conflict(
                f"the workspace {name} has workers",
                f"`cellblock ps -w {name}` lists them; it can go once they are deleted for good",
            )
        self._ledger.run("remove_tokens_of", workspace=name)
        self._ledger.run("remove_users_of", workspace=name)
        self._ledger.run("remove_rules_of", workspace=name)
        return bool(self._ledger.run("remove_workspace", name=name))


def refuse_missing(ledger: Ledger, workspace: str) -> None:
    """See that a workspace is there; to be called in a job. Raises: Conflict."""
    if not ledger.run("workspace", name=workspace):
        raise Conflict(f"there is no workspace {workspace}", _LISTED)


def _workspace(row: tuple[str, float, float, int, int]) -> Workspace:
    name, created_at, retention_days, retention_bytes, revision = row
    return Workspace(
        name=name,
        created_at=created_at,
        retention_days=retention_days,
        retention_bytes=retention_bytes,
        revision=revision,
    )
