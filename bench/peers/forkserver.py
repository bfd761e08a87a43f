"""The standard library's fork server in its ordinary use: a small main module, both preloaded.

Reads a line, starts and joins one process that has numpy and pandas at hand, writes the seconds.
"""

from __future__ import annotations

import multiprocessing
import sys
import time

LOADED = "import sys; assert 'pandas' in sys.modules; import numpy, pandas"


def once(context: multiprocessing.context.ForkServerContext) -> float:
    """Time one process from start to joined."""
    begun = time.perf_counter()
    process = context.Process(target=exec, args=(LOADED,))
    process.start()
    process.join()
    assert process.exitcode == 0, "numpy and pandas were not preloaded"
    return time.perf_counter() - begun


def main() -> None:
    """Answer until the input ends."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["numpy", "pandas"])
    once(context)
    for _ in sys.stdin:
        print(once(context), flush=True)


if __name__ == "__main__":
    main()
