"""A workspace: one folder of files, one job at a time in it, whichever host or worker asks.

In: jobs. Out: what they give, or `AdapterError` with a code. Within a host the jobs of a workspace
take turns in one thread; between hosts a lock on the folder itself keeps them apart, which the
kernel lets go of when a host dies. So no job sees another's half, and what one counts stays true
until it is done. Whoever else on the machine wants a moment's peace takes the same lock, flock(1).

Source: flock(2).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cellblock.broker import beneath
from cellblock.broker.adapter import AdapterError, HostError
from cellblock.broker.beneath import TooMany
from cellblock.broker.paths import BadPath
from cellblock.errors import OperatorFault
from cellblock.limits import ADAPTER_CLOSE_S, FILES_LOCK_S, FILES_WORKSPACE_ENTRIES

_Result = TypeVar("_Result")
_logger = logging.getLogger("cellblock.broker")

MOST_COUNTED = 2 * FILES_WORKSPACE_ENTRIES
"""Entries at which counting ends: the operator may have put more there than a worker may."""
_RETRY_S = 0.0005
"""A lock that is waited for cannot be given up, so it is tried, and so often that a host whose jobs
follow one another closely still leaves a gap for the others."""

_CODES = {
    errno.ENOENT: ("there is no such file", "not_found"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "bad_path"),
    errno.EISDIR: ("this is a folder", "bad_path"),
    errno.ELOOP: ("the path leads through a symbolic link, which is not followed", "bad_path"),
    errno.EXDEV: ("the path leads out of the workspace", "bad_path"),
    errno.ENAMETOOLONG: ("the path is too long", "bad_path"),
    errno.ENOSPC: ("the disk of the host is full; the old file is as it was", "disk_full"),
    errno.EDQUOT: ("the disk quota of the host is used up; the old file is as it was", "disk_full"),
    errno.EROFS: ("the workspace is read-only", "denied"),
    errno.EACCES: ("the host may not do this to the file or its folder", "denied"),
    errno.EPERM: ("the host may not do this to the file or its folder", "denied"),
    errno.ESTALE: ("a folder on the way was taken away meanwhile; write again", "io"),
    errno.EAGAIN: ("another program of the host holds the file; try again later", "busy"),
}
_GONE = "the folder of the workspace was removed on the host; its operator must restart the worker"


@dataclass(slots=True)
class _Patience:
    """How long a job waits for the lock, on the monotonic clock, and if it is wanted still."""

    until_s: float
    given_up: bool = False


class Workspace:
    """One folder, open for as long as the host lives. Make it with `open`."""

    def __init__(self, folder: int, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        # One thread: a job given up at the deadline still ends before the next one begins.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cellblock-files")
        self._closing = threading.Event()

    @classmethod
    def open(cls, path: Path, limit_bytes: int) -> Workspace:
        """Open the folder and clear away what a cut-off write left.

        Raises: OperatorFault("bad-files") if it is not there, a link, no folder, or on a file
        system that cannot lock a folder.
        """
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise OperatorFault("bad-files", *_why_not(path, error)) from error
        space = cls(folder, limit_bytes)
        try:
            # Another host at work, or too much to count: the first write sweeps, or says so.
            with (
                contextlib.suppress(AdapterError, TooMany),
                space._held(_Patience(0.0), shared=False),
            ):
                beneath.walk(folder, MOST_COUNTED, sweep=True)
        except OSError as error:
            os.close(folder)
            raise OperatorFault(
                "bad-files",
                f"the files directory {path} cannot be locked and read: {error.strerror}",
                "keep it on a local disk, where this user may read it",
            ) from error
        return space

    async def run(self, job: Callable[[], _Result], *, shared: bool = False) -> _Result:
        """Run *job* in the workspace's thread, while no other job changes the folder.

        With *shared*, jobs of other hosts that change nothing may run beside it. Raises:
        AdapterError for what *job* met, and with code "busy" after `FILES_LOCK_S` of waiting.
        """
        patience = _Patience(time.monotonic() + FILES_LOCK_S)
        work = self._thread.submit(self._locked, job, patience, shared)
        done = asyncio.wrap_future(work)
        try:
            await asyncio.wait({done}, timeout=FILES_LOCK_S)
            if not done.done() and work.cancel():  # it stood behind a job that hangs
                raise _busy()
            return await done
        except asyncio.CancelledError:  # what has not begun is not done any more
            patience.given_up = True
            done.cancel()
            raise
        finally:  # an error is held by these and holds this frame, with all that the job was given
            del work, done

    async def content(self, path: str, limit_bytes: int) -> bytes:
        """Give a whole file; see `FileSource`."""
        return await self.run(lambda: _whole(self.folder, path, limit_bytes), shared=True)

    async def close(self) -> None:
        """Let go of the folder, after the job that runs; those that wait are given up.

        A job that hangs is waited for in vain: its thread lets go of the folder when it returns.
        """
        self._closing.set()
        letting_go = self._thread.submit(os.close, self.folder)  # after the jobs before it
        self._thread.shutdown(wait=False)
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def tell(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed in the meantime
                loop.call_soon_threadsafe(done.set)

        letting_go.add_done_callback(tell)
        try:
            async with asyncio.timeout(ADAPTER_CLOSE_S):
                await done.wait()
        except TimeoutError:
            _logger.error("a job in a workspace hangs; its folder stays open until it ends")  # noqa: TRY400

    def _locked(self, job: Callable[[], _Result], patience: _Patience, shared: bool) -> _Result:
        if self._closing.is_set():
            raise _busy()
        try:
            with self._held(patience, shared=shared):
                if patience.given_up:
                    raise _busy()
                if self._is_gone():
                    raise AdapterError(_GONE, "gone")
                return job()
        except BadPath as error:
            raise AdapterError(str(error), "bad_path") from None
        except TooMany as error:
            raise AdapterError(f"{error}; delete files first", "quota") from None
        except UnicodeEncodeError:  # where names on the host are not UTF-8
            text = "the path holds characters that no file name can"
            raise AdapterError(text, "bad_path") from None
        except OSError as error:
            raise self.told(error) from None

    @contextlib.contextmanager
    def _held(self, patience: _Patience, *, shared: bool) -> Iterator[None]:
        """Hold the lock on the folder. Raises: AdapterError with code "busy"; OSError."""
        operation = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        while True:
            try:
                fcntl.flock(self.folder, operation)
                break
            except BlockingIOError:
                late = time.monotonic() >= patience.until_s
                if late or patience.given_up or self._closing.wait(_RETRY_S):
                    raise _busy() from None
        try:
            yield
        finally:
            fcntl.flock(self.folder, fcntl.LOCK_UN)

    def _is_gone(self) -> bool:
        """Tell a removed folder: its descriptor is good, and to a reader it is merely empty."""
        return os.fstat(self.folder).st_nlink == 0

    def told(self, error: OSError) -> AdapterError:
        """Say what went wrong, with a code of ctx.files."""
        if error.errno in {errno.ENOENT, errno.ESTALE} and self._is_gone():
            return AdapterError(_GONE, "gone")
        text, code = _CODES.get(error.errno or 0, (f"the host says: {error.strerror}", "io"))
        return (HostError if code == "disk_full" else AdapterError)(text, code)


def _busy() -> AdapterError:
    return AdapterError("the workspace has been in use for too long; try again later", "busy")


def _whole(folder: int, path: str, limit_bytes: int) -> bytes:
    with beneath.regular_file(folder, path, os.O_RDONLY) as descriptor:
        data = read_at(descriptor, limit_bytes + 1, 0)
        if len(data) > limit_bytes:
            size = os.fstat(descriptor).st_size
            text = f"{path} has {size:,} bytes; at most {limit_bytes:,} can be sent"
            raise AdapterError(text, "too_large")
        return data


def read_at(descriptor: int, limit_bytes: int, offset: int) -> bytes:
    """Read up to *limit_bytes* from *offset*; fewer only where the file ends."""
    data = b""
    while len(data) < limit_bytes:
        piece = os.pread(descriptor, limit_bytes - len(data), offset + len(data))
        if not piece:
            break
        data += piece
    return data


def _why_not(path: Path, error: OSError) -> tuple[str, str]:
    with contextlib.suppress(OSError):  # a folder on the way may be closed to this user
        if path.is_symlink():
            return f"the files directory {path} is a symbolic link", f"name {path.resolve()} itself"
        if not path.exists() and not isinstance(error, PermissionError):
            return f"there is no directory {path}", f"make it: mkdir -p {path}"
        if not isinstance(error, PermissionError) and not path.is_dir():
            return f"{path} is no directory", "name the directory that holds the files"
    return f"the files directory {path} cannot be opened: {error.strerror}", "check its permissions"
