"""The administrator's token: made at the first start, and anew if its file is lost.

Out: a token of all workspaces, in the store and in ``admin.token``, which its owner alone reads.
The file is whole before the token opens anything; a crash between leaves a file that opens nothing.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cellblock.api.proofs import digest_of, good, mint
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.store.records import Token
from cellblock.store.service import TokenStore

FILE = "admin.token"
HOST = "host"
"""Who made the tokens that this module makes."""


async def first_token(tokens: TokenStore, folder: Path, clock: Clock) -> str | None:
    """Make the first administrator's token, to be shown once; None if there is one that is good.

    Raises: OperatorFault("admin-token") if its file cannot be written; StoreFault.
    """
    now = clock.wall_s()
    for token in await tokens.tokens(None):
        if token.workspace is None and token.role == "admin" and good(token, now):
            return None
    return await _made(tokens, folder, now)


async def new_admin_token(tokens: TokenStore, folder: Path, clock: Clock) -> str:
    """Make another administrator's token, and revoke those that the host made before.

    For an operator at the machine itself, who lost the one before. Raises: as `first_token`.
    """
    now = clock.wall_s()
    before = [token for token in await tokens.tokens(None) if token.created_by == HOST]
    made = await _made(tokens, folder, now)
    for token in before:
        await tokens.revoke_token(token.id, now)
    return made


async def _made(tokens: TokenStore, folder: Path, now: float) -> str:
    identity, text = mint()
    _write(folder / FILE, text)
    await tokens.add_token(
        Token(
            id=identity,
            name=f"admin-{identity}",
            digest=digest_of(text),
            role="admin",
            workspace=None,
            created_at=now,
            created_by=HOST,
        )
    )
    return text


def _write(path: Path, text: str) -> None:
    """Put a file in place that nobody else could ever read. Raises: OperatorFault."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(fresh, flags, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.rename(fresh, path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise OperatorFault(
            "admin-token",
            f"the administrator's token cannot be written to {path}: {error.strerror}",
            "make room on the disk, or let this user write there",
        ) from error
