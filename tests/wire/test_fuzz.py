"""Hostile bytes from the generator that the fuzz target uses, in every state of the session."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from pathlib import Path
from typing import get_args

import frames
import host_side
import hostile_frames as hostile
import msgspec
import pytest
from host_side import Finding, Ground, HostSide, judge, led
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_up, encode
from cellblock.wire.frames import HEADER_BYTES, FrameReader
from cellblock.wire.session import State

TARGET = Path(frames.__file__)


# A tape of this length is long enough for a few frames; behind its end all choices are the first.
TAPES = st.binary(min_size=40, max_size=400).map(hostile.Tape)


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    with Ground(tmp_path_factory.mktemp("ground")) as opened:
        yield opened


def heard(pieces):
    """What a host makes of the bytes: messages, and at their end perhaps a breach."""
    reader, found = FrameReader(), []
    try:
        for piece in pieces:
            reader.feed(piece)
            # Not collected first: what came before a breach in the same piece was heard.
            found.extend(encode(decode_up(payload)) for payload in iter(reader.take, None))
    except PeerError as breach:
        found.append(breach.slug)
    return found


@given(TAPES)
def test_hostile_frames_are_heard_alike_however_they_are_cut(choose):
    data = hostile.stream(choose)
    assert heard([data]) == heard(hostile.pieces(choose, data))


@given(TAPES, st.sampled_from(hostile.KINDS))
def test_the_generator_writes_the_msgpack_that_it_means(choose, kind):
    message = hostile.said(choose, kind, 1)
    assert repr(msgspec.msgpack.decode(hostile.pack(message))) == repr(message)


def test_the_generator_knows_every_message_of_a_worker():
    assert set(hostile.KINDS) == {kind.__name__ for kind in get_args(m.Up)}


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_each_state_can_be_fuzzed(ground, state):
    assert led(ground, state).session.state is state


class Wall(RuleBasedStateMachine):
    """A worker that keeps its turn, breaks it or speaks no language, and the host that hears it.

    The model is what `host_side.TURN` lets a worker say; the parts are the real ones.
    """

    ground: Ground

    @initialize(state=st.sampled_from(State))
    def begin(self, state):
        self.host: HostSide = led(self.ground, state)
        self.serial = 1

    def _hear(self, choose, data):
        for piece in hostile.pieces(choose, data):
            self.host.hear(piece)

    @precondition(lambda self: self.host.breach is None and self.host.pending_bytes == 0)
    @rule(choose=TAPES, withholds=st.booleans())
    def the_worker_keeps_its_turn(self, choose, withholds):
        if (kinds := host_side.TURN.get(self.host.session.state)) is None:
            return
        self.serial += 1
        self.host.withholds = withholds
        data = hostile.pack(hostile.said(choose, hostile.pick(choose, kinds), self.serial))
        try:
            decode_up(data)
        except PeerError:  # a text beyond its bound
            expected = {"bad-message"}
        else:
            expected = {None}
        self._hear(choose, hostile.framed(data))
        assert _slug(self.host) in expected

    @precondition(lambda self: self.host.breach is None and self.host.pending_bytes == 0)
    @rule(kind=st.sampled_from(hostile.KINDS), choose=TAPES)
    def the_worker_speaks_out_of_turn(self, kind, choose):
        state = self.host.session.state
        if kind in host_side.TURN.get(state, ()):
            return
        plain = hostile.said(hostile.Tape(b""), kind, 10**6)
        self._hear(choose, hostile.framed(hostile.pack(plain)))
        assert _slug(self.host) == "out-of-turn"
        assert self.host.session.state is state

    @precondition(lambda self: self.host.breach is None)
    @rule(choose=TAPES)
    def the_worker_sends_hostile_bytes(self, choose):
        self.serial += 4
        self._hear(choose, hostile.stream(choose, self.serial))

    @precondition(lambda self: self.host.breach is None)
    @rule(choose=TAPES)
    def the_host_speaks(self, choose):
        self.host.say(choose)

    @precondition(lambda self: self.host.breach is not None)
    @rule(choose=TAPES)
    def after_a_breach_nothing_is_heard(self, choose):
        breach, state = self.host.breach, self.host.session.state
        self._hear(choose, hostile.stream(choose))
        assert (self.host.breach, self.host.session.state) == (breach, state)

    @invariant()
    def a_breach_is_of_the_protocol(self):
        assert _slug(self.host) in {None, *host_side.SLUGS}

    def teardown(self):
        self.host.settle()


def _slug(host):
    return host.breach.slug if host.breach else None


def test_whatever_is_said_in_whatever_state_is_a_message_or_a_breach(ground):
    Wall.ground = ground
    run_state_machine_as_test(Wall, settings=settings(max_examples=150, stateful_step_count=12))


@given(data=st.binary(max_size=300))
def test_any_input_of_the_fuzz_target_keeps_the_invariant(ground, data):
    judge(ground, data)


def inputs(count):
    """Inputs of a generator; half of them begin where worker code runs and follow a script."""
    source = random.Random(count)
    running = bytes([list(State).index(State.RUNNING), 1])
    return [
        (running if number % 2 else b"") + source.randbytes(source.randrange(1, 800))
        for number in range(count)
    ]


def test_the_fuzz_target_finds_nothing_in_a_bounded_run(ground, tmp_path):
    _judge_all(ground, [*frames.seeds().values(), *inputs(800)])
    if importlib.util.find_spec("atheris") is not None:
        done = _target("--runs", "600", "--folder", str(tmp_path))
        assert done.returncode == 0, done.stderr[-2_000:]
        assert "nothing was found" in done.stdout


def _target(*options):
    return subprocess.run(
        [sys.executable, str(TARGET), *options], capture_output=True, text=True, check=False
    )


def test_without_its_fuzzer_the_target_says_so_and_does_not_run(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "atheris", None)
    monkeypatch.setattr(sys, "argv", ["frames.py"])
    assert frames.main() == 2
    assert "atheris is not installed for Python" in capsys.readouterr().err


def test_an_input_that_was_kept_is_played_again(tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(bytes([4, 0]) + bytes(4))
    done = _target(str(kept))
    assert (done.returncode, done.stdout) == (0, f"{kept}: a frame announced 0 bytes\n")


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("host_side.decode_up", msgspec.msgpack.Decoder(m.Up).decode),
        ("cellblock.broker.keeping.STATE_KEY_BYTES", 1_000_000),
        ("cellblock.broker.adapters.files._FAR", 2**70),
    ],
)
def test_a_defect_in_the_host_is_found(ground, monkeypatch, name, broken):
    monkeypatch.setattr(name, broken)
    with pytest.raises((Finding, RecursionError, ValueError)):
        _judge_all(ground, inputs(3_000))


def _judge_all(ground, many):
    for data in many:
        judge(ground, data)


SET = {"type": "StateSet", "key": "k"}


def test_a_frame_as_long_as_can_be_is_heard_from_many_pieces(ground):
    host = led(ground, State.RUNNING)
    empty = len(hostile.pack({"type": "Ask", "serial": 1, "call": SET | {"value": b""}}))
    ask = {"type": "Ask", "serial": 1, "call": SET | {"value": b"1" * (FRAME_BYTES - empty)}}
    data = hostile.framed(hostile.pack(ask))
    assert len(data) == HEADER_BYTES + FRAME_BYTES
    for at in range(0, len(data), 65_536):
        host.hear(data[at : at + 65_536])
    assert host.breach is None
    assert host.session.state is State.RUNNING
    host.hear((FRAME_BYTES + 1).to_bytes(HEADER_BYTES, "big"))
    assert _slug(host) == "bad-frame"
