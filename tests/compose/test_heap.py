from __future__ import annotations

import gc
import subprocess
import sys
import weakref

from cellblock.compose.heap import Heap


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_holds_itself_is_freed_once_the_process_has_grown_and_not_before():
    sizes = iter([100e6, 180e6, 190e6, 150e6, 240e6, None, 260e6, 170e6])
    heap = Heap(lambda: next(sizes))
    gc.disable()
    try:
        knots = [weakref.ref(Knot())]
        looks = [heap.look() for _ in range(2)]
        assert knots[0]() is not None
        looks.append(heap.look())  # after which it takes 150 MB
        assert knots[0]() is None
        looks += [heap.look() for _ in range(3)]
    finally:
        gc.enable()
    assert looks == [False, False, True, False, False, True]


def test_ticks_that_leave_young_garbage_meet_short_collections_alone():
    code = """
import gc
from cellblock.compose import heap
heap.spare()
before = [kind["collections"] for kind in gc.get_stats()]
kept = []
for k in range(400_000):
    knot = []
    knot.append(knot)
    if k % 10 == 0:
        kept.append([knot])
after = [kind["collections"] for kind in gc.get_stats()]
print(*(b - a for a, b in zip(before, after)), sum(map(len, (gc.get_objects(0),))) < 5_000)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    young, younger, all_there_is, bounded = done.stdout.split()
    assert (all_there_is, bounded) == ("0", "True")
    assert 0 < int(younger) <= int(young) // 5
