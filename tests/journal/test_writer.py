from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import pytest

from cellblock.journal import writer as writer_module
from cellblock.journal.tail import Tail
from cellblock.journal.writer import Writer
from cellblock.limits import (
    JOURNAL_BATCH_ROWS,
    JOURNAL_CLOSE_S,
    JOURNAL_FLUSH_S,
    JOURNAL_HELD_BYTES,
    JOURNAL_HELD_ROWS,
)
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Line, Run
from skipping import START_S, LoopClock, play

ANT, BEE = WorkerRef("default", "ant"), WorkerRef("default", "bee")
FULL = StoreFault("the disk is full")


def line(message: str, ref: WorkerRef = ANT) -> Line:
    return Line(ref=ref, at=START_S, level="info", message=message)


def run(n: int, ref: WorkerRef = ANT, traceback: str = "") -> Run:
    return Run(
        ref=ref, n=n, version=1, cause="schedule", planned_at=0.0, started_at=0.0, late_ms=0.0,
        duration_ms=1.0, outcome="done", skipped=0, ctx_calls=0, cpu_ms=0.0, memory_bytes=None,
        traceback=traceback,
    )  # fmt: skip


class Desk:
    """A writer, and a chronicle that can be made to fail or to take long."""

    def __init__(self) -> None:
        self.kept: list[Line | Run] = []
        self.at_s: list[float] = []
        self.sizes: list[int] = []
        self.fault: Exception | None = None
        self.poison = ""
        self.takes_s = 0.0
        self.tail = Tail()
        self.writer = Writer(self, self.tail, LoopClock())  # type: ignore[arg-type]

    async def keep(self, lines: Sequence[Line], runs: Sequence[Run]) -> Any:
        self.at_s.append(asyncio.get_running_loop().time())
        self.sizes.append(len(lines) + len(runs))
        await asyncio.sleep(self.takes_s)
        if self.fault is not None:
            raise self.fault
        if self.poison and any(self.poison in line.message for line in lines):
            raise OverflowError(self.poison)
        self.kept += [*lines, *runs]
        return list(lines), list(runs)

    @property
    def messages(self) -> list[str]:
        return [row.message for row in self.kept if isinstance(row, Line)]


def test_rows_are_kept_together_half_a_second_later_and_in_order():
    async def scenario():
        desk = Desk()
        for number in range(100):
            desk.writer.line(line(str(number)))
            desk.writer.run(run(number))
        assert desk.writer.backlog == 200
        await asyncio.sleep(JOURNAL_FLUSH_S - 0.01)
        assert desk.kept == []
        await asyncio.sleep(0.02)
        assert desk.messages == [str(number) for number in range(100)]
        assert [row.n for row in desk.kept if isinstance(row, Run)] == list(range(100))
        assert (desk.at_s, desk.writer.backlog) == ([JOURNAL_FLUSH_S], 0)
        await desk.writer.close()

    play(scenario())


def test_a_line_is_on_its_way_to_the_disk_within_the_bound_however_the_others_come():
    async def scenario():
        desk = Desk()
        desk.takes_s = 0.2
        taken: dict[str, float] = {}
        for number in range(100):
            now_s = asyncio.get_running_loop().time()
            taken[str(number)] = now_s
            desk.writer.line(line(str(number)))
            await asyncio.sleep(0.07)
        await desk.writer.close()
        starts = iter(desk.at_s)
        kept, begun_s = 0, 0.0
        for number, message in enumerate(desk.messages):
            while number >= kept:
                begun_s, kept = next(starts), kept + desk.sizes.pop(0)
            assert begun_s - taken[message] <= JOURNAL_FLUSH_S + 1e-6
        assert len(desk.messages) == 100

    play(scenario())


def test_many_rows_are_kept_in_batches_of_a_bounded_size():
    async def scenario():
        desk = Desk()
        for number in range(2 * JOURNAL_BATCH_ROWS + 1):
            desk.writer.run(run(number))
        assert await desk.writer.flush()
        assert desk.sizes == [JOURNAL_BATCH_ROWS, JOURNAL_BATCH_ROWS, 1]
        assert [row.n for row in desk.kept] == list(range(2 * JOURNAL_BATCH_ROWS + 1))
        await desk.writer.close()

    play(scenario())


def test_a_flush_waits_for_what_was_taken_before_it_and_for_no_more():
    async def scenario():
        desk = Desk()
        assert await desk.writer.flush()
        desk.takes_s = 0.1
        desk.writer.line(line("one"))
        flushes = [asyncio.create_task(desk.writer.flush()) for _ in range(2)]
        await asyncio.sleep(0.05)
        desk.writer.line(line("two"))
        assert await asyncio.gather(*flushes) == [True, True]
        assert (desk.messages, desk.at_s) == (["one"], [0.0])
        assert await desk.writer.flush()
        assert desk.messages == ["one", "two"]
        await desk.writer.close()

    play(scenario())


def test_what_is_kept_is_told_to_the_tail_and_nothing_before_it_is_kept():
    async def scenario():
        desk = Desk()
        with desk.tail.follow(lambda line: line.ref == ANT) as follower:
            desk.fault = FULL
            desk.writer.line(line("a"))
            desk.writer.line(line("b", BEE))
            assert not await desk.writer.flush()
            assert await follower.next(0.1) == ([], 0)
            desk.fault = None
            assert await desk.writer.flush()
            told, missed = await follower.next(0.1)
            assert ([line.message for line in told], missed) == (["a"], 0)
        await desk.writer.close()

    play(scenario())


