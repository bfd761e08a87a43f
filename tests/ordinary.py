"""The tests that run in a real jail, under way once more for an ordinary user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
NOBODY = 65534


def _closed_ancestors(paths):
    """Folders on the way to *paths* that an ordinary user may not pass."""
    found = []
    for path in paths:
        for ancestor in reversed(path.resolve().parents):
            if not ancestor.stat().st_mode & 0o001 and ancestor not in found:
                found.append(ancestor)
                break
    return found


def _opening(needed):
    """Shell lines that, in a mount namespace of our own, put *needed* where all can reach it."""
    lines = []
    for number, closed in enumerate(_closed_ancestors(needed)):
        inside = sorted({path.resolve() for path in needed if closed in path.resolve().parents})
        for place, path in enumerate(inside):
            lines += [f"mkdir -p $T/{number}/{place}", f"mount --bind {path} $T/{number}/{place}"]
        lines.append(f"mount -t tmpfs -o mode=755 tmpfs {closed}")
        for place, path in enumerate(inside):
            lines += [f"mkdir -p {path}", f"mount --bind $T/{number}/{place} {path}"]
    return lines


def _script(home):
    needed = [Path(sys.base_prefix), REPOSITORY]
    shared = REPOSITORY.parent / "shared"
    needed += [shared] if shared.exists() else []
    return "\n".join(
        [
            "set -e",
            "T=$(mktemp -d)",
            "mount -t tmpfs -o mode=755 tmpfs $T",
            *_opening(needed),
            f"cd {REPOSITORY}",
            (
                f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all "
                f"--bounding-set=-all --pdeathsig=KILL {sys.executable} -B -m pytest -m jail --basetemp={home}/t "
                "-q -rs tests"
            ),
        ]
    )


class OrdinaryHalf:
    """The tests under way for an ordinary user; begun at once, ended with the object's `close`."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="cellblock-"))
        os.chown(self.home, NOBODY, NOBODY)  # a folder of its own; pytest's are closed to others
        self._said = (self.home / "said").open("w+b")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "HYPOTHESIS_STORAGE_DIRECTORY": f"{self.home}/hypothesis",
            "CI": os.environ.get("CI", ""),
            "LANG": "C.UTF-8",
        }
        self._process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", _script(self.home)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def result(self):
        """Wait for the end; gives the exit code and what was said."""
        code = self._process.wait()
        self._said.seek(0)
        return code, self._said.read().decode("utf-8", "replace")

    def close(self):
        """End it, if it still runs, with all that it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._said.close()
        shutil.rmtree(self.home, ignore_errors=True)
