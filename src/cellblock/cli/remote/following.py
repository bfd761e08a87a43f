"""``logs``: lines that are kept, and those that come. Followed over server-sent events.

A connection that breaks is made again, and goes on after the last line that was shown. Pure but for
`follow`: bytes go in, events come out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.text import Text

from cellblock.cli.remote import show, times, views
from cellblock.cli.remote.client import Client, Query
from cellblock.cli.remote.desk import Desk
from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import one_line, printable
from cellblock.errors import OperatorFault

_EVENT_BYTES = 1_000_000
_SILENCE_S = 40.0
"""Longest time without a word; the server says one every 15 s."""
_WAITS_S = (0.5, 1.0, 2.0, 5.0)
_LEVELS = {"debug": "dim", "info": "cyan", "warn": "yellow", "error": "bold red"}
_PASSING = {"no-server", "server-gone", "server-slow"}
"""Slugs of what may be over in a moment."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    kind: str
    data: str
    id: str


def events(parts: Iterable[bytes]) -> Iterator[Event | None]:
    """Read a stream of events (WHATWG HTML, 9.2); None for a comment, which says that it lives.

    Raises: OperatorFault("wrong-server") for an event beyond all measure.
    """
    kind, data, identity, size = "", list[str](), "", 0
    for line in _lines(parts):
        size += len(line)
        if size > _EVENT_BYTES:
            raise OperatorFault("wrong-server", "the server sends events without end", "report it")
        if not line:
            if data:
                yield Event(kind or "message", "\n".join(data), identity)
            kind, data, size = "", [], 0
        elif line.startswith(b":"):
            yield None
        else:
            name, _, rest = line.partition(b":")
            text = rest.removeprefix(b" ").decode("utf-8", "replace")
            if name == b"data":
                data.append(text)
            elif name == b"event":
                kind = text
            elif name == b"id" and "\0" not in text:
                identity = text


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Split at the ends of lines of HTTP alone; a message may hold other ones."""
    rest = b""
    for part in parts:
        rest += part
        # A carriage return at the end may be half of an end of line.
        whole, held = (rest[:-1], rest[-1:]) if rest.endswith(b"\r") else (rest, b"")
        *done, last = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        yield from done
        rest = last + held
        if len(rest) > _EVENT_BYTES:
            yield rest
            rest = b""


def past(desk: Desk, name: str | None, query: Query, count: int) -> int:
    """Show the newest lines that are kept, in the order of time. Raises: CellblockError."""
    _history(desk, name, query, count)
    return 0


def _history(desk: Desk, name: str | None, query: Query, count: int) -> str:
    """Show the newest lines, and give the id after which the others come."""
    where = desk.worker(name, "logs") if name else desk.at("logs")
    newest = [line.id for line in desk.client.items(where, views.LineView, most=1)]
    raw = list(desk.client.raw_items(where, {**query, "order": "newest"}, count))
    screen = Lines(desk, named=name is None)
    shown = [screen.show(item) for item in reversed(raw)]
    return str(max(newest + shown, default=0))


def follow(desk: Desk, name: str | None, query: Query, since: float | None, count: int) -> int:
    """Show lines as they come, until Ctrl-C. Raises: CellblockError, KeyboardInterrupt."""
    where = desk.worker(name, "logs", "stream") if name else desk.at("logs", "stream")
    screen = Lines(desk, named=name is None)
    last = _history(desk, name, {**query, "since": since}, count)
    fails = 0
    while True:
        try:
            with closing(desk.connect(_SILENCE_S)) as client:
                for event in _stream(client, where, query, last):
                    fails = 0
                    last = _shown(screen, event) or last
        except OperatorFault as fault:
            if fault.slug not in _PASSING and fault.facts.get("status") not in {429, 502, 503}:
                raise
            if not fails:
                show.note(f"cellblock: the server is gone ({fault.message}); waiting for it")
        time.sleep(_WAITS_S[min(fails, len(_WAITS_S) - 1)])
        fails += 1


def _stream(client: Client, where: str, query: Query, last: str) -> Iterator[Event | None]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
    with client.stream(where, query, headers) as response:
        yield None
        yield from events(response.iter_bytes())


def _shown(screen: Lines, event: Event | None) -> str:
    """Show an event, and give its id if it is one to go on from."""
    if event is None:
        return ""
    try:
        found = msgspec.json.decode(event.data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return ""
    if event.kind == "line":
        screen.show(found)
    elif event.kind == "missed" and isinstance(found, dict):
        count = one_line(str(found.get("count", "some")), 20)
        show.note(
            f"cellblock: {count} lines came too fast to be followed; `cellblock logs` has them"
        )
    return event.id


class Lines:
    """Shows lines of logs, for people or for programs."""

    def __init__(self, desk: Desk, *, named: bool) -> None:
        self._desk = desk
        self._named = named
        self._console = PipedConsole(highlight=False, soft_wrap=True)

    def show(self, raw: Any) -> int:
        """Show one, and give its id. Raises: OperatorFault("wrong-server") for what is no line."""
        found = self._desk.client.shaped(raw, views.LineView)
        if self._desk.as_json:
            show.line(raw)
            return found.id
        line = Text(f"{times.clock(found.at, time.time())} ", style="dim")
        if self._named:
            line.append(f"{one_line(found.worker, 63)} ", style="bold")
        line.append(f"{one_line(found.level, 8):<5} ", style=_LEVELS.get(found.level, ""))
        style = _LEVELS[found.level] if found.level in {"warn", "error"} else ""
        indent = " " * len(line.plain)
        line.append(printable(found.message).replace("\n", f"\n{indent}"), style=style)
        self._console.print(line)
        return found.id
