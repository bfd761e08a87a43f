from __future__ import annotations

import pytest

from cellblock.intake.check import WALKS, check_source
from cellblock.intake.policy import language
from cellblock.limits import DIAGNOSTICS

CONTRACT = language(("numpy",))
FULL = language(full=True)
TICK = "def tick(ctx): ...\n"


def found(source: str, spoken=CONTRACT) -> list[tuple[str, int, int, str]]:
    return [(it.severity, it.line, it.column, it.code) for it in check_source(source, spoken)]


@pytest.mark.parametrize(
    "source",
    [
        TICK,
        "tick = lambda ctx: None",
        "import math, numpy.linalg\nfrom collections.abc import Mapping\n" + TICK,
        "from __future__ import annotations\n" + TICK,
        "def setup(ctx): ...\ndef tick(ctx): ...\ndef on_error(ctx, error): ...",
        "def tick(ctx, more=1, *rest, key=2, **others): ...",
        "def tick(*args): ...",
        "def tick(ctx, /): ...",
        "def tick(ctx):\n def inner():\n  yield 1",
        "def tick(ctx): print(len([x for x in range(3)]), ctx, __name__)",
        "class E(Exception): ...\n" + TICK,
        "open = 1\ndef tick(ctx): print(open)",
        "def tick(ctx):\n match ctx:\n  case [first, *rest]: print(first, rest)",
        "def tick(ctx):\n try: ...\n except ValueError as error: print(f'{error!r:>9}')",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n from ctx import Ctx\ndef tick(ctx: 'Ctx'): ...",
    ],
)
def test_a_good_worker_has_no_findings(source):
    assert found(source) == []


@pytest.mark.parametrize(
    ("source", "findings"),
    [
        # Syntax: one finding, at its place
        ("def tick(ctx:", [("error", 1, 9, "syntax")]),
        ("x = = 1", [("error", 1, 5, "syntax")]),
        ("x = '", [("error", 1, 5, "syntax")]),
        # Shape
        ("", [("error", 1, 1, "no-tick")]),
        ("x = 1", [("error", 1, 1, "no-tick")]),
        ("async def tick(ctx): ...", [("error", 1, 1, "async")]),
        ("def tick(): ...", [("error", 1, 1, "signature")]),
        ("def tick(ctx, more): ...", [("error", 1, 1, "signature")]),
        ("def tick(ctx, *, key): ...", [("error", 1, 1, "signature")]),
        ("def tick(ctx, a=1, *, key=1): ...", []),
        (TICK + "def setup(): ...", [("error", 2, 1, "signature")]),
        (TICK + "def on_error(ctx): ...", [("error", 2, 1, "signature")]),
        (TICK + "def on_error(ctx, error, more): ...", [("error", 2, 1, "signature")]),
        ("def tick(ctx):\n yield 1", [("error", 1, 1, "generator")]),
        ("def tick(ctx):\n yield from ctx", [("error", 1, 1, "generator")]),
        # Imports: an error where it surely runs, else a warning
        ("import os\n" + TICK, [("error", 1, 1, "import")]),
        ("import math, os, sys\n" + TICK, [("error", 1, 1, "import")] * 2),
        ("from os.path import join\n" + TICK, [("error", 1, 1, "import")]),
        ("def tick(ctx):\n    import socket", [("error", 2, 5, "import")]),
        (TICK + "def other():\n import os", [("warning", 3, 2, "import")]),
        ("try:\n import os\nexcept ImportError: ...\n" + TICK, [
            ("warning", 2, 2, "import"),
            ("warning", 3, 8, "builtin"),
        ]),
        ("if ctx:\n import os\n" + TICK, [("warning", 2, 2, "import")]),
        ("from . import x\n" + TICK, [("error", 1, 1, "import")]),
        # Names
        ("def tick(ctx):\n    open('a')", [("error", 2, 5, "builtin")]),
        ("def tick(ctx):\n    ctx.log.info(opne)", [("warning", 2, 18, "name")]),
        (TICK + "def other(): exec('1')", [("warning", 2, 14, "builtin")]),
        ("f = lambda: eval('1')\n" + TICK, [("warning", 1, 13, "builtin")]),
        # Walks
        ("def tick(ctx): ().__class__.__subclasses__()", [("warning", 1, 16, "walk")]),
        ("def tick(ctx): ctx.tick.__globals__", [("warning", 1, 16, "walk")]),
        # Order of the source
        (
            "import os\ndef tick(ctx):\n    open(ctx.__code__)\nimport sys",
            [
                ("error", 1, 1, "import"),
                ("error", 3, 5, "builtin"),
                ("warning", 3, 10, "walk"),
                ("error", 4, 1, "import"),
            ],
        ),
    ],
)  # fmt: skip
def test_findings_stand_at_their_place(source, findings):
    assert found(source) == findings


