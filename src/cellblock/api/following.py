"""Log lines as a stream: what was kept first, and then what is kept, with no gap and no double.

In: a follower that heard every line since it began, and the store. Out: lines in the order of their
ids. Where a follower lost lines, because its reader was slow, they are read from the store.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cellblock.journal.tail import Follower
from cellblock.limits import PAGE_ITEMS
from cellblock.store.records import Line
from cellblock.store.service import ChronicleStore, LineQuery
from cellblock.wire.messages import Level

_RANKS: dict[Level, int] = {"debug": 0, "info": 1, "warn": 2, "error": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which lines a reader wants."""

    workspace: str
    worker: str | None
    level: Level | None
    contains: str | None

    def __call__(self, line: Line) -> bool:
        """Tell whether a line is wanted."""
        return (
            line.ref.workspace == self.workspace
            and self.worker in (None, line.ref.name)
            and (self.level is None or _RANKS[line.level] >= _RANKS[self.level])
            and (self.contains is None or self.contains in line.message)
        )

    def query(self) -> LineQuery:
        """Give the query for the same lines."""
        return LineQuery(
            workspace=self.workspace,
            worker=self.worker,
            level=self.level,
            contains=self.contains,
            limit=PAGE_ITEMS,
        )


class Reader:
    """Reads along for one client. *last* is the id of the line that the client has already."""

    def __init__(
        self, wish: Wish, follower: Follower, store: ChronicleStore, last: int | None
    ) -> None:
        self._query = wish.query()
        self._follower = follower
        self._store = store
        self._last = last or 0
        self._behind = last is not None

    async def newest(self, count: int) -> list[Line]:
        """Give the *count* newest lines that were kept; call it before `next`."""
        found = await self._store.lines(msgspec.structs.replace(self._query, limit=count))
        return self._fresh(found)

    async def next(self, timeout_s: float) -> list[Line]:
        """Give the lines that come next; none after *timeout_s*. Raises: StoreFault."""
        if self._behind:
            query = msgspec.structs.replace(self._query, after=self._last)
            page = await self._store.lines(query)
            self._behind = len(page) == PAGE_ITEMS
            if page:
                return self._fresh(page)
        lines, missed = await self._follower.next(timeout_s)
        if missed:
            self._behind = True  # all of them were kept before they were told
            return await self.next(timeout_s)
        return self._fresh(lines)

    def _fresh(self, lines: list[Line]) -> list[Line]:
        fresh = [line for line in lines if line.id > self._last]
        if fresh:
            self._last = fresh[-1].id
        return fresh
