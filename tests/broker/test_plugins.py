"""Plugins as they are on a machine: packages on the path, with metadata and entry points."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys

import pytest

from cellblock import Sandbox, compose
from cellblock.broker.plugins import GROUP, BuiltIn, Kinds
from cellblock.broker.secret import HIDDEN, Scrubber
from cellblock.cli import connecting, look
from cellblock.cli.shelf import Shelf, granted
from cellblock.cli.stubs import write_stubs
from cellblock.compose import vaults
from cellblock.errors import OperatorFault
from cellblock.jail.kernel import process
from cellblock.store.ports import Kept

GOOD = """
import msgspec
from cellblock.plugin import AdapterError, Kind, Place, Secret

class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    city: str = "Oslo"
    key: Secret | None = None

class Weather:
    def __init__(self, settings: Settings, place: Place) -> None:
        self._settings = settings

    async def now(self, days: int = 1) -> dict[str, int]:
        if days > 9:
            raise AdapterError("nobody can tell", "too_far")
        return {"days": days}

    async def close(self) -> None:
        raise RuntimeError(self._settings.key.reveal() if self._settings.key else "no end")

KIND = Kind(name="weather", summary="Weather.", settings=Settings, worker=Weather, keyless=True)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package on the path as an installer leaves it; what it imported is forgotten after."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(distribution, module, source, **points):
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n"
        )
        lines = [f"{name} = {target}" for name, target in points.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))

    yield put
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def fault(name):
    with pytest.raises(OperatorFault) as caught:
        compose.kinds()[name]
    assert caught.value.slug == "bad-plugin"
    return str(caught.value)


def test_a_plugin_is_imported_when_its_kind_is_wanted_and_not_before(install):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    kinds = compose.kinds()
    assert "weather" in kinds
    assert "weather" in list(kinds)
    assert len(kinds) == len(list(kinds))
    assert "weather_plugin" not in sys.modules
    assert kinds["weather"].name == "weather"
    assert kinds["weather"] is sys.modules["weather_plugin"].KIND
    assert kinds.usable()["weather"] is kinds["weather"]
    assert kinds.get("nothing") is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import no_such_module", "importing it raised ModuleNotFoundError: No module named"),
        ("raise SystemExit('bye')", "importing it raised SystemExit: bye"),
        ("KIND = 5", "it is a int, not a cellblock.plugin.Kind"),
        ("", "importing it raised AttributeError: module 'weather_plugin' has no attribute"),
        (GOOD.replace('name="weather"', 'name="other"'), "its Kind is named 'other'"),
        (GOOD.replace("settings=Settings", "settings=dict"), "its settings are no msgspec.Struct"),
        (GOOD.replace("keyless=True", "raw=True"), "raw=True is for kinds whose messages"),
        (GOOD.replace("async def now", "def now"), "no class with public `async def` methods"),
        (
            GOOD.replace(
                "    async def now", "    def roll(self) -> int: ...\n\n    async def now"
            ),
            "no worker could call roll: write `async def roll`, or name it _roll",
        ),
        (GOOD.replace("worker=Weather", "worker=print"), "no class with public `async def`"),
        (GOOD.replace("async def now", "async def Now"), "'Now' cannot be the name of"),
        (
            "from __future__ import annotations\n" + GOOD.replace("days: int", "days: Whole"),
            "the annotations of ctx.weather.now cannot be read: NameError",
        ),
    ],
)
def test_a_broken_plugin_is_told_by_package_and_entry_point(install, source, words):
    install("a-weather", "weather_plugin", source, weather="weather_plugin:KIND")
    said = fault("weather")
    assert words in said
    assert "the plugin weather of a-weather 1.2 cannot be used (weather_plugin:KIND)" in said
    assert said.endswith("mend it, or uninstall it: pip uninstall a-weather")
    assert "weather" not in compose.kinds().usable()
    (found,) = compose.kinds().plugins()
    assert words in found.problem


def test_what_a_plugin_prints_at_import_is_not_in_the_output(install, capsys):
    install("a-weather", "weather_plugin", "print('hello')\n" + GOOD, weather="weather_plugin:KIND")
    assert compose.kinds()["weather"].name == "weather"
    assert capsys.readouterr() == ("", "hello\n")


