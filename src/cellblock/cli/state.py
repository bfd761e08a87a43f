"""``cellblock state export|import``: a worker's state to a file of lines and back, store to store.

The file holds what `transfer` says. It is hostile until every line of it was checked, and only then
is the first of it written to a store.
"""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO

from cellblock import compose
from cellblock.cli.text import printable
from cellblock.cli.whole import whole
from cellblock.errors import OperatorFault
from cellblock.names import WorkerId, worker_id
from cellblock.store import transfer
from cellblock.store.ports import StoreFault, StoreReport


def export_state(state: str, name: str, output: str, *, replace: bool = False) -> int:
    """Write a worker's state to the file *output*, or to stdout for ``-``.

    A file that is there is refused unless *replace*.
    """
    worker = worker_id(name)
    with target(output, replace=replace) as write:
        count = asyncio.run(_export(state, worker, write))
    _tell(f"{count:,} key{'s' * (count != 1)} of {worker} exported")
    return 0


async def _export(state: str, worker: WorkerId, write: Callable[[bytes], object]) -> int:
    store = await compose.open_state(state, there=True)
    try:
        if not (count := len(await store.keys(worker))):
            text = f"there is no state of a worker named {worker} in that store"
            raise OperatorFault("no-state", text, "name it as `cellblock run --name` did")
        async for line in transfer.export_lines(store, worker, worker):
            write(line)
    finally:
        await store.close()
    return count


@contextmanager
def target(output: str, *, replace: bool) -> Iterator[Callable[[bytes], object]]:
    """Open *output*: a file that appears when it is whole, or stdout. Raises: OperatorFault."""
    if output == "-":
        yield _shown if sys.stdout.isatty() else sys.stdout.buffer.write
        sys.stdout.flush()
        return
    with ExitStack() as stack:
        try:
            path = Path(output).resolve()
            with suppress(FileNotFoundError, NotADirectoryError):
                _refuse_there(output, path.stat().st_mode, replace=replace)
            file = stack.enter_context(whole(path))
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to one another
            said = error.strerror if isinstance(error, OSError) else "its links go round"
            text = f"{output} cannot be written: {said}"
            hint = "name a file in a folder that you can write"
            raise OperatorFault("bad-output", text, hint) from error
        yield file.write


def _refuse_there(output: str, mode: int, *, replace: bool) -> None:
    """Refuse what an export would destroy. Raises: OperatorFault("bad-output", "output-there")."""
    if not stat.S_ISREG(mode):
        text = f"{output} is no regular file"
        raise OperatorFault("bad-output", text, "name a new file, or - for stdout")
    if not replace:
        hint = "--replace puts this in its place; or name another file"
        raise OperatorFault("output-there", f"{output} is there already", hint)


def _shown(line: bytes) -> None:
    """Show a line on a terminal, so that no value can steer it."""
    sys.stdout.write(printable(line.decode("utf-8")))


def import_state(state: str, name: str, source: str, *, replace: bool) -> int:
    """Put what *source* holds, a file or ``-`` for stdin, in a store as a worker's state."""
    worker = worker_id(name)
    exported, values = read_export(source)
    asyncio.run(_import(state, worker, values, replace=replace))
    origin = "" if exported == worker else f" from an export of {exported}"
    _tell(f"{len(values):,} key{'s' * (len(values) != 1)} of {worker} imported{origin}")
    return 0


async def _import(state: str, worker: WorkerId, values: dict[str, bytes], *, replace: bool) -> None:
    store = await compose.open_state(state)
    try:
        there = len(await store.keys(worker))
        if there and not replace:
            text = f"{worker} has {there:,} key{'s' * (there != 1)} in that store already"
            hint = "--replace puts the import in their place; or import it under another --name"
            raise OperatorFault("state-there", text, hint)
        await store.replace(worker, values)
    finally:
        await store.close()


def read_export(source: str) -> tuple[str, dict[str, bytes]]:
    """Read and check all of an export, a file or ``-``; give whose it was, and the values as JSON.

    Raises: OperatorFault("bad-import").
    """
    with opened(source) as file:
        header, values = transfer.read_export(file, "stdin" if source == "-" else source)
    return header.worker, values


def opened(source: str) -> AbstractContextManager[IO[bytes]]:
    """Open an export, a file or ``-`` for stdin. Raises: OperatorFault("bad-import")."""
    if source == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(source).open("rb")
    except OSError as error:
        text = f"{source} cannot be read: {error.strerror}"
        raise OperatorFault("bad-import", text, "name the file of an export, or -") from error


def _tell(text: str) -> None:
    """Say it on stderr, for stdout may hold the export."""
    print(text, file=sys.stderr)


def examine(state: str) -> tuple[StoreReport | None, str | None]:
    """Look how safe a state would be: give a report, or the problem with it."""
    try:
        return asyncio.run(compose.examine_state(state)), None
    except OperatorFault as fault:
        return None, str(fault)
    except StoreFault as fault:
        return None, f"the state cannot be looked at: {fault}"
