"""As many bare processes as a service has workers: a fork with numpy and pandas, and two pipes.

Each is told to tick once a second, asks twice and waits for the answer, says a line, and says that
it is done. Nothing is checked, kept, written down or jailed: this is what the processes and their
messages cost by themselves. Arguments: how many, and for how many seconds to look. Writes what was
found as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import sys
import time

import numpy  # noqa: F401 - the workers have it
import pandas  # noqa: F401

MESSAGE = bytes(40)
SETTLE_S = 3.0


def work(reading: int, writing: int) -> None:
    """Tick until the pipe ends."""
    while os.read(reading, 64):
        for _ in range(2):
            os.write(writing, MESSAGE)
            os.read(reading, 64)
        os.write(writing, MESSAGE)
        os.write(writing, MESSAGE)


class Host:
    """Who forked them, and answers."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.poll = select.epoll()
        self.writing: list[int] = []
        self.numbers: dict[int, int] = {}
        self.pids: list[int] = []
        self.ends: list[int] = []
        for number in range(count):
            self._fork(number)
        self.heard = [0] * count
        """Messages of a worker's tick that were heard; 4 are a whole one."""
        self.busy = [False] * count
        self.begun = [0.0] * count
        self.late: list[float] = []
        self.took: list[float] = []
        self.skipped = 0

    def _fork(self, number: int) -> None:
        down, up = os.pipe(), os.pipe()
        pid = os.fork()
        if not pid:
            for other in self.ends:
                os.close(other)
            os.close(down[1])
            os.close(up[0])
            work(down[0], up[1])
            os._exit(0)
        os.close(down[0])
        os.close(up[1])
        self.ends += [down[1], up[0]]
        self.poll.register(up[0], select.EPOLLIN)
        self.numbers[up[0]] = number
        self.writing.append(down[1])
        self.pids.append(pid)

    def run(self, seconds: float) -> None:
        """Have all tick once a second, one after the other, for so long."""
        begun, slot = time.monotonic(), 0
        while (now := time.monotonic()) < begun + seconds:
            while (due := begun + slot / self.count) <= now:
                self._tick(slot % self.count, due, now)
                slot += 1
            for descriptor, _ in self.poll.poll(max(0.0, due - now)):
                self._hear(self.numbers[descriptor], os.read(descriptor, 4096))

    def _tick(self, number: int, due: float, now: float) -> None:
        if self.busy[number]:
            self.skipped += 1
            return
        self.late.append(now - due)
        self.busy[number], self.heard[number], self.begun[number] = True, 0, now
        os.write(self.writing[number], MESSAGE)

    def _hear(self, number: int, said: bytes) -> None:
        for _ in range(len(said) // len(MESSAGE)):
            self.heard[number] += 1
            if self.heard[number] <= 2:
                os.write(self.writing[number], MESSAGE)
        if self.heard[number] == 4:
            self.busy[number] = False
            self.took.append(time.monotonic() - self.begun[number])

    def spent(self) -> tuple[float, float]:
        """Give the processor time of the host and of the workers."""
        return time.process_time(), sum(time.clock_gettime((~pid << 3) | 2) for pid in self.pids)


def main() -> None:
    """Start them, look, and tell."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.freeze()
    gc.disable()
    begun = time.monotonic()
    host = Host(int(sys.argv[1]))
    start_s = time.monotonic() - begun
    host.run(SETTLE_S)
    host.late, host.took, host.skipped = [], [], 0
    before, since = host.spent(), time.monotonic()
    host.run(float(sys.argv[2]))
    after, seconds = host.spent(), time.monotonic() - since
    late, took = sorted(host.late), sorted(host.took)
    found = {
        "start_s": start_s,
        "seconds": seconds,
        "ticks": len(took),
        "skipped": host.skipped,
        "late_ms": [late[len(late) // 2] * 1e3, late[len(late) * 99 // 100] * 1e3],
        "tick_ms": [took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3],
        "host_s": after[0] - before[0],
        "workers_s": after[1] - before[1],
    }
    print(json.dumps(found))
    for end in host.ends:
        os.close(end)
    for pid in host.pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
