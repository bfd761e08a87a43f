"""``login`` and ``logout``: a token is asked for without echo, proved, and then kept."""

from __future__ import annotations

import getpass
import sys
import time

import msgspec

from cellblock.cli.places import config_folder
from cellblock.cli.remote import finding, kept, show, times
from cellblock.cli.remote.client import Client
from cellblock.cli.remote.desk import Desk
from cellblock.cli.text import one_line
from cellblock.errors import OperatorFault


class _Token(msgspec.Struct):
    name: str = "?"
    role: str = "?"
    workspace: str | None = None
    expires_at: float | None = None


def login(desk: Desk, url: str) -> int:
    """Prove a token at *url* and keep both. Raises: CellblockError, KeyboardInterrupt."""
    place = finding.address(url)
    if place.startswith("http:") and not finding.loopback(place):
        show.note("cellblock: without https whoever listens on the way can read the token")
    if desk.where.token_file is not None:
        token = finding.read_token(desk.where.token_file)
    elif sys.stdin.isatty():
        token = finding.checked_token(getpass.getpass(f"token for {place}: "), "what you typed")
    else:
        raise OperatorFault(
            "no-terminal",
            "there is no terminal on which the token could be asked for",
            "write --token-file FILE, or --token-file - for a pipe",
        )
    client = Client(finding.Found(url=place, token=token), desk.scrub)
    try:
        found = client.read("/tokens/self", _Token)
    finally:
        client.close()
    path = kept.write(config_folder(), kept.Login(place, token.reveal()))
    room = f"workspace {found.workspace}" if found.workspace else "all workspaces"
    if desk.as_json:
        show.value({"url": place, "kept": str(path), **msgspec.to_builtins(found)})
        return 0
    show.say(one_line(f"logged in at {place} as {found.name}: {found.role} of {room}"))
    if found.expires_at is not None:
        show.say(f"  the token ends {times.ahead(found.expires_at, time.time())}")
    show.say(f"  kept in {path}")
    return 0


def logout(desk: Desk) -> int:
    """Forget what was kept. Raises: OperatorFault."""
    del desk
    if kept.remove(config_folder()):
        show.say("logged out; the token itself is good until it is revoked")
    else:
        show.say("nobody was logged in")
    return 0
