"""A worker's state as lines, and back: what an export holds, whoever writes or reads it.

A header line, then one line ``{"key": …, "value": …}`` for each key, in order. Lines that are read
are hostile until every one of them was checked; nothing is written to a store before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import IO, Annotated, Literal

import msgspec

from cellblock.errors import OperatorFault
from cellblock.limits import (
    STATE_KEY_BYTES,
    STATE_KEYS,
    STATE_PAGE_BYTES,
    STATE_VALUE_BYTES,
    STATE_WORKER_BYTES,
)
from cellblock.names import WorkerId
from cellblock.store.ports import StateStore
from cellblock.wire.codec import json_problem

LINE_BYTES = STATE_VALUE_BYTES + 6 * STATE_KEY_BYTES + 100
"""Longest line: each byte of a key can take six as JSON."""
EXPORT_BYTES = STATE_WORKER_BYTES + STATE_KEYS * (6 * STATE_KEY_BYTES + 100)
"""Longest export of all."""


class Header(msgspec.Struct, forbid_unknown_fields=True):
    """The first line."""

    format: Literal["cellblock-state"]
    version: Literal[1]
    worker: str
    keys: Annotated[int, msgspec.Meta(ge=0)]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    value: msgspec.Raw


async def export_lines(store: StateStore, worker: WorkerId, name: str) -> AsyncIterator[bytes]:
    """Give the lines of all that *worker* has, under *name*.

    Raises: OperatorFault("state-changed") at the end if it was changed meanwhile, "bad-state";
    StoreFault.
    """
    keys = await store.keys(worker)
    yield _line(Header("cellblock-state", 1, name, len(keys)))
    written: list[str] = []
    after = ""
    while page := await store.page(worker, after, STATE_PAGE_BYTES):
        for after, value in page.items():
            problem = json_problem(value)
            if problem:
                text = f"the value of {after!r} is {problem}"
                raise OperatorFault("bad-state", text, "put it right in the store, or delete it")
            yield _entry(after, value)
            written.append(after)
    if written != keys:
        text = f"the state of {name} was changed while it was read"
        raise OperatorFault("state-changed", text, "stop the worker, and export it again")


def _entry(key: str, value: bytes) -> bytes:
    # Line ends can stand between the parts of a value; within a text JSON has none.
    whole = msgspec.json.format(value, indent=-1) if b"\n" in value else value
    return _line(_Entry(key, msgspec.Raw(whole)))


def _line(record: Header | _Entry) -> bytes:
    return msgspec.json.encode(record) + b"\n"


def read_export(file: IO[bytes], name: str) -> tuple[Header, dict[str, bytes]]:
    """Read and check all of an export; *name* stands in errors for it.

    Raises: OperatorFault("bad-import").
    """
    lines = _lines(file, name)
    try:
        header = msgspec.json.decode(next(lines, b""), type=Header)
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
        while line := file.readline(LINE_BYTES + 1):
            number += 1
            if len(line) > LINE_BYTES:
                raise _bad(name, number, f"longer than {LINE_BYTES:,} bytes")
            yield line
    except OSError as error:
        raise _bad(name, number + 1, error.strerror or "it cannot be read") from error


def _bad(name: str, line: int, what: str) -> OperatorFault:
    return OperatorFault(
        "bad-import",
        f"{name} cannot be imported: line {line:,}: {what}"[:500],
        "nothing was changed",
    )
