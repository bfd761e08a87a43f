"""Contract §2: every builtin that is promised is there, and every other one is not."""

from __future__ import annotations

import builtins
import json

import pytest

pytestmark = pytest.mark.jail

PROMISED = """
abs all any divmod max min pow round sum bool chr dict float format frozenset hex id int iter len
list oct ord range repr reversed set slice sorted str super tuple type zip enumerate filter map next
getattr hasattr hash isinstance issubclass print Exception ValueError TypeError KeyError IndexError
RuntimeError StopIteration ZeroDivisionError
""".split()

USES = {
    "abs": "abs(-2) == 2",
    "all": "all([1, 1])",
    "any": "any([0, 1])",
    "divmod": "divmod(7, 2) == (3, 1)",
    "max": "max(1, 3) == 3",
    "min": "min(1, 3) == 1",
    "pow": "pow(2, 5, 7) == 4",
    "round": "round(2.567, 1) == 2.6",
    "sum": "sum([1, 2]) == 3",
    "bool": "bool([]) is False",
    "chr": "chr(97) == 'a'",
    "dict": "dict(a=1)['a'] == 1",
    "float": "float('1.5') == 1.5",
    "format": "format(3.14159, '.2f') == '3.14'",
    "frozenset": "frozenset([1]) == {1}",
    "hex": "hex(255) == '0xff'",
    "id": "id(1) == id(1)",
    "int": "int('12') == 12",
    "iter": "next(iter([4])) == 4",
    "len": "len('abc') == 3",
    "list": "list((1,)) == [1]",
    "oct": "oct(8) == '0o10'",
    "ord": "ord('a') == 97",
    "range": "list(range(2)) == [0, 1]",
    "repr": "repr('a') == \"'a'\"",
    "reversed": "list(reversed([1, 2])) == [2, 1]",
    "set": "set([1, 1]) == {1}",
    "slice": "[1, 2, 3][slice(1, 2)] == [2]",
    "sorted": "sorted([2, 1]) == [1, 2]",
    "str": "str(1) == '1'",
    "super": "issubclass(super, object) if False else super is super",
    "tuple": "tuple([1]) == (1,)",
    "type": "type(1) is int",
    "zip": "list(zip([1], [2])) == [(1, 2)]",
    "enumerate": "list(enumerate('a')) == [(0, 'a')]",
    "filter": "list(filter(None, [0, 1])) == [1]",
    "map": "list(map(str, [1])) == ['1']",
    "next": "next(iter([]), 5) == 5",
    "getattr": "getattr(1, 'real') == 1",
    "hasattr": "hasattr(1, 'real') and not hasattr(1, 'nope')",
    "hash": "hash('a') == hash('a')",
    "isinstance": "isinstance(1, int)",
    "issubclass": "issubclass(bool, int)",
    "print": "print('') is None",
    **{name: f"issubclass({name}, Exception)" for name in PROMISED if name[0].isupper()},
}

BLOCKED = sorted(
    name for name in vars(builtins) if not name.startswith("_") and name not in PROMISED
)
BLOCKED = [name for name in BLOCKED if name not in {"True", "False", "None"}]


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_builtin_works(bench, name):
    source = USES[name].replace("issubclass(super, object) if False else ", "")
    bench.output(f"if not ({source}):\n    raise ValueError('{name}')")


def test_true_false_none_are_there(bench):
    assert bench.output("print(True, False, None)") == "True False None"


def test_every_other_builtin_is_absent_and_says_what_to_use(bench):
    probes = "\n".join(
        f"try:\n    {name}\n    found.append('{name}')\nexcept Exception as error:\n"
        f"    told['{name}'] = str(error)"
        for name in BLOCKED
    )
    text = bench.output(
        f"import json\nfound, told = [], {{}}\n{probes}\n[print(json.dumps([n, t])) for n, t in told.items()]\nprint(found)"
    )
    *told, found = text.splitlines()
    told = dict(map(json.loads, told))
    assert found == "[]"
    assert len(told) == len(BLOCKED) > 90
    for name, message in told.items():
        assert message.startswith(f"{name} is not available in worker code; "), message
    assert told["open"] == "open is not available in worker code; use ctx.files"
    assert told["OSError"].endswith("; catch or raise Exception, or one of its kinds that is there")


