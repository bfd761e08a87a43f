"""Looking at a worker: its picture, the proof of its jail; and at what is not yet one's.

A source can be read before it is deployed, and a cron line before it is set.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from cellblock.api import models_workers as m
from cellblock.api.access import Anyone, Inside, reader
from cellblock.api.router import Router
from cellblock.api.turns import turns
from cellblock.api.views import finding_view
from cellblock.api.workers import Ref, worker_of
from cellblock.intake.calendar import CronLine

router = Router(prefix="/api/v1", tags=["workers"])
SLOTS_SHOWN = 5
_ONE = "/workspaces/{workspace}/workers/{worker}"


@router.get(
    _ONE + "/monitor",
    name="worker.monitor",
    response_model=m.PictureView,
    dependencies=[Depends(reader)],
)
async def monitor(ref: Ref, doors: Inside) -> Response:
    """Show what the worker drew last with ctx.monitor. The texts in it are hostile."""
    await worker_of(doors, ref)
    # As the text that it is: the host need not build what a worker drew.
    drawn = await doors.pictures.drawn(ref.state_id) or b"null"
    names = b'{"workspace":"%s","worker":"%s",' % (ref.workspace.encode(), ref.name.encode())
    return Response(names + b'"picture":' + drawn + b"}", media_type="application/json")


@router.get(_ONE + "/enforcement", name="worker.enforcement", dependencies=[Depends(reader)])
async def enforcement(ref: Ref, doors: Inside) -> m.EnforcementView:
    """Show the proof of the jail of the worker's process."""
    await worker_of(doors, ref)
    standing = await doors.stores.standings.standing(ref)
    return m.EnforcementView(
        workspace=ref.workspace,
        worker=ref.name,
        version=standing.version if standing else None,
        pid=standing.pid if standing else None,
        enforcement=standing.enforcement if standing else None,
    )


@router.post("/check", name="source.check")
async def check(
    wanted: m.CheckWanted, doors: Inside, caller: Anyone, request: Request
) -> m.Findings:
    """Read a source in a jail without running or deploying it."""
    del caller
    async with turns(request).checks:
        findings = await doors.check(wanted.source, wanted.filename)
    return m.Findings(findings=[finding_view(finding) for finding in findings])


@router.get("/slots", name="slots.list")
async def slots(
    doors: Inside,
    caller: Anyone,
    cron: Annotated[str, Query(max_length=500, description="As in the settings of a worker.")],
    timezone: Annotated[str, Query(max_length=100, description="IANA name.")] = "UTC",
) -> m.SlotsView:
    """Tell when a cron line comes due next, by the calendar that workers go by."""
    del caller
    now = doors.clock.wall_s()

    def due() -> list[float]:
        return list(islice(CronLine(cron, timezone).after(now), SLOTS_SHOWN))

    # In a thread, for a day that hardly ever comes takes 10 ms to find.
    return m.SlotsView(at=now, slots=await asyncio.to_thread(due))
