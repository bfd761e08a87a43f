"""Files beneath one folder: every path is resolved by the kernel, which may not leave the folder.

In: a folder's descriptor and a path that a worker chose. ``openat2`` with RESOLVE_BENEATH and
RESOLVE_NO_SYMLINKS does the walking, so that no check of ours can be overtaken. Only regular files
are opened. A change is never half: a file has its old or its new content, whatever fails; only a
host killed in the middle of `append` leaves a part of what was added. Nothing here is asynchronous
or keeps others out: call it in a thread, within `Workspace.run`.

Source: openat2(2), rename(2), fsync(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cellblock.broker.paths import RESERVED, BadPath, parts
from cellblock.linux import syscall

_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RESOLVE = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS
_PASSED_BY = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES}
"""A folder that went, became something else meanwhile, or is closed to the host as lost+found is,
is passed by when files are counted."""
_PIECE_BYTES = 1_000_000


class TooMany(Exception):
    """The folder holds more than is counted; the text says so."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies beneath a folder: each regular file's status by its path, and all folders."""

    files: dict[str, os.stat_result] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)

    @property
    def used_bytes(self) -> int:
        """The sizes of all files together."""
        return sum(status.st_size for status in self.files.values())


def open_beneath(folder: int, path: str, flags: int, mode: int = 0) -> int:
    """Open *path* without leaving *folder* or following a link. Raises: OSError."""
    how = struct.pack("<QQQ", flags | os.O_CLOEXEC, mode, _RESOLVE)
    buffer = ctypes.create_string_buffer(how, len(how))
    return syscall("openat2", folder, os.fsencode(path) + b"\0", buffer, len(how))


@contextlib.contextmanager
def regular_file(folder: int, path: str, flags: int) -> Iterator[int]:
    """Open a regular file that exists.

    A pipe, socket or device that someone on the host planted is looked at and never opened, for
    opening one can wait or act. Raises: BadPath for all that is no regular file; OSError.
    """
    place = open_beneath(folder, "/".join(parts(path)), os.O_PATH)
    try:
        _refuse_special(os.fstat(place).st_mode, path)
        # The very file that was looked at: its name may mean another by now. O_NONBLOCK, because a
        # file under a lease of another program would be waited for.
        flags |= os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
        descriptor = os.open(f"/proc/self/fd/{place}", flags)
    finally:
        os.close(place)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_special(mode: int, path: str) -> None:
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "a symbolic link")
    if stat.S_ISDIR(mode):
        raise BadPath(f"{path!r} is a folder")
    if not stat.S_ISREG(mode):
        raise BadPath(f"{path!r} is no regular file")


@contextlib.contextmanager
def parent_folder(folder: int, names: list[str], *, make: bool) -> Iterator[int]:
    """Open the folder that holds the last of *names*, making those on the way if asked."""
    current = os.dup(folder)
    try:
        for name in names[:-1]:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=current)
                    os.fsync(current)
            below = open_beneath(current, name, os.O_RDONLY | os.O_DIRECTORY)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


def replace(folder: int, path: str, content: bytes) -> None:
    """Write a file whole: a new one is written beside it, brought to disk, and takes its name.

    What had the name, be it a hard link to a file elsewhere, is let go of and not written to.
    Raises: BadPath, OSError; the old file is then as it was.
    """
    renew(folder, parts(path), lambda new: _write_all(new, content))


def renew(folder: int, names: list[str], fill: Callable[[int], None]) -> None:
    """Do as `replace`, with a file that *fill* writes to its descriptor."""
    try:
        with parent_folder(folder, names, make=True) as parent:
            mode = _permissions(parent, names)
            temporary = RESERVED + secrets.token_hex(8)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            descriptor = open_beneath(parent, temporary, flags, 0o600)
            try:
                try:
                    fill(descriptor)
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
    except OSError as error:
        prune(folder, names)
        if error.errno == errno.ENOENT:  # there need be no file to write one: a folder is not there
            raise OSError(errno.ESTALE, "a folder was taken away meanwhile") from error
        raise


