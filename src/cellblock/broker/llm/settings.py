"""The settings of an llm connection: where its model is, and how much of it may be used."""

from __future__ import annotations

from typing import Annotated, Literal

import httpx
import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import port_of, read_url
from cellblock.broker.secret import Secret
from cellblock.limits import LLM_TIMEOUT_S

_DEFAULT_URLS = {"openai": "https://api.openai.com", "anthropic": "https://api.anthropic.com"}
_Positive = Annotated[int, msgspec.Meta(ge=1, le=10**12)]
_Price = Annotated[float, msgspec.Meta(ge=0, le=10**9)]


class LlmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model at one endpoint, and the caps that all workers of the connection share."""

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """The model's name, as the endpoint knows it."""
    style: Literal["openai", "anthropic"] = "openai"
    """The shape that the endpoint speaks: ``/v1/chat/completions`` or ``/v1/messages``."""
    base_url: str = ""
    """Where the endpoint is, such as ``http://localhost:11434/v1``; empty for the vendor's own."""
    api_key: Secret | None = None
    """Sent as the style asks for it; local servers need none."""
    max_tokens: _Positive = 1_000
    """Longest answer, and that of a worker which asks for none, in tokens."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    """What the openai style calls it; by default the newer name at OpenAI, the older elsewhere."""
    tokens_per_day: _Positive | None = 1_000_000
    """Tokens in and out that may be used in one day (UTC); None for no cap."""
    cost_per_day: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """What they may cost in one day (UTC), in the currency of the prices; None for no cap."""
    price_per_million_input: _Price = 0.0
    """Price of a million tokens of prompts."""
    price_per_million_output: _Price = 0.0
    """Price of a million tokens of answers."""
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = 60
    """Sustained requests; so many may be made at once. None for no cap."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=LLM_TIMEOUT_S)] = LLM_TIMEOUT_S
    """Time for a whole answer, in seconds."""

    def __post_init__(self) -> None:
        """See that the settings go together. Raises: ValueError."""
        try:
            url = self.root
        except AdapterError as error:
            raise ValueError(f"base_url: {error}") from None
        if url.query:
            raise ValueError("base_url: it has a query; write it without")
        if self.cost_per_day is not None and not (
            self.price_per_million_input and self.price_per_million_output
        ):
            raise ValueError(
                "cost_per_day needs price_per_million_input and price_per_million_output"
            )
        if self.api_key is not None:
            key = self.api_key.reveal()
            if not key or not all("!" <= character <= "~" for character in key):
                raise ValueError("api_key: it is empty, or holds what no header carries")

    @property
    def root(self) -> httpx.URL:
        """The base URL, read. Raises: AdapterError for what is none."""
        return read_url(self.base_url or _DEFAULT_URLS[self.style])

    @property
    def place(self) -> str:
        """The endpoint as ``host:port``."""
        host = self.root.raw_host.decode("ascii")
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{port_of(self.root)}"

    @property
    def at_vendor(self) -> bool:
        """Whether the endpoint is that of the vendor whose style it is."""
        return self.root.host == httpx.URL(_DEFAULT_URLS[self.style]).host

    @property
    def tokens_field(self) -> str:
        """What the request calls the longest answer."""
        if self.style == "anthropic":
            return "max_tokens"
        # OpenAI's newer models refuse the older name, and other servers may not know the newer.
        usual = "max_completion_tokens" if self.at_vendor else "max_tokens"
        return self.max_tokens_field or usual
