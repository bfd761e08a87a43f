"""A model's server on the loopback device: both shapes, requests held to them, and it misbehaves.

It speaks ``/v1/chat/completions`` (OpenAI-compatible) and ``/v1/messages`` (Anthropic), in a thread
of its own, at a port of the kernel's choice. Its model says the prompt again, a word a token. What
it was asked is kept; a `Fault` in `faults` is done in the place of the next answer.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-local-5f1d9c3e7a"
MODEL = "parrot-1"
JSON = "application/json"
_HOLD_S = 60.0

_CHAT = {
    "model": str,
    "messages": list,
    "max_tokens": int,
    "max_completion_tokens": int,
    "temperature": (int, float),
    "stream": bool,
    "n": int,
}
_MESSAGES = {
    "model": str,
    "messages": list,
    "max_tokens": int,
    "system": str,
    "stream": bool,
    "metadata": dict,
}
"""Parameters of each shape, as far as this server knows them, and their types. Of the second, what
both versions have: the newer took the sampling parameters away."""
_VERSIONS = {"2023-06-01", "2026-10-21"}


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    body: Any


class Bad(Exception):
    """A request that a real server refuses: the status, a type and a sentence."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


@dataclass
class LlmServer:
    """What the tests hold of the server."""

    port: int
    key: str | None
    model: str = MODEL
    asked: list[Asked] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    edit: Callable[[dict[str, Any]], Any] | None = None
    """Changes the body of a good answer before it is sent."""
    released: threading.Event = field(default_factory=threading.Event)
    """What is held is let go once this is set."""
    connections: set[Any] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Fault = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    llm: LlmServer

    def setup(self) -> None:
        super().setup()
        self.llm.connections.add(self.connection.getpeername())

    def do_GET(self) -> None:
        self.answer(405, {"error": {"message": "this is no POST"}})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = json.loads(data)
        except ValueError:
            body = data
        self.llm.asked.append(Asked(self.path, headers, body))
        if self.llm.faults:
            self.llm.faults.popleft()(self)
            return
        self.answer(*self.good())

    def good(self) -> tuple[int, Any]:
        """Give the answer that a server in order gives."""
        asked = self.llm.asked[-1]
        anthropic = asked.path == "/v1/messages"
        try:
            if asked.path not in {"/v1/messages", "/v1/chat/completions"}:
                raise Bad(404, "not_found_error", f"there is nothing at {asked.path}")
            said = messages(self.llm, asked) if anthropic else chat(self.llm, asked)
        except Bad as bad:
            error = {"type": bad.kind, "message": str(bad)}
            if anthropic:
                return bad.status, {"type": "error", "error": error, "request_id": "req_1"}
            return bad.status, {"error": {**error, "param": None, "code": None}}
        return 200, self.llm.edit(said) if self.llm.edit else said

    def answer(
        self, status: int, body: Any, kind: str | None = JSON, headers: dict[str, str] | None = None
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def reset(self) -> None:
        """End the connection with RST, now."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _held_to(shape: dict[str, Any], asked: Asked) -> dict[str, Any]:
    body = asked.body
    if not asked.headers.get("content-type", "").startswith(JSON) or not isinstance(body, dict):
        raise Bad(400, "invalid_request_error", "We could not parse the JSON body of your request.")
    for name, value in body.items():
        if name not in shape:
            raise Bad(400, "invalid_request_error", f"Unrecognized request argument: {name}")
        wanted = shape[name]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise Bad(400, "invalid_request_error", f"{name}: it has a wrong type")
    for name in ("model", "messages"):
        if not body.get(name):
            raise Bad(400, "invalid_request_error", f"{name}: Field required")
    return body


def _text(message: Any, roles: set[str]) -> str:
    if not isinstance(message, dict) or set(message) != {"role", "content"}:
        raise Bad(400, "invalid_request_error", "messages: Input should be a valid dictionary")
    if message["role"] not in roles:
        raise Bad(400, "invalid_request_error", f"messages: Unexpected role {message['role']!r}")
    if not isinstance(message["content"], str) or not message["content"]:
        raise Bad(400, "invalid_request_error", "messages: content must be a non-empty string")
    return message["content"]


def _at_most(body: dict[str, Any], *names: str) -> int:
    most = next((body[name] for name in names if name in body), None)
    if most is None or most < 1:
        raise Bad(400, "invalid_request_error", f"{names[0]}: must be at least 1")
    return int(most)


def _known(llm: LlmServer, body: dict[str, Any]) -> None:
    if body["model"] != llm.model:
        raise Bad(404, "not_found_error", f"The model `{body['model']}` does not exist")


def chat(llm: LlmServer, asked: Asked) -> dict[str, Any]:
    """Answer in the OpenAI-compatible shape. Raises: Bad."""
    given = asked.headers.get("authorization", "")
    if llm.key is not None and given != f"Bearer {llm.key}":
        shown = given.removeprefix("Bearer ")
        text = f"Incorrect API key provided: {shown[:8]}***{shown[-4:]}."
        raise Bad(401, "invalid_request_error", text)
    body = _held_to(_CHAT, asked)
    _known(llm, body)
    texts = [_text(item, {"system", "user", "assistant"}) for item in body["messages"]]
    words, most = texts[-1].split(), _at_most(body, "max_tokens", "max_completion_tokens")
    used = sum(len(text.split()) for text in texts)
    said = words[:most]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": f"{llm.model}-2024",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": " ".join(said), "refusal": None},
                "logprobs": None,
                "finish_reason": "length" if len(words) > most else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": used,
            "completion_tokens": len(said),
            "total_tokens": used + len(said),
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def messages(llm: LlmServer, asked: Asked) -> dict[str, Any]:
    """Answer in Anthropic's shape. Raises: Bad."""
    given = (asked.headers.get("x-api-key"), asked.headers.get("authorization"))
    if llm.key is not None and given not in {(llm.key, None), (None, f"Bearer {llm.key}")}:
        raise Bad(401, "authentication_error", "invalid x-api-key")
    if asked.headers.get("anthropic-version") not in _VERSIONS:
        raise Bad(400, "invalid_request_error", "anthropic-version: header is required")
    body = _held_to(_MESSAGES, asked)
    _known(llm, body)
    texts = [_text(item, {"user", "assistant"}) for item in body["messages"]]
    words, most = texts[-1].split(), _at_most(body, "max_tokens")
    said = words[:most]
    half = len(said) // 2
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": f"{llm.model}-2024",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "x"},
            {"type": "text", "text": " ".join(said[:half])},
            {"type": "text", "text": " ".join(["", *said[half:]] if half else said)},
        ],
        "stop_reason": "max_tokens" if len(words) > most else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": sum(len(text.split()) for text in (*texts, body.get("system", ""))),
            "output_tokens": len(said),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        },
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that give up are what is tested."""


@contextmanager
def llm_server(key: str | None = KEY) -> Iterator[LlmServer]:
    """Run the server for a while."""
    llm = LlmServer(port=0, key=key)
    server = _Server(("127.0.0.1", 0), type("Bound", (Visit,), {"llm": llm}))
    llm.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield llm
    finally:
        llm.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """Give a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Faults


