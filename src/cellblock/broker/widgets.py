"""The widgets of ctx.monitor: what a worker's picture may consist of. Pure.

In: JSON text that a worker wrote. Out: a bounded `Picture`, or a refusal that names the widget and
says what to do. Texts are kept as they came, markup, escapes and all: they are hostile wherever
they are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias, get_args

import msgspec

from cellblock.broker.adapter import AdapterError, CallRefused, json_bytes
from cellblock.broker.methods import uncollected
from cellblock.limits import (
    MONITOR_BYTES,
    MONITOR_COLUMNS,
    MONITOR_ITEMS,
    MONITOR_LABEL_CHARACTERS,
    MONITOR_POINTS,
    MONITOR_ROWS,
    MONITOR_SERIES,
    MONITOR_TEXT_CHARACTERS,
    MONITOR_WIDGETS,
)
from cellblock.wire.answers import Lamp
from cellblock.wire.messages import RefusalKind

# The decoder itself holds values to their limits: a loop here over the cells of a hostile worker's
# tables would take ten times as long, and every neighbour's time with it.
Short: TypeAlias = Annotated[str, msgspec.Meta(max_length=MONITOR_LABEL_CHARACTERS)]
Long: TypeAlias = Annotated[str, msgspec.Meta(max_length=MONITOR_TEXT_CHARACTERS)]
Whole: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What most readers of JSON take for a number, and for the same one."""
Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Cell: TypeAlias = Short | Whole | float | bool | None
"""One value to show; None where there is none."""


class Widget(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag=str.lower,
    tag_field="type",
    forbid_unknown_fields=True,
):
    """The shape that all widgets share; `type` is the class's name in lower case."""

    id: Short | None = None
    """By which `update` finds it; no two of a picture are the same."""

    def check(self, where: str) -> None:
        """See to what the types do not say. Raises: AdapterError("too_large"); CallRefused."""


class Metric(Widget, frozen=True, kw_only=True):
    """One value, large; *delta* is its change."""

    label: Short
    value: Cell
    delta: Cell = None


class Status(Widget, frozen=True, kw_only=True):
    """A lamp."""

    label: Short
    state: Lamp


class Table(Widget, frozen=True, kw_only=True):
    """Rows of as many cells as there are columns."""

    columns: list[Short]
    rows: list[list[Cell]]

    def check(self, where: str) -> None:
        """See `Widget`."""
        _see(where, "columns", len(self.columns), MONITOR_COLUMNS)
        _see(where, "rows", len(self.rows), MONITOR_ROWS)
        for n, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise CallRefused(
                    f"{where}.rows[{n}] has {len(row)} cells, the table has {len(self.columns)} "
                    "columns; give a cell for each, None for an empty one",
                    "ValueError",
                )


class Text(Widget, frozen=True, kw_only=True):
    """A passage in Markdown."""

    md: Long


class Progress(Widget, frozen=True, kw_only=True):
    """A bar; None is under way with no end in sight."""

    label: Short
    fraction: Share | None


class List(Widget, frozen=True, kw_only=True):
    """Items, one below the other."""

    items: list[Cell]

    def check(self, where: str) -> None:
        """See `Widget`."""
        _see(where, "items", len(self.items), MONITOR_ITEMS)


class Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points of one line: *x* are numbers or names, counted from 0 where None; *y* has gaps."""

    name: Short = ""
    x: list[Short | Whole | float] | None = None
    y: list[Whole | float | None]


class Chart(Widget, frozen=True, kw_only=True):
    """Lines over one axis."""

    series: list[Series]

    def check(self, where: str) -> None:
        """See `Widget`."""
        _see(where, "series", len(self.series), MONITOR_SERIES)
        _see(where, "points", sum(len(line.y) for line in self.series), MONITOR_POINTS)
        for n, line in enumerate(self.series):
            if line.x is not None and len(line.x) != len(line.y):
                raise CallRefused(
                    f"{where}.series[{n}] has {len(line.x)} x and {len(line.y)} y; give as many",
                    "ValueError",
                )


class Separator(Widget, frozen=True, kw_only=True):
    """A line between widgets."""


AnyWidget = Metric | Status | Table | Text | Progress | List | Chart | Separator
_KINDS: dict[str, type[Widget]] = {kind.__name__.lower(): kind for kind in get_args(AnyWidget)}
_PATH = re.compile(r"(?:\.[a-z]+|\[(?:[0-9]+|\.\.\.)\])*`")
_TOO_LONG = re.compile(r"Expected `[a-z]+` of length <= ([0-9]{1,9})")
_ECHOED = 200
"""Most characters of a worker's own text that an error says again."""
_widget = msgspec.json.Decoder(AnyWidget)


class _Tagged(msgspec.Struct):
    type: str


