"""Asks a server over HTTP, in turn. In: method and path. Out: what it answered, or a fault.

Only a question that changes nothing is asked twice. The token stands in one header alone.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

import cellblock
from cellblock.broker.secret import Scrubber
from cellblock.cli.remote import problems
from cellblock.cli.remote.finding import Found, loopback
from cellblock.errors import CellblockError, OperatorFault

_Shape = TypeVar("_Shape")
_TIMEOUT_S = 30.0
_ATTEMPTS = 3
_PATIENCE_S = 5.0
"""Longest wait that a server may ask for before it is asked again."""
_REFUSAL_BYTES = 1_000_000
_PART_BYTES = 1 << 16
Query = Mapping[str, Any]


def path(*parts: str) -> str:
    """Make a path of names, each of which may hold any letter."""
    return "".join(f"/{_segment(part)}" for part in parts)


def _segment(part: str) -> str:
    # A segment of dots alone would be taken for a step up before it is sent.
    return part.replace(".", "%2E") if part in {".", ".."} else quote(part, safe="")


class Client:
    """One server, asked with one token."""

    def __init__(self, found: Found, scrub: Scrubber, timeout_s: float = _TIMEOUT_S) -> None:
        scrub.add(found.token)
        self.found = found
        self._http = httpx.Client(
            base_url=f"{found.url}/api/v1",
            headers={
                "Authorization": f"Bearer {found.token.reveal()}",
                "User-Agent": f"cellblock/{cellblock.__version__}",
                "Accept": "application/json",
            },
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)),
            verify=_trusted(found.url.startswith("https:")),
            # A proxy of the environment is for the world outside, not for this machine.
            trust_env=not loopback(found.url),
        )

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def get(self, where: str, query: Query | None = None) -> Any:
        """Ask for a JSON value. Raises: CellblockError."""
        return self._value(self.answer("GET", where, query=query))

    def read(self, where: str, shape: type[_Shape], query: Query | None = None) -> _Shape:
        """Ask for a value of a shape. Raises: CellblockError."""
        return self.shaped(self.get(where, query), shape)

    def send(
        self,
        method: str,
        where: str,
        body: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a JSON value, and give the one that is answered, or None. Raises: CellblockError."""
        kind = {} if body is None else {"Content-Type": "application/json"}
        content = None if body is None else problems.as_json(body)
        given = {**kind, **(headers or {})}
        return self._value(self.answer(method, where, query=query, content=content, headers=given))

    def items(
        self, where: str, shape: type[_Shape], query: Query | None = None, most: int | None = None
    ) -> Iterator[_Shape]:
        """Give the items of a list, page by page, *most* of them. Raises: CellblockError."""
        for item in self.raw_items(where, query, most):
            yield self.shaped(item, shape)

    def raw_items(
        self, where: str, query: Query | None = None, most: int | None = None
    ) -> Iterator[Any]:
        """Give the items of a list as they were answered. Raises: CellblockError."""
        left = most
        asked = dict(query or {})
        while left is None or left > 0:
            asked["limit"] = 500 if left is None else min(left, 500)
            page = self.get(where, asked)
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise problems.strange(self.found, "a list without items")
            found = page["items"] if left is None else page["items"][:left]
            yield from found
            left = None if left is None else left - len(found)
            if not (cursor := page.get("next")) or not found or cursor == asked.get("cursor"):
                return
            asked["cursor"] = cursor

    def shaped(self, value: Any, shape: type[_Shape]) -> _Shape:
        """Hold an answer to a shape. Raises: OperatorFault("wrong-server")."""
        try:
            return msgspec.convert(value, shape, strict=False)
        except msgspec.ValidationError as error:
            raise problems.strange(self.found, str(error)) from None

    def answer(
        self,
        method: str,
        where: str,
        *,
        query: Query | None = None,
        content: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask, and give the answer of success, read to its end. Raises: CellblockError."""
        attempts = _ATTEMPTS if method == "GET" else 1
        for left in reversed(range(attempts)):
            wait_s = 0.2
            try:
                response = self._http.request(
                    method, where, params=_without_none(query), content=content, headers=headers
                )
            except httpx.HTTPError as error:
                if not left or isinstance(error, (httpx.ConnectError, httpx.TimeoutException)):
                    raise problems.broken(self.found, error) from None
            else:
                if response.is_success:
                    return response
                wait_s = _asked_wait(response)
                if not left or not 0 <= wait_s <= _PATIENCE_S:
                    raise problems.refused(self.found, response)
            time.sleep(wait_s)
        raise AssertionError("the last attempt gives or raises")

    @contextmanager
    def stream(
        self, where: str, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """Ask for an answer that is read in parts. Raises: CellblockError, here and inside."""
        try:
            with self._http.stream(
                "GET", where, params=_without_none(query), headers=headers
            ) as response:
                if not response.is_success:
                    raise self._refused_stream(response)
                yield response
        except httpx.HTTPError as error:
            raise problems.broken(self.found, error) from None

    def download(self, where: str, write: Callable[[bytes], object]) -> int:
        """Write a body as it comes, and tell its size. Raises: CellblockError."""
        size = 0
        with self.stream(where) as response:
            for part in response.iter_bytes():
                size += len(part)
                write(part)
        return size

    def upload(self, where: str, file: IO[bytes], kind: str, query: Query | None = None) -> Any:
        """Send a file as it is read, and give the JSON that is answered. Raises: CellblockError."""
        parts = iter(lambda: file.read(_PART_BYTES), b"")
        headers = {"Content-Type": kind}
        return self._value(self.answer("PUT", where, query=query, content=parts, headers=headers))

    def _refused_stream(self, response: httpx.Response) -> CellblockError:
        body = b""
        for part in response.iter_bytes():
            body += part
            if len(body) > _REFUSAL_BYTES:
                break
        kept = {"content-type", "location"} & response.headers.keys()
        headers = {name: response.headers[name] for name in kept}
        return problems.refused(
            self.found, httpx.Response(response.status_code, headers=headers, content=body)
        )

    def _value(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/json":
            raise problems.strange(self.found, f"{response.status_code} {kind}")
        try:
            return msgspec.json.decode(response.content)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            raise problems.strange(self.found, "JSON that cannot be read") from None


def _asked_wait(response: httpx.Response) -> float:
    """Give the seconds after which a server that is busy wants to be asked again, else -1."""
    if response.status_code != 503:
        return -1.0
    text = response.headers.get("retry-after", "")
    return max(float(text), 0.2) if text.isascii() and text.isdigit() else -1.0


def _without_none(query: Query | None) -> dict[str, Any] | None:
    return {key: value for key, value in query.items() if value is not None} if query else None


def _trusted(wanted: bool) -> ssl.SSLContext:
    """Trust whom this machine trusts (SSL_CERT_FILE counts); where it trusts nobody, certifi."""
    if not wanted:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is quickly made
    context = ssl.create_default_context()
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    places: Any = ssl.get_default_verify_paths()  # either may be None
    if not context.get_ca_certs() and places.cafile is None and places.capath is None:
        import certifi

        try:
            context.load_verify_locations(certifi.where())
        except OSError as error:
            text = f"no certificate authority is known here: {error.strerror}"
            raise OperatorFault("tls-failed", text, "set SSL_CERT_FILE") from error
    return context
