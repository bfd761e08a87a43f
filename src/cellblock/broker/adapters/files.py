"""`ctx.files`: the files of one workspace, in one folder that no path can leave.

Everything that a worker can do wrong here is answered ``{"error", "code"}``. Disk work runs in a
thread, one job at a time for each workspace, so that the quota holds between its workers.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cellblock.broker import beneath
from cellblock.broker.adapter import AdapterError, CallRefused, error_answer, json_bytes
from cellblock.broker.beneath import BadPath
from cellblock.errors import OperatorFault
from cellblock.limits import FILES_READ_BYTES, FILES_WORKSPACE_ENTRIES, FILES_WRITE_BYTES
from cellblock.wire import messages as m

_CODES = {
    errno.ENOENT: ("there is no such file", "not_found"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "bad_path"),
    errno.EISDIR: ("this is a folder", "bad_path"),
    errno.ELOOP: ("the path leads through a symbolic link, which is not followed", "bad_path"),
    errno.EXDEV: ("the path leads out of the workspace", "bad_path"),
    errno.ENAMETOOLONG: ("the path is too long", "bad_path"),
    errno.ENXIO: ("this is no regular file", "bad_path"),
    errno.ENOSPC: ("the disk of the host is full; the old file is as it was", "disk_full"),
    errno.EDQUOT: ("the disk quota of the host is used up; the old file is as it was", "disk_full"),
    errno.EROFS: ("the workspace is read-only", "denied"),
    errno.EACCES: ("the host may not use this file", "denied"),
    errno.EPERM: ("the host may not use this file", "denied"),
}


_FAR = 2**53


class Workspace:
    """One folder, open for as long as the host lives. Make it with `open`."""

    def __init__(self, folder: int, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        # One thread: a job given up at the deadline still ends before the next one begins.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="cellblock-files")

    @classmethod
    def open(cls, path: Path, limit_bytes: int) -> Workspace:
        """Open the folder and clear away what a cut-off write left.

        Raises: OperatorFault("bad-files") if it is not there, a link, or no folder.
        """
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise OperatorFault("bad-files", *_why_not(path, error)) from error
        try:
            beneath.sweep(folder)
        except OSError as error:
            os.close(folder)
            raise OperatorFault(
                "bad-files", f"the files directory {path} cannot be read: {error}"
            ) from error
        return cls(folder, limit_bytes)

    async def content(self, path: str, limit_bytes: int) -> bytes:
        """Give a whole file; see `FileSource`."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.thread, _whole, self, path, limit_bytes)
        except (BadPath, UnicodeEncodeError, OSError) as error:
            raise AdapterError(*_told(error)) from None

    def close(self) -> None:
        """Let go of the folder, after the job that runs."""
        self.thread.shutdown()
        os.close(self.folder)


def _why_not(path: Path, error: OSError) -> tuple[str, str]:
    if path.is_symlink():
        return f"the files directory {path} is a symbolic link", f"name {path.resolve()} itself"
    if not path.exists():
        return f"there is no directory {path}", f"make it: mkdir -p {path}"
    if not path.is_dir():
        return f"{path} is no directory", "name the directory that holds the files"
    return f"the files directory {path} cannot be opened: {error.strerror}", "check its permissions"


class FilesAdapter:
    """One worker's view of its workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def answer(self, call: m.Call) -> bytes | None:
        """Answer one call; see `Adapter`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workspace.thread, _guarded, self._job(call))

    def _job(self, call: m.Call) -> Callable[[], bytes]:
        space = self._workspace
        match call:
            case m.FilesRead():
                return lambda: _read(space, call)
            case m.FilesWrite():
                return lambda: _write(space, call)
            case m.FilesList(prefix):
                return lambda: _list(space, prefix)
            case m.FilesDelete(path):
                return lambda: _delete(space, path)
            case _:
                raise CallRefused("this is no call of ctx.files")

    async def close(self) -> None:
        """Hold nothing; the workspace is closed by who opened it."""


def _guarded(job: Callable[[], bytes]) -> bytes:
    try:
        return job()
    except (BadPath, UnicodeEncodeError, OSError) as error:
        return error_answer(*_told(error))


def _told(error: BadPath | UnicodeEncodeError | OSError) -> tuple[str, str]:
    """Give the text and the code of what went wrong."""
    if isinstance(error, BadPath):
        return str(error), "bad_path"
    if isinstance(error, UnicodeEncodeError):
        return "the path holds characters that no file name can", "bad_path"
    return _CODES.get(error.errno or 0, (f"the host says: {error.strerror}", "io"))


