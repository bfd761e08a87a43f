"""The Bot API over HTTP: one call, one answer, or `CallFailed` that says whose turn it is.

The token stands in the target of a request and nowhere else: not in its URL, which httpx logs and
puts into errors, not in a header, not in a text.

Source: core.telegram.org/bots/api#making-requests.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import read_url
from cellblock.broker.secret import Secret
from cellblock.broker.telegram.refusals import explain
from cellblock.broker.web import ExchangeFailed, Reach, Reply, Web, exchange

_DAY_S = 86_400.0
_PIECE_BYTES = 65_536
_ANSWER_BYTES = 1_000_000
"""More than a message or a chat has, whatever it holds; the updates of one answer have more."""


class CallFailed(AdapterError):
    """A call that did not succeed.

    *undone* tells that it certainly had no effect, so that it may be made again.
    """

    def __init__(
        self,
        message: str,
        code: str,
        *,
        undone: bool,
        retry_after_s: float | None = None,
        moved_to: int | None = None,
    ) -> None:
        super().__init__(message, code)
        self.undone = undone
        self.retry_after_s = retry_after_s
        self.moved_to = moved_to


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a call carries."""

    field: str
    name: str
    content_type: str
    content: bytes


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Envelope(msgspec.Struct, frozen=True):
    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int = 0
    description: str = ""
    parameters: _Parameters = _Parameters()


_envelope = msgspec.json.Decoder(_Envelope)


class BotApi:
    """The calls of one bot."""

    def __init__(self, web: Web, base_url: str, token: Secret) -> None:
        self._http = web.client(Reach.only(base_url))
        self._base_url, self._path = server(base_url)
        self._token = token

    async def call(
        self,
        method: str,
        fields: dict[str, Any],
        *,
        timeout_s: float,
        upload: Upload | None = None,
        limit_bytes: int = _ANSWER_BYTES,
    ) -> msgspec.Raw:
        """Make one call and give the JSON text of its result. Raises: CallFailed."""
        request = self._request(method, fields, upload)
        try:
            reply = await exchange(
                self._http, request, limit_bytes=limit_bytes, timeout_s=timeout_s
            )
        except ExchangeFailed as error:
            raise CallFailed(
                f"Telegram could not be asked: {error}", error.code, undone=not error.sent
            ) from None
        return _result(reply)

    def _request(self, method: str, fields: dict[str, Any], upload: Upload | None) -> httpx.Request:
        # A token is digits, a colon, letters; a wrong one must not become another path.
        token = quote(self._token.reveal(), safe=":")
        target = f"{self._path}/bot{token}/{method}".encode("ascii")
        content: dict[str, Any] = {"json": fields} if upload is None else _form(fields, upload)
        return self._http.build_request(
            "POST", f"{self._base_url}/{method}", extensions={"target": target}, **content
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def server(base_url: str) -> tuple[str, str]:
    """Give a server's origin and the path before its methods, the same for every way to write them.

    Raises: AdapterError for what is no URL.
    """
    url = read_url(base_url)
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    return f"{url.scheme}://{url.netloc.decode('ascii')}", path.rstrip("/")


def _form(fields: dict[str, Any], upload: Upload) -> dict[str, Any]:
    """Make a body of fields and a file, in pieces, for 50 MB at once would stop the host's loop.

    Source: RFC 7578.
    """
    boundary = secrets.token_hex(16)
    name = upload.name.replace("\\", "\\\\").replace('"', "%22")
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{upload.field}"; '
        f'filename="{name}"\r\nContent-Type: {upload.content_type}\r\n\r\n'
    )
    first, last = head.encode(), f"\r\n--{boundary}--\r\n".encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        for start in range(0, len(upload.content), _PIECE_BYTES):
            yield upload.content[start : start + _PIECE_BYTES]
        yield last

    size_bytes = len(first) + len(upload.content) + len(last)
    return {
        "content": pieces(),
        "headers": {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "content-length": str(size_bytes),
        },
    }


def _result(reply: Reply) -> msgspec.Raw:
    envelope: _Envelope | None = None
    if reply.media_type == "application/json":
        try:
            envelope = _envelope.decode(reply.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            envelope = None
    if envelope is None:
        if reply.status >= 500:
            raise CallFailed(f"Telegram answered HTTP {reply.status}", "server", undone=False)
        raise CallFailed(
            f"the answer (HTTP {reply.status}) is not one of the Bot API; "
            "is there something else at base_url?",
            "bad_answer",
            undone=False,
        )
    if envelope.ok:
        return envelope.result
    status = envelope.error_code or reply.status
    text, code = explain(status, envelope.description)
    told = envelope.parameters
    # A 429 may come without the number; it is then not hurried.
    retry_after_s = min(max(1.0, told.retry_after or 5.0), _DAY_S) if status == 429 else None
    raise CallFailed(
        text,
        code,
        undone=400 <= status < 500,
        retry_after_s=retry_after_s,
        moved_to=told.migrate_to_chat_id,
    )
