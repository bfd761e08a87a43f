from __future__ import annotations

import builtins
import traceback
from typing import Any

import pytest

from cellblock.intake.compiling import compile_source
from cellblock.intake.policy import language
from cellblock.wire.messages import REFUSE

CONTRACT = language()
SYNTAX = ("__build_class__", "__import__")


def refuse(name: str) -> None:
    raise NameError(CONTRACT.hints[name], name=name)


def run(source: str) -> dict[str, Any]:
    given = {name: getattr(builtins, name) for name in (*CONTRACT.builtins, *SYNTAX)}
    space = {"__builtins__": given | {REFUSE: refuse}, "__name__": "worker"}
    exec(compile_source(source, "worker.py", CONTRACT), space)
    return space


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [
        ("open('a')", "open", 1),
        ("x = 1\ny = open", "open", 2),
        ("def f():\n  return eval('1')\n\nf()", "eval", 2),
        ("class A:\n  x = compile", "compile", 2),
        ("class A(memoryview): ...", "memoryview", 1),
        ("(lambda: exec)()", "exec", 1),
        ("[bytes(n) for n in [1]]", "bytes", 1),
        ("f'{vars()}'", "vars", 1),
        ("@staticmethod\ndef f(): ...", "staticmethod", 1),
        ("def f(x=object): ...", "object", 1),
        ("__import__('os')", "__import__", 1),
        ("raise OSError", "OSError", 1),
        ("try:\n  1 / 0\nexcept ArithmeticError: ...", "ArithmeticError", 3),
    ],
)
def test_a_blocked_name_raises_its_hint_at_its_line(source, name, line):
    with pytest.raises(NameError) as caught:
        run(source)
    assert str(caught.value) == CONTRACT.hints[name]
    lines = [f.lineno for f in traceback.extract_tb(caught.value.__traceback__)
             if f.filename == "worker.py"]  # fmt: skip
    assert lines[-1] == line


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("open = 3\nresult = open", 3),
        ("def open(): return 4\nresult = open()", 4),
        ("def f(input): return input\nresult = f(5)", 5),
        ("import math as vars\nresult = vars.floor(1.5)", 1),
        ("result = [object for object in [6]]", [6]),
        ("class A:\n  open = 7\nresult = A.open", 7),
        ("def f(**kw): return kw\nresult = f(open=8)", {"open": 8}),
        ("try:\n  result = 9\nexcept OSError: ...", 9),
        ("result = 10 if True else open", 10),
        ("def never(): open\nresult = 11", 11),
        ("'open'\nresult = __doc__", "open"),
    ],
)
def test_names_of_ones_own_and_code_that_never_runs_are_left_alone(source, result):
    assert run(source)["result"] == result


def test_a_blocked_class_of_a_pattern_loads_and_is_an_ordinary_name_error():
    source = "match 1:\n  case bytes(): ...\n  case _: result = 1"
    with pytest.raises(NameError, match="name 'bytes' is not defined"):
        run(source)


def test_a_blocked_name_in_a_pattern_raises_its_hint_when_it_is_reached():
    source = "match 1:\n  case object.thing: ...\n  case _: result = 1"
    code = compile_source(source, "worker.py", CONTRACT)
    assert REFUSE in code.co_names
    with pytest.raises(NameError) as caught:
        run(source)
    assert str(caught.value) in CONTRACT.hints.values()


def test_a_source_without_blocked_names_is_compiled_as_it_is():
    source = "def tick(ctx):\n  return len('a')\n"
    assert compile_source(source, "w", CONTRACT) == compile(source, "w", "exec", dont_inherit=True)


def test_the_future_statement_stays_the_first():
    source = "'doc'\nfrom __future__ import annotations\ndef f(x: nowhere): open\n"
    space = run(source)
    assert space["__doc__"] == "doc"
    with pytest.raises(NameError):
        space["f"](1)


@pytest.mark.parametrize("body", ["...", "open"])
def test_our_own_future_statements_are_not_handed_on(body):
    with pytest.raises(NameError) as caught:
        run(f"def f(x: nowhere): {body}\nf.__annotations__")
    assert str(caught.value) == "name 'nowhere' is not defined"


def test_the_full_language_refuses_nothing():
    code = compile_source("open", "w", language(full=True))
    assert code.co_names == ("open",)


@pytest.mark.parametrize("source", ["x = = 1", "return 1", "\0", "break"])
def test_what_cannot_be_compiled_raises_as_compile_does(source):
    with pytest.raises((SyntaxError, ValueError, RecursionError)):
        compile_source(source, "w", CONTRACT)