def _whole(space: Workspace, path: str, limit_bytes: int) -> bytes:
    with beneath.regular_file(space.folder, path, os.O_RDONLY) as descriptor:
        size = os.fstat(descriptor).st_size
        if size > limit_bytes:
            text = f"{path} has {size:,} bytes; at most {limit_bytes:,} can be sent"
            raise AdapterError(text, "too_large")
        return _pread(descriptor, limit_bytes, 0)


def _read(space: Workspace, call: m.FilesRead) -> bytes:
    if not (0 <= call.offset < _FAR and 0 <= call.limit < _FAR):
        return error_answer("offset and limit must lie within a file", "bad_range")
    if call.limit > FILES_READ_BYTES:
        text = f"limit={call.limit:,} is over {FILES_READ_BYTES:,}, the most that one read returns"
        return error_answer(f"{text}; read in pages with offset and limit", "too_large")
    with beneath.regular_file(space.folder, call.path, os.O_RDONLY) as descriptor:
        size = os.fstat(descriptor).st_size
        if call.whole and size > FILES_READ_BYTES:
            text = f"{call.path} has {size:,} bytes and one read returns {FILES_READ_BYTES:,}"
            return error_answer(
                f"{text}; read it in pages with offset=… and limit=… (offset=0 first)", "too_large"
            )
        data = _pread(descriptor, call.limit, call.offset)
    if call.encoding == "base64":
        content, taken = base64.b64encode(data).decode("ascii"), len(data)
    else:
        last = call.offset + len(data) >= size
        decoded = _decode(data, at_end=last)
        if decoded == ("", 0) and data:
            return error_answer(
                f"limit={call.limit} is less than the next character has; read at least 4 bytes",
                "encoding",
            )
        if decoded is None:
            return error_answer(
                f"{call.path} is not UTF-8 text at offset {call.offset:,}; "
                "read it with encoding='base64'",
                "encoding",
            )
        content, taken = decoded
    eof = call.offset + taken >= size
    return json_bytes({"path": call.path, "content": content, "size": size, "eof": eof})


def _pread(descriptor: int, limit: int, offset: int) -> bytes:
    chunks = b""
    while len(chunks) < limit:
        chunk = os.pread(descriptor, limit - len(chunks), offset + len(chunks))
        if not chunk:
            break
        chunks += chunk
    return chunks


def _decode(data: bytes, *, at_end: bool) -> tuple[str, int] | None:
    """Decode text, leaving a character that the page's end cuts to the next page."""
    for cut in range(1 if at_end else min(4, len(data) + 1)):
        kept = data[: len(data) - cut]
        try:
            return kept.decode("utf-8"), len(kept)
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                return None
    return None


def _write(space: Workspace, call: m.FilesWrite) -> bytes:
    if len(call.content) > FILES_WRITE_BYTES:
        return error_answer(f"one write carries at most {FILES_WRITE_BYTES:,} bytes", "too_large")
    path = "/".join(beneath.parts(call.path))
    entries = {entry.path: entry.size for entry in _entries(space)}
    old = entries.get(path, 0)
    growth = len(call.content) - (0 if call.append else old)
    used = sum(entries.values())
    if used + growth > space.limit_bytes:
        return error_answer(
            f"the workspace would hold {used + growth:,} bytes; the limit is "
            f"{space.limit_bytes:,}; delete files first",
            "quota",
        )
    if path not in entries and len(entries) >= FILES_WORKSPACE_ENTRIES:
        return error_answer(f"the workspace holds {len(entries):,} files, the limit", "quota")
    try:
        if call.append:
            size = beneath.append(space.folder, path, call.content)
        else:
            beneath.replace(space.folder, path, call.content)
            size = len(call.content)
    except OSError:
        beneath.prune(space.folder, beneath.parts(path))
        raise
    return json_bytes({"path": call.path, "size": size})


def _list(space: Workspace, prefix: str) -> bytes:
    entries = _entries(space)
    found = [
        {"path": entry.path, "size": entry.size, "modified": entry.modified}
        for entry in entries
        if entry.path.startswith(prefix)
    ]
    used = sum(entry.size for entry in entries)
    return json_bytes({"files": found, "used": used, "limit": space.limit_bytes})


def _delete(space: Workspace, path: str) -> bytes:
    beneath.remove(space.folder, path)
    return json_bytes({"path": path})


def _entries(space: Workspace) -> list[beneath.Entry]:
    return list(beneath.walk(space.folder, FILES_WORKSPACE_ENTRIES * 2))
