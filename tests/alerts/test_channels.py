"""Where alerts go: real servers that answer, refuse, hang, or lead elsewhere; a real bot."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import time

import pytest

from alerts.house import SECRET, happening, rule
from cellblock.alerts import channels
from cellblock.alerts.channels import LogPost, NotSent, TelegramPost, WebhookPost
from cellblock.alerts.letters import Letter, Notice
from cellblock.broker.adapters.telegram import Telegram, TelegramSettings
from cellblock.broker.clients import Web
from cellblock.broker.kind import Place, Surroundings, Turn
from cellblock.broker.reach import Reach
from cellblock.broker.secret import Scrubber, Secret
from cellblock.broker.signatures import TIMED, holds_timed
from cellblock.broker.telegram.bot import Bot
from cellblock.clock import HandClock, SystemClock
from cellblock.limits import ALERT_SEND_S
from cellblock.names import WorkerId, WorkerRef
from cellblock.store.keys import Given
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import ALERT_KIND, Kept
from cellblock.store.vault import Vault
from peers.network import PUBLIC, Net, names
from peers.telegram import TOKEN
from peers.web_server import Peer, drips, floods, free_port, hangs, response, says, slams

AT = 1_700_000_000.0


def letter(one, what="it failed", **more):
    notice = Notice(key="k", happening=happening(what=what, **more))
    return Letter(id="0a1b", rule=one, at=AT, notices=(notice,))


@contextlib.asynccontextmanager
async def webhook(folder, reach, *, secret=SECRET, **web):
    clock = HandClock()
    vault, shared = await Vault.open(folder, Given(), clock), Web(**web)
    try:
        if secret:
            secrets = {"secret": secret}
            await vault.put(
                Kept(workspace="default", kind=ALERT_KIND, name="r1", settings={}, secrets=secrets)
            )
        yield WebhookPost(vault, shared, clock, reach)
    finally:
        await shared.close()
        await vault.close()


def post(folder, script, times=1, **more):
    """Send a letter to a server of that script; gives its requests and what was raised."""

    async def run():
        async with (
            Peer(script) as peer,
            webhook(folder, Reach(private=(peer.place,)), **more) as to,
        ):
            raised = []
            for _ in range(times):
                try:
                    await to.send(letter(rule(channel="webhook", target=peer.url("/in?k=1"))))
                except NotSent as error:
                    raised.append(error)
            return peer.requests, raised

    return asyncio.run(asyncio.wait_for(run(), 30))


def test_a_webhook_is_sent_json_that_its_receiver_can_prove(tmp_path):
    (request,), raised = post(tmp_path, says(response(b"", "204 No Content")))
    assert raised == []
    assert request.line == "POST /in?k=1 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-cellblock-delivery"] == "0a1b"
    told = json.loads(request.body)
    assert (told["id"], told["alerts"][0]["text"]) == ("0a1b", "default/bot is paused: it failed")
    header = request.headers[TIMED.lower()]
    assert holds_timed(SECRET, request.body, header, AT)
    assert not holds_timed("another", request.body, header, AT)
    digest = hmac.new(SECRET.encode(), b"1700000000." + request.body, hashlib.sha256).hexdigest()
    assert header == f"t=1700000000,v1={digest}"
    assert SECRET.encode() not in request.head + request.body


@pytest.mark.parametrize(
    ("status", "again"),
    [
        ("400 Bad Request", False),
        ("401 Unauthorized", False),
        ("404 Not Found", False),
        ("408 Request Timeout", True),
        ("410 Gone", False),
        ("429 Too Many Requests", True),
        ("500 Internal Server Error", True),
        ("503 Service Unavailable", True),
        ("302 Found", False),
        ("307 Temporary Redirect", False),
        ("304 Not Modified", False),
    ],
)
def test_what_is_no_success_is_not_sent_and_a_redirect_is_not_followed(tmp_path, status, again):
    requests, (error,) = post(
        tmp_path, says(response(b"", status, Location="/elsewhere", Retry_After="7"))
    )
    assert (error.again, error.after_s) == (again, 7.0)
    assert str(error) == f"the webhook answered HTTP {status[:3]}"
    assert len(requests) == 1


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1e9", "9" * 400, "٣"])
def test_a_pause_that_cannot_be_read_is_none(tmp_path, after):
    header = after.encode().decode("latin-1")
    _, (error,) = post(tmp_path, says(response(b"", "503 Busy", Retry_After=header)))
    assert error.after_s == 0.0


@pytest.mark.parametrize(
    ("script", "again"),
    [
        (slams, True),
        (hangs, True),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"), True),
        (floods(b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n", b"x" * 60_000), False),
        (says(b"SSH-2.0-OpenSSH_9\r\n\r\n"), False),
    ],
)
def test_a_server_that_misbehaves_is_left_in_time(tmp_path, script, again, monkeypatch):
    assert ALERT_SEND_S == 10.0
    monkeypatch.setattr(channels, "ALERT_SEND_S", 0.3)
    begun = time.monotonic()
    _, (error,) = post(tmp_path, script)
    assert error.again is again
    assert time.monotonic() - begun < 10


def test_nobody_at_the_door_is_tried_again(tmp_path):
    async def run():
        port = free_port()
        async with webhook(tmp_path, Reach(private=(f"127.0.0.1:{port}",))) as to:
            with pytest.raises(NotSent) as caught:
                await to.send(letter(rule(channel="webhook", target=f"http://127.0.0.1:{port}/")))
        return caught.value

    assert asyncio.run(run()).again


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:9/", "http://inside.example/", "http://169.254.169.254/", "http://[::1]/"],
)
def test_an_address_that_is_not_public_is_never_connected_to(tmp_path, target):
    async def run():
        net = Net()
        web = {"resolve": names(inside_example=["10.0.0.5"]), "backend": net}
        async with webhook(tmp_path, Reach(), **web) as to:
            with pytest.raises(NotSent) as caught:
                await to.send(letter(rule(channel="webhook", target=target)))
        return caught.value, net.dialled

    error, dialled = asyncio.run(run())
    assert dialled == []
    assert not error.again


def test_a_public_address_is(tmp_path):
    async def run():
        async with Peer(says(response(b"", "200 OK"))) as peer:
            net = Net({PUBLIC: peer.port})
            web = {"resolve": names(hooks_example=[PUBLIC]), "backend": net}
            async with webhook(tmp_path, Reach(), **web) as to:
                await to.send(letter(rule(channel="webhook", target="http://hooks.example/")))
            return net.dialled, peer.requests

    dialled, requests = asyncio.run(run())
    assert dialled == [(PUBLIC, 80)]
    assert len(requests) == 1


def test_without_its_secret_nothing_is_sent(tmp_path):
    requests, (error,) = post(tmp_path, says(response()), secret="")
    assert requests == []
    assert "not in the vault" in str(error)
    assert not error.again


def test_the_log_has_an_alert_and_so_has_its_worker(caplog):
    lines = []
    caplog.set_level(logging.WARNING, "cellblock.alerts")
    hostile = "boom\n2026 ERROR other/worker is \u202eon fire\x1b[2J"
    asyncio.run(LogPost(lines.append).send(letter(rule(), hostile)))
    asyncio.run(LogPost(lines.append).send(letter(rule(), occasion="disk", worker="")))
    said = [record.getMessage() for record in caplog.records]
    assert said[1] == "· default/bot is paused: boom 2026 ERROR other/worker is on fire [2J"
    assert [line for line in said if not line.isprintable()] == []
    (line,) = lines
    assert line.ref == WorkerRef("default", "bot")
    assert (line.level, line.at) == ("warn", AT)
    assert line.message.startswith("alert: default/bot is paused: boom")


def bot(server, scenario):
    """Have a scenario with a channel that sends by a bot of *server*."""

    async def run():
        web, clock = Web(), SystemClock()
        around = Surroundings(clock=clock, scrub=Scrubber(), web=web)
        settings = TelegramSettings(
            token=Secret(TOKEN), chat_id=7, chats=(-1001,), base_url=server.url
        )
        shared = Bot(around, settings.base_url, settings.token)
        place = Place(
            worker=WorkerId("alerts"),
            connection="main",
            surroundings=around,
            shared=shared,
            turn=Turn(),
            files=None,
            renders=MemoryRenders(),
        )
        adapter = Telegram(settings, place)

        async def say(workspace, connection, chat, text):
            assert (workspace, connection) == ("default", "main")
            return await adapter.send(text, chat)

        try:
            return await scenario(TelegramPost(say))
        finally:
            await adapter.close()
            await shared.close()
            await web.close()

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_a_bot_says_it_as_plain_text_whatever_a_worker_wrote(telegram):
    telegram.chat(7)
    telegram.chat(-1001)
    hostile = "<b>*[click](http://evil.example)_`" + "\u202e\n" + "𝕏" * 5_000
    main = rule(channel="telegram", target="main")
    group = rule(channel="telegram", target="main", settings={"chat_id": -1001})

    async def scenario(to):
        await to.send(letter(main, hostile))
        await to.send(letter(group))

    bot(telegram, scenario)
    calls = telegram.made("sendMessage")
    assert [sorted(call.arguments) for call in calls] == [["chat_id", "text"]] * 2
    (said,) = telegram.texts(7)
    assert "<b>*[click](http://evil.example)_` 𝕏" in said
    assert telegram.texts(-1001)[0].endswith("· default/bot is paused: it failed")


@pytest.mark.parametrize(
    ("code", "words", "again"),
    [
        (403, "Forbidden: bot was blocked by the user", False),
        (400, "Bad Request: chat not found", False),
        (401, "Unauthorized", False),
        (500, "Internal Server Error", True),
    ],
)
def test_a_bot_that_may_not_is_not_tried_again(telegram, code, words, again):
    telegram.chat(7)
    telegram.refuse_with("sendMessage", code, words)

    async def scenario(to):
        with pytest.raises(NotSent) as caught:
            await to.send(letter(rule(channel="telegram", target="main")))
        return caught.value

    error = bot(telegram, scenario)
    assert error.again is again
    assert TOKEN.partition(":")[2] not in str(error)


def test_a_chat_that_the_connection_does_not_allow_is_not_written_to(telegram):
    telegram.chat(99)

    async def scenario(to):
        with pytest.raises(NotSent) as caught:
            await to.send(letter(rule(channel="telegram", target="main", settings={"chat_id": 99})))
        return caught.value

    error = bot(telegram, scenario)
    assert "policy" in str(error)
    assert not error.again
    assert telegram.texts() == []
