"""What the process of a trial does: try to have each facility, and say which were refused.

It imports little, for a run waits for its end.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from cellblock.jail.kernel import namespaces, process, seccomp


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
