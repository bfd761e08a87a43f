from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any, Literal

import msgspec
import pytest

from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Kind, Place, Surroundings, Turn, connections_of
from cellblock.broker.secret import HIDDEN, Scrubber, Secret
from cellblock.broker.web import Web
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.wire.messages import AdapterCall


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    city: str = "Oslo"
    key: Secret | None = None


class Bureau:
    """What the workers of a connection share."""

    def __init__(self, _settings: Settings, _surroundings: Surroundings) -> None:
        self.asked = 0
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Weather:
    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings = settings
        self._place = place
        self.closed = False

    async def now(self, days: int = 1, *, unit: Literal["c", "f"] = "c") -> dict[str, Any]:
        self._place.shared.asked += 1
        turn = self._place.turn
        return {"city": self._settings.city, "days": days, "unit": unit, "n": turn.n}

    async def fail(self) -> None:
        key = self._settings.key
        raise KeyError(key.reveal() if key else "")

    async def far_side_fails(self) -> None:
        raise AdapterError("no weather today", "server")

    async def echo(self, *, text: str, fails: bool = False, refused: bool = False) -> str:
        if fails:
            raise AdapterError(f"no {text}", "server")
        if refused:
            raise CallRefused(f"no {text}", "ValueError")
        return text

    async def refuse(self) -> None:
        raise CallRefused("connect it: cellblock connect weather")

    async def close(self) -> None:
        self.closed = True

    def not_for_workers(self) -> None: ...


WEATHER = Kind(name="weather", summary="Weather.", settings=Settings, worker=Weather, shared=Bureau)
OTHER = Kind(name="other", summary="Other.", settings=Settings, worker=Weather)
THIRD = Kind(name="third", summary="Third.", settings=Settings, worker=Weather)


def connections(*known: Connection) -> tuple[Connections, Scrubber]:
    scrub = Scrubber()
    surroundings = Surroundings(clock=HandClock(), scrub=scrub, web=Web())
    opened = Connections({"weather": WEATHER, "other": OTHER}, known, surroundings)
    opened.open()
    return opened, scrub


def weather(name: str = "main", **values: Any) -> Connection:
    return Connection("weather", name, values)


def guest(name: str = "bot") -> Guest:
    return Guest(WorkerId(name), Turn(), None, MemoryRenders())


def call(adapter: Any, method: str, arguments: bytes = b"[[], {}]") -> Any:
    return json.loads(asyncio.run(adapter.answer(AdapterCall("weather", method, arguments))))


def test_a_connection_prints_without_its_values():
    (known,) = connections_of({"bybit=desk": {"api_key": "hunter2-hunter2", "symbols": ["A"]}})
    assert known.values["api_key"] == "hunter2-hunter2"
    assert repr(known) == f"{known}" == "Connection(kind='bybit', name='desk')"


def test_each_worker_gets_the_main_connection_or_the_only_one():
    known, _ = connections(weather("a"), weather("main"), Connection("other", "lone", {}))
    assert known.choose(None) == {"weather": "main", "other": "lone"}
    assert known.choose(("weather=a",)) == {"weather": "a"}
    assert known.choose(("other",)) == {"other": "lone"}
    assert known.choose(()) == {}
    two, _ = connections(weather("a"), weather("b"))
    with pytest.raises(OperatorFault, match="name one, as in weather=a"):
        two.choose(None)


def test_a_connections_name_is_written_out_and_in_a_tuple():
    with pytest.raises(OperatorFault, match=r"give a tuple: connect=\('weather',\)"):
        connections(weather("main"))[0].choose("weather")
    with pytest.raises(OperatorFault, match="cannot be the name of a connection"):
        connections(weather("main"))[0].choose(("weather=",))
    with pytest.raises(OperatorFault, match="has no name after the =; write 'http', or"):
        connections_of({"http=": {}})


@pytest.mark.parametrize(
    ("wanted", "slug", "words"),
    [
        ("weather", "no-connection", "there are the weather connections a, b; name one, as in"),
        ("weather=c", "no-connection", "there is no weather connection c; there are a, b"),
        ("weather=", "bad-name", "'' cannot be the name of a connection"),
        ("other", "no-connection", "make it: `cellblock connect other`"),
        ("nothing", "no-kind", "the kinds here are other, weather"),
    ],
)
def test_a_connection_that_is_not_there_is_refused(wanted, slug, words):
    known, _ = connections(weather("a"), weather("b"))
    with pytest.raises(OperatorFault) as caught:
        known.choose((wanted,))
    assert caught.value.slug == slug
    assert words in str(caught.value)


def test_one_worker_gets_one_connection_of_a_kind():
    known, _ = connections(weather("a"), weather("b"))
    for wanted in (("weather=a", "weather=b"), ("weather=a", "weather=a")):
        with pytest.raises(OperatorFault, match="weather is wanted twice") as caught:
            known.choose(wanted)
        assert caught.value.slug == "two-connections"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"town": "Rome"}, "unknown field `town`; its settings are city, key"),
        ({"city": 5}, "Expected `str`, got `int`"),
        ({"key": 5}, "a secret is text - at `$.key`"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, words):
    with pytest.raises(OperatorFault) as caught:
        connections(weather(**values))
    assert caught.value.slug == "bad-connection"
    assert words in str(caught.value)


