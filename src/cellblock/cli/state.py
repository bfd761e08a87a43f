"""``cellblock state export|import``: a worker's state to a file of lines and back, store to store.

The file: a header line, then one line ``{"key": …, "value": …}`` for each key, in order. A file is
hostile until every line of it was checked, and only then is the first of it written to a store.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec

from cellblock import compose
from cellblock.cli.text import printable
from cellblock.errors import OperatorFault
from cellblock.limits import (
    STATE_KEY_BYTES,
    STATE_KEYS,
    STATE_PAGE_BYTES,
    STATE_VALUE_BYTES,
    STATE_WORKER_BYTES,
)
from cellblock.names import WorkerId, worker_id
from cellblock.store.ports import StateStore, StoreFault, StoreReport
from cellblock.wire.codec import json_problem

_LINE_BYTES = STATE_VALUE_BYTES + 6 * STATE_KEY_BYTES + 100
"""Longest line: each byte of a key can take six as JSON."""


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["cellblock-state"]
    version: Literal[1]
    worker: str
    keys: Annotated[int, msgspec.Meta(ge=0)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    value: msgspec.Raw


def export_state(state: str, name: str, output: str, *, replace: bool = False) -> int:
    """Write a worker's state to the file *output*, or to stdout for ``-``.

    A file that is there is refused unless *replace*.
    """
    worker = worker_id(name)
    with target(output, replace=replace) as write:
        count = asyncio.run(_export(state, worker, write))
    _tell(f"{count:,} key{'s' * (count != 1)} of {worker} exported")
    return 0


async def _export(state: str, worker: WorkerId, write: Callable[[bytes], object]) -> int:
    store = await compose.open_state(state, there=True)
    try:
        keys = await store.keys(worker)
        if not keys:
            text = f"there is no state of a worker named {worker} in that store"
            raise OperatorFault("no-state", text, "name it as `cellblock run --name` did")
        write(_line(_Header("cellblock-state", 1, worker, len(keys))))
        written = [key async for key in _entries(store, worker, write)]
    finally:
        await store.close()
    if written != keys:
        text = f"the state of {worker} was changed while it was read"
        raise OperatorFault("state-changed", text, "stop the worker, and export it again")
    return len(keys)


async def _entries(
    store: StateStore, worker: WorkerId, write: Callable[[bytes], object]
) -> AsyncIterator[str]:
    """Write all entries, and give their keys."""
    after = ""
    while page := await store.page(worker, after, STATE_PAGE_BYTES):
        for after, value in page.items():
            problem = json_problem(value)
            if problem:
                text = f"the value of {after!r} is {problem}"
                raise OperatorFault("bad-state", text, "put it right in the store, or delete it")
            write(_entry(after, value))
            yield after


def _entry(key: str, value: bytes) -> bytes:
    # Line ends can stand between the parts of a value; within a text JSON has none.
    whole = msgspec.json.format(value, indent=-1) if b"\n" in value else value
    return _line(_Entry(key, msgspec.Raw(whole)))


def _line(record: _Header | _Entry) -> bytes:
    return msgspec.json.encode(record) + b"\n"


@contextmanager
def target(output: str, *, replace: bool) -> Iterator[Callable[[bytes], object]]:
    """Open *output*: a file that appears when it is whole, or stdout. Raises: OperatorFault."""
    if output == "-":
        yield _shown if sys.stdout.isatty() else sys.stdout.buffer.write
        sys.stdout.flush()
        return
    path = Path(output)
    try:
        path = path.resolve()
        with suppress(FileNotFoundError, NotADirectoryError):
            _refuse_there(output, path.stat().st_mode, replace=replace)
        number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to one another
        said = error.strerror if isinstance(error, OSError) else "its links go round"
        text = f"{output} cannot be written: {said}"
        hint = "name a file in a folder that you can write"
        raise OperatorFault("bad-output", text, hint) from error
    try:
        with os.fdopen(number, "wb") as file:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _refuse_there(output: str, mode: int, *, replace: bool) -> None:
    """Refuse what an export would destroy. Raises: OperatorFault("bad-output", "output-there")."""
    if not stat.S_ISREG(mode):
        text = f"{output} is no regular file"
        raise OperatorFault("bad-output", text, "name a new file, or - for stdout")
    if not replace:
        hint = "--replace puts the export in its place; or name another file"
        raise OperatorFault("output-there", f"{output} is there already", hint)


def _shown(line: bytes) -> None:
    """Show a line on a terminal, so that no value can steer it."""
    sys.stdout.write(printable(line.decode("utf-8")))


def import_state(state: str, name: str, source: str, *, replace: bool) -> int:
    """Put what *source* holds, a file or ``-`` for stdin, in a store as a worker's state."""
    worker = worker_id(name)
    exported, values = read_export(source)
    asyncio.run(_import(state, worker, values, replace=replace))
    origin = "" if exported == worker else f" from an export of {exported}"
    _tell(f"{len(values):,} key{'s' * (len(values) != 1)} of {worker} imported{origin}")
    return 0


