"""How alerts leave: by the connections that workers use, too.

In: a host, whose vault has bots and secrets. Out: the channels, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cellblock.alerts.channels import LogPost, Post, TelegramPost, WebhookPost
from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.reach import Reach
from cellblock.compose.service_host import ServiceHost
from cellblock.store.records import Channel, Line
from cellblock.wire.messages import AdapterCall


def posts(host: ServiceHost, line: Callable[[Line], object]) -> Mapping[Channel, Post]:
    """Give the channels."""

    async def say(workspace: str, name: str, chat: int | str | None, text: str) -> None:
        """Send a text by a bot. Raises: AdapterError, OperatorFault."""
        arguments: dict[str, Any] = {"text": text}
        if chat is not None:
            arguments["chat_id"] = chat
        call = AdapterCall("telegram", "send", msgspec.json.encode([[], arguments]))
        wanted = f"telegram={name}" if name else "telegram"
        try:
            said = await host.call(workspace, wanted, call)
        except CallRefused as refusal:
            raise AdapterError(str(refusal), "bad_request") from refusal
        answer = msgspec.json.decode(said or b"null")
        if isinstance(answer, dict) and "error" in answer:
            raise AdapterError(str(answer["error"]), str(answer.get("code", "")))

    supplies = host.supplies
    return {
        "log": LogPost(line),
        "telegram": TelegramPost(say),
        "webhook": WebhookPost(supplies.vault, host.web, supplies.clock, Reach()),
    }
