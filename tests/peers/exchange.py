"""A fake exchange that speaks Bybit V5 over real HTTP on the loopback, in a thread of its own.

It checks keys, times and signatures, counts requests against limits, keeps true books (`venue`),
and can be told to misbehave: `fail` names what the next requests to a path meet. The other side of
it is proven with the exchange's own client in ``tests/peers/test_exchange.py``.

Use:
    with Exchange() as exchange:
        client = ...(exchange.url, exchange.key, exchange.secret)
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

import h11

from peers.desk import PARAMETERS, Desk
from peers.venue import Refused, Venue

How = Literal[
    "reset", "midway", "truncated", "stall", "drip", "garbage", "noise", "wrong_type", "huge", "deep",
    "odd",
]  # fmt: skip
TRADE_LIMITS = {
    "/v5/order/create": 10, "/v5/order/amend": 10, "/v5/order/cancel": 10,
    "/v5/order/cancel-all": 10, "/v5/order/realtime": 50, "/v5/order/history": 50,
    "/v5/execution/list": 50, "/v5/position/list": 50, "/v5/position/closed-pnl": 50,
    "/v5/position/set-leverage": 10, "/v5/position/trading-stop": 10,
    "/v5/account/wallet-balance": 50, "/v5/account/fee-rate": 10,
}  # fmt: skip
_SPOT_LIMITS = {"/v5/order/create": 20, "/v5/order/cancel": 20, "/v5/order/cancel-all": 20}
_TOO_OFTEN = b"access too frequent"
_REGION = (
    b"<html><title>ERROR: The request could not be satisfied</title>"
    b"The Amazon CloudFront distribution is configured to block access from your country.</html>"
)


_BODIES = {
    "garbage": b"\x00\xff{{{not json",
    "wrong_type": b"<html>a page</html>",
    "huge": b'{"retCode":0,"x":"' + b"x" * 9_000_000 + b'"}',
    "deep": b"[" * 70_000,
    "odd": b'{"retCode":"zero","result":[],"time":null}',
}


class ShutOut(Exception):
    """The gates before the exchange answer, and not in JSON."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class TooMany(Exception):
    """10006, with the headers that tell when there is room."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        super().__init__("Too many visits. Exceeded the API Rate Limit.")
        self.headers = headers


@dataclass
class Fault:
    """What a request meets: *how* the answer goes wrong, and whether its effect comes first."""

    how: How | None = None
    status: int | None = None
    code: int | None = None
    after: bool = False
    body: bytes = b"<html>no</html>"
    kind: str = "text/html"


@dataclass
class Seen:
    """A request as it came."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        if self.verb == "POST":
            return json.loads(self.body)  # type: ignore[no-any-return]
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass
class Answer:
    """A status, a body and headers."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


class Exchange:
    """The server. Times are the machine's, moved by *skew_ms*."""

    def __init__(self, *, ip_limit: int = 600) -> None:
        self.key, self.secret = "kEyKeyKeyKeyKeyKey", "sEcretSecretSecretSecretSecretSecret"
        self.skew_ms = 0
        self.may_trade = True
        self.from_region = False
        self.limits = dict(TRADE_LIMITS)
        self.ip_limit = ip_limit
        self.seen: list[Seen] = []
        self.venue = Venue(self.now_ms)
        self.release = threading.Event()
        self._desk = Desk(self.venue)
        self._faults: dict[str, deque[Fault]] = {}
        self._uses: dict[str, deque[float]] = {}
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="exchange")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def now_ms(self) -> int:
        return int(time.time() * 1000) + self.skew_ms

    def fail(self, path: str, how: How | None = None, *, times: int = 1, **more: Any) -> None:
        """Let the next requests to *path* go wrong: a *how*, a *status* or a retCode *code*.

        With ``after=True`` the request has its effect first. ``"*"`` is every path.
        """
        with self._lock:
            queue = self._faults.setdefault(path, deque())
            queue.extend(Fault(how, **more) for _ in range(times))

    def set_price(self, category: str, symbol: str, price: str) -> None:
        with self._lock:
            self.venue.set_price(category, symbol, price)

    def calls(self, path: str) -> list[Seen]:
        """The requests that came for *path*."""
        with self._lock:
            return [seen for seen in self.seen if seen.path == path]

    # Life

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Let every connection be refused by the kernel meanwhile."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    # One connection

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.CancelledError, h11.RemoteProtocolError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = h11.Connection(h11.SERVER)
        while True:
            seen = await _request(wire, reader)
            if seen is None:
                return
            with self._lock:
                self.seen.append(seen)
                fault = self._next_fault(seen.path)
                answer = None
                if fault is None or fault.after or fault.how in {"midway", "truncated"}:
                    answer = self._answer(seen)
                if fault is not None:
                    answer = self._spoil(fault, answer)
            if fault is not None and fault.how is not None:
                await self._misbehave(fault.how, answer, writer)
                return
            assert answer is not None
            writer.write(_response(wire, answer))
            await writer.drain()
            if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
                return
            wire.start_next_cycle()

    def _next_fault(self, path: str) -> Fault | None:
        for name in (path, "*"):
            if self._faults.get(name):
                return self._faults[name].popleft()
        return None

    def _spoil(self, fault: Fault, answer: Answer | None) -> Answer | None:
        if fault.status is not None:
            return Answer(fault.status, fault.body, [("Content-Type", fault.kind)])
        if fault.code is not None:
            return self._enveloped(fault.code, "told to", {})
        return answer

    async def _misbehave(
        self, how: How, answer: Answer | None, writer: asyncio.StreamWriter
    ) -> None:
        if how == "noise":
            writer.write(b"220 smtp.example ESMTP ready\r\n\r\n")
        elif how != "reset":
            with contextlib.suppress(ConnectionError):
                writer.write(_spoilt(how, answer))
                await writer.drain()
        if how in {"stall", "drip"}:
            await self._dawdle(writer, drip=how == "drip")
        if how in {"reset", "midway"}:
            _reset(writer)

    async def _dawdle(self, writer: asyncio.StreamWriter, *, drip: bool) -> None:
        """Hold the connection open, with nothing or single bytes, until the client goes."""
        while not self.release.is_set() and not writer.transport.is_closing():
            if drip:
                writer.write(b" ")
                await writer.drain()
            await asyncio.sleep(0.02)

    # One request

    def _answer(self, seen: Seen) -> Answer:
        headers: list[tuple[str, str]] = []
        try:
            self._let_in(seen)
            if not seen.path.startswith("/v5/market/"):
                self._admit(seen)
                headers = self._spend(seen)
            fields = seen.fields
            if not isinstance(fields, dict):
                raise Refused(10001, "params error: the body is no object")
            result = self._desk.answer(seen.verb, seen.path, fields)
        except ShutOut as shut:
            return Answer(shut.status, shut.body, [("Content-Type", "text/html")])
        except json.JSONDecodeError:
            return self._enveloped(10001, "params error: the body is no JSON", {})
        except TooMany as refused:
            return self._enveloped(10006, str(refused), {}, refused.headers)
        except Refused as refused:
            return self._enveloped(refused.code, str(refused), {}, headers)
        return self._enveloped(0, "OK", result, headers)

    def _let_in(self, seen: Seen) -> None:
        """Refuse with a page of HTML what the exchange's outer gates refuse."""
        if self.from_region:
            raise ShutOut(403, _REGION)
        if not self._allowed("ip", self.ip_limit, 5.0)[0]:
            raise ShutOut(403, _TOO_OFTEN)
        if f"{seen.verb} {seen.path}" not in PARAMETERS:
            raise ShutOut(404, b"404 page not found")
        if seen.verb == "GET" and seen.body:
            raise ShutOut(403, b"")
        if not seen.path.startswith("/v5/market/") and "x-bapi-api-key" not in seen.headers:
            raise ShutOut(401, b"")

    def _admit(self, seen: Seen) -> None:
        """Check key, time, signature and permission, in this order."""
        stamp = seen.headers.get("x-bapi-timestamp", "")
        window = seen.headers.get("x-bapi-recv-window", "5000")
        if seen.headers["x-bapi-api-key"] != self.key:
            raise Refused(10003, "API key is invalid.")
        now = self.now_ms()
        if not stamp.isdecimal() or not now - int(window) <= int(stamp) < now + 1000:
            raise Refused(
                10002,
                "invalid request, please check your server timestamp or recv_window param. "
                f"req_timestamp[{stamp}],server_timestamp[{now}],recv_window[{window}]",
            )
        payload = seen.query.encode() if seen.verb == "GET" else seen.body
        origin = f"{stamp}{self.key}{window}".encode() + payload
        signature = hmac.new(self.secret.encode(), origin, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, seen.headers.get("x-bapi-sign", "")):
            raise Refused(10004, f"error sign! origin_string[{origin.decode(errors='replace')}]")
        if seen.verb == "POST" and not self.may_trade:
            raise Refused(10005, "Permission denied, please check your API key permissions.")

    def _spend(self, seen: Seen) -> list[tuple[str, str]]:
        """Count against the endpoint's limit a second; the headers tell what is left."""
        limit, name = self.limits[seen.path], seen.path
        if seen.verb == "POST" and b'"spot"' in seen.body and seen.path in _SPOT_LIMITS:
            limit, name = _SPOT_LIMITS[seen.path], f"spot {seen.path}"
        allowed, left, free_in_s = self._allowed(name, limit, 1.0)
        reset = self.now_ms() + int(free_in_s * 1000)
        headers = [
            ("X-Bapi-Limit", str(limit)),
            ("X-Bapi-Limit-Status", str(left)),
            ("X-Bapi-Limit-Reset-Timestamp", str(reset)),
        ]
        if not allowed:
            raise TooMany(headers)
        return headers

    def _allowed(self, name: str, limit: int, window_s: float) -> tuple[bool, int, float]:
        """Whether there is room in the rolling window, how much, and when there is again."""
        now, uses = time.monotonic(), self._uses.setdefault(name, deque())
        while uses and uses[0] <= now - window_s:
            uses.popleft()
        if len(uses) >= limit:
            return False, 0, (uses[0] + window_s - now) if uses else window_s
        uses.append(now)
        return True, limit - len(uses), 0.0

    def _enveloped(
        self, code: int, message: str, result: Any, headers: Iterable[tuple[str, str]] = ()
    ) -> Answer:
        envelope = {
            "retCode": code,
            "retMsg": message,
            "result": result,
            "retExtInfo": {},
            "time": self.now_ms(),
        }
        kind = ("Content-Type", "application/json; charset=utf-8")
        return Answer(200, json.dumps(envelope).encode(), [kind, *headers])


