"""One worker's conversation with the host: each ask goes grant → meter → adapter → answer.

Nothing that a worker asks raises here: an adapter that fails in a way nobody planned is our bug, is
logged for the operator, and reaches the worker as a RuntimeError without its text.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import get_args, get_type_hints

from cellblock.broker.adapter import (
    Adapter,
    CallRefused,
    HostError,
    PromptAdapter,
    error_answer,
)
from cellblock.broker.grants import judge, namespace
from cellblock.broker.kind import Turn
from cellblock.broker.meter import Bucket, Count
from cellblock.broker.methods import Methods
from cellblock.broker.secret import Scrubber
from cellblock.broker.trail import Trail, code
from cellblock.clock import Clock
from cellblock.limits import (
    ADAPTER_ARGUMENTS_BYTES,
    ADAPTER_TIMEOUT_S,
    ANSWER_BYTES,
    CTX_BYTES_PER_CALL,
    CTX_CALLS_BURST,
    CTX_CALLS_PER_SECOND,
    CTX_PASSED_BYTES_PER_CALL,
    LOG_CLOCK_SLACK_S,
    LOG_FRAMES_PER_SECOND,
    LOG_LINES_BURST,
    LOG_LINES_PER_MINUTE,
)
from cellblock.outcome import CtxCall, LogLine
from cellblock.store.ports import StoreFault, WouldWait, offered
from cellblock.wire import messages as m
from cellblock.wire.text import cut

_PAUSE_S = 0.05
_TELL_EVERY_S = 10.0
_KEPT = m.Answer(0, None, None)
_PRICED = {
    call: tuple(
        name
        for name, kind in get_type_hints(call).items()
        if kind is str or (call, name) == (m.AdapterCall, "arguments")
    )
    for call in get_args(m.Call)
}
"""The fields of each call that become objects in the host, however long they are."""
_PASSED = {
    call: name
    for call in get_args(m.Call)
    for name, kind in get_type_hints(call).items()
    if kind is bytes
}
"""The field of a call that is passed on as it came."""
_logger = logging.getLogger("cellblock.broker")


@dataclass(frozen=True, slots=True)
class Grants:
    """The adapters of one worker."""

    adapters: Mapping[str, Adapter]
    turn: Turn = field(default_factory=Turn)
    """Kept up to date for the adapters, which look at it."""
    scrub: Scrubber = field(default_factory=Scrubber)
    """For what is logged."""
    observed: Callable[[str, float, bool], None] | None = None
    """Hears of each call that reached an adapter: its namespace, seconds, and whether it was
    answered with what was asked for."""
    dropped: Callable[[int], None] | None = None
    """Hears how many log lines the rate did not allow."""

    @property
    def methods(self) -> dict[str, tuple[str, ...]]:
        """The adapters that are tables of methods, and these."""
        return {
            name: adapter.names
            for name, adapter in self.adapters.items()
            if isinstance(adapter, Methods)
        }

    @property
    def granted(self) -> dict[str, tuple[str, ...]]:
        """What `grants.judge` asks for."""
        return dict.fromkeys(self.adapters, ()) | self.methods

    @property
    def connected(self) -> tuple[str, ...]:
        """The value of `ctx.connected`."""
        return (*self.adapters, "log", "tick", "config")


class Broker:
    """Answers one worker. *emit* gets each log line that is kept."""

    def __init__(
        self,
        grants: Grants,
        clock: Clock,
        calls_per_tick: int,
        emit: Callable[[LogLine], None],
    ) -> None:
        self._adapters = grants.adapters
        self._prompt = {
            name: prompt
            for name, adapter in grants.adapters.items()
            if (prompt := offered(adapter, PromptAdapter)) is not None
        }
        self._granted = grants.granted
        self._turn = grants.turn
        self._scrub = grants.scrub
        self._observed = grants.observed
        self._heard_dropped = grants.dropped
        self._clock = clock
        self._emit = emit
        self._calls = Count(calls_per_tick)
        self._trail = Trail()
        self._rate = Bucket(CTX_CALLS_PER_SECOND, CTX_CALLS_BURST)
        self._lines = Bucket(LOG_LINES_PER_MINUTE / 60, LOG_LINES_BURST)
        self._frames = Bucket(LOG_FRAMES_PER_SECOND, LOG_FRAMES_PER_SECOND)
        self._dropped = 0
        self._told_at_s = -_TELL_EVERY_S
        self.host_failed = False
        """Whether a call of this tick was answered that the host's own store or disk failed."""

    def new_tick(self, facts: m.TickFacts | None = None) -> None:
        """Begin the count of calls anew: for a tick, or for `setup` or `on_error` beside it."""
        self._calls.used = self._turn.calls = 0
        self._trail.clear()
        self.host_failed = False
        if facts is not None:
            self._turn.n = facts.n
        self._turn.planned_at = facts.planned_at if facts else self._clock.wall_s()

    @property
    def calls(self) -> int:
        """Calls of the tick that runs, refused ones included."""
        return self._calls.used

    def trail(self) -> tuple[CtxCall, ...]:
        """Give the last calls of the tick that runs, or ran last."""
        return self._trail.told(self._clock.monotonic_s())

    def answer(self, call: m.Call) -> m.Answer | Awaitable[m.Answer]:
        """Answer one call, at once where nothing has to be waited for; the caller fills the serial.

        What is given instead is a future for what is under way already, else a coroutine.
        """
        # Refused calls cost as much as any: a loop around one must not keep the host busy.
        wait_s = self._rate.take(self._clock.monotonic_s(), _price(call))
        return self._later(wait_s, call) if wait_s > 0 else self._admit(call)

    async def _later(self, wait_s: float, call: m.Call) -> m.Answer:
        await asyncio.sleep(wait_s)
        answer = self._admit(call)
        return answer if isinstance(answer, m.Answer) else await answer

    def _admit(self, call: m.Call) -> m.Answer | Awaitable[m.Answer]:
        name = namespace(call)
        if not self._calls.spend():
            reason: str | None = (
                f"this tick has made {self._calls.limit:,} ctx calls, which is the limit"
            )
        else:
            self._turn.calls += 1
            reason = judge(call, self._granted)
        if reason is not None:
            self._trail.end(call, name, 0.0, "RuntimeError")
            return _refuse(reason)
        if name in self._prompt:
            try:
                return self._begin(name, call)
            except WouldWait:
                pass
        return self._wait(name, call)

    def _begin(self, name: str, call: m.Call) -> m.Answer | asyncio.Future[m.Answer]:
        """Ask an adapter that may know the answer. Raises: WouldWait."""
        begun_s = self._clock.monotonic_s()
        try:
            value = self._prompt[name].begin(call)
        except WouldWait:
            raise
        except Exception as error:  # noqa: BLE001 - see `_failed`
            answer = self._failed(name, error)
        else:
            if isinstance(value, asyncio.Future):
                return self._follow(call, value, begun_s)
            answer = _bounded(value)
        self._observe(call, name, begun_s, answer)
        return answer

    def _follow(
        self, call: m.Call, kept: asyncio.Future[None], begun_s: float
    ) -> asyncio.Future[m.Answer]:
        """Answer when *kept* is done, which goes on if the answer is given up."""
        answer: asyncio.Future[m.Answer] = kept.get_loop().create_future()
        name = namespace(call)
        self._trail.begin(call, begun_s)

        def told(kept: asyncio.Future[None]) -> None:
            error, said = kept.exception(), None
            if not answer.cancelled():
                said = _KEPT if error is None else self._failed(name, error)
                answer.set_result(said)
            self._observe(call, name, begun_s, said)

        kept.add_done_callback(told)
        return answer

    async def _wait(self, name: str, call: m.Call) -> m.Answer:
        begun_s, answer = self._clock.monotonic_s(), None
        self._trail.begin(call, begun_s)
        try:
            answer = _bounded(await self._value(name, call))
        except Exception as error:  # noqa: BLE001 - see `_failed`
            answer = self._failed(name, error)
        finally:  # also for a call that ends with its worker
            self._observe(call, name, begun_s, answer)
        return answer

    def _observe(self, call: m.Call, name: str, begun_s: float, answer: m.Answer | None) -> None:
        took_s = self._clock.monotonic_s() - begun_s
        good = answer is not None and _good(name, answer)
        self._trail.end(call, name, took_s, "ok" if good else code(answer))
        if self._observed is not None:
            self._observed(name, took_s, good)

    def _failed(self, name: str, error: BaseException) -> m.Answer:
        """Answer a call whose adapter raised; what nobody planned is told to the operator."""
        match error:
            case CallRefused():
                self.host_failed |= error.by_host
                return _refuse(str(error), error.kind)
            case HostError():
                self.host_failed = True
                return _bounded(error_answer(str(error), error.code))
            case StoreFault():
                self.host_failed = True
                return _refuse(f"ctx.{name}: {error}")
            case TimeoutError():
                return _refuse(f"ctx.{name} gave no answer within {ADAPTER_TIMEOUT_S:g} s")
        told = self._scrub.text("".join(traceback.format_exception(error)))
        _logger.error("ctx.%s failed\n%s", name, told)
        return _refuse(f"ctx.{name} failed inside the host; its operator can see why")

    async def _value(self, name: str, call: m.Call) -> bytes | None:
        adapter = self._adapters[name]
        if name == "state":  # stores bound themselves, and a timer costs 7 of 60 µs
            return await adapter.answer(call)
        async with asyncio.timeout(ADAPTER_TIMEOUT_S):
            return await adapter.answer(call)

    def log(self, lines: tuple[m.Line, ...]) -> float:
        """Keep what the rate allows; the rest is dropped, and the next line says how many.

        Gives the seconds for which this worker should not be read.
        """
        now_s, wall_s = self._clock.monotonic_s(), self._clock.wall_s()
        for line in lines:
            if not self._lines.try_take(now_s):
                self._dropped += 1
                continue
            if now_s - self._told_at_s >= _TELL_EVERY_S:
                self._tell_dropped()
            # Not a number is far from any; and the comparison is written so that it says so.
            near = abs(line.at - wall_s) <= LOG_CLOCK_SLACK_S
            self._emit(LogLine(line.level, cut(line.message), line.at if near else wall_s))
        return 0.0 if self._frames.try_take(now_s) else _PAUSE_S

    def end_tick(self) -> None:
        """Say now what was dropped, for no further line may come."""
        self._tell_dropped()

    def _tell_dropped(self) -> None:
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            if self._heard_dropped is not None:
                self._heard_dropped(dropped)
            self._told_at_s = self._clock.monotonic_s()
            text = f"{dropped:,} log lines dropped: the limit is {LOG_LINES_PER_MINUTE:,} a minute"
            self._emit(LogLine("warn", text, self._clock.wall_s()))


