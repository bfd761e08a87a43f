"""The commands of the page of the HTTP API, as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/http-api.md"
ADDRESS = "http://127.0.0.1:8420"


def commands():
    """Give what is typed at each prompt, and what is shown below it."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed = re.match(r"(?:.*\\\n)*.*\n", part)[0]
            yield typed, part[len(typed) :]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_curl_of_the_page_does_what_is_shown(service, tmp_path):
    (tmp_path / "prices.csv").write_bytes(b"x" * 1834)
    asked = [(typed, shown) for typed, shown in commands() if typed.startswith("curl ")]
    assert len(asked) >= 8
    for typed, shown in asked:
        assert ADDRESS in typed
        follows = typed.startswith("curl -N ")
        more = "--max-time 1" if follows else "--max-time 20"
        done = subprocess.run(
            [
                "bash",
                "-c",
                typed.replace(ADDRESS, service.url).replace(
                    "curl ", f"curl -sS --fail-with-body {more} ", 1
                ),
            ],
            cwd=tmp_path,
            env={"TOKEN": service.token, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == (28 if follows else 0), (typed, done.stdout, done.stderr)
        if shown.startswith(("{", "4")) and "1795450944" not in shown:
            assert done.stdout == shown.rstrip("\n"), typed
