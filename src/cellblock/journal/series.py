"""What the metrics stand on beside the client library: labels with bounded values, and series
that are asked for when the page is made.

What is counted is plain numbers until then: the library's own counters take a lock each time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

OTHER = "other"
"""Stands for all values of a label that are too many."""


class Values:
    """The values that a label may take: the first *most* that come, and `OTHER` for the rest.

    What a stranger chooses cannot make the page long, nor break its format.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, str] = {}

    def __call__(self, value: str) -> str:
        """Give the value as it is shown."""
        known = self._known.get(value)
        if known is None:
            if len(self._known) >= self._most:
                return OTHER
            known = self._known[value] = _shown(value)
        return known


@dataclass(frozen=True, slots=True)
class Pulled:
    """Something that is asked for, by its labels, when the page is made.

    It only rises if its name ends in ``_total``.
    """

    name: str
    meaning: str
    ask: Callable[[], Mapping[tuple[str, ...], float]]
    labels: tuple[str, ...] = ()

    def collect(self) -> Iterable[Metric]:
        """See `prometheus_client.registry.Collector`."""
        make = CounterMetricFamily if self.name.endswith("_total") else GaugeMetricFamily
        family = make(self.name, self.meaning, labels=self.labels)
        for labels, value in self.ask().items():
            family.add_metric([_shown(label) for label in labels], value)
        yield family


class Spread:
    """How many seconds were how long; to put some in takes a third of a µs."""

    __slots__ = ("_bounds", "counts", "sum_s")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """How many were at most as long as each bound and longer than the one before; the rest."""
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.sum_s += seconds


Numbers = defaultdict[tuple[str, ...], float]
"""A counter, by its labels' values."""
Spreads = defaultdict[tuple[str, ...], Spread]
"""A histogram, likewise."""


@dataclass(frozen=True, slots=True, eq=False)
class Spreading:
    """A histogram as the page has it."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]
    spreads: Spreads

    def collect(self) -> Iterable[Metric]:
        """See `prometheus_client.registry.Collector`."""
        family = HistogramMetricFamily(self.name, self.meaning, labels=self.labels)
        ends = [*map(floatToGoString, self.bounds), "+Inf"]
        for labels, spread in self.spreads.items():
            buckets = list(zip(ends, accumulate(spread.counts), strict=True))
            family.add_metric(labels, buckets, spread.sum_s)
        yield family


def _shown(value: str) -> str:
    """Cut what is long, and put a mark for what no text can hold."""
    return value[:200].encode("utf-8", "replace").decode()
