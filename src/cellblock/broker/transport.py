"""What an HTTP client of the host is made of: httpx over a pool that dials by `dial` alone.

In: an operator's rules. Out: a client that keeps no cookies, follows no redirects, takes nothing
from the environment and logs nothing. `Web` makes it.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import ssl
from collections.abc import AsyncIterator, Callable
from functools import cached_property
from typing import Any
from urllib.request import Request as _Request

import httpcore
import httpx

from cellblock.broker import quiet
from cellblock.broker.addresses import port_of
from cellblock.broker.counted import Counted
from cellblock.broker.dial import Dialer

_CONNECTIONS = 10


class Client(httpx.AsyncClient):
    """A client that keeps to itself: what it sends and is sent reaches no logger."""

    forget: Any = None
    """Called with the client when it is closed."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send one request; see httpx. What is not streamed is not bounded: use `exchange`."""
        with quiet.quiet():
            return await super().send(request, **options)

    def _build_redirect_request(
        self, request: httpx.Request, response: httpx.Response
    ) -> httpx.Request:
        """Leave a redirect unread: httpx would read it even where it does not follow it."""
        del response
        return request

    async def aclose(self) -> None:
        """Close every connection."""
        with quiet.quiet():
            await super().aclose()
        if self.forget is not None:
            self.forget(self)


Pool = Callable[[], httpcore.AsyncConnectionPool]
"""Makes the connections of a client at its first request."""


class Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool of ours; *judge* knows targets, *dialer* may be a proxy's."""

    def __init__(self, pool: Pool, judge: Dialer, dialer: Dialer) -> None:
        # The constructor of the base would make a pool that dials by itself.
        self._make_pool = pool
        self._judge = judge
        self._dialer = dialer

    @cached_property
    def _pool(self) -> httpcore.AsyncConnectionPool:  # type: ignore[override]
        return self._make_pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send; a proxy, which dials by itself, is asked only for a target that was judged."""
        if self._dialer is not self._judge:
            host, port = request.url.raw_host.decode("ascii"), port_of(request.url)
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
                await self._judge.vet(host, port)
        await self._drop_surplus()
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        wire = response.extensions.get("network_stream")
        response.stream = _QuietStream(response.stream, wire if isinstance(wire, Counted) else None)
        return response

    async def _drop_surplus(self) -> None:
        """Close what was sent more than it was asked for: that would be read as the next answer."""
        for connection in self._pool.connections:
            if connection.is_idle() and _surplus(connection):
                await connection.aclose()

    async def aclose(self) -> None:
        """Close the pool and what is being looked up."""
        self._judge.close()
        self._dialer.close()
        if "_pool" in vars(self):
            await super().aclose()


def _surplus(connection: Any) -> bool:
    """Look for bytes behind the last answer; httpcore has no public way to."""
    while connection is not None:
        state = getattr(connection, "_h11_state", None)
        if state is not None:
            return bool(state.trailing_data[0])
        connection = getattr(connection, "_connection", None)
    return False


class _QuietStream(httpx.AsyncByteStream):
    """A body whose reading and closing is not logged either."""

    def __init__(self, inner: httpx.AsyncByteStream, wire: Counted | None) -> None:
        self._inner = inner
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._inner)
        while True:
            with quiet.quiet():
                part = await anext(parts, None)
            if part is None:
                return
            if self._wire is not None:
                self._wire.delivered()
            yield part

    async def aclose(self) -> None:
        """Let the connection go."""
        with quiet.quiet():
            await self._inner.aclose()


class NoCookies(http.cookiejar.CookieJar):
    """A jar that neither keeps nor gives, and does not even read what a server says."""

    def extract_cookies(self, response: Any, request: _Request) -> None:
        """Keep nothing."""

    def add_cookie_header(self, request: _Request) -> None:
        """Give nothing."""


def open_pool(
    proxy: str | None, dialer: Dialer, trust: ssl.SSLContext, keepalive_s: float
) -> httpcore.AsyncConnectionPool:
    """Make the connections of one client, to a proxy or to the targets themselves."""
    common: dict[str, Any] = {
        "ssl_context": trust,
        "max_connections": _CONNECTIONS,
        "max_keepalive_connections": _CONNECTIONS,
        "keepalive_expiry": keepalive_s,
        "http1": True,
        "http2": False,
        "network_backend": dialer,
    }
    if proxy is None:
        return httpcore.AsyncConnectionPool(**common)
    read = httpx.Proxy(proxy)
    return httpcore.AsyncHTTPProxy(
        proxy_url=httpcore.URL(
            scheme=read.url.raw_scheme,
            host=read.url.raw_host,
            port=read.url.port,
            target=read.url.raw_path,
        ),
        proxy_auth=read.raw_auth,
        proxy_ssl_context=trust if read.url.scheme == "https" else None,
        **common,
    )
