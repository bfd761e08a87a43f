"""The long form of the sweep: ``python -m jail.long_sweep page`` makes every call in every way.

Exit code 1 if any call got another verdict than the table's.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

from conftest import open_bench
from jail.sweep import agrees, sweep, written

_HEAD = """\
# System calls, as they were answered in the jail

Written by `make matrix`: every number from native code in a real worker, with several patterns of arguments. *Verdict* is what
`src/cellblock/jail/rules/` says, *observed* what came of it.

"""


def main() -> int:
    """Sweep, write the page, tell what disagrees."""
    with contextmanager(open_bench)(language="full", preload=(), test_preload=("ctypes",)) as bench:
        rows = sweep(bench, thorough=True)
    wrong = [row for row in rows if not agrees(row)]
    for row in wrong:
        print(row)
    print(f"{len(rows)} calls, {len(wrong)} not answered as the table says")
    named = [row for row in rows if not row.name.startswith("syscall ")]
    nameless = len({row.number for row in rows} - {row.number for row in named})
    tail = (
        f"\nAnd {nameless:,} numbers that the kernel has no name for, or not for this architecture."
    )
    Path(sys.argv[1]).write_text(_HEAD + written(named).rstrip("\n") + f"\n{tail}\n", "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