async def _request(wire: h11.Connection, reader: asyncio.StreamReader) -> Seen | None:
    """Read one request; None when the client went."""
    head: h11.Request | None = None
    body = b""
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            break
        else:
            return None
    assert head is not None
    parts = urlsplit(head.target.decode())
    headers = {name.decode().lower(): value.decode() for name, value in head.headers}
    return Seen(head.method.decode(), parts.path, parts.query, headers, body)


def _response(wire: h11.Connection, answer: Answer) -> bytes:
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    head = h11.Response(status_code=answer.status, headers=headers)
    data = wire.send(head) or b""
    data += wire.send(h11.Data(answer.body)) or b""
    return data + (wire.send(h11.EndOfMessage()) or b"")


def _spoilt(how: How, answer: Answer | None) -> bytes:
    """The bytes of an answer that has gone wrong."""
    body = answer.body if answer else b'{"retCode":0,"retMsg":"OK","result":{'
    kind, size = "application/json; charset=utf-8", len(body)
    if how in {"midway", "truncated"}:
        body = body[: size // 2]
    elif how in {"stall", "drip"}:
        body, size = b"" if how == "stall" else body, 1_000_000
    else:
        body = _BODIES[how]
        size = len(body)
    if how == "wrong_type":
        kind = "text/html"
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {size}\r\n\r\n".encode() + body


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with a reset: what is not sent yet is thrown away."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
