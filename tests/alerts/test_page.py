"""docs/alerts.md and docs/hooks.md: their programs run, and their numbers are those of the code."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import uvicorn

from alerts.house import happening, rule, until
from api.front import REF, front
from cellblock import limits
from cellblock.alerts.channels import NotSent, WebhookPost
from cellblock.alerts.letters import Letter, Notice
from cellblock.broker.clients import Web
from cellblock.broker.reach import Reach
from cellblock.clock import HandClock, SystemClock
from cellblock.store.keys import Given
from cellblock.store.ports import ALERT_KIND, Kept
from cellblock.store.records import Occasion
from cellblock.store.vault import Vault
from cellblock.wire.codec import events_json
from cellblock.wire.messages import TickFacts
from peers.web_server import free_port

ROOT = Path(__file__).parents[2]
SECRET = "kQ2mB8sVt0xN4yRj6pLw1cHf9uZe3oGa7dXi5bTqCsE"


def page(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def block(name, word, language="python"):
    found = re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)
    (wanted,) = [text for text in found if word in text]
    return wanted


def listens(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_the_receiver_of_the_page_takes_what_is_genuine_and_nothing_else(tmp_path):
    port = free_port()
    receiver = subprocess.Popen(
        [sys.executable, "-c", block("alerts", "class Receiver")],
        env=os.environ | {"ALERT_SECRET": SECRET, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    one = rule(channel="webhook", target=f"http://127.0.0.1:{port}/")
    told = (Notice(key="k", happening=happening(what="ValueError: no price")),)
    written = Letter(id="x", rule=one, at=1.0, notices=told)

    async def send(folder, secret, clock):
        vault, web = await Vault.open(folder, Given(), clock), Web()
        try:
            secrets = {"secret": secret}
            await vault.put(
                Kept(workspace="default", kind=ALERT_KIND, name="r1", settings={}, secrets=secrets)
            )
            to = WebhookPost(vault, web, clock, Reach(private=(f"127.0.0.1:{port}",)))
            await to.send(written)
        finally:
            await web.close()
            await vault.close()

    async def scenario():
        await until(lambda: listens(port), 20)
        await send(tmp_path / "good", SECRET, SystemClock())
        for name, secret, clock in (
            ("forged", "another-secret-of-somebody", SystemClock()),
            ("old", SECRET, HandClock()),
        ):
            with pytest.raises(NotSent) as caught:
                await send(tmp_path / name, secret, clock)
            assert "HTTP 401" in str(caught.value)

    try:
        asyncio.run(asyncio.wait_for(scenario(), 40))
    finally:
        receiver.terminate()
        printed, _ = receiver.communicate(timeout=20)
    assert printed == "default/bot is paused: ValueError: no price\n"


def test_the_json_of_the_page_is_what_is_sent():
    shown = json.loads(block("alerts", '"alerts"', "json"))
    told = (Notice(key="k", happening=happening(what="x")),)
    sent = json.loads(Letter(id="x", rule=rule(), at=1.0, notices=told).body)
    assert {key: type(value) for key, value in sent.items()} == {
        key: type(value) for key, value in shown.items()
    }
    assert sent["alerts"][0].keys() == shown["alerts"][0].keys()
    assert sent["rule"].keys() == shown["rule"].keys()


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", block("hooks", "HOOK_URL")],
        ["sh", "-euc", block("hooks", "HOOK_URL", "sh")],
    ],
    ids=["python", "shell"],
)
def test_a_sender_of_the_page_is_let_in_and_with_another_secret_is_not(tmp_path, command):
    if command[0] == "sh" and not (shutil.which("curl") and shutil.which("openssl")):
        assert os.environ.get("CI") != "true", "curl and openssl are missing"
        pytest.skip("there is no curl or openssl here")

    async def run(url, secret):
        env = os.environ | {"HOOK_URL": url, "HOOK_SECRET": secret}
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            env.pop(name, None)
        sent = await asyncio.to_thread(
            subprocess.run,
            command,
            env=env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return sent.stdout.strip()

    async def scenario():
        async with front(tmp_path, SystemClock()) as here:
            options = {"log_level": "critical", "lifespan": "off", "port": free_port()}
            server = uvicorn.Server(uvicorn.Config(here.app, **options))
            serving = asyncio.create_task(server.serve())
            await until(lambda: server.started, 20)
            answer = await here.clients["operator"].post(
                "/api/v1/workspaces/default/workers/bot/hooks",
                json={"name": "orders", "secret": SECRET},
            )
            url = f"http://127.0.0.1:{options['port']}{answer.json()['path']}"
            good, bad = await run(url, SECRET), await run(url, "another-secret-of-somebody")
            server.should_exit = True
            await serving
            return good, bad, await here.registry.hooks.waiting(REF, 10)

    good, bad, events = asyncio.run(asyncio.wait_for(scenario(), 60))
    assert good == "202"
    assert bad in {"", "401"}
    assert [json.loads(event.body) for event in events] == [{"amount": 5}]


@pytest.mark.jail
def test_the_worker_of_the_page_reads_what_was_sent(bench):
    facts = TickFacts(0, 1.0, 1.0, 0.0, 0, 60.0, events_json([("orders", 1.0, b'{"amount": 5}')]))

    async def work():
        async with bench.sandbox.worker(block("hooks", "def tick")) as worker:
            return await worker._runner.tick(facts)

    assert bench.do(work()).output == "an order of 5"


def test_the_pages_name_the_numbers_of_the_code():
    hooks, alerts = page("hooks"), page("alerts")
    assert limits.HOOK_DELIVERIES == 3
    assert "three times in all" in hooks
    assert (limits.HOOK_BODY_BYTES, limits.HOOK_QUEUE) == (256_000, 100)
    assert (limits.HOOK_DEPTH, limits.HOOK_READ_S, limits.HOOK_PER_MINUTE) == (64, 10, 600)
    assert (limits.HOOK_EVENTS_PER_TICK, limits.SIGNATURE_AGE_S) == (20, 300)
    words = [
        "256 KB",
        "100 events wait",
        "deeper than 64",
        "10 s",
        "600 a minute",
        "up to 20",
        "300 s",
    ]
    assert [word for word in words if word not in hooks] == []
    assert (limits.ALERT_REPEAT_S, limits.ALERT_LATE_S, limits.ALERT_LATE_TICKS) == (3600, 5, 3)
    assert (limits.ALERT_GAP_S, limits.ALERT_LISTED, limits.ALERT_QUOTE_CHARACTERS) == (3, 20, 300)
    assert (limits.ALERT_SEND_S, limits.ALERT_ATTEMPTS, limits.ALERT_PAUSE_MAX_S) == (10, 5, 120)
    words = ["(1 h;", "(5 s,", "(3)", "within 3 s", "lists 20", "300 characters", "within 10 s"]
    words += ["5 times in all", "120 s"]
    assert [word for word in words if word not in alerts] == []
    listed = re.findall(r"^\| `(\w+)` \|", alerts, re.MULTILINE)
    assert listed == ["on", *typing.get_args(Occasion)]