_tagged = msgspec.json.Decoder(_Tagged)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One widget that was found good: its id and its JSON text."""

    id: str | None
    text: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """What a worker shows: widgets in their order, within every limit."""

    widgets: tuple[Drawn, ...] = ()

    def json(self, at: float) -> bytes:
        """Give ``{"at", "widgets"}``; *at* in seconds since 1970 (UTC)."""
        parts = b",".join(widget.text for widget in self.widgets)
        return b'{"at":%b,"widgets":[%b]}' % (json_bytes(at), parts)

    def replaced(self, id_: str, widget: msgspec.Raw) -> Picture:
        """Put *widget* in the place of the one whose id is *id_*.

        Raises: AdapterError("not_found", "too_large"); CallRefused.
        """
        places = [n for n, known in enumerate(self.widgets) if known.id == id_]
        if not places:
            ids = ", ".join(repr(known.id[:40]) for known in self.widgets if known.id is not None)
            hint = f"the ids are {ids[:300]}" if ids else "render it with id=… first"
            raise AdapterError(f"no widget has the id {id_[:80]!r}; {hint}", "not_found")
        fresh = _drawn(widget, "widget", id_)
        before, after = self.widgets[: places[0]], self.widgets[places[0] + 1 :]
        return _bounded((*before, fresh, *after))


def picture(widgets: list[msgspec.Raw]) -> Picture:
    """Read the widgets of a new picture.

    Raises: AdapterError("too_large") over a limit; CallRefused for what is no widget.
    """
    _see("the picture", "widgets", len(widgets), MONITOR_WIDGETS)
    found = tuple(_drawn(raw, f"widgets[{n}]") for n, raw in enumerate(widgets))
    places: dict[str, int] = {}
    for n, widget in enumerate(found):
        if widget.id is not None and places.setdefault(widget.id, n) != n:
            raise CallRefused(
                f"widgets[{n}] has the id {widget.id[:80]!r} of widgets[{places[widget.id]}]; "
                "give each an id of its own",
                "ValueError",
            )
    return _bounded(found)


def kept_picture(render: bytes) -> Picture:
    """Read what `Picture.json` wrote; what another version wrote may be no picture to this one."""
    try:
        kept = msgspec.json.decode(render, type=dict[str, msgspec.Raw])
        return picture(msgspec.json.decode(kept["widgets"], type=list[msgspec.Raw]))
    except (msgspec.MsgspecError, KeyError, ValueError, AdapterError, CallRefused):
        return Picture()


def _bounded(widgets: tuple[Drawn, ...]) -> Picture:
    size = sum(len(widget.text) for widget in widgets)
    _see("the picture", "bytes of JSON", size, MONITOR_BYTES)
    return Picture(widgets)


def _drawn(raw: msgspec.Raw, where: str, id_: str | None = None) -> Drawn:
    """Read one widget, which gets the id *id_*."""
    try:
        with uncollected():
            widget = _widget.decode(raw)
    except msgspec.ValidationError as error:
        raise _unfit(raw, where, str(error)) from None
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise CallRefused(f"{where}: {error}"[:500], "ValueError") from None
    widget.check(where)
    if id_ is not None and widget.id not in {None, id_}:
        raise CallRefused(
            f"the widget has the id {widget.id[:80]!r}, and {id_[:80]!r} is updated; leave it out",
            "ValueError",
        )
    widget = msgspec.structs.replace(widget, id=id_ or widget.id)
    return Drawn(widget.id, json_bytes(widget))


def _unfit(raw: msgspec.Raw, where: str, said: str) -> AdapterError | CallRefused:
    """Say what is wrong with a widget, in the decoder's words, and what would be right."""
    problem, _, path = said.rpartition(" - at `$")
    if not _PATH.fullmatch(path):  # the name of a field can hold any words
        problem, path = said, ""
    problem, place = problem[:_ECHOED], where + path[:_ECHOED].rstrip("`")
    if long := _TOO_LONG.fullmatch(problem):
        return AdapterError(
            f"{place} is longer than the limit of {int(long[1]):,} characters", "too_large"
        )
    # As in `methods`: what has the right type and a wrong value is another matter.
    wrong_type = problem.startswith("Expected `") and ", got `" in problem
    kind: RefusalKind = "TypeError" if wrong_type else "ValueError"
    name = _name(raw)
    if name not in _KINDS:
        return CallRefused(
            f"{where} is no widget: {problem}; make it with a builder, as ctx.monitor.text(…); "
            f"there are {', '.join(_KINDS)}",
            kind,
        )
    fields = ", ".join(field for field in _KINDS[name].__struct_fields__ if field != "id")
    hint = f"; a {name} has {fields}" if fields else ""
    if place.endswith(".state"):
        hint = f"; the states are {', '.join(get_args(Lamp))}"
    elif place.endswith(".fraction"):
        hint = "; a fraction is 0.0 to 1.0"
    elif "9223372036854775" in problem:
        hint = "; show such a number as text: str(…)"
    return CallRefused(f"{place}: {problem}{hint}", kind)


def _name(raw: msgspec.Raw) -> str:
    try:
        return _tagged.decode(raw).type
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return ""


def _see(where: str, what: str, count: int, limit: int) -> None:
    if count > limit:
        raise AdapterError(f"{where} has {count:,} {what}; the limit is {limit:,}", "too_large")
