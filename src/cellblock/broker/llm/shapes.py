"""The two shapes in which models are asked: OpenAI-compatible and Anthropic's. Pure.

In: a question, or the body of an answer. Out: a request, or what was said; a body that fits no
shape is an `AdapterError`, whatever it is.

Source: the API references of OpenAI (chat completions) and of Anthropic (messages, versions
2023-06-01 and 2026-10-21, which are the same as far as texts go).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.few import Few
from cellblock.broker.llm.settings import LlmSettings
from cellblock.broker.methods import uncollected
from cellblock.wire.answers import Stop

_STOPS: dict[str, Stop] = {
    "stop": "end",
    "end_turn": "end",
    "stop_sequence": "end",
    "length": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "filtered",
    "refusal": "filtered",
}
_TOKENS_MAX = 10**9
"""A count above this is no count of one answer."""
_WRAPPING_TOKENS = 50
"""More than what templates of chats put around a prompt and a system text."""
_PARTS = 1_000
"""Parts of one answer, and choices, of which none is asked for more than one."""
_MODELS = 5_000
_COMPLAINT_BYTES = 100_000
"""A body over this holds no sentence, and is not worth building objects of."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker asks, and how long the answer may be."""

    prompt: str
    system: str | None
    max_tokens: int

    @property
    def most_input_tokens(self) -> int:
        """More tokens than the question can be, for a token is a byte at least."""
        return len(self.prompt.encode()) + len((self.system or "").encode()) + _WRAPPING_TOKENS


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is posted."""

    url: httpx.URL
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered; *usage* is tokens in and out, None if the server tells none."""

    text: str
    usage: tuple[int, int] | None
    model: str | None
    stop: Stop


def asked(settings: LlmSettings, question: Question) -> Asked:
    """Put a question in the settings' style."""
    url = settings.root
    path = url.path.rstrip("/")
    user = {"role": "user", "content": question.prompt}
    body: dict[str, Any] = {"model": settings.model, settings.tokens_field: question.max_tokens}
    key = settings.api_key.reveal() if settings.api_key is not None else ""
    if settings.style == "anthropic":
        path = path.removesuffix("/messages").removesuffix("/v1") + "/v1/messages"
        # The newest where it was made; other servers of this shape may know the older alone.
        version = "2026-10-21" if settings.at_vendor else "2023-06-01"
        headers = {"anthropic-version": version} | ({"x-api-key": key} if key else {})
        body |= {"messages": [user]} | ({"system": question.system} if question.system else {})
    else:
        path = (path.removesuffix("/chat/completions") or "/v1") + "/chat/completions"
        headers = {"authorization": f"Bearer {key}"} if key else {}
        system = [{"role": "system", "content": question.system}] if question.system else []
        body["messages"] = [*system, user]
    headers |= {"content-type": "application/json", "accept": "application/json"}
    return Asked(url.copy_with(path=path), headers, msgspec.json.encode(body))


# OpenAI-compatible


class _Part(msgspec.Struct):
    type: str = "text"
    text: str | None = None


class _Message(msgspec.Struct):
    content: msgspec.Raw = msgspec.Raw(b"null")
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _ChatUsage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chat(msgspec.Struct):
    choices: msgspec.Raw
    usage: _ChatUsage | None = None
    model: str | None = None


# Anthropic


class _MessagesUsage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class _Messages(msgspec.Struct):
    content: msgspec.Raw
    stop_reason: str | None = None
    usage: _MessagesUsage | None = None
    model: str | None = None


_chat = msgspec.json.Decoder(_Chat)
_messages = msgspec.json.Decoder(_Messages)
_choices = Few(_Choice, _PARTS)
_parts = Few(_Part, _PARTS)
_text = msgspec.json.Decoder(str | None)


def read(style: str, body: bytes) -> Said:
    """Read the body of a good answer. Raises: AdapterError("bad_answer", "server")."""
    try:
        return _read_messages(body) if style == "anthropic" else _read_chat(body)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        # Some proxies of models answer 200 and an error.
        if message := complaint(body):
            raise AdapterError(f"the model's server failed: {message}", "server") from None
        raise AdapterError(
            f"the answer is none of the {style} style: {error}"[:300], "bad_answer"
        ) from None


def _read_chat(body: bytes) -> Said:
    chat = _chat.decode(body)
    choices = _choices.decode(chat.choices)
    if not choices:
        raise ValueError("it holds no choice")
    message, stop = choices[0].message, _stop(choices[0].finish_reason)
    text = _said(message.content)
    if text is None and message.refusal is not None:
        text, stop = message.refusal, "filtered"
    usage = chat.usage or _ChatUsage()
    return Said(
        text=text or "",
        usage=_counted(usage.prompt_tokens, usage.completion_tokens),
        model=chat.model,
        stop=stop,
    )


def _read_messages(body: bytes) -> Said:
    message = _messages.decode(body)
    usage = message.usage or _MessagesUsage()
    cached = (usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0)
    if min(cached) < 0:
        raise ValueError("its usage is less than nothing")
    counted = _counted(usage.input_tokens, usage.output_tokens)
    return Said(
        text=_joined(_parts.decode(message.content)),
        usage=None if counted is None else (counted[0] + sum(cached), counted[1]),
        model=message.model,
        stop=_stop(message.stop_reason),
    )


def _said(content: msgspec.Raw) -> str | None:
    """Read what a message holds: a text, parts of one, or nothing."""
    if bytes(content).startswith(b"["):
        return _joined(_parts.decode(content))
    text: str | None = _text.decode(content)
    return text


def _joined(parts: list[_Part]) -> str:
    return "".join(part.text or "" for part in parts if part.type in {"text", "output_text"})


def _stop(reason: str | None) -> Stop:
    return _STOPS.get(reason or "", "other")


def _counted(input_tokens: int | None, output_tokens: int | None) -> tuple[int, int] | None:
    if input_tokens is None or output_tokens is None:
        return None
    if not (0 <= input_tokens <= _TOKENS_MAX and 0 <= output_tokens <= _TOKENS_MAX):
        raise ValueError(f"its usage is {input_tokens} and {output_tokens} tokens"[:200])
    return input_tokens, output_tokens


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: msgspec.Raw


_models = Few(_Model, _MODELS)


def listed(body: bytes) -> set[str]:
    """Read the names in a list of models, which both styles have. Raises: AdapterError."""
    try:
        found = msgspec.json.decode(body, type=_Models)
        return {model.id for model in _models.decode(found.data)}
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AdapterError(
            f"the model's server answered no list of models: {error}"[:300], "bad_answer"
        ) from None


def complaint(body: bytes) -> str:
    """Find the sentence in the body of an error; empty if there is none."""
    if len(body) > _COMPLAINT_BYTES:
        return ""
    try:
        with uncollected():
            found: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return ""
    for key in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(key):
            found = found[key]
    return found if isinstance(found, str) else ""
