"""Where objects come to lie in the zygote's memory, so that its workers copy few pages of it.

Nothing here changes what code does. A zygote without it works the same, and its workers are a
megabyte larger each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

_STEP = 16
_LARGEST = 512
"""Sizes of objects that CPython keeps in pools of their own size. Source: Objects/obmalloc.c."""
_POOL_BYTES = 16_384
_HEADER_BYTES = 48
_MOST_BLOCKS = 10_000
"""Of one size; numbers of 32 bytes are made in between by what looks on, and never lie in a row."""
_kept: list[list[object]] = []
"""What fills the holes, kept for ever."""


def fill_holes() -> None:
    """Fill what imports have left free between objects, so that new ones lie side by side.

    Otherwise many of a worker's objects take a page each: 0.5 MB of every worker.
    """
    _kept.extend(_fill(size, _maker(size)) for size in range(_STEP, _LARGEST + 1, _STEP))


def _maker(size: int) -> Callable[[], object]:
    """Give what makes an object of *size* bytes, and of no other."""
    if size == _STEP:
        return object
    if size == 2 * _STEP:
        return lambda: int("1099511627776")
    empty = size - sys.getsizeof(b"")
    return lambda: bytes(empty)


def _fill(size: int, make: Callable[[], object]) -> list[object]:
    """Make objects until a pool was filled from its beginning to its end."""
    made: list[object] = []
    last, run = 0, 0
    while run < (_POOL_BYTES - _HEADER_BYTES) // size - 1 and len(made) < _MOST_BLOCKS:
        made.append(make())
        run = run + 1 if id(made[-1]) == last + size else 0
        last = id(made[-1])
    return made


def forget_names() -> None:
    """Empty the interpreter's table of looked-up names, which is full of what was imported.

    A worker that looks up another name would let go of one of these, and so copy the page on which
    it lies: 0.3 MB of each. Source: _PyType_Lookup() in Objects/typeobject.c.
    """
    getattr(sys, "_clear_type_cache", lambda: None)()
