"""What a worker's asks cost it: a bucket of tokens for the rate, a count for the tick. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """Tokens that come back with time. Times are seconds on one clock, given by the caller."""

    per_second: float
    capacity: float
    _tokens: float = field(init=False)
    _at_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self._tokens = self.capacity

    def take(self, now_s: float, tokens: float = 1.0) -> float:
        """Take *tokens*; gives the seconds to wait until they are really there.

        The debt is remembered, so that each further taker waits longer.
        """
        self._refill(now_s)
        left = self._tokens = self._tokens - tokens
        return 0.0 if left >= 0.0 else -left / self.per_second

    def try_take(self, now_s: float) -> bool:
        """Take one token if there is one."""
        self._refill(now_s)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def due_s(self, now_s: float) -> float:
        """Tell in how many seconds a token will be there, without taking it."""
        self._refill(now_s)
        return max(0.0, (1.0 - self._tokens) / self.per_second)

    def _refill(self, now_s: float) -> None:
        elapsed = now_s - self._at_s
        if elapsed > 0.0:
            self._at_s = now_s
            tokens = self._tokens + elapsed * self.per_second
            self._tokens = min(self.capacity, tokens)


@dataclass(slots=True)
class Count:
    """Calls of the tick that runs, against their limit."""

    limit: int
    used: int = 0

    def spend(self) -> bool:
        """Count one call; False once the limit is passed."""
        self.used += 1
        return self.used <= self.limit
