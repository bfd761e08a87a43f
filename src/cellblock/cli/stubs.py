"""``cellblock stubs``: the types of ctx, for an author's editor."""

from __future__ import annotations

import sys
from pathlib import Path

from cellblock import compose
from cellblock.cli.text import printable
from cellblock.errors import OperatorFault
from cellblock.stubs.page import names_beside, stub

_MARK = "Written by `cellblock stubs`"


def write_stubs(output: str, *, check: bool) -> int:
    """Write the stub and, beside it, what makes its names known; 1 if *check* finds them stale.

    *output* ``-`` prints the stub. Raises: OperatorFault.
    """
    kinds = compose.kinds()
    for plugin in kinds.plugins():
        if plugin.problem:
            told = f"left out: the plugin {plugin.name} of {plugin.distribution}: {plugin.problem}"
            print(f"cellblock: {' '.join(printable(told).split())}", file=sys.stderr)
    text = stub(kinds.usable())
    if output == "-":
        sys.stdout.write(text)
        return 0
    path = Path(output)
    if path.suffix != ".pyi" or not path.stem.isidentifier():
        raise OperatorFault(
            "bad-output", f"{output[:200]!r} is no name of a stub", "name it as in --output ctx.pyi"
        )
    wanted = {path: text, path.with_name("__builtins__.pyi"): names_beside(path.stem)}
    found = {place: _read(place) for place in wanted}
    stale = [place for place, content in wanted.items() if found[place] != content]
    if check:
        for place in stale:
            state = "is not there" if found[place] is None else "is stale"
            print(f"{place} {state}; write it: cellblock stubs --output {output}")
        return 1 if stale else 0
    for place in stale:
        _judge(place, found[place])
    for place in stale:
        _write(place, wanted[place])
    return 0


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperatorFault(
            "bad-output", f"{path} cannot be read: {error}", "name another --output"
        ) from error


def _judge(path: Path, before: str | None) -> None:
    """Refuse to write over a file of somebody else's. Raises: OperatorFault."""
    if before and _MARK not in before:
        raise OperatorFault(
            "bad-output",
            f"{path} is there, and not from `cellblock stubs`",
            "move it away, or choose another folder: --output DIR/ctx.pyi",
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorFault(
            "bad-output", f"{path} cannot be written: {error.strerror}", "name another --output"
        ) from error
    print(f"{path} written")
