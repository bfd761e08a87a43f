"""The chronicle's file: its indices, its size, and what a kill leaves of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.names import WorkerRef
from cellblock.store.chronicle import LAYOUT, Chronicle
from cellblock.store.chronicle_keeping import ERA_BITS
from cellblock.store.ledger import MEMORY
from cellblock.store.ports import StoreFault
from cellblock.store.records import Usage
from cellblock.store.service import ChronicleStore, LineQuery, RunQuery
from cellblock.store.statements import queries
from service_ports import arguments, plan
from service_samples import BOT, ELSEWHERE, OTHER, ROOM, line, run


def play(path, scenario):
    async def go():
        store = await Chronicle.open(path)
        try:
            return await asyncio.wait_for(scenario(store), 60)
        finally:
            await store.close()

    return asyncio.run(go())


def test_the_chronicle_has_the_methods_of_its_port_with_their_arguments():
    asked = arguments(ChronicleStore, ChronicleStore)
    assert arguments(Chronicle, ChronicleStore) == asked
    assert len(asked) == 8


def test_what_is_kept_survives_processes_and_the_file_shrinks(tmp_path):
    async def scenario(store):
        connection = store._ledger.connection
        return [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "auto_vacuum")
        ]

    assert play(tmp_path / "journal.db", scenario) == ["wal", 1, 2]
    assert (tmp_path / "journal.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 191])
def test_a_batch_of_any_size_is_kept_whole_in_few_steps(count):
    async def scenario(store):
        steps = []
        store._ledger.connection.set_trace_callback(steps.append)
        lines = [line(f"line {k}", at=100.0 + k) for k in range(count)]
        runs = [run(k, duration_ms=float(k), error=f"error {k}") for k in range(count)]
        kept = await store.keep(lines, runs)
        whole = {"workspace": BOT.workspace, "limit": 500}
        found = await store.lines(LineQuery(**whole)), await store.runs(RunQuery(**whole))
        return kept, found, [step for step in steps if step.startswith("INSERT INTO lines")]

    (lines, runs), (found_lines, found_runs), steps = play(MEMORY, scenario)
    assert [one.message for one in lines] == [f"line {k}" for k in range(count)]
    assert sorted(found_lines, key=lambda one: one.id) == lines
    assert sorted(found_runs, key=lambda one: one.id) == runs
    assert len(runs) == count
    assert len(steps) <= count // 64 + 6


def test_every_statement_finds_its_rows_by_an_index_and_sorts_nothing():
    async def scenario(store):
        for name, text in queries("journal").items():
            if name in {
                "give",
                "filled_rooms",
                "free_pages",
                "give_back_page",
            }:  # small tables, or none
                continue
            steps = plan(store._ledger.connection, text)
            tables = [step for step in steps if step.startswith("SCAN") and "SUBQUERY" not in step]
            # a span is gathered by an index before its lowest and highest are told
            assert [one for one in tables if "(subquery" not in one] == [], (name, steps)
            assert not any("TEMP B-TREE" in step for step in steps), (name, steps)
            if "_of_" in name:
                assert any("INDEX" in step for step in steps), (name, steps)
            if name.endswith(("_down", "_up")):
                assert any("COVERING INDEX" in step for step in steps), (name, steps)

    play(MEMORY, scenario)


def test_no_question_takes_more_steps_of_the_engine_for_more_rows(monkeypatch):
    async def counted(store, work) -> int:
        steps = [0]

        def step() -> int:
            steps[0] += 1
            return 0

        store._ledger.connection.set_progress_handler(step, 10)
        await work
        store._ledger.connection.set_progress_handler(None, 0)
        return steps[0]

    monkeypatch.setattr("cellblock.store.chronicle_walk.SPAN_ROWS", 100)

    async def scenario(store):
        found = []
        for _ in range(2):
            for _ in range(5):
                await store.keep([line(str(k)) for k in range(1_000)], [run(k) for k in range(100)])
            found.append(
                [
                    await counted(store, work)
                    for work in (
                        store.usage(ROOM),
                        store.lines(LineQuery(workspace=ROOM, limit=50)),
                        store.lines(LineQuery(workspace=ROOM, worker=BOT.name, after=9, limit=50)),
                        store.runs(RunQuery(workspace=ROOM, limit=50)),
                        store.forget(ROOM, 1e12, 0, 50),
                        store.forget_worker(BOT, 50),
                    )
                ]
            )
        few, many = found
        assert all(b <= a * 1.5 + 5 for a, b in zip(few, many, strict=True)), found

    play(MEMORY, scenario)


def test_others_come_in_between_while_much_is_searched(monkeypatch):
    monkeypatch.setattr("cellblock.store.chronicle_walk.SPAN_ROWS", 10)

    async def scenario(store):
        await store.keep([line() for _ in range(2_000)], [])
        search = asyncio.ensure_future(store.lines(LineQuery(workspace=ROOM, contains="absent")))
        await store.keep([line("more")], [])
        assert not search.done()
        assert await search == []

    play(MEMORY, scenario)


def test_what_is_forgotten_gives_its_room_back_in_small_steps(tmp_path):
    path = tmp_path / "journal.db"

    async def scenario(store):
        for _ in range(10):
            await store.keep([line("x" * 4_000) for _ in range(500)], [])
        connection = store._ledger.connection
        full = connection.execute("PRAGMA page_count").fetchone()[0]
        pages = [full]
        for _ in range(60):
            await store.forget(ROOM, 1e12, 0, 250)
            pages.append(connection.execute("PRAGMA page_count").fetchone()[0])
        assert max(before - after for before, after in pairwise(pages)) <= 300
        assert pages[-1] < full / 10

    play(path, scenario)
    assert path.stat().st_size < 3_000_000


WRITES = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cellblock.store.chronicle import Chronicle
from service_samples import line, run

async def main():
    store = await Chronicle.open(Path(sys.argv[1]))
    for k in range(1_000_000):
        lines, runs = await store.keep([line(str(k)), line("x" * 500)], [run(k)])
        print(lines[0].id, runs[0].id, k, flush=True)

asyncio.run(main())
"""


