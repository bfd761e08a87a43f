"""``cellblock top``: the workers, looked at every second, until q or Ctrl-C; into a pipe, once."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import time
import tty
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from cellblock.cli.remote import listing, show, times, views
from cellblock.cli.remote.desk import Desk
from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import one_line
from cellblock.errors import OperatorFault

_EVERY_S = 1.0
_MOST = 5_000
"""Workers that are looked at."""


def top(desk: Desk, *, everywhere: bool) -> int:
    """Show the workers until the person has seen enough. Raises: CellblockError."""
    if desk.as_json:
        show.value(list(desk.client.raw_items(_where(desk, everywhere), most=_MOST)))
        return 0
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        show.console().print(_picture(desk, _workers(desk, everywhere), everywhere, 1_000_000))
        return 0
    with contextlib.suppress(KeyboardInterrupt):
        _watch(desk, everywhere=everywhere)
    return 0


def _watch(desk: Desk, *, everywhere: bool) -> None:
    console = PipedConsole(highlight=False)
    with _keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        picture: Any = Text("…")
        until = time.monotonic()
        while not pressed(max(until - time.monotonic(), 0)):
            if time.monotonic() < until:
                continue
            until = time.monotonic() + _EVERY_S
            try:
                picture = _picture(desk, _workers(desk, everywhere), everywhere, console.height)
            except OperatorFault as fault:
                if fault.slug not in {"no-server", "server-gone", "server-slow"}:
                    raise
                picture = Text(one_line(f"{fault.message}; waiting for it, q ends"), "bold red")
            live.update(picture, refresh=True)


def _where(desk: Desk, everywhere: bool) -> str:
    return "/workers" if everywhere else desk.at("workers")


def _workers(desk: Desk, everywhere: bool) -> list[views.WorkerView]:
    return list(desk.client.items(_where(desk, everywhere), views.WorkerView, most=_MOST))


def _picture(desk: Desk, found: list[views.WorkerView], everywhere: bool, height: int) -> Any:
    """Draw what fits: those in trouble first, then the latest."""
    now = time.time()
    counts = Counter(item.shown_state for item in found)
    room = "all workspaces" if everywhere else f"workspace {desk.workspace}"
    head = Text(f"{desk.client.found.url}  {room}  {times.clock(now, now)}", style="bold")
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
    head.append(f"\n{show.plural(len(found), 'worker')}: {states or 'none'}", style="not bold")
    late = sorted(item.last_run.late_ms for item in found if item.last_run is not None)
    if late:
        worst, middle = times.milliseconds(late[-1]), times.milliseconds(late[len(late) // 2])
        head.append(f"; last ticks {middle} late in the middle, {worst} at most", "not bold")
    fits = max(height - 6, 1)
    ranked = sorted(found, key=lambda item: (_rank(item), item.workspace, item.name))
    drawn = listing.table_of(ranked[:fits], now, everywhere=everywhere)
    more = len(ranked) - fits
    foot = Text(f"… and {more:,} more" if more > 0 else "", style="dim")
    return Group(head, Text(""), drawn, foot)


def _rank(item: views.WorkerView) -> int:
    troubled = item.quarantined or item.errors or item.state in {"paused", "lost"}
    return 0 if troubled and item.desired == "running" else 1 if item.state == "running" else 2


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[float], bool]]:
    """Read single keys; what is given tells, within some seconds, whether q was pressed."""
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)

    def pressed(seconds: float) -> bool:
        if not select.select([number], [], [], seconds)[0]:
            return False
        keys = os.read(number, 100)
        return not keys or keys[:1] in {b"q", b"Q", b"\x03", b"\x04"}

    tty.setcbreak(number)
    try:
        yield pressed
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
