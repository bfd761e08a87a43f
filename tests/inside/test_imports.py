"""Contract §2: the modules that are promised import and are useful; all others say the words."""

from __future__ import annotations

import importlib
import sys

import pytest

from cellblock.inside import warm

pytestmark = pytest.mark.jail

USES = {
    "math": ("math.sqrt(16)", "4.0"),
    "statistics": ("statistics.mean([1, 2, 3])", "2"),
    "datetime": ("datetime.datetime(2024, 1, 2).strftime('%d.%m')", "02.01"),
    "json": ("json.loads(json.dumps({'a': [1]}))", "{'a': [1]}"),
    "collections": ("collections.Counter('aab').most_common(1)", "[('a', 2)]"),
    "time": ("time.time() > 1e9 and time.monotonic() > 0 and time.sleep(0.001) is None", "True"),
    "re": ("re.sub(r'(\\d)', r'<\\1>', 'a1')", "a<1>"),
    "functools": ("functools.reduce(lambda a, b: a + b, [1, 2])", "3"),
    "itertools": ("list(itertools.islice(itertools.count(5), 2))", "[5, 6]"),
    "decimal": ("decimal.Decimal('0.1') + decimal.Decimal('0.2')", "0.3"),
    "hashlib": ("hashlib.sha256(b'x').hexdigest()[:8]", "2d711642"),
    "hmac": ("hmac.new(b'k', b'm', 'sha256').hexdigest()[:8]", "b60090e3"),
    "base64": ("base64.b64encode(b'hi')", "b'aGk='"),
    "copy": ("copy.deepcopy([[1]])", "[[1]]"),
    "random": ("random.Random(1).randint(1, 100)", "18"),
    "numpy": ("numpy.arange(4).reshape(2, 2).sum()", "6"),
    "pandas": ("pandas.Series([1, 2]).mean()", "1.5"),
}
BLOCKED = """
os sys subprocess socket urllib http pathlib shutil glob io csv threading multiprocessing asyncio
ctypes importlib builtins pickle marshal inspect gc types typing dataclasses enum tempfile signal
sqlite3 logging requests httpx cellblock msgspec _io _thread posix nt codecs
""".split()


@pytest.mark.parametrize("name", USES)
def test_a_promised_module_is_useful(bench, name):
    expression, expected = USES[name]
    assert bench.output(f"import {name}\nprint({expression})") == expected


def test_no_worker_makes_a_facade_of_a_promised_module_itself():
    names = tuple(name for name in USES if name in sys.stdlib_module_names)
    for name in names:
        importlib.import_module(name)
    assert set(names) <= warm.facades(names)._made.keys()


@pytest.mark.parametrize("name", BLOCKED)
def test_any_other_import_says_the_documented_words(bench, name):
    allowed = sorted(USES)
    assert bench.failure(f"import {name}") == (
        f"ImportError: Import of {name} is not allowed in worker sandbox. Allowed: {allowed}"
    )


def test_the_allowed_list_is_the_documented_one_and_what_is_installed(bench):
    documented = (
        "['base64', 'collections', 'copy', 'datetime', 'decimal', 'functools', 'hashlib', 'hmac', "
        "'itertools', 'json', 'math', 'random', 're', 'statistics', 'time']"
    )
    shown = bench.failure("import os").partition("Allowed: ")[2]
    assert str([name for name in eval(shown) if name not in {"numpy", "pandas"}]) == documented


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "from collections.abc import Mapping\nprint(Mapping)",
            "<class 'collections.abc.Mapping'>",
        ),
        ("import collections.abc as abc\nprint(abc.Sized)", "<class 'collections.abc.Sized'>"),
        ("import numpy.linalg\nprint(numpy.linalg.norm([3, 4]))", "5.0"),
        ("from numpy import linalg as la\nprint(la.norm([3, 4]))", "5.0"),
        ("import numpy as np\nprint(np.random.default_rng(1).integers(9))", "4"),
        ("import pandas.api.types as t\nprint(t.is_list_like([]))", "True"),
        ("from math import *\nprint(floor(1.5))", "1"),
        (
            "from datetime import datetime, timezone\nprint(datetime.now(timezone.utc).tzinfo)",
            "UTC",
        ),
        (
            "from json.decoder import JSONDecodeError\nprint(JSONDecodeError.__name__)",
            "JSONDecodeError",
        ),
    ],
)
def test_public_submodules_and_forms_of_import_work(bench, code, expected):
    assert bench.output(code) == expected


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import random\nrandom._os", "AttributeError: module 'random' has no attribute '_os'"),
        ("import json\njson.codecs", "AttributeError: module 'json' has no attribute 'codecs'"),
        (
            "import statistics\nstatistics.sys",
            "AttributeError: module 'statistics' has no attribute 'sys'",
        ),
        ("from random import _os", "ImportError: cannot import name '_os' from 'random'"),
        ("from numpy import _core", "ImportError: cannot import name '_core' from 'numpy'"),
        ("import numpy._core", "ModuleNotFoundError: No module named 'numpy._core'"),
        ("import pandas._libs", "ModuleNotFoundError: No module named 'pandas._libs'"),
        ("import json.nope", "ModuleNotFoundError: No module named 'json.nope'"),
        (
            "import collections\ncollections._sys",
            "AttributeError: module 'collections' has no attribute '_sys'",
        ),
        (
            "from . import x",
            "ImportError: a worker is one file; relative imports have nowhere to go",
        ),
    ],
)
def test_what_is_not_public_does_not_exist(bench, code, error):
    assert bench.failure(code) == error


def test_no_facade_leads_to_a_foreign_module(bench):
    code = """
import base64, collections, copy, datetime, decimal, functools, hashlib, hmac, itertools, json
import math, random, re, statistics, time, numpy, pandas
kind, seen, leaks, pending = type(math), [], [], []
for root in (base64, collections, copy, datetime, decimal, functools, hashlib, hmac, itertools, json,
             math, random, re, statistics, time, numpy, pandas):
    pending.append((root.__name__, root))
while pending:
    path, module = pending.pop()
    if id(module) in seen: continue
    seen.append(id(module))
    for name in list(module.__dict__):
        value = module.__dict__[name]
        if isinstance(value, kind):
            if value.__name__.split('.')[0] != path.split('.')[0]: leaks.append(f"{path}.{name}")
            pending.append((f"{path}.{name}", value))
        elif name.startswith('_') and not name.startswith('__'): leaks.append(f"{path}.{name}")
print(len(seen) > 100, leaks)
"""
    assert bench.output(code) == "True []"


def test_the_operator_can_allow_more():
    import asyncio

    from cellblock import Sandbox

    async def work() -> str:
        async with Sandbox(
            preload=(), modules=("typing", "enum"), builtins=("callable",)
        ) as sandbox:
            code = "import enum, typing\nprint(callable(print), enum.Enum.__name__, typing.Any)"
            return (await sandbox.run(code)).output

    assert asyncio.run(work()) == "True Enum typing.Any"
