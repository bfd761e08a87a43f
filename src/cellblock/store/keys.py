"""The keys that connections are sealed with: of the environment, or of a file of their own.

In: a folder, and what the environment gave. Out: keys by their id. A file that somebody else can
read is refused, a new one is there whole or not at all, and no error holds a byte of a key.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from cellblock.errors import OperatorFault

VARIABLE = "CELLBLOCK_KEY"
"""Holds the key that new seals are made with, as base64 of 32 bytes."""
OLD_VARIABLE = "CELLBLOCK_OLD_KEY"
"""Holds one key more that may open what it sealed, for `Vault.rekey`."""
_FILE = "key"
_KEY_BYTES = 32
_FILE_BYTES = 65_536
_ID_TEXT = b"cellblock: which key sealed this"
_MAKE = f"make one with `head -c {_KEY_BYTES} /dev/urandom | base64`"


@dataclass(frozen=True, slots=True)
class Given:
    """The keys of the environment; they are not printed."""

    key: bytes | None = field(default=None, repr=False)
    old: bytes | None = field(default=None, repr=False)


def take(environment: MutableMapping[str, str] = os.environ) -> Given:
    """Read the keys of the environment and remove them, so that no child inherits them.

    Where ``/proc/<pid>/environ`` shows them they are overwritten. Raises: OperatorFault("bad-key").
    """
    texts = {name: environment.get(name) for name in (VARIABLE, OLD_VARIABLE)}
    for name in texts:
        if name in environment:
            _overwrite(name)
            del environment[name]
    key, old = (
        None if text is None else _decoded(text, f"the variable {name}", _MAKE)
        for name, text in texts.items()
    )
    return Given(key, old)


def _overwrite(name: str) -> None:
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    libc.getenv.argtypes = [ctypes.c_char_p]
    if place := libc.getenv(name.encode()):
        ctypes.memset(place, ord("-"), len(ctypes.string_at(place)))


def _decoded(text: str, where: str, hint: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().translate({45: "+", 95: "/"}), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise OperatorFault("bad-key", f"{where} is no base64 of {_KEY_BYTES} bytes", hint)
    return key


def key_id(key: bytes) -> str:
    """Name a key without telling anything of it."""
    return hmac.new(key, _ID_TEXT, hashlib.sha256).hexdigest()[:16]


def make_private(folder: Path) -> None:
    """Make *folder* if it is not there; refuse one in which another user could replace a file.

    Raises: OperatorFault("bad-data").
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise OperatorFault(
            "bad-data",
            f"the data directory {folder} cannot be used: {error.strerror}",
            "name another with --data",
        ) from error
    if found.st_uid != os.geteuid():
        raise OperatorFault(
            "bad-data",
            f"the data directory {folder} belongs to user {found.st_uid}",
            "run as that user, or name another with --data",
        )
    if found.st_mode & 0o022:
        raise OperatorFault(
            "bad-data", f"others can write in the data directory {folder}", f"`chmod 700 {folder}`"
        )


class Keys:
    """The keys of one folder. What makes or replaces the file is for one process at a time."""

    def __init__(self, folder: Path, given: Given) -> None:
        self._path = folder / _FILE
        self._given = given

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return self._path

    @property
    def place(self) -> str:
        """Where the key for new seals is, in words."""
        return f"${VARIABLE}" if self._given.key is not None else str(self._path)

    def known(self) -> dict[str, bytes]:
        """Read every key that may open something. Raises: OperatorFault("bad-key")."""
        given = [key for key in (self._given.key, self._given.old) if key is not None]
        return {key_id(key): key for key in (*given, *self._read())}

    def current(self) -> bytes:
        """Give the key for a new seal; without one the file is made.

        Raises: OperatorFault("bad-key"), also if the file cannot be written.
        """
        if self._given.key is not None:
            return self._given.key
        if not (keys := self._read()):
            keys = [secrets.token_bytes(_KEY_BYTES)]
            # A link, for it never takes the place of a file that is there.
            self._write(keys, os.link)
        return keys[0]

    def begin_rotation(self) -> bytes:
        """Give the key to seal anew with; until `forget` the older ones are kept beside it.

        Raises: OperatorFault("bad-key").
        """
        if self._given.key is not None:
            return self._given.key
        new = secrets.token_bytes(_KEY_BYTES)
        self._write([new, *self._read()], os.replace)
        return new

    def forget(self, used: set[str]) -> None:
        """Forget every key of the file that is not for new seals and whose id is not *used*.

        Raises: OperatorFault("bad-key").
        """
        keys = self._read()
        first = 0 if self._given.key is not None else 1
        kept = keys[:first] + [key for key in keys[first:] if key_id(key) in used]
        if kept and kept != keys:
            self._write(kept, os.replace)
        elif keys and not kept:
            try:
                self._path.unlink()
            except OSError as error:
                raise self._refused(f"cannot be removed: {error.strerror}", "remove it") from error

    def _read(self) -> list[bytes]:
        try:
            # Not blocking, for it might be a pipe that nobody writes to.
            descriptor = os.open(
                self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            if self._path.is_symlink():
                raise self._refused("is a symbolic link", "put the file itself there") from error
            raise self._refused(f"cannot be read: {error.strerror}", "see to its rights") from error
        try:
            self._look(os.fstat(descriptor))
            text = os.read(descriptor, _FILE_BYTES)
        finally:
            os.close(descriptor)
        hint = "restore it from a backup"
        if not text.strip():
            raise self._refused("is empty", hint)
        where = f"the key file {self._path}"
        return [_decoded(line, where, hint) for line in text.decode("ascii", "replace").split()]

    def _look(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise self._refused("is no regular file", "put the file itself there")
        if found.st_uid != os.geteuid():
            raise self._refused(
                f"belongs to user {found.st_uid}", "run as that user, or name another --data"
            )
        if found.st_mode & 0o077:
            raise self._refused(
                "is open to others",
                f"`chmod 600 {self._path}`; if they may have read it, `cellblock connect rekey`",
            )

    def _write(self, keys: list[bytes], publish: Callable[[Path, Path], None]) -> None:
        """Write beside the place, bring it to the disk, and only then put it there."""
        beside = self._path.with_name(f"{_FILE}.new")
        text = b"".join(base64.b64encode(key) + b"\n" for key in keys)
        try:
            # Left by a process that was killed; it was never in use.
            beside.unlink(missing_ok=True)
            try:
                _keep(beside, text)
                publish(beside, self._path)
            finally:
                beside.unlink(missing_ok=True)
            _synchronise(self._path.parent)
        except OSError as error:
            raise self._refused(
                f"cannot be written: {error.strerror}",
                "give it room and a file system with rights and links, or name another --data",
            ) from error

    def _refused(self, what: str, hint: str) -> OperatorFault:
        return OperatorFault("bad-key", f"the key file {self._path} {what}", hint)


def _keep(path: Path, text: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(text)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _synchronise(folder: Path) -> None:
    """Bring the folder's names to the disk, for a file without its name is lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
