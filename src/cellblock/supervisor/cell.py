"""One worker's process, from fork to grave: proven, given orders, held to deadlines, buried.

In: orders. Out: for each the message that ended it, or the `Death` of the process. What the worker
sends is hostile; whatever it is, this ends in one of the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from signal import Signals

from cellblock.errors import OperatorFault, PeerError
from cellblock.jail import attest
from cellblock.jail.attest import Enforcement, Expected
from cellblock.jail.control import Kind, Reply
from cellblock.jail.kernel.cgroup import Group
from cellblock.jail.probe import Kernel
from cellblock.jail.reap import Death, Reason
from cellblock.limits import CELL_START_S
from cellblock.supervisor.alarm import Alarm
from cellblock.supervisor.duplex import Duplex
from cellblock.supervisor.grip import Grip, exiting, group
from cellblock.supervisor.zygotes import Forked, Zygote
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_up, framed
from cellblock.wire.session import Session, State

Ending = m.Loaded | m.Finished | m.Failed | m.Diagnosed
_FAREWELL_S = 0.5
"""How long a worker that closed its pipe may take to die before it is held to be hostile."""

_GIVEN_UP = m.Answer(0, None, m.Refusal("RuntimeError", "the call was given up at the deadline"))


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears a worker: *asked* answers a call, *logged* takes log lines."""

    asked: Callable[[m.Call], m.Answer | Awaitable[m.Answer]]
    """Gives what is known at once as it is, so that no task is made for it."""
    logged: Callable[[tuple[m.Line, ...]], float]
    """Gives the seconds for which the worker must not be read, to keep neighbours unharmed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What kind of cell is wanted."""

    memory_bytes: int
    uid: int
    gid: int
    ears: Ears
    waits: bool = False
    """Whether it is for the pool, where there is time to make ready for a source."""


