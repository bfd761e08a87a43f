"""The cookie of a session, and what tells that a page of ours sent it. Pure.

Over TLS its name begins with ``__Host-``, so that no other host can set it; in the clear it has
the plain name, and over TLS that one counts for nothing. Two of them at once are none: one of them
may have been laid there by somebody else.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from urllib.parse import urlsplit

from starlette.types import Scope

NAME = "cellblock"
CSRF = "X-CSRF-Token"
_USUAL = {"http": ":80", "https": ":443"}


def name_of(scope: Scope) -> str:
    """Give the cookie's name for the way that a request came."""
    return f"__Host-{NAME}" if _secure(scope) else NAME


def shown(scope: Scope) -> str | None:
    """Give what the cookie of a request holds; None without one, or with several."""
    wanted = name_of(scope)
    found = [
        value.strip()
        for header in _headers(scope, b"cookie")
        for name, mark, value in (part.partition("=") for part in header.split(";"))
        if mark and name.strip() == wanted
    ]
    return found[0] if len(found) == 1 else None


def setting(scope: Scope, text: str | None) -> str:
    """Write the header Set-Cookie that has a browser keep *text*; None has it forget."""
    parts = [f"{name_of(scope)}={text or ''}", "HttpOnly", "SameSite=Strict", "Path=/"]
    if text is None:
        parts.append("Max-Age=0")
    if _secure(scope):
        parts.append("Secure")
    return "; ".join(parts)


def csrf_of(text: str) -> str:
    """Give what changing requests of a session show besides; it leads back to no session."""
    made = hmac.digest(text.encode(), b"cellblock csrf", hashlib.sha256)
    return b32encode(made).decode().rstrip("=").lower()


def proves(scope: Scope, text: str) -> bool:
    """Tell whether the request shows what belongs to the session *text*."""
    given = _headers(scope, CSRF.lower().encode())
    right = csrf_of(text).encode()
    return len(given) == 1 and hmac.compare_digest(given[0].encode("latin-1"), right)


def at_home(scope: Scope) -> bool | None:
    """Tell whether a page of ours sent a request; None if no browser says where it is from.

    A browser's own word (Sec-Fetch-Site) goes before the comparison of Origin and Host, which a
    proxy may have changed. Another port of this host is another site's page.
    """
    site = _headers(scope, b"sec-fetch-site")
    origin = _headers(scope, b"origin")
    if site:
        return site == ["same-origin"]
    if origin:
        return len(origin) == 1 and _same(origin[0], scope)
    return None


def asked_by_hand(scope: Scope) -> bool:
    """Tell whether a person wrote the address, or opened it from a bookmark."""
    return _headers(scope, b"sec-fetch-site") == ["none"]


def _same(origin: str, scope: Scope) -> bool:
    host = _headers(scope, b"host")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if len(host) != 1 or parts.scheme not in _USUAL or (_secure(scope) and parts.scheme == "http"):
        return False
    usual = _USUAL[parts.scheme]
    there = parts.netloc.lower().removesuffix(usual)
    return bool(there) and there == host[0].strip().lower().removesuffix(usual)


def _secure(scope: Scope) -> bool:
    # As a proxy told that the operator trusts.
    return bool(scope["scheme"] == "https")


def _headers(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
