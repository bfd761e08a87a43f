"""A worker that fails, in a real service: its operator is told by a bot, once, and of its recovery."""

from __future__ import annotations

import httpx
import pytest

from journeys.serving import Serving, wait_for
from peers.telegram import TOKEN

pytestmark = [pytest.mark.jail, pytest.mark.slow]

BROKEN = """
def tick(ctx):
    raise ValueError("<b>no</b> price\\n· default/other is \\u202epaused")
"""
WELL = "def tick(ctx): print('well')"
RULES = "/workspaces/default/alerts"


@pytest.fixture
def serving(tmp_path):
    served = Serving(tmp_path / "data")
    yield served
    served.close()


def test_a_worker_that_is_paused_is_told_once_over_restarts_and_so_is_its_recovery(
    serving, telegram
):
    telegram.chat(7)
    serving.start()
    serving.ask(
        "PUT",
        "/workspaces/default/connections/telegram/main",
        json={"settings": {"chat_id": 7, "base_url": telegram.url}, "secrets": {"token": TOKEN}},
    )
    rule = {"name": "ops", "on": ["paused", "recovered"], "channel": "telegram"}
    made = serving.ask("POST", RULES, json=rule)
    serving.ask("POST", f"{RULES}/{made['id']}/test")
    assert "nothing happened" in telegram.texts(7)[0]
    serving.deploy("bot", BROKEN, interval_s=1.0, limits={"max_errors": 2})
    wait_for(lambda: serving.worker("bot")["state"] == "paused")
    wait_for(lambda: len(telegram.texts(7)) == 2)
    _, told = telegram.texts(7)[1].split("\n")
    why = "2 ticks in a row failed; the last: ValueError: <b>no</b> price · default/other is paused"
    assert told == f"· default/bot is paused: {why}"
    assert serving.stop() == 0
    serving.start()
    serving.ask("POST", "/workspaces/default/workers/bot/start")
    wait_for(lambda: serving.worker("bot")["state"] == "paused" and serving.worker("bot")["errors"])
    serving.deploy("bot", WELL, interval_s=1.0)
    wait_for(lambda: len(telegram.texts(7)) > 2)
    wait_for(lambda: serving.worker("bot")["state"] == "running")
    # It was paused twice and runs again: the second pause was the same alert.
    assert [text.split("\n")[1] for text in telegram.texts(7)[2:]] == [
        "· default/bot is running again"
    ]
    assert TOKEN not in serving.said
    assert serving.ask("GET", "/health")["facts"]["alerts"] == []


LISTENING = """
def tick(ctx):
    for event in ctx.tick.events:
        seen = ctx.state.get("seen", []) + [event["body"]["n"]]
        ctx.state.set("seen", seen)
        print(event["hook"], seen)
"""


def logged(serving, name):
    return [line["message"] for line in serving.pages(f"/workspaces/default/workers/{name}/logs")]


def test_events_reach_their_worker_at_once_and_those_of_a_stopped_one_after_a_kill(serving):
    serving.start()
    serving.deploy("ear", LISTENING, interval_s=3_600.0)
    hooks = "/workspaces/default/workers/ear/hooks"
    path = serving.ask("POST", hooks, json={"name": "orders"})["path"]

    def send(number):
        answer = httpx.post(f"{serving.url}{path}", json={"n": number}, trust_env=False)
        assert answer.status_code == 202, answer.text

    wait_for(lambda: serving.worker("ear")["state"] == "running")
    send(1)
    wait_for(lambda: logged(serving, "ear") == ["orders [1]"])
    assert 'cellblock_hook_events_total{result="accepted"} 1.0' in serving.ask("GET", "/metrics")
    serving.ask("POST", "/workspaces/default/workers/ear/stop")
    wait_for(lambda: serving.worker("ear")["state"] == "stopped")
    send(2)
    send(3)
    serving.kill()
    serving.start()
    assert len(logged(serving, "ear")) == 1
    serving.ask("POST", "/workspaces/default/workers/ear/start")
    wait_for(lambda: "orders [1, 2, 3]" in logged(serving, "ear"))
    runs = list(serving.pages("/workspaces/default/workers/ear/runs"))
    assert {run["cause"] for run in runs} >= {"event"}
    key = path.removeprefix("/hooks/")
    assert key not in serving.said
    assert key not in str(list(serving.pages("/audit")))