def test_methods_are_the_public_async_ones_and_arguments_are_held_to_annotations():
    known, _ = connections(weather(city="Rome"))
    adapter = known.adapter("weather", "main", guest())
    assert adapter.names == ("echo", "fail", "far_side_fails", "now", "refuse")
    assert call(adapter, "now", b'[[3], {"unit": "f"}]') == {
        "city": "Rome",
        "days": 3,
        "unit": "f",
        "n": 0,
    }
    for arguments, kind, words in (
        (b'[["3"], {}]', "TypeError", "ctx.weather.now: days: Expected `int`, got `str`"),
        (b'[[3], {"unit": "k"}]', "ValueError", "unit: Invalid enum value 'k'"),
        (b"[[3, 4], {}]", "TypeError", "too many positional arguments"),
        (b'[[], {"place": 1}]', "TypeError", "unexpected keyword argument 'place'"),
    ):
        with pytest.raises(CallRefused, match=r"ctx\.weather\.now") as caught:
            call(adapter, "now", arguments)
        assert caught.value.kind == kind
        assert words in str(caught.value)


def test_failures_are_answered_and_a_secret_in_a_traceback_is_not_logged(caplog):
    known, scrub = connections(weather(key="hunter2-hunter2"))
    adapter = known.adapter("weather", "main", guest())
    assert call(adapter, "far_side_fails") == {"error": "no weather today", "code": "server"}
    with pytest.raises(CallRefused, match="connect it"):
        call(adapter, "refuse")
    assert call(adapter, "fail")["error"] == "ctx.weather.fail failed: KeyError"
    assert "hunter2" not in caplog.text
    assert HIDDEN in caplog.text
    assert scrub.text("hunter2-hunter2") == HIDDEN


def test_connections_that_have_in_common_what_the_kind_says_share_one_thing():
    by_key = Kind(
        name="weather",
        summary="Weather.",
        settings=Settings,
        worker=Weather,
        shared=Bureau,
        shared_by=lambda settings: settings.key,
    )
    surroundings = Surroundings(clock=HandClock(), scrub=Scrubber(), web=Web())
    keys = {"a": "one-key", "b": "one-key", "c": "another-key"}
    known = Connections(
        {"weather": by_key}, [weather(name, key=key) for name, key in keys.items()], surroundings
    )
    for name in keys:
        known.adapter("weather", name, guest())
    assert len(known._shared) == 2


def test_workers_of_a_connection_share_one_thing_and_close_their_own():
    async def scenario() -> None:
        known, _ = connections(weather())
        first = known.adapter("weather", "main", guest("a"))
        second = known.adapter("weather", "main", guest("b"))
        for adapter in (first, second):
            await adapter.answer(AdapterCall("weather", "now", b"[[], {}]"))
        shared = known._shared["weather", "main"]
        await first.close()
        assert (shared.asked, shared.closed) == (2, False)
        await known.close()
        assert shared.closed

    asyncio.run(scenario())


@pytest.mark.parametrize("how", ["", ', "fails": true', ', "refused": true'])
def test_a_connections_own_secret_is_struck_out_and_that_of_another_is_no_ones_to_guess(how):
    ours, theirs = "hunter2-hunter2", "hunter3-hunter3"
    known, _ = connections(weather(key=ours), Connection("other", "main", {"key": theirs}))
    adapter = known.adapter("weather", "main", guest())

    def said(text: str) -> str:
        arguments = f'[[], {{"text": "{text}"{how}}}]'.encode()
        try:
            return json.dumps(call(adapter, "echo", arguments), ensure_ascii=False)
        except CallRefused as refusal:
            return str(refusal)

    assert HIDDEN in said(ours)
    assert ours not in said(ours)
    # Part of it stays, or whoever has their own words back could find it letter by letter.
    assert ours[:-1] in said(ours[:-1])
    assert theirs in said(theirs)


def test_what_fails_to_end_is_logged_and_keeps_nothing_else(monkeypatch, caplog):
    monkeypatch.setattr("cellblock.broker.methods.ADAPTER_CLOSE_S", 0.01)

    class Stuck(Bureau):
        async def close(self) -> None:
            self.closed = True
            await asyncio.Event().wait()

    class Failing(Weather):
        async def close(self) -> None:
            raise OSError("hunter2-hunter2")

    async def scenario() -> None:
        scrub = Scrubber()
        kinds = {
            "weather": replace(WEATHER, shared=Stuck, worker=Failing),
            "other": replace(OTHER, shared=Bureau),
        }
        surroundings = Surroundings(clock=HandClock(), scrub=scrub, web=None)
        known = Connections(
            kinds, (weather(key="hunter2-hunter2"), Connection("other", "main", {})), surroundings
        )
        adapters = [known.adapter(kind, "main", guest()) for kind in kinds]
        await adapters[0].close()
        shared = list(known._shared.values())
        await known.close()
        assert [item.closed for item in shared] == [True, True]

    asyncio.run(scenario())
    assert "ctx.weather could not be closed" in caplog.text
    assert "what the weather connection shares could not be closed" in caplog.text
    assert "TimeoutError" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_closing_that_is_given_up_leaves_nothing_open_that_is_shared():
    begun = asyncio.Event()

    class Slow(Bureau):
        async def close(self) -> None:
            self.closed = True
            begun.set()
            await asyncio.Event().wait()

    async def scenario() -> None:
        kinds = {
            kind.name: replace(kind, shared=shared)
            for kind, shared in ((WEATHER, Slow), (OTHER, Bureau), (THIRD, Bureau))
        }
        surroundings = Surroundings(clock=HandClock(), scrub=Scrubber(), web=None)
        known = Connections(kinds, [Connection(kind, "main", {}) for kind in kinds], surroundings)
        for kind in ("other", "weather", "third"):
            known.adapter(kind, "main", guest())
        shared = list(known._shared.values())
        closing = asyncio.ensure_future(known.close())
        await begun.wait()
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert [item.closed for item in shared] == [True, True, True]

    asyncio.run(scenario())
