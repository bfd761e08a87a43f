"""Serves the API inside an event loop that is there already, from sockets that listen already.

In: an application and a `Bind`. Out: answers, until it is stopped: streams are ended at once,
requests that run get `GRACE_S`. It takes no signals, and writes no access log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from cellblock.api.binding import Bind, listen, url_of
from cellblock.api.patience import Patient
from cellblock.errors import OperatorFault
from cellblock.limits import API_HEADER_BYTES, API_IDLE_S

GRACE_S = 4
"""Time that requests get which run when the service ends."""
STOP_S = 10.0
"""Time after which the end is no longer waited for."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the host."""
        yield


class Serving:
    """A service that answers. Use it as an async context manager."""

    def __init__(self, app: FastAPI, bind: Bind, sockets: list[socket] | None = None) -> None:
        """Listen, unless *sockets* of `listen` are given. Raises: OperatorFault."""
        self._app = app
        self._bind = bind
        config = _config(app, bind)
        self._sockets = sockets if sockets is not None else listen(bind)
        self.url = url_of(bind, self._sockets)
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        self._task = asyncio.create_task(self._server.serve(self._sockets))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OperatorFault("serve-failed", "the HTTP server did not start")
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def stop(self) -> None:
        """End streams at once, and requests that run after `GRACE_S`; takes `STOP_S` at most."""
        task, self._task = self._task, None
        if task is None:
            return
        self._app.state.ending.set()
        self._server.should_exit = True
        done, _ = await asyncio.wait((task,), timeout=STOP_S)
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        if not done:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if self._bind.socket is not None:
            self._bind.socket.unlink(missing_ok=True)


def _config(app: FastAPI, bind: Bind) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        proxy_headers=bool(bind.behind_proxy),
        forwarded_allow_ips=list(bind.behind_proxy),
        server_header=False,
        ssl_certfile=bind.certificate,
        ssl_keyfile=bind.key,
        timeout_keep_alive=int(API_IDLE_S),
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=API_HEADER_BYTES,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise _bad_tls(bind.certificate, error) from error
    return config


def _bad_tls(certificate: Path | None, error: Exception) -> OperatorFault:
    return OperatorFault(
        "bad-tls",
        f"the certificate {certificate} or its key cannot be used: {type(error).__name__}",
        "give PEM files that belong together and that this user can read",
    )
