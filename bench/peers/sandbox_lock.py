"""sandlock in its ordinary use: a sandbox that may read all, a Python in it for each line of code.

Reads a line of code; writes the seconds to the time of day that the code prints last, to the
result, and of processor time in all. With ``idle N`` it keeps N sandboxes that have run the code
and writes their pids.
"""

from __future__ import annotations

import os
import sys
import time

from sandlock import Sandbox

IDLE = "\nimport time\nwhile True: time.sleep(60)"


def spent_s() -> float:
    """Give the processor time of this process and of those that ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def main() -> None:
    """Answer until the input ends."""
    kept = []
    for line in sys.stdin:
        if line.startswith("idle "):
            _, count, code = line.split(" ", 2)
            kept = [Sandbox(fs_readable=["/"]) for _ in range(int(count))]
            for sandbox in kept:
                sandbox.spawn([sys.executable, "-c", code + IDLE])
            print(*(sandbox.pid for sandbox in kept), flush=True)
            continue
        begun, before = time.time(), spent_s()
        code = f"import time\n{line}\nprint(time.time(), flush=True)"
        result = Sandbox(fs_readable=["/"]).run([sys.executable, "-c", code], timeout=60)
        done = time.time() - begun
        if not result.success:
            sys.exit(result.stderr.decode()[-300:])
        print(float(result.stdout) - begun, done, spent_s() - before, flush=True)
    for sandbox in kept:
        sandbox.kill()


if __name__ == "__main__":
    main()
