"""A cell whose peer is the test: real pipes, a real process to be killed, and hostile bytes."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import hostile_frames as hostile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.errors import PeerError
from cellblock.jail.control import Kind, Reply
from cellblock.jail.reap import Death, failure
from cellblock.limits import FRAME_BYTES
from cellblock.outcome import OutcomeKind
from cellblock.supervisor.cell import Cell, Ears, Order
from cellblock.supervisor.zygotes import Forked
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_down, decode_up, encode
from cellblock.wire.frames import FrameReader, frame
from cellblock.wire.session import Session, State

JAILED, SEAL, SEALED = m.Jailed({}), m.Seal(), m.Sealed()
RUN, CHECK, ASK = m.Run("tick", None, None), m.Check("", "contract"), m.Ask(1, m.StateKeys(""))
READY = (JAILED, SEAL, SEALED)
WAYS = {
    State.ENTERING: (),
    State.PROVING: (JAILED,),
    State.SEALING: (JAILED, SEAL),
    State.IDLE: READY,
    State.RUNNING: (*READY, RUN),
    State.ASKING: (*READY, RUN, ASK),
    State.CHECKING: (*READY, CHECK),
}
TAPES = st.binary(min_size=40, max_size=400).map(hostile.Tape)


class Graveyard:
    """The part of a zygote that a cell needs for its end; the process is a child of the test."""

    warm_bytes = lent_bytes = 0

    async def reap(self, pid: int) -> Reply:
        _, status = os.waitpid(pid, 0)
        return Reply(Kind.REAP, 0, pid, status)


class Peer:
    """The far end of a cell's pipes, beside a process that does nothing."""

    def __init__(self, ears: Ears) -> None:
        self.pid = os.posix_spawnp("sleep", ["sleep", "600"], {})
        self._answers, writing = os.pipe()
        reading, self._asks = os.pipe()
        os.set_blocking(self._asks, False)
        forked = Forked(self.pid, self.pid, os.pidfd_open(self.pid), reading, writing, (0, 0))
        self.cell = Cell(Graveyard(), forked, Order(1_000_000_000, 0, 0, ears), None)

    async def lead(self, state: State) -> asyncio.Task | None:
        """Bring the session to *state*; gives the order that is then under way."""
        ordered = None
        for message in WAYS[state]:
            if isinstance(message, (m.Run, m.Check)):
                ordered = asyncio.ensure_future(self.cell.order(message, 60, 60))
                await asyncio.sleep(0)
            elif isinstance(message, m.Seal):
                self.cell._send(message)
            else:
                before = self.cell._session.state
                await self.send(frame(encode(message)))
                while self.cell._session.state is before:
                    await asyncio.sleep(0)
        assert self.cell._session.state is state
        return ordered

    async def send(self, data: bytes) -> None:
        """Write all, or as much as is read before the host lets go."""
        while data:
            try:
                data = data[os.write(self._asks, data) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)
            except BrokenPipeError:
                return
            await asyncio.sleep(0)

    async def end(self) -> Death:
        """Die as a process does, closing all it has, and see the cell buried."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._asks)
        os.close(self._answers)
        await self.cell.buried
        assert self.cell.death is not None
        return self.cell.death


def broken(state, data):
    """Whether the wire's own rules call *data* a breach, if no ask is answered."""
    session, reader = Session(), FrameReader()
    for message in WAYS[state]:
        down = isinstance(message, m.Down)
        session.sent(message) if down else session.received(message)
    reader.feed(data)
    try:
        for payload in iter(reader.take, None):
            session.received(decode_up(payload))
    except PeerError:
        return True
    return False


def play(state, pieces, ears):
    """Send *pieces* to a host whose session is in *state*; gives the death, the order's end."""
    raised = []

    async def work():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: raised.append(context))
        before = len(os.listdir("/proc/self/fd"))
        peer = Peer(ears(loop))
        async with asyncio.timeout(30):
            ordered = await peer.lead(state)
            for piece in pieces:
                await peer.send(piece)
            death = await peer.end()
            ending = await ordered if ordered else None
        assert len(os.listdir("/proc/self/fd")) == before
        return death, ending

    death, ending = asyncio.run(work())
    assert raised == []
    return death, ending


