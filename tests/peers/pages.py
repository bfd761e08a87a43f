"""What the examples of the pages in ``docs/ctx/`` meet: a peer for each kind, and files.

`stage` starts every peer and opens one sandbox that is connected to them all, so that an example
may use several kinds. A kind that comes later plugs in by a function in `PEERS`.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest
import trustme

from cellblock import compose
from cellblock.broker.web import Web
from conftest import Bench, open_bench
from peers.network import PUBLIC, Net, names
from peers.web_server import Visit, response, served

FILES: dict[str, bytes] = {
    "big.csv": "ä".encode() * 70_000,
    "report.csv": b"a,b\n",
    "photo.png": bytes(range(256)) * 600,
}
"""What an example that names one of them finds in its workspace."""
CODES = frozenset(
    """
    adapter bad_answer bad_path bad_range bad_request blocked busy denied disk_full encoding gone
    io network not_found policy quota rate_limited server timeout tls too_large
    """.split()
)
"""Codes that are known as such wherever they stand, in tables too."""

Peer = Callable[[ExitStack, pytest.MonkeyPatch], dict[str, Any]]
"""Starts what answers a kind's examples; gives the settings of the connection to it."""


def _nobody(_stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Start nothing, for the kind asks nobody."""
    return {}


async def _example(visit: Visit) -> None:
    """Be example.com, as the page of ctx.http knows it."""
    while True:
        await visit.request()
        await visit.send(response(b'{"price": 42.5}', Content_Type="application/json"))


def _web(stack: ExitStack, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give example.com a public address, and have that lead to a server of this machine."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.com").configure_cert(tls)
    peer = stack.enter_context(served(_example, tls))
    file = stack.enter_context(authority.cert_pem.tempfile())
    web = partial(Web, resolve=names(example_com=[PUBLIC]), backend=Net({PUBLIC: peer.port}))
    patch.setattr("cellblock.compose.host.Web", web)
    return {"ca_file": file}


PEERS: dict[str, Peer] = {"http": _web, "monitor": _nobody}


@contextlib.contextmanager
def stage() -> Iterator[Bench]:
    """Open a sandbox in which every example can run."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        connections = {kind.name: PEERS[kind.name](stack, patch) for kind in compose.BUILT_IN}
        yield stack.enter_context(contextlib.contextmanager(open_bench)(connections=connections))
