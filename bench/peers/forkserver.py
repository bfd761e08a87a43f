"""The standard library's fork server in its ordinary use: a small main module, modules preloaded.

Reads a line of code, starts and joins one process that runs it and then prints the time of day;
writes the seconds to that line, to the join, and of processor time in all. With ``idle N`` it keeps
N processes that have run the code and writes their pids.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from multiprocessing import forkserver

TAIL = "\nimport os, time\nos.write(1, f'{time.time()} {time.process_time()}\\n'.encode())"
IDLE = "\nimport time\nwhile True: time.sleep(60)"
Context = multiprocessing.context.ForkServerContext


def server_s() -> float:
    """Give the processor time of this process and of the fork server."""
    server = forkserver._forkserver._forkserver_pid  # noqa: SLF001 - it has no other name
    return time.process_time() + (time.clock_gettime((~server << 3) | 2) if server else 0.0)


def once(context: Context, code: str, reading: int) -> tuple[float, float, float]:
    """Time one process from start to its last line and to joined."""
    begun, before = time.time(), server_s()
    process = context.Process(target=exec, args=(code + TAIL,))
    process.start()
    process.join()
    done = time.time() - begun
    assert process.exitcode == 0, "the code failed"
    first, work = map(float, os.read(reading, 100).split())
    return first - begun, done, server_s() - before + work


def main() -> None:
    """Answer until the input ends."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(sys.argv[1].split(",") if sys.argv[1] else [])
    # The fork server inherits our standard output when it starts; its children write there.
    out = os.dup(1)
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    once(context, "pass", reading)
    with os.fdopen(out, "w") as answers:
        for line in sys.stdin:
            if line.startswith("idle "):
                _, count, code = line.split(" ", 2)
                keep(context, int(count), code, answers)
                continue
            print(*once(context, line, reading), file=answers, flush=True)


def keep(context: Context, count: int, code: str, answers: object) -> None:
    """Start processes that stay until this one ends."""
    kept = [context.Process(target=exec, args=(code + IDLE,), daemon=True) for _ in range(count)]
    for process in kept:
        process.start()
    print(*(process.pid for process in kept), file=answers, flush=True)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
