"""``cellblock serve``: the service, in the foreground until a signal asks it to end."""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import os
import shlex
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import uvloop

from cellblock.api.binding import Bind, judge
from cellblock.cli.text import printable
from cellblock.compose import heap, vaults
from cellblock.compose.service import Choices, Service
from cellblock.jail.kernel import process

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_logger = logging.getLogger("cellblock.serve")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command, read."""

    data: Path
    bind: Bind
    choices: Choices
    log_json: bool


def serve(options: Options) -> int:
    """Serve until a signal, then let running ticks end. Gives the exit code.

    Raises: CellblockError for what keeps it from starting.
    """
    process.set_dumpable(False)
    heap.spare()
    process.take_short_turns()
    given = vaults.take_keys()
    judge(options.bind)
    _log_lines(as_json=options.log_json)
    return uvloop.run(_serve(options, given))


async def _serve(options: Options, given: vaults.Given) -> int:
    stop = _stop_on_signals()
    opening = asyncio.create_task(Service.open(options.data, options.bind, given, options.choices))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({opening, asked}, return_when=asyncio.FIRST_COMPLETED)
    if not opening.done():
        opening.cancel()
        await asyncio.wait({opening})
        return 0
    asked.cancel()
    service = opening.result()
    _greet(service, options)
    await _invite(service, options)
    tidying = asyncio.create_task(heap.Heap().keep_looking())
    await stop.wait()
    tidying.cancel()
    _logger.info("stopping: running ticks are given time to end")
    await service.close()
    _logger.info("stopped")
    return 0


def _greet(service: Service, options: Options) -> None:
    """Tell what a person wants to know: where it is, what opens it, what runs, what is wrong."""
    for warning in service.warnings:
        _logger.warning("%s", warning)
    _logger.info("serving at %s, data in %s", service.url, options.data)
    token = service.first_token
    if token is not None and sys.stderr.isatty():
        # Not a log line: it is for the person at the terminal, and shown this once.
        print(f"\n  administrator's token, shown once:\n  {token}\n", file=sys.stderr, flush=True)
    if service.token_file.exists():
        _logger.info("the administrator's token is in %s", service.token_file)
    match service.resumed:
        case 0:
            _logger.info("no worker runs; send one with: cellblock deploy worker.py")
        case 1:
            _logger.info("1 worker goes on")
        case count:
            _logger.info("%d workers go on", count)


async def _invite(service: Service, options: Options) -> None:
    """Tell how to get into the dashboard; what opens it stands in no log."""
    if not service.url.startswith("http"):
        return  # no browser speaks to a socket
    if sys.stderr.isatty() and (address := await service.invitation()) is not None:
        text = f"\n  dashboard, good once and for two minutes:\n  {address}\n"
        print(text, file=sys.stderr, flush=True)
    data = shlex.quote(str(options.data))
    _logger.info("a way into the dashboard: cellblock dashboard --data %s", data)


def _stop_on_signals() -> asyncio.Event:
    """Set the event on the first signal; a second one ends the program at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in _STOPPING:
        loop.add_signal_handler(number, ask, number)
    return stop


class _Lines(logging.Formatter):
    """One line for each record, for people: time, level, text; nothing in it steers a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        at = datetime.datetime.fromtimestamp(record.created).astimezone()
        text = printable(_text(record)).replace("\n", " | ")
        return f"{at:%Y-%m-%d %H:%M:%S} {record.levelname.lower():<7} {text}"


class _Json(logging.Formatter):
    """One JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line, in ASCII."""
        return json.dumps(
            {
                "at": round(record.created, 3),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": _text(record),
            }
        )


def _text(record: logging.LogRecord) -> str:
    parts = [record.getMessage(), record.exc_text or "", record.stack_info or ""]
    return "\n".join(part.rstrip("\n") for part in parts if part)


def _log_lines(*, as_json: bool) -> None:
    """Have the program's own log written to stderr."""
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(_Json() if as_json else _Lines())
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.WARNING)
    logging.getLogger("cellblock").setLevel(logging.INFO)
