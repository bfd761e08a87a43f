"""Jobs that share a transaction: kept together, undone alone, answered when they are kept."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading

import pytest

from cellblock.store import turns
from cellblock.store.database import Database, Layout

LAYOUT = Layout(application=1, steps="state", statements=("state",), rows="set")


class Line:
    """A database whose jobs wait until a gate is opened, so that they are there together."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.gate = threading.Event()
        self.commits: list[str] = []
        self.statements: list[str] = []
        self._first: asyncio.Task | None = None

    async def close_gate(self) -> None:
        """Keep the thread busy until the gate is opened."""
        begun = threading.Event()

        def wait() -> None:
            self.database.connection.set_trace_callback(self._note)
            begun.set()
            assert self.gate.wait(10)

        self._first = asyncio.ensure_future(self.database.work(wait))
        await asyncio.to_thread(begun.wait, 10)

    def _note(self, statement: str) -> None:
        self.statements.append(re.sub("--.*\n", "", statement).split(maxsplit=1)[0])
        if statement.split(maxsplit=1)[0] in {"BEGIN", "COMMIT", "ROLLBACK"}:
            self.commits.append(statement)

    async def together(self, *jobs):
        """Queue jobs in this order, then open the gate; gives what became of each."""
        await self.close_gate()
        tasks = [asyncio.ensure_future(job) for job in jobs]
        await asyncio.sleep(0)
        self.gate.set()
        async with asyncio.timeout(20):
            return await asyncio.gather(*tasks, return_exceptions=True)

    def put(self, key: str, value: bytes = b"1"):
        return self.database.write(
            lambda: self.database.run("set", worker="w", key=key, value=value)
        )

    async def row(self, key: str, value: object = b"1"):
        return await self.database.put(("w", key, value), lambda error: error)

    def keys(self):
        return self.database.read(lambda: [row[0] for row in self.database.run("keys", worker="w")])

    def failing(self, key: str, error: Exception):
        def work():
            self.database.run("set", worker="w", key=key, value=b"never")
            raise error

        return self.database.write(work)

    def ending(self, key: str):
        """A job within which the transaction ends by itself, as SQLite does for some errors."""

        def work():
            self.database.run("set", worker="w", key=key, value=b"never")
            self.database.connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")

        return self.database.write(work)


@pytest.fixture
def play(tmp_path):
    def play(scenario):
        async def run():
            database = await Database.open(tmp_path / "s.db", LAYOUT)
            try:
                await asyncio.wait_for(scenario(Line(database)), 30)
            finally:
                await database.close()

        asyncio.run(run())

    return play


def test_jobs_that_wait_together_share_one_transaction(play):
    async def scenario(line):
        await line.together(*(line.put(f"{k:03}") for k in range(300)))
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"]
        assert await line.keys() == [f"{k:03}" for k in range(300)]

    play(scenario)


def test_a_job_that_fails_is_undone_alone_wherever_it_stands(play):
    async def scenario(line):
        oops = ValueError("oops")
        ends = await line.together(
            line.failing("x0", oops),
            line.put("a"),
            line.failing("x1", oops),
            line.put("b"),
            line.failing("x2", oops),
        )
        assert ends == [oops, [], oops, [], oops]
        assert await line.keys() == ["a", "b"]

    play(scenario)


def test_jobs_are_run_in_their_order_and_a_reader_sees_those_before_it(play):
    async def scenario(line):
        ends = await line.together(
            line.keys(), line.put("a"), line.keys(), line.put("b"), line.keys()
        )
        assert ends == [[], [], ["a"], [], ["a", "b"]]

    play(scenario)


def test_readers_together_see_one_moment_and_lock_nothing(play):
    async def scenario(line):
        await line.put("a")
        assert await line.together(line.keys(), line.keys()) == [["a"], ["a"]]
        assert line.commits == ["BEGIN", "COMMIT"]

    play(scenario)


def test_a_job_outside_transactions_is_run_between_them(play):
    async def scenario(line):
        def look():
            return line.database.connection.in_transaction

        ends = await line.together(line.put("a"), line.database.work(look), line.put("b"))
        assert ends == [[], False, []]
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"] * 2

    play(scenario)


def test_what_is_lost_with_a_transaction_that_ended_by_itself_is_kept_anew(play):
    async def scenario(line):
        ends = await line.together(
            line.put("a"), line.keys(), line.put("b"), line.ending("x"), line.put("c")
        )
        assert ends[:3] == [[], ["a"], []]
        assert isinstance(ends[3], sqlite3.OperationalError)
        assert await line.keys() == ["a", "b", "c"]

    play(scenario)


def test_the_first_job_may_end_its_transaction_and_the_others_go_on(play):
    async def scenario(line):
        ends = await line.together(line.ending("x"), line.put("a"))
        assert isinstance(ends[0], sqlite3.OperationalError)
        assert await line.keys() == ["a"]

    play(scenario)


