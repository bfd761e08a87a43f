"""A worker's state: listing, reading, setting and deleting keys; all of it out and in.

The same bounds hold as for ctx.state. A worker that runs sees a change at its next `get`.
"""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from cellblock.api import models_things as m
from cellblock.api.access import Inside, operator, reader
from cellblock.api.bodies import attachment, binary, pieces, saved
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, after_name, cursor_of
from cellblock.api.problems import Problem, missing
from cellblock.api.router import Router
from cellblock.api.turns import turns
from cellblock.api.visit import note
from cellblock.api.workers import Ref, alive, worker_of
from cellblock.broker.adapter import CallRefused
from cellblock.broker.keeping import Room, judge_value, state_key
from cellblock.errors import OperatorFault
from cellblock.limits import STATE_KEY_BYTES
from cellblock.names import WorkerRef
from cellblock.store.ports import BulkStore
from cellblock.store.transfer import EXPORT_BYTES, export_lines, read_export

router = Router(prefix="/api/v1/workspaces/{workspace}/workers/{worker}", tags=["state"])
NDJSON = "application/x-ndjson"
_ATTEMPTS = 3
"""Times that an export is begun anew because the worker wrote meanwhile."""
_IN_MEMORY_BYTES = 4_000_000
_VALUE: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}
}
Key = Annotated[
    str,
    Path(
        min_length=1,
        max_length=STATE_KEY_BYTES,
        description="Percent-encoded; it may hold any character, a slash too.",
    ),
]


@router.get("/state", name="state.list", dependencies=[Depends(reader)])
async def keys(ref: Ref, doors: Inside, cursor: Cursor = None, limit: Limit = LIMIT) -> m.KeysView:
    """List the keys of a worker's state, with their sizes."""
    await worker_of(doors, ref)
    sizes = await doors.states.sizes(ref.state_id)
    past = after_name(cursor) or ""
    rest = sorted(key for key in sizes if key > past)
    shown = rest[:limit]
    return m.KeysView(
        items=[m.KeyView(key=key, bytes=sizes[key]) for key in shown],
        next=cursor_of(shown[-1]) if len(rest) > limit else None,
        keys=len(sizes),
        bytes=sum(sizes.values()),
    )


@router.get(
    "/state/{key:rest}",
    name="state.get",
    response_model=Any,
    dependencies=[Depends(reader)],
)
async def value(ref: Ref, key: Key, doors: Inside) -> Response:
    """Give the value of a key, as JSON."""
    await worker_of(doors, ref)
    found = await doors.states.get(ref.state_id, _key(key))
    if found is None:
        raise missing("key", key, ref.words)
    return Response(found, media_type="application/json")


@router.put(
    "/state/{key:rest}",
    name="state.set",
    status_code=204,
    openapi_extra=_VALUE,
    responses=problems(400, 408, 409, 413),
    dependencies=[Depends(operator)],
)
async def set_value(ref: Ref, key: Key, doors: Inside, request: Request) -> None:
    """Set a key to a JSON value."""
    alive(await worker_of(doors, ref))
    content = b"".join([piece async for piece in pieces(request, None)])
    try:
        judge_value(_key(key), content)
        Room(await doors.states.sizes(ref.state_id)).judge(key, content)
    except CallRefused as refused:
        raise Problem(422, "bad-state", str(refused)) from None
    await doors.states.set(ref.state_id, key, content)
    note(request, ref.name, key=key[:100], bytes=len(content))


@router.delete(
    "/state/{key:rest}",
    name="state.delete",
    status_code=204,
    responses=problems(409),
    dependencies=[Depends(operator)],
)
async def delete_value(ref: Ref, key: Key, doors: Inside, request: Request) -> None:
    """Delete a key."""
    alive(await worker_of(doors, ref))
    if await doors.states.get(ref.state_id, _key(key)) is None:
        raise missing("key", key, ref.words)
    await doors.states.delete(ref.state_id, _key(key))
    note(request, ref.name, key=key[:100])


def _key(key: str) -> str:
    try:
        return state_key(key)
    except CallRefused as refused:
        raise Problem(422, "bad-state", str(refused)) from None


@router.get(
    "/state-export",
    name="state.export",
    response_class=StreamingResponse,
    responses=saved(NDJSON) | problems(409),
    dependencies=[Depends(reader)],
)
async def export(ref: Ref, doors: Inside) -> StreamingResponse:
    """Give all of a worker's state, one JSON line for each key, as `cellblock state export` does.

    A worker that keeps writing must be stopped first.
    """
    await worker_of(doors, ref)
    for _ in range(_ATTEMPTS):
        try:
            file, size = await _exported(doors, ref)
        except OperatorFault as fault:
            if fault.slug != "state-changed":
                raise
        else:
            return attachment(file, size, f"{ref.name}.ndjson", NDJSON)
    raise Problem(
        409, "state-changed", "the state was changed as it was read", "stop the worker first"
    )


async def _exported(doors: Doors, ref: WorkerRef) -> tuple[IO[bytes], int]:
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the answer closes it
    try:
        async for line in export_lines(doors.states, ref.state_id, ref.name):
            file.write(line)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


@router.put(
    "/state-import",
    name="state.import",
    openapi_extra=binary(NDJSON),
    responses=problems(400, 408, 409, 413),
    dependencies=[Depends(operator)],
)
async def import_(
    ref: Ref,
    doors: Inside,
    request: Request,
    replace: Annotated[bool, Query(description="Also where there is state already.")] = False,
) -> m.ImportView:
    """Put an export in the place of a worker's state, all of it or nothing.

    The worker must be stopped.
    """
    await _stopped(doors, ref)
    assert isinstance(doors.states, BulkStore)
    async with turns(request).uploads(ref.workspace):
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            async for piece in pieces(request, EXPORT_BYTES):
                file.write(piece)
            file.seek(0)
            header, values = await asyncio.to_thread(read_export, file, "the export")
    if not replace and await doors.states.keys(ref.state_id):
        raise Problem(409, "state-there", f"{ref} has state already", "ask with replace=true")
    await _stopped(doors, ref)
    await doors.states.replace(ref.state_id, values)
    note(request, ref.name, keys=len(values))
    return m.ImportView(keys=len(values), worker=header.worker)


async def _stopped(doors: Doors, ref: WorkerRef) -> None:
    worker = alive(await worker_of(doors, ref))
    standing = await doors.stores.standings.standing(ref)
    ended = standing is None or standing.state in {"new", "stopped"}
    if worker.desired != "stopped" or not ended:
        raise Problem(409, "not-stopped", f"the worker {ref} is not stopped", "stop it first")
