"""How fast requests may follow one another, so that the exchange refuses none. Pure.

An account's limits are counted over a rolling second, for each endpoint; the answers' headers tell
the limit, and how much of it is left when others use the account too. Times are seconds on one
clock, given by the caller.

Source: https://bybit-exchange.github.io/docs/v5/rate-limit
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from math import inf

_MARGIN = 1.05
"""Requests that left evenly may arrive bunched."""
_LATEST_ANSWER_S = 30.0
_HIGHEST = 1_000
"""No account is let do more of one thing in a second; a header that says so is taken for this."""


class Pace:
    """One limit: at most *limit* requests in any *window_s* seconds."""

    def __init__(self, limit: int, window_s: float = 1.0) -> None:
        self.limit = limit
        self._window_s = window_s * _MARGIN
        self._uses: list[float] = []
        self._closed_until_s = 0.0

    def take(self, now_s: float, latest_s: float = inf) -> float | None:
        """Take the next free place; gives its time, or None if that would be after *latest_s*.

        A place that is not taken does not count, and makes nobody else wait.
        """
        del self._uses[: bisect_right(self._uses, now_s - self._window_s - _LATEST_ANSWER_S)]
        at_s = max(now_s, self._closed_until_s)
        if len(self._uses) >= self.limit:
            at_s = max(at_s, self._uses[-self.limit] + self._window_s)
        if at_s > latest_s:
            return None
        # Not at the end: where the limit was raised, others wait yet for places after this one.
        insort(self._uses, at_s)
        return at_s

    def give_back(self, at_s: float) -> None:
        """Give back the place at *at_s*, that nothing will be sent at."""
        place = bisect_left(self._uses, at_s)
        if self._uses[place : place + 1] == [at_s]:
            del self._uses[place]

    def told(self, at_s: float, headers: Mapping[str, str]) -> None:
        """Learn from the headers of the answer to the request that left at *at_s*."""
        limit, left = (_count(headers.get(name)) for name in ("x-bapi-limit", _LEFT))
        if limit is None or left is None or limit < 1:
            return
        self.limit = min(limit, _HIGHEST)
        since = bisect_right(self._uses, at_s - self._window_s)
        place = bisect_right(self._uses, at_s)
        others = min(self.limit, limit - left - (place - since))
        self._uses[place:place] = [at_s] * others

    def close(self, until_s: float) -> None:
        """Let nothing pass before *until_s*."""
        self._closed_until_s = max(self._closed_until_s, until_s)


_LEFT = "x-bapi-limit-status"


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 7 else None


def reset_in_s(headers: Mapping[str, str], server_ms: int) -> float:
    """Give how long a limit that was passed stays so: at least a moment, at most five seconds."""
    text = headers.get("x-bapi-limit-reset-timestamp", "")
    left_ms = int(text) - server_ms if text.isdecimal() and len(text) < 16 else 1_000
    return min(max(left_ms / 1000, 0.05), 5.0)
