"""Versions of a worker, and what differs between two of them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import Depends, Path, Query

from cellblock.api import models_workers as m
from cellblock.api.access import Inside, reader
from cellblock.api.difference import settings_changes, unified
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, after_number, page_of
from cellblock.api.problems import missing
from cellblock.api.router import Router
from cellblock.api.views import version_line_view, version_view
from cellblock.api.workers import Ref, version_named, worker_of
from cellblock.names import WorkerRef
from cellblock.store.records import Version

router = Router(
    prefix="/api/v1/workspaces/{workspace}/workers/{worker}",
    tags=["versions"],
    dependencies=[Depends(reader)],
)
_NAME = "A version's number, or its hash."


@router.get("/versions", name="version.list")
async def versions(
    ref: Ref, doors: Inside, cursor: Cursor = None, limit: Limit = LIMIT
) -> m.Versions:
    """List the versions of a worker, the newest first."""
    await worker_of(doors, ref)
    rows = await doors.stores.workers.versions(ref, after_number(cursor), limit + 1)
    return page_of(rows, limit, lambda line: line.number, version_line_view)


@router.get("/versions/{version}", name="version.get")
async def version(
    ref: Ref,
    version: Annotated[str, Path(pattern=m.VERSION_PATTERN, description=_NAME)],
    doors: Inside,
) -> m.VersionView:
    """Show a version with its source."""
    return version_view(await _named(doors, ref, version))


@router.get("/diff", name="version.diff")
async def diff(
    ref: Ref,
    doors: Inside,
    before: Annotated[str, Query(alias="from", pattern=m.VERSION_PATTERN, description=_NAME)],
    after: Annotated[str, Query(alias="to", pattern=m.VERSION_PATTERN, description=_NAME)],
) -> m.Difference:
    """Tell what differs between two versions."""
    old, new = await _named(doors, ref, before), await _named(doors, ref, after)
    names = (f"{ref.name}.py (version {old.number})", f"{ref.name}.py (version {new.number})")
    # In a thread, for it may take a fifth of a second.
    text = await asyncio.to_thread(unified, old.source, new.source, *names)
    changes = settings_changes(msgspec.to_builtins(old.settings), msgspec.to_builtins(new.settings))
    found = [{"path": change.path, "from": change.before, "to": change.after} for change in changes]
    return m.Difference.model_validate(
        {"from": old.number, "to": new.number, "source": text, "settings": found}
    )


async def _named(doors: Doors, ref: WorkerRef, name: str) -> Version:
    found = await version_named(doors, ref, name)
    if found is None:
        raise missing("version", name, ref.words)
    return found
