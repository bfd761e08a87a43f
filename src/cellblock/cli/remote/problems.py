"""What went wrong between us and a server, as the faults that the command line shows. Pure.

In: an answer or what httpx raised. Out: a fault whose text says what to do. No token is in it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from cellblock.cli.remote.finding import Found, ending, is_held
from cellblock.cli.text import one_line
from cellblock.errors import CellblockError, OperatorFault, WorkerFault

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_AUTHORS = {"bad-source", "bad-worker", "source-too-large"}
"""Slugs of what the author of a worker must put right."""


class Wrong(msgspec.Struct, kw_only=True):
    """One thing that a server found wrong with what it was sent."""

    where: str = ""
    message: str = ""
    hint: str = ""
    line: int | None = None
    column: int | None = None


class Problem(msgspec.Struct, kw_only=True):
    """A problem document."""

    status: int = 0
    title: str = ""
    detail: str | None = None
    slug: str = ""
    hint: str | None = None
    errors: list[Wrong] | None = None


def refused(found: Found, response: httpx.Response) -> CellblockError:
    """Make a fault of an answer that is none of success; its body was read."""
    if response.is_redirect:
        to = one_line(response.headers.get("location", "another place"), 200)
        text = f"{found.url} sends us on to {to}"
        return OperatorFault("wrong-server", text, "name the server's own address")
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/problem+json":
        return strange(found, f"{response.status_code} {kind}".strip())
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return strange(found, f"{response.status_code}, a problem that cannot be read")
    return _fault(found, response.status_code, problem)


def strange(found: Found, what: str) -> OperatorFault:
    """Say that an answer is none of a server's of ours."""
    return OperatorFault(
        "wrong-server",
        f"what answers at {found.url} is no Cellblock server, or another version of it "
        f"({one_line(what, 200)})",
        "check the address",
    )


def _fault(found: Found, status: int, problem: Problem) -> CellblockError:
    said = one_line(problem.detail or problem.title or f"the server answered {status}").rstrip(".")
    hint = one_line(problem.hint or "").rstrip(".")
    errors = problem.errors or []
    slug = problem.slug if _SLUG.fullmatch(problem.slug) else "refused"
    if slug in _AUTHORS:
        return WorkerFault(slug, said, hint, errors=errors)
    if status == 401:
        return _unknown(found)
    # The sentence often tells the first of them already.
    if more := [_wrong(item) for item in errors[:5] if item.message not in said]:
        said += ": " + ", ".join(more)
    if slug == "no-connection" and hint.startswith("make it: `cellblock connect "):
        hint = f"{hint.removesuffix('`')}{found.option}`"  # there, and not in this user's own vault
    if status >= 500 and status != 503:
        hint = hint or "the server's own log tells more; try again, and report it if it stays"
    if status != 409 or slug == "conflict":  # the others say what stands in the way
        hint = hint or _HINTS.get(status, "")
    return OperatorFault(slug, said, hint, errors=errors, status=status)


_HINTS = {
    403: "ask for a token with a greater role",
    404: "see what there is with `cellblock ps` and `cellblock workspaces ls`",
    409: "somebody was quicker: look with `cellblock ps`, and try again",
    429: "wait a little, and try again",
    503: "try again in a moment",
}


def _unknown(found: Found) -> OperatorFault:
    hint = f"ask for a new token, and then `cellblock login {found.url}`"
    if found.local:
        hint = f"the token in {found.local / 'admin.token'} is not this server's; start it again"
    text = f"{found.url} refuses the token: it is wrong, expired or revoked"
    return OperatorFault("no-entry", text, hint, status=401)


def _wrong(item: Wrong) -> str:
    where = f"{item.where}: " if item.where else ""
    return one_line(where + item.message, 300)


def broken(found: Found, error: httpx.HTTPError) -> OperatorFault:
    """Make a fault of what kept an answer from coming."""
    url = found.url
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _insecure(url, cause)
    if isinstance(error, httpx.ConnectTimeout):
        text = f"{url} could not be reached in time"
        return OperatorFault("no-server", text, "check the address and the network")
    if isinstance(error, (httpx.ConnectError, httpx.ProxyError)):
        if found.local is not None and is_held(found.local):
            return ending(found.local)
        return OperatorFault("no-server", f"no server answers at {url}", found.start_hint)
    if isinstance(error, httpx.TimeoutException):
        text = f"{url} did not answer in time; it may have done what it was asked"
        return OperatorFault("server-slow", text, "look with `cellblock ps`, and try again")
    text = f"the connection to {url} was lost; it may have done what it was asked"
    hint = "look with `cellblock ps`, and try again"
    if isinstance(error, httpx.RemoteProtocolError) and url.startswith("http:"):
        hint += "; or is it an https:// address?"
    return OperatorFault("server-gone", text, hint)


def _insecure(url: str, cause: ssl.SSLError) -> OperatorFault:
    if isinstance(cause, ssl.SSLCertVerificationError):
        text = f"the certificate of {url} cannot be trusted: {cause.verify_message}"
        hint = "set SSL_CERT_FILE to the file of the authority that signed it"
        return OperatorFault("tls-failed", text, hint)
    reason = (cause.reason or "no TLS").replace("_", " ").lower()
    text = f"{url} cannot be spoken to by TLS: {reason}"
    return OperatorFault("tls-failed", text, "is it an http:// address?")


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__


def as_json(value: Any) -> bytes:
    """Encode what is sent. Raises: OperatorFault("bad-option")."""
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise OperatorFault("bad-option", f"that is no JSON: {error}", "use JSON values") from error