async def _import(state: str, worker: WorkerId, values: dict[str, bytes], *, replace: bool) -> None:
    store = await compose.open_state(state)
    try:
        there = len(await store.keys(worker))
        if there and not replace:
            text = f"{worker} has {there:,} key{'s' * (there != 1)} in that store already"
            hint = "--replace puts the import in their place; or import it under another --name"
            raise OperatorFault("state-there", text, hint)
        await store.replace(worker, values)
    finally:
        await store.close()


def read_export(source: str) -> tuple[str, dict[str, bytes]]:
    """Read and check all of an export, a file or ``-``; give whose it was, and the values as JSON.

    Raises: OperatorFault("bad-import").
    """
    with _source(source) as file:
        header, values = _read(file, "stdin" if source == "-" else source)
    return header.worker, values


def lines_of(worker: str, values: dict[str, bytes]) -> Iterator[bytes]:
    """Give the lines of an export of these values."""
    yield _line(_Header("cellblock-state", 1, worker, len(values)))
    for key, value in values.items():
        yield _entry(key, value)


def _source(source: str) -> AbstractContextManager[IO[bytes]]:
    if source == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(source).open("rb")
    except OSError as error:
        text = f"{source} cannot be read: {error.strerror}"
        raise OperatorFault("bad-import", text, "name the file of an export, or -") from error


def _read(file: IO[bytes], name: str) -> tuple[_Header, dict[str, bytes]]:
    """Read and check all of an export. Raises: OperatorFault("bad-import")."""
    lines = _lines(file, name)
    try:
        header = msgspec.json.decode(next(lines, b""), type=_Header)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise _bad(name, 1, f"no header of an export: {error}") from None
    entry = msgspec.json.Decoder(_Entry)
    values: dict[str, bytes] = {}
    size = 0
    for number, line in enumerate(lines, 2):
        try:
            found = entry.decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise _bad(name, number, f"no key and value: {error}") from None
        value = bytes(found.value)
        size += len(found.key.encode()) + len(value)
        if problem := _problem(found.key, value, values, size):
            raise _bad(name, number, problem)
        values[found.key] = value
    if len(values) != header.keys:
        text = f"it holds {len(values):,} keys where its header says {header.keys:,}"
        raise _bad(name, len(values) + 1, text)
    return header, values


def _problem(key: str, value: bytes, values: dict[str, bytes], size: int) -> str:
    """Say why an entry cannot be taken; *size* counts all up to it. Empty if it can."""
    if not 0 < len(key.encode()) <= STATE_KEY_BYTES:
        return f"a key has 1 to {STATE_KEY_BYTES} bytes"
    if key in values:
        return f"the key {key!r} stands there twice"
    if len(value) > STATE_VALUE_BYTES:
        return f"the value has {len(value):,} bytes; the limit is {STATE_VALUE_BYTES:,}"
    if len(values) >= STATE_KEYS:
        return f"there are more than {STATE_KEYS:,} keys, which is the limit"
    if size > STATE_WORKER_BYTES:
        return f"there are more than {STATE_WORKER_BYTES:,} bytes, which is the limit"
    problem = json_problem(value)
    return f"the value is {problem}" if problem else ""


def _lines(file: IO[bytes], name: str) -> Iterator[bytes]:
    number = 0
    try:
        while line := file.readline(_LINE_BYTES + 1):
            number += 1
            if len(line) > _LINE_BYTES:
                raise _bad(name, number, f"longer than {_LINE_BYTES:,} bytes")
            yield line
    except OSError as error:
        raise _bad(name, number + 1, error.strerror or "it cannot be read") from error


def _bad(name: str, line: int, what: str) -> OperatorFault:
    return OperatorFault(
        "bad-import",
        f"{name} cannot be imported: line {line:,}: {what}"[:500],
        "nothing was changed",
    )


def _tell(text: str) -> None:
    """Say it on stderr, for stdout may hold the export."""
    print(text, file=sys.stderr)


def examine(state: str) -> tuple[StoreReport | None, str | None]:
    """Look how safe a state would be: give a report, or the problem with it."""
    try:
        return asyncio.run(compose.examine_state(state)), None
    except OperatorFault as fault:
        return None, str(fault)
    except StoreFault as fault:
        return None, f"the state cannot be looked at: {fault}"