def silent(loop):
    async def never(_call):
        return await loop.create_future()

    return Ears(never, lambda _lines: 0.0)


def lively(_loop):
    async def answered(_call):
        return m.Answer(0, b'"' + b"x" * 30_000 + b'"', None)

    return Ears(answered, lambda _lines: 0.001)


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@settings(max_examples=25, deadline=None)
@given(choose=TAPES)
def test_hostile_bytes_end_the_process_just_when_they_are_a_breach(state, choose):
    data = hostile.stream(choose)
    death, ending = play(state, hostile.pieces(choose, data), silent)
    assert (failure(death).kind is OutcomeKind.SECURITY) == broken(state, data)
    if ending is not None:
        assert isinstance(ending, (m.Loaded, m.Finished, m.Failed, m.Diagnosed, Death))


@settings(max_examples=60, deadline=None)
@given(choose=TAPES, kinds=st.lists(st.sampled_from(("Ask", "Log", "Finished")), max_size=12))
def test_a_worker_that_is_answered_and_does_not_read_ends_without_an_exception(choose, kinds):
    sent = b"".join(
        hostile.framed(hostile.pack(hostile.said(choose, kind, number)))
        for number, kind in enumerate(kinds, 1)
    )
    death, ending = play(State.RUNNING, hostile.pieces(choose, sent), lively)
    assert failure(death).kind in {OutcomeKind.SECURITY, OutcomeKind.CRASH}
    assert isinstance(ending, (m.Finished, Death))


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
@pytest.mark.parametrize("sent", [0, 1, 3, 4, 5, 70_000])
def test_a_frame_that_is_cut_off_by_the_end_is_no_breach(state, sent):
    data = FRAME_BYTES.to_bytes(4, "big") + bytes(70_000)
    death, ending = play(state, [data[:sent]], silent)
    assert failure(death).kind is OutcomeKind.CRASH
    assert ending is None or isinstance(ending, Death)


ANSWER = m.Answer(0, b'"x"', None)


def at_once(_loop):
    return Ears(lambda _call: ANSWER, lambda _lines: 0.0)


def by_future(loop):
    def asked(_call):
        future = loop.create_future()
        loop.call_soon(lambda: future.cancelled() or future.set_result(ANSWER))
        return future

    return Ears(asked, lambda _lines: 0.0)


@pytest.mark.parametrize("ears", [at_once, by_future, lively])
@pytest.mark.parametrize("together", [True, False])
def test_a_second_ask_is_a_breach_if_it_came_before_the_first_ones_answer(ears, together):
    asks = [frame(encode(m.Ask(serial, m.StateGet("k")))) for serial in (1, 2)]

    async def work():
        peer = Peer(ears(asyncio.get_running_loop()))
        async with asyncio.timeout(30):
            await peer.lead(State.RUNNING)
            before = os.read(peer._answers, 70_000)
            if together:
                await peer.send(b"".join(asks))
            for ask in () if together else asks:
                await peer.send(ask)
                while peer.cell._session.serial < (1 if ask is asks[0] else 2):
                    await asyncio.sleep(0)
                while peer.cell._session.state is State.ASKING:
                    await asyncio.sleep(0)
                assert os.read(peer._answers, 70_000)
            death = await peer.end()
            assert together or peer.cell._answering is None, "an answer is kept that was sent"
        assert before
        return death

    kind = OutcomeKind.SECURITY if together else OutcomeKind.CRASH
    assert failure(asyncio.run(work())).kind is kind


@pytest.mark.parametrize("ears", [silent, by_future])
def test_a_call_that_is_given_up_is_answered_so(ears):
    async def work():
        peer = Peer(ears(asyncio.get_running_loop()))
        async with asyncio.timeout(30):
            await peer.lead(State.ASKING)
            os.read(peer._answers, 70_000)
            peer.cell._grip.signal = lambda _number: None
            peer.cell.alarm._strike(signal.SIGUSR1)
            while peer.cell._session.state is State.ASKING:
                await asyncio.sleep(0)
            said = os.read(peer._answers, 70_000)
            await peer.end()
        return decode_down(said[4:])

    answer = asyncio.run(work())
    assert (answer.serial, answer.value) == (1, None)
    assert "given up at the deadline" in answer.refusal.message
