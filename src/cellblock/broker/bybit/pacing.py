"""How fast requests may follow one another, so that the exchange refuses none. Pure.

An account's limits are counted over a rolling second, for each endpoint; the answers' headers tell
the limit, and how much of it is left when others use the account too. Times are seconds on one
clock, given by the caller.

Source: https://bybit-exchange.github.io/docs/v5/rate-limit
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

_MARGIN = 1.05
"""Requests that left evenly may arrive bunched."""
_LATEST_ANSWER_S = 30.0


class Pace:
    """One limit: at most *limit* requests in any *window_s* seconds."""

    def __init__(self, limit: int, window_s: float = 1.0) -> None:
        self.limit = limit
        self._window_s = window_s * _MARGIN
        self._uses: list[float] = []
        self._closed_until_s = 0.0

    def take(self, now_s: float) -> float:
        """Take the next free place; gives the time at which it is."""
        del self._uses[: bisect_right(self._uses, now_s - self._window_s - _LATEST_ANSWER_S)]
        at_s = max(now_s, self._closed_until_s)
        if len(self._uses) >= self.limit:
            at_s = max(at_s, self._uses[-self.limit] + self._window_s)
        self._uses.append(at_s)
        return at_s

    def told(self, at_s: float, headers: Mapping[str, str]) -> None:
        """Learn from the headers of the answer to the request that left at *at_s*."""
        limit, left = (_count(headers.get(name)) for name in ("x-bapi-limit", _LEFT))
        if limit is None or left is None or limit < 1:
            return
        self.limit = limit
        since = bisect_right(self._uses, at_s - self._window_s)
        ours = bisect_right(self._uses, at_s) - since
        others = min(limit, limit - left - ours)
        place = bisect_right(self._uses, at_s)
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
