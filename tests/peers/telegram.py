"""Telegram, as far as a bot sees it: the Bot API on a port of the loopback.

In: requests, each held to the API's machine-readable description. Out: answers in Telegram's own
words, themselves held to it. A test makes chats, says things in them, reads what the bot sent, and
has the server misbehave (`misbehaving.Fault`).

Source: core.telegram.org/bots/api; telegram-bot-api/Client.cpp (Boost licence) for what is not
said there: the words of errors, and which of two getUpdates is ended.
"""

from __future__ import annotations

import asyncio
import email.parser
import email.policy
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from peers.misbehaving import Fault, Peer, Request, Response
from peers.telegram_formatting import Unreadable, parse, units
from peers.telegram_spec import Spec, spec

TOKEN = "7000000001:AAF-test_token-that-opens-nothing00"
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Test", "username": "cellblock_test_bot"}
_CONFLICT = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running"
)
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
    "the webhook first"
)


@dataclass
class Call:
    """One request that was understood."""

    method: str
    arguments: dict[str, Any]
    files: dict[str, File]
    at: float


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


class Refused(Exception):
    """The API says no."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters


@dataclass
class Poll:
    """A getUpdates that waits."""

    offset: int
    limit: int
    done: asyncio.Future[list[dict[str, Any]]] = field(default_factory=asyncio.Future)


class Telegram:
    """The server's memory and its methods; what tests use is thread-safe."""

    def __init__(self, description: Path) -> None:
        self.spec: Spec = spec(description)
        self.peer = Peer(self._answer)
        self.chats: dict[int, dict[str, Any]] = {}
        self.shut: dict[int, Refused] = {}
        """Chats that the bot may not write to."""
        self.sent: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.problems: list[str] = []
        """What requests had that the API does not know."""
        self.updates: list[dict[str, Any]] = []
        """Not yet confirmed."""
        self.webhook = ""
        self._faults: deque[tuple[str, Fault]] = deque()
        self._poll: Poll | None = None
        self._next_update = 1000
        self._next_message = 1

    @property
    def url(self) -> str:
        return self.peer.url

    # What tests do

    def chat(self, chat_id: int, type_: str = "", **more: Any) -> int:
        """Make a chat that the bot is in."""
        kind = type_ or ("private" if chat_id > 0 else "supergroup")
        name = {"first_name": "Ann"} if kind == "private" else {"title": f"Chat {chat_id}"}
        self.chats[chat_id] = {"id": chat_id, "type": kind} | name | more
        return chat_id

    def say(self, chat_id: int, text: str | None = "hello", **more: Any) -> int:
        """Have somebody write to the bot; gives the update's number."""
        return self.peer.do(self._say(chat_id, text, more))

    def update(self, **what: Any) -> int:
        """Have any other thing happen."""
        return self.peer.do(self._happen(what))

    def fail(self, method: str, *faults: Fault) -> None:
        """Have the next calls of *method* fail so, one after another; ``*`` is any method."""
        self._faults.extend((method.lower(), fault) for fault in faults)

    def refuse_with(self, method: str, code: int, description: str, **parameters: int) -> None:
        """Have the next call of *method* be refused."""
        body = _failure(code, description, parameters)
        self.fail(method, Fault("answer", response=Response(code, body)))

    def made(self, method: str) -> list[Call]:
        """Give the calls of a method, refused ones too."""
        return [call for call in self.calls if call.method == method]

    def texts(self, chat_id: int | None = None) -> list[str]:
        """Give what stands in a chat."""
        return [
            message.get("text", message.get("caption", ""))
            for message in self.sent
            if chat_id is None or message["chat"]["id"] == chat_id
        ]

    def wait_until(self, holds: Any, timeout_s: float = 10.0) -> None:
        self.peer.wait_until(holds, timeout_s)

    @property
    def polling(self) -> bool:
        """Whether a getUpdates waits."""
        return self._poll is not None and not self._poll.done.done()

    # What happens in the world

    async def _say(self, chat_id: int, text: str | None, more: dict[str, Any]) -> int:
        chat = self.chats[chat_id]
        message = self._message(chat)
        if chat["type"] != "channel":
            sender = {"id": abs(chat_id), "is_bot": False, "first_name": "Ann", "username": "ann"}
            message["from"] = sender
        if text is not None:
            message["text"] = text
        message |= more
        kind = "channel_post" if chat["type"] == "channel" else "message"
        return await self._happen({kind: message})

    async def _happen(self, what: dict[str, Any]) -> int:
        update = {"update_id": self._next_update} | what
        problem = self.spec.wrong(update, ["Update"], "update")
        assert problem is None, problem
        self._next_update += 1
        self.updates.append(update)
        self._wake()
        return int(update["update_id"])

    def _message(self, chat: dict[str, Any]) -> dict[str, Any]:
        self._next_message += 1
        return {"message_id": self._next_message, "date": 1_700_000_000, "chat": chat}

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done.done():
            found = self._from(self._poll.offset)[: self._poll.limit]
            if found:
                self._poll.done.set_result(found)

    # What a request goes through

    async def _answer(self, request: Request) -> Response | Fault:
        try:
            return await self._judge(request)
        except Refused as refused:
            return Response(refused.code, _failure(refused.code, str(refused), refused.parameters))
        finally:
            self.peer.tell()

    async def _judge(self, request: Request) -> Response | Fault:
        path, _, query = request.target.partition("?")
        if not path.startswith("/bot"):
            raise Refused(404, "Not Found")
        token, _, name = unquote(path.removeprefix("/bot")).partition("/")
        if ":" not in token or not token.partition(":")[0].isdecimal():
            raise Refused(401, "Unauthorized: invalid token specified")
        if token != TOKEN:
            raise Refused(401, "Unauthorized")
        method = self.spec.by_lower.get(name.lower())
        if method is None:
            raise Refused(404, "Not Found: method not found")
        given, files = _given(request, query)
        arguments, problem = self.spec.arguments(method, given, files)
        now = asyncio.get_running_loop().time()
        self.calls.append(Call(method, arguments, files, now))
        self.peer.tell()
        fault = self._fault(method)
        if fault is not None and not fault.effect:
            return fault
        if problem is not None and not _judged_later(problem):
            self.problems.append(problem)
            raise Refused(400, f"Bad Request: the test server says: {problem}")
        result = await self._obey(method, arguments, files)
        wrong = self.spec.wrong(result, self.spec.methods[method]["returns"], method)
        assert wrong is None, wrong
        return fault or Response(body=json.dumps({"ok": True, "result": result}).encode())

    def _fault(self, method: str) -> Fault | None:
        for index, (name, fault) in enumerate(self._faults):
            if name in {"*", method.lower()}:
                del self._faults[index]
                return fault
        return None

    async def _obey(self, method: str, arguments: dict[str, Any], files: dict[str, File]) -> Any:
        if method == "getUpdates":
            return await self._get_updates(**arguments)
        if method in {"sendMessage", "sendPhoto", "sendDocument"}:
            chat = self._reach(arguments.get("chat_id", ""))
            message = self._message(chat) | {"from": BOT}
            if method == "sendMessage":
                message |= self._text(arguments)
            else:
                message |= self._media(method, arguments, files)
            self.sent.append(message)
            return message
        if method == "getChat":
            chat = self._reach(arguments.get("chat_id", ""), write=False)
            return self.spec.fill("ChatFullInfo", **chat)
        answers = {
            "getMe": BOT,
            "getWebhookInfo": self.spec.fill("WebhookInfo", url=self.webhook),
            "setWebhook": True,
            "deleteWebhook": True,
        }
        if method not in answers:
            raise Refused(400, f"Bad Request: the test server does not do {method}")
        if method.endswith("ebhook"):
            self.webhook = arguments.get("url", "") if method == "setWebhook" else ""
        return answers[method]

    def _reach(self, chat_id: int | str, *, write: bool = True) -> dict[str, Any]:
        """Find a chat, as `Client::check_chat` does."""
        if chat_id == "":
            raise Refused(400, "Bad Request: chat_id is empty")
        if isinstance(chat_id, str) and chat_id.startswith("@"):
            name = chat_id[1:].lower()
            found = [
                chat for chat in self.chats.values() if chat.get("username", "").lower() == name
            ]
            number = found[0]["id"] if found else 0
        else:
            with suppress(ValueError):
                chat_id = int(chat_id)
            number = chat_id if isinstance(chat_id, int) else 0
        if write and number in self.shut:
            raise self.shut[number]
        if number not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return self.chats[number]

    def _text(self, arguments: dict[str, Any]) -> dict[str, Any]:
        shown = self._formatted(arguments.get("text", ""), arguments, "entities")
        if not shown["text"]:
            raise Refused(400, "Bad Request: message text is empty")
        if units(shown["text"]) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        return {key: value for key, value in shown.items() if value}

    def _formatted(
        self, text: str, arguments: dict[str, Any], key: str = "caption_entities"
    ) -> dict[str, Any]:
        if len(text.encode()) > 1 << 15:
            raise Refused(400, "Bad Request: text is too long")
        mode = arguments.get("parse_mode", "")
        try:
            shown, entities = parse(text, mode) if mode and text else (text, None)
        except Unreadable as error:
            raise Refused(400, f"Bad Request: {error}") from None
        if entities is None:
            entities = arguments.get(key, [])
        # Telegram shows no white space around a text.
        return {"text": shown.strip(), "entities": entities}

    def _media(
        self, method: str, arguments: dict[str, Any], files: dict[str, File]
    ) -> dict[str, Any]:
        name = method.removeprefix("send").lower()
        place = arguments.get(name, "")
        file = files.get(place.removeprefix("attach://") if place else name)
        if file is None:
            if place and not place.startswith("attach://"):
                raise Refused(400, "Bad Request: wrong remote file identifier specified")
            raise Refused(400, f"Bad Request: there is no {name} in the request")
        if not file.content:
            raise Refused(400, "Bad Request: file must be non-empty")
        if len(file.content) > 50_000_000:
            raise Refused(413, "Request Entity Too Large")
        caption = self._formatted(arguments.get("caption", ""), arguments)
        if units(caption["text"]) > 1024:
            raise Refused(400, "Bad Request: message caption is too long")
        made = _photo(file) if name == "photo" else _document(file)
        if caption["text"]:
            made["caption"] = caption["text"]
        if caption["entities"]:
            made["caption_entities"] = caption["entities"]
        return made

    # getUpdates

    async def _get_updates(
        self,
        offset: int = 0,
        limit: int = 100,
        timeout: int = 0,
        allowed_updates: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        del allowed_updates
        if self.webhook:
            raise Refused(409, _WEBHOOK)
        limit = min(100, max(1, limit))
        if offset < 0:
            self.updates = self.updates[offset:]
        found = self._from(offset)[:limit]
        if found or timeout <= 0:
            return found
        if self._poll is not None and not self._poll.done.done():
            self._poll.done.set_exception(Refused(409, _CONFLICT))
        poll = self._poll = Poll(offset, limit)
        self.peer.tell()
        try:
            async with asyncio.timeout(min(timeout, 50)):
                return await poll.done
        except TimeoutError:
            return []

    def _from(self, offset: int) -> list[dict[str, Any]]:
        """Confirm what comes before *offset*, and give the rest."""
        if offset > 0:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        return self.updates


def _photo(file: File) -> dict[str, Any]:
    if not file.content.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")):
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if len(file.content) > 10_000_000:
        raise Refused(400, "Bad Request: PHOTO_SAVE_FILE_INVALID")
    size = {"file_size": len(file.content), "width": 1, "height": 1}
    return {"photo": [{"file_id": "F", "file_unique_id": "U"} | size]}


def _document(file: File) -> dict[str, Any]:
    more = {"file_name": file.name, "mime_type": file.content_type}
    size = {"file_size": len(file.content)}
    return {"document": {"file_id": "F", "file_unique_id": "U"} | size | more}


def _judged_later(problem: str) -> bool:
    """Whether it is something that Telegram itself has words for."""
    return " needs " in problem


def _failure(code: int, description: str, parameters: dict[str, int]) -> bytes:
    told: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        told["parameters"] = parameters
    return json.dumps(told).encode()


def _given(request: Request, query: str) -> tuple[dict[str, Any], dict[str, File]]:
    """Read the arguments from the address and the body: JSON, form or multipart."""
    given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    files: dict[str, File] = {}
    if kind.startswith("application/json"):
        try:
            body = json.loads(request.body)
        except ValueError:
            raise Refused(400, "Bad Request: can't parse request body JSON object") from None
        if not isinstance(body, dict):
            raise Refused(400, "Bad Request: can't parse request body JSON object")
        given |= body
    elif kind.startswith("application/x-www-form-urlencoded"):
        given |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    elif kind.startswith("multipart/form-data"):
        for name, part in _parts(kind, request.body):
            if isinstance(part, File):
                files[name] = part
            else:
                given[name] = part
    elif request.body:
        raise Refused(400, f"Bad Request: the test server reads no {kind!r}")
    return given, files


def _parts(kind: str, body: bytes) -> Iterator[tuple[str, str | File]]:
    head = f"content-type: {kind}\r\n\r\n".encode()
    whole = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    for part in whole.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        file = part.get_filename()
        if file is None:
            yield name, content.decode()
        else:
            yield name, File(unquote(file), part.get_content_type(), content)


@contextmanager
def telegram(description: Path) -> Iterator[Telegram]:
    """Run Telegram for a while."""
    server = Telegram(description)
    with server.peer:
        yield server
    assert server.problems == []


def host_and_port(url: str) -> str:
    """Give what stands between the scheme and the path."""
    return urlsplit(url).netloc