def test_a_follower_that_fails_costs_no_line(caplog):
    async def scenario():
        desk = Desk()
        with desk.tail.follow(lambda _line: 1 // 0):
            desk.writer.line(line("a"))
            assert await desk.writer.flush()
        desk.writer.line(line("b"))
        await desk.writer.close()
        assert desk.messages == ["a", "b"]

    play(scenario())
    assert "a follower could not be told" in caplog.text


def test_a_full_disk_is_a_problem_until_it_has_room_and_costs_nothing():
    async def scenario():
        desk = Desk()
        desk.fault = FULL
        for number in range(10):
            desk.writer.line(line(str(number)))
            await asyncio.sleep(3.0)
        assert "the disk is full" in (desk.writer.problem or "")
        assert (desk.kept, desk.writer.backlog, desk.writer.lost) == ([], 10, 0)
        pauses = [after - before for before, after in zip(desk.at_s, desk.at_s[1:], strict=False)]
        assert pauses[0] == pytest.approx(2 * JOURNAL_FLUSH_S)
        assert pauses == sorted(pauses)
        assert pauses[-1] == 5.0
        desk.fault = None
        await asyncio.sleep(5.1)
        assert desk.messages == [str(number) for number in range(10)]
        assert (desk.writer.problem, desk.writer.backlog) == (None, 0)
        desk.writer.line(line("after"))
        await asyncio.sleep(JOURNAL_FLUSH_S + 0.01)
        assert desk.messages[-1] == "after"
        await desk.writer.close()

    play(scenario())


def test_of_too_many_rows_the_oldest_are_dropped_and_each_worker_reads_how_many():
    async def scenario():
        desk = Desk()
        desk.fault = FULL
        for number in range(7):
            desk.writer.line(line(f"ant {number}"))
        for number in range(5):
            desk.writer.run(run(number, BEE))
        for number in range(JOURNAL_HELD_ROWS - 2):
            desk.writer.line(line(f"more {number}", WorkerRef("other", "cat")))
        assert (desk.writer.backlog, desk.writer.lost) == (JOURNAL_HELD_ROWS, 10)
        assert not await desk.writer.flush()
        assert desk.writer.backlog == JOURNAL_HELD_ROWS
        desk.fault = None
        assert await desk.writer.flush()
        said = [(row.ref, row.level, row.message.split(":")[0]) for row in desk.kept[:2]]
        assert said == [
            (ANT, "warn", "7 log lines and runs were lost here"),
            (BEE, "warn", "3 log lines and runs were lost here"),
        ]
        assert len(desk.kept) == JOURNAL_HELD_ROWS + 2
        assert max(desk.sizes) <= JOURNAL_BATCH_ROWS + 2
        await desk.writer.close()

    play(scenario())


@pytest.mark.parametrize("row", [line, lambda text: run(0, traceback=text)])
def test_rows_that_wait_take_a_bounded_part_of_the_memory(monkeypatch, row):
    assert JOURNAL_HELD_BYTES == 200_000_000
    monkeypatch.setattr(writer_module, "JOURNAL_HELD_BYTES", 100_000)

    async def scenario():
        desk = Desk()
        desk.fault = FULL
        for _ in range(100):
            desk.writer._take(row("x" * 4_000))
        assert 18 <= desk.writer.backlog <= 22
        assert not await desk.writer.flush()
        assert 18 <= desk.writer.backlog <= 22
        assert desk.writer.backlog + desk.writer.lost == 100
        desk.fault = None
        assert await desk.writer.flush()
        assert desk.writer._bytes == 0
        await desk.writer.close()

    play(scenario())


def test_a_row_that_cannot_be_kept_costs_no_other_and_is_told_to_the_operator(caplog):
    async def scenario():
        desk = Desk()
        desk.poison = "poison"
        texts = [str(number) for number in range(50)]
        for text in [*texts[:33], "poison", *texts[33:]]:
            desk.writer.line(line(text))
        assert await desk.writer.flush()
        assert desk.messages == texts
        assert desk.writer.lost == 1
        await desk.writer.close()

    with caplog.at_level(logging.ERROR):
        play(scenario())
    assert caplog.text.count("a row of default/ant cannot be kept") == 1


def test_a_fault_in_the_midst_of_a_halved_batch_loses_and_doubles_nothing():
    async def scenario():
        desk = Desk()
        desk.poison = "poison"
        keep = desk.keep
        calls = 0

        async def faulty(lines: Sequence[Line], runs: Sequence[Run]) -> Any:
            nonlocal calls
            calls += 1
            if calls == 4:
                raise FULL
            return await keep(lines, runs)

        desk.keep = faulty  # type: ignore[method-assign]
        for text in ["a", "b", "c", "d", "e", "poison", "f", "g"]:
            desk.writer.line(line(text))
        assert not await desk.writer.flush()
        assert desk.messages == ["a", "b", "c", "d"]
        assert await desk.writer.flush()
        assert desk.messages == list("abcdefg")
        await desk.writer.close()

    play(scenario())


def test_what_was_taken_before_the_end_is_kept_and_what_comes_after_it_counted():
    async def scenario():
        desk = Desk()
        desk.writer.line(line("last"))
        await desk.writer.close()
        desk.writer.line(line("too late"))
        assert (desk.messages, desk.writer.lost, desk.writer.backlog) == (["last"], 1, 0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    assert play(scenario()) < JOURNAL_FLUSH_S


def test_the_end_does_not_wait_for_a_disk_that_hangs(caplog):
    async def scenario():
        desk = Desk()
        desk.takes_s = 1e6
        desk.writer.line(line("last"))
        other = asyncio.create_task(desk.writer.flush())
        await asyncio.sleep(1.0)
        later = asyncio.create_task(desk.writer.flush())
        await desk.writer.close()
        assert await asyncio.gather(other, later) == [False, False]

    assert play(scenario()) == pytest.approx(1.0 + JOURNAL_CLOSE_S)
    assert "1 log lines and runs could not be kept" in caplog.text
