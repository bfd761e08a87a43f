"""How secrets come in: from a terminal without echo, from a file, or from a pipe.

Never from options, which whoever lists the processes of a machine can read. No error here holds
what was entered.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
from collections.abc import Iterable

import msgspec

from cellblock.broker.secret import usable_secret
from cellblock.cli.fields import Field
from cellblock.errors import OperatorFault

_FILE_BYTES = 1_000_000
_object = msgspec.json.Decoder(dict[str, str])


def ask(kind: str, fields: Iterable[Field]) -> dict[str, str]:
    """Ask for each on the terminal. Raises: OperatorFault("no-terminal"), KeyboardInterrupt."""
    if not sys.stdin.isatty():
        raise OperatorFault(
            "no-terminal",
            f"there is no terminal on which the secrets of {kind} could be asked for",
            "write --secrets FILE, --secrets - for a pipe, or --no-secrets",
        )
    found = {}
    for field in fields:
        optional = "" if field.required else " (Enter for none)"
        entered = getpass.getpass(f"{kind} {field.name}{optional}: ").strip()
        if entered or field.required:
            found[field.name] = usable_secret(field.name, entered)
    return found


def read(path: str, kind: str, fields: Iterable[Field]) -> tuple[dict[str, str], str]:
    """Read secrets from a file, or for ``-`` from stdin, and give them with a warning, or "".

    The file is a JSON object, or has lines ``NAME=VALUE``; the letters of a name may be large.
    Raises: OperatorFault("bad-secrets").
    """
    names = {field.name.lower(): field.name for field in fields}
    content, warning = _content(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(path, "is not UTF-8") from None
    pairs = _of_object(path, text) if text.lstrip().startswith("{") else _of_lines(path, text)
    found: dict[str, str] = {}
    for where, written, value in pairs:
        name = names.get(written.strip().lower().replace("-", "_"))
        # The name is not told: it may be the begin of a secret with a sign of equality in it.
        if name is None:
            known = f"its secrets are {', '.join(names.values())}" if names else "it has none"
            raise _bad(path, f"names at {where} no secret of {kind}; {known}")
        if name in found:
            raise _bad(path, f"names {name} twice")
        found[name] = usable_secret(name, value.strip())
    return found, warning


def _content(path: str) -> tuple[bytes, str]:
    if path == "-":
        if sys.stdin.isatty():
            raise OperatorFault(
                "bad-secrets",
                "--secrets - reads a pipe, and this is a terminal, which would show what you type",
                "leave it out, and you are asked without that",
            )
        return _bounded(path, sys.stdin.buffer.read(_FILE_BYTES + 1)), ""
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            content = _bounded(path, file.read(_FILE_BYTES + 1))
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}") from error
    if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
        return content, f"{path} can be read by others; `chmod 600 {path}`, or remove it now"
    return content, ""


def _bounded(path: str, content: bytes) -> bytes:
    if len(content) > _FILE_BYTES:
        raise _bad(path, f"has more than {_FILE_BYTES:,} bytes")
    return content


def _of_object(path: str, text: str) -> list[tuple[str, str, str]]:
    try:
        found = _object.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise _bad(path, 'is no JSON object of texts, such as {"api_key": "…"}') from None
    return [(f"entry {number}", name, found[name]) for number, name in enumerate(found, 1)]


def _of_lines(path: str, text: str) -> list[tuple[str, str, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not (stripped := line.strip().removeprefix("export ")) or stripped.startswith("#"):
            continue
        name, separator, value = stripped.partition("=")
        if not separator:
            raise _bad(path, f"has at line {number} no NAME=VALUE")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found.append((f"line {number}", name, value))
    return found


def _bad(path: str, what: str) -> OperatorFault:
    shown = "the text on stdin" if path == "-" else path
    return OperatorFault("bad-secrets", f"{shown} {what}", "see `cellblock connect --help`")
