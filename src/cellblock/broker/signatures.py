"""Signatures of bodies that travel by webhook, both ways. Pure.

In: a shared secret and the bytes as they travel. Out: the value of a header, or whether one holds.
HMAC-SHA256 throughout, compared in constant time; nothing of a secret is in any text.

Source: RFC 2104; GitHub's "Validating webhook deliveries" for its header.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from cellblock.limits import SIGNATURE_AGE_S

TIMED: Final = "X-Cellblock-Signature"
"""``t=<seconds since 1970>,v1=<hex>``: over the time, a dot and the body, against replay."""
GITHUB: Final = "X-Hub-Signature-256"
"""``sha256=<hex>`` over the body alone, as GitHub and many others send it."""
_TIMED = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_GITHUB = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def timed(secret: str, body: bytes, at: float) -> str:
    """Give the value of `TIMED` for *body*, sent at *at* (seconds since 1970)."""
    moment = int(at)
    return f"t={moment},v1={_digest(secret, b'%d.' % moment + body)}"


def holds_timed(secret: str, body: bytes, header: str, now: float) -> bool:
    """Tell whether *header* proves that *body* was signed not long ago.

    Limits: `SIGNATURE_AGE_S` to either side of *now*.
    """
    match = _TIMED.fullmatch(header.strip())
    if match is None or abs(now - int(match[1])) > SIGNATURE_AGE_S:
        return False
    wanted = _digest(secret, match[1].encode("ascii") + b"." + body)
    return hmac.compare_digest(wanted, match[2])


def holds_github(secret: str, body: bytes, header: str) -> bool:
    """Tell whether *header* proves that *body* was signed, whenever that was."""
    match = _GITHUB.fullmatch(header.strip())
    return match is not None and hmac.compare_digest(_digest(secret, body), match[1])


def _digest(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode("utf-8"), content, hashlib.sha256).hexdigest()
