"""Versions of a worker, and what differs between two of them."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import msgspec
from fastapi import Depends, Path, Query

from cellblock.api import models_workers as m
from cellblock.api.access import Inside, reader
from cellblock.api.difference import settings_changes, unified
from cellblock.api.doors import Doors
from cellblock.api.paging import LARGEST, LIMIT, Cursor, Limit, Number, after_number, page_of
from cellblock.api.problems import missing
from cellblock.api.router import Router
from cellblock.api.views import version_line_view, version_view
from cellblock.api.workers import Ref, worker_of
from cellblock.limits import PAGE_ITEMS
from cellblock.names import WorkerRef
from cellblock.store.records import Version

router = Router(
    prefix="/api/v1/workspaces/{workspace}/workers/{worker}",
    tags=["versions"],
    dependencies=[Depends(reader)],
)
_HASH = re.compile("[0-9a-f]{12}", re.ASCII)
Which = Annotated[
    str, Path(pattern="^([1-9][0-9]{0,10}|[0-9a-f]{12})$", description="A number, or a hash.")
]


@router.get("/versions", name="version.list")
async def versions(
    ref: Ref, doors: Inside, cursor: Cursor = None, limit: Limit = LIMIT
) -> m.Versions:
    """List the versions of a worker, the newest first."""
    await worker_of(doors, ref)
    rows = await doors.stores.workers.versions(ref, after_number(cursor), limit + 1)
    return page_of(rows, limit, lambda line: line.number, version_line_view)


@router.get("/versions/{version}", name="version.get")
async def version(ref: Ref, version: Which, doors: Inside) -> m.VersionView:
    """Show a version with its source."""
    if _HASH.fullmatch(version):
        return version_view(await _numbered(doors, ref, await _number(doors, ref, version)))
    return version_view(await _numbered(doors, ref, int(version)))


@router.get("/diff", name="version.diff")
async def diff(
    ref: Ref,
    doors: Inside,
    before: Annotated[Number, Query(alias="from", description="A version's number.")],
    after: Annotated[Number, Query(alias="to", description="A version's number.")],
) -> m.Difference:
    """Tell what differs between two versions."""
    old, new = await _numbered(doors, ref, before), await _numbered(doors, ref, after)
    names = (f"{ref.name}.py (version {before})", f"{ref.name}.py (version {after})")
    # In a thread, for it may take a fifth of a second.
    text = await asyncio.to_thread(unified, old.source, new.source, *names)
    changes = settings_changes(msgspec.to_builtins(old.settings), msgspec.to_builtins(new.settings))
    found = [{"path": change.path, "from": change.before, "to": change.after} for change in changes]
    return m.Difference.model_validate(
        {"from": before, "to": after, "source": text, "settings": found}
    )


async def _numbered(doors: Doors, ref: WorkerRef, number: int) -> Version:
    found = await doors.stores.workers.version(ref, min(number, LARGEST))
    if found is None:
        raise missing("version")
    return found


async def _number(doors: Doors, ref: WorkerRef, name: str) -> int:
    before: int | None = None
    while lines := await doors.stores.workers.versions(ref, before, PAGE_ITEMS):
        for line in lines:
            if line.hash == name:
                return line.number
        before = lines[-1].number
    raise missing("version")
