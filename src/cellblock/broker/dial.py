"""Opens connections for the host's HTTP: look up, judge every address, connect to a judged one.

In: a host and a port, and what the operator allows. Out: a byte stream that counts what it reads.
No name is looked up between the judging and the connecting. Raises `AdapterError`, or what httpcore
raises, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeAlias

import httpcore

from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import Address, canonical, literal, plain
from cellblock.broker.counted import Counted
from cellblock.broker.reach import Gate
from cellblock.limits import WEB_STEP_S

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host. Raises: OSError if it has none."""

_LOOKUPS_AT_ONCE = 64
_LOOKUPS_OF_A_CLIENT = 2
_ADDRESSES_TRIED = 6
_FIRST_TRY_S = 5.0
"""An address that does not answer gets no more than this while there are others."""


class Lookup:
    """Looks names up in threads of its own, for getaddrinfo(3) cannot be given up."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of *host*, in the system's order of preference. Raises: OSError."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def look_up() -> None:
            found = _found(host, port)
            with contextlib.suppress(RuntimeError):  # the loop may be gone by now
                loop.call_soon_threadsafe(self._settle, answer, found)

        try:
            threading.Thread(target=look_up, name="lookup", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise OSError(str(error)) from error
        return await answer

    def _settle(self, answer: asyncio.Future[list[str]], found: list[str] | OSError) -> None:
        """Count the thread as free now, and not when its asker went away."""
        self._free.release()
        if answer.done():
            return
        if isinstance(found, OSError):
            answer.set_exception(found)
        else:
            answer.set_result(found)


def _found(host: str, port: int) -> list[str] | OSError:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except OSError as error:
        return error
    except (UnicodeError, ValueError) as error:
        return OSError(str(error))
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


class Dialer(httpcore.AsyncNetworkBackend):
    """Connects one client's requests; without a *gate*, to the proxy that the operator named."""

    def __init__(
        self,
        gate: Gate | None,
        resolve: Resolve,
        inner: httpcore.AsyncNetworkBackend,
    ) -> None:
        self._gate = gate
        self._resolve = resolve
        self._inner = inner
        self._lookups: set[asyncio.Task[Sequence[str]]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first judged address that answers; see httpcore."""
        del local_address
        loop = asyncio.get_running_loop()
        until_s = loop.time() + (WEB_STEP_S if timeout is None else timeout)
        try:
            async with asyncio.timeout_at(until_s):
                found = await self.vet(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no address of {host} in time") from None
        tried: Exception = httpcore.ConnectError(f"{host} has no address")
        addresses = found[:_ADDRESSES_TRIED]
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            rest_s = until_s - loop.time()
            patience_s = rest_s if left == 1 else min(rest_s / 2, _FIRST_TRY_S)
            try:
                stream = await self._inner.connect_tcp(
                    str(address), port, timeout=patience_s, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                tried = error
                continue
            return await self._met(stream, host, port, address)
        raise tried

    async def _met(
        self, stream: httpcore.AsyncNetworkStream, host: str, port: int, address: Address
    ) -> Counted:
        try:
            if self._gate is not None and not self._gate.private(canonical(host), port):
                _refuse_self(stream, host, address)
        except BaseException:
            await stream.aclose()
            raise
        return Counted(stream)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no client of ours has a reason to."""
        del path, timeout, socket_options
        raise AdapterError("no request goes to a socket file", "blocked")

    async def sleep(self, seconds: float) -> None:
        """Wait; see httpcore."""
        await self._inner.sleep(seconds)

    async def vet(self, host: str, port: int) -> list[Address]:
        """Give the addresses of *host* after judging all of them.

        Raises: AdapterError("blocked", "bad_request", "network").
        """
        known = canonical(host)
        if self._gate is not None:
            self._gate.admit(known, port)
        found = await self._plain(host, port)
        if self._gate is not None:
            self._gate.judge(known, port, found)
        return found

    async def _plain(self, host: str, port: int) -> list[Address]:
        if address := literal(host):
            return [address]
        try:
            found = [plain(text) for text in await self._look_up(host, port)]
        except OSError as error:
            reason = error.strerror or "the look-up failed"
            raise AdapterError(f"{host} has no address: {reason}", "network") from error
        except ValueError as error:
            raise AdapterError(f"{host} has an address of no use", "blocked") from error
        if not found:
            raise AdapterError(f"{host} has no address", "network")
        return found

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        """Look up with at most two look-ups under way for this client, though it gave up waiting.

        A name server that never answers holds a thread for half a minute; without this one worker
        could hold them all.
        """
        while len(self._lookups) >= _LOOKUPS_OF_A_CLIENT:
            await asyncio.wait(self._lookups, return_when=asyncio.FIRST_COMPLETED)
        task: asyncio.Task[Sequence[str]] = asyncio.ensure_future(self._resolved(host, port))
        self._lookups.add(task)
        task.add_done_callback(self._looked_up)
        return await asyncio.shield(task)

    async def _resolved(self, host: str, port: int) -> Sequence[str]:
        return await self._resolve(host, port)

    def _looked_up(self, task: asyncio.Task[Sequence[str]]) -> None:
        self._lookups.discard(task)
        if not task.cancelled():
            task.exception()  # seen, though nobody may wait for it any more

    def close(self) -> None:
        """Give up what is being looked up."""
        for task in self._lookups:
            task.cancel()


def _refuse_self(stream: httpcore.AsyncNetworkStream, host: str, address: Address) -> None:
    """Refuse a public address that is this machine's own: its services may trust who is inside.

    Raises: AdapterError("blocked"); OSError for a connection that has ended already.
    """
    near, far = (str(stream.get_extra_info(name)[0]) for name in ("client_addr", "server_addr"))
    if plain(far) != address or plain(near) == address:
        raise AdapterError(f"{host} is not at a public address but on this machine", "blocked")
