from __future__ import annotations

from typing import Self, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import Bug, PeerError
from cellblock.wire import messages as m
from cellblock.wire.session import Session, State

FAILURE = m.FailureReport("error", "ValueError", "no", "")
SAMPLES: dict[type, m.Message] = {
    type(message): message
    for message in (
        m.Jailed({}),
        m.Unjailed("no seccomp"),
        m.Sealed(),
        m.Loaded(has_setup=False, has_on_error=False),
        m.Log(()),
        m.Ask(1, m.StateKeys("")),
        m.Finished(),
        m.Failed(FAILURE),
        m.Diagnosed(()),
        m.Seal(),
        m.Load(
            "",
            "w.py",
            script=False,
            language="contract",
            config=b"",
            adapters={},
            connected=(),
            tick=m.TickFacts(0, 0.0, 0.0, 0.0, 0, 60.0),
        ),
        m.Check("", "contract"),
        m.Run("tick", None, None),
        m.Answer(1, None, None),
    )
}
JAILED, SEAL, SEALED = m.Jailed({}), m.Seal(), m.Sealed()
LOAD, LOADED = SAMPLES[m.Load], SAMPLES[m.Loaded]
RUN, FINISHED, LOG, ANSWER = SAMPLES[m.Run], m.Finished(), m.Log(()), SAMPLES[m.Answer]

TABLE = """
    entering  worker Jailed     proving
    entering  worker Unjailed   proving
    proving   host   Seal       sealing
    sealing   worker Sealed     idle
    idle      host   Load       running
    idle      host   Run        running
    idle      host   Check      checking
    running   worker Log        running
    running   worker Ask        asking
    running   worker Loaded     idle
    running   worker Finished   idle
    running   worker Failed     idle
    asking    host   Answer     running
    checking  worker Diagnosed  idle
"""
FOLLOWERS = {tuple(row.split()[:3]): row.split()[3] for row in TABLE.strip().splitlines()}


class Dialogue:
    """A conversation as one expression: ``>>`` the worker speaks, ``<<`` the host speaks.

    `end` is the state after it, or the first sentence that was out of turn and what was said of it.
    """

    def __init__(self) -> None:
        self._session = Session()
        self._breach: str | None = None

    def __rshift__(self, message: m.Up) -> Self:
        return self._say(lambda: self._session.received(message))

    def __lshift__(self, message: m.Down) -> Self:
        return self._say(lambda: self._session.sent(message))

    def _say(self, speak) -> Self:
        if self._breach is None:
            try:
                speak()
            except (PeerError, Bug) as error:
                self._breach = f"{type(error).__name__}: {error}"
        return self

    @property
    def end(self) -> State | str:
        return self._breach or self._session.state


def ready() -> Dialogue:
    return Dialogue() >> JAILED << SEAL >> SEALED


def ask(serial: int) -> m.Ask:
    return m.Ask(serial, m.StateKeys(""))


def test_the_samples_are_all_the_messages_there_are():
    assert set(SAMPLES) == {*get_args(m.Up), *get_args(m.Down)}


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("speaker", ["worker", "host"])
@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_every_state_and_message_is_as_in_the_table(state, speaker, kind):
    session = Session()
    session.state = state
    speak = session.received if speaker == "worker" else session.sent
    follower = FOLLOWERS.get((state.value, speaker, kind.__name__))
    if follower is not None:
        speak(SAMPLES[kind])
        assert session.state is State(follower)
        return
    with pytest.raises(PeerError if speaker == "worker" else Bug) as caught:
        speak(SAMPLES[kind])
    assert caught.value.slug == "out-of-turn"
    assert kind.__name__ in str(caught.value)
    assert session.state is state


def test_a_tick_with_calls_and_logs_ends_idle():
    tick = ready() << LOAD >> LOADED << RUN
    assert (
        tick >> LOG >> ask(1) << ANSWER >> ask(2) << ANSWER >> LOG >> FINISHED
    ).end is State.IDLE


def test_a_worker_takes_order_after_order():
    assert (ready() << LOAD >> LOADED << RUN >> FINISHED << RUN >> LOG).end is State.RUNNING


@pytest.mark.parametrize(
    ("dialogue", "breach"),
    [
        (Dialogue() >> SEALED, "the worker sent Sealed while entering"),
        (Dialogue() >> JAILED >> SEALED, "the worker sent Sealed while proving"),
        (ready() >> LOG, "the worker sent Log while idle"),
        (ready() << LOAD >> LOADED >> LOADED, "the worker sent Loaded while idle"),
        (ready() << LOAD >> ask(1) >> ask(2), "the worker sent Ask while asking"),
        (ready() << LOAD >> ask(1) >> FINISHED, "the worker sent Finished while asking"),
        (ready() << LOAD >> ask(1) << ANSWER >> ask(1), "the worker used a call's number twice"),
        (ready() << LOAD >> ask(0), "the worker used a call's number twice"),
        (ready() << LOAD >> ask(-1), "the worker used a call's number twice"),
    ],
)
def test_a_worker_out_of_turn_has_broken_the_protocol(dialogue, breach):
    assert dialogue.end == f"PeerError: {breach}"


@pytest.mark.parametrize(
    ("dialogue", "message"),
    [
        (Dialogue() << LOAD, "Load"),
        (Dialogue() >> JAILED << LOAD, "Load"),
        (ready() << ANSWER, "Answer"),
        (ready() << LOAD << RUN, "Run"),
        (ready() << LOAD >> ask(1) << ANSWER << ANSWER, "Answer"),
    ],
)
def test_a_host_out_of_turn_is_our_bug(dialogue, message):
    assert str(dialogue.end).startswith(f"Bug: the host would send {message} while ")


@given(st.lists(st.integers(-3, 12), max_size=12))
def test_call_numbers_must_rise_from_one_on(serials):
    dialogue = ready() << LOAD
    for serial in serials:
        dialogue = dialogue >> ask(serial) << ANSWER
    rising = all(a < b for a, b in zip([0, *serials], serials, strict=False))
    assert (dialogue.end is State.RUNNING) == rising
