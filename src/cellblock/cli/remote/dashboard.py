"""``cellblock dashboard``: an address that lets a browser in once, without a token in it."""

from __future__ import annotations

import html
import webbrowser
from pathlib import Path

import msgspec

from cellblock.cli.places import config_folder
from cellblock.cli.remote import show
from cellblock.cli.remote.desk import Desk
from cellblock.cli.whole import whole
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
        with whole(path) as file:
            file.write(text.encode())
    except OSError as error:
        text = f"{path} cannot be written: {error.strerror}"
        hint = "open the address in a browser yourself"
        raise OperatorFault("bad-login", text, hint) from error
    return path
