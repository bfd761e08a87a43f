"""Runs, which are ticks that ended, and what they tell together."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends, Query

from cellblock.api import models_workers as m
from cellblock.api.access import Inside, WorkspaceName, reader
from cellblock.api.paging import LIMIT, Cursor, Limit, Moment, after_number, page_of
from cellblock.api.router import Router
from cellblock.api.views import run_view
from cellblock.api.workers import Ref, worker_of
from cellblock.outcome import OutcomeKind
from cellblock.store.service import RunQuery

router = Router(
    prefix="/api/v1/workspaces/{workspace}", tags=["runs"], dependencies=[Depends(reader)]
)
_OUTCOMES = "|".join(("failed", *OutcomeKind))
Outcome = Annotated[
    str | None,
    Query(pattern=f"^({_OUTCOMES})$", description="An outcome, or `failed` for all but `done`."),
]
Since = Annotated[Moment | None, Query(description="Runs that began then or later.")]
Until = Annotated[Moment | None, Query(description="Runs that began then or earlier.")]


class Wanted:
    """Which runs."""

    def __init__(self, outcome: Outcome = None, since: Since = None, until: Until = None) -> None:
        self.outcome = outcome
        self.since = since
        self.until = until

    def query(self, workspace: str, worker: str | None) -> RunQuery:
        """Give the query for these."""
        return RunQuery(
            workspace=workspace,
            worker=worker,
            outcome=self.outcome,
            since=self.since,
            until=self.until,
        )


Asked = Annotated[Wanted, Depends()]


async def _page(doors: Inside, query: RunQuery, cursor: str | None, limit: int) -> m.Runs:
    asked = msgspec.structs.replace(query, before=after_number(cursor), limit=limit + 1)
    rows = await doors.stores.chronicle.runs(asked)
    return page_of(rows, limit, lambda run: run.id, run_view)


@router.get("/runs", name="run.list-all")
async def all_runs(
    workspace: WorkspaceName,
    doors: Inside,
    asked: Asked,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.Runs:
    """List the runs of all workers of a workspace, the newest first."""
    return await _page(doors, asked.query(workspace, None), cursor, limit)


@router.get("/workers/{worker}/runs", name="run.list")
async def runs(
    ref: Ref, doors: Inside, asked: Asked, cursor: Cursor = None, limit: Limit = LIMIT
) -> m.Runs:
    """List the runs of a worker, the newest first."""
    await worker_of(doors, ref)
    return await _page(doors, asked.query(ref.workspace, ref.name), cursor, limit)


@router.get("/workers/{worker}/runs/statistics", name="run.statistics")
async def statistics(ref: Ref, doors: Inside, asked: Asked) -> m.StatisticsView:
    """Sum up the runs of a worker: counts by outcome, lateness and duration, processor time."""
    await worker_of(doors, ref)
    found = await doors.stores.chronicle.statistics(asked.query(ref.workspace, ref.name))
    return m.StatisticsView(**msgspec.structs.asdict(found))