class Cell:
    """A worker's process. Make it with `open`."""

    def __init__(self, zygote: Zygote, forked: Forked, order: Order, group: Group | None) -> None:
        self._zygote = zygote
        self._memory_bytes = order.memory_bytes
        self.ears = order.ears
        self._grip = Grip(forked.pidfd, group)
        self._loop = asyncio.get_running_loop()
        self._session = Session()
        self._waiter: asyncio.Future[m.Up | Death] = self._loop.create_future()
        self._answering: asyncio.Future[m.Answer] | None = None
        self._burial: asyncio.Task[None] | None = None
        self._killed_for: Reason | None = None
        self._detail = ""
        self.alarm = Alarm(self._strike, lambda: self.kill("deadline"))
        self.pid, self._number = forked.pid, forked.number
        self.death: Death | None = None
        self.buried: asyncio.Future[None] = self._loop.create_future()
        self.enforcement: Enforcement | None = None
        self._duplex = Duplex(forked.reading, forked.writing, self._received, self._ended)

    @classmethod
    async def open(cls, zygote: Zygote, kernel: Kernel, order: Order) -> Cell:
        """Fork a worker, see its jail from outside, and seal it; it then waits for its source.

        Raises: OperatorFault("jail-failed", "not-attested", "no-fork", "no-cgroup"); no process is
        left behind.
        """
        own = group(kernel.cgroup, order.memory_bytes)
        try:
            forked = await zygote.fork(order.memory_bytes, order.uid, order.gid)
        except BaseException:
            if own:
                own.remove()
            raise
        cell = cls(zygote, forked, order, own)
        try:
            if own:
                own.add(forked.pid)
            await cell._prove(_expected(zygote, kernel, forked, order, cell._grip.group), order)
        except BaseException:
            await cell.close()
            raise
        return cell

    async def _prove(self, expected: Expected, order: Order) -> None:
        try:
            async with asyncio.timeout(CELL_START_S):
                jailed = await self._waiter
                if not isinstance(jailed, m.Jailed):
                    raise _unjailed(jailed)
                self.enforcement = attest.attest(expected, self._zygote.plan, jailed.canaries)
                self._send(m.Seal(order.waits))
                said = await self._waiter
        except TimeoutError:
            raise _late() from None
        _judge_seal(said, expected)

    async def order(
        self, message: m.Load | m.Run | m.Check, timeout_s: float, grace_s: float
    ) -> Ending | Death:
        """Have the worker do one thing and wait for its end.

        At *timeout_s* its code gets the deadline signal, *grace_s* later the process is killed.
        """
        if self.death:
            return self.death
        self._send(message)
        self.alarm.set(_phase(message), timeout_s, grace_s)
        try:
            ending = await self._waiter
        except BaseException:
            # Given up half-way, the worker would run on with no deadline and in the wrong state.
            self.kill("shutdown")
            raise
        finally:
            self.alarm.clear()
        assert not isinstance(ending, (m.Jailed, m.Unjailed, m.Sealed, m.Log, m.Ask))
        return ending

    @property
    def usable(self) -> bool:
        """Whether it can take an order: neither dead nor on its way there."""
        return self.death is None and self._killed_for is None

    def kill(self, reason: Reason) -> None:
        """End the process at once; the burial follows when its pipe ends."""
        if self.death is None and self._killed_for is None:
            self._killed_for = reason
            self._grip.kill()

    async def close(self) -> None:
        """End the process and let go of everything; returns when the kernel has forgotten it."""
        await asyncio.shield(self.leave())

    def leave(self) -> asyncio.Task[None]:
        """End the process, and hear nothing more of a worker that is idle; gives the burial."""
        if self.idle:
            self._duplex.close()
        self.kill("shutdown")
        self._burial = self._burial or self._loop.create_task(self._bury())
        return self._burial

    @property
    def idle(self) -> bool:
        """Whether the worker has said all that it was asked for, and lives."""
        return self.usable and self._session.state is State.IDLE

    # What the worker says

    def _received(self, payload: memoryview) -> None:
        message = decode_up(payload)
        if self._duplex.unread:
            raise PeerError("out-of-turn", "the worker spoke before it had read its answer")
        self._session.received(message)
        if isinstance(message, m.Ask):
            self._ask(message)
        elif isinstance(message, m.Log):
            wait_s = self.ears.logged(message.lines)
            if wait_s > 0:
                self._duplex.pause(wait_s)
        elif not self._waiter.done():
            self._waiter.set_result(message)

    def _ask(self, ask: m.Ask) -> None:
        answer = self.ears.asked(ask.call)
        if not isinstance(answer, m.Answer):
            self._answering = asyncio.ensure_future(answer)
            self._answering.add_done_callback(partial(self._answered, ask.serial))
        elif self._duplex.unheard:  # answered later, what else was sent is heard as out of turn
            self._loop.call_soon(self._reply, ask.serial, answer)
        else:
            self._reply(ask.serial, answer)

    def _answered(self, serial: int, done: asyncio.Future[m.Answer]) -> None:
        self._answering = None  # which would keep the body of the last answer
        self._reply(serial, _GIVEN_UP if done.cancelled() else done.result())

    def _reply(self, serial: int, answer: m.Answer) -> None:
        """Send the answer of a call, unless it has been given up since."""
        if self._session.awaits(serial) and not self.death:
            self._send(m.Answer(serial, answer.value, answer.refusal))

    def _ended(self, breach: PeerError | None) -> None:
        if breach is not None and self._killed_for is None:
            self._detail = str(breach)
            self.kill("protocol")
        self._burial = self._burial or self._loop.create_task(self._bury())

    # What the host does

    def _send(self, message: m.Down) -> None:
        self._session.sent(message)
        if not isinstance(message, m.Answer):
            self._waiter = self._loop.create_future()
        self._duplex.send(framed(message))

    def _strike(self, number: Signals) -> None:
        """Raise `TickTimeoutError` in the worker's code, and end the call that it waits for."""
        if self.death:
            return
        self._grip.signal(number)
        self._duplex.resume()
        if self._answering:
            self._answering.cancel()

    async def _bury(self) -> None:
        """Wait for the process to be gone, have it reaped, tell who waits."""
        if not await self._grip.dead(_FAREWELL_S):
            # Many that die at once, with their zygote, take longer than that to be gone.
            if self._killed_for is None and not exiting(self.pid):
                self._detail = "the worker closed its pipe and lived on"
                self.kill("protocol")
            await self._grip.dead(None)
        reply = await _collected(self._zygote, self._number)
        self.death = Death(
            status=reply.status,
            peak_bytes=reply.peak_bytes,
            cpu_us=reply.cpu_us,
            killed_for=self._killed_for,
            memory_bytes=self._memory_bytes,
            warm_bytes=self._zygote.warm_bytes,
            lent_bytes=self._zygote.lent_bytes,
            detail=self._detail or self.alarm.detail,
            tripped=reply.tripped,
            out_of_memory=self._grip.close(),
        )
        if self._answering:
            self._answering.cancel()
        self._duplex.close()
        self.alarm.close()
        self.buried.set_result(None)
        if not self._waiter.done():
            self._waiter.set_result(self.death)


async def _collected(zygote: Zygote, number: int) -> Reply:
    try:
        return await zygote.reap(number)
    except asyncio.CancelledError:  # the zygote is being closed; whoever waits must still hear
        return Reply(Kind.REAP, 0, number, -1)


def _unjailed(said: m.Up | Death) -> OperatorFault:
    reason = said.reason if isinstance(said, m.Unjailed) else "it died"
    return OperatorFault(
        "jail-failed",
        f"a worker could not jail itself: {reason}",
        "no source was sent; run `cellblock doctor`",
    )


def _judge_seal(said: m.Up | Death, expected: Expected) -> None:
    if isinstance(said, Death):
        raise OperatorFault("jail-failed", "a worker died while it was looked at")
    if not isinstance(said, m.Sealed) or not attest.sealed(expected):
        raise OperatorFault("not-attested", "the worker did not become undumpable")


def _late() -> OperatorFault:
    return OperatorFault(
        "jail-failed",
        f"a worker did not jail itself within {CELL_START_S:g} s",
        "the machine may be overloaded; try again",
    )


def _expected(
    zygote: Zygote, kernel: Kernel, forked: Forked, order: Order, cgroup: str
) -> Expected:
    return Expected(
        pid=forked.pid,
        zygote=zygote.pid,
        uid=order.uid,
        gid=order.gid,
        pipes=forked.pipes,
        own_uid=kernel.own_uids,
        see_targets=kernel.sees_descriptors,
        filters=zygote.filters + (2 if zygote.plan.has("listener") else 1),
        namespaces=zygote.namespaces,
        cgroup=cgroup,
    )


def _phase(message: m.Load | m.Run | m.Check) -> str:
    if isinstance(message, m.Run):
        return message.phase
    return "the check" if isinstance(message, m.Check) else "loading the source"
