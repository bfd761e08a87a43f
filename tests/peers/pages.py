"""What the examples of the pages in ``docs/ctx/`` meet: a peer for each kind, and files.

`stage` starts every peer and opens one sandbox that is connected to them all, so that an example
may use several kinds. A kind that comes later plugs in by a function in `PEERS`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cellblock import compose
from conftest import SHARED, Bench, open_bench
from peers.telegram import TOKEN, telegram

FILES: dict[str, bytes] = {
    "big.csv": "ä".encode() * 70_000,
    "chart.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "report.csv": b"a,b\n",
}
"""What an example that names one of them finds in its workspace."""
CODES = frozenset(
    """
    adapter bad_answer bad_path bad_range bad_request blocked busy conflict denied disk_full encoding io
    network not_found policy quota rate_limited server timeout tls too_large
    """.split()
)
"""Codes that are known as such wherever they stand, in tables too."""

Peer = Callable[[ExitStack, pytest.MonkeyPatch], dict[str, Any]]
"""Starts what answers a kind's examples; gives the settings of the connection to it."""


def _nobody(_stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Start nothing, for the kind asks nobody."""
    return {}


def _telegram(stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Start Telegram with one person in it, who has written to the bot."""
    server = stack.enter_context(telegram(SHARED / "telegram-bot-api.json"))
    ann = server.chat(7, username="ann")
    server.say(ann, "/status")
    return {"token": TOKEN, "chat_id": ann, "base_url": server.url}


PEERS: dict[str, Peer] = {"monitor": _nobody, "telegram": _telegram}


@contextlib.contextmanager
def stage() -> Iterator[Bench]:
    """Open a sandbox in which every example can run."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        connections = {kind.name: PEERS[kind.name](stack, patch) for kind in compose.BUILT_IN}
        yield stack.enter_context(contextlib.contextmanager(open_bench)(connections=connections))
