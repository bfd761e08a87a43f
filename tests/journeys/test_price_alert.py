"""The example of the README: it watches a price, shows it, and tells of a move on Telegram."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from cellblock import Sandbox
from conftest import SHARED
from peers.exchange import Exchange
from peers.telegram import TOKEN, telegram

pytestmark = pytest.mark.jail
SOURCE = (Path(__file__).parents[2] / "examples" / "price_alert.py").read_text(encoding="utf-8")
API = SHARED / "telegram-bot-api.json"


@pytest.mark.skipif(
    not API.exists() and os.environ.get("CI") != "true",
    reason="the shared test data is not beside this checkout",
)
def test_the_price_is_shown_and_a_move_is_told(tmp_path):
    async def scenario(connections: dict[str, Any]) -> Any:
        state = f"sqlite:///{tmp_path}/alert.db"
        async with Sandbox(preload=(), connections=connections) as sandbox:
            options = {"name": "alert", "state": state, "config": {"percent": 0.0}}
            async with sandbox.worker(SOURCE, **options) as worker:
                outcome = await worker.tick()
            return outcome, await sandbox.rendered("alert", state=state)

    with Exchange() as exchange, telegram(API) as server:
        ann = server.chat(7, username="ann")
        connections = {
            "bybit": {"endpoint": exchange.url},
            "monitor": {},
            "telegram": {"token": TOKEN, "chat_id": ann, "base_url": server.url},
        }
        outcome, shown = asyncio.run(scenario(connections))
        sent = server.texts()
    assert outcome.ok, outcome.failure
    assert len(sent) == 1
    assert sent[0].startswith("BTCUSDT moved +0.00 % to ")
    assert shown is not None
    assert [widget["type"] for widget in shown["widgets"]] == ["metric", "text"]
