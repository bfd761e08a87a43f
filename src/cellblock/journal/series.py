"""What the metrics stand on beside the client library: labels with bounded values, and series
that are asked for when the page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

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


def _shown(value: str) -> str:
    """Cut what is long, and put a mark for what no text can hold."""
    return value[:200].encode("utf-8", "replace").decode()
