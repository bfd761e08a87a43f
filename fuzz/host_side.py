"""The host's side of one worker without a process: frames, codec, session, broker; and its judge.

In: the bytes of a fuzzer. Out: nothing, or an exception, which is a finding. The invariant: bytes
become valid messages in their turn, or a PeerError, after which nothing more is heard; and no ask
makes the broker answer what cannot be sent, fail inside, or reach past its folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import shutil
from pathlib import Path
from typing import Any, Self, get_args

import hostile_frames as hostile
import httpcore
import msgspec

from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.adapters.http import HttpAdapter, HttpSettings
from cellblock.broker.adapters.state import StateAdapter
from cellblock.broker.addresses import plain, reason_against
from cellblock.broker.broker import Broker, Grants
from cellblock.broker.kind import Place, Surroundings, Turn
from cellblock.broker.methods import Methods
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.broker.workspace import Workspace
from cellblock.clock import HandClock, SystemClock
from cellblock.errors import PeerError
from cellblock.limits import (
    FRAME_BYTES,
    LOG_CLOCK_SLACK_S,
    LOG_MESSAGE_CHARACTERS,
    STATE_KEY_BYTES,
    STATE_VALUE_BYTES,
)
from cellblock.names import WorkerId
from cellblock.outcome import LogLine
from cellblock.store.memory import MemoryRenders, MemoryState
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_down, decode_up, encode
from cellblock.wire.frames import HEADER_BYTES, FrameReader, frame
from cellblock.wire.session import Session, State

SLUGS = {"bad-frame", "bad-message", "out-of-turn"}
_WORKER = WorkerId("fuzzed")
_FILES_BYTES = 4_000
_SECRET = b"beside the workspace"
_TEXT = "aé€\U0001f600\n".encode() * 8
_TURNS = 32


class Finding(Exception):
    """The invariant does not hold."""


def check(holds: bool, text: str) -> None:
    """Raise a Finding unless it *holds*; unlike assert this is there under ``-O`` too."""
    if not holds:
        raise Finding(text)


async def _add(a: Any, b: Any = 10) -> Any:
    return a + b


async def _give(value: Any) -> Any:
    return value


class _Nowhere(httpcore.AsyncNetworkBackend):
    """A network without a place, that sees whether a forbidden one is dialled."""

    async def connect_tcp(self, host: str, port: int, **_: Any) -> Any:
        """Look at the address, and find nobody there."""
        why = reason_against(plain(host))
        check(why is None, f"{host}:{port} was dialled, which is {why}")
        raise httpcore.ConnectError("nobody is there")


async def _anywhere(host: str, port: int) -> list[str]:
    """Give some names a public address and some a private one as well."""
    del port
    return ["93.184.215.14", "10.0.0.1"] if len(host) % 2 else ["93.184.215.14"]


async def _answered(broker: Broker, call: m.Call) -> m.Answer:
    answer = broker.answer(call)
    return answer if isinstance(answer, m.Answer) else await answer


async def _http(web: Web) -> HttpAdapter:
    return HttpAdapter(
        HttpSettings(requests_per_minute=60_000),
        Place(
            worker=_WORKER,
            connection="main",
            surroundings=Surroundings(clock=SystemClock(), scrub=Scrubber(), web=web),
            shared=None,
            turn=Turn(),
            files=None,
            renders=MemoryRenders(),
        ),
    )


class Ground:
    """What all inputs share: an event loop, and a folder with one file before each input.

    It works within *home*, which is empty and stays its caller's.
    """

    def __init__(self, home: Path) -> None:
        # An adapter of an embedder that fails on hostile arguments is logged, as it should be.
        self._level = logging.getLogger("cellblock").level
        logging.getLogger("cellblock").setLevel(logging.CRITICAL)
        self._runner = asyncio.Runner()
        self._outside = home
        self._folder = self._outside / "workspace"
        self._folder.mkdir()
        (self._outside / "x").write_bytes(_SECRET)
        self._renew()
        self.workspace = Workspace.open(self._folder, _FILES_BYTES)
        self._web = Web(resolve=_anywhere, backend=_Nowhere())
        self.http = self._runner.run(_http(self._web))

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all but *home*."""
        self._runner.run(self.workspace.close())
        self._runner.run(self._web.close())
        self._runner.close()
        logging.getLogger("cellblock").setLevel(self._level)

    def wait(self, broker: Broker, call: m.Call) -> m.Answer:
        """Have one ask answered."""
        return self._runner.run(_answered(broker, call))

    def settle(self) -> None:
        """See that the folder kept its bounds, and make it as it was."""
        check((self._outside / "x").read_bytes() == _SECRET, "a file outside was changed")
        names = sorted(path.name for path in self._outside.iterdir())
        check(names == ["workspace", "x"], f"a worker wrote outside its workspace: {names}")
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        check(size <= _FILES_BYTES, f"the workspace holds {size:,} bytes")
        self._renew()

    def _renew(self) -> None:
        for path in self._folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (self._folder / "k").write_bytes(_TEXT)


