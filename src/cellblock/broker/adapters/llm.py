"""`ctx.llm`: one question to a model of the operator's choice, within the connection's caps.

The key and the caps stay on the host. Whatever the endpoint does, a call ends within its time,
with an answer or an `AdapterError`, and what it may have cost is counted.
"""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from typing import Any

from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.kind import Kind, Place, Surroundings
from cellblock.broker.llm.budget import Budget, Hold
from cellblock.broker.llm.settings import LlmSettings
from cellblock.broker.llm.shapes import Question, Said, asked, complaint, listed, read
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import ExchangeFailed, Reach, Reply, exchange
from cellblock.limits import LLM_ANSWER_BYTES, LLM_ATTEMPTS
from cellblock.wire.answers import LlmAnswer
from cellblock.wire.text import cut

_BUSY = {429, 503, 529}
"""Statuses with which a server that says when may be asked again: 529 is Anthropic's."""
_MAY_HAVE_WORKED = {408, 499}
"""Refusals with which servers, and what stands before them, give up what they have begun."""
_OVERLOADED = 529
"""What Anthropic's shape says of a question that it does not take on for now. That of 503 is less
sure: proxies say it as well when they lose a server which is at work."""
_LEFT_S = 1.0
"""Time that another attempt needs at the least."""


class Endpoint:
    """What the workers of one connection share: its client and its budget."""

    def __init__(self, settings: LlmSettings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        places = (settings.place,)
        self._client = surroundings.web.client(
            Reach(hosts=places, private=places), timeout_s=settings.timeout_s
        )
        self._own = Scrubber()
        if settings.api_key is not None:
            self._own.add(settings.api_key)
        self._budget = Budget(settings, surroundings.clock)

    async def ask(self, question: Question) -> LlmAnswer:
        """Ask, and count what it took. Raises: AdapterError."""
        worst = (question.most_input_tokens, question.max_tokens)
        reply, held = await self._send(question, worst)
        if not 200 <= reply.status < 300:
            raise self._failure(reply)
        said = self._read(reply)
        if said.usage is not None:
            self._budget.settle(held, *said.usage)
        used = said.usage or worst
        return {
            "text": said.text,
            "usage": {
                "input_tokens": used[0],
                "output_tokens": used[1],
                "estimated": said.usage is None,
            },
            "model": cut(said.model or self._settings.model, 200),
            "stop": said.stop,
        }

    async def check(self) -> dict[str, Any]:
        """Ask which models there are, which costs nothing: for `cellblock connect test`."""
        made = asked(self._settings, Question("", None, 1))
        path = made.url.path.removesuffix("/chat/completions").removesuffix("/messages")
        headers = {name: text for name, text in made.headers.items() if name != "content-type"}
        url = made.url.copy_with(path=f"{path}/models")
        request = self._client.build_request("GET", url, headers=headers)
        timeout_s = self._settings.timeout_s
        reply = await exchange(
            self._client, request, limit_bytes=LLM_ANSWER_BYTES, timeout_s=timeout_s
        )
        if reply.status in {404, 405}:
            return {"reached": self._settings.place, "models": "this server does not list them"}
        if not 200 <= reply.status < 300:
            raise self._failure(reply)
        return {
            "model": self._settings.model,
            "listed": self._settings.model in listed(reply.body),
        }

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        await self._client.aclose()

    async def _send(self, question: Question, worst: tuple[int, int]) -> tuple[Reply, Hold]:
        """Send until there is an answer other than "later", as far as time and the caps allow.

        Each time is counted for itself, for the one before may have cost what it could.
        """
        held = self._budget.hold(*worst)
        clock = self._surroundings.clock
        deadline_s = clock.monotonic_s() + self._settings.timeout_s
        attempt = 0
        while True:
            attempt += 1
            reply = await self._attempt(question, held, deadline_s - clock.monotonic_s())
            wait_s = self._told_to_wait(reply)
            left_s = deadline_s - clock.monotonic_s() - _LEFT_S
            if wait_s is None or attempt == LLM_ATTEMPTS or wait_s > left_s:
                return reply, held
            await asyncio.sleep(wait_s)
            try:
                held = self._budget.hold(*worst)
            except AdapterError:
                return reply, held  # what the server said is told

    async def _attempt(self, question: Question, held: Hold, left_s: float) -> Reply:
        """Send once, and count nothing if no model can have worked for it."""
        try:
            reply = await self._exchange(question, left_s)
        except ExchangeFailed as error:
            if not error.sent:
                self._budget.release(held)
            raise
        if self._undone(reply.status):
            self._budget.release(held)
        return reply

    def _undone(self, status: int) -> bool:
        """Tell whether a status says that the question was not taken on, which costs nothing."""
        if status == _OVERLOADED:
            return self._settings.style == "anthropic"
        return 400 <= status < 500 and status not in _MAY_HAVE_WORKED

    async def _exchange(self, question: Question, left_s: float) -> Reply:
        made = asked(self._settings, question)
        request = self._client.build_request(
            "POST", made.url, headers=made.headers, content=made.content
        )
        try:
            return await exchange(
                self._client, request, limit_bytes=LLM_ANSWER_BYTES, timeout_s=left_s
            )
        except ExchangeFailed as error:
            if error.code != "timeout" or not error.sent:
                raise
            raise ExchangeFailed(
                f"no whole answer within {self._settings.timeout_s:g} s; ask for fewer max_tokens",
                "timeout",
                sent=True,
            ) from None

    def _told_to_wait(self, reply: Reply) -> float | None:
        """Give the seconds after which a busy server wants to be asked again, if it says so."""
        text = reply.headers.get("retry-after", "")
        if reply.status not in _BUSY or not text or len(text) > 100:
            return None
        try:
            wait_s = float(text)
        except ValueError:
            try:
                wait_s = parsedate_to_datetime(text).timestamp() - self._surroundings.clock.wall_s()
            except (ValueError, TypeError, IndexError, OverflowError):
                return None
        return max(0.0, wait_s) if wait_s < 1e9 else None

    def _read(self, reply: Reply) -> Said:
        kind = reply.media_type
        if kind != "application/json" and not kind.endswith("+json"):
            raise AdapterError(
                f"the model's server answered {kind or 'no type'!r} in the place of JSON; "
                "is base_url where its API is?",
                "bad_answer",
            )
        try:
            return read(self._settings.style, reply.body)
        except AdapterError as error:  # it may hold the server's own words
            raise AdapterError(self._cut(str(error)), error.code) from None

    def _failure(self, reply: Reply) -> AdapterError:
        """Say what a status means, with the server's own words where they hold no key."""
        status = reply.status
        if status < 400:
            text = f"the model's server answered {status}; is base_url where its API is?"
            return AdapterError(text, "bad_answer")
        if status in {401, 402, 403}:
            # The text of such an answer may hold a part of the key, which no scrubber would find.
            return AdapterError(
                f"the model's server refused the key or its account ({status}); the operator can "
                "replace it: `cellblock connect llm --ask`",
                "denied",
            )
        words = self._cut(complaint(reply.body))
        said = f"the model's server answered {status}" + (f": {words}" if words else "")
        if status == 429:
            wait_s = self._told_to_wait(reply)
            later = f"; ask again in {wait_s:.0f} s" if wait_s is not None else ""
            return AdapterError(said + later, "rate_limited")
        if status >= 500:
            return AdapterError(said, "server")
        return AdapterError(said, {408: "timeout", 413: "too_large"}.get(status, "bad_request"))

    def _cut(self, words: str) -> str:
        """Cut what a server said; scrubbed before, for half of a secret would not be found."""
        return cut(self._own.text(words), 300)


class LlmAdapter:
    """The model, as one worker asks it."""

    def __init__(self, settings: LlmSettings, place: Place) -> None:
        self._settings = settings
        self._endpoint: Endpoint = place.shared

    async def ask(
        self, prompt: str, system: str | None = None, max_tokens: int | None = None
    ) -> LlmAnswer:
        """Ask the model; answers ``{"text", "usage", "model", "stop"}``.

        *max_tokens* bounds the answer, by default as the connection does. *stop* is ``end``,
        ``length`` for an answer that was cut at *max_tokens*, ``filtered`` or ``other``.
        """
        if not prompt.strip():
            raise CallRefused("ctx.llm.ask: prompt is empty; ask something", "ValueError")
        if max_tokens is not None and max_tokens < 1:
            raise CallRefused("ctx.llm.ask: max_tokens must be at least 1", "ValueError")
        most = self._settings.max_tokens
        if max_tokens is not None and max_tokens > most:
            raise AdapterError(
                f"policy: an answer has {most:,} tokens at most on this connection, not "
                f"{max_tokens:,}",
                "policy",
            )
        return await self._endpoint.ask(Question(prompt, system, max_tokens or most))


KIND = Kind(
    name="llm",
    summary="Asks a language model at an OpenAI-compatible or Anthropic endpoint, within caps.",
    settings=LlmSettings,
    worker=LlmAdapter,
    shared=Endpoint,
    reaching=frozenset({"base_url"}),
)