def _permissions(parent: int, names: list[str]) -> int:
    """Give the permissions of the file that is there, or those of a new one."""
    try:
        mode = os.stat(names[-1], dir_fd=parent, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return 0o600
    _refuse_special(mode, "/".join(names))
    return stat.S_IMODE(mode) & 0o777


def append(folder: int, path: str, content: bytes) -> int:
    """Add to the end of a file, making it if needed; gives the new size.

    A file that has another name too, a hard link, is copied first: what lies outside of the
    workspace is never written to. Raises: BadPath, OSError; the file then has its old length.
    """
    names = parts(path)
    if not _exists(folder, names):
        replace(folder, path, content)
        return len(content)
    with regular_file(folder, path, os.O_RDWR | os.O_APPEND) as descriptor:
        status = os.fstat(descriptor)
        if not _has_one_name(folder, names, status):
            renew(folder, names, lambda new: _copy_and_add(descriptor, new, content))
            return status.st_size + len(content)
        try:
            _write_all(descriptor, content)
            os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, status.st_size)
            raise
        return status.st_size + len(content)


def _exists(folder: int, names: list[str]) -> bool:
    try:
        os.close(open_beneath(folder, "/".join(names), os.O_PATH))
    except FileNotFoundError:
        return False
    return True


def _has_one_name(folder: int, names: list[str], opened: os.stat_result) -> bool:
    """Tell whether an open file has its name in the workspace, and no other.

    Both in one look at the name: one link alone may be the one outside, if the name here was taken
    away after the file was opened.
    """
    try:
        with parent_folder(folder, names, make=False) as parent:
            named = os.stat(names[-1], dir_fd=parent, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return os.path.samestat(named, opened) and named.st_nlink == 1


def _copy_and_add(old: int, new: int, content: bytes) -> None:
    while piece := os.read(old, _PIECE_BYTES):
        _write_all(new, piece)
    _write_all(new, content)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def remove(folder: int, path: str) -> None:
    """Remove a regular file, and the folders that it leaves empty. Raises: BadPath, OSError."""
    names = parts(path)
    with parent_folder(folder, names, make=False) as parent:
        status = os.stat(names[-1], dir_fd=parent, follow_symlinks=False)
        _refuse_special(status.st_mode, path)
        os.unlink(names[-1], dir_fd=parent)
        os.fsync(parent)  # or it would be back after a power cut
    prune(folder, names)


def prune(folder: int, names: list[str]) -> None:
    """Remove the folders on the way to *names* that hold nothing any more, from the last up."""
    for count in range(len(names) - 1, 0, -1):
        try:
            with parent_folder(folder, names[:count], make=False) as parent:
                os.rmdir(names[count - 1], dir_fd=parent)
        except FileNotFoundError:
            continue  # it was never made; the one above may have been
        except OSError:
            return  # it holds something


def walk(folder: int, most: int, *, sweep: bool = False) -> Contents:
    """Count what lies beneath *folder*; links are not followed, special files not counted.

    With *sweep*, what a write that was cut off left is removed: ask for it only where no write can
    be under way. Raises: TooMany if there are more than *most* entries; OSError.
    """
    found = Contents()
    pending = [""]
    seen = 0
    while pending:
        prefix = pending.pop()
        try:
            with _scanned(folder, prefix) as (descriptor, entries):
                for entry in entries:
                    seen += 1
                    if seen > most:
                        raise TooMany(f"the workspace holds more than {most:,} files and folders")
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        found.folders.add(prefix + name)
                        pending.append(f"{prefix}{name}/")
                    elif name.startswith(RESERVED):
                        if sweep:
                            _sweep_away(name, descriptor)
                    elif (status := _status(entry)) is not None:
                        found.files[prefix + name] = status
        except OSError as error:
            if not prefix or error.errno not in _PASSED_BY:
                raise
    return found


@contextlib.contextmanager
def _scanned(folder: int, prefix: str) -> Iterator[tuple[int, Iterator[os.DirEntry[str]]]]:
    descriptor = open_beneath(folder, prefix or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as entries:
            yield descriptor, entries
    finally:
        os.close(descriptor)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Look at a regular file; None for anything else, and for one that went meanwhile."""
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    # As it is now: the entry may tell of what had this name when the folder was read.
    return status if stat.S_ISREG(status.st_mode) else None


def _sweep_away(name: str, folder: int) -> None:
    with contextlib.suppress(OSError):  # in a folder that may be read alone it stays
        os.unlink(name, dir_fd=folder)
