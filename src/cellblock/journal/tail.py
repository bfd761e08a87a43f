"""Followers of log lines: each gets what is kept from now on, in the order of the ids.

A follower that does not keep up loses the oldest lines and is told how many.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from cellblock.store.records import Line

FOLLOWED_LINES = 10_000
"""Lines that wait for one follower."""


class Follower:
    """One who reads along. Made by `Tail.follow`."""

    def __init__(self, wanted: Callable[[Line], bool]) -> None:
        self._wanted = wanted
        self._lines: deque[Line] = deque(maxlen=FOLLOWED_LINES)
        self._there = asyncio.Event()
        self._missed = 0

    def hear(self, lines: Sequence[Line]) -> None:
        """Take what was kept."""
        for line in lines:
            if self._wanted(line):
                self._missed += len(self._lines) == FOLLOWED_LINES
                self._lines.append(line)
        if self._lines:
            self._there.set()

    async def next(self, timeout_s: float) -> tuple[list[Line], int]:
        """Give the lines since the last call, waiting for one, and how many were lost.

        An empty list after *timeout_s*.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._there.wait()
        except TimeoutError:
            return [], 0
        self._there.clear()
        lines, missed = list(self._lines), self._missed
        self._lines.clear()
        self._missed = 0
        return lines, missed


class Tail:
    """All followers."""

    def __init__(self) -> None:
        self._followers: dict[Follower, str] = {}

    def __len__(self) -> int:
        """Tell how many follow."""
        return len(self._followers)

    def of(self, workspace: str) -> int:
        """Tell how many follow on behalf of a workspace."""
        return sum(one == workspace for one in self._followers.values())

    @contextmanager
    def follow(self, wanted: Callable[[Line], bool], workspace: str = "") -> Iterator[Follower]:
        """Follow the lines that *wanted* accepts, on behalf of *workspace*."""
        follower = Follower(wanted)
        self._followers[follower] = workspace
        try:
            yield follower
        finally:
            del self._followers[follower]

    def tell(self, lines: Sequence[Line]) -> None:
        """Hand on lines that were kept."""
        for follower in self._followers:
            follower.hear(lines)
