"""Workers: deploying, listing, showing, changing settings, deleting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from cellblock.api import models_workers as m
from cellblock.api.access import Anyone, Inside, Operator, WorkspaceName, reader
from cellblock.api.deploying import judged, whole, written
from cellblock.api.described import new, problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, Revision, after_name, cursor_of
from cellblock.api.problems import Problem
from cellblock.api.router import Router
from cellblock.api.turns import turns
from cellblock.api.views import finding_view, worker_view
from cellblock.api.visit import note
from cellblock.api.workers import Ref, alive, changed, held, shown, version_of, worker_of
from cellblock.intake.settings import Settings
from cellblock.intake.settings import changed as changed_settings
from cellblock.limits import DELETE_GRACE_S
from cellblock.names import WorkerRef
from cellblock.store.records import Desired, Draft, Worker, is_over

router = Router(prefix="/api/v1", tags=["workers"])
_OF_WORKSPACE = "/workspaces/{workspace}/workers"
_ONE = _OF_WORKSPACE + "/{worker}"
StateWanted = Annotated[str | None, Query(max_length=40, description="Only those in this state.")]
DesiredWanted = Annotated[Desired | None, Query(description="Only those of which this is wanted.")]


@router.get("/workers", name="worker.list-all")
async def all_workers(
    doors: Inside,
    caller: Anyone,
    state: StateWanted = None,
    desired: DesiredWanted = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.Workers:
    """List the workers of every workspace that the token sees."""
    rows = _rows(doors, caller.token.workspace, state, desired, after_name(cursor))
    return await _page(doors, rows, limit)


@router.get(_OF_WORKSPACE, name="worker.list", dependencies=[Depends(reader)])
async def workers(
    workspace: WorkspaceName,
    doors: Inside,
    state: StateWanted = None,
    desired: DesiredWanted = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.Workers:
    """List the workers of a workspace, by name."""
    return await _page(doors, _rows(doors, workspace, state, desired, after_name(cursor)), limit)


async def _rows(
    doors: Doors, workspace: str | None, state: str | None, desired: str | None, after: str | None
) -> AsyncIterator[Worker]:
    states = None
    if state is not None:
        found = await doors.stores.standings.standings(workspace)
        states = {ref: standing.state for ref, standing in found.items()}
    place = WorkerRef(*after.partition("/")[::2]) if after is not None else None
    while rows := await doors.stores.workers.workers(workspace, place):
        for row in rows:
            place = row.ref
            of_state = states is None or states.get(row.ref, "new") == state
            if of_state and desired in (None, row.desired):
                yield row


async def _page(doors: Doors, rows: AsyncIterator[Worker], limit: int) -> m.Workers:
    items: list[m.WorkerView] = []
    last = ""
    async for row in rows:
        if len(items) == limit:
            return m.Workers(items=items, next=cursor_of(last))
        items.append(await worker_view(doors, row, await doors.stores.standings.standing(row.ref)))
        last = str(row.ref)
    return m.Workers(items=items, next=None)


@router.put(
    _ONE,
    name="worker.deploy",
    responses=new(m.DeployedView, "The worker is new.") | problems(409),
)
async def deploy(
    ref: Ref,
    wanted: m.Deploy,
    doors: Inside,
    caller: Operator,
    request: Request,
    response: Response,
    revision: Revision,
    check: Annotated[bool, Query(description="Whether the source is read first.")] = True,
) -> m.DeployedView:
    """Deploy a worker: a new one, or a new version of one that is there.

    To deploy what is wanted already changes nothing. A source with errors is refused, with the
    line and column of each.
    """
    chosen = await _settings(doors, ref, wanted.settings)
    judge = turns(request) if check else None
    findings = await judged(doors, judge, ref, wanted.source, chosen)
    draft = Draft(
        ref=ref,
        source=wanted.source,
        settings=chosen,
        by=caller.actor,
        at=doors.clock.wall_s(),
        note=wanted.note,
        start=wanted.start,
    )
    done = await doors.stores.workers.deploy(draft, revision)
    note(request, ref.name, version=done.version.number, changed=done.changed, new=done.new)
    doors.woken()
    response.status_code = 201 if done.new else 200
    return m.DeployedView(
        worker=await shown(doors, done.worker, response),
        changed=done.changed,
        findings=[finding_view(finding) for finding in findings],
    )


async def _settings(doors: Doors, ref: WorkerRef, sent: m.SettingsWritten | None) -> Settings:
    if sent is not None:
        return whole(sent)
    there = await doors.stores.workers.worker(ref)
    return (await version_of(doors, there)).settings if there else whole(m.SettingsWritten())


@router.get(_ONE, name="worker.get", dependencies=[Depends(reader)])
async def worker(ref: Ref, doors: Inside, response: Response) -> m.WorkerView:
    """Show a worker: what is wanted of it, and how it stands."""
    return await shown(doors, await worker_of(doors, ref), response)


@router.patch(_ONE, name="worker.change", responses=problems(409))
async def change(
    ref: Ref,
    wanted: m.WorkerChange,
    doors: Inside,
    caller: Operator,
    request: Request,
    response: Response,
    revision: Revision,
) -> m.DeployedView:
    """Change settings: a new version with the same source. null takes a setting away."""
    there = alive(held(await worker_of(doors, ref), revision))
    before = await version_of(doors, there)
    chosen = changed_settings(before.settings, written(wanted.settings))
    await judged(doors, None, ref, before.source, chosen)
    draft = Draft(
        ref=ref,
        source=before.source,
        settings=chosen,
        by=caller.actor,
        at=doors.clock.wall_s(),
        note=wanted.note,
    )
    # Upon what was read: a deploy that came meanwhile is not undone by this one's source.
    done = await doors.stores.workers.deploy(draft, there.revision)
    fields = sorted(wanted.settings.model_fields_set)
    note(request, ref.name, version=done.version.number, changed=done.changed, settings=fields)
    doors.woken()
    return m.DeployedView(
        worker=await shown(doors, done.worker, response), changed=done.changed, findings=[]
    )


@router.delete(_ONE, name="worker.delete", responses=problems(409))
async def delete(
    ref: Ref,
    doors: Inside,
    caller: Operator,
    request: Request,
    response: Response,
    revision: Revision,
    grace_s: Annotated[
        float,
        Query(ge=0, le=31_536_000, allow_inf_nan=False, description="Time for a change of mind."),
    ] = DELETE_GRACE_S,
) -> m.WorkerView:
    """Delete a worker: it ends now, and all that it has is forgotten after the grace period."""
    del caller
    now = doors.clock.wall_s()

    def decide(there: Worker) -> dict[str, object]:
        # One that is being forgotten is not put off: a part of it may be gone.
        return {} if is_over(there, now) else {"desired": "deleted", "purge_at": now + grace_s}

    after = await changed(doors, ref, revision, decide)
    note(request, ref.name, grace_s=grace_s)
    return await shown(doors, after, response)


@router.post(_ONE + "/restore", name="worker.restore", responses=problems(409))
async def restore(
    ref: Ref, doors: Inside, caller: Operator, response: Response, revision: Revision
) -> m.WorkerView:
    """Take a deletion back before the worker is purged; it is stopped then."""
    del caller

    def decide(there: Worker) -> dict[str, object]:
        if there.desired != "deleted":
            raise Problem(409, "not-deleted", f"the worker {ref} is not deleted")
        if is_over(there, doors.clock.wall_s()):
            raise Problem(409, "deleted", f"the worker {ref} is being forgotten", "deploy it anew")
        return {"desired": "stopped", "purge_at": None}

    return await shown(doors, await changed(doors, ref, revision, decide), response)
