"""Every error that Cellblock raises on purpose, split by who must act.

Four classes and no hierarchy below them: code that catches one knows whose turn it is. Each error
carries a stable slug, the facts, a hint that says what to do next, and the exit code of the CLI.
"""

from __future__ import annotations

from typing import ClassVar


class CellblockError(Exception):
    """The common face of the four errors; never raised itself.

    ``str(error)`` is one line: what happened, then what to do.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, slug: str, message: str, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.slug = slug
        self.message = message
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class WorkerFault(CellblockError):
    """The author of the worker must act: the source cannot be loaded, or breaks a limit."""

    exit_code = 1


class OperatorFault(CellblockError):
    """The operator must act: this machine, an option or a path is not as it must be."""

    exit_code = 2


class PeerError(CellblockError):
    """The far side of the wire broke the protocol: a worker is hostile, or its process corrupt."""

    exit_code = 1


class Bug(CellblockError):
    """Cellblock must act: something happened that its authors held impossible."""

    exit_code = 3
