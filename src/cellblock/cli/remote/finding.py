"""Which server a command speaks to, and with which token.

In: options, environment, what ``cellblock login`` kept, the files of a server on this machine.
Out: one `Found`. A token goes to no server but the one that it was given for.
"""

from __future__ import annotations

import ipaddress
import json
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cellblock.broker.secret import Secret
from cellblock.cli.places import config_folder, data_folder
from cellblock.cli.remote import kept
from cellblock.errors import OperatorFault

_TOKEN = re.compile(r"[!-~]{16,500}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the options say about the server."""

    server: str | None = None
    token_file: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A server and the token to show it."""

    url: str
    token: Secret
    local: Path | None = None
    """The data directory, of a server that was found there."""

    @property
    def option(self) -> str:
        """What must be written behind `cellblock connect` for it to mean this server."""
        return f" --server {self.url}" if self.local is None else _option(self.local)

    @property
    def start_hint(self) -> str:
        """What to do if it does not answer."""
        if self.local or loopback(self.url):
            return _start(self.local)
        return "check the address and the network"


def find(
    where: Where,
    environment: Mapping[str, str],
    config: Path | None = None,
    given: Secret | None = None,
) -> Found:
    """Look, in this order, at the options, the environment, the login, and this machine.

    *given* is the token of the options, if it was read already: stdin is read once.

    Raises: OperatorFault("no-server", "no-token", "bad-server", "bad-token").
    """
    if where.server is not None and where.data is not None:
        raise OperatorFault(
            "bad-option", "--server and --data both name a server", "write one of them"
        )
    if given is None and where.token_file is not None:
        given = read_token(where.token_file)
    login = kept.read(config or config_folder()) if where.data is None else None
    if where.server is not None or (where.data is None and environment.get("CELLBLOCK_SERVER")):
        url = address(where.server or environment["CELLBLOCK_SERVER"])
        return Found(url=url, token=given or _token_for(url, environment, login))
    if given is None and environment.get("CELLBLOCK_TOKEN") and where.data is None:
        given = checked_token(environment["CELLBLOCK_TOKEN"], "CELLBLOCK_TOKEN")
    if login is not None:
        return Found(url=login.url, token=given or Secret(login.token))
    return _local(data_folder(where.data), given)


def _token_for(url: str, environment: Mapping[str, str], login: kept.Login | None) -> Secret:
    """Give the token that was meant for this address, and no other one."""
    named = environment.get("CELLBLOCK_SERVER")
    if environment.get("CELLBLOCK_TOKEN") and (not named or address(named) == url):
        return checked_token(environment["CELLBLOCK_TOKEN"], "CELLBLOCK_TOKEN")
    if login is not None and login.url == url:
        return Secret(login.token)
    folder = data_folder(None)
    if loopback(url) and _announced(folder) == url:
        return _admin_token(folder)
    raise OperatorFault(
        "no-token",
        f"there is no token for {url}",
        "write --token-file FILE, set CELLBLOCK_TOKEN, or `cellblock login` there",
    )


def _local(folder: Path, given: Secret | None) -> Found:
    url = _announced(folder)
    if url is None and is_held(folder):
        raise ending(folder)
    if url is None:
        raise OperatorFault("no-server", f"no server is running on {folder}", _start(folder))
    return Found(url=url, token=given or _admin_token(folder), local=folder)


def ending(folder: Path) -> OperatorFault:
    """Say that a server has *folder*, and does not answer."""
    text = f"the server on {folder} is stopping, or is not up yet"
    return OperatorFault("no-server", text, "wait a moment, and try again")


def is_held(folder: Path) -> bool:
    """Tell whether a server has *folder*, by the lock on its `serve.lock`.

    The lock is only looked at, for a server that starts must find it free.
    """
    try:
        inode = (folder / "serve.lock").stat().st_ino
        owner = int((folder / "serve.lock").read_text(encoding="ascii"))
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    rows = (line.split() for line in locks.splitlines())
    return any(
        row[1] == "FLOCK" and row[4] == str(owner) and row[5].endswith(f":{inode}")
        for row in rows
        if len(row) == 8
    )


def _start(folder: Path | None) -> str:
    """Say how to have a server on *folder*; None is this user's own."""
    return (
        f"start one with `cellblock serve{_option(folder)}`, "
        "or name another with --server or `cellblock login`"
    )


def _option(folder: Path | None) -> str:
    """Name a data directory in a command; None and this user's own need no name."""
    own = folder is None or folder == data_folder(None)
    return "" if own else f" --data {shlex.quote(str(folder))}"


def _announced(folder: Path) -> str | None:
    """Give the address that the server of a data directory wrote down."""
    try:
        with (folder / "server.json").open("rb") as file:
            found = json.loads(file.read(10_000))
        return address(str(found["url"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        text = f"{folder / 'server.json'} cannot be read: {error.strerror}"
        hint = "be the user who runs the server, or name it with --server and --token-file"
        raise OperatorFault("no-server", text, hint) from error
    except (ValueError, KeyError, TypeError):
        text = f"{folder / 'server.json'} is no server's"
        raise OperatorFault("no-server", text, "remove it and start `cellblock serve`") from None


def _admin_token(folder: Path) -> Secret:
    return read_token(str(folder / "admin.token"))


def read_token(path: str) -> Secret:
    """Read a token from a file, or for ``-`` from stdin. Raises: OperatorFault("bad-token")."""
    try:
        if path == "-":
            text = sys.stdin.buffer.read(10_000)
        else:
            with open(path, "rb") as file:
                text = file.read(10_000)
    except OSError as error:
        said = f"the token in {path} cannot be read: {error.strerror}"
        hint = "name a file that holds a token, or - for stdin"
        raise OperatorFault("bad-token", said, hint) from error
    where = "the text on stdin" if path == "-" else path
    return checked_token(text.decode("ascii", "replace"), where)


def checked_token(text: str, where: str) -> Secret:
    """Accept a token; the refusal does not tell it. Raises: OperatorFault("bad-token")."""
    stripped = text.strip()
    if not _TOKEN.fullmatch(stripped):
        raise OperatorFault(
            "bad-token",
            f"{where} holds no token",
            "a token begins with cb_ and is one word; `cellblock tokens create` makes one",
        )
    return Secret(stripped)


def address(text: str) -> str:
    """Accept a server's address, without a slash at its end. Raises: OperatorFault."""
    hint = "write it as http://127.0.0.1:8000 or https://cells.example"
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.username is not None or parts.password is not None:
        # What stands there is not told, for it may be a secret.
        raise OperatorFault("bad-server", "an address holds no user and no password", hint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise OperatorFault("bad-server", f"{text[:200]!r} is no server's address", hint)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    at = host if port in {None, usual} else f"{host}:{port}"
    path = parts.path.rstrip("/").removesuffix("/api/v1").rstrip("/")
    return f"{parts.scheme}://{at}{path}"


def loopback(url: str) -> bool:
    """Tell whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
