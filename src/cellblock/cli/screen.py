"""Events to lines on a terminal.

Worker text is hostile: control characters are shown, not obeyed, and no markup in it is read.
"""

from __future__ import annotations

import datetime
from typing import assert_never

from rich.console import Console
from rich.text import Text

from cellblock.cli.text import printable
from cellblock.journal import event as journal

_LEVELS = {"debug": "dim", "info": "cyan", "warn": "yellow", "error": "bold red"}
_OUTCOMES = {"done": "green", "error": "red", "timeout": "magenta", "memory": "magenta"}


class PipedConsole(Console):
    """A console that leaves a closed pipe to its caller instead of ending the program."""

    def on_broken_pipe(self) -> None:
        """Raise what happened."""
        raise BrokenPipeError


class LiveScreen:
    """A log for people: time, level, message; for each tick its outcome and duration."""

    def __init__(self) -> None:
        self._console = PipedConsole(highlight=False, soft_wrap=True)

    def show(self, event: journal.Event) -> None:
        """Print the event."""
        match event:
            case journal.Log():
                self._line(event.level, _LEVELS[event.level], event.message, event.at)
            case journal.Tick():
                self._tick(event)
            case journal.Worker():
                self._worker(event)
            case journal.Security():
                self._line("alarm", "bold red", event.what, event.at)
                self.note(
                    f"version {event.version} of {event.name} is quarantined", style="bold red"
                )
            case journal.Monitor():
                pass  # a log is no place for pictures
            case journal.Exit():
                plural = "" if event.ticks == 1 else "s"
                self.note(f"{event.ticks} tick{plural} run, exit code {event.code}", style="dim")
            case _:
                assert_never(event)  # type: ignore[arg-type]

    def note(self, text: str, *, style: str = "") -> None:
        """Print a line that is no part of the log."""
        self._console.print(Text(printable(text), style=style))

    def _tick(self, event: journal.Tick) -> None:
        style = _OUTCOMES.get(event.outcome, "bold red")
        text = f"tick {event.n} {event.outcome} in {event.duration_ms:,.1f} ms"
        if event.late_ms >= 50:
            text += f", {event.late_ms:,.0f} ms late"
        if event.skipped:
            text += f", {event.skipped} skipped"
        if event.error and not event.traceback:
            text += f": {event.error}"
        self._line("tick", "dim" if event.outcome == "done" else style, text, None)
        if event.traceback:
            self._line("", "red", event.traceback.rstrip(), None)

    def _worker(self, event: journal.Worker) -> None:
        text = f"{event.name} {event.state}"
        text += f" in process {event.pid}" if event.pid else ""
        text += f": {event.reason}" if event.reason else ""
        self._line("worker", "bold red" if event.state == "paused" else "bold", text, None)

    def _line(self, label: str, style: str, message: str, at: float | None) -> None:
        shown = _clock(at)
        first, *rest = printable(message).split("\n")
        line = Text(f"{shown} ", style="dim")
        line.append(f"{label:<6} ", style=style)
        plain = label in _LEVELS and label not in {"error", "warn"}
        line.append(first, style="" if plain else style)
        for more in rest:
            line.append(f"\n{'':16}{more}", style="" if plain else style)
        self._console.print(line)


def _clock(at: float | None) -> str:
    """Show a time of day; one that no calendar has is replaced by the time of now."""
    now = datetime.datetime.now().astimezone()
    try:
        moment = datetime.datetime.fromtimestamp(at).astimezone() if at is not None else now
    except (ValueError, OverflowError, OSError):
        moment = now
    return moment.strftime("%H:%M:%S")