def refuse_commits(line: Line, count: int, code: int = sqlite3.SQLITE_IOERR):
    """Let so many commits fail, as a disk does."""
    whole = line.database._turns._connection
    left = [count]

    class Failing:
        def execute(self, statement: str):
            if statement == "COMMIT" and left[0] > 0:
                left[0] -= 1
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = code
                raise error
            return whole.execute(statement)

        def __getattr__(self, name: str):
            return getattr(whole, name)

    line.database._turns._connection = Failing()


def test_a_commit_that_fails_is_told_to_all_and_nothing_is_kept(play):
    async def scenario(line):
        refuse_commits(line, 1)
        ends = await line.together(line.put("a"), line.keys(), line.put("b"))
        assert [str(end) for end in ends] == ["disk I/O error"] * 3
        assert await line.keys() == []
        await line.put("c")
        assert await line.keys() == ["c"]

    play(scenario)


@pytest.mark.parametrize("refused", [1, 2, 4])
def test_of_many_that_find_no_room_together_each_is_tried_by_itself(play, refused):
    async def scenario(line):
        refuse_commits(line, refused, sqlite3.SQLITE_FULL)
        ends = await line.together(*(line.put(key) for key in "abc"))
        failed = [isinstance(end, sqlite3.OperationalError) for end in ends]
        assert failed == [True] * (refused - 1) + [False] * (4 - refused)
        assert await line.keys() == list("abc")[refused - 1 :]
        assert await line.together(line.put("d"), line.put("e")) == [[], []]

    play(scenario)


def test_readers_are_told_a_failing_end_and_the_next_ones_are_served(play):
    async def scenario(line):
        refuse_commits(line, 1)
        ends = await line.together(line.keys(), line.keys())
        assert [str(end) for end in ends] == ["disk I/O error"] * 2
        assert await line.keys() == []

    play(scenario)


def test_a_file_that_another_process_holds_is_told_to_all_that_write(play, monkeypatch):
    async def scenario(line):
        line.database.connection.execute("PRAGMA busy_timeout = 10")
        path = line.database.connection.execute("PRAGMA database_list").fetchone()[2]
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ends = await line.together(line.put("a"), line.put("b"), line.keys())
        assert [str(end) for end in ends[:2]] == ["database is locked"] * 2
        assert ends[2] == []
        other.execute("ROLLBACK")
        other.close()
        await line.put("c")
        assert await line.keys() == ["c"]

    play(scenario)


def test_what_is_given_up_before_its_turn_is_not_done(play):
    async def scenario(line):
        await line.close_gate()
        given_up, kept = (asyncio.ensure_future(line.put(key)) for key in "ab")
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        line.gate.set()
        await kept
        assert await line.keys() == ["b"]

    play(scenario)


def test_a_transaction_ends_though_jobs_keep_coming(play, monkeypatch):
    monkeypatch.setattr(turns, "_JOINED_JOBS", 10)

    async def scenario(line):
        await line.together(*(line.put(f"{k:02}") for k in range(25)))
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"] * 3
        assert len(await line.keys()) == 25

    play(scenario)


def test_no_job_joins_a_transaction_that_has_lasted_long(play, monkeypatch):
    monkeypatch.setattr(turns, "_SHARED_S", 0.0)

    async def scenario(line):
        await line.together(*(line.put(key) for key in "abc"))
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"] * 3

    play(scenario)


def test_jobs_of_two_loops_are_answered_each_in_its_own(play):
    async def scenario(line):
        found: list[list[str]] = []

        def other_loop():
            asyncio.run(line.put("a"))
            found.append(asyncio.run(line.keys()))

        thread = threading.Thread(target=other_loop)
        thread.start()
        await asyncio.gather(*(line.put(key) for key in "bcd"))
        await asyncio.to_thread(thread.join, 10)
        assert "a" in found[0]
        assert await line.keys() == list("abcd")

    play(scenario)


def refuse_undoing(line: Line, count: int):
    """Let so many rollbacks fail."""
    whole = line.database._turns._connection
    left = [count]

    class Failing:
        def execute(self, statement: str):
            if statement == "ROLLBACK" and left[0] > 0:
                left[0] -= 1
                raise sqlite3.OperationalError("disk I/O error")
            return whole.execute(statement)

        def __getattr__(self, name: str):
            return getattr(whole, name)

    line.database._turns._connection = Failing()


@pytest.mark.parametrize("refused", [1, 2])
def test_what_failed_and_cannot_be_undone_is_not_kept_with_the_rest(play, refused):
    async def scenario(line):
        refuse_undoing(line, refused)
        oops = ValueError("oops")
        ends = await line.together(line.failing("x", oops), line.put("a"))
        assert ends == [oops, []]
        assert await line.keys() == ["a"]

    play(scenario)


def test_a_file_that_cannot_undo_serves_again_once_it_can(play):
    async def scenario(line):
        refuse_undoing(line, 5)
        await line.together(line.failing("x", ValueError("oops")))
        refused = 0
        for _ in range(10):
            try:
                await line.put("a")
                break
            except sqlite3.OperationalError:
                refused += 1
        assert refused
        assert await line.keys() == ["a"]

    play(scenario)


