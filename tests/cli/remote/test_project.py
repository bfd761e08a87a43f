"""`cellblock.toml`: what a file may say, and how a wrong one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellblock.cli.remote import project, wishes
from cellblock.cli.remote.wishes import Options
from cellblock.errors import OperatorFault, WorkerFault

WORKER = "def tick(ctx):\n    pass\n"
PLAIN = Options(
    targets=[],
    file=None,
    name=None,
    interval=None,
    cron=None,
    timezone=None,
    config=[],
    connect=[],
    offline=False,
    memory=None,
    tick_timeout=None,
    max_errors=None,
    note=None,
    start=True,
)


def options(*targets, **more):
    given = {name: getattr(PLAIN, name) for name in PLAIN.__dataclass_fields__}
    return Options(**given | {"targets": list(targets)} | more)


def read(text, path=Path("/x/cellblock.toml")):
    return project.read(text, path)


def refused(text):
    with pytest.raises(OperatorFault) as caught:
        read(text)
    assert caught.value.slug == "bad-project"
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(WORKER)
    return tmp_path


def write(folder, text):
    (folder / "cellblock.toml").write_text(text)


def test_a_file_describes_several_workers_with_what_they_share():
    found = read("""
workspace = "desk"
interval = "30s"
max_errors = 3
[config]
symbol = "BTCUSDT"
size = 1

[worker.carry]
source = "carry.py"
cron = "0 9 * * 1-5"
timezone = "Europe/Berlin"