class HostSide:
    """One worker as its host sees it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._frames = FrameReader()
        self._clock = HandClock()
        self._store = MemoryState()
        own = {"add": _add, "give": _give}
        adapters = {
            "state": StateAdapter(self._store, _WORKER),
            "files": FilesAdapter(ground.workspace),
            "shop": Methods("shop", own),
            "http": ground.http,
        }
        self._broker = Broker(Grants(adapters), self._clock, 10_000, self._logged)
        self.session = Session()
        self.breach: PeerError | None = None
        self._touched_files = False
        self._withheld: m.Ask | None = None
        self.withholds = False
        """Whether asks wait for `say` to be answered."""

    def hear(self, data: bytes) -> None:
        """Take what came from the pipe; after a breach nothing is read."""
        if self.breach is not None:
            return
        before = self.session.state
        try:
            self._frames.feed(data)
            while (payload := self._frames.take()) is not None:
                message = decode_up(payload)
                self.session.received(message)
                self._obey(message)
                before = self.session.state
        except PeerError as breach:
            check(breach.slug in SLUGS, f"a breach named {breach.slug}")
            check(self.session.state is before, "a breach moved the session")
            str(breach).encode("utf-8")
            check(len(str(breach)) <= 400, "a breach is told at length")
            self.breach = breach
            return
        held = self.pending_bytes
        check(held < HEADER_BYTES + FRAME_BYTES, f"{held:,} bytes are held")

    @property
    def pending_bytes(self) -> int:
        """Bytes held of a frame that is not whole yet."""
        return self._frames.pending_bytes

    def say(self, choose: hostile.Choose) -> None:
        """Give the order or the answer that is due, if one is."""
        if self.breach is not None:
            return
        match self.session.state:
            case State.PROVING:
                self.session.sent(m.Seal())
            case State.IDLE:
                orders = (m.Run("tick", None, None), m.Check("", "contract"))
                self.session.sent(hostile.pick(choose, orders))
                self._broker.new_tick()
            case State.ASKING if self._withheld is not None:
                self._answer(self._withheld)
            case _:
                pass

    def _obey(self, message: m.Up) -> None:
        check(isinstance(message, get_args(m.Up)), "what was decoded is no message")
        if isinstance(message, m.Log):
            wait_s = self._broker.log(message.lines)
            check(0 <= wait_s < 1, f"the worker would not be read for {wait_s} s")
        elif isinstance(message, m.Ask) and self.withholds:
            self._withheld = message
        elif isinstance(message, m.Ask):
            self._answer(message)

    def _answer(self, ask: m.Ask) -> None:
        # Each ask as if a second after the last, so that none waits for the rate.
        self._clock.advance(1)
        self._touched_files |= isinstance(ask.call, m.FilesWrite | m.FilesDelete)
        said = self._ground.wait(self._broker, ask.call)
        answer = m.Answer(ask.serial, said.value, said.refusal)
        if answer.refusal is not None:
            text = answer.refusal.message
            check("failed inside" not in text, f"{ask.call!r:.300}: {text}")
            check(len(text) <= 10_000, "a refusal is told at length")
        elif answer.value is not None:
            msgspec.json.decode(answer.value)
        sent = frame(encode(answer))
        check(decode_down(sent[HEADER_BYTES:]) == answer, "an answer changed on its way")
        self.session.sent(answer)

    def _logged(self, line: LogLine) -> None:
        check(len(line.message) <= LOG_MESSAGE_CHARACTERS, "a long line was kept")
        far = abs(line.at - self._clock.wall_s())
        check(math.isfinite(line.at) and far <= LOG_CLOCK_SLACK_S, f"a line is of {line.at}")
        line.message.encode("utf-8")

    def settle(self) -> None:
        """See that what is kept is what may be kept."""
        for key, value in self._store._values[_WORKER].items():  # noqa: SLF001 - a look behind
            check(0 < len(key.encode("utf-8")) <= STATE_KEY_BYTES, "a key out of bounds was kept")
            check(len(value) <= STATE_VALUE_BYTES, "a value out of bounds was kept")
            # Well formed; a number may be larger than any type holds, for none is made of it here.
            json.loads(value, parse_int=str, parse_float=str)
        if self._touched_files:
            self._ground.settle()


TURN = {
    State.ENTERING: ("Jailed", "Jailed", "Unjailed"),
    State.SEALING: ("Sealed",),
    State.RUNNING: ("Ask", "Ask", "Ask", "Ask", "Log", "Log", "Loaded", "Finished", "Failed"),
    State.CHECKING: ("Diagnosed",),
}
"""What a worker that keeps its turn would say; in the other states it is the host's."""
_LEAD = {
    State.ENTERING: (),
    State.PROVING: ("Jailed",),
    State.SEALING: ("Jailed", None),
    State.IDLE: ("Jailed", None, "Sealed"),
    State.RUNNING: ("Jailed", None, "Sealed", 0),
    State.ASKING: ("Jailed", None, "Sealed", 0, "Ask"),
    State.CHECKING: ("Jailed", None, "Sealed", 1),
}
"""How a session is led to a state: what the worker says, else the host's choice among orders."""


