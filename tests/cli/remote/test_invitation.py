"""What `cellblock serve` tells a person at a terminal: a way into the dashboard, and only there."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from cellblock.cli import serve

TICKET = "http://127.0.0.1:1/#/login?ticket=ct_x"


@pytest.mark.parametrize(
    ("url", "terminal", "shown"),
    [
        ("http://127.0.0.1:1", True, True),
        ("http://127.0.0.1:1", False, False),
        ("unix:/x", True, False),
    ],
)
def test_the_ticket_is_for_the_person_at_the_terminal(
    monkeypatch, capsys, caplog, url, terminal, shown
):
    async def invitation():
        return TICKET

    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    service = SimpleNamespace(url=url, invitation=invitation)
    with caplog.at_level(logging.INFO, "cellblock"):
        asyncio.run(serve._invite(service, SimpleNamespace(data=Path("/a b"))))
    assert (TICKET in capsys.readouterr().err) is shown
    assert "ct_" not in caplog.text
    assert ("cellblock dashboard --data '/a b'" in caplog.text) is url.startswith("http")


def _read(number, pattern, seconds=60.0):
    """Read a terminal until *pattern* is there."""
    text, until = "", time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([number], [], [], 0.5)[0]:
            text += os.read(number, 10_000).decode()
        if found := re.search(pattern, text):
            return found[0]
    raise AssertionError(text)


@pytest.mark.jail
@pytest.mark.slow
def test_a_served_ticket_opens_the_dashboard(tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cellblock", "serve", "--data", str(tmp_path), "--port", "0"]
    served = subprocess.Popen(command, stderr=theirs, start_new_session=True)
    try:
        address = _read(ours, r"http://127\.0\.0\.1:\d+/#/login\?ticket=ct_\w{52}")
        url, _, ticket = address.partition("/#/login?ticket=")
        assert url == json.loads((tmp_path / "server.json").read_text())["url"]
        answer = httpx.post(f"{url}/api/v1/session", json={"ticket": ticket}, trust_env=False)
        assert answer.json()["role"] == "admin"
    finally:
        served.terminate()
        served.wait(30)
        os.close(ours)
        os.close(theirs)
