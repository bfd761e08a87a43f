"""A network for tests: addresses that lead to peers of this machine, names by a table, and asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpcore
import pytest

from cellblock.broker.adapter import AdapterError
from cellblock.broker.web import Reach, Reply, Web, exchange
from cellblock.limits import HTTP_BODY_BYTES
from peers.web_server import Peer, Script

PUBLIC = "93.184.215.14"


class Net(httpcore.AsyncNetworkBackend):
    """A network in which public addresses lead to ports of this machine; it keeps every dial."""

    def __init__(self, routes: dict[str, int] | None = None) -> None:
        self.dialled: list[tuple[str, int]] = []
        self._routes = routes or {}
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, **options: Any) -> Any:
        self.dialled.append((host, port))
        if host in self._routes:
            stream = await self._real.connect_tcp("127.0.0.1", self._routes[host], **options)
            return Away(stream, host)
        if host.startswith("127."):
            return await self._real.connect_tcp(host, port, **options)
        raise httpcore.ConnectError("no such place in this network")


class Away(httpcore.AsyncNetworkStream):
    """A stream that says it comes from where it was dialled."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, address: str) -> None:
        self._inner = inner
        self._address = address

    def get_extra_info(self, info: str) -> Any:
        if info == "server_addr":
            return (self._address, 80)
        return self._inner.get_extra_info(info)

    async def read(self, *arguments: Any, **options: Any) -> bytes:
        return await self._inner.read(*arguments, **options)

    async def write(self, *arguments: Any, **options: Any) -> None:
        await self._inner.write(*arguments, **options)

    async def start_tls(self, *arguments: Any, **options: Any) -> Any:
        return await self._inner.start_tls(*arguments, **options)

    async def aclose(self) -> None:
        await self._inner.aclose()


def names(**table: Sequence[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Resolve by a table; what is not there is not known. Underscores stand for dots."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        found = table.get(host.replace(".", "_"))
        if found is None:
            raise OSError(-2, "Name or service not known")
        return found

    return resolve


async def ask(
    web: Web,
    url: str,
    *,
    reach: Reach | None = None,
    method: str = "GET",
    timeout_s: float = 20.0,
    limit_bytes: int = HTTP_BODY_BYTES,
    **options: Any,
) -> Reply:
    client = web.client(reach or Reach(), **options)
    request = client.build_request(method, url)
    return await exchange(client, request, limit_bytes=limit_bytes, timeout_s=timeout_s)


def meet(script: Script, **options: Any) -> Reply:
    """Ask a peer that acts by *script* once."""

    async def scenario() -> Reply:
        async with Peer(script, options.pop("tls", None)) as peer:
            web = Web()
            try:
                return await ask(web, peer.url(), reach=Reach(private=(peer.place,)), **options)
            finally:
                await web.close()

    return asyncio.run(scenario())


def failure(script: Script, **options: Any) -> tuple[str, str]:
    """Ask a peer whose answer must not count; gives the code and the sentence."""
    with pytest.raises(AdapterError) as caught:
        meet(script, **options)
    return caught.value.code, str(caught.value)


async def told(work: Awaitable[Any]) -> tuple[str, str]:
    with pytest.raises(AdapterError) as caught:
        await work
    return caught.value.code, str(caught.value)
