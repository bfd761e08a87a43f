"""What is wanted of a worker: start, stop, pause, resume, restart, tick, roll back, release.

Each writes intent and answers at once; the supervisor converges, and `GET` shows how far it is.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from cellblock.api import models_workers as m
from cellblock.api.access import Inside, Operator
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import Revision
from cellblock.api.problems import Problem
from cellblock.api.router import Router
from cellblock.api.visit import note
from cellblock.api.workers import (
    Ref,
    alive,
    changed,
    held,
    shown,
    version_named,
    version_of,
    worker_of,
)
from cellblock.names import WorkerRef
from cellblock.store.records import Standing, Worker

router = Router(
    prefix="/api/v1/workspaces/{workspace}/workers/{worker}",
    tags=["workers"],
    responses=problems(409),
)
_GIVEN_UP = ("paused", "quarantined", "stopped")
"""States that only a wish for a fresh process ends."""


async def _given_up(doors: Doors, ref: WorkerRef) -> bool:
    standing = await doors.stores.standings.standing(ref)
    return standing is not None and standing.state in _GIVEN_UP


def _is_left_alone(worker: Worker, standing: Standing) -> bool:
    """Tell whether it was given up, and nobody asked for a fresh process since."""
    seen = (standing.heeded, standing.version) == (worker.restarts_asked, worker.version)
    return seen and standing.state in _GIVEN_UP


def _fresh(worker: Worker) -> dict[str, Any]:
    return {"desired": "running", "restarts_asked": worker.restarts_asked + 1}


@router.post("/start", name="worker.start")
async def start(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Start a worker, also one that was paused for its errors. One that runs is left alone."""
    del caller
    given_up = await _given_up(doors, ref)

    def decide(worker: Worker) -> dict[str, Any]:
        alive(worker)
        return _fresh(worker) if given_up else {"desired": "running"}

    return await shown(doors, await changed(doors, ref, revision, decide), response)


@router.post("/stop", name="worker.stop")
async def stop(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Stop a worker: the tick that runs may end, then its process is ended."""
    del caller

    def decide(worker: Worker) -> dict[str, Any]:
        alive(worker)
        return {"desired": "stopped"}

    return await shown(doors, await changed(doors, ref, revision, decide), response)


@router.post("/pause", name="worker.pause")
async def pause(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Run no ticks for now; the process and its globals stay."""
    del caller

    def decide(worker: Worker) -> dict[str, Any]:
        if alive(worker).desired == "stopped":
            raise Problem(409, "not-running", f"the worker {ref} is stopped", "start it")
        return {"desired": "paused"}

    return await shown(doors, await changed(doors, ref, revision, decide), response)


@router.post("/resume", name="worker.resume")
async def resume(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Go on with a worker that was paused, by an operator or for its errors."""
    del caller
    given_up = await _given_up(doors, ref)

    def decide(worker: Worker) -> dict[str, Any]:
        if alive(worker).desired == "stopped":
            raise Problem(409, "not-paused", f"the worker {ref} is stopped", "start it")
        return _fresh(worker) if given_up else {"desired": "running"}

    return await shown(doors, await changed(doors, ref, revision, decide), response)


@router.post("/restart", name="worker.restart")
async def restart(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Start a worker in a fresh process, whether or not it runs."""
    del caller
    after = await changed(doors, ref, revision, lambda worker: _fresh(alive(worker)))
    return await shown(doors, after, response)


@router.post("/tick", name="worker.tick", status_code=202)
async def tick(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Run a tick at once, beside the schedule; only of a worker that runs, or soon will."""
    del caller
    standing = await doors.stores.standings.standing(ref)

    def decide(worker: Worker) -> dict[str, Any]:
        if alive(worker).desired != "running":
            paused = worker.desired == "paused"
            state, hint = ("held", "resume it") if paused else (worker.desired, "start it")
            raise Problem(409, "not-running", f"the worker {ref} is {state}", hint)
        if standing is not None and _is_left_alone(worker, standing):
            raise Problem(409, "not-running", f"the worker {ref} is {standing.state}", "start it")
        return {"ticks_asked": worker.ticks_asked + 1}

    return await shown(doors, await changed(doors, ref, revision, decide), response)


@router.post("/rollback", name="worker.rollback")
async def rollback(
    ref: Ref,
    doors: Inside,
    caller: Operator,
    request: Request,
    response: Response,
    revision: Revision,
    wanted: m.Rollback | None = None,
) -> m.WorkerView:
    """Want an older version again: the one named, or the one before."""
    del caller
    now = alive(held(await worker_of(doors, ref), revision))
    name = wanted.version if wanted else None
    if name is None:
        before = await doors.stores.workers.versions(ref, before=now.version, limit=1)
        if not before:
            raise Problem(409, "no-version", f"there is no version of {ref} before {now.version}")
        number, revision = before[0].number, now.revision
    else:
        found = await version_named(doors, ref, name)
        if found is None:
            raise Problem(422, "no-version", f"the worker {ref} has no version {name}")
        number = found.number

    def decide(worker: Worker) -> dict[str, Any]:
        alive(worker)
        return {"version": number}

    after = await changed(doors, ref, revision, decide)
    note(request, ref.name, version=number)
    return await shown(doors, after, response)


@router.post("/release", name="worker.release")
async def release(
    ref: Ref, doors: Inside, caller: Operator, request: Request, response: Response
) -> m.WorkerView:
    """Lift the quarantine of the version that is wanted; `start` starts it then."""
    del caller
    worker = alive(await worker_of(doors, ref))
    version = await version_of(doors, worker)
    if not await doors.quarantine.release(version.hash):
        raise Problem(409, "not-quarantined", f"version {version.number} is not quarantined")
    note(request, ref.name, version=version.number)
    doors.woken()
    return await shown(doors, worker, response)
