"""A lean zygote gets only what can be seen to need no more."""

from __future__ import annotations

import pytest

from cellblock.intake.compiling import compile_source
from cellblock.intake.lean import may_need
from cellblock.intake.policy import language

LACKING = frozenset({"numpy", "pandas"})


def judged(source: str) -> bool:
    return may_need(compile_source(source, "worker.py", language(LACKING)), LACKING)


@pytest.mark.parametrize(
    "source",
    [
        "def tick(ctx): pass",
        "import json, re\nfrom collections import abc\nx = re.compile('a').match(json.dumps(1))",
        (
            "class A:\n    __slots__ = ('x',)\n    def __init__(self):\n        super().__init__()\n"
            "    def __repr__(self): return type(self).__name__"
        ),
        "def tick(ctx):\n    match ctx.state.get('x'):\n        case {'a': int(n)}: return n",
        "def tick(ctx):\n    try: ctx.http.get('x')\n    except Exception as e: print(type(e), e)",
        "from __future__ import annotations\ndef tick(ctx: Ctx) -> None: eval('1')",
        "x = [open for open in (lambda y: y, 2)]",
        "def tick(ctx): '''Needs no pandas at all.'''",
    ],
)
def test_plain_code_that_names_no_further_module_needs_none(source):
    assert not judged(source)


@pytest.mark.parametrize(
    "source",
    [
        "import numpy",
        "import numpy as np",
        "def tick(ctx):\n    import numpy as np",
        "def tick(ctx):\n    def inner():\n        from pandas import DataFrame\n    inner()",
        "class A:\n    import numpy.linalg",
        "f = lambda: [__import__ for __import__ in ()] or __builtins__",
        "if False:\n    import pandas",
        "import ｎumpy",
        "__builtins__['__imp' + 'ort__']('num' + 'py')",
        "def tick(ctx):\n    tick.__globals__",
        "def tick(ctx):\n    get = getattr(tick, ctx.config['attribute'])",
        "from functools import reduce\nreduce(getattr, ctx.config['path'], ctx)",
        "class A:\n    __match_args__ = ctx.config['attributes']",
        "match print:\n    case type(__self__=found): pass",
        "print.__self__",
    ],
)
def test_what_names_one_or_may_reach_one_unnamed_needs_more(source):
    assert judged(source)
