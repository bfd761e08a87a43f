"""What every `ChronicleStore` does."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.store import chronicle as chronicle_module
from cellblock.store import chronicle_walk
from cellblock.store.records import Beat, Usage
from cellblock.store.service import LineQuery, RunQuery
from service_samples import BOT, ELSEWHERE, OTHER, ROOM, SURROGATE, TEXTS, line, run


@pytest.fixture(params=[3, 10_000], ids=["short spans", "long spans"])
def span(request, monkeypatch):
    """Rows that one job looks at: what is found must not depend on it."""
    for module in (chronicle_module, chronicle_walk):
        monkeypatch.setattr(module, "SPAN_ROWS", request.param)


def messages(lines) -> str:
    return "".join(one.message for one in lines)


def numbers(runs) -> list[int]:
    return [one.n for one in runs]


def lines_of(*refs, **values):
    return [line(chr(97 + k), ref, **values) for k, ref in enumerate(refs)]


def test_lines_and_runs_come_back_as_they_were_kept_with_ids_that_rise(chronicle):
    async def scenario(store):
        first = [line("a", level="error", version=4, at=1.25), line("b", OTHER, level="debug")]
        second = [run(7, error="E: x", traceback="line 1", memory_bytes=5, cause="event")]
        kept_lines, kept_runs = await store.keep(first, second)
        more, none = await store.keep([line("c")], [])
        assert [structs.replace(one, id=0) for one in kept_lines] == first
        assert [structs.replace(one, id=0) for one in kept_runs] == second
        assert none == []
        ids = [one.id for one in (*kept_lines, *more)]
        assert all(0 < one < two for one, two in pairwise(ids))
        assert await store.lines(LineQuery(workspace=ROOM)) == kept_lines + more
        assert await store.runs(RunQuery(workspace=ROOM)) == kept_runs
        assert await store.keep([], []) == ([], [])

    chronicle(scenario)


def test_what_was_not_written_is_not_found(chronicle):
    async def scenario(store):
        await store.keep([line()], [run()])
        for room, worker in (("x", None), (ROOM, "x"), (ELSEWHERE.workspace, BOT.name)):
            assert await store.lines(LineQuery(workspace=room, worker=worker)) == []
            assert await store.lines(LineQuery(workspace=room, worker=worker, after=0)) == []
            assert await store.runs(RunQuery(workspace=room, worker=worker)) == []
            assert (await store.statistics(RunQuery(workspace=room, worker=worker))).runs == 0
        assert await store.usage("x") == Usage(lines=0, runs=0, bytes=0)
        assert await store.forget("x", 1e12, 0, 10) == 0
        assert await store.forget_worker(ELSEWHERE, 10) == 0

    chronicle(scenario)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "abcdefgh"),
        ({"limit": 3}, "fgh"),
        ({"limit": 0}, ""),
        ({"limit": -1}, ""),
        ({"before": 5}, "abcd"),
        ({"before": 5, "limit": 2}, "cd"),
        ({"before": 1}, ""),
        ({"before": 1 << 62}, "abcdefgh"),
        ({"after": 0}, "abcdefgh"),
        ({"after": 5}, "fgh"),
        ({"after": 5, "limit": 2}, "fg"),
        ({"after": 8}, ""),
        ({"after": 2, "before": 6}, "cde"),
        ({"after": 2, "before": 6, "limit": 1}, "c"),
        ({"worker": "bot"}, "abef"),
        ({"worker": "other", "limit": 3}, "dgh"),
        ({"worker": "other", "after": 3, "limit": 1}, "d"),
        ({"level": "debug"}, "abcdefgh"),
        ({"level": "warn"}, "cdgh"),
        ({"level": "error"}, "dh"),
        ({"level": "error", "worker": "bot"}, ""),
        ({"since": 103.0}, "defgh"),
        ({"until": 103.0}, "abcd"),
        ({"since": 101.0, "until": 104.0, "worker": "other"}, "cd"),
        ({"since": 1e18}, ""),
        ({"until": -1e18}, ""),
        ({"contains": "f"}, "f"),
        ({"contains": "F"}, ""),
        ({"contains": "%"}, ""),
        ({"contains": ""}, "abcdefgh"),
        ({"contains": "a", "after": 1}, ""),
    ],
)
def test_every_condition_of_a_query_for_lines_holds(chronicle, span, asked, found):
    async def scenario(store):
        refs = [BOT, BOT, OTHER, OTHER] * 2
        levels = ["debug", "info", "warn", "error"] * 2
        await store.keep(
            [
                line(chr(97 + k), ref, at=100.0 + k, level=level)
                for k, (ref, level) in enumerate(zip(refs, levels, strict=True))
            ],
            [],
        )
        await store.keep([line("z", ELSEWHERE, at=103.0)], [])
        assert messages(await store.lines(LineQuery(workspace=ROOM, **asked))) == found

    chronicle(scenario)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_of_lines_give_each_once_in_both_directions(chronicle, span, limit):
    async def scenario(store):
        kept, _ = await store.keep([line(str(k), [BOT, OTHER][k % 2]) for k in range(20)], [])
        found, after = [], 0
        while some := await store.lines(LineQuery(workspace=ROOM, after=after, limit=limit)):
            found += some
            after = some[-1].id
        assert found == kept
        found, before = [], None
        while some := await store.lines(LineQuery(workspace=ROOM, before=before, limit=limit)):
            found = some + found
            before = some[0].id
        assert found == kept

    chronicle(scenario)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"limit": 2}, [5, 4]),
        ({"limit": 0}, []),
        ({"before": 3}, [1, 0]),
        ({"worker": "bot"}, [4, 2, 0]),
        ({"outcome": "done"}, [5, 1, 0]),
        ({"outcome": "failed"}, [4, 3, 2]),
        ({"outcome": "failed", "limit": 2}, [4, 3]),
        ({"outcome": "crash"}, []),
        ({"outcome": "timeout", "worker": "bot"}, [4]),
        ({"since": 103.0, "until": 104.0}, [4, 3]),
    ],
)
def test_every_condition_of_a_query_for_runs_holds(chronicle, span, asked, found):
    async def scenario(store):
        outcomes = "done done error memory timeout done".split()
        for n, outcome in enumerate(outcomes):
            await store.keep([], [run(n, [BOT, OTHER][n % 2], outcome=outcome)])
        await store.keep([], [run(9, ELSEWHERE)])
        query = RunQuery(workspace=ROOM, **asked)
        assert numbers(await store.runs(query)) == found
        if "limit" not in asked and "before" not in asked:
            assert (await store.statistics(query)).runs == len(found)

    chronicle(scenario)


def test_statistics_are_exact(chronicle, span):
    async def scenario(store):
        runs = [
            run(n, late_ms=float(n), duration_ms=n * 2.0, skipped=n % 2, outcome=outcome)
            for n, outcome in zip(range(200), ["done", "error"] * 100, strict=True)
        ]
        await store.keep([], runs[::-1])
        found = await store.statistics(RunQuery(workspace=ROOM, limit=1, before=1))
        assert (found.runs, found.by_outcome) == (200, {"done": 100, "error": 100})
        assert (found.late_ms_p50, found.late_ms_p99) == (99.0, 197.0)
        assert (found.duration_ms_p50, found.duration_ms_p99) == (198.0, 394.0)
        assert (found.skipped, found.ctx_calls, found.cpu_ms) == (100, 600, 100.0)
        assert (found.first_at, found.last_at) == (100.0, 299.0)
        one = await store.statistics(RunQuery(workspace=ROOM, since=299.0))
        assert (one.late_ms_p50, one.late_ms_p99) == (199.0, 199.0)
        none = await store.statistics(RunQuery(workspace=ROOM, outcome="crash"))
        assert (none.runs, none.by_outcome, none.late_ms_p99, none.first_at) == (0, {}, None, None)

    chronicle(scenario)


def test_statistics_look_at_the_newest_runs(chronicle, monkeypatch):
    monkeypatch.setattr("cellblock.store.chronicle.STATISTICS_RUNS", 10)

    async def scenario(store):
        await store.keep([], [run(n) for n in range(25)])
        found = await store.statistics(RunQuery(workspace=ROOM))
        assert (found.runs, found.first_at) == (10, 115.0)

    chronicle(scenario)


async def emptied(forget) -> list[int]:
    """Call until nothing is forgotten; gives how much each time."""
    counts = []
    while count := await forget():
        counts.append(count)
    return counts


def test_what_is_too_old_is_forgotten_in_steps_the_oldest_first(chronicle):
    async def scenario(store):
        for k in range(10):
            await store.keep([line(str(k), at=100.0 + k)], [run(k)])
        assert await store.forget(ROOM, 105.0, 1 << 40, 3) == 3
        left = (
            await store.lines(LineQuery(workspace=ROOM)),
            await store.runs(RunQuery(workspace=ROOM)),
        )
        assert sorted([one.at for one in left[0]] + [one.started_at for one in left[1]])[0] == 101.0
        assert await emptied(lambda: store.forget(ROOM, 105.0, 1 << 40, 3)) == [3, 3, 1]
        assert messages(await store.lines(LineQuery(workspace=ROOM))) == "56789"
        assert numbers(await store.runs(RunQuery(workspace=ROOM))) == [9, 8, 7, 6, 5]
        usage = await store.usage(ROOM)
        assert (usage.lines, usage.runs) == (5, 5)

    chronicle(scenario)


def test_what_is_too_much_is_forgotten_the_oldest_first_and_no_more_than_that(chronicle):
    async def scenario(store):
        for k in range(10):
            await store.keep([line("x" * 1_000, at=100.0 + k)], [])
        size = (await store.usage(ROOM)).bytes
        await store.keep([line("y" * 5_000, ELSEWHERE)], [])
        assert await store.forget(ROOM, 0.0, size, 100) == 0
        assert await store.forget(ROOM, 0.0, size - 1, 100) == 1
        assert await store.forget(ROOM, 0.0, size // 2, 100) == 4
        assert [one.at for one in await store.lines(LineQuery(workspace=ROOM))] == [
            105.0,
            106.0,
            107.0,
            108.0,
            109.0,
        ]
        assert (await store.usage(ROOM)).bytes == size // 2
        assert await store.forget(ROOM, 0.0, 0, 100) == 5
        assert await store.usage(ROOM) == Usage(lines=0, runs=0, bytes=0)
        assert (await store.usage(ELSEWHERE.workspace)).lines == 1

    chronicle(scenario)


def test_a_worker_is_forgotten_in_steps_and_no_other(chronicle):
    async def scenario(store):
        await store.keep(
            lines_of(*[BOT, OTHER] * 5), [run(k, [BOT, OTHER][k % 2]) for k in range(8)]
        )
        before = await store.usage(ROOM)
        assert await emptied(lambda: store.forget_worker(BOT, 4)) == [4, 4, 1]
        assert messages(await store.lines(LineQuery(workspace=ROOM))) == "bdfhj"
        assert numbers(await store.runs(RunQuery(workspace=ROOM))) == [7, 5, 3, 1]
        after = await store.usage(ROOM)
        assert (after.lines, after.runs) == (5, 4)
        assert after.bytes == before.bytes // 2
        assert await emptied(lambda: store.forget_worker(OTHER, 100)) == [9]
        assert await store.usage(ROOM) == Usage(lines=0, runs=0, bytes=0)

    chronicle(scenario)


def test_ids_are_given_once_whatever_is_forgotten(chronicle):
    async def scenario(store):
        kept, ran = await store.keep([line()], [run()])
        await store.forget(ROOM, 1e12, 0, 100)
        await store.forget_worker(BOT, 100)
        again, ran_again = await store.keep([line()], [run()])
        assert again[0].id > kept[0].id
        assert ran_again[0].id > ran[0].id
        assert await store.lines(LineQuery(workspace=ROOM, worker=BOT.name)) == again

    chronicle(scenario)


def test_the_bytes_of_a_workspace_rise_with_its_text_and_are_exact(chronicle):
    async def scenario(store):
        await store.keep([line("")], [run()])
        empty = (await store.usage(ROOM)).bytes
        await store.keep([line("é" * 50), line("")], [run(error="é", traceback="abc"), run()])
        assert (await store.usage(ROOM)).bytes == empty * 3 + 100 + 5
        kept = (await store.usage(ROOM)).bytes
        for _ in range(4):
            await store.forget(ROOM, 1e12, 1 << 40, 1)
        assert 0 < (await store.usage(ROOM)).bytes < kept
        await store.forget(ROOM, 1e12, 1 << 40, 100)
        assert await store.usage(ROOM) == Usage(lines=0, runs=0, bytes=0)

    chronicle(scenario)


def test_batches_at_the_same_time_are_kept_whole_with_ids_of_their_own(chronicle):
    async def scenario(store):
        batches = [[line(f"{b}.{k}") for k in range(20)] for b in range(50)]
        kept = await asyncio.gather(*(store.keep(batch, [run()]) for batch in batches))
        found = await store.lines(LineQuery(workspace=ROOM, after=0, limit=10_000))
        assert found == sorted((one for lines, _ in kept for one in lines), key=lambda x: x.id)
        for lines, _ in kept:
            assert [one.id for one in lines] == list(range(lines[0].id, lines[0].id + 20))
        assert (await store.usage(ROOM)).lines == 1_000
        assert (await store.usage(ROOM)).runs == 50

    chronicle(scenario)


@pytest.mark.parametrize("text", [*TEXTS, "x" * 1_000_000])
def test_hostile_and_large_text_comes_back_and_is_searched_as_it_is(chronicle, text):
    async def scenario(store):
        kept, ran = await store.keep([line("other"), line(text)], [run(error=text, traceback=text)])
        assert await store.lines(LineQuery(workspace=ROOM)) == kept
        assert await store.runs(RunQuery(workspace=ROOM)) == ran
        found = await store.lines(LineQuery(workspace=ROOM, contains=text[-1_000:]))
        assert found == (kept if not text else kept[1:])

    chronicle(scenario)


def test_no_text_and_no_time_of_a_worker_keeps_a_batch_from_the_disk(chronicle):
    async def scenario(store):
        lines = [line(SURROGATE), line("nan", at=float("nan")), line("inf", at=float("inf"))]
        kept, ran = await store.keep(lines, [run(error=SURROGATE, traceback=SURROGATE)])
        assert [(one.message, one.at) for one in kept] == [
            ("a\ufffd", 100.0),
            ("nan", 0.0),
            ("inf", 0.0),
        ]
        assert (ran[0].error, ran[0].traceback) == ("a\ufffd", "a\ufffd")
        assert await store.lines(LineQuery(workspace=ROOM)) == kept
        assert await store.runs(RunQuery(workspace=ROOM)) == ran

    chronicle(scenario)


def test_questions_that_no_file_can_answer_are_refused_in_words(chronicle):
    async def scenario(store):
        await store.keep([line()], [run()])
        for asked in (
            {"level": "loud"},
            {"contains": SURROGATE},
            {"after": 1 << 70, "before": 1 << 71},
        ):
            with pytest.raises(OperatorFault) as caught:
                await store.lines(LineQuery(workspace=ROOM, **asked))
            assert caught.value.slug == "bad-value"

    chronicle(scenario)


def test_workspaces_are_named_of_which_something_is_kept(chronicle):
    async def scenario(store):
        assert await store.rooms() == []
        await store.keep([line()], [run(1, ref=ELSEWHERE)])
        assert sorted(await store.rooms()) == sorted([ROOM, ELSEWHERE.workspace])
        await store.forget(ROOM, float("inf"), 0, 100)
        assert await store.rooms() == [ELSEWHERE.workspace]

    chronicle(scenario)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"after": 0}, [0, 1, 2, 3, 4, 5]),
        ({"after": 2}, [2, 3, 4, 5]),
        ({"after": 2, "limit": 2}, [2, 3]),
        ({"after": 6}, []),
        ({"after": 1, "before": 4}, [1, 2]),
        ({"after": 0, "worker": "bot"}, [0, 2, 4]),
        ({"after": 1, "worker": "bot", "limit": 1}, [2]),
        ({"after": 0, "outcome": "failed"}, [1, 3, 5]),
        ({"after": 1, "worker": "other", "outcome": "error"}, [1, 3, 5]),
        ({"after": 0, "until": 102.0}, [0, 1, 2]),
        ({"after": 0, "since": 103.0, "worker": "bot"}, [4]),
    ],
)
def test_runs_after_an_id_come_the_oldest_first(chronicle, span, asked, found):
    async def scenario(store):
        outcomes = {0: "done", 1: "error"}
        runs = [run(n, OTHER if n % 2 else BOT, outcome=outcomes[n % 2]) for n in range(6)]
        await store.keep([], [*runs, run(9, ELSEWHERE)])
        assert numbers(await store.runs(RunQuery(workspace=ROOM, **asked))) == found

    chronicle(scenario)


def test_the_last_runs_of_many_workers_in_short(chronicle):
    async def scenario(store):
        mine = [run(n, memory_bytes=n, late_ms=0.25 * n) for n in range(5)]
        others = [run(7, OTHER, outcome="error", error="é" * 900, traceback="t")]
        await store.keep([], [*mine, *others])
        found = await store.recent([BOT, OTHER, ELSEWHERE], 3)
        assert [one.n for one in found[BOT]] == [2, 3, 4]
        assert found[BOT][-1] == Beat(
            n=4,
            started_at=104.0,
            late_ms=1.0,
            duration_ms=2.5,
            outcome="done",
            memory_bytes=4,
        )
        assert found[OTHER][0].error == "é" * 301
        assert found[ELSEWHERE] == []
        assert await store.recent([], 3) == {}

    chronicle(scenario)
