"""The stub against what it is written from: the adapters, the contract's page, a real worker."""

from __future__ import annotations

import ast
import enum
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from cellblock import Sandbox, compose
from cellblock.broker.kind import Kind
from cellblock.stubs.page import names_beside, stub

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, dict[str, Any]] = {"llm": {"model": "parrot-1"}, "telegram": {"token": "1:a"}}
"""Of the kinds that need some, what a worker can be connected with."""
DEVIATIONS = {
    # None stands for the default, and tells a read of the whole file from a read of a page.
    ("files", "read"): {"offset": 0, "limit": 50_000},
}


LEFT_OUT = {"bybit": {"raw"}}
"""Parameters of every method, which a page tells of once."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Shop:
    """A kind with all that a signature can hold."""

    def __init__(self, settings, place):
        pass

    async def list(self, of: str = "all", *, most: int = 5) -> list[str]:
        """Give the names of all that is sold."""
        return [of] * most

    async def buy(self, what: list[str], /, *more: str, how: Literal["c", "d"] = "c", **kw: int):
        return [what, more, how, kw]


class Side(enum.Enum):
    BUY = "buy"


class Odd:
    async def ask(
        self,
        side: Side = Side.BUY,
        most: float = math.inf,
        of: Any = Side,
        names: list[str] = [],  # noqa: B006 - it is shown, not called
    ) -> None: ...


SHOP = Kind(name="corner_shop", summary='A "shop".', settings=Settings, worker=Shop)


def classes(text):
    """Class name to method or attribute name to node."""
    return {
        node.name: {
            item.name if isinstance(item, ast.FunctionDef) else item.target.id: item
            for item in node.body
            if isinstance(item, ast.FunctionDef | ast.AnnAssign)
        }
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
    }


def spaces(text):
    """Namespace of ctx to its members."""
    found = classes(text)
    return {
        name: found[node.annotation.id]
        for name, node in found["Ctx"].items()
        if isinstance(node.annotation, ast.Name)
    }


def parameters(node):
    """Name to default of each parameter; `...` for none."""
    arguments = node.args
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    missing: list[Any] = [...] * (len(names) - len(arguments.defaults))
    defaults = missing + [ast.literal_eval(item) for item in arguments.defaults]
    found = dict(zip(names, defaults, strict=True))
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found[item.arg] = ... if default is None else ast.literal_eval(default)
    found.pop("self", None)
    return found


@pytest.fixture(scope="module")
def written():
    return stub(compose.kinds().usable())


def test_the_stub_is_python_and_the_same_each_time(written):
    assert classes(written)["Ctx"]
    assert written == stub(compose.kinds().usable())


def test_signatures_and_docstrings_are_those_of_the_adapter():
    text = stub({"corner_shop": SHOP})
    assert 'class CornerShop:\n    """A "shop"."""' in text
    assert (
        "    def list(self, of: str = 'all', *, most: int = 5) -> builtins.list[str] | Answer:\n"
        '        """Give the names of all that is sold."""\n'
    ) in text
    assert (
        "    def buy(\n        self,\n        what: builtins.list[str],\n        /,\n"
        "        *more: str,\n        how: Literal['c', 'd'] = 'c',\n        **kw: int,\n"
        "    ) -> Any: ..."
    ) in text
    assert "    corner_shop: CornerShop\n" in text


ROW = re.compile(r"^\| `(?:ctx\.\w+\.)?(\w+)\(([^`]*)\)`", re.MULTILINE)
"""A row that tells of a method, with its signature; … stands for parameters left out."""


def told():
    """Namespace, method and signature of every row on the pages."""
    for page in sorted((ROOT / "docs" / "ctx").glob("*.md")):
        for method, signature in ROW.findall(page.read_text(encoding="utf-8")):
            yield page.stem, method, signature


def test_a_default_is_told_as_far_as_a_literal_can():
    text = stub({"odd": Kind(name="odd", summary="Odd.", settings=Settings, worker=Odd)})
    assert (
        "        side: Literal['buy'] = 'buy',\n        most: float = ...,\n        of: Any = ...,\n"
        "        names: list[str] = [],\n    ) -> None | Answer: ..."
    ) in text


def test_every_method_of_the_ctx_pages_is_in_the_stub_with_its_defaults(written):
    known = spaces(written)
    for name, method, signature in told():
        whole = "…" not in signature
        said = ast.parse(f"def f({re.sub(r'(, [*])?, …', '', signature)}): ...").body[0]
        wanted = parameters(said)
        for parameter, default in DEVIATIONS.get((name, method), {}).items():
            assert wanted[parameter] == default
            wanted[parameter] = None
        found = parameters(known[name][method])
        left_out = LEFT_OUT.get(name, set()) if whole else found.keys() - wanted.keys()
        shown = {parameter: found[parameter] for parameter in found if parameter not in left_out}
        assert list(shown.items()) == list(wanted.items()), (name, method)


def test_every_method_of_the_stub_is_on_its_page_with_its_signature(written):
    named = {(name, method) for name, method, _ in told()}
    for name, members in spaces(written).items():
        for method, node in members.items():
            if isinstance(node, ast.FunctionDef) and (name, method) != ("log", "warning"):
                assert (name, method) in named, f"ctx.{name}.{method} is on no page"


@pytest.mark.jail
def test_a_real_worker_has_what_the_stub_has_and_nothing_else(full, written, tmp_path):
    known = spaces(written) | {"corner_shop": {"list": 1, "buy": 1}}
    code = """
