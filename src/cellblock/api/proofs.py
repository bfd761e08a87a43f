"""What proves who asks: texts of chance, of which a digest alone is kept."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode

from cellblock.store.records import Token


def mint() -> tuple[str, str]:
    """Make a token's id and the token itself, with 256 bits of chance."""
    identity = letters(5)
    return identity, f"cb_{identity}_{letters(32)}"


def letters(size: int) -> str:
    """Give *size* bytes of chance as letters and digits."""
    return b32encode(secrets.token_bytes(size)).decode().rstrip("=").lower()


def digest_of(token: str) -> bytes:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def good(token: Token | None, now: float) -> bool:
    """Tell whether a token lets anybody in at *now*, in seconds since 1970."""
    if token is None or token.revoked_at is not None:
        return False
    return token.expires_at is None or now < token.expires_at
