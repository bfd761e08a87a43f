"""The connections to one Redis: questions go out, all their answers come back, in bounded time.

A connection is used again only after every answer was read from it, so no answer can belong to
another question, whoever cancels what. redis-py gives the connections and speaks the protocol; its
own pool and retries are not used, for what they do in mid-question differs from release to release.

A question that was given up may still reach Redis later. Before anything more is asked, Redis is
told to end that connection (CLIENT KILL), so that a late write never lands on a newer one.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from cellblock.store.redis_address import Address
from cellblock.store.redis_answers import information
from cellblock.store.redis_fault import RedisFault, Silence, fault, root

Command = tuple[str | bytes | int, ...]

_CONNECTIONS = 16
_CALL_S = 5.0
"""Longest time of one question with all its tries; a ctx call has 30 s."""
_TRY_S = 1.5
_PAUSES_S = (0.0, 0.25, 1.0)
"""Before each try."""
_PASSING = (ReadOnlyError, MasterDownError, TryAgainError, ClusterDownError)
"""Refusals of a Redis that is being replaced; another connection may lead to the new one."""
_UNDONE = (*_PASSING, BusyLoadingError, AuthenticationError)
"""Answers by which nothing was done."""
_FAILURES = (RedisError, OSError, ValueError, LookupError, EOFError, RecursionError)
"""What redis-py raises for a connection that breaks, and for bytes that are no answer."""


@dataclass(eq=False, slots=True)
class _Line:
    """One connection, and by which number which server knows it."""

    connection: Connection | UnixDomainSocketConnection
    number: int = 0
    server: str = ""

    async def exchange(self, commands: tuple[Command, ...]) -> list[Any]:
        """Send all, then read all; a refusal stands among the answers.

        Whatever it raises, the line must be dropped.
        """
        packed = self.connection.pack_commands(commands)
        await self.connection.send_packed_command(packed, check_health=False)
        answers: list[Any] = []
        for _ in commands:
            try:
                answers.append(await self.connection.read_response(disable_decoding=True))
            except ResponseError as refusal:
                answers.append(refusal)
        return answers

    async def drop(self) -> None:
        """Close at once, and send nothing more of what waits to be sent."""
        writer = self.connection._writer  # noqa: SLF001 - redis-py itself can only close politely
        if writer is not None:
            writer.transport.abort()
        await self.connection.disconnect(nowait=True)


class Link:
    """Asks one Redis. Make it, `ask`, and `close` it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[_Line] = []
        self._strays: set[tuple[str, int]] = set()
        """Connections given up in mid-question, by server and number."""
        self._silence = Silence(address.place)
        self._closed = False

    async def ask(self, *commands: Command, changes: bool = False, tries: int = 3) -> list[Any]:
        """Give the answers to commands that do no harm when they are sent *tries* times.

        *changes* makes an error say what may have become of a change.
        Raises: RedisFault, within `_CALL_S`, also if Redis refuses one of the commands.
        """
        answers, doubt = await self._tried(commands, changes, tries)
        for answer in answers:
            whole = not isinstance(answer, list)  # EXEC answers a list, and has done the others
            for item in (answer,) if whole else answer:
                if isinstance(item, ResponseError):
                    raise self._fault(item, changes=changes, sent=doubt or not whole)
        return answers

    async def attempt(self, *commands: Command) -> list[Any]:
        """Do as `ask`, but give refusals among the answers."""
        answers, _ = await self._tried(commands, changes=False, tries=3)
        return answers

    async def _tried(
        self, commands: tuple[Command, ...], changes: bool, tries: int
    ) -> tuple[list[Any], bool]:
        """Give the answers, and whether a try before was sent of which nobody knows the end."""
        now_s = asyncio.get_running_loop().time
        if self._closed:
            raise RedisFault("the store is closed", "away")
        self._silence.check(now_s(), changes=changes)
        end_s = now_s() + _CALL_S
        doubt = False
        problem: Exception = TimeoutError()
        for pause_s in _PAUSES_S[:tries]:
            if pause_s:
                await asyncio.sleep(pause_s)
            sent = False
            try:
                async with asyncio.timeout_at(min(end_s, now_s() + _TRY_S)), self._places:
                    line = await self._ready()
                    sent = True
                    answers = await self._exchange(line, commands)
                    await self._put_back(line)
            except _FAILURES as error:
                problem = error
                doubt |= sent and not isinstance(error, _UNDONE)
                await self._hang_up()
                if _is_final(root(error)):
                    break
            else:
                self._silence.end(now_s())
                return answers, doubt
        told = self._fault(problem, changes=changes, sent=doubt)
        self._silence.begin(now_s(), told)
        raise told

    async def close(self) -> None:
        """Close what is idle now, and the rest when it has its answers."""
        self._closed = True
        await self._hang_up()

    async def _ready(self) -> _Line:
        """Give a line on which nothing is under way, when nothing is under way on a stray one."""
        line = await self._idle_line() or await self._connect()
        strays = {stray for stray in self._strays if stray[0] == line.server}
        if strays:
            await self._exchange(line, tuple(("CLIENT", "KILL", "ID", n) for _, n in strays))
            self._strays -= strays
        return line

    async def _idle_line(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            # True if Redis closed it, and if it said what nobody asked for.
            with contextlib.suppress(RedisError):
                if not await line.connection.can_read():
                    return line
            await line.drop()
        return None

    async def _connect(self) -> _Line:
        line = _Line(_connection(self._address))
        try:
            await line.connection.connect()  # type: ignore[no-untyped-call]
            number, facts = await line.exchange((("CLIENT", "ID"), ("INFO", "server")))
        except BaseException:
            await line.drop()
            raise
        if isinstance(number, int) and isinstance(facts, bytes):
            line.number, line.server = number, information(facts).get("run_id", "")
            # The strays of another server went with it; here their numbers are somebody else's.
            self._strays = {stray for stray in self._strays if stray[0] == line.server}
        return line

    async def _exchange(self, line: _Line, commands: tuple[Command, ...]) -> list[Any]:
        try:
            answers = await line.exchange(commands)
            for answer in answers:
                if isinstance(answer, _PASSING):
                    raise answer
        except BaseException:
            if line.server:
                self._strays.add((line.server, line.number))
            await line.drop()
            raise
        return answers

    async def _put_back(self, line: _Line) -> None:
        if self._closed:
            await line.drop()
        else:
            self._idle.append(line)

    async def _hang_up(self) -> None:
        """Close every idle line: what broke one has often broken all."""
        while self._idle:
            await self._idle.pop().drop()

    def _fault(self, problem: Exception, *, changes: bool, sent: bool) -> RedisFault:
        return fault(problem, self._address, changes=changes, sent=sent)


def _is_final(problem: BaseException) -> bool:
    """Tell whether another try would end alike."""
    if isinstance(problem, (AuthenticationError, AuthorizationError, ssl.SSLCertVerificationError)):
        return True
    return isinstance(problem, ResponseError) and not isinstance(problem, _PASSING)


def _connection(address: Address) -> Connection | UnixDomainSocketConnection:
    settings: dict[str, Any] = {
        "db": address.db,
        "username": address.username or None,
        "password": address.password or None,
        "protocol": 2,
        # One deadline stands around a whole try; redis-py's own would cost a timer each.
        "socket_timeout": None,
        "socket_connect_timeout": None,
        "retry": Retry(NoBackoff(), 0),
    }
    if address.path:
        return UnixDomainSocketConnection(path=address.path, **settings)
    settings |= {
        "host": address.host,
        "port": address.port,
        "socket_keepalive": True,
        # What the network swallowed is not sent once more when nobody waits for it any longer.
        "socket_keepalive_options": {socket.TCP_USER_TIMEOUT: int(_CALL_S * 1000)},
    }
    if not address.tls:
        return Connection(**settings)
    return SSLConnection(
        ssl_ca_certs=address.ca_file or None,
        ssl_certfile=address.cert_file or None,
        ssl_keyfile=address.key_file or None,
        **settings,
    )
