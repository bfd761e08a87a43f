"""What differs between two versions: their sources as a unified diff, their settings by path. Pure.

Sources are hostile: the work is bounded, and where the bound is reached the diff is right still,
only not the shortest. Source: E. Myers, An O(ND) Difference Algorithm and Its Variations (1986).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_STEPS = 400_000
"""Comparisons after which what is left is shown as replaced whole; some 0.2 s."""
_CONTEXT = 3
"""Lines shown around each change."""
_DEPTH = 20
"""Objects in one another that are compared field by field; deeper ones are taken whole."""
_END = "\\ No newline at end of file"


class Change(NamedTuple):
    """Lines ``before[first:last]`` that became ``after[new_first:new_last]``."""

    first: int
    last: int
    new_first: int
    new_last: int


class SettingChange(NamedTuple):
    """A value that differs; None stands for one that is not there."""

    path: str
    before: Any
    after: Any


def unified(before: str, after: str, name_before: str, name_after: str) -> str:
    """Give a unified diff, as patch(1) reads it; "" for equal texts."""
    old, new = _lines(before), _lines(after)
    lines: list[str] = []
    for group in _grouped(_changes(old, new)):
        if not lines:
            lines += [f"--- {name_before}", f"+++ {name_after}"]
        lines += _hunk(group, old, new)
    return "".join(line + "\n" for line in lines)


def settings_changes(before: Any, after: Any) -> list[SettingChange]:
    """Compare JSON values by their fields; a path is ``config.symbol``."""
    return list(_fields("", before, after, _DEPTH))


def _fields(path: str, before: Any, after: Any, depth: int) -> Iterator[SettingChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping) and depth:
        for key in [*before, *(key for key in after if key not in before)]:
            below = f"{path}.{key}" if path else str(key)
            yield from _fields(below, before.get(key), after.get(key), depth - 1)
    elif not _same(before, after):
        yield SettingChange(path, before, after)


def _same(before: Any, after: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    try:
        return bool(before == after) and repr(before) == repr(after)
    except RecursionError:
        return False


def _lines(text: str) -> list[str]:
    """Split at line feeds alone, and mark a last line that has none."""
    lines = text.split("\n")
    if not lines[-1]:
        return lines[:-1]
    lines[-1] += f"\n{_END}"
    return lines


def _changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """Give what changed, in order; the same lines at both ends cost next to nothing."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    if not middle and not new_middle:
        return []
    kept = _kept(middle, new_middle)
    found: list[Change] = []
    at = new_at = 0
    for place, new_place in [*kept, (len(middle), len(new_middle))]:
        if place > at or new_place > new_at:
            found.append(Change(start + at, start + place, start + new_at, start + new_place))
        at, new_at = place + 1, new_place + 1
    return found


def _kept(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Give the lines that stay, as places in both; none of them if that took too many steps."""
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    steps = _STEPS
    for edits in range(len(old) + len(new) + 1):
        rounds.append(dict(furthest) if edits < 2 else _window(furthest, edits))
        for diagonal in range(-edits, edits + 1, 2):
            steps -= 1
            down = diagonal == -edits or (
                diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y, steps = x + 1, y + 1, steps - 1
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _traced(rounds, x, y)
        if steps < 0:
            return []
    return []


def _window(furthest: Mapping[int, int], edits: int) -> dict[int, int]:
    """Keep what the next round reads: the diagonals of the round before."""
    return {place: furthest[place] for place in range(1 - edits, edits, 2)}


def _traced(rounds: Sequence[Mapping[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """Walk back from the end through what each round had reached."""
    kept: list[tuple[int, int]] = []
    for edits in range(len(rounds) - 1, -1, -1):
        reached, diagonal = rounds[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]
        )
        came = diagonal + 1 if down else diagonal - 1
        from_x = reached[came] if edits else 0
        from_y = from_x - came if edits else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = from_x, from_y
    return kept[::-1]


def _grouped(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Put changes together whose surroundings touch."""
    group: list[Change] = []
    for change in changes:
        if group and change.first - group[-1].last > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(group: Sequence[Change], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    before = min(_CONTEXT, group[0].first)
    after = min(_CONTEXT, len(old) - group[-1].last)
    first, last = group[0].first - before, group[-1].last + after
    new_first, new_last = group[0].new_first - before, group[-1].new_last + after
    yield f"@@ -{_range(first, last)} +{_range(new_first, new_last)} @@"
    at = first
    for change in group:
        yield from (f" {line}" for line in old[at : change.first])
        yield from (f"-{line}" for line in old[change.first : change.last])
        yield from (f"+{line}" for line in new[change.new_first : change.new_last])
        at = change.last
    yield from (f" {line}" for line in old[at:last])


def _range(first: int, last: int) -> str:
    size = last - first
    return f"{first + 1 if size else first},{size}"
