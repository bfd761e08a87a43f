"""What a connection's model may be used for in a day. Pure.

In: what a call may take at worst, and what it took. Out: leave, or a refusal. A call is counted at
its worst before it is made, and as it was once that is known, so calls at the same time cannot
together pass a cap, and one whose end nobody saw has cost its worst.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cellblock.broker.adapter import AdapterError
from cellblock.broker.llm.settings import LlmSettings
from cellblock.broker.meter import Bucket
from cellblock.clock import Clock

_DAY_S = 86_400
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Hold:
    """What is counted for one call, on one day."""

    day: int
    tokens: int
    cost: float


class Budget:
    """The caps of one connection, kept in memory: a host that starts anew begins anew."""

    def __init__(self, settings: LlmSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._day = 0
        self._tokens = 0
        self._cost = 0.0
        rate = settings.requests_per_minute
        self._requests = Bucket(rate / 60, rate) if rate is not None else None

    def hold(self, input_tokens: int, output_tokens: int) -> Hold:
        """Count a call at its worst. Raises: AdapterError("policy"), and nothing is counted."""
        self._turn_day()
        held = Hold(
            self._day, input_tokens + output_tokens, self._price(input_tokens, output_tokens)
        )
        settings = self._settings
        if settings.tokens_per_day is not None:
            left = max(0, settings.tokens_per_day - self._tokens)
            if held.tokens > left:
                raise _refused(
                    f"{left:,} of {settings.tokens_per_day:,} tokens a day are left, and the call "
                    f"may take {held.tokens:,}"
                )
        if settings.cost_per_day is not None:
            money = max(0.0, settings.cost_per_day - self._cost)
            if held.cost > money:
                raise _refused(
                    f"{money:.4f} of {settings.cost_per_day:g} a day is left, and the call may "
                    f"cost {held.cost:.4f}"
                )
        self._take_request()
        self._add(held.tokens, held.cost)
        return held

    def settle(self, held: Hold, input_tokens: int, output_tokens: int) -> None:
        """Count a call as it was, in the place of its worst."""
        if held.day == self._day:
            cost = self._price(input_tokens, output_tokens)
            self._add(input_tokens + output_tokens - held.tokens, cost - held.cost)

    def release(self, held: Hold) -> None:
        """Count a call that was never answered with tokens as none."""
        self.settle(held, 0, 0)

    def _price(self, input_tokens: int, output_tokens: int) -> float:
        settings = self._settings
        return (
            input_tokens * settings.price_per_million_input
            + output_tokens * settings.price_per_million_output
        ) / _MILLION

    def _add(self, tokens: int, cost: float) -> None:
        self._tokens += tokens
        self._cost = max(0.0, self._cost + cost)  # sums of fractions may fall a little short

    def _turn_day(self) -> None:
        """Begin a new day; a clock that was set back begins none."""
        day = int(self._clock.wall_s() // _DAY_S)
        if day > self._day:
            self._day, self._tokens, self._cost = day, 0, 0.0

    def _take_request(self) -> None:
        if self._requests is None:
            return
        now_s = self._clock.monotonic_s()
        if not self._requests.try_take(now_s):
            wait_s = math.ceil(60 / self._settings.requests_per_minute)  # type: ignore[operator]
            raise AdapterError(
                f"policy: this connection is asked {self._settings.requests_per_minute:,} times a "
                f"minute at most; ask again in {wait_s} s",
                "policy",
            )


def _refused(reason: str) -> AdapterError:
    return AdapterError(f"policy: {reason}; ask for fewer max_tokens, or after 00:00 UTC", "policy")
