from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cellblock.broker.adapter import AdapterError, HostError
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.adapters.state import StateAdapter
from cellblock.broker.broker import Broker, Grants
from cellblock.broker.methods import Methods
from cellblock.broker.workspace import Workspace
from cellblock.clock import HandClock
from cellblock.limits import (
    ADAPTER_ARGUMENTS_BYTES,
    ANSWER_BYTES,
    CTX_BYTES_PER_CALL,
    CTX_CALLS_BURST,
    CTX_CALLS_PER_SECOND,
    CTX_PASSED_BYTES_PER_CALL,
    LOG_FRAMES_PER_SECOND,
    LOG_LINES_BURST,
    LOG_LINES_PER_MINUTE,
)
from cellblock.names import WorkerId
from cellblock.outcome import LogLine
from cellblock.store.memory import MemoryState
from cellblock.store.sqlite import SqliteState
from cellblock.wire import messages as m
from skipping import play


class Loud:
    """An adapter that answers as much as it is told to."""

    def __init__(self, size: int) -> None:
        self._size = size

    async def answer(self, call: m.Call) -> bytes | None:
        del call
        return b"1" * self._size

    async def close(self) -> None: ...


START = HandClock().wall_s()


class House:
    """A broker with real adapters, its clock and what it emitted."""

    def __init__(self, calls_per_tick: int = 1_000_000, **adapters: Any) -> None:
        self.clock = HandClock()
        self.lines: list[LogLine] = []
        methods: dict[str, dict[str, Callable[..., Any]]] = adapters.pop("own", {})
        built = {"state": StateAdapter(MemoryState(), WorkerId("bot"))} | adapters
        built |= {name: Methods(name, table) for name, table in methods.items()}
        self.grants = Grants(built)
        self.broker = Broker(self.grants, self.clock, calls_per_tick, self.lines.append)

    async def ask(self, call: m.Call) -> m.Answer:
        answer = self.broker.answer(call)
        return answer if isinstance(answer, m.Answer) else await answer

    def log(self, *messages: str) -> None:
        self.broker.log(tuple(m.Line("info", text, START) for text in messages))


GET = m.StateGet("k")
GIVEN = m.Answer(0, None, None)


def refused(message: str, kind: Any = "RuntimeError") -> m.Answer:
    return m.Answer(0, None, m.Refusal(kind, message))


def test_an_ask_goes_to_its_adapter_and_its_answer_comes_back(tmp_path):
    async def double(value: int) -> int:
        return value * 2

    space = Workspace.open(tmp_path, 1_000)

    async def scenario():
        house = House(files=FilesAdapter(space), own={"math": {"double": double}})
        assert await house.ask(m.StateSet("k", b"[1]")) == GIVEN
        assert await house.ask(GET) == m.Answer(0, b"[1]", None)
        call = m.AdapterCall("math", "double", b"[[4], {}]")
        assert await house.ask(call) == m.Answer(0, b"8", None)
        answer = await house.ask(m.FilesWrite("a", b"hi", append=False))
        assert json.loads(answer.value or b"") == {"path": "a", "size": 2}
        assert house.grants.connected == ("state", "files", "math", "log", "tick", "config")

    asyncio.run(scenario())
    asyncio.run(space.close())


def test_what_is_known_or_refused_is_answered_without_a_task():
    async def scenario():
        house = House(calls_per_tick=5)
        assert await house.ask(m.StateSet("k", b"1")) == GIVEN  # its sizes are read first
        assert house.broker.answer(m.StateSet("k", b"[2]")) == GIVEN
        assert house.broker.answer(GET) == m.Answer(0, b"[2]", None)
        assert house.broker.answer(m.StateSet("k", b"{")).refusal.type == "ValueError"
        assert house.broker.answer(m.FilesDelete("k")).refusal.type == "RuntimeError"
        over = refused("this tick has made 5 ctx calls, which is the limit")
        assert house.broker.answer(GET) == over
        assert house.broker.calls == 6

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (m.FilesList("", ""), refused("ctx.files is not connected to this worker")),
        (m.AdapterCall("bank", "x", b""), refused("ctx.bank is not connected to this worker")),
        (m.AdapterCall("state", "x", b""), refused("ctx.state has no method 'x'")),
        (m.StateGet(""), refused("a state key has 1 to 512 bytes", "ValueError")),
    ],
)
def test_what_may_not_be_asked_is_refused_with_its_reason(call, answer):
    async def scenario():
        assert await House().ask(call) == answer

    play(scenario())


