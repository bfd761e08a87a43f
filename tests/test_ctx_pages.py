"""The pages of docs/ctx/ on files, log and tick: what they say is so. `test_docs` runs them."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

from cellblock import limits
from cellblock.broker import workspace
from cellblock.wire import messages

ROOT = Path(__file__).parents[1]


def page(name):
    return (ROOT / "docs" / "ctx" / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture
def workspace_of_the_pages(tmp_path):
    (tmp_path / "big.csv").write_text("ä" * 70_000)
    (tmp_path / "photo.png").write_bytes(bytes(range(256)) * 600)
    return tmp_path


def block(name, word):
    (found,) = [text for text in re.findall(r"```python\n(.*?)```", page(name), re.DOTALL) if word in text]  # fmt: skip
    return found


@pytest.mark.jail
@pytest.mark.parametrize(
    ("word", "then", "printed"),
    [
        ("big.csv", "print(len(text))", "70000"),
        ("photo.png", "print(len(data), data[511])", "153600 255"),
        ("squares.csv", "print(ctx.files.read('squares.csv')['content'][-11:-1])", "999,998001"),
    ],
)
def test_a_program_of_the_page_on_files_does_what_it_says(
    bench, workspace_of_the_pages, word, then, printed
):
    code = block("files", word) + "\n" + then
    assert bench.output(code, files=workspace_of_the_pages) == printed


@pytest.mark.jail
def test_the_program_for_a_full_workspace_deletes_the_oldest(bench, tmp_path):
    (tmp_path / "archive").mkdir()
    for name, at in (("new", 2_000), ("old", 1_000)):
        (tmp_path / "archive" / name).write_text("x" * 10)
        os.utime(tmp_path / "archive" / name, (at, at))
    source = f"def tick(ctx):\n    {block('files', 'journal').replace(chr(10), chr(10) + '    ')}"
    (outcome,) = bench.ticks(source, files=tmp_path, limits=limits.Limits(files_bytes=20))
    assert outcome.ok, outcome.failure
    assert os.listdir(tmp_path / "archive") == ["new"]


def test_the_page_on_files_lists_every_code_and_none_that_is_gone():
    listed = re.findall(r"^\| `(\w+)` \|", page("files").partition("## Codes")[2], re.MULTILINE)
    codes = {code for _, code in workspace._CODES.values()} | {"io", "gone"}
    for name in ("broker/workspace.py", "broker/adapters/files.py"):
        source = (ROOT / "src" / "cellblock" / name).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AdapterError":
                codes |= {item.value for item in node.args[1:] if isinstance(item, ast.Constant)}
    assert len(codes) > 9
    assert sorted(listed) == sorted(codes)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("files", ["50 KB", "5 MB", "100 MB", "10,000", "4 MB", "1,000 bytes", "200 a name", "16 names", "10 s"]),
        ("log", ["4,000 characters", "first 20 messages", "0.25 s", "1,000 lines a minute", "2,000 at once"]),
        ("tick", ["256 KB", "2 s later"]),
    ],
)  # fmt: skip
def test_a_page_names_the_numbers_of_the_code(name, words):
    assert (limits.FILES_READ_BYTES, limits.FILES_WRITE_BYTES) == (50_000, 5_000_000)
    assert (limits.FILES_WORKSPACE_BYTES, limits.FILES_WORKSPACE_ENTRIES) == (100_000_000, 10_000)
    assert (limits.FILES_PATH_BYTES, limits.FILES_PART_BYTES) == (1_000, 200)
    assert (limits.FILES_DEPTH, limits.FILES_LOCK_S, limits.FILES_LIST_BYTES) == (16, 10, 4_000_000)
    assert (limits.LOG_MESSAGE_CHARACTERS, limits.LOG_BATCH_MESSAGES) == (4_000, 20)
    assert (limits.LOG_LINES_PER_MINUTE, limits.LOG_LINES_BURST) == (1_000, 2_000)
    assert (limits.LOG_BATCH_DELAY_S, limits.CONFIG_BYTES) == (0.25, 256_000)
    assert limits.Limits().kill_grace_s == 2
    assert not [word for word in words if word not in page(name)]


def test_the_page_on_the_tick_has_every_field():
    fields = messages.TickFacts.__struct_fields__
    assert tuple(re.findall(r"^\| `(\w+)` \|", page("tick"), re.MULTILINE)) == fields


@pytest.mark.jail
def test_what_the_page_on_logs_says_of_messages_is_so(bench):
    code = r"""
ctx.log.info("half \ud800"); ctx.log.warning("two\nlines"); ctx.log.error(None)
print("a"); print("b\nc")
ctx.log.debug("x" * 5_000)
"""
    lines = [(line.level, line.message) for line in bench.run(code).logs]
    assert lines[:6] == [
        ("info", "half ?"),
        ("warn", "two\nlines"),
        ("error", "None"),
        ("info", "a"),
        ("info", "b"),
        ("info", "c"),
    ]
    assert len(lines[6][1]) == 4_000
    assert lines[6][1].endswith(" characters]")
