from __future__ import annotations

import time

from cellblock.clock import HandClock, SystemClock


def test_a_hand_clock_moves_only_when_it_is_advanced():
    clock = HandClock(wall_s=1_000.0)
    assert (clock.monotonic_s(), clock.wall_s()) == (0.0, 1_000.0)
    assert (clock.monotonic_s(), clock.wall_s()) == (0.0, 1_000.0)
    clock.advance(1.5)
    clock.advance(0.25)
    assert (clock.monotonic_s(), clock.wall_s()) == (1.75, 1_001.75)


def test_the_system_clock_reads_the_machines_clocks():
    clock = SystemClock()
    before = time.monotonic(), time.time()
    read = clock.monotonic_s(), clock.wall_s()
    after = time.monotonic(), time.time()
    assert before[0] <= read[0] <= after[0]
    assert before[1] <= read[1] <= after[1]
