"""A worker as routes reach it: by its address, whole, and changed upon a revision.

A change that says no revision is made upon whatever is there: it is decided anew if another came
between reading and writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Path, Response

from cellblock.api.access import WorkspaceName
from cellblock.api.doors import Doors
from cellblock.api.models_workers import WorkerView
from cellblock.api.paging import tag
from cellblock.api.problems import Problem, missing
from cellblock.api.views import worker_view
from cellblock.limits import PAGE_ITEMS
from cellblock.names import NAME_PATTERN, WorkerRef, room_words
from cellblock.store.records import Version, Worker
from cellblock.store.service import Conflict

_ATTEMPTS = 10
"""Times that a change is decided anew."""
_HASH = re.compile("[0-9a-f]{12}", re.ASCII)

WorkerName = Annotated[str, Path(pattern=NAME_PATTERN, description="A worker's name.")]


async def ref_of(workspace: WorkspaceName, worker: WorkerName) -> WorkerRef:
    """Give the worker of an address, whether or not it is there."""
    return WorkerRef(workspace, worker)


Ref = Annotated[WorkerRef, Depends(ref_of)]


async def worker_of(doors: Doors, ref: WorkerRef) -> Worker:
    """Give a worker. Raises: Problem 404."""
    found = await doors.stores.workers.worker(ref)
    if found is None:
        raise missing("worker", ref.name, room_words(ref.workspace))
    return found


def held(worker: Worker, revision: int | None) -> Worker:
    """Refuse a worker that is at another revision than is expected. Raises: Conflict."""
    if revision is not None and worker.revision != revision:
        raise Conflict(f"the worker {worker.ref} is at revision {worker.revision}")
    return worker


async def version_of(doors: Doors, worker: Worker) -> Version:
    """Give the version that is wanted. Raises: Problem 404 if the worker went meanwhile."""
    found = await doors.stores.workers.version(worker.ref, worker.version)
    if found is None:
        raise missing("worker", worker.ref.name, room_words(worker.ref.workspace))
    return found


async def version_named(doors: Doors, ref: WorkerRef, name: str) -> Version | None:
    """Give the version of a number or hash; *name* is as `VERSION_PATTERN` has it."""
    if not _HASH.fullmatch(name):
        return await doors.stores.workers.version(ref, int(name))
    before: int | None = None
    while lines := await doors.stores.workers.versions(ref, before, PAGE_ITEMS):
        for line in lines:
            if line.hash == name:
                return await doors.stores.workers.version(ref, line.number)
        before = lines[-1].number
    return None


async def shown(doors: Doors, worker: Worker, response: Response) -> WorkerView:
    """Show a worker and its revision."""
    tag(response, worker.revision)
    standing = await doors.stores.standings.standing(worker.ref)
    return await worker_view(doors, worker, standing)


async def changed(
    doors: Doors,
    ref: WorkerRef,
    revision: int | None,
    decide: Callable[[Worker], dict[str, Any]],
) -> Worker:
    """Change a worker by what *decide* gives for it as it is, and wake the supervisor.

    Raises: Problem 404; Conflict; what *decide* raises.
    """
    for attempt in range(_ATTEMPTS):
        worker = held(await worker_of(doors, ref), revision)
        values = decide(worker)
        try:
            after = await doors.stores.workers.change(ref, values, expected=worker.revision)
        except Conflict:
            if revision is not None or attempt == _ATTEMPTS - 1:
                raise
            continue
        doors.woken()
        return after
    raise AssertionError


def alive(worker: Worker) -> Worker:
    """Refuse one that is being deleted. Raises: Problem 409."""
    if worker.desired == "deleted":
        raise Problem(
            409,
            "deleted",
            f"the worker {worker.ref} is deleted",
            f"`cellblock restore {worker.ref.words}` brings it back, stopped",
        )
    return worker
