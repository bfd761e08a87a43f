"""`ctx.monitor` as worker code sees it: builders of widgets, and what shows them.

A widget is a plain dict. Builders turn what data libraries hold into what can be shown: scalars of
numpy into numbers, dates into ISO text, what is not a number into None. The host judges the rest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, cast

from cellblock.inside.values import no_method, to_json
from cellblock.limits import ADAPTER_ARGUMENTS_BYTES
from cellblock.wire import messages as m
from cellblock.wire.answers import Lamp, Rendered

Widget = dict[str, Any]
_ROUNDING = 1e-9
"""A fraction may be so much more than 1, for sums of fractions are."""


class Monitor:
    """`ctx.monitor`: the picture of this worker, made of widgets."""

    def __init__(self, ask: Callable[[m.Call], bytes | None]) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> NoReturn:
        """Say what there is instead."""
        no_method(self, "ctx.monitor", name)

    def render(self, widgets: Iterable[Widget | str]) -> Rendered:
        """Show *widgets*, in the place of all before; a str is a text. Gives ``{"widgets"}``."""
        if isinstance(widgets, (str, dict)):
            raise TypeError("ctx.monitor.render takes a list of widgets; write render([…])")
        return self._send("render", [[_widget(widget) for widget in widgets]])

    def update(self, id: str, widget: Widget | str) -> Rendered:  # noqa: A002
        """Show *widget* in the place of the one that was rendered with ``id=``."""
        return self._send("update", [id, _widget(widget)])

    def clear(self) -> Rendered:
        """Show nothing."""
        return self._send("clear", [])

    def _send(self, method: str, arguments: list[Any]) -> Rendered:
        text = to_json([arguments, {}], f"picture of ctx.monitor.{method}")
        if len(text) > ADAPTER_ARGUMENTS_BYTES:
            error = f"the widgets have {len(text):,} bytes as JSON; the limit is"
            told = {"error": f"{error} {ADAPTER_ARGUMENTS_BYTES:,}", "code": "too_large"}
            return cast("Rendered", told)
        return json.loads(self._ask(m.AdapterCall("monitor", method, text)) or b"{}")  # type: ignore[no-any-return]

    # Builders

    def metric(
        self,
        label: str,
        value: Any,
        delta: Any = None,
        *,
        id: str | None = None,  # noqa: A002
    ) -> Widget:
        """Make one value, large; *delta* is its change."""
        return {
            "type": "metric",
            "id": id,
            "label": label,
            "value": _cell(value),
            "delta": _cell(delta),
        }

    def status(self, label: str, state: Lamp, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a lamp; *state* is ok, warn, error, idle or busy."""
        return {"type": "status", "id": id, "label": label, "state": state}

    def table(self, columns: Any, rows: Any, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a table of lists, of dicts, or of a DataFrame.

        *columns* may be None for dicts and a DataFrame, which name their own.
        """
        names, cells = _grid(columns, rows)
        return {"type": "table", "id": id, "columns": names, "rows": cells}

    def text(self, md: str, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a passage in Markdown."""
        return {"type": "text", "id": id, "md": md}

    def progress(self, label: str, fraction: Any, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a bar; *fraction* is 0.0 to 1.0, or None with no end in sight."""
        part = _number(fraction)
        if isinstance(part, float) and 1 < part <= 1 + _ROUNDING:
            part = 1.0
        return {"type": "progress", "id": id, "label": label, "fraction": part}

    def list(self, items: Iterable[Any], *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a list of values, one below the other."""
        return {"type": "list", "id": id, "items": [_cell(item) for item in items]}

    def chart(self, series: Any, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make lines of a dict of names to series, of a DataFrame, or of one series.

        A series is a list of y, a list of (x, y), a dict of x to y, or a Series of pandas.
        """
        return {"type": "chart", "id": id, "series": _lines(series)}

    def separator(self, *, id: str | None = None) -> Widget:  # noqa: A002
        """Make a line between widgets."""
        return {"type": "separator", "id": id}


def _widget(widget: Any) -> Any:
    return {"type": "text", "md": widget} if isinstance(widget, str) else widget


def _grid(columns: Any, rows: Any) -> tuple[list[str], list[Any]]:
    if hasattr(rows, "itertuples"):
        chosen = rows if columns is None else rows[list(columns)]
        names, rows = list(chosen.columns), chosen.itertuples(index=False, name=None)
    else:
        rows = list(rows)
        if columns is None:
            columns = dict.fromkeys(key for row in rows for key in row)
        names = list(columns)
    cells = [
        [_cell(row.get(name)) for name in names]
        if isinstance(row, dict)
        else [_cell(value) for value in row]
        for row in rows
    ]
    return [str(name) for name in names], cells


def _lines(series: Any) -> list[dict[str, Any]]:
    if not hasattr(series, "items"):
        return [_line("", series)]
    pairs = list(series.items())
    if any(_single(value) for _, value in pairs):
        name = getattr(series, "name", None)
        return [_line("" if name is None else str(name), series)]
    return [_line(str(name), values) for name, values in pairs]


def _line(name: str, values: Any) -> dict[str, Any]:
    if hasattr(values, "items"):
        points: Any = list(values.items())
    else:
        points = list(values)
        if not points or not all(_pair(point) for point in points):
            return {"name": name, "x": None, "y": [_number(point) for point in points]}
    return {
        "name": name,
        "x": [_cell(x) for x, _ in points],
        "y": [_number(y) for _, y in points],
    }


def _single(value: Any) -> bool:
    """Tell whether it is one value, not a series of them."""
    return isinstance(value, str) or not hasattr(value, "__iter__")


def _pair(point: Any) -> bool:
    return not _single(point) and hasattr(point, "__len__") and len(point) == 2


def _cell(value: Any) -> Any:
    """Turn a value into one that JSON carries: as a number if it is one, else as text."""
    value = _plain(value)
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _number(value: Any) -> Any:
    """Turn a value into a number, or None where there is none; what is none at all stays."""
    value = _plain(value)
    if isinstance(value, bool):
        return int(value)
    if hasattr(value, "as_tuple"):  # a Decimal
        value = float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """Unpack a scalar of numpy or pandas."""
    if type(value).__name__ in {"NaTType", "NAType"}:
        return None
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        if value.dtype.kind in "mM":  # a time, whose item may be a bare number
            text = str(value)
            return None if text == "NaT" else text
        return value.item()
    return value
