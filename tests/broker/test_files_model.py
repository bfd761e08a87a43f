"""A workspace against a dict: whatever is done in whatever order, both hold the same."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cellblock.broker import filing
from cellblock.broker.adapters import files
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.wire import messages as m

LIMIT = 100
ENTRIES = 7
PAGE_BYTES = 150
PATHS = st.sampled_from(["a", "b", "a/b", "a/c", "d/e", "d/e/f", "d/g", "é/🙂"])
CONTENT = st.binary(max_size=60)


def folders(path: str) -> set[str]:
    names = path.split("/")
    return {"/".join(names[:count]) for count in range(1, len(names))}


class Files(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.limits = contextlib.ExitStack()
        self.limits.enter_context(mock.patch.object(files, "FILES_LIST_BYTES", PAGE_BYTES))
        self.limits.enter_context(mock.patch.object(filing, "FILES_WORKSPACE_ENTRIES", ENTRIES))
        self.runner = asyncio.Runner()
        self.root = Path(tempfile.mkdtemp(prefix="cellblock-"))
        self.space = Workspace.open(self.root, LIMIT)
        self.model: dict[str, bytes] = {}

    def teardown(self) -> None:
        self.runner.run(self.space.close())
        self.runner.close()
        self.limits.close()
        shutil.rmtree(self.root)

    def ask(self, call: m.Call) -> dict[str, Any]:
        return json.loads(self.runner.run(FilesAdapter(self.space).answer(call)) or b"")

    # What the model expects

    @property
    def used(self) -> int:
        return sum(map(len, self.model.values()))

    def refusal(self, path: str) -> str | None:
        """Why *path* names no file, though it could."""
        if folders(path) & set(self.model) or any(path in folders(other) for other in self.model):
            return "bad_path"
        return None if path in self.model else "not_found"

    def expected_of_write(self, path: str, content: bytes, *, append: bool) -> set[str | None]:
        old = self.model.get(path, b"")
        growth = len(content) - (0 if append else len(old))
        ways = set().union(*(folders(other) for other in self.model))
        codes: set[str | None] = set()
        if growth > 0 and self.used + growth > LIMIT:
            codes.add("quota")
        new = 0 if path in self.model else 1 + len(folders(path) - ways)
        if new and len(self.model) + len(ways) + new > ENTRIES:
            codes.add("quota")
        if self.refusal(path) == "bad_path":
            codes.add("bad_path")  # which of two reasons is told is not promised
        return codes or {None}

    # What is done

    @rule(path=PATHS, content=CONTENT, append=st.booleans())
    def write(self, path: str, content: bytes, append: bool) -> None:
        expected = self.expected_of_write(path, content, append=append)
        told = self.ask(m.FilesWrite(path, content, append))
        assert told.get("code") in expected, told
        if "code" not in told:
            self.model[path] = self.model.get(path, b"") + content if append else content
            assert told == {"path": path, "size": len(self.model[path])}

    @rule(path=PATHS, offset=st.integers(0, 70), limit=st.integers(0, 70), whole=st.booleans())
    def read(self, path: str, offset: int, limit: int, whole: bool) -> None:
        if whole:
            offset, limit = 0, 50_000
        told = self.ask(m.FilesRead(path, offset, limit, whole, "base64"))
        assert told.get("code") == self.refusal(path), told
        if "code" not in told:
            held = self.model[path]
            assert base64.b64decode(told.pop("content")) == held[offset : offset + limit]
            eof = offset + len(held[offset : offset + limit]) >= len(held)
            assert told == {"path": path, "size": len(held), "eof": eof}

    @rule(path=PATHS)
    def delete(self, path: str) -> None:
        told = self.ask(m.FilesDelete(path))
        assert told.get("code") == self.refusal(path), told
        if self.model.pop(path, None) is not None:
            assert told == {"path": path}

    @rule(prefix=st.sampled_from(["", "a", "a/", "d/e", "é", "nothing"]))
    def list(self, prefix: str) -> None:
        found: list[tuple[str, int]] = []
        more = True
        while more:
            told = self.ask(m.FilesList(prefix, found[-1][0] if found else ""))
            found += [(entry["path"], entry["size"]) for entry in told["files"]]
            assert (told["used"], told["limit"]) == (self.used, LIMIT)
            more = told["more"]
        held = sorted(path for path in self.model if path.startswith(prefix))
        assert found == [(path, len(self.model[path])) for path in held]

    @precondition(lambda self: self.model)
    @rule(data=st.data(), content=CONTENT)
    def somebody_on_the_host_writes(self, data: st.DataObject, content: bytes) -> None:
        path = data.draw(st.sampled_from(sorted(self.model)))
        (self.root / path).write_bytes(content)
        self.model[path] = content

    @rule()
    def reopen(self) -> None:
        self.runner.run(self.space.close())
        (self.root / ".cellblock-left").write_bytes(b"left by a host that died")
        self.space = Workspace.open(self.root, LIMIT)

    @invariant()
    def the_disk_holds_the_model_and_no_empty_folder(self) -> None:
        there = {path.relative_to(self.root).as_posix(): path for path in self.root.rglob("*")}
        held = {name: path.read_bytes() for name, path in there.items() if path.is_file()}
        assert held == self.model
        assert set(there) - set(held) == set().union(*map(folders, self.model))


TestFiles = Files.TestCase
TestFiles.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
