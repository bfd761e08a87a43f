"""What can only be known by trying, tried in a process that is thrown away.

Whether namespaces can be had is decided by the kernel, by AppArmor, by a container's filter and by
settings that no file tells together; likewise whether another supervisor listens to our filters
already. In: whether a user namespace is to be taken. Out: for each facility that is refused, why.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cellblock.jail.kernel import namespaces, process, seccomp

_PATIENCE_S = 10.0
_PROGRAM = "import sys; sys.path.insert(0, {path!r}); from cellblock.jail.trial import main; main()"


@cache
def begin(*, with_user: bool) -> subprocess.Popen[bytes]:
    """Start the trial, which takes as long as an interpreter's start; `refused` waits for its end.

    Raises: OSError.
    """
    path = str(Path(__file__).parents[2])
    command = [sys.executable, "-I", "-B", "-c", _PROGRAM.format(path=path), str(int(with_user))]
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=null, stdout=pipe, stderr=null, env={}, cwd="/"
    )


@cache
def refused(*, with_user: bool) -> dict[str, str]:
    """Try; give the reason for each of ``namespaces`` and ``listener`` that cannot be had."""
    try:
        trial = begin(with_user=with_user)
        try:
            said, _ = trial.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            trial.kill()
            trial.communicate()
            raise
        found: dict[str, str] = json.loads(said)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return dict.fromkeys(("namespaces", "listener"), f"the trial failed: {error}"[:200])
    return found


def main() -> None:
    """Try each in a child of its own, and print what was refused as JSON."""
    with_user = sys.argv[1] == "1"
    attempts = {"namespaces": lambda: _namespaces(with_user), "listener": _listener}
    found = {name: _why(attempt) for name, attempt in attempts.items()}
    print(json.dumps({name: why for name, why in found.items() if why}))  # noqa: T201


def _why(attempt: Callable[[], None]) -> str:
    """Run *attempt* in a child; give its error, empty if there was none."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except OSError as error:
            os.write(writing, (error.strerror or str(error)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as answer:
        why = answer.read()
    os.waitpid(pid, 0)
    return why


def _namespaces(with_user: bool) -> None:
    namespaces.leave(with_user=with_user)
    pid = os.fork()  # the pid namespace begins with a child
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    namespaces.empty_root()


def _listener() -> None:
    process.no_new_privileges()
    os.close(seccomp.Filter(seccomp.EVERYTHING).listen())