def test_a_process_that_is_killed_loses_nothing_that_it_was_told_is_kept(tmp_path):
    path = tmp_path / "journal.db"
    folder = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path), folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(300)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait(10)
    process.stdout.close()

    async def scenario(store):
        query = LineQuery(workspace=ROOM, after=0, limit=1_000_000)
        lines = {one.id: one.message for one in await store.lines(query)}
        runs = {
            one.id: one.n for one in await store.runs(RunQuery(workspace=ROOM, limit=1_000_000))
        }
        for text in told:
            if text.endswith("\n"):
                line_id, run_id, k = map(int, text.split())
                assert (lines[line_id], runs[run_id]) == (str(k), k)
        usage = await store.usage(ROOM)
        assert (usage.lines, usage.runs) == (len(lines), len(runs))
        assert len(lines) == 2 * len(runs)

    play(path, scenario)


def test_two_who_hold_the_file_give_each_id_once_and_count_as_one(tmp_path):
    async def scenario(one):
        two = await Chronicle.open(tmp_path / "journal.db")
        keeps = (
            [one, two][k % 2].keep([line(str(k), [BOT, OTHER][k % 3 // 2])], [run(k)])
            for k in range(60)
        )
        kept = await asyncio.gather(*keeps)
        assert len({lines[0].id for lines, _ in kept}) == 60
        usages = [await store.usage(ROOM) for store in (one, two)]
        assert usages[0] == usages[1]
        assert (usages[0].lines, usages[0].runs) == (60, 60)
        assert await two.forget_worker(BOT, 1_000) > 0
        lines, _ = await one.keep([line("new")], [])
        assert await two.lines(LineQuery(workspace=ROOM, worker=BOT.name)) == lines
        await two.close()

    play(tmp_path / "journal.db", scenario)


def test_a_batch_that_cannot_be_kept_leaves_nothing(tmp_path):
    async def scenario(store):
        await store.keep([line("a")], [])
        connection = store._ledger.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        before = await store.usage(ROOM)
        refs = [WorkerRef(ROOM, f"w{k}") for k in range(200)]
        with pytest.raises(StoreFault, match=r"log lines and runs could not be kept: .*full"):
            await store.keep([line("x" * 4_000, ref) for ref in refs], [])
        assert await store.usage(ROOM) == before
        assert len(await store.lines(LineQuery(workspace=ROOM))) == 1
        connection.execute("PRAGMA max_page_count = 1000000")
        kept, _ = await store.keep([line("x" * 4_000, ref) for ref in refs], [])
        assert (await store.lines(LineQuery(workspace=ROOM, limit=1_000)))[1:] == kept

    play(tmp_path / "journal.db", scenario)
    assert os.listdir(tmp_path) == ["journal.db"]


def test_the_statements_of_the_file_are_those_of_its_layout():
    assert LAYOUT.statements == ("journal",)
    assert all(text.strip().endswith(";") for text in queries("journal").values())


REFS = [BOT, OTHER, ELSEWHERE]
STEPS = st.one_of(
    st.tuples(
        st.just("keep"),
        st.lists(st.tuples(st.sampled_from(REFS), st.integers(0, 300)), max_size=6),
        st.lists(st.sampled_from(REFS), max_size=4),
    ),
    st.tuples(st.just("forget"), st.integers(0, 60), st.integers(0, 3_000), st.integers(0, 9)),
    st.tuples(st.just("purge"), st.sampled_from(REFS), st.integers(0, 9)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_whatever_is_kept_and_forgotten_the_counts_are_those_of_the_rows(steps):
    async def scenario(store):
        for at, step in enumerate(steps, 1):
            if step[0] == "keep":
                lines = [line("x" * size, ref, at=float(at)) for ref, size in step[1]]
                await store.keep(lines, [run(at, ref, started_at=float(at)) for ref in step[2]])
            elif step[0] == "forget":
                before = await rows(store)
                count = await store.forget(ROOM, float(step[1]), step[2], step[3])
                after = await rows(store)
                gone = sorted(one for one in before if one not in after)
                assert len(gone) == count <= step[3]
                # The oldest went, and what stays is neither too old nor too much, or too many.
                assert [one[0] for one in gone] == sorted(one[0] for one in before)[:count]
                usage = await store.usage(ROOM)
                if after and count < step[3]:
                    assert min(after)[0] >= step[1]
                    assert usage.bytes <= step[2]
            else:
                await store.forget_worker(step[1], step[2])
            for room in (ROOM, ELSEWHERE.workspace):
                assert await store.usage(room) == counted(store, room)

    play(MEMORY, scenario)


async def rows(store) -> list[tuple[float, str, int]]:
    """Give time, kind and id of all in a workspace."""
    lines = await store.lines(LineQuery(workspace=ROOM, limit=10_000))
    runs = await store.runs(RunQuery(workspace=ROOM, limit=10_000))
    return [(one.at, "line", one.id) for one in lines] + [
        (one.started_at, "run", one.id) for one in runs
    ]


def counted(store, room: str) -> Usage:
    """Count the rows one by one."""
    found = [
        store._ledger.connection.execute(
            f"SELECT count(*), coalesce(sum(t.bytes), 0) FROM {table} AS t "
            "JOIN rooms ON rooms.id = t.room WHERE workspace = ?",
            (room,),
        ).fetchone()
        for table in ("lines", "runs")
    ]
    return Usage(lines=found[0][0], runs=found[1][0], bytes=found[0][1] + found[1][1])


def test_numbers_that_are_remembered_are_those_of_the_file(tmp_path):
    async def scenario(store):
        other = await Chronicle.open(tmp_path / "journal.db")
        for keeper, remover in ((store, store), (store, other), (other, store)):
            kept, ran = await keeper.keep([line("a")], [run()])
            assert await remover.forget_worker(BOT, 10) == 2
            again, ran_again = await keeper.keep([line("b")], [run()])
            query = {"workspace": ROOM, "worker": BOT.name}
            assert await store.lines(LineQuery(**query)) == again != kept
            assert await store.runs(RunQuery(**query)) == ran_again != ran
            assert await remover.forget_worker(BOT, 10) == 2
        await other.close()

    play(tmp_path / "journal.db", scenario)


def test_names_of_a_batch_that_was_not_kept_are_not_remembered(tmp_path):
    async def scenario(store):
        bad = structs.replace(run(), n=1 << 80)
        with pytest.raises(OperatorFault):
            await store.keep([line("a")], [bad])
        kept, _ = await store.keep([line("b")], [])
        assert await store.lines(LineQuery(workspace=ROOM, worker=BOT.name)) == kept

    play(tmp_path / "journal.db", scenario)


def test_a_worker_is_found_whole_over_the_eras_and_those_that_are_over_are_let_go(tmp_path):
    async def scenario(store):
        era = 1 << ERA_BITS
        connection = store._ledger.connection
        kept, ran = [], []
        for last in (0, era - 3, 3 * era - 1, 3 * era + 5, 7 * era - 2):
            connection.execute("UPDATE given SET line = ?, run = ?", (last, last + 1))
            mixed = [line(str(k), [BOT, OTHER][k % 2]) for k in range(6)]
            more, more_ran = await store.keep(
                mixed, [run(k, [BOT, OTHER][k % 2]) for k in range(6)]
            )
            kept += [one for one in more if one.ref == BOT]
            ran += [one for one in more_ran if one.ref == BOT]
        whole = {"workspace": ROOM, "worker": BOT.name}
        assert await store.lines(LineQuery(**whole, limit=99)) == kept
        assert await store.runs(RunQuery(**whole, limit=99)) == ran[::-1]
        assert (await store.statistics(RunQuery(**whole))).runs == len(ran) == len(kept) == 15
        for at, one in enumerate(kept):
            above = await store.lines(LineQuery(**whole, after=one.id, limit=4))
            assert above == kept[at + 1 :][:4]
            below = await store.lines(LineQuery(**whole, before=one.id, limit=4))
            assert below == kept[:at][-4:]
            assert (
                await store.runs(RunQuery(**whole, before=ran[at].id, limit=4)) == ran[:at][:-5:-1]
            )
        eras = "SELECT id FROM {}_eras"
        found = [number for (number,) in connection.execute(eras.format("line"))]
        assert found == sorted({one.id >> ERA_BITS for one in kept}) == [0, 1, 3, 6, 7]
        for _ in range(4):
            assert await store.forget(ROOM, float("inf"), 0, 12) == 12
            for table in ("line", "run"):
                oldest = connection.execute(f"SELECT min(id) FROM {table}s").fetchone()[0]
                first = connection.execute(eras.format(table)).fetchone()[0]
                assert oldest is None or first == oldest >> ERA_BITS
        assert await store.forget_worker(BOT, 99) == 6
        assert await store.lines(LineQuery(**whole)) == await store.runs(RunQuery(**whole)) == []

    play(tmp_path / "journal.db", scenario)


def test_as_many_pages_are_written_for_a_batch_of_many_workers_as_its_rows_need(tmp_path):
    async def scenario(store):
        refs = [WorkerRef(ROOM, f"w{k}") for k in range(500)]
        for _ in range(40):
            await store.keep([line("x" * 40, ref) for ref in refs], [run(1, ref) for ref in refs])
        path = tmp_path / "journal.db-wal"
        connection = store._ledger.connection
        pages = []
        for _ in range(8):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            await store.keep([line("x" * 40, ref) for ref in refs], [run(1, ref) for ref in refs])
            pages.append(path.stat().st_size // 4_120)
        assert max(pages) < 170, pages  # an index over all time has more than 230

    play(tmp_path / "journal.db", scenario)
