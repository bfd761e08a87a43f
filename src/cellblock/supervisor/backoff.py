"""How long to wait before a lost process is replaced. Pure."""

from __future__ import annotations

from cellblock.limits import RESTART_DELAY_MAX_S


def delay_s(losses: int) -> float:
    """Give the wait after *losses* processes lost in a row: 0, 1, 2, 4 … up to a minute.

    The first loss costs no tick; a worker that keeps dying costs the machine ever less.
    """
    if losses <= 1:
        return 0.0
    return min(RESTART_DELAY_MAX_S, 2.0 ** min(losses - 2, 16))
