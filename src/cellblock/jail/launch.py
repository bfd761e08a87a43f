"""Starting a zygote: a fresh exec with a clean environment and one inherited socket.

The zygote is never forked from the host, so nothing of the host's memory, environment or
descriptors can be found in a worker.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cellblock.errors import OperatorFault
from cellblock.jail.ends import CONTROL, SETUP_BYTES

if TYPE_CHECKING:
    from cellblock.jail.control import Setup

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # A thread started by a numeric library would die at the fork and be missed later.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    # One arena: fewer pages to copy in each child.
    "MALLOC_ARENA_MAX": "1",
    # Functions of libraries are looked up once, not by each child in a page of its own.
    "LD_BIND_NOW": "1",
}
"""The whole environment of zygote and workers."""

_PROGRAM = """\
import os, sys
if {socket} != {control}:
    os.dup2({socket}, {control}, inheritable=False)
    os.close({socket})
sys.path[:0] = {paths!r}
from cellblock.jail.preload import main
main()
"""


_Begun = tuple[subprocess.Popen[bytes], socket.socket]
_waiting: list[_Begun] = []
"""Processes that were begun before it was known what they are to hold."""
_told: list[tuple[Setup, _Begun]] = []
"""Processes that were told so ahead, and have no owner yet."""


def begin() -> None:
    """Start a process that waits for its setup; the next to be told one is it. Raises: OSError."""
    _waiting.append(_begin())


def tell(setup: Setup) -> None:
    """Have a zygote begin to import what *setup* names; `start` with the same gives it.

    It ends with this process if nobody asks for it. Raises: OSError.
    """
    _told.append((setup, _tell(setup)))


def start(setup: Setup) -> _Begun:
    """Start a zygote that will import what *setup* names; it says READY on the socket when it has.

    Raises: OperatorFault("no-zygote") if it cannot be started.
    """
    for told in _told:
        if told[0] == setup:
            _told.remove(told)
            return told[1]
    try:
        return _tell(setup)
    except OSError as error:
        raise OperatorFault("no-zygote", f"the zygote cannot be started: {error}") from error


def _tell(setup: Setup) -> _Begun:
    import msgspec  # 25 ms, in which a process that was begun before is starting

    process, ours = _waiting.pop() if _waiting else _begin()
    further = tuple(name for name in setup.modules if name not in sys.stdlib_module_names)
    first = msgspec.json.encode((_paths(further), setup))
    assert len(first) <= SETUP_BYTES
    ours.send(first)
    ours.setblocking(False)
    return process, ours


def _begin() -> _Begun:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        program = _PROGRAM.format(
            socket=theirs.fileno(), control=CONTROL, paths=_paths(("cellblock", "msgspec"))
        )
        command = [sys.executable, "-I", "-B", "-c", program]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return process, ours


def _paths(packages: tuple[str, ...]) -> list[str]:
    """Find where *packages* are installed, for ``-I`` drops PYTHONPATH and the user's site.

    Only these folders are added: neither the script's folder nor the working directory, so that a
    file left there cannot pass for a module.
    """
    found: dict[str, None] = {}
    for name in packages:
        try:
            specification = importlib.util.find_spec(name.partition(".")[0])
        except (ImportError, ValueError):
            continue
        origin = specification.origin if specification else None
        if origin and Path(origin).name == "__init__.py":
            found.setdefault(str(Path(origin).parent.parent.resolve()))
    return list(found)


def installed(names: tuple[str, ...]) -> tuple[str, ...]:
    """Tell which of the top-level modules *names* this interpreter could import."""
    return tuple(name for name in names if importlib.util.find_spec(name) is not None)
