"""Cellblock runs somebody else's Python: real CPython in a process that the kernel has locked.

Names are loaded when first used, so that ``import cellblock`` costs little and the zygote, which
imports this package too, holds none of the host's code.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellblock.broker.adapter import AdapterError
    from cellblock.errors import Bug, CellblockError, OperatorFault, PeerError, WorkerFault
    from cellblock.limits import Limits
    from cellblock.outcome import Failure, LogLine, Outcome, OutcomeKind
    from cellblock.sandbox import Sandbox, Worker, run

__version__ = "0.1.0"

__all__ = [
    "AdapterError",
    "Bug",
    "CellblockError",
    "Failure",
    "Limits",
    "LogLine",
    "OperatorFault",
    "Outcome",
    "OutcomeKind",
    "PeerError",
    "Sandbox",
    "Worker",
    "WorkerFault",
    "__version__",
    "run",
]

_HOMES = {
    "AdapterError": "broker.adapter",
    **dict.fromkeys(
        ("Bug", "CellblockError", "OperatorFault", "PeerError", "WorkerFault"), "errors"
    ),
    "Limits": "limits",
    **dict.fromkeys(("Failure", "LogLine", "Outcome", "OutcomeKind"), "outcome"),
    **dict.fromkeys(("Sandbox", "Worker", "run"), "sandbox"),
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cellblock' has no attribute {name!r}")
    return getattr(import_module(f"cellblock.{_HOMES[name]}"), name)
