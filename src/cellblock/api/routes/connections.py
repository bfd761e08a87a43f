"""Connections of a workspace: listing, writing, trying, removing. Secrets are write-only."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from cellblock.api import models_things as m
from cellblock.api.access import Inside, Operator, WorkspaceName, operator, reader
from cellblock.api.connecting import kind_of, merged, tried
from cellblock.api.described import new, problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, after_name, page_of
from cellblock.api.problems import missing
from cellblock.api.router import Router
from cellblock.api.visit import note
from cellblock.names import NAME_PATTERN, room_words
from cellblock.store.ports import Entry, Kept

router = Router(prefix="/api/v1/workspaces/{workspace}/connections", tags=["connections"])
KindName = Annotated[
    str, Path(pattern="^[a-z][a-z0-9_]{0,62}$", description="A kind, such as `telegram`.")
]
Name = Annotated[str, Path(pattern=NAME_PATTERN, description="The connection's name.")]


def _view(entry: Entry) -> m.ConnectionView:
    return m.ConnectionView(
        kind=entry.kind,
        name=entry.name,
        settings=dict(entry.settings),
        secrets=sorted(entry.secrets),
        created_at=entry.created_at,
        changed_at=entry.changed_at,
        openable=entry.openable,
    )


def _key(entry: Entry) -> str:
    return f"{entry.kind}={entry.name}"


@router.get("", name="connection.list", dependencies=[Depends(reader)])
async def connections(
    workspace: WorkspaceName, doors: Inside, cursor: Cursor = None, limit: Limit = LIMIT
) -> m.Connections:
    """List the connections: settings, and which secrets are set; never a secret."""
    past = after_name(cursor) or ""
    entries = sorted(await doors.vault.entries(workspace), key=_key)
    rows = [entry for entry in entries if _key(entry) > past][: limit + 1]
    return page_of(rows, limit, _key, _view)


@router.put(
    "/{kind}/{name}",
    name="connection.put",
    responses=new(m.ConnectionView, "The connection is new.") | problems(409),
)
async def put(
    workspace: WorkspaceName,
    kind: KindName,
    name: Name,
    sent: m.ConnectionWritten,
    doors: Inside,
    caller: Operator,
    request: Request,
    response: Response,
) -> m.ConnectionView:
    """Make or change a connection; it is kept only if all of it is right.

    Workers that are granted it go on with it soon.
    """
    place = Kept(workspace=workspace, kind=kind, name=name, settings={})
    before = await doors.vault.get(workspace, kind, name)
    kept = merged(kind_of(doors, kind), before, sent, place, caller)
    await doors.vault.put(kept)
    changed = sorted(sent.settings or ())
    note(request, f"{kind}={name}", settings=changed, secrets=sorted(sent.secrets))
    doors.woken()
    response.status_code = 200 if before else 201
    return _view(await _entry(doors, workspace, kind, name))


async def _entry(doors: Doors, workspace: str, kind: str, name: str) -> Entry:
    for entry in await doors.vault.entries(workspace):
        if (entry.kind, entry.name) == (kind, name):
            return entry
    raise missing("connection", f"{kind}={name}", room_words(workspace))


@router.delete(
    "/{kind}/{name}",
    name="connection.remove",
    status_code=204,
    dependencies=[Depends(operator)],
)
async def remove(
    workspace: WorkspaceName, kind: KindName, name: Name, doors: Inside, request: Request
) -> None:
    """Forget a connection and its secrets."""
    if not await doors.vault.remove(workspace, kind, name):
        raise missing("connection", f"{kind}={name}", room_words(workspace))
    note(request, f"{kind}={name}")
    doors.woken()


@router.post(
    "/{kind}/{name}/test",
    name="connection.test",
    responses=problems(409),
    dependencies=[Depends(operator)],
)
async def test(workspace: WorkspaceName, kind: KindName, name: Name, doors: Inside) -> m.TrialView:
    """Open a connection and make its cheapest call."""
    kept = await doors.vault.get(workspace, kind, name)
    if kept is None:
        raise missing("connection", f"{kind}={name}", room_words(workspace))
    kind_of(doors, kind)
    return await tried(doors, kept)
