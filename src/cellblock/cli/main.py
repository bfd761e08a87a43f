"""``cellblock``: the way in of every command, and what becomes of an error.

Exit codes: 0 fine, 1 the worker's fault, 2 this machine or the options, 3 our bug. An error is one
line on stderr that says what to do.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellblock.broker.secret import Scrubber

_JAILING = frozenset({"run", "check", "doctor", "serve"})
"""Commands that look at once what this kernel offers."""
_HELP = frozenset({"-h", "--help"})


def main() -> None:
    """Run the command line and exit."""
    # Without a command the help is what was meant.
    arguments = sys.argv[1:] or ["--help"]
    if arguments[0] in _JAILING:
        _begin(arguments)
    # httpx imports what its own command line needs, which is a third of it: 45 ms.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    from cellblock.broker.secret import Scrubber
    from cellblock.cli import hush

    scrub = Scrubber()
    hush.install(scrub)
    try:
        code = _run(arguments, scrub) if arguments[0] == "run" else _command(arguments, scrub)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:  # noqa: BLE001 - the last resort, where our bugs become exit code 3
        code = _ended(error, scrub)
    sys.exit(code)


def _begin(arguments: list[str]) -> None:
    """Begin what takes longest; it goes on beside what is imported next."""
    if arguments[0] == "run" and not _HELP & set(arguments):
        from cellblock.jail import launch

        with contextlib.suppress(OSError):  # which the run will meet, and tell
            launch.begin()
    from cellblock.jail import probe

    probe.begin()


def _run(arguments: list[str], scrub: Scrubber) -> int:
    """Run a worker, at once where all options are plain."""
    from cellblock.cli.options import plainly

    options = plainly(arguments[1:])
    if options is None:
        return _command(arguments, scrub)
    gc.disable()  # nothing that is imported is garbage, and looking for it takes 30 ms
    try:
        from cellblock.cli import ahead

        ahead.tell(options)
        from cellblock.cli.run import run_worker

        gc.freeze()
    finally:
        gc.enable()
    return run_worker(options, scrub)


def _command(arguments: list[str], scrub: Scrubber) -> int:
    from cellblock.cli.app import command

    return command(arguments, scrub)


def _ended(error: Exception, scrub: Scrubber) -> int:
    """Say what happened, and give the exit code."""
    from cellblock.errors import CellblockError, PeerError
    from cellblock.store.ports import StoreFault

    if isinstance(error, StoreFault):
        said = f"{error}; see that the store of --state can be used, and try again"
        return _complain(said, scrub, 2)
    if isinstance(error, CellblockError):
        return _complain(str(error), scrub, 1 if isinstance(error, PeerError) else error.exit_code)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _complain("the output cannot be written: its disk is full; free some space", scrub, 2)
        # What Python still holds for stdout would fail again, and loudly, at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 2
    sys.stderr.write(scrub.text("".join(traceback.format_exception(error))))
    text = f"this is a bug in Cellblock: {error!r}; please report it with the lines above"
    return _complain(text, scrub, 3)


def _complain(text: str, scrub: Scrubber, code: int) -> int:
    from cellblock.cli.text import printable

    line = " ".join(printable(scrub.text(text)).split())
    print(f"cellblock: {line}", file=sys.stderr)
    return code
