"""Who asks: the headers that sign one request. Pure.

Source: https://bybit-exchange.github.io/docs/v5/guide#authentication
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cellblock.broker.secret import Secret


@dataclass(frozen=True, slots=True)
class Key:
    """An API key with its secret, and for how long after its time a request is good."""

    key: Secret
    secret: Secret
    window_ms: int


def sign(secret: str, origin: bytes) -> str:
    """Give the lower-case hexadecimal HMAC-SHA256 of what a request is made of."""
    return hmac.new(secret.encode(), origin, hashlib.sha256).hexdigest()


def headers(key: Key, stamp_ms: int, payload: bytes) -> dict[str, str]:
    """Give the headers for *payload*: the query as it is sent, or the body byte for byte."""
    name = key.key.reveal()
    origin = f"{stamp_ms}{name}{key.window_ms}".encode() + payload
    return {
        "X-BAPI-API-KEY": name,
        "X-BAPI-SIGN": sign(key.secret.reveal(), origin),
        "X-BAPI-SIGN-TYPE": "2",
        "X-BAPI-TIMESTAMP": str(stamp_ms),
        "X-BAPI-RECV-WINDOW": str(key.window_ms),
    }