def _price(call: m.Call) -> float:
    """Give how many calls *call* counts as: text and arguments become objects here, all at once.

    What is passed on is cheaper, and not free: half a megabyte of JSON is looked at for a ms.
    """
    size, price = 0, 1.0
    for name in _PRICED[type(call)]:
        size += len(getattr(call, name))
    if type(call) is m.HttpRequest:
        size += sum(len(name) + len(value) for name, value in call.headers)
    if size >= CTX_BYTES_PER_CALL:
        price += min(size, ADAPTER_ARGUMENTS_BYTES) // CTX_BYTES_PER_CALL
    if (passed := _PASSED.get(type(call))) is not None:
        price += len(getattr(call, passed)) // CTX_PASSED_BYTES_PER_CALL
    return price


def _bounded(value: bytes | None) -> m.Answer:
    if value is not None and len(value) > ANSWER_BYTES:
        value = error_answer(f"the answer has {len(value):,} bytes; ask for less", "too_large")
    return m.Answer(0, value, None)


def _good(name: str, answer: m.Answer) -> bool:
    """Tell whether a call did what it should; state answers what the worker kept."""
    if answer.refusal is not None:
        return False
    return name == "state" or not (answer.value or b"").startswith(b'{"error":')


def _refuse(message: str, kind: m.RefusalKind = "RuntimeError") -> m.Answer:
    return m.Answer(0, None, m.Refusal(kind, message))
