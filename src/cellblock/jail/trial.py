"""What can only be known by trying, tried in a process that is thrown away.

Whether namespaces can be had is decided by the kernel, by AppArmor, by a container's filter and by
settings that no file tells together; likewise whether another supervisor listens to our filters
already. In: whether a user namespace is to be taken. Out: for each facility that is refused, why.
What the other process does is in `attempts`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

_PATIENCE_S = 10.0
_PROGRAM = (
    "import sys; sys.path.insert(0, {path!r}); from cellblock.jail.attempts import main; main()"
)


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
