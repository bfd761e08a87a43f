"""State in a Redis: for workers that outlive their machine, and for more hosts than one.

One hash for each worker, ``<prefix>:state:<worker>``: a field for each key, holding JSON text. What
is kept is as durable as Redis is told to make it: `report` says how much that is. Every call is
bounded, and Redis is waited for without holding the event loop; see `redis_link`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs
from redis.exceptions import ResponseError

from cellblock.errors import OperatorFault
from cellblock.names import WorkerId
from cellblock.store import redis_answers as answers
from cellblock.store.ports import Seizure, StoreFault, StoreReport
from cellblock.store.redis_address import Address, address
from cellblock.store.redis_fault import RedisFault, Why
from cellblock.store.redis_link import Command, Link
from cellblock.store.redis_quarantine import RedisQuarantine
from cellblock.store.redis_report import CONFIGURED, judge

_PAGE_S = 20.0
"""Longest time of one page, which takes several questions."""
_COMMANDS = 500
"""Commands in one question: reading so many answers holds the event loop for 5 ms."""
_ANSWER_BYTES = 512_000
"""Values in one answer, or one value that is longer."""
_IMPORT_S = 3_600
"""After so long Redis forgets an import that was broken off."""
_SCANS = 10
_HINTS: dict[Why, tuple[str, str]] = {
    "away": (
        "redis-away",
        "see that it runs, that host and port are right, and whether it wants TLS (rediss://)",
    ),
    "denied": ("redis-denied", "see that user and password are right, or name a password_file"),
    "refused": ("redis-refused", "name a Redis, and a database of it, that we may write to"),
    "tls": ("redis-tls", "rediss:// is for TLS, and ca_file=PATH names who is trusted"),
    "garbage": ("no-redis", "see that a Redis listens there; one with TLS is asked by rediss://"),
}


class RedisState:
    """A `StateStore`, `QuarantineStore` and `RenderStore` in a Redis. Make it with `open`."""

    def __init__(self, link: Link, where: Address) -> None:
        self._link = link
        self._place = where.place
        self._prefix = where.prefix
        self._quarantine = RedisQuarantine(link, where.prefix)

    def __repr__(self) -> str:
        return f"<RedisState at {self._place}>"

    @classmethod
    async def open(cls, url: str) -> RedisState:
        """Connect, and see that this is a Redis that lets us write.

        Raises: OperatorFault, with a slug of its own for each thing that can be wrong.
        """
        where = address(url)
        link = Link(where)
        store = cls(link, where)
        try:
            await store._welcome()
        except RedisFault as fault:
            await link.close()
            slug, hint = _HINTS[fault.why]
            text = f"state cannot be kept in the Redis at {where.place}: {fault}"
            raise OperatorFault(slug, text, hint) from fault
        except BaseException:
            await link.close()
            raise
        return store

    async def _welcome(self) -> None:
        (facts,) = await self._link.attempt(("INFO", "server"))
        mode = answers.information(facts).get("redis_mode")
        if mode not in {None, "standalone"}:
            raise OperatorFault(
                "redis-mode",
                f"the Redis at {self._place} runs as {mode}, which Cellblock does not speak with",
                "name a Redis that stands alone, or the primary that a sentinel watches",
            )
        # Changes nothing, and is refused where a change would be.
        answers.number(*await self._link.ask(("HDEL", f"{self._prefix}:state:", "")))

    async def get(self, worker: WorkerId, key: str) -> bytes | None:
        """See `StateStore`."""
        (value,) = await self._link.ask(("HGET", self._state(worker), key))
        return answers.value(value)

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        """See `StateStore`."""
        command = ("HSET", self._state(worker), key, value)
        answers.number(*await self._link.ask(command, changes=True))

    async def delete(self, worker: WorkerId, key: str) -> None:
        """See `StateStore`."""
        answers.number(*await self._link.ask(("HDEL", self._state(worker), key), changes=True))

    async def keys(self, worker: WorkerId) -> list[str]:
        """See `StateStore`."""
        (names,) = await self._link.ask(("HKEYS", self._state(worker)))
        return sorted(answers.text(name) for name in answers.items(names))

    async def page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        """See `StateStore`."""
        try:
            async with asyncio.timeout(_PAGE_S):
                return await self._page(worker, after, max_bytes)
        except TimeoutError:
            raise RedisFault("Redis does not answer in time", "away") from None

    async def _page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        names = [name for name in await self.keys(worker) if name > after]
        found: dict[str, bytes] = {}
        for batch in _batches(names):
            sizes = await self._sizes(worker, batch)
            chosen: list[str] = []
            asked = 0
            for name in batch:
                if max_bytes > 0 or not (found or chosen):
                    chosen.append(name)
                    asked += sizes[name]
                    max_bytes -= sizes[name]
                if chosen and (asked >= _ANSWER_BYTES or max_bytes <= 0 or name == batch[-1]):
                    found |= await self._values(self._state(worker), chosen)
                    chosen, asked = [], 0
                if found and max_bytes <= 0:
                    return found
        return found

    async def sizes(self, worker: WorkerId) -> dict[str, int]:
        """See `StateStore`."""
        found: dict[str, int] = {}
        for batch in _batches(await self.keys(worker)):
            found |= await self._sizes(worker, batch)
        return found

    async def _sizes(self, worker: WorkerId, names: Sequence[str]) -> dict[str, int]:
        hash_name = self._state(worker)
        lengths = await self._link.ask(*(("HSTRLEN", hash_name, name) for name in names))
        return {
            name: len(name.encode()) + answers.number(length)
            for name, length in zip(names, lengths, strict=True)
        }

    async def _values(self, hash_name: str, names: Sequence[str]) -> dict[str, bytes]:
        (values,) = await self._link.ask(("HMGET", hash_name, *names))
        pairs = zip(names, map(answers.value, answers.items(values, len(names))), strict=True)
        return {name: value for name, value in pairs if value is not None}

    async def replace(self, worker: WorkerId, values: Mapping[str, bytes]) -> None:
        """See `BulkStore`."""
        hash_name, new = self._state(worker), f"{self._prefix}:import:{worker}"
        if not values:
            answers.number(*await self._link.ask(("DEL", hash_name), changes=True))
            return
        try:
            await self._fill(new, values)
        except StoreFault as fault:
            raise StoreFault(f"{fault}; nothing was changed") from fault
        # Sent once: a second time there would be nothing left to rename.
        turn: tuple[Command, ...] = (("PERSIST", new), ("RENAME", new, hash_name))
        await self._link.ask(("MULTI",), *turn, ("EXEC",), changes=True, tries=1)

    async def _fill(self, new: str, values: Mapping[str, bytes]) -> None:
        await self._link.ask(("DEL", new))
        for batch in _loads(values):
            fields = tuple(item for name in batch for item in (name, values[name]))
            await self._link.ask(("HSET", new, *fields), ("EXPIRE", new, _IMPORT_S))
        if answers.number(*await self._link.ask(("HLEN", new))) != len(values):
            raise StoreFault("somebody else is importing into this worker")

    async def seize(self, seizure: Seizure) -> None:
        """See `QuarantineStore`."""
        await self._quarantine.seize(seizure)

    async def seized(self, version: str) -> Seizure | None:
        """See `QuarantineStore`."""
        return await self._quarantine.seized(version)

    async def seizures(self) -> list[Seizure]:
        """See `QuarantineStore`."""
        return await self._quarantine.seizures()

    async def release(self, version: str) -> bool:
        """See `QuarantineStore`."""
        return await self._quarantine.release(version)

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """See `RenderStore`."""
        await self._link.ask(("SET", f"{self._prefix}:render:{worker}", render), changes=True)

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """See `RenderStore`."""
        return answers.value(*await self._link.ask(("GET", f"{self._prefix}:render:{worker}")))

    async def forget(self, worker: WorkerId) -> None:
        """See `RenderStore`."""
        await self._link.ask(("DEL", f"{self._prefix}:render:{worker}"), changes=True)

    async def report(self) -> StoreReport:
        """See `ReportingStore`."""
        facts, *settings, killed = await self._link.attempt(
            ("INFO",),
            *(("CONFIG", "GET", name) for name in CONFIGURED),
            # No connection has this number; what is asked is whether we may.
            ("CLIENT", "KILL", "ID", 2**62),
        )
        report = judge(
            answers.information(facts),
            {name: answers.setting(s) for name, s in zip(CONFIGURED, settings, strict=True)},
            may_kill=not isinstance(killed, ResponseError),
        )
        return structs.replace(
            report,
            facts={"place": f"Redis at {self._place}, keys {self._prefix}:…"} | report.facts,
            worries=report.worries + await _expiring(self._link, self._prefix),
        )

    async def close(self) -> None:
        """See `StateStore`."""
        await self._link.close()

    def _state(self, worker: WorkerId) -> str:
        return f"{self._prefix}:state:{worker}"


async def _expiring(link: Link, prefix: str) -> tuple[str, ...]:
    """Look for state that somebody gave a time to live; a large database only in part."""
    cursor, found = b"0", list[str]()
    for _ in range(_SCANS):
        command = ("SCAN", cursor, "MATCH", f"{prefix}:state:*", "COUNT", 2 * _COMMANDS)
        (answer,) = await link.attempt(command)
        if isinstance(answer, ResponseError):
            break
        cursor, names = answers.items(answer, 2)
        if answers.items(names):
            lives = await link.ask(*(("TTL", name) for name in names))
            pairs = zip(names, map(answers.number, lives), strict=True)
            found += [answers.text(name) for name, left_s in pairs if left_s >= 0]
        if cursor == b"0":
            break
    return tuple(f"{name} has a time to live and will vanish; PERSIST it" for name in found)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _COMMANDS] for start in range(0, len(names), _COMMANDS))


def _loads(values: Mapping[str, bytes]) -> Iterator[list[str]]:
    """Divide keys so that the values of each part make one question of a fair size."""
    part: list[str] = []
    size = 0
    for name, value in values.items():
        part.append(name)
        size += len(value)
        if size >= _ANSWER_BYTES or len(part) >= _COMMANDS:
            yield part
            part, size = [], 0
    if part:
        yield part
