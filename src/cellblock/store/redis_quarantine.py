"""The quarantine in a Redis: two hashes, the versions and what is left of their sources."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs

from cellblock.limits import QUARANTINE_SOURCES
from cellblock.store import redis_answers as answers
from cellblock.store.ports import Seizure, StoreFault
from cellblock.store.redis_link import Link


class RedisQuarantine:
    """A `QuarantineStore`; ``<prefix>:quarantine`` and ``<prefix>:quarantine:source``."""

    def __init__(self, link: Link, prefix: str) -> None:
        self._link = link
        self._versions = f"{prefix}:quarantine"
        self._sources = f"{prefix}:quarantine:source"

    async def seize(self, seizure: Seizure) -> None:
        """See `QuarantineStore`."""
        fact = msgspec.json.encode(structs.replace(seizure, source=""))
        *_, done = await self._link.ask(
            ("MULTI",),
            ("HSETNX", self._versions, seizure.version, fact),
            ("HSETNX", self._sources, seizure.version, seizure.source.encode("utf-8", "replace")),
            ("HLEN", self._sources),
            ("EXEC",),
            changes=True,
        )
        if answers.number(answers.items(done, 3)[2]) > QUARANTINE_SOURCES:
            await self._forget_sources()

    async def _forget_sources(self) -> None:
        (names,) = await self._link.ask(("HKEYS", self._sources))
        kept = [answers.text(name) for name in answers.items(names)]
        (facts,) = await self._link.ask(("HMGET", self._versions, *kept))
        found = [_seizure(fact) for fact in answers.items(facts) if fact is not None]
        newest = sorted(found, key=_newest_first)[:QUARANTINE_SOURCES]
        old = set(kept) - {item.version for item in newest}
        if old:
            await self._link.ask(("HDEL", self._sources, *old))

    async def seized(self, version: str) -> Seizure | None:
        """See `QuarantineStore`."""
        fact, source = await self._link.ask(
            ("HGET", self._versions, version), ("HGET", self._sources, version)
        )
        if fact is None:
            return None
        return structs.replace(_seizure(fact), source=answers.text(source or b""))

    async def seizures(self) -> list[Seizure]:
        """See `QuarantineStore`."""
        (facts,) = await self._link.ask(("HVALS", self._versions))
        found = sorted(map(_seizure, answers.items(facts)), key=_newest_first)
        for number, item in enumerate(found):
            # One at a time, for a source may have a megabyte, and few are kept.
            if number < QUARANTINE_SOURCES:
                (source,) = await self._link.ask(("HGET", self._sources, item.version))
                found[number] = structs.replace(item, source=answers.text(source or b""))
        return found

    async def release(self, version: str) -> bool:
        """See `QuarantineStore`."""
        # Asked first: the deletion may be sent twice, and would then find nothing.
        (there,) = await self._link.ask(("HEXISTS", self._versions, version))
        await self._link.ask(
            ("MULTI",),
            ("HDEL", self._versions, version),
            ("HDEL", self._sources, version),
            ("EXEC",),
            changes=True,
        )
        return answers.number(there) == 1


def _newest_first(seizure: Seizure) -> tuple[float, str]:
    return -seizure.at, seizure.version


def _seizure(answer: Any) -> Seizure:
    try:
        return msgspec.json.decode(answers.value(answer) or b"", type=Seizure)
    except (msgspec.MsgspecError, UnicodeError):
        raise StoreFault("Redis holds a quarantine that Cellblock did not write") from None
