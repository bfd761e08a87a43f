"""Routes that do what no route should, for what holds for every route."""

from __future__ import annotations

import asyncio

from fastapi import Request, WebSocket
from fastapi.responses import StreamingResponse

from cellblock.api.router import Router
from cellblock.api.streaming import stays, unless_ending
from cellblock.api.visit import allow_body, note
from cellblock.broker.adapter import AdapterError
from cellblock.errors import Bug, OperatorFault, WorkerFault
from cellblock.limits import API_BODY_BYTES

PLANTED = "planted-text-of-an-exception"
ERRORS = {
    "bug": (RuntimeError(PLANTED), 500, "bug"),
    "planned": (Bug("odd", PLANTED), 500, "bug"),
    "group": (ExceptionGroup(PLANTED, [ValueError(PLANTED)]), 500, "bug"),
    "worker": (WorkerFault("bad-source", "it is broken", "mend it"), 422, "bad-source"),
    "operator": (
        OperatorFault("bad-settings", "no such zone", "see the list"),
        422,
        "bad-settings",
    ),
    "vault": (OperatorFault("lost-key", "the key is gone"), 503, "lost-key"),
    "jail": (OperatorFault("jail-failed", "no jail", "see doctor"), 503, "jail-failed"),
    "file": (AdapterError("there is no such file", "not_found"), 404, "not-found"),
    "disk": (AdapterError("the disk is full", "disk_full"), 507, "disk-full"),
}


def trials():  # noqa: C901 - a list of routes
    router = Router("/api/v1/trial", tags=[])

    @router.post("/raise/{which}", name="trial.raise")
    async def fail(which: str):
        raise ERRORS[which][0]

    @router.post("/note/{thing}", name="trial.note")
    async def noted(thing: str, request: Request):
        note(request, colour="blue")
        return {"thing": thing}

    @router.put("/upload", name="trial.upload")
    async def upload(request: Request):
        allow_body(request, 2 * API_BODY_BYTES, 20)
        return {"bytes": sum([len(part) async for part in request.stream()])}

    @router.post("/body", name="trial.body")
    async def body(values: list[str]):
        return {"items": len(values)}

    @router.get("/stream", name="trial.stream")
    async def stream(request: Request):
        async def lines():
            yield ": hello\n\n"
            while await unless_ending(request, asyncio.sleep(0.05, True)) and await stays(request):
                yield ": still here\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    @router.get("/half", name="trial.half")
    async def half():
        async def parts():
            yield b"one"
            raise RuntimeError(PLANTED)

        return StreamingResponse(parts())

    @router.get("/endless", name="trial.endless")
    async def endless():
        async def parts():
            while True:
                yield b"x" * 100_000

        return StreamingResponse(parts())

    @router.get("/slow/{seconds}", name="trial.slow")
    async def slow(seconds: float):
        await asyncio.sleep(seconds)
        return {"slept": seconds}

    @router.websocket("/socket")
    async def socket(web: WebSocket):
        await web.accept()

    return router
