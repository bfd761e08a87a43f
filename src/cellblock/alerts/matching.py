"""Which rules a happening concerns, and what counts as the same alert. Pure.

In: happenings of workers and of the host, and rules. Out: notices with the key by which they are
told once. A happening's words may be a worker's own and are hostile.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_LATE_S, ALERT_LATE_TICKS, ALERT_REPEAT_S
from cellblock.names import WorkerRef
from cellblock.store.records import Occasion, Rule

_ENDS: dict[Occasion, tuple[Occasion, ...]] = {"recovered": ("paused", "quarantined")}
"""Which occasions another one ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that may be told."""

    occasion: Occasion
    workspace: str | None
    """None for what concerns every workspace of the host."""
    worker: str = ""
    """Empty for what concerns no worker."""
    at: float
    """Seconds since 1970 (UTC)."""
    what: str = ""
    """Why, or how much; hostile text."""
    over: bool = False
    """Whether it is the end of it: a disk that has room again."""


@dataclass(frozen=True, slots=True)
class LateTick:
    """A tick that began after its slot; *skipped* slots were passed over before it."""

    ref: WorkerRef
    n: int
    skipped: int
    late_s: float


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule's settings may hold; a channel's own stand beside them."""

    repeat_s: float = ALERT_REPEAT_S
    """Seconds in which the same alert is not told again."""
    late_s: float = ALERT_LATE_S
    """Seconds of lateness above which a tick counts as late."""
    late_ticks: int = ALERT_LATE_TICKS
    """Late ticks in a row that are told."""


def terms_of(rule: Rule) -> Terms:
    """Read the settings of a rule. Raises: OperatorFault("bad-rule")."""
    try:
        return msgspec.convert(rule.settings, Terms)
    except msgspec.ValidationError as error:
        raise OperatorFault(
            "bad-rule", f"the settings of the rule: {error}", "see docs/alerts.md"
        ) from None


def concerns(rule: Rule, happening: Happening) -> bool:
    """Tell whether *rule* wants to be told."""
    wanted = happening.occasion in rule.on
    return rule.enabled and wanted and _watches(rule, happening.workspace, happening.worker)


def watches_end(rule: Rule, happening: Happening) -> bool:
    """Tell whether *rule* wants to be told of the end of it alone."""
    ends = {begun for occasion in rule.on for begun in _ENDS.get(occasion, ())}
    return (
        rule.enabled
        and happening.occasion in ends - set(rule.on)
        and _watches(rule, happening.workspace, happening.worker)
    )


def _watches_worker(rule: Rule, ref: WorkerRef) -> bool:
    return _watches(rule, ref.workspace, ref.name)


def _watches(rule: Rule, workspace: str | None, worker: str) -> bool:
    if workspace is not None and workspace != rule.workspace:
        return False
    return not worker or not rule.workers or worker in rule.workers


def key_of(rule: Rule, happening: Happening) -> str:
    """Name the alert: the same name is the same alert, however often it happens."""
    end = ":over" if happening.over else ""
    return f"{rule.workspace}/{rule.id}/{happening.worker}/{happening.occasion}{end}"


def begun_by(rule: Rule, happening: Happening) -> tuple[str, ...]:
    """Name the alerts that this one is the end of; none if it stands for itself."""
    ends = (happening.occasion,) if happening.over else _ENDS.get(happening.occasion, ())
    return tuple(f"{rule.workspace}/{rule.id}/{happening.worker}/{item}" for item in ends)


class Lateness:
    """Late ticks in a row, by rule and worker."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, WorkerRef], tuple[int, int]] = {}

    def count(self, rule: Rule, terms: Terms, tick: LateTick) -> int | None:
        """Count a tick that was late; gives the row's length once it is to be told.

        Ticks that were on time are not heard of: they are the gap in the numbers.
        """
        if not rule.enabled or "late" not in rule.on or not _watches_worker(rule, tick.ref):
            return None
        place = (rule.id, tick.ref)
        if tick.late_s <= terms.late_s:
            self._rows.pop(place, None)
            return None
        number, row = self._rows.get(place, (-1, 0))
        row = row + 1 if tick.n - tick.skipped == number + 1 else 1
        self._rows[place] = (tick.n, row)
        return row if row >= terms.late_ticks else None

    def forget(self, ref: WorkerRef) -> None:
        """Begin anew with a worker."""
        for place in [place for place in self._rows if place[1] == ref]:
            del self._rows[place]
