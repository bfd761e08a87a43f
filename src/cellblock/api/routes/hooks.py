"""Hooks: doors by which events reach a worker, their making and removing, and the doors themselves.

The address and a secret that was drawn for it are shown once, when a hook is made.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field

from cellblock.api.access import Inside, Operator, WorkspaceName, operator, reader
from cellblock.api.arrivals import Arrivals, digest_of_key, new_key
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, Page, after_name, page_of
from cellblock.api.problems import Problem, missing
from cellblock.api.router import Router
from cellblock.api.sent import Sent
from cellblock.api.visit import allow_body, note
from cellblock.limits import HOOK_BODY_BYTES, HOOK_READ_S, HOOKS
from cellblock.names import NAME_PATTERN, WorkerRef, room_words
from cellblock.store.ports import HOOK_KIND, Kept
from cellblock.store.records import Hook

router = Router(prefix="/api/v1/workspaces/{workspace}/workers/{worker}/hooks", tags=["hooks"])
arriving = Router(prefix="/hooks", tags=["hooks"])
WorkerName = Annotated[str, Path(pattern=NAME_PATTERN, description="A worker's name.")]
SharedSecret = Annotated[str, Field(min_length=16, max_length=256, pattern=r"^[!-~]+$")]


class HookView(BaseModel):
    """A hook, without its address."""

    id: str
    name: str
    signed: bool = Field(description="Whether events must have a signature.")
    created_at: float
    created_by: str


class NewHook(Sent):
    """What a hook is made with."""

    name: str = Field(pattern=NAME_PATTERN, description="What the worker knows it by.")
    signed: bool = Field(default=False, description="Whether events must have a signature.")
    secret: SharedSecret | None = Field(
        default=None, description="What signs events; one is drawn if none is given."
    )


class MadeHook(HookView):
    """A hook that was made just now."""

    url: str = Field(description="Where events are sent. Shown this once: it is the proof.")
    path: str = Field(description="The same, without the name by which this service was called.")
    secret: str | None = Field(description="What signs events. Shown this once.")


class Arrived(BaseModel):
    """An event that was kept."""

    id: int


def _view(hook: Hook) -> HookView:
    return HookView(
        id=hook.id,
        name=hook.name,
        signed=hook.signed,
        created_at=hook.created_at,
        created_by=hook.created_by,
    )


@router.get("", name="hook.list", dependencies=[Depends(reader)])
async def hooks(
    workspace: WorkspaceName,
    worker: WorkerName,
    doors: Inside,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[HookView]:
    """List the hooks of a worker by name."""
    past = after_name(cursor) or ""
    found = await doors.stores.hooks.hooks(await _there(doors, workspace, worker))
    rows = [hook for hook in found if hook.name > past]
    return page_of(rows[: limit + 1], limit, lambda hook: hook.name, _view)


@router.post("", name="hook.create", status_code=201, responses=problems(409))
async def create(
    request: Request,
    workspace: WorkspaceName,
    worker: WorkerName,
    new: NewHook,
    doors: Inside,
    caller: Operator,
) -> MadeHook:
    """Make a hook. Its address is shown this once; who knows it may send events."""
    ref = await _there(doors, workspace, worker)
    if len(await doors.stores.hooks.hooks(ref)) >= HOOKS:
        raise Problem(409, "too-many-hooks", f"a worker has {HOOKS} hooks at the most")
    key, identity = new_key(), secrets.token_hex(8)
    hook = Hook(
        id=identity,
        ref=ref,
        name=new.name,
        digest=digest_of_key(key),
        signed=new.signed or new.secret is not None,
        created_at=doors.clock.wall_s(),
        created_by=caller.actor,
    )
    note(request, f"{worker}/{identity}", name=new.name, signed=hook.signed)
    secret = (new.secret or secrets.token_urlsafe(32)) if hook.signed else None
    if secret is not None:  # before the hook, which is not to be open without it
        await _keep_secret(doors, hook, secret)
    try:
        await doors.stores.hooks.add_hook(hook)
    except Exception:
        await _forget_secret(doors, hook)
        raise
    path = f"/hooks/{key}"
    url = f"{str(request.base_url).rstrip('/')}{path}"
    return MadeHook(**_view(hook).model_dump(), url=url, path=path, secret=secret)


@router.delete("/{identity}", name="hook.remove", status_code=204, dependencies=[Depends(operator)])
async def remove(
    workspace: WorkspaceName,
    worker: WorkerName,
    identity: Annotated[str, Path(max_length=100)],
    doors: Inside,
) -> None:
    """Remove a hook: nothing more arrives by it. What waits already is given to the worker."""
    ref = await _there(doors, workspace, worker)
    found = [hook for hook in await doors.stores.hooks.hooks(ref) if hook.id == identity]
    if not found or not await doors.stores.hooks.remove_hook(ref, identity):
        raise missing("hook", identity, ref.words)
    await _forget_secret(doors, found[0])


@arriving.post(
    "/{key}",
    name="hook.arrive",
    status_code=202,
    responses={400: {"description": "The body is no JSON."}, **problems(401, 408, 413, 429)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}
    },
)
async def arrive(request: Request, key: Annotated[str, Path(description="The proof.")]) -> Arrived:
    """Take an event for a worker. It is durable when this is answered."""
    allow_body(request, HOOK_BODY_BYTES, HOOK_READ_S)
    arrivals: Arrivals = request.app.state.arrivals
    return Arrived(id=await arrivals.take(key, request))


async def _there(doors: Doors, workspace: str, worker: str) -> WorkerRef:
    """Give a worker that is there. Raises: Problem 404."""
    ref = WorkerRef(workspace, worker)
    if await doors.stores.workers.worker(ref) is None:
        raise missing("worker", worker, room_words(workspace))
    return ref


async def _keep_secret(doors: Doors, hook: Hook, secret: str) -> None:
    secrets_ = {"secret": secret}
    kept = Kept(
        workspace=hook.ref.workspace, kind=HOOK_KIND, name=hook.id, settings={}, secrets=secrets_
    )
    await doors.vault.put(kept)


async def _forget_secret(doors: Doors, hook: Hook) -> None:
    if hook.signed:
        await doors.vault.remove(hook.ref.workspace, HOOK_KIND, hook.id)
