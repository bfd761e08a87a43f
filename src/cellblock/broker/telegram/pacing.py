"""When the next message may go: 30 a second in all, one a second in a chat, 20 a minute in a group.

In: a chat and the time. Out: the time at which to send. Pure; times are seconds on one clock.
Telegram publishes no exact numbers and changes them: what it says with a 429 always goes first.

Source: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

from __future__ import annotations

import copy
import math
from collections import deque
from dataclasses import dataclass, field

from cellblock.limits import (
    TELEGRAM_CHAT_BURST,
    TELEGRAM_GROUP_PER_MINUTE,
    TELEGRAM_PER_SECOND,
)

ChatId = int | str
"""A chat's number, or ``@name`` of a public one."""

_KEPT = 1_000
"""Chats that are remembered although they are quiet."""
_LATEST_S = 86_400.0
"""The longest halt: a far side that says more is not believed."""


@dataclass(slots=True)
class Window:
    """At most *count* in any *seconds*."""

    count: int
    seconds: float
    _times: deque[float] = field(default_factory=deque)

    def earliest_s(self) -> float:
        """Give when there is room for one more."""
        return self._times[0] + self.seconds if len(self._times) == self.count else 0.0

    def take(self, at_s: float) -> None:
        """Use the room at a time that is not before the last one taken."""
        self._times.append(at_s)
        if len(self._times) > self.count:
            self._times.popleft()


@dataclass(slots=True)
class _Line:
    """Those who wait to send to one chat, first come first served."""

    windows: tuple[Window, ...]
    last_s: float = 0.0
    halted_s: float = 0.0

    def earliest_s(self, begin_s: float) -> float:
        """Give when the next may send, not before *begin_s*."""
        return max(begin_s, self.last_s, *(window.earliest_s() for window in self.windows))

    def take(self, begin_s: float) -> float:
        """Take the next place, and give when it is."""
        self.last_s = self.earliest_s(begin_s)
        for window in self.windows:
            window.take(self.last_s)
        return self.last_s


class Pace:
    """The pace of one bot."""

    def __init__(self) -> None:
        self._all = Window(TELEGRAM_PER_SECOND, 1.0)
        self._all_last_s = 0.0
        self._all_halted_s = 0.0
        self._lines: dict[ChatId, _Line] = {}

    def reserve(self, chat: ChatId, now_s: float, latest_s: float) -> float | None:
        """Take the next place in a chat's line; None, and no place, if it is after *latest_s*."""
        line = self._line(chat, now_s)
        begin_s = max(now_s, self.held_until_s(chat))
        return None if line.earliest_s(begin_s) > latest_s else line.take(begin_s)

    def last_s(self, chat: ChatId, count: int, now_s: float) -> float:
        """Give when the last of *count* messages to a chat would go, if nobody sent between."""
        line = copy.deepcopy(self._line(chat, now_s))
        for _ in range(count):
            line.take(max(now_s, self.held_until_s(chat)))
        return line.last_s

    def held_until_s(self, chat: ChatId | None) -> float:
        """Give when what Telegram said about *chat*, or about the bot, is over."""
        line = self._lines.get(chat) if chat is not None else None
        return max(self._all_halted_s, line.halted_s if line else 0.0)

    def depart(self, now_s: float, latest_s: float = math.inf) -> float | None:
        """Take the next place among all that the bot sends; None, and no place, after *latest_s*.

        It is at once or soon.
        """
        at_s = max(now_s, self._all_last_s, self._all.earliest_s())
        if at_s > latest_s:
            return None
        self._all.take(at_s)
        self._all_last_s = at_s
        return at_s

    def halt(self, chat: ChatId | None, now_s: float, retry_after_s: float) -> None:
        """Send nothing to *chat* for a while, because Telegram said so.

        A second chat halted at the same time tells that it is the bot that is too fast.
        """
        until_s = now_s + min(max(retry_after_s, 0.0), _LATEST_S)
        others = any(line.halted_s > now_s for known, line in self._lines.items() if known != chat)
        if chat is None or others:
            self._all_halted_s = max(self._all_halted_s, until_s)
        if chat is not None:
            line = self._line(chat, now_s)
            line.halted_s = max(line.halted_s, until_s)

    def _line(self, chat: ChatId, now_s: float) -> _Line:
        if chat not in self._lines:
            if len(self._lines) >= _KEPT:
                self._forget(now_s)
            windows = [Window(TELEGRAM_CHAT_BURST, float(TELEGRAM_CHAT_BURST))]
            # A negative number is a group's or a channel's, and only these have public names.
            if isinstance(chat, str) or chat < 0:
                windows.append(Window(TELEGRAM_GROUP_PER_MINUTE, 60.0))
            self._lines[chat] = _Line(tuple(windows))
        return self._lines[chat]

    def _forget(self, now_s: float) -> None:
        """Let go of the lines that hold nobody back."""
        self._lines = {
            chat: line
            for chat, line in self._lines.items()
            if max(line.last_s + 60.0, line.halted_s) > now_s
        }
