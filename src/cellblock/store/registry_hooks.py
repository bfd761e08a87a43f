"""Doors for events, and the events that wait, in the registry: a `HookStore`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from cellblock.names import WorkerRef, room_words
from cellblock.store.ledger import Ledger, of
from cellblock.store.records import Hook, HookEvent
from cellblock.store.service import Conflict


class HookTable:
    """A `HookStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def add_hook(self, hook: Hook) -> None:
        """See `HookStore`. Raises: Conflict, also if the worker is not there."""
        await self._ledger.write(partial(self._add, hook))

    async def hook(self, digest: bytes) -> Hook | None:
        """See `HookStore`."""
        rows = await self._ledger.rows(_hook, "hook", digest=digest)
        return rows[0] if rows else None

    async def hooks(self, ref: WorkerRef) -> list[Hook]:
        """See `HookStore`."""
        return await self._ledger.rows(_hook, "hooks_of", **of(ref))

    async def remove_hook(self, ref: WorkerRef, identity: str) -> bool:
        """See `HookStore`."""
        work = partial(self._ledger.run, "remove_hook", id=identity, **of(ref))
        return bool(await self._ledger.write(work))

    async def enqueue(self, event: HookEvent, most: int) -> int | None:
        """See `HookStore`. None too if the worker is not there."""
        values = of(event.ref) | {"hook": event.hook}
        work = partial(
            self._ledger.run, "enqueue", **values, at=event.at, body=event.body, most=most
        )
        rows: list[tuple[int]] = await self._ledger.write(work)
        return rows[0][0] if rows else None

    async def waiting(self, ref: WorkerRef, limit: int) -> list[HookEvent]:
        """See `HookStore`."""
        return await self._ledger.rows(_event, "waiting", **of(ref), limit=max(limit, 0))

    async def done(self, ids: Sequence[int]) -> None:
        """See `HookStore`."""
        values = [{"id": identity} for identity in ids]
        await self._ledger.write(partial(self._ledger.run_each, "done", values))

    async def awaited(self) -> set[WorkerRef]:
        """See `HookStore`."""
        return set(await self._ledger.rows(lambda row: WorkerRef(*row), "awaited"))

    def _add(self, hook: Hook) -> None:
        if not self._ledger.run("worker", **of(hook.ref)):
            text = f"there is no worker {hook.ref}"
            raise Conflict(text, "`cellblock ps` shows those that there are")
        rows = self._ledger.run(
            "add_hook",
            id=hook.id,
            workspace=hook.ref.workspace,
            worker=hook.ref.name,
            name=hook.name,
            digest=hook.digest,
            signed=hook.signed,
            created_at=hook.created_at,
            created_by=hook.created_by,
        )
        if not rows:
            raise Conflict(
                f"the worker {hook.ref} has a hook {hook.name} already",
                f"take another name, or first `cellblock hooks rm {hook.ref.name} {hook.name}"
                f"{room_words(hook.ref.workspace)}`",
            )


def _hook(row: tuple[Any, ...]) -> Hook:
    identity, workspace, worker, name, digest, signed, created_at, created_by = row
    return Hook(
        id=identity,
        ref=WorkerRef(workspace, worker),
        name=name,
        digest=digest,
        signed=bool(signed),
        created_at=created_at,
        created_by=created_by,
    )


def _event(row: tuple[Any, ...]) -> HookEvent:
    identity, workspace, worker, hook, at, body = row
    return HookEvent(id=identity, ref=WorkerRef(workspace, worker), hook=hook, at=at, body=body)
