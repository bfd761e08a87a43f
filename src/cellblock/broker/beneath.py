"""Files beneath one folder: every path is resolved by the kernel, which may not leave the folder.

In: a folder's descriptor and a path that a worker chose. ``openat2`` with RESOLVE_BENEATH and
RESOLVE_NO_SYMLINKS does the walking, so that no check of ours can be overtaken. Only regular files
are opened. Nothing here is asynchronous: call it in a thread.

Source: openat2(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from cellblock.limits import FILES_DEPTH, FILES_PART_BYTES, FILES_PATH_BYTES
from cellblock.linux import syscall

_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RESOLVE = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS
TEMPORARY = ".cellblock-"
"""Names that begin so are the host's own: a worker can neither use nor see them."""


class BadPath(Exception):
    """The path cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the workspace."""

    path: str
    size: int
    modified: float


def parts(path: str) -> list[str]:
    """Split a worker's path into folder and file names.

    Raises: BadPath for the empty, the absolute, ``..``, control characters, and what is too long.
    """
    shown = repr(path[:100])
    # Characters first: to encode megabytes only to refuse them would keep the host from its loop.
    if len(path) > FILES_PATH_BYTES or len(path.encode("utf-8")) > FILES_PATH_BYTES:
        raise BadPath(f"the path {shown}… is longer than {FILES_PATH_BYTES:,} bytes")
    if path.startswith("/"):
        raise BadPath(f"the path {shown} is absolute; paths begin in the workspace")
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise BadPath(f"the path {shown} holds control characters")
    names = [name for name in path.split("/") if name not in {"", "."}]
    if not names:
        raise BadPath("the path is empty")
    if len(names) > FILES_DEPTH:
        raise BadPath(f"the path {shown} has more than {FILES_DEPTH} parts")
    for name in names:
        if name == "..":
            raise BadPath(f"the path {shown} leaves the workspace")
        if name.startswith(TEMPORARY):
            raise BadPath(f"names that begin with {TEMPORARY} are the host's own")
        if len(name.encode("utf-8")) > FILES_PART_BYTES:
            raise BadPath(f"a name in the path {shown}… is longer than {FILES_PART_BYTES} bytes")
    return names


def open_beneath(folder: int, path: str, flags: int, mode: int = 0) -> int:
    """Open *path* without leaving *folder* or following a link. Raises: OSError."""
    how = struct.pack("<QQQ", flags | os.O_CLOEXEC | os.O_NOCTTY, mode, _RESOLVE)
    buffer = ctypes.create_string_buffer(how, len(how))
    return syscall("openat2", folder, os.fsencode(path) + b"\0", buffer, len(how))


@contextlib.contextmanager
def regular_file(folder: int, path: str, flags: int) -> Iterator[int]:
    """Open a regular file that exists.

    Raises: BadPath for a folder, device or pipe; OSError.
    """
    # Without O_NONBLOCK a pipe that someone on the host planted would hang this thread.
    descriptor = open_beneath(folder, "/".join(parts(path)), flags | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BadPath(f"{path!r} is no regular file")
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def parent_folder(folder: int, names: list[str], *, make: bool) -> Iterator[int]:
    """Open the folder that holds the last of *names*, making those on the way if asked."""
    current = os.dup(folder)
    try:
        for name in names[:-1]:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=current)
            below = open_beneath(current, name, os.O_RDONLY | os.O_DIRECTORY)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


def replace(folder: int, path: str, content: bytes) -> None:
    """Write a file whole: a new one is written beside it, brought to disk, and takes its name.

    Raises: BadPath, OSError; the old file is then as it was.
    """
    names = parts(path)
    with parent_folder(folder, names, make=True) as parent:
        mode = _refuse_special(parent, names[-1], path)
        temporary = TEMPORARY + secrets.token_hex(8)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = open_beneath(parent, temporary, flags, 0o600)
        try:
            try:
                _write_all(descriptor, content)
                os.fchmod(descriptor, mode)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(temporary, names[-1], src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=parent)
            raise
        os.fsync(parent)


def append(folder: int, path: str, content: bytes) -> int:
    """Add to the end of a file, making it if needed; gives the new size.

    Raises: BadPath, OSError; the file then has its old length.
    """
    names = parts(path)
    with parent_folder(folder, names, make=True) as parent:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK
        made = not _exists(parent, names[-1])
        descriptor = open_beneath(parent, names[-1], flags, 0o600)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise BadPath(f"{path!r} is no regular file")
            try:
                _write_all(descriptor, content)
                os.fsync(descriptor)
            except BaseException:
                os.ftruncate(descriptor, status.st_size)
                if made:
                    os.unlink(names[-1], dir_fd=parent)
                raise
            return status.st_size + len(content)
        finally:
            os.close(descriptor)


def _exists(parent: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def remove(folder: int, path: str) -> None:
    """Remove a regular file, and the folders that it leaves empty. Raises: BadPath, OSError."""
    names = parts(path)
    with parent_folder(folder, names, make=False) as parent:
        _refuse_special(parent, names[-1], path)
        os.unlink(names[-1], dir_fd=parent)
    prune(folder, names)


def prune(folder: int, names: list[str]) -> None:
    """Remove the folders on the way to *names* that hold nothing any more, from the last up."""
    for count in range(len(names) - 1, 0, -1):
        try:
            with parent_folder(folder, names[:count], make=False) as parent:
                os.rmdir(names[count - 1], dir_fd=parent)
        except OSError:
            return  # it holds something, or is not there


def _refuse_special(parent: int, name: str, path: str) -> int:
    """Give the permissions of the file that is there, or those of a new one."""
    try:
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return 0o600
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "a symbolic link")
    if not stat.S_ISREG(mode):
        raise BadPath(f"{path!r} is no regular file")
    return stat.S_IMODE(mode) & 0o777


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def walk(folder: int, most: int) -> Iterator[Entry]:
    """Give every regular file beneath *folder*, sorted by path; links are not followed.

    Raises: BadPath if there are more than *most*.
    """
    found: list[Entry] = []
    pending = [""]
    while pending:
        prefix = pending.pop()
        descriptor = open_beneath(folder, prefix or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    if entry.name.startswith(TEMPORARY) or not _utf8(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(f"{prefix}{entry.name}/")
                    elif entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        path = f"{prefix}{entry.name}"
                        found.append(Entry(path, status.st_size, status.st_mtime))
                    if len(found) + len(pending) > most:
                        raise BadPath(f"the workspace holds more than {most:,} files")
        finally:
            os.close(descriptor)
    return iter(sorted(found, key=lambda entry: entry.path))


def _utf8(name: str) -> bool:
    """Whether a worker could name it; a file with another name is the host's own affair."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def sweep(folder: int) -> None:
    """Remove what a write that was cut off left behind, beneath *folder* at any depth."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        descriptor = open_beneath(folder, prefix or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in os.listdir(descriptor):
                mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    pending.append(f"{prefix}{name}/")
                elif name.startswith(TEMPORARY):
                    os.unlink(name, dir_fd=descriptor)
        finally:
            os.close(descriptor)
