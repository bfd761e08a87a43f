"""What is sent, and what is sent next when the answer says to look elsewhere. Pure.

Each place that is named on the way is read by the same rules as the first. Source: RFC 9110
sections 10.2.2 and 15.4, the Fetch standard for methods and bodies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import httpx

from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import port_of, read_url
from cellblock.limits import HTTP_URL_BYTES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OF_A_BODY = frozenset({"content-type", "content-language", "content-encoding", "content-location"})
_FOR_ANYONE = _OF_A_BODY | frozenset(
    {"accept", "accept-language", "cache-control", "if-modified-since", "if-none-match"}
    | {"range", "user-agent"}
)
"""Headers that go along to another origin; any other may hold a key for the first one."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it will be made."""

    method: str
    url: httpx.URL
    headers: tuple[tuple[str, str], ...]
    body: bytes


def following(sent: Outgoing, status: int, headers: httpx.Headers) -> Outgoing | None:
    """Give the request that an answer redirects to, or None if it is the answer.

    Raises: AdapterError("bad_answer", "blocked") for a place that cannot be asked.
    """
    places = headers.get_list("location")
    if status not in _REDIRECTS or not places:
        return None
    if len(places) > 1:
        raise AdapterError("the answer redirects to two places at once", "bad_answer")
    url = _joined(sent.url, places[0])
    if sent.url.scheme == "https" and url.scheme == "http":
        raise AdapterError(
            "the answer redirects from https to http, which is not followed; "
            f"ask http://{url.host} itself if that is meant",
            "blocked",
        )
    following = replace(sent, url=url)
    if (status == 303 and sent.method != "HEAD") or (
        status in {301, 302} and sent.method == "POST"
    ):
        following = replace(
            following, method="GET", body=b"", headers=_without(sent.headers, _OF_A_BODY)
        )
    if _origin(url) != _origin(sent.url):
        following = replace(
            following,
            headers=tuple(pair for pair in following.headers if pair[0].lower() in _FOR_ANYONE),
        )
    return following


def _joined(base: httpx.URL, place: str) -> httpx.URL:
    """Read a place: a whole URL and one without its scheme as they stand, a path beside *base*."""
    # Browsers send spaces percent-encoded; whatever else is odd is left to the rules for URLs.
    text = place.strip(" ").replace(" ", "%20")
    try:
        if text.startswith("//"):
            return read_url(f"{base.scheme}:{text}")
        if _SCHEME.match(text):
            return read_url(text)
        if len(text) > HTTP_URL_BYTES or _ODD.search(text):
            raise AdapterError("it is no part of a URL", "bad_request")
        joined = read_url(str(base.join(text)))
    except (AdapterError, httpx.InvalidURL, ValueError) as error:
        raise AdapterError(f"the answer redirects astray: {error}"[:400], "bad_answer") from None
    if _origin(joined) != _origin(base):
        raise AdapterError("the answer redirects astray", "bad_answer")
    return joined


def _without(
    headers: tuple[tuple[str, str], ...], names: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in headers if pair[0].lower() not in names)


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, port_of(url)