import json
found = {}
for name in dir(ctx):
    space = getattr(ctx, name)
    if name.startswith("_") or name in ("config", "connected"):
        continue
    found[name] = [member for member in dir(space) if not member.startswith("_")]
    for member in found[name]:
        method = getattr(space, member)
        if name == "tick":
            continue
        try:
            method(no_such_argument=1)
        except TypeError as error:
            words = ("no_such_argument", "missing a required argument")
            assert any(word in str(error) for word in words), (name, member, error)
        else:
            raise AssertionError((name, member))
print(json.dumps(found))
"""
    connections = {
        name: SETTINGS.get(name, {}) for name in compose.kinds().usable() if name != "corner_shop"
    }

    async def scenario():
        async with Sandbox(language="full", preload=(), connections=connections) as sandbox:
            return await sandbox.run(code, files=tmp_path)

    outcome = full.do(scenario())
    assert outcome.ok, outcome.failure
    found = json.loads(outcome.output)
    assert found == {name: sorted(known[name]) for name in found}
    assert set(found) == set(spaces(written))


GOOD = """
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctx import Ctx, Failure


def setup(ctx: "Ctx") -> None:
    reveal_type(ctx.config)
    reveal_type(ctx.connected)


def tick(ctx: "Ctx") -> None:
    seen = ctx.state.get("seen", 0) + 1
    ctx.state.set("seen", seen)
    ctx.log.info(seen)
    reveal_type(ctx.state.keys())
    reveal_type(ctx.tick.late_s)
    reveal_type(ctx.tick.events[0]["hook"])
    names = ctx.corner_shop.list(most=3)
    reveal_type(names)
    if isinstance(names, dict):
        reveal_type(names["error"])


def on_error(ctx: "Ctx", error: "Failure") -> None:
    reveal_type(error.kind)
"""
BAD = {
    "ctx.files.reed('a')": '"Files" has no attribute "reed"',
    "ctx.files.read(5)": 'incompatible type "int"; expected "str"',
    "ctx.files.read('a', encoding='latin-1')": "expected \"Literal['utf-8', 'base64']\"",
    "ctx.state.set('key')": 'Missing positional argument "value"',
    "ctx.tick.late": '"Tick" has no attribute "late"',
    "ctx.config['a'] = 1": "Unsupported target for indexed assignment",
    "ctx.telegraph": '"Ctx" has no attribute "telegraph"',
    "ctx.corner_shop.list(5)": 'incompatible type "int"; expected "str"',
    "ctx.corner_shop.buy(['a'], how='e')": "incompatible type \"Literal['e']\"",
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What mypy, strict, says of a good worker and of a bad one that stand beside the stub."""
    folder = tmp_path_factory.mktemp("editor")
    (folder / "ctx.pyi").write_text(stub(compose.kinds().usable() | {"corner_shop": SHOP}))
    (folder / "__builtins__.pyi").write_text(names_beside("ctx"))
    (folder / "good.py").write_text(GOOD)
    head = GOOD[: GOOD.index("def setup")]
    lines = "".join(f"    {line}\n" for line in BAD)
    (folder / "bad.py").write_text(f'{head}def tick(ctx: "Ctx") -> None:\n{lines}')
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", folder / "cache", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr + done.stdout
    return done.stdout.splitlines()


def test_a_good_worker_passes_and_its_types_are_known(checked):
    mine = [line.partition(": ")[2] for line in checked if line.startswith("good.py")]
    assert not [line for line in mine if line.startswith("error")]
    assert [line.partition("type is ")[2].strip('"') for line in mine] == [
        "typing.Mapping[str, Any]",
        "list[str]",
        "list[str]",
        "float",
        "str",
        "list[str] | TypedDict(ctx.Answer, {'error'?: str, 'code'?: str})",
        "str",
        "Literal['exception'] | Literal['timeout'] | Literal['memory'] | Literal['crash']",
    ]


def test_a_bad_worker_is_found_out_line_by_line(checked):
    start = GOOD[: GOOD.index("def setup")].count("\n") + 2
    for number, (line, words) in enumerate(BAD.items(), start):
        said = [item for item in checked if item.startswith(f"bad.py:{number}: error")]
        assert any(words in item for item in said), (line, said)


def test_the_stub_itself_is_sound(checked):
    assert not [line for line in checked if "pyi" in line]
