from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import pytest

from cellblock.journal.sweeper import Sweeper
from cellblock.limits import RETENTION_BYTES, RETENTION_DAYS, SWEEP_EVERY_S, SWEEP_ROWS
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Workspace
from skipping import START_S, LoopClock, play

DAY_S = 86_400.0


class Attic:
    """Workspaces with rows, each as its age in seconds; a step takes as long as it is told to."""

    def __init__(self, **rows: int) -> None:
        self.rows = dict(rows)
        self.settings = {name: Workspace(name=name, created_at=0.0) for name in rows}
        self.asked: deque[tuple[str, float, int, int]] = deque(maxlen=10_000)
        self.at_s: list[float] = []
        self.takes_s = 0.0
        self.fault: Exception | None = None
        self.sweeper = Sweeper(self, self, LoopClock())  # type: ignore[arg-type]

    async def workspaces(self, after: str = "", limit: int = 100) -> list[Workspace]:
        names = sorted(name for name in self.settings if name > after)
        return [self.settings[name] for name in names[:limit]]

    async def rooms(self) -> list[str]:
        return [name for name, rows in self.rows.items() if rows]

    async def forget(self, workspace: str, before_at: float, max_bytes: int, step: int) -> int:
        self.asked.append((workspace, before_at, max_bytes, step))
        return await self._forget(workspace, step)

    async def forget_worker(self, ref: WorkerRef, step: int) -> int:
        return await self._forget(str(ref), step)

    async def _forget(self, key: str, step: int) -> int:
        self.at_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes_s)
        if self.fault is not None:
            raise self.fault
        count = min(step, self.rows[key])
        self.rows[key] -= count
        return count


def test_each_workspace_is_held_to_its_own_settings_as_they_are_now():
    async def scenario():
        attic = Attic(a=0, b=0)
        attic.settings["b"] = Workspace(
            name="b", created_at=0.0, retention_days=0.5, retention_bytes=7
        )
        await attic.sweeper.sweep()
        before_at = pytest.approx(START_S - RETENTION_DAYS * DAY_S, abs=1.0)
        assert attic.asked[0] == ("a", before_at, RETENTION_BYTES, SWEEP_ROWS)
        assert attic.asked[1] == ("b", pytest.approx(START_S - DAY_S / 2, abs=1.0), 7, SWEEP_ROWS)
        assert len(attic.asked) == 2
        attic.settings["a"] = Workspace(name="a", created_at=0.0, retention_bytes=9)
        await attic.sweeper.sweep()
        assert attic.asked[2][:1] + attic.asked[2][2:] == ("a", 9, SWEEP_ROWS)

    play(scenario())


def test_many_workspaces_take_turns_until_each_is_clean():
    async def scenario():
        attic = Attic(a=3 * SWEEP_ROWS, **{f"w{number:03}": 1 for number in range(250)})
        assert await attic.sweeper.sweep() == 3 * SWEEP_ROWS + 250
        assert set(attic.rows.values()) == {0}
        order = [name for name, *_ in attic.asked]
        assert order[:251] == sorted(attic.rows)
        assert order.count("a") == 4
        assert order.index("a", 1) == 251

    play(scenario())


def test_a_step_is_small_and_the_store_is_free_for_most_of_the_time():
    async def scenario():
        attic = Attic(a=100 * SWEEP_ROWS)
        attic.takes_s = 0.1
        await attic.sweeper.sweep()
        pauses = [
            after - before - attic.takes_s
            for before, after in zip(attic.at_s, attic.at_s[1:], strict=False)
        ]
        assert len(pauses) == 100
        assert min(pauses) == pytest.approx(3 * attic.takes_s)

    play(scenario())


def test_the_rows_of_a_worker_are_forgotten_wholly_and_no_others():
    async def scenario():
        ref = WorkerRef("a", "ant")
        attic = Attic(a=5)
        attic.rows[str(ref)] = 2 * SWEEP_ROWS + 1
        assert await attic.sweeper.forget(ref) == 2 * SWEEP_ROWS + 1
        assert attic.rows == {"a": 5, "a/ant": 0}
        attic.fault = StoreFault("no")
        with pytest.raises(StoreFault):
            await attic.sweeper.forget(ref)

    play(scenario())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (StoreFault("the disk is full"), "what is too old cannot be forgotten: the disk is full"),
        (ZeroDivisionError(), "what is too old cannot be forgotten: see the service's log"),
    ],
)
def test_it_goes_on_after_a_fault_and_says_it_until_it_is_over(fault, said):
    async def scenario():
        attic = Attic(a=10)
        attic.fault = fault
        sweeping: asyncio.Task[Any] = asyncio.create_task(attic.sweeper.keep_sweeping())
        await asyncio.sleep(SWEEP_EVERY_S / 2)
        assert (attic.sweeper.problem, attic.rows["a"]) == (said, 10)
        attic.fault = None
        await asyncio.sleep(SWEEP_EVERY_S)
        assert (attic.sweeper.problem, attic.rows["a"]) == (None, 0)
        assert attic.sweeper.forgotten == 10
        sweeping.cancel()

    play(scenario())


def test_what_is_left_of_a_workspace_that_was_removed_is_forgotten_whole():
    async def scenario():
        attic = Attic(a=3, b=2 * SWEEP_ROWS + 1)
        del attic.settings["b"]
        assert await attic.sweeper.sweep() == 2 * SWEEP_ROWS + 4
        asked = {one[0]: one for one in attic.asked}
        assert asked["b"][2] == 0
        assert asked["a"][2] == RETENTION_BYTES

    play(scenario())