[worker.fast]
source = "src/fast.py"
memory = "256MB"
tick_timeout = "5s"
connect = ["bybit=demo"]
note = "quick"
start = false
[worker.fast.config]
size = 2
""")
    carry, fast = found.parts
    assert found.workspace == "desk"
    assert (carry.name, carry.source) == ("carry", Path("/x/carry.py"))
    assert carry.settings == {
        "cron": "0 9 * * 1-5",
        "timezone": "Europe/Berlin",
        "config": {"symbol": "BTCUSDT", "size": 1},
        "limits": {"max_errors": 3},
    }
    assert (fast.name, fast.source, fast.note, fast.start) == (
        "fast", Path("/x/src/fast.py"), "quick", False,
    )  # fmt: skip
    assert fast.settings["interval_s"] == 30
    assert fast.settings["config"] == {"symbol": "BTCUSDT", "size": 2}
    assert fast.settings["limits"] == {
        "max_errors": 3, "memory_bytes": 256_000_000, "tick_timeout_s": 5,
    }  # fmt: skip
    assert fast.settings["connect"] == ["bybit=demo", "http", "monitor"]


def test_a_file_of_one_worker_needs_no_table():
    [part] = read('source = "My Bot.py"\ninterval = 5\noffline = true\n').parts
    assert (part.name, part.settings) == ("my-bot", {"interval_s": 5, "connect": []})
    [part] = read('source = "b.py"\nname = "bot"\n').parts
    assert part.name == "bot"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('intervall = "5s"', "'intervall' is no key; do you mean interval?"),
        ('tick-timeout = "5s"', "'tick-timeout' is no key; do you mean tick_timeout?"),
        ('[worker.a]\nsource="a.py"\nmemroy="1MB"', "[worker.a] 'memroy' is no key; do you mean memory?"),
        ("qqq = 1", "'qqq' is no key; the keys are source, name"),
        ("interval = true", 'interval must be a time; write it as "500ms"'),
        ('interval = "soon"', "interval 'soon' is no time"),
        ('[worker.a]\nsource="a.py"\ninterval="soon"', "interval 'soon' is no time"),
        ("memory = 1.5", 'memory must be a size; write it as "256MB"'),
        ("max_errors = 0", "max_errors must be a whole number from 1"),
        ('start = "no"', "start must be true or false"),
        ('connect = "bybit"', 'connect must be a list of texts; write it as ["bybit=main"]'),
        ("config = 3", "config must be a table"),
        ('interval = 5\ncron = "* * * * *"', "both interval and cron are written"),
        ("[worker.a]\ninterval = 5", "[worker.a] names no source"),
        ('[worker.A]\nsource = "a.py"', "'A' cannot be the name of a worker"),
        ('source = "a.py"\n[worker.a]\nsource = "a.py"', "source and name stand in a [worker.NAME]"),
        ("worker = 3", "worker must be a table"),
        ("workspace = 3", "workspace must be text"),
        ("a = ", "is no TOML"),
        ("x = " + "[" * 5_000, "is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_what_is_wrong_and_what_to_do(text, said):
    told = refused(text)
    assert told.startswith("/x/cellblock.toml ")
    assert said in told


def test_a_worker_alone_is_named_by_its_file_and_says_nothing_of_settings(folder):
    [wish] = wishes.wishes(options("a.py"), folder)
    assert (wish.part.name, wish.source, wish.described) == ("a", WORKER, False)
    before = {"interval_s": 7.0, "config": {"a": 1}, "connect": None, "limits": {"max_errors": 2}}
    settings = wish.settings(before)
    assert settings["interval_s"] == 7
    assert settings["limits"]["max_errors"] == 2
    assert wish.settings(None)["interval_s"] == 10


def test_options_change_what_a_worker_has_and_keep_the_rest(folder):
    [wish] = wishes.wishes(
        options("a.py", cron="0 9 * * *", config=["b=2"], memory="64MB", offline=True), folder
    )
    before = {"interval_s": 7.0, "config": {"a": 1}, "limits": {"max_errors": 2}}
    settings = wish.settings(before)
    assert (settings["interval_s"], settings["cron"]) == (None, "0 9 * * *")
    assert settings["config"] == {"a": 1, "b": 2}
    assert settings["connect"] == ()
    assert settings["limits"]["memory_bytes"] == 64_000_000
    assert settings["limits"]["max_errors"] == 2


def test_a_file_is_the_whole_truth_and_options_stand_above_it(folder):
    write(folder, '[worker.bot]\nsource = "a.py"\ninterval = "5s"\n[worker.bot.config]\nx = 1\n')
    [wish] = wishes.wishes(options("a.py"), folder)
    assert (wish.part.name, wish.described) == ("bot", True)
    settings = wish.settings({"interval_s": 7.0, "config": {"a": 1}})
    assert (settings["interval_s"], settings["config"]) == (5, {"x": 1})
    [wish] = wishes.wishes(options("a.py", interval="9s", config=["x=2"]), folder)
    assert wish.settings(None)["interval_s"] == 9
    assert wish.settings(None)["config"] == {"x": 2}


def test_without_arguments_all_of_the_file_is_deployed_and_names_choose_from_it(folder):
    write(folder, '[worker.one]\nsource = "a.py"\n[worker.two]\nsource = "b.py"\n')
    assert [wish.part.name for wish in wishes.wishes(options(), folder)] == ["one", "two"]
    assert [wish.part.name for wish in wishes.wishes(options("two"), folder)] == ["two"]
    assert [wish.part.name for wish in wishes.wishes(options("b.py"), folder)] == ["two"]
    [wish] = wishes.wishes(options("a.py", name="copy"), folder)
    assert (wish.part.name, wish.described) == ("copy", True)


def test_one_source_of_two_workers_must_be_told_apart(folder):
    write(folder, '[worker.one]\nsource = "a.py"\n[worker.two]\nsource = "a.py"\n')
    with pytest.raises(OperatorFault) as caught:
        wishes.wishes(options("a.py"), folder)
    assert "--name one or two" in str(caught.value)
    [wish] = wishes.wishes(options("a.py", name="two"), folder)
    assert wish.part.name == "two"


def test_a_name_that_the_file_gives_to_another_source_is_refused(folder):
    write(folder, '[worker.a]\nsource = "b.py"\n')
    with pytest.raises(OperatorFault) as caught:
        wishes.wishes(options("a.py"), folder)
    assert "has another source than a.py" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        (options(), "bad-project"),
        (options("nobody"), "bad-source"),
        (options("none.py"), "bad-source"),
        (options("a.py", file="none.toml"), "bad-project"),
        (options("a.py", "b.py", name="x"), "bad-option"),
        (options("a.py", name="Ä"), "bad-name"),
        (options("a.py", interval="1s", cron="* * * * *"), "bad-option"),
        (options("a.py", interval="soon"), "bad-option"),
        (options("a.py", config=["x"]), "bad-option"),
        (options("a.py", memory="much"), "bad-option"),
    ],
)
def test_what_cannot_be_wanted_is_refused_with_a_hint(folder, given, slug):
    with pytest.raises(OperatorFault) as caught:
        wishes.wishes(given, folder)
    assert caught.value.slug == slug
    assert caught.value.hint


def test_a_source_that_is_no_text_is_its_authors_fault(folder):
    (folder / "a.py").write_bytes(b"x = '\xff'\n")
    with pytest.raises(WorkerFault) as caught:
        wishes.wishes(options("a.py"), folder)
    assert str(caught.value) == "a.py is not UTF-8: byte 5 begins no letter; save it as UTF-8"