def test_an_error_that_nobody_thought_of_ends_no_queue(play):
    async def scenario(line):
        whole = line.database._turns._connection

        class Odd:
            def execute(self, _: str):
                line.database._turns._connection = whole
                raise RecursionError("odd")

            def __getattr__(self, name: str):
                return getattr(whole, name)

        line.database._turns._connection = Odd()
        with pytest.raises(RecursionError):
            await line.put("a")
        await line.put("b")
        assert await line.keys() == ["b"]

    play(scenario)


def test_a_reader_sees_what_another_connection_kept_before_it_asked(play):
    async def scenario(line):
        path = line.database.connection.execute("PRAGMA database_list").fetchone()[2]
        other = sqlite3.connect(path, isolation_level=None)
        begun, go_on = threading.Event(), threading.Event()

        def slow():
            line.database.run("keys", worker="w")
            begun.set()
            assert go_on.wait(10)

        first = asyncio.ensure_future(line.database.read(slow))
        await asyncio.to_thread(begun.wait, 10)
        other.execute("INSERT INTO state (worker, key, value) VALUES ('w', 'new', x'31')")
        other.close()
        second = asyncio.ensure_future(line.keys())
        await asyncio.sleep(0)
        go_on.set()
        await first
        assert await second == ["new"]

    play(scenario)


def test_rows_that_wait_together_are_one_statement_and_one_transaction(play):
    async def scenario(line):
        await line.together(*(line.row(f"{k:02}", b"%d" % k) for k in range(60)))
        assert line.statements == ["INSERT"]
        assert await line.keys() == [f"{k:02}" for k in range(60)]
        found = await line.database.read(lambda: line.database.run("get", worker="w", key="07"))
        assert found == [(b"7",)]

    play(scenario)


def test_many_rows_are_a_few_statements_of_one_transaction(play):
    async def scenario(line):
        await line.together(*(line.row(f"{k:03}") for k in range(300)))
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"]
        assert line.statements.count("INSERT") == 5
        assert len(await line.keys()) == 300

    play(scenario)


def test_of_rows_with_one_key_the_last_stays(play):
    async def scenario(line):
        await line.together(*(line.row("k", b"%d" % k) for k in range(10)))
        found = await line.database.read(lambda: line.database.run("get", worker="w", key="k"))
        assert found == [(b"9",)]

    play(scenario)


def test_rows_and_other_jobs_keep_their_order(play):
    async def scenario(line):
        ends = await line.together(
            line.row("a"), line.keys(), line.row("b"), line.row("c"), line.keys(), line.put("d")
        )
        assert ends == [None, ["a"], None, None, ["a", "b", "c"], []]
        assert line.commits == ["BEGIN IMMEDIATE", "COMMIT"]

    play(scenario)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("company", [True, False])
def test_a_row_that_cannot_be_kept_is_refused_alone(play, place, company):
    async def scenario(line):
        values = [b"1"] * 3
        values[place] = None  # there must be a value
        jobs = [line.row(key, value) for key, value in zip("abc", values, strict=True)]
        ends = await line.together(*jobs, *([line.put("d")] if company else []))
        kinds = [type(end) for end in ends[:3]]
        assert kinds.pop(place) is sqlite3.IntegrityError
        assert kinds == [type(None)] * 2
        kept = [key for key in "abc" if key != "abc"[place]] + ["d"] * company
        assert await line.keys() == kept

    play(scenario)


def refuse_rows(line: Line, count: int, code: int) -> list[int]:
    """Let so many statements that keep rows fail; gives how many were tried."""
    whole, tried = line.database._turns._keep, []

    def keep(rows):
        tried.append(len(rows))
        if len(tried) <= count:
            error = sqlite3.OperationalError("refused")
            error.sqlite_errorcode = code
            raise error
        whole(rows)

    line.database._turns._keep = keep
    return tried


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR_FSYNC])
def test_what_a_lock_or_the_disk_refuses_is_not_tried_again(play, code):
    async def scenario(line):
        tried = refuse_rows(line, 1, code)
        ends = await line.together(*(line.row(key) for key in "abc"))
        assert [str(end) for end in ends] == ["refused"] * 3
        assert tried == [3]
        assert await line.keys() == []
        await line.row("d")
        assert await line.keys() == ["d"]

    play(scenario)


def test_rows_that_find_no_room_together_are_tried_by_themselves(play):
    async def scenario(line):
        refuse_rows(line, 1, sqlite3.SQLITE_FULL)
        assert await line.together(*(line.row(key) for key in "abc")) == [None] * 3
        assert await line.keys() == list("abc")

    play(scenario)


def test_a_row_given_up_before_its_turn_is_not_kept(play):
    async def scenario(line):
        await line.close_gate()
        rows = [line.database.put(("w", key, b"1"), lambda error: error) for key in "abc"]
        rows[1].cancel()
        line.gate.set()
        await asyncio.gather(rows[0], rows[2])
        assert await line.keys() == ["a", "c"]

    play(scenario)
