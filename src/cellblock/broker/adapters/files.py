"""`ctx.files`: the files of one workspace, in one folder that no path can leave.

Everything that a worker can do wrong here is answered ``{"error", "code"}``. Before a write all
files are counted anew, in the same turn: a number that was kept would be wrong as soon as the
operator or another host changed a file.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable

import msgspec

from cellblock.broker import beneath
from cellblock.broker.adapter import (
    AdapterError,
    CallRefused,
    HostError,
    error_answer,
    json_bytes,
)
from cellblock.broker.filing import judge_growth
from cellblock.broker.paths import parts, usable
from cellblock.broker.workspace import MOST_COUNTED, Workspace, read_at
from cellblock.limits import (
    FILES_LIST_BYTES,
    FILES_READ_BYTES,
    FILES_WRITE_BYTES,
)
from cellblock.wire import messages as m

_FAR = 2**53


class FilesAdapter:
    """One worker's view of its workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def answer(self, call: m.Call) -> bytes | None:
        """Answer one call; see `Adapter`."""
        job = self._job(call)
        shared = isinstance(call, m.FilesRead | m.FilesList)
        try:
            return await self._workspace.run(job, shared=shared)
        except HostError:
            raise
        except AdapterError as error:
            return error_answer(str(error), error.code)

    def _job(self, call: m.Call) -> Callable[[], bytes]:
        space = self._workspace
        match call:
            case m.FilesRead():
                return lambda: _read(space, call)
            case m.FilesWrite():
                return lambda: _write(space, call)
            case m.FilesList(prefix, after):
                return lambda: _list(space, prefix, after)
            case m.FilesDelete(path):
                return lambda: _delete(space, path)
            case _:
                raise CallRefused("this is no call of ctx.files")

    async def close(self) -> None:
        """Hold nothing; the workspace is closed by who opened it."""


def _read(space: Workspace, call: m.FilesRead) -> bytes:
    if not (0 <= call.offset < _FAR and 0 <= call.limit < _FAR):
        raise AdapterError("offset and limit must lie within a file", "bad_range")
    if call.limit > FILES_READ_BYTES:
        text = f"limit={call.limit:,} is over {FILES_READ_BYTES:,}, the most that one read returns"
        raise AdapterError(f"{text}; read in pages with offset and limit", "too_large")
    path = "/".join(parts(call.path))
    with beneath.regular_file(space.folder, path, os.O_RDONLY) as descriptor:
        data = read_at(descriptor, call.limit, call.offset)
        # Asked after reading: a file that grew meanwhile is not at its end, one that shrank is.
        size = os.fstat(descriptor).st_size
    if call.whole and size > FILES_READ_BYTES:
        text = f"{path} has {size:,} bytes and one read returns {FILES_READ_BYTES:,}"
        raise AdapterError(
            f"{text}; read it in pages with offset=… and limit=… (offset=0 first)", "too_large"
        )
    if call.encoding == "base64":
        content, taken = base64.b64encode(data).decode("ascii"), len(data)
    else:
        content, taken = _text(path, data, call, at_end=call.offset + len(data) >= size)
    eof = call.offset + taken >= size
    return json_bytes({"path": path, "content": content, "size": size, "eof": eof})


def _text(path: str, data: bytes, call: m.FilesRead, *, at_end: bool) -> tuple[str, int]:
    """Decode text, leaving a character that the page's end cuts to the next page."""
    for cut in range(1 if at_end else min(4, len(data) + 1)):
        kept = data[: len(data) - cut]
        try:
            text = kept.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                break
        else:
            if data and not kept:
                raise AdapterError(
                    f"limit={call.limit} is less than the next character has; "
                    "read at least 4 bytes",
                    "bad_range",
                )
            return text, len(kept)
    raise AdapterError(
        f"{path} is not UTF-8 text at offset {call.offset:,}; read it with encoding='base64'",
        "encoding",
    )


def _write(space: Workspace, call: m.FilesWrite) -> bytes:
    if len(call.content) > FILES_WRITE_BYTES:
        raise AdapterError(f"one write carries at most {FILES_WRITE_BYTES:,} bytes", "too_large")
    names = parts(call.path)
    path = "/".join(names)
    judge_growth(space, names, len(call.content), append=call.append)
    if call.append:
        size = beneath.append(space.folder, path, call.content)
    else:
        beneath.replace(space.folder, path, call.content)
        size = len(call.content)
    return json_bytes({"path": path, "size": size})


def _list(space: Workspace, prefix: str, after: str) -> bytes:
    """Give the files that sort after *after*, as many as one answer takes, and if there are more.

    A file with a name that no worker can use counts and is not listed.
    """
    found = beneath.walk(space.folder, MOST_COUNTED)
    page: list[bytes] = []
    size, more = 0, False
    for path in sorted(path for path in found.files if path > after and path.startswith(prefix)):
        if not usable(path):
            continue
        status = found.files[path]
        entry = {"path": path, "size": status.st_size, "modified": status.st_mtime}
        text = json_bytes(entry)
        size += len(text) + 1
        if page and size > FILES_LIST_BYTES:
            more = True
            break
        page.append(text)
    files = msgspec.Raw(b"[" + b",".join(page) + b"]")
    totals = {"used": found.used_bytes, "limit": space.limit_bytes, "more": more}
    return json_bytes({"files": files, **totals})


def _delete(space: Workspace, path: str) -> bytes:
    path = "/".join(parts(path))
    beneath.remove(space.folder, path)
    return json_bytes({"path": path})
