"""What is new, for those who ask again and again: of all workers, and of one with its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query, Request, Response

from cellblock.api import models_live as m
from cellblock.api.access import Anyone, Inside, reader
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.live import Rounds
from cellblock.api.models_workers import WorkerView
from cellblock.api.paging import LARGEST, Moment
from cellblock.api.router import Router
from cellblock.api.routes.logs import Contains, LevelWanted
from cellblock.api.views import named, worker_view
from cellblock.api.workers import Ref, worker_of
from cellblock.limits import LIVE_LINES, LIVE_RUNS, PAGE_ITEMS
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Line, Run
from cellblock.store.service import LineQuery, RunQuery
from cellblock.wire.messages import Level

router = Router(prefix="/api/v1", tags=["workers"])
_json = msgspec.json.Encoder()
_Room = Annotated[
    str | None, Query(pattern=NAME_PATTERN, description="Only this one; else all that are seen.")
]
_After = Annotated[
    int | None, Query(ge=0, le=LARGEST, description="Only those with a higher id; else the newest.")
]


class _Drawn(msgspec.Struct):
    at: float = 0.0


def _answer(text: bytes) -> Response:
    return Response(text, media_type="application/json")


@router.get("/live", name="worker.live-all", response_model=m.LiveView, responses=problems(404))
async def live(
    caller: Anyone,
    request: Request,
    workspace: _Room = None,
    since: Annotated[
        str | None, Query(max_length=100, description="`round` of an answer before.")
    ] = None,
) -> Response:
    """Tell what is new of all workers that the token sees since a round, made once a second.

    Without `since`, or with one that is forgotten, all of them are told.
    """
    if workspace is not None:
        await reader(workspace, request)
    rounds: Rounds = request.app.state.rounds
    return _answer(await rounds.text(workspace or caller.token.workspace, since))


@dataclass(frozen=True, slots=True)
class _New:
    """What of a worker's log and runs is new to who asks."""

    lines_after: int | None
    runs_after: int | None
    level: Level | None
    contains: str | None

    async def lines(self, doors: Doors, ref: Ref) -> list[Line]:
        """Give log lines, the oldest first, one more than are told."""
        query = LineQuery(
            workspace=ref.workspace,
            worker=ref.name,
            level=self.level,
            contains=self.contains,
            after=self.lines_after,
            limit=LIVE_LINES if self.lines_after is None else PAGE_ITEMS + 1,
        )
        return await doors.stores.chronicle.lines(query)

    async def runs(self, doors: Doors, ref: Ref) -> list[Run]:
        """Give runs, likewise."""
        query = RunQuery(
            workspace=ref.workspace,
            worker=ref.name,
            after=self.runs_after,
            limit=LIVE_RUNS if self.runs_after is None else PAGE_ITEMS + 1,
        )
        found = await doors.stores.chronicle.runs(query)
        return found[::-1] if self.runs_after is None else found


def _run(run: Run) -> dict[str, Any]:
    calls = None if run.calls is None else msgspec.Raw(run.calls.encode())
    return named(run) | {"calls": calls}


async def _new(
    lines_after: _After = None,
    runs_after: _After = None,
    level: LevelWanted = None,
    contains: Contains = None,
) -> _New:
    return _New(lines_after, runs_after, level, contains)


@router.get(
    "/workspaces/{workspace}/workers/{worker}/live",
    name="worker.live",
    response_model=m.WorkerLiveView,
    dependencies=[Depends(reader)],
)
async def live_of_one(
    ref: Ref,
    doors: Inside,
    asked: Annotated[_New, Depends(_new)],
    drawn_at: Annotated[
        Moment | None, Query(description="`at` of the picture that is there already.")
    ] = None,
) -> Response:
    """Tell what is new of a worker: how it stands, log lines, runs, and its picture.

    Without `lines_after` and `runs_after` the newest 200 lines and 300 runs, else the next 500.
    """
    worker = await worker_of(doors, ref)
    view: WorkerView = await worker_view(doors, worker, await doors.stores.standings.standing(ref))
    lines, runs = await asked.lines(doors, ref), await asked.runs(doors, ref)
    told: dict[str, Any] = {
        "at": doors.clock.wall_s(),
        "worker": msgspec.Raw(view.model_dump_json().encode()),
        "lines": [named(line) for line in lines[:PAGE_ITEMS]],
        "runs": [_run(run) for run in runs[:PAGE_ITEMS]],
        "more": max(len(lines), len(runs)) > PAGE_ITEMS,
    }
    drawn = await doors.pictures.drawn(ref.state_id)
    if drawn is None:
        told["monitor"] = None
    elif drawn_at is None or msgspec.json.decode(drawn, type=_Drawn).at != drawn_at:
        told["monitor"] = msgspec.Raw(drawn)
    return _answer(_json.encode(told))
