"""The data directory of a service: one service at a time in it, and the files by name.

In: a folder. Out: the lock on it, held until the process ends, and `server.json`, by which the
commands on this machine find the service.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
from pathlib import Path

from cellblock.broker.workspace import Workspace
from cellblock.errors import OperatorFault
from cellblock.limits import FILES_WORKSPACE_BYTES
from cellblock.store.database import make_private_file
from cellblock.store.keys import make_private

_logger = logging.getLogger("cellblock.compose")


class Premises:
    """An open data directory. Make it with `open`."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock
        self._workspaces: dict[str, Workspace] = {}

    @classmethod
    def open(cls, folder: Path) -> Premises:
        """Take the folder, made if need be, for this process alone.

        Raises: OperatorFault("bad-data") if it cannot be used, "already-serving" if another
        process has it.
        """
        make_private(folder)
        path = folder / "serve.lock"
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise _taken(folder) from None
        except OSError as error:
            os.close(lock)
            raise _unusable(path, error) from error
        with contextlib.suppress(OSError):  # a full disk must not keep the service from starting
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        return cls(folder, lock)

    def own_state(self) -> str:
        """Give the store of state that is used if no other is chosen; its file is private.

        Raises: OperatorFault.
        """
        path = self.folder / "state.db"
        try:
            make_private_file(path)
        except OSError as error:
            raise _unusable(path, error) from error
        return f"sqlite:///{path}"

    def files(self, workspace: str) -> Workspace:
        """Give the files of a workspace, opened once. Raises: OperatorFault."""
        if workspace not in self._workspaces:
            path = self.folder / "workspaces" / workspace / "files"
            try:
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise _unusable(path, error) from error
            self._workspaces[workspace] = Workspace.open(path, FILES_WORKSPACE_BYTES)
        return self._workspaces[workspace]

    def announce(self, url: str) -> None:
        """Write down where the service is, or log that the disk is full. Raises: OperatorFault."""
        text = json.dumps({"url": url, "pid": os.getpid()}) + "\n"
        for again in (True, False):
            try:
                write_private(self.folder / "server.json", text)
            except OperatorFault as fault:
                if getattr(fault.__cause__, "errno", None) != errno.ENOSPC:
                    raise
                self.withdraw()  # it is of an earlier time, and its room may do for the new one
                if not again:
                    said = "%s; the service runs, and commands here need --server %s --token-file"
                    _logger.warning(said, fault.message, url)
            else:
                return

    def withdraw(self) -> None:
        """Say that the service is no more there."""
        with contextlib.suppress(OSError):
            (self.folder / "server.json").unlink(missing_ok=True)

    async def close(self) -> None:
        """Let go of the files, and of the folder."""
        spaces, self._workspaces = self._workspaces, {}
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(os.close, self._lock)
            for space in spaces.values():
                ends.push_async_callback(space.close)


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all. Raises: OperatorFault."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def _taken(folder: Path) -> OperatorFault:
    """Say who has the folder, as far as it can be told."""
    pid, where = "another process", ""
    with contextlib.suppress(OSError, ValueError):
        pid = f"process {int((folder / 'serve.lock').read_text(encoding='ascii'))}"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        where = f" at {json.loads((folder / 'server.json').read_text(encoding='utf-8'))['url']}"
    return OperatorFault(
        "already-serving",
        f"{pid} serves {folder} already{where}",
        "use that one, stop it, or choose another folder: --data",
    )


def _unusable(path: Path, error: OSError) -> OperatorFault:
    return OperatorFault(
        "bad-data",
        f"{path} cannot be used: {error.strerror or error}",
        "see to its rights and room, or name another folder with --data",
    )