@pytest.mark.parametrize(
    "source",
    ["def setup(ctx):\n tick = 1", "class Bot:\n def tick(self): ...", "def go(tick): ..."],
)
def test_a_tick_that_is_not_the_modules_own_is_a_missing_tick(source):
    assert found(source) == [("error", 1, 1, "no-tick")]


@pytest.mark.parametrize(
    "source",
    [
        "def tick(ctx):\n x = open if ctx.config else None",
        "def tick(ctx):\n ctx.config and open('a')",
        "def tick(ctx):\n [open(x) for x in ctx.config]",
        "try:\n import os\nexcept* ValueError: ...\n" + TICK,
    ],
)
def test_what_may_never_run_is_only_a_warning(source):
    assert [severity for severity, *_ in found(source)] == ["warning"]


def test_a_relative_import_can_never_run():
    assert found("from .math import pi\n" + TICK) == [("error", 1, 1, "import")]


def test_columns_count_characters():
    assert found("def tick(ctx):\n    x = 'äöü', open") == [("error", 2, 16, "builtin")]
    assert found("x = 'äöü' )") == [("error", 1, 11, "syntax")]


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("", "there is no function tick", "write `def tick(ctx): ...`"),
        (
            "def tick(): ...",
            "tick must take 1 argument: ctx",
            "write `def tick(ctx): ...`",
        ),
        (
            TICK + "def on_error(): ...",
            "on_error must take 2 arguments: ctx, error",
            "write `def on_error(ctx, error): ...`",
        ),
        ("import socket\n" + TICK, "import of socket is not allowed", "use ctx.http"),
        ("import pathlib\n" + TICK, "import of pathlib is not allowed", "use ctx.files"),
        (
            "import yaml\n" + TICK,
            "import of yaml is not allowed",
            f"allowed: {', '.join(CONTRACT.modules)}",
        ),
        ("def tick(ctx): open", CONTRACT.hints["open"], ""),
        (
            "def tick(ctx): nowhere",
            "nowhere is not defined in this worker",
            "check its spelling",
        ),
        ("x = = 1", "SyntaxError: invalid syntax", ""),
    ],
)
def test_a_finding_says_what_to_do(source, message, hint):
    (finding,) = check_source(source, CONTRACT)
    assert (finding.message, finding.hint) == (message, hint)


@pytest.mark.parametrize("walk", sorted(WALKS))
def test_every_walk_is_told_in_the_contract_and_allowed_in_full(walk):
    source = f"def tick(ctx): ctx.{walk}"
    assert found(source) == [("warning", 1, 16, "walk")]
    assert found(source, FULL) == []


def test_the_full_language_knows_all_builtins_and_still_finds_misspelt_names():
    assert found("import os\ndef tick(ctx): open(os.sep), exec('')", FULL) == []
    assert found("def tick(ctx): opne", FULL) == [("warning", 1, 16, "name")]


def test_no_more_than_200_findings_are_given():
    assert DIAGNOSTICS == 200
    assert len(found(TICK + "import os\n" * 300)) == 200


@pytest.mark.parametrize("source", ["\0", "(" * 5_000, "\ud800"])
def test_a_source_that_cannot_be_parsed_is_a_finding_not_an_exception(source):
    (finding,) = check_source(source, CONTRACT)
    assert (finding.severity, finding.code) == ("error", "syntax")


@pytest.mark.parametrize(
    "source",
    [
        "TYPE_CHECKING = True\nif TYPE_CHECKING:\n import os\n",
        "TYPE_CHECKING = 0\nif TYPE_CHECKING:\n import os\n",
        "TYPE_CHECKING = False\nTYPE_CHECKING = 1\nif TYPE_CHECKING:\n import os\n",
        "TYPE_CHECKING = False\nfor TYPE_CHECKING in (1, 2):\n pass\nif TYPE_CHECKING:\n import os\n",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n pass\nelse:\n import os\n",
        "TYPE_CHECKING = False\nif not TYPE_CHECKING:\n import os\n",
        "if TYPE_CHECKING:\n import os\nTYPE_CHECKING = False\n",
    ],
)
def test_only_what_is_surely_for_type_checkers_is_left_unread(source):
    assert "import" in {code for *_, code in found(source + TICK)}