def test_the_builtins_hold_nothing_else(bench):
    text = bench.output("print(sorted(n for n in __builtins__))")
    syntax = ["__build_class__", "__debug__", "__import__", "__name__", "__refuse__"]
    assert text == str(sorted([*PROMISED, "False", "None", "True", *syntax]))


def test_a_worker_may_use_a_blocked_name_as_its_own(bench):
    code = "def open(x):\n    return x * 2\ninput = 3\nprint(open(input), [vars for vars in (1,)])"
    assert bench.output(code) == "6 [1]"


def test_an_unknown_name_is_an_ordinary_name_error(bench):
    assert bench.failure("nonsense") == "NameError: name 'nonsense' is not defined"


def test_the_module_is_named_worker_and_ctx_is_a_global(bench):
    source = "here = ctx\ndef tick(c):\n    print(__name__, here is c, ctx is c)"
    assert bench.ticks(source)[0].output == "worker True True"


def test_what_syntax_needs_works(bench):
    code = """
from __future__ import annotations
import functools

class Base:
    def __init__(self): self.log = []
    def size(self) -> int: return len(self.log)
    def __enter__(self): return self
    def __exit__(self, *error): return False

class Child(Base):
    @staticmethod_like if False else (lambda f: f)
    def add(self, item): self.log.append(item); return super().size()

def twice(f):
    @functools.wraps(f)
    def inner(*a, **k): return f(*a, **k) * 2
    return inner

@twice
def number(n=1, /, *, more=0): return n + more

with Child() as child:
    child.add(1)
    match {"kind": "a", "n": [1, 2]}:
        case {"kind": "a", "n": [first, *rest]} if rest:
            child.add(first)
gen = (x for x in range(3))
squares = {x: x ** 2 for x in gen}
try:
    assert child.size() == 5, f"size {child.size()=}"
except Exception as error:
    print(type(error).__name__, error)
value = None
if (n := number(3, more=1)) > 5: value = f"{n:>4}|{squares!r}"
print(value)
def walk():
    global counter
    counter = 1
    yield from range(2)
print(list(walk()), counter, [*map(str, range(2))], {**{"a": 1}})
"""
    code = code.replace(
        "    @staticmethod_like if False else (lambda f: f)\n", "    @(lambda f: f)\n"
    )
    assert bench.output(code).splitlines() == [
        "AssertionError size child.size()=2",
        "   8|{0: 0, 1: 1, 2: 4}",
        "[0, 1] 1 ['0', '1'] {'a': 1}",
    ]


def test_print_goes_to_the_log_at_level_info(bench):
    code = "print('a', 1, sep='-')\nprint('b', end='')\nprint('c')\nprint('no end', end='')"
    lines = bench.run(code).logs
    assert [(line.level, line.message) for line in lines] == [
        ("info", "a-1"),
        ("info", "bc"),
        ("info", "no end"),
    ]


def test_full_language_has_all_builtins_and_many_modules(full):
    code = """
import dataclasses, typing, enum, zoneinfo, io, csv, sys, os, contextlib, urllib.parse
@dataclasses.dataclass
class Point:
    x: int
    y: typing.Optional[int] = None
rows = list(csv.reader(io.StringIO("a,b\\n1,2\\n")))
print(Point(1), rows, eval("1+1"), zoneinfo.ZoneInfo("Europe/Paris"), __name__)
"""
    assert (
        full.output(code) == "Point(x=1, y=None) [['a', 'b'], ['1', '2']] 2 Europe/Paris __main__"
    )


def test_full_language_refuses_modules_outside_its_list(full):
    assert full.failure("import asyncio").startswith(
        "ImportError: Import of asyncio is not allowed"
    )
