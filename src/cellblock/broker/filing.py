"""Whole files in and out of a workspace, for its people: any size that fits, never all in memory.

In: paths and pieces of content from outside. Out: listings, open descriptors, sizes; or
`AdapterError` with a code of ctx.files. The same quota, locks and paths hold as for workers.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from typing import IO, TypeVar

from cellblock.broker import beneath
from cellblock.broker.adapter import AdapterError
from cellblock.broker.paths import RESERVED, parts, usable
from cellblock.broker.workspace import MOST_COUNTED, Workspace
from cellblock.limits import FILES_WORKSPACE_ENTRIES

_Result = TypeVar("_Result")
_PIECE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file as it is listed."""

    path: str
    size: int
    modified_at: float
    """Seconds since 1970 (UTC)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of the files of a workspace, by path, and what all of them take."""

    files: list[FileEntry]
    more: bool
    used_bytes: int
    limit_bytes: int


async def listing(space: Workspace, prefix: str, after: str, limit: int) -> Listing:
    """List at most *limit* files that begin with *prefix* and sort after *after*.

    A file with a name that no worker can use counts and is not listed. Raises: AdapterError.
    """

    def look() -> Listing:
        found = beneath.walk(space.folder, MOST_COUNTED)
        wanted = (path for path in found.files if path > after and path.startswith(prefix))
        paths = nsmallest(limit + 1, (path for path in wanted if usable(path)))
        entries = [
            FileEntry(path, found.files[path].st_size, found.files[path].st_mtime)
            for path in paths[:limit]
        ]
        return Listing(entries, len(paths) > limit, found.used_bytes, space.limit_bytes)

    return await space.run(look, shared=True)


async def opened(space: Workspace, path: str) -> tuple[int, int]:
    """Open a regular file for reading; gives a descriptor, which the caller closes, and the size.

    So much of it stays as it is, whatever is written meanwhile: a file that is replaced is another
    one, and one that is appended to only grows. Raises: AdapterError.
    """

    def open_it() -> tuple[int, int]:
        with beneath.regular_file(space.folder, path, os.O_RDONLY) as descriptor:
            return os.dup(descriptor), os.fstat(descriptor).st_size

    job = asyncio.ensure_future(space.run(open_it, shared=True))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        job.add_done_callback(_close_unwanted)
        raise


def _close_unwanted(job: asyncio.Future[tuple[int, int]]) -> None:
    with suppress(BaseException):
        os.close(job.result()[0])


async def removed(space: Workspace, path: str) -> None:
    """Remove a regular file. Raises: AdapterError."""
    await space.run(lambda: beneath.remove(space.folder, path))


async def received(space: Workspace, path: str, content: AsyncIterable[bytes]) -> tuple[int, bool]:
    """Write a file whole; gives its size, and whether it is new.

    What arrives waits in a file without a name, on the disk of the workspace, until all of it is
    there: an upload that breaks off changes nothing. Raises: AdapterError; what *content* raises.
    """
    spool = await space.run(lambda: _spool(space, path))
    try:
        size = await _taken(space, spool, content)
        return await space.run(lambda: _put(space, path, spool, size))
    except OSError as error:
        raise space.told(error) from None
    finally:
        with suppress(OSError):  # of what it could not write: that was told already
            spool.close()


def _spool(space: Workspace, path: str) -> IO[bytes]:
    """Open a file without a name; in a job, for it may have one for a moment, which is swept."""
    parts(path)  # before the first byte is taken
    folder = f"/proc/self/fd/{space.folder}"
    return tempfile.TemporaryFile(dir=folder, prefix=RESERVED, buffering=_PIECE_BYTES)


async def _taken(space: Workspace, spool: IO[bytes], content: AsyncIterable[bytes]) -> int:
    size = held = 0
    waiting: list[bytes] = []
    async for piece in content:
        size += len(piece)
        if size > space.limit_bytes:
            raise _over_quota(size, space.limit_bytes)
        waiting.append(piece)
        held += len(piece)
        if held >= _PIECE_BYTES:
            await _aside(partial(spool.writelines, waiting))
            waiting, held = [], 0
    spool.writelines(waiting)
    return size


async def _aside(work: Callable[[], _Result]) -> _Result:
    """Write in a thread, to its end even if nobody waits any more, for it holds the file."""
    job = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait({job})
        raise


def _put(space: Workspace, path: str, spool: IO[bytes], size: int) -> tuple[int, bool]:
    names = parts(path)
    old = judge_growth(space, names, size)

    def fill(new: int) -> None:
        spool.seek(0)
        with os.fdopen(os.dup(new), "wb") as target:
            shutil.copyfileobj(spool, target, _PIECE_BYTES)

    beneath.renew(space.folder, names, fill)
    return size, old is None


def judge_growth(
    space: Workspace, names: list[str], size: int, *, append: bool = False
) -> os.stat_result | None:
    """Refuse a write of *size* bytes for which there is no room; gives what is there by that name.

    Everything is counted anew, for a number that was kept would be wrong as soon as the operator or
    another host changed a file. Call it in the job that writes. Raises: AdapterError.
    """
    found = beneath.walk(space.folder, MOST_COUNTED, sweep=True)
    old = found.files.get("/".join(names))
    growth = size - (old.st_size if old and not append else 0)
    wanted = found.used_bytes + growth
    if growth > 0 and wanted > space.limit_bytes:
        raise _over_quota(wanted, space.limit_bytes)
    if old is None:
        _judge_number(found, names)
    return old


def _over_quota(wanted: int, limit: int) -> AdapterError:
    return AdapterError(
        f"the workspace would hold {wanted:,} bytes; the limit is {limit:,}; delete files first",
        "quota",
    )


def _judge_number(found: beneath.Contents, names: list[str]) -> None:
    """Count folders too, for each costs as much time as a file when all are counted."""
    way = {"/".join(names[:count]) for count in range(1, len(names))}
    there = len(found.files) + len(found.folders)
    if there + len(way - found.folders) + 1 > FILES_WORKSPACE_ENTRIES:
        raise AdapterError(
            f"the workspace holds {there:,} files and folders; the limit is "
            f"{FILES_WORKSPACE_ENTRIES:,}; delete files first",
            "quota",
        )