def says(status: int, body: Any, kind: str | None = JSON, **headers: str) -> Fault:
    """Answer this."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda visit: visit.answer(status, body, kind, named)


def resets(visit: Visit) -> None:
    """End the connection with RST in the place of an answer."""
    visit.reset()


def closes(visit: Visit) -> None:
    """End the connection in the place of an answer."""
    visit.close_connection = True


def resets_mid_body(visit: Visit) -> None:
    """Send half of a good answer, then RST."""
    visit.raw(_half(visit))
    visit.reset()


def closes_mid_body(visit: Visit) -> None:
    """Send half of a good answer, and end."""
    visit.raw(_half(visit))
    visit.close_connection = True


def _half(visit: Visit) -> bytes:
    body = json.dumps(visit.good()[1]).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body[: len(body) // 2]


def holds(visit: Visit) -> None:
    """Say nothing until it is let go."""
    visit.close_connection = True
    visit.llm.released.wait(_HOLD_S)


def drips(visit: Visit) -> None:
    """Send a head, then a byte now and then, each well in time."""
    visit.close_connection = True
    visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
    while not visit.llm.released.wait(0.02):
        visit.raw(b" ")


def garbles(visit: Visit) -> None:
    """Send what is no HTTP."""
    visit.raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    visit.close_connection = True


def floods(visit: Visit) -> None:
    """Send a body without an end."""
    visit.close_connection = True
    visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not visit.llm.released.is_set():
        visit.raw(b'{"choices": [' + b" " * 65_536)
