"""The pages of ctx: every example runs, every setting and every code of an adapter is named.

A block of Python with `def tick` is a worker that is ticked once, another a script, and one that
imports cellblock a program of the host's. What stands in the next block, of text or JSON, is what
it prints; `…` stands for anything. A call that answers an error needs such a block to show it.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

from cellblock import compose
from cellblock.broker.broker import Broker
from cellblock.broker.grants import NAMESPACES
from peers.pages import CODES, FILES, NEEDED, stage

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / "ctx.md", ROOT / "docs" / "editor.md"]
PAGES += sorted((ROOT / "docs" / "ctx").glob("*.md"))
BUILT_IN = [kind.load() for kind in compose.BUILT_IN.values()]
WORD = re.compile(r"[a-z]+(_[a-z]+)*")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One example."""

    page: str
    line: int
    code: str
    language: str
    """Of the block that shows what is printed; empty without one."""
    shown: str


def blocks(page):
    text = page.read_text(encoding="utf-8")
    found = list(FENCE.finditer(text))
    for fence, after in zip_longest(found, found[1:]):
        if fence[1] != "python":
            continue
        follows = (
            after is not None
            and after[1] in {"text", "json"}
            and not text[fence.end() : after.start()].strip()
        )
        line = text[: fence.start()].count("\n") + 1
        shown = (after[1], after[2]) if follows and after else ("", "")
        yield Block(page.stem, line, fence[2], *shown)


BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.fixture(scope="module")
def bench():
    with stage() as opened:
        yield opened


@pytest.fixture
def answered(monkeypatch):
    """Errors that the host answers, as they come."""
    errors = []
    answer = Broker.answer

    async def heard(self, call):
        given = answer(self, call)
        if inspect.isawaitable(given):
            given = await given
        if given.value is not None and given.value.startswith(b'{"error"'):
            errors.append(given.value.decode())
        return given

    monkeypatch.setattr(Broker, "answer", heard)
    return errors


@pytest.mark.jail
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page}:{block.line}")
def test_an_example_runs_and_prints_what_is_shown(bench, answered, tmp_path, block):
    if re.search(r"^(from|import) cellblock\b", block.code, re.MULTILINE):
        done = subprocess.run(
            [sys.executable, "-c", block.code],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return compare(done.stdout, block)
    if block.page in NEEDED and not NEEDED[block.page].exists():
        assert os.environ.get("CI") != "true", f"{NEEDED[block.page]} is missing"
        pytest.skip("the shared test data is not beside this checkout")
    for name, content in FILES.items():
        if name in block.code:
            (tmp_path / name).write_bytes(content)
    if re.search(r"^def tick\b", block.code, re.MULTILINE):
        (outcome,) = bench.ticks(block.code, files=tmp_path)
    else:
        outcome = bench.run(block.code, files=tmp_path)
    assert outcome.ok, outcome.failure
    if not block.language:
        assert not answered
    return compare(outcome.output, block)


def compare(printed, block):
    if block.language == "json":
        assert read(printed) == json.loads(block.shown)
    elif block.language == "text":
        wanted = ".*".join(re.escape(part) for part in block.shown.strip("\n").split("…"))
        assert re.fullmatch(wanted, printed.strip("\n"), re.DOTALL), printed


def read(printed):
    """Read what `print` made of a value."""
    try:
        return ast.literal_eval(printed)
    except (ValueError, SyntaxError):
        return json.loads(printed)


def test_every_namespace_has_its_page():
    pages = {page.stem for page in PAGES}
    assert {"log", "tick", *NAMESPACES.values(), *compose.BUILT_IN} <= pages


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_the_page_of_a_kind_names_its_settings(kind):
    page = (ROOT / "docs" / "ctx" / f"{kind.name}.md").read_text(encoding="utf-8")
    for field in kind.settings.__struct_fields__:
        assert f"`{field}`" in page, field


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_the_page_of_a_kind_names_every_code(kind):
    page = (ROOT / "docs" / "ctx" / f"{kind.name}.md").read_text(encoding="utf-8")
    found = codes(kind.worker.__module__)
    assert len(found) > 1
    assert not [code for code in sorted(found) if f"`{code}`" not in page]


def test_the_page_of_files_names_every_code():
    page = (ROOT / "docs" / "ctx" / "files.md").read_text(encoding="utf-8")
    found = codes("cellblock.broker.adapters.files")
    assert {"not_found", "quota", "busy"} <= found
    assert not [code for code in sorted(found) if f"`{code}`" not in page]


SHARED = {"adapter", "kind", "methods", "secret", "meter", "connections", "plugins"}
"""Rooms of the broker that every adapter uses, and that are no part of any."""
RAISES = {"AdapterError", "error_answer", "CallFailed"}


def codes(module, seen=None):
    """Collect the codes that a module answers, and those of what it imports of the broker."""
    seen = set() if seen is None else seen
    seen.add(module)
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    found = {word for node in ast.walk(tree) for word in words(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cellblock.broker"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in [node.module, *names]:
                if name.rpartition(".")[2] not in SHARED and name not in seen and is_module(name):
                    found |= codes(name, seen)
    return found


def words(node):
    """Give the codes that stand in one call, or anywhere else as a text of their own."""
    if isinstance(node, ast.Constant):
        if node.value in CODES:
            yield node.value
        return
    given = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISES:
        given = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "code")]
    for part in (part for item in given for part in ast.walk(item)):
        word = part.value if isinstance(part, ast.Constant) else None
        if isinstance(word, str) and WORD.fullmatch(word):
            yield word


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
