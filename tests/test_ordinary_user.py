"""Everything that runs in a real jail, once more as an ordinary user."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
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


@pytest.fixture
def home():
    """A folder of the ordinary user's own; pytest's are closed to others."""
    with tempfile.TemporaryDirectory(prefix="cellblock-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(os.getuid() != 0, reason="the whole run is an ordinary user's already")
def test_all_of_it_holds_for_an_ordinary_user(home):
    assert shutil.which("unshare"), "unshare and setpriv are needed: apt-get install util-linux"
    needed = [Path(sys.base_prefix), REPOSITORY]
    shared = REPOSITORY.parent / "shared"
    needed += [shared] if shared.exists() else []
    script = "\n".join(
        [
            "set -e",
            "T=$(mktemp -d)",
            "mount -t tmpfs -o mode=755 tmpfs $T",
            *_opening(needed),
            f"cd {REPOSITORY}",
            (
                f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all "
                f"--bounding-set=-all {sys.executable} -B -m pytest -m jail --basetemp={home}/t -q tests"
            ),
        ]
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HYPOTHESIS_STORAGE_DIRECTORY": f"{home}/hypothesis",
        "CI": os.environ.get("CI", ""),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    tail = done.stdout[-4000:] + done.stderr[-2000:]
    assert done.returncode == 0, tail
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, tail
    assert int(passed[1]) > 300, tail
    assert "skipped" not in done.stdout.splitlines()[-1], tail
