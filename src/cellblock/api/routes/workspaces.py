"""Workspaces: listing, making, their retention, removing."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from cellblock.api.access import Anyone, Inside, WorkspaceName, admin, owner, reader
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import (
    LARGEST,
    LIMIT,
    Cursor,
    Limit,
    Page,
    Revision,
    after_name,
    page_of,
    tag,
)
from cellblock.api.problems import Problem, missing
from cellblock.api.router import Router
from cellblock.api.sent import Sent, Whole
from cellblock.api.visit import note
from cellblock.limits import RETENTION_BYTES, RETENTION_DAYS
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Workspace
from cellblock.store.service import Conflict

router = Router(prefix="/api/v1/workspaces", tags=["workspaces"])
DEFAULT = "default"
"""The workspace that is always there."""
Days = Annotated[float, Field(ge=0.04, le=36_500, allow_inf_nan=False)]
"""From an hour to a hundred years."""
Size = Annotated[Whole, Field(ge=1_000_000, le=LARGEST)]


class UsageView(BaseModel):
    """What log lines and runs take."""

    lines: int
    runs: int
    bytes: int


class WorkspaceView(BaseModel):
    """A workspace."""

    name: str
    created_at: float
    retention_days: float
    retention_bytes: int
    revision: int
    usage: UsageView | None = Field(description="null in a list.")


class NewWorkspace(Sent):
    """What a workspace is made with."""

    name: str = Field(pattern=NAME_PATTERN)
    retention_days: Days = RETENTION_DAYS
    retention_bytes: Size = RETENTION_BYTES


class WorkspaceChange(Sent):
    """What of it is changed; the rest stays."""

    retention_days: Days | None = None
    retention_bytes: Size | None = None


def _view(workspace: Workspace) -> WorkspaceView:
    return WorkspaceView(**msgspec.structs.asdict(workspace), usage=None)


async def _whole(doors: Doors, workspace: Workspace, response: Response) -> WorkspaceView:
    tag(response, workspace.revision)
    usage = await doors.stores.chronicle.usage(workspace.name)
    view = _view(workspace)
    view.usage = UsageView(**msgspec.structs.asdict(usage))
    return view


@router.get("", name="workspace.list")
async def workspaces(
    doors: Inside, caller: Anyone, cursor: Cursor = None, limit: Limit = LIMIT
) -> Page[WorkspaceView]:
    """List the workspaces that the token sees, by name."""
    past = after_name(cursor) or ""
    store = doors.stores.workspaces
    if caller.token.workspace is None:
        found = await store.workspaces(past, limit + 1)
    else:
        own = await store.workspace(caller.token.workspace)
        found = [own] if own is not None and own.name > past else []
    return page_of(found, limit, lambda workspace: workspace.name, _view)


@router.post(
    "",
    name="workspace.create",
    status_code=201,
    responses=problems(409),
    dependencies=[Depends(owner)],
)
async def create(
    new: NewWorkspace, doors: Inside, request: Request, response: Response
) -> WorkspaceView:
    """Make a workspace. Needs an administrator of all workspaces."""
    note(request, new.name)
    now = doors.clock.wall_s()
    workspace = Workspace(
        name=new.name,
        created_at=now,
        retention_days=new.retention_days,
        retention_bytes=new.retention_bytes,
    )
    if await doors.stores.workspaces.workspace(new.name) is not None:
        raise Conflict(f"there is a workspace {new.name}", "take another name")
    # What belonged to one that had this name before must not be found in this one.
    await _empty(doors, new.name)
    await doors.stores.workspaces.add_workspace(workspace)
    response.headers["Location"] = f"/api/v1/workspaces/{new.name}"
    return await _whole(doors, workspace, response)


@router.get("/{workspace}", name="workspace.get", dependencies=[Depends(reader)])
async def workspace_of(
    workspace: WorkspaceName, doors: Inside, response: Response
) -> WorkspaceView:
    """Show a workspace with its retention, and what its log lines and runs take."""
    return await _whole(doors, await _there(doors, workspace), response)


@router.patch(
    "/{workspace}", name="workspace.change", responses=problems(409), dependencies=[Depends(admin)]
)
async def change(
    workspace: WorkspaceName,
    wanted: WorkspaceChange,
    doors: Inside,
    response: Response,
    revision: Revision,
) -> WorkspaceView:
    """Change how long log lines and runs are kept."""
    before = await _there(doors, workspace)
    if revision is not None and revision != before.revision:
        raise Conflict(f"the workspace has revision {before.revision}")
    values = wanted.model_dump(exclude_none=True)
    after_it = msgspec.structs.replace(before, **values)
    if after_it != before:
        after_it = await doors.stores.workspaces.change_workspace(after_it)
    return await _whole(doors, after_it, response)


@router.delete(
    "/{workspace}",
    name="workspace.remove",
    status_code=204,
    responses=problems(409),
    dependencies=[Depends(owner)],
)
async def remove(workspace: WorkspaceName, doors: Inside) -> None:
    """Remove a workspace that has no workers, with its tokens, alert rules and connections.

    Its files stay on the disk.
    """
    if workspace == DEFAULT:
        raise Problem(409, "workspace-stays", "the default workspace cannot be removed")
    if not await doors.stores.workspaces.remove_workspace(workspace):
        raise missing("workspace", workspace)
    await _empty(doors, workspace)


async def _there(doors: Doors, name: str) -> Workspace:
    found = await doors.stores.workspaces.workspace(name)
    if found is None:
        raise missing("workspace", name)
    return found


async def _empty(doors: Doors, workspace: str) -> None:
    """Revoke the tokens of a workspace that is not there, and forget its rules and connections."""
    for token in await doors.stores.tokens.tokens(workspace):
        if token.revoked_at is None:
            await doors.stores.tokens.revoke_token(token.id, doors.clock.wall_s())
    for rule in await doors.stores.rules.rules(workspace):
        await doors.stores.rules.remove_rule(workspace, rule.id)
    for entry in await doors.vault.entries(workspace, unlisted=True):
        await doors.vault.remove(workspace, entry.kind, entry.name)
