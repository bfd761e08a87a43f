"""When a worker is to tick, as its settings say it: an interval, or a cron line in a zone. Pure.

In: settings. Out: instants, in seconds since 1970 (UTC), or a refusal that says what to write. A
cron line is read as Debian's cron reads it, with daylight saving time as in cron(8): a job at a
fixed time runs once on the day of a change, one that recurs goes by the time that passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from cellblock.errors import OperatorFault
from cellblock.limits import CRON_CHARACTERS, INTERVAL_DEFAULT_S, INTERVAL_MAX_S, INTERVAL_MIN_S

if TYPE_CHECKING:
    from cellblock.intake.settings import Settings

_FIELDS = "write minute, hour, day, month and weekday, such as `*/5 * * * *` or `30 9 * * MON-FRI`"


def check_interval(interval_s: float) -> float:
    """Accept an interval.

    Limits: 1 s to 1 h. Raises: OperatorFault("bad-interval").
    """
    if not INTERVAL_MIN_S <= interval_s <= INTERVAL_MAX_S:
        raise OperatorFault(
            "bad-interval",
            f"an interval of {interval_s:g} s is outside what a worker can have",
            f"choose {INTERVAL_MIN_S:g} s to {INTERVAL_MAX_S / 3600:g} h",
        )
    return interval_s


def check_schedule(chosen: Settings) -> None:
    """Judge the schedule of a worker before it is deployed.

    Limits: 1 s to 1 h, or a cron line of at most `CRON_CHARACTERS` that comes due at all.
    Raises: OperatorFault("bad-interval", "bad-cron", "bad-timezone").
    """
    if chosen.cron is None:
        check_interval(interval_of(chosen))
        return
    line = CronLine(chosen.cron, chosen.timezone)
    if next(line.after(0.0), None) is None:
        raise _bad_cron(chosen.cron, "there is no such day within 50 years")


def interval_of(chosen: Settings) -> float:
    """Give the interval of settings without a cron line."""
    return INTERVAL_DEFAULT_S if chosen.interval_s is None else chosen.interval_s


def upcoming(chosen: Settings, slot_at: float, now_at: float) -> float | None:
    """Give the next slot after *now_at*, if *slot_at* is one of the interval's.

    This is how a reader of `Standing.next_at` learns the next tick of a worker that runs. None for
    a cron line that comes due no more. Raises: OperatorFault, as `check_schedule`.
    """
    if chosen.cron is not None:
        return next(CronLine(chosen.cron, chosen.timezone).after(now_at), None)
    interval_s = interval_of(chosen)
    passed = math.floor((now_at - slot_at) / interval_s) + 1
    return slot_at + max(0, passed) * interval_s


class CronLine:
    """A cron line in a time zone. Raises: OperatorFault("bad-cron", "bad-timezone")."""

    def __init__(self, line: str, zone: str) -> None:
        self._line = line
        self._zone = _zone(zone)
        if len(line) > CRON_CHARACTERS:
            raise _bad_cron(line[:40] + "…", f"it has more than {CRON_CHARACTERS} characters")
        if len(line.split()) != 5:
            raise _bad_cron(line, f"it has {len(line.split())} fields, not five")
        from cronsim import CronSim, CronSimError

        self._simulation = CronSim
        try:
            CronSim(line, datetime.fromtimestamp(0.0, self._zone))
        except CronSimError as error:
            raise _bad_cron(line, str(error).lower()) from None
        except (ValueError, AssertionError, IndexError, RecursionError):
            raise _bad_cron(line, "it cannot be read") from None

    def after(self, at: float) -> Iterator[float]:
        """Give the instants after *at*, each later than the one before; none if there are none."""
        last = at
        for moment in self._simulation(self._line, datetime.fromtimestamp(at, self._zone)):
            # A fixed time in the hour that is repeated lies behind one who asks in its second half.
            if (then := moment.timestamp()) > last:
                last = then
                yield then


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # needs no table of zones
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise OperatorFault(
            "bad-timezone",
            f"there is no time zone {name[:80]!r}",
            "use a name of the IANA list, such as Europe/Berlin",
        ) from None


def _bad_cron(line: str, why: str) -> OperatorFault:
    return OperatorFault("bad-cron", f"{line!r} is no cron line: {why}", _FIELDS)
