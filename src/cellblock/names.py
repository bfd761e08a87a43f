"""Identities, and the one rule for what may be a name."""

from __future__ import annotations

import hashlib
import keyword
import re
from dataclasses import dataclass
from typing import NewType

from cellblock.errors import OperatorFault

WorkerId = NewType("WorkerId", str)
"""Names one worker; state is kept under it."""


@dataclass(frozen=True, slots=True, order=True)
class WorkerRef:
    """Which worker: its workspace and its name there."""

    workspace: str
    name: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.name}"

    @property
    def words(self) -> str:
        """How it is named in a command: ``momentum``, or ``momentum -w desk``."""
        return f"{self.name}{room_words(self.workspace)}"

    @property
    def state_id(self) -> WorkerId:
        """What its state is kept under in a store that many workspaces share."""
        return WorkerId(str(self))


def room_words(workspace: str) -> str:
    """Name a workspace behind a command; the default one needs no name."""
    return "" if workspace == "default" else f" -w {workspace}"


NAME_PATTERN = "^[a-z0-9][a-z0-9_-]{0,62}$"
"""What the names of workers, connections and workspaces match, whole."""
NAME_RULE = "use 1 to 63 characters of a-z, 0-9, _ and -, and begin with a letter or digit"
"""The same, in words."""
_NAME = re.compile(NAME_PATTERN.strip("^$"), re.ASCII)
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


def worker_id(name: str) -> WorkerId:
    """Accept *name* as a worker's name.

    Limits: 1 to 63 characters of ``a-z 0-9 _ -``, the first a letter or digit.
    Raises: OperatorFault("bad-name").
    """
    if not _NAME.fullmatch(name):
        raise OperatorFault(
            "bad-name",
            f"{name[:80]!r} cannot be the name of a worker",
            NAME_RULE,
        )
    return WorkerId(name)


def worker_id_of_file(stem: str) -> WorkerId:
    """Make a worker's name from a file's name without its ending: ``My Bot`` gives ``my-bot``."""
    kept = re.sub(r"[^a-z0-9_-]+", "-", stem.lower()).strip("-_")[:50]
    if stem.isascii():
        return worker_id(kept or "worker")
    # Names in other scripts would all be left with the same few letters.
    digest = hashlib.sha256(stem.encode()).hexdigest()[:8]
    return worker_id(f"{kept or 'worker'}-{digest}")


def connection_name(name: str, what: str = "connection") -> str:
    """Accept *name* as the name of a connection or, by *what*, of a workspace.

    Limits: as of `worker_id`. Raises: OperatorFault("bad-name").
    """
    if not _NAME.fullmatch(name):
        raise OperatorFault(
            "bad-name",
            f"{name[:80]!r} cannot be the name of a {what}",
            NAME_RULE,
        )
    return name


def adapter_name(name: str) -> str:
    """Accept *name* as the name of a ctx adapter or of one of its methods.

    Raises: OperatorFault("bad-adapter-name").
    """
    if not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name):
        raise OperatorFault(
            "bad-adapter-name",
            f"{name[:80]!r} cannot be the name of an adapter or of its method",
            "use a lower-case Python identifier that does not begin with an underscore",
        )
    return name