@pytest.mark.parametrize("name", ["state", "tick", "http", "config"])
def test_a_name_of_the_contract_is_no_plugins(install, name):
    install("a-weather", "weather_plugin", GOOD, **{name: "weather_plugin:KIND"})
    if name not in compose.BUILT_IN:
        assert f"ctx.{name} is the contract's" in fault(name)
    (found,) = compose.kinds().plugins()
    assert found.problem == f"ctx.{name} is the contract's"
    assert "weather_plugin" not in sys.modules


def test_a_plugin_never_stands_in_the_place_of_a_built_in_kind(install):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    mine = compose.kinds()["weather"]
    install("b-weather", "other_plugin", GOOD, weather="other_plugin:KIND")
    kinds = Kinds({"weather": BuiltIn("weather_plugin:KIND", keyless=True)}, ())
    assert kinds["weather"] is mine
    assert [plugin.problem for plugin in kinds.plugins()] == ["ctx.weather is the contract's"] * 2
    assert "other_plugin" not in sys.modules


def test_a_name_that_can_be_none_is_told(install):
    install("a-weather", "weather_plugin", GOOD, Weather="weather_plugin:KIND")
    assert "'Weather' cannot be the name of an adapter" in fault("Weather")
    assert "Weather" not in compose.kinds()


def test_of_a_name_that_two_packages_bring_neither_is_taken(install):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-weather", "other_plugin", GOOD, weather="other_plugin:KIND")
    said = fault("weather")
    for words in ("a-weather 1.2", "b-weather 1.2", "uninstall all but one of them"):
        assert words in said
    assert [bool(plugin.problem) for plugin in compose.kinds().plugins()] == [True, True]
    assert not {"weather_plugin", "other_plugin"} & set(sys.modules)


@pytest.mark.jail
def test_a_worker_calls_a_plugin_and_another_that_is_broken_is_no_matter(install, caplog):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    code = """
print(ctx.weather.now(days=3), ctx.weather.now(10), "weather" in ctx.connected)
try:
    ctx.weather.now("3")
except TypeError as error:
    print(error)
"""

    async def scenario():
        connections = {"weather": {"key": "hunter2-hunter2"}}
        async with Sandbox(preload=(), connections=connections) as sandbox:
            return await sandbox.run(code)

    outcome = _run(scenario())
    assert outcome.output.splitlines() == [
        "{'days': 3} {'error': 'nobody can tell', 'code': 'too_far'} True",
        "ctx.weather.now: days: Expected `int`, got `str`",
    ]
    assert "broken_plugin" not in sys.modules
    # Its close failed, and its words held a secret.
    assert f"RuntimeError: {HIDDEN}" in caplog.text


@pytest.mark.jail
def test_an_adapter_that_cannot_be_made_leaves_the_name_free(install, tmp_path):
    source = GOOD.replace("self._settings = settings", "raise OSError(settings.key.reveal())")
    install("a-weather", "weather_plugin", source, weather="weather_plugin:KIND")
    options = {"state": f"sqlite:///{tmp_path}/s.db", "name": "bot"}

    async def scenario():
        connections = {"weather": {"key": "hunter2-hunter2"}}
        async with Sandbox(preload=(), connections=connections) as sandbox:
            with pytest.raises(OperatorFault) as caught:
                await sandbox.run("pass", **options)
            outcome = await sandbox.run("pass", connect=(), **options)
            return str(caught.value), outcome.ok

    said, ran = _run(scenario())
    assert f"the weather connection main cannot be opened: OSError: {HIDDEN}" in said
    assert ran


def test_a_connection_to_a_broken_plugin_is_refused(install):
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    with pytest.raises(OperatorFault, match="the plugin broken of b-broken"):
        _run(_open(Sandbox(preload=(), connections={"broken": {}})))


def test_one_name_is_not_both_an_own_adapter_and_a_connection(install):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")

    async def now():
        return 1

    sandbox = Sandbox(preload=(), adapters={"weather": {"now": now}}, connections={"weather": {}})
    with pytest.raises(OperatorFault, match="both an own adapter and a connection"):
        _run(_open(sandbox))