def test_calls_over_the_count_of_a_tick_are_refused_until_the_next():
    async def scenario():
        house = House(calls_per_tick=3)
        answers = [await house.ask(GET) for _ in range(5)]
        over = refused("this tick has made 3 ctx calls, which is the limit")
        assert answers == [GIVEN] * 3 + [over] * 2
        house.broker.new_tick()
        assert await house.ask(GET) == GIVEN

    play(scenario())


def test_calls_beyond_the_burst_wait_for_the_rate():
    async def scenario():
        house, loop = House(), asyncio.get_running_loop()
        for _ in range(CTX_CALLS_BURST):
            await house.ask(GET)
        assert loop.time() == 0.0
        assert await house.ask(GET) == GIVEN
        assert loop.time() == pytest.approx(1 / CTX_CALLS_PER_SECOND)
        house.clock.advance(1.0)
        for _ in range(CTX_CALLS_PER_SECOND - 1):
            await house.ask(GET)
        assert loop.time() == pytest.approx(1 / CTX_CALLS_PER_SECOND)

    assert play(scenario()) > 0


@pytest.mark.parametrize(
    ("calls_per_tick", "call"), [(0, GET), (1_000_000, m.AdapterCall("bank", "x", b""))]
)
def test_refused_calls_too_are_held_to_the_rate(calls_per_tick, call):
    async def scenario():
        house = House(calls_per_tick)
        for _ in range(2 * CTX_CALLS_BURST):
            assert (await house.ask(call)).refusal is not None

    assert play(scenario()) > 0.5


def observed_calls(house: House) -> list[tuple[str, float, bool]]:
    heard: list[tuple[str, float, bool]] = []
    grants = replace(house.grants, observed=lambda *call: heard.append(call))
    house.broker = Broker(grants, house.clock, 5, house.lines.append)
    return heard


def test_who_observes_hears_each_call_that_reached_an_adapter_and_whether_it_was_good():
    async def scenario():
        async def slow() -> int:
            house.clock.advance(2.5)
            return 1

        async def bad() -> int:
            raise AdapterError("the shop is closed")

        house = House(own={"shop": {"slow": slow, "bad": bad}})
        heard = observed_calls(house)
        await house.ask(m.StateSet("k", b'{"error":1}'))
        await house.ask(GET)
        await house.ask(m.AdapterCall("shop", "slow", b"[[], {}]"))
        await house.ask(m.AdapterCall("shop", "bad", b"[[], {}]"))
        await house.ask(m.AdapterCall("bank", "x", b""))
        await house.ask(GET)
        await house.ask(GET)
        good = ("state", 0.0, True)
        assert heard == [good, good, ("shop", 2.5, True), ("shop", 0.0, False)]

    asyncio.run(scenario())


