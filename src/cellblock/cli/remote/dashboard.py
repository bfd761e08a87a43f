"""``cellblock dashboard``: an address that lets a browser in once, without a token in it."""

from __future__ import annotations

import html
import os
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path

import msgspec

from cellblock.cli.places import config_folder
from cellblock.cli.remote import show
from cellblock.cli.remote.desk import Desk
from cellblock.errors import OperatorFault

_PAGE = "dashboard.html"


class _Ticket(msgspec.Struct):
    ticket: str
    expires_at: float


def dashboard(desk: Desk, *, shows: bool) -> int:
    """Print the address, and for *shows* open it. Raises: CellblockError."""
    made = desk.client.shaped(desk.client.send("POST", "/session/tickets"), _Ticket)
    address = f"{desk.client.found.url}/#/login?ticket={made.ticket}"
    if desk.as_json:
        show.value({"address": address, "expires_at": made.expires_at})
    else:
        show.note("the dashboard; this address is good once, and for two minutes:")
        show.say(address)
    if shows and not webbrowser.open(_page(config_folder(), address).as_uri()):
        show.note("no browser could be opened; open the address in one")
    return 0


def _page(folder: Path, address: str) -> Path:
    """Write a page that leads to *address*, for its owner alone.

    An address among the arguments of a browser could be read by whoever lists the processes.
    Raises: OperatorFault.
    """
    to = html.escape(address)
    text = (
        f'<!doctype html><meta charset="utf-8"><title>Cellblock</title>'
        f'<meta http-equiv="refresh" content="0; url={to}"><a href="{to}">Cellblock</a>\n'
    )
    path = folder / _PAGE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{_PAGE}.", dir=folder)  # made with 0600
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink()
        raise _unwritten(path, error) from error
    return path


def _unwritten(path: Path, error: OSError) -> OperatorFault:
    text = f"{path} cannot be written: {error.strerror}"
    return OperatorFault("bad-login", text, "open the address in a browser yourself")
