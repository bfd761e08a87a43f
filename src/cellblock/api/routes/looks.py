"""Looking at a worker: its picture, the proof of its jail; and at a source before it is one."""

from __future__ import annotations

from fastapi import Depends, Request, Response

from cellblock.api import models_workers as m
from cellblock.api.access import Anyone, Inside, reader
from cellblock.api.router import Router
from cellblock.api.turns import turns
from cellblock.api.views import finding_view
from cellblock.api.workers import Ref, worker_of

router = Router(prefix="/api/v1", tags=["workers"])
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