def test_a_call_that_ends_with_its_worker_is_observed_as_failed():
    async def scenario():
        begun = asyncio.Event()

        async def endless() -> None:
            begun.set()
            await asyncio.Event().wait()

        house = House(own={"shop": {"endless": endless}})
        heard = observed_calls(house)
        asking = asyncio.create_task(house.ask(m.AdapterCall("shop", "endless", b"[[], {}]")))
        await begun.wait()
        house.clock.advance(7.0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert heard == [("shop", 7.0, False)]

    asyncio.run(scenario())


def test_a_change_that_is_given_up_is_observed_as_failed_and_kept_before_the_next_call(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        house = House(state=StateAdapter(store, WorkerId("bot")))
        heard = observed_calls(house)
        await house.ask(m.StateSet("k", b"1"))
        under_way = house.broker.answer(m.StateSet("k", b"[2]"))
        assert isinstance(under_way, asyncio.Future)
        under_way.cancel()
        assert await house.ask(GET) == m.Answer(0, b"[2]", None)
        assert house.broker.answer(GET) == m.Answer(0, b"[2]", None)
        state = [good for name, _, good in heard if name == "state"]
        assert state == [True, False, True, True]
        await store.close()

    asyncio.run(scenario())


def test_who_counts_dropped_lines_hears_what_the_next_line_says():
    counted: list[int] = []
    house = House()
    grants = replace(house.grants, dropped=counted.append)
    house.broker = Broker(grants, house.clock, 5, house.lines.append)
    house.log(*["x"] * (LOG_LINES_BURST + 7))
    house.broker.end_tick()
    house.broker.end_tick()
    assert counted == [7]


LARGEST = b"x" * (ADAPTER_ARGUMENTS_BYTES - 8)


@pytest.mark.parametrize(
    "call",
    [
        m.AdapterCall("shop", "x", b'[["' + LARGEST + b'"], {}]'),
        m.AdapterCall("shop", "x", b'[["' + LARGEST * 9 + b'"], {}]'),
        m.StateGet("\u20ac" * 2_000_000),
        m.FilesRead("f" * 8_000_000, 0, 1, whole=False, encoding="utf-8"),
    ],
)
def test_a_call_with_much_text_costs_as_many_calls_up_to_a_bound(call):
    price = 1 + ADAPTER_ARGUMENTS_BYTES // CTX_BYTES_PER_CALL

    async def scenario():
        house, loop = House(), asyncio.get_running_loop()
        for _ in range(CTX_CALLS_BURST // price):
            await house.ask(call)
        for _ in range(CTX_CALLS_BURST % price):
            await house.ask(GET)
        assert loop.time() == 0.0
        await house.ask(call)
        assert loop.time() == pytest.approx(price / CTX_CALLS_PER_SECOND)

    assert play(scenario()) > 0


@pytest.mark.parametrize(
    ("call", "price"),
    [
        (m.StateSet("k", b"1" * (CTX_PASSED_BYTES_PER_CALL - 1)), 1),
        (m.StateSet("k", b"1" * 500_000), 1 + 500_000 // CTX_PASSED_BYTES_PER_CALL),
        (m.FilesWrite("f", b"1" * 5_000_000, append=True), 1 + 250),
        (m.HttpRequest("GET", "", (), b"1" * 1_000_000, 1.0), 1 + 50),
        (m.HttpRequest("GET", "", (("a" * 9_000, "b" * 9_000),) * 5, b"", 1.0), 1 + 90),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_passed_on_costs_more_calls_the_longer_it_is(call, price):
    async def scenario():
        house, loop = House(), asyncio.get_running_loop()
        await house.ask(call)
        for _ in range(CTX_CALLS_BURST - price):
            await house.ask(GET)
        assert loop.time() == 0.0
        await house.ask(GET)
        return loop.time()

    assert play(scenario()) == pytest.approx(1 / CTX_CALLS_PER_SECOND)


def test_an_adapter_that_does_not_answer_is_given_up_after_35_s():
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    async def scenario():
        call = m.AdapterCall("shop", "hang", b"[[], {}]")
        expected = refused("ctx.shop gave no answer within 35 s")
        assert await House(own={"shop": {"hang": hang}}).ask(call) == expected

    assert play(scenario()) == pytest.approx(35.0)


def test_a_failure_of_the_host_is_remembered_until_the_next_tick_and_no_other_is(tmp_path):
    async def draw() -> None:
        raise HostError("no room", "io")

    async def reach() -> None:
        raise AdapterError("no room", "disk_full")

    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        state = StateAdapter(store, WorkerId("bot"))
        house = House(state=state, own={"pen": {"draw": draw, "reach": reach}})
        reached = await house.ask(m.AdapterCall("pen", "reach", b"[[], {}]"))
        assert reached.value == b'{"error":"no room","code":"disk_full"}'
        await house.ask(m.StateGet(""))
        assert not house.broker.host_failed
        drawn = await house.ask(m.AdapterCall("pen", "draw", b"[[], {}]"))
        assert drawn.value == b'{"error":"no room","code":"io"}'
        assert house.broker.host_failed
        house.broker.new_tick()
        assert not house.broker.host_failed
        store._database.connection.execute("PRAGMA max_page_count = 1")
        await house.ask(m.StateSet("k", b'"' + b"x" * 100_000 + b'"'))
        assert house.broker.host_failed
        await house.ask(GET)
        assert house.broker.host_failed
        await store.close()

    asyncio.run(scenario())


class Broken(MemoryState):
    """A state with a defect."""

    def get_now(self, *_asked: Any) -> bytes | None:
        raise LookupError("what nobody planned")


def test_an_adapter_that_raises_is_told_without_its_text(caplog):
    async def scenario():
        house = House(state=StateAdapter(Broken(), WorkerId("bot")))
        expected = refused("ctx.state failed inside the host; its operator can see why")
        assert await house.ask(GET) == expected
        assert not house.broker.host_failed

    asyncio.run(scenario())
    assert "what nobody planned" in caplog.text


@pytest.mark.parametrize(
    ("size", "answer"),
    [
        (ANSWER_BYTES, b"1" * ANSWER_BYTES),
        (
            ANSWER_BYTES + 1,
            b'{"error":"the answer has 5,100,001 bytes; ask for less","code":"too_large"}',
        ),
    ],
)
def test_an_answer_that_is_too_long_becomes_an_error(size, answer):
    async def scenario():
        assert await House(state=Loud(size)).ask(GET) == m.Answer(0, answer, None)

    play(scenario())


def test_log_lines_are_kept_in_order_with_level_and_time():
    house = House()
    first, second = START - 1.5, START + 2.5
    house.broker.log((m.Line("warn", "a", first), m.Line("error", "b", second)))
    assert house.lines == [LogLine("warn", "a", first), LogLine("error", "b", second)]


@pytest.mark.parametrize("at", [float("nan"), float("inf"), -float("inf"), 1e308, 0.0, 1e12])
def test_a_time_far_from_the_hosts_is_replaced_by_it(at):
    house = House()
    house.broker.log((m.Line("info", "x", at),))
    assert house.lines == [LogLine("info", "x", START)]


def test_a_storm_of_batches_slows_the_reading_of_this_worker_and_only_for_a_while():
    house = House()
    line = (m.Line("info", "x", START),)
    waits = [house.broker.log(line) for _ in range(LOG_FRAMES_PER_SECOND + 10)]
    assert set(waits[:LOG_FRAMES_PER_SECOND]) == {0.0}
    assert all(0 < wait_s <= 0.2 for wait_s in waits[LOG_FRAMES_PER_SECOND:])
    house.clock.advance(1)
    assert house.broker.log(line) == 0.0


def test_a_log_message_is_cut_at_4000_characters():
    house = House()
    house.log("é" * 4_000, "é" * 4_001)
    note = "… [cut 22 characters]"
    kept = "é" * (4_000 - len(note))
    assert [line.message for line in house.lines] == ["é" * 4_000, kept + note]


def test_dropped_log_lines_are_told_before_the_next_kept_one():
    house = House()
    house.log(*(["x"] * (LOG_LINES_BURST + 1_234)))
    assert len(house.lines) == LOG_LINES_BURST
    house.clock.advance(60)
    house.log("later")
    told = LogLine(
        "warn", "1,234 log lines dropped: the limit is 1,000 a minute", house.clock.wall_s()
    )
    assert house.lines[LOG_LINES_BURST:] == [told, LogLine("info", "later", START)]


def test_dropped_log_lines_are_told_once_at_the_end_of_the_tick():
    house = House()
    house.broker.end_tick()
    assert house.lines == []
    house.log(*(["x"] * (LOG_LINES_BURST + 1)))
    house.broker.end_tick()
    house.broker.end_tick()
    assert [line.message for line in house.lines[LOG_LINES_BURST:]] == [
        "1 log lines dropped: the limit is 1,000 a minute"
    ]


def test_log_lines_come_back_at_1000_a_minute():
    house = House()
    house.log(*(["x"] * LOG_LINES_BURST))
    house.clock.advance(60)
    house.log(*(["y"] * (LOG_LINES_PER_MINUTE + 1)))
    assert len(house.lines) == LOG_LINES_BURST + LOG_LINES_PER_MINUTE
