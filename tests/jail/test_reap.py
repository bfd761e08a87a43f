"""Whose fault a death was."""

from __future__ import annotations

import pytest

from cellblock.jail.reap import Death, failure

MB = 1_000_000


def _death(status, **more):
    facts = {
        "peak_bytes": 90 * MB,
        "cpu_us": 0,
        "killed_for": None,
        "memory_bytes": 100 * MB,
        "warm_bytes": 80 * MB,
    }
    return Death(status=status, **{**facts, **more})


@pytest.mark.parametrize(
    ("death", "kind", "type_"),
    [
        (_death(31), "security", "SIGSYS"),
        (_death(31, killed_for="deadline"), "security", "SIGSYS"),
        (_death(9, killed_for="protocol", detail="bad frame"), "security", "ProtocolError"),
        (_death(9, killed_for="deadline", detail="late"), "timeout", "TickTimeoutError"),
        (_death(9), "crash", "SIGKILL"),
        (_death(11), "crash", "SIGSEGV"),
        (_death(6), "crash", "SIGABRT"),
        (_death(7), "crash", "SIGBUS"),
        (_death(40), "crash", "signal 40"),
        (_death(11, peak_bytes=175 * MB), "memory", "MemoryError"),
        (_death(9, peak_bytes=175 * MB), "memory", "MemoryError"),
        (_death(11, peak_bytes=175 * MB, lent_bytes=100 * MB), "crash", "SIGSEGV"),
        (_death(11, peak_bytes=185 * MB, lent_bytes=100 * MB), "memory", "MemoryError"),
        (_death(3 << 8), "crash", "WorkerCrashError"),
        (_death(-1), "crash", "WorkerCrashError"),
    ],
)
def test_a_death_is_told_as_what_it_was(death, kind, type_):
    found = failure(death)
    assert (found.kind.value, found.type) == (kind, type_)
    assert found.message
