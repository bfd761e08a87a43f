"""Forgetting log lines and runs in small steps, and giving their room back to the disk."""

from __future__ import annotations

from collections import Counter, defaultdict
from heapq import merge
from typing import Any

from cellblock.names import WorkerRef
from cellblock.store.ledger import Ledger, of

_FREE_PAGES = 256
"""Pages kept free for what comes next: 1 MB."""
_STEP_PAGES = 256
"""Pages given back in one step; some milliseconds."""


class Forgetting:
    """The one who deletes rows; its methods are jobs that write."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def oldest(self, workspace: str, before_at: float, max_bytes: int, step: int) -> int:
        """See `ChronicleStore.forget`."""
        found = self._ledger.run("room", workspace=workspace)
        if not found:
            return 0
        room, _, _, size = found[0]
        last: dict[str, int] = {}
        gone: list[tuple[str, int, int]] = []
        for at, table, identity, row_bytes in self._by_time(room, step):
            if len(gone) >= step or (at >= before_at and size <= max_bytes):
                break
            size -= row_bytes
            last[table] = identity
            gone.append((table, room, row_bytes))
        for table, identity in last.items():
            self._ledger.run(f"forget_{table}_of_room", owner=room, last=identity)
        self._discount(gone)
        self._give_back()
        return len(gone)

    def worker(self, ref: WorkerRef, step: int) -> int:
        """See `ChronicleStore.forget_worker`."""
        found = self._ledger.run("name", **of(ref))
        if not found:
            return 0
        owner = found[0][0]
        gone: list[tuple[str, int, int]] = []
        for table in ("lines", "runs"):
            rows = self._oldest(table, "worker", owner, step - len(gone))
            if rows:
                last = rows[-1][0]
                self._ledger.run(f"forget_{table}_of_worker", owner=owner, last=last)
                gone += [(table, room, size) for _, _, size, room in rows]
        if len(gone) < step:
            self._ledger.run("remove_name", worker=owner)
        self._discount(gone)
        self._give_back()
        return len(gone)

    def _by_time(self, room: int, step: int) -> Any:
        """Give the oldest of both tables, by time, and each table's in the order of its ids."""
        return merge(
            *(
                [(at, table, identity, size) for identity, at, size, _ in rows]
                for table in ("lines", "runs")
                if (rows := self._oldest(table, "room", room, step))
            ),
            key=lambda row: float(row[0]),
        )

    def _oldest(self, table: str, by: str, owner: int, limit: int) -> list[Any]:
        return self._ledger.run(f"oldest_{table}_of_{by}", owner=owner, limit=max(limit, 0))

    def _discount(self, gone: list[tuple[str, int, int]]) -> None:
        """Take rows off what their workspaces hold."""
        sizes: defaultdict[int, int] = defaultdict(int)
        for _, room, size in gone:
            sizes[room] += size
        counts = Counter((table, room) for table, room, _ in gone)
        for room, size in sizes.items():
            lines, runs = counts["lines", room], counts["runs", room]
            self._ledger.run("count", room=room, lines=-lines, runs=-runs, bytes=-size)

    def _give_back(self) -> None:
        """Let go of what no row needs any more."""
        self._ledger.run("end_line_eras")
        self._ledger.run("end_run_eras")
        free = self._ledger.run("free_pages")[0][0]
        for _ in range(min(free - _FREE_PAGES, _STEP_PAGES)):
            # One page each time: Python's sqlite3 takes but the first step of this statement.
            self._ledger.run("give_back_page")