async def _open(sandbox):
    async with sandbox:
        pass


def _run(work):
    return asyncio.run(asyncio.wait_for(work, 60))


@pytest.mark.jail
def test_the_doctor_tells_of_each_plugin(install, capsys):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "raise OSError('\x1b[2J')", broken="broken_plugin:KIND")
    assert look.examine(as_json=False) == 0
    said = capsys.readouterr().out
    assert "\x1b[2J" not in said
    said = " ".join(said.split())
    assert "broken broken b-broken 1.2 (broken_plugin:KIND) importing it raised OSError" in said
    assert "weather on a-weather 1.2 (weather_plugin:KIND)" in said
    assert look.examine(as_json=True) == 0
    broken, weather = json.loads(capsys.readouterr().out)["plugins"]
    assert broken["problem"].startswith("importing it raised OSError")
    assert weather == {
        "name": "weather",
        "distribution": "a-weather 1.2",
        "target": "weather_plugin:KIND",
        "problem": "",
    }


def test_a_broken_plugin_is_left_out_of_the_stubs_and_told(install, capsys):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    assert write_stubs("-", check=False) == 0
    said = capsys.readouterr()
    assert "    weather: Weather\n" in said.out
    assert "broken" not in said.out
    assert said.err.startswith("cellblock: left out: the plugin broken of b-broken 1.2")
    assert said.err.count("\n") == 1


def test_a_run_is_granted_a_plugin_by_name_alone(install, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "set_dumpable", lambda _on: None)
    keyed = GOOD.replace("key: Secret | None = None", "key: str = ''")
    install("a-weather", "weather_plugin", keyed, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    shelf = Shelf.of(str(tmp_path / "data"), "default", Scrubber())
    usual, _ = granted(shelf, [], offline=False)
    free = {name for name, kind in compose.BUILT_IN.items() if kind.keyless}
    assert {connection.kind for connection in usual} == free
    assert not {"weather_plugin", "broken_plugin"} & set(sys.modules)
    named, notes = granted(shelf, ["weather"], offline=True)
    assert [connection.kind for connection in named] == ["weather"]
    assert notes == ["weather is granted without keys: workspace default has none"]
    with pytest.raises(OperatorFault, match="the plugin broken of b-broken"):
        granted(shelf, ["broken"], offline=True)


def test_showing_and_granting_a_connection_imports_no_other_plugin(
    install, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(process, "set_dumpable", lambda _on: None)
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    install("c-other", "other_plugin", GOOD, other="other_plugin:KIND")
    shelf = Shelf.of(str(tmp_path / "data"), "default", Scrubber())
    for kind in ("weather", "broken"):
        kept = Kept(workspace="default", kind=kind, name="main", settings={"a": 1}, secrets={})
        shelf.work(lambda vault, kept=kept: vault.put(kept))
    for kind in ("weather", "broken"):  # of which the settings are shown without their defaults
        assert (
            connecting.show_one(kind, "main", (str(tmp_path / "data"), "default"), as_json=True)
            == 0
        )
        shown = json.loads(capsys.readouterr().out)["settings"]
        assert shown == ({"city": "Oslo", "a": 1} if kind == "weather" else {"a": 1})
    openings = []
    opened = vaults.open_vault
    monkeypatch.setattr(
        vaults, "open_vault", lambda *places: openings.append(places) or opened(*places)
    )
    found, _ = granted(shelf, ["weather"], offline=True)
    assert [(item.kind, item.name, item.values) for item in found] == [
        ("weather", "main", {"a": 1})
    ]
    assert len(openings) == 1
    granted(shelf, [], offline=False)
    assert len(openings) == 1
    assert "other_plugin" not in sys.modules


def test_the_help_of_connect_lists_the_plugins_that_can_be_used(install, tmp_path):
    install("a-weather", "weather_plugin", GOOD, weather="weather_plugin:KIND")
    install("b-broken", "broken_plugin", "1/0", broken="broken_plugin:KIND")
    paths = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-B", "-m", "cellblock", "connect", "--help"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^ *weather +Weather", done.stdout, re.MULTILINE)
    assert "broken" not in done.stdout