def led(ground: Ground, state: State) -> HostSide:
    """Make a host's side whose session is in *state*."""
    host = HostSide(ground)
    host.withholds = state is State.ASKING
    for step in _LEAD[state]:
        if isinstance(step, str):
            message = hostile.said(hostile.Tape(b""), step, 1)
            host.hear(hostile.framed(hostile.pack(message)))
        else:
            host.say(hostile.Tape(bytes([step or 0])))
    host.withholds = False
    check(host.session.state is state, f"the way to {state} leads to {host.session.state}")
    return host


def judge(ground: Ground, data: bytes) -> HostSide:
    """Play one input: where the session stands, then what worker and host say in turn.

    The first byte chooses the state, the second whether the rest is a script of choices or the
    bytes of the wire themselves.

    Raises: Finding, or what the host must never raise.
    """
    tape = hostile.Tape(data)
    host = led(ground, hostile.pick(tape, tuple(State)))
    try:
        if tape(4) == 0:
            for piece in hostile.pieces(hostile.Tape(data[:8]), tape.rest()):
                host.hear(piece)
        for turn in range(1, 1 + _TURNS):
            if tape.over or host.breach is not None:
                break
            _play(host, tape, 4 * turn)
    finally:
        host.settle()
    return host


def _play(host: HostSide, choose: hostile.Choose, serial: int) -> None:
    """Have one side speak, the worker mostly as it should."""
    host.withholds = choose(8) == 0
    if choose(8) == 0:
        sent = hostile.stream(choose, serial)
    elif kinds := TURN.get(host.session.state):
        message = hostile.said(choose, hostile.pick(choose, kinds), serial)
        sent = hostile.framed(hostile.pack(message))
    else:
        host.say(choose)
        return
    for piece in hostile.pieces(choose, sent):
        host.hear(piece)
