from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cellblock.broker.adapter import CallRefused
from cellblock.broker.telegram import bot as bot_module
from cellblock.broker.telegram import pacing, poller
from cellblock.broker.telegram.client import BotApi, CallFailed
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.limits import (
    TELEGRAM_CALL_S,
    TELEGRAM_CAPTION_UNITS,
    TELEGRAM_CHAT_BURST,
    TELEGRAM_DOCUMENT_BYTES,
    TELEGRAM_GROUP_PER_MINUTE,
    TELEGRAM_IDLE_S,
    TELEGRAM_MESSAGE_UNITS,
    TELEGRAM_PARTS,
    TELEGRAM_PER_SECOND,
    TELEGRAM_PHOTO_BYTES,
    TELEGRAM_QUEUE,
    TELEGRAM_READ,
)
from peers.misbehaving import Fault, Response
from peers.telegram import TOKEN, Refused
from peers.telegram_office import play

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
ANN, GROUP = 7, -1001
ROOT = Path(__file__).parents[2]
MAYBE = "may or may not have been sent"  # as both endings have it


@pytest.fixture
def server(telegram, monkeypatch):
    """Telegram with a person and a group; who has to try again does it soon."""
    telegram.chat(ANN, username="ann")
    telegram.chat(GROUP, title="Traders", username="traders")
    monkeypatch.setattr(bot_module, "_AGAIN_S", (0.01, 0.01, 0.01))
    return telegram


def once(server, **options):
    """Run one call of one worker; gives its answer."""

    def call(method, *arguments, **named):
        answers = []

        async def scenario(house):
            answers.append(await getattr(house.worker(), method)(*arguments, **named))

        play(server, scenario, **options)
        return answers[0]

    return call


# send


def test_a_text_is_sent_to_the_chat_named_or_to_the_connections_own(server):
    async def scenario(house):
        worker = house.worker()
        first = await worker.send("hello *you*")
        assert first == {
            "message_id": first["message_id"],
            "chat_id": ANN,
            "message_ids": [first["message_id"]],
        }
        assert (await worker.send("b", GROUP))["chat_id"] == GROUP
        assert (await worker.send("c", chat_id=str(GROUP)))["chat_id"] == GROUP
        assert (await worker.send("d", "@Traders"))["chat_id"] == GROUP
        await worker.send("*bold* 1\\.5", parse_mode="MarkdownV2")

    play(server, scenario, chat_id=ANN)
    assert server.texts(ANN) == ["hello *you*", "bold 1.5"]
    assert server.texts(GROUP) == ["b", "c", "d"]
    assert server.sent[-1]["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


def test_a_long_text_is_sent_in_parts_in_order(server):
    text = "\n\n".join(f"{number} " + "x" * 3_000 for number in range(3))
    answer = once(server, chat_id=ANN)("send", text)
    assert "\n\n".join(server.texts(ANN)) == text
    assert answer["message_ids"] == [message["message_id"] for message in server.sent]
    assert answer["message_id"] == answer["message_ids"][0]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("",), "bad_request", "the text is empty"),
        ((" \n",), "bad_request", "the text is empty"),
        (("x", "nobody"), "bad_request", "names no chat: write its number, or @name"),
        (("x", 99), "bad_request", "chat not found; a person must have written to the bot first"),
        (("x" * 50_000,), "too_large", "use send_document"),
        (("1.5", ANN, "MarkdownV2"), "bad_request", "in MarkdownV2 write a backslash before each"),
        (("a < b", ANN, "HTML"), "bad_request", "in HTML write &lt; &gt; &amp; for < > &"),
        (("<b></b>", ANN, "HTML"), "bad_request", "white space and marks alone are no text"),
    ],
)
def test_what_cannot_be_sent_is_answered_with_what_to_do(server, arguments, code, words):
    answer = once(server, chat_id=ANN)("send", *arguments)
    assert answer["code"] == code
    assert words in answer["error"]
    assert MAYBE not in answer["error"]
    assert server.sent == []


@pytest.mark.parametrize(
    ("arguments", "named", "kind", "words"),
    [
        ((5,), {}, "TypeError", "ctx.telegram.send: text: Expected `str`, got `int`"),
        (("x", True), {}, "TypeError", "chat_id: Expected `int | str | null`, got `bool`"),
        (("x",), {"parse_mode": "Word"}, "ValueError", "parse_mode: Invalid enum value 'Word'"),
        ((), {}, "TypeError", "missing a required argument: 'text'"),
        (("x",), {}, "ValueError", "no chat_id is given, and the connection main has no chat_id"),
    ],
)
def test_arguments_that_are_none_raise(server, arguments, named, kind, words):
    with pytest.raises(CallRefused) as caught:
        once(server)("send", *arguments, **named)
    assert caught.value.kind == kind
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("send", ("x", GROUP)), ("chat_info", (GROUP,)), ("send", ("x", "@traders"))],
)
def test_a_chat_that_the_operator_did_not_name_is_refused_by_policy(server, method, arguments):
    answer = once(server, chats=[8], chat_id=ANN)(method, *arguments)
    assert answer["code"] == "policy"
    assert answer["error"].startswith("policy: the chat ")
    assert server.calls == []


def test_named_chats_and_the_default_one_are_allowed(server):
    async def scenario(house):
        worker = house.worker()
        for chat in (None, ANN, GROUP):
            assert "error" not in await worker.send("x", chat)

    play(server, scenario, chats=[GROUP], chat_id=ANN)
    assert len(server.sent) == 3


def test_a_group_that_became_a_supergroup_is_written_to_there(server):
    old = -5
    server.shut[old] = Refused(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=GROUP
    )

    async def scenario(house):
        worker = house.worker()
        assert (await worker.send("a", old))["chat_id"] == GROUP
        assert (await worker.send("b", old))["chat_id"] == GROUP
        assert (await worker.send("c", GROUP))["chat_id"] == GROUP  # it is the one allowed

    play(server, scenario, chats=[old])
    assert len(server.made("sendMessage")) == 4


# Failures of the far side

HTML = Response(200, b"<html>captive portal</html>", "text/html")
GOOD = b'{"ok": true, "result": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}'


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault("reset"), "network", "the connection"),
        (Fault("reset", effect=True), "network", "the connection"),
        (Fault("cut", effect=True), "network", "the connection"),
        (Fault("raw"), "bad_answer", "is not HTTP"),
        (Fault("answer", response=HTML), "bad_answer", "is there something else at base_url?"),
        (Fault("answer", response=Response(200, GOOD, "text/plain")), "bad_answer", "base_url"),
        (Fault("answer", response=Response(200, b"\xff{")), "bad_answer", "not one of the Bot API"),
        (Fault("answer", response=Response(200, b"[" * 99_999)), "bad_answer", "not one of"),
        (Fault("answer", response=Response(200, b'{"ok": true}')), "bad_answer", "no message"),
        (Fault("answer", response=Response(200, b"{}")), "bad_answer", "not one of the Bot API"),
        (
            Fault("answer", response=Response(302, b"", headers={"location": "http://x"})),
            "bad_answer",
            "302",
        ),
        (Fault("answer", response=Response(502, b"<html>", "text/html")), "server", "HTTP 502"),
        (Fault("answer", response=Response(200, b" " * 8_000_001)), "too_large", "longer than"),
    ],
    ids=lambda value: value.doing if isinstance(value, Fault) else "",
)
def test_after_a_failure_that_says_nothing_the_message_may_have_been_sent(
    server, fault, code, words
):
    server.fail("sendMessage", fault)
    answer = once(server, chat_id=ANN)("send", "x")
    assert answer["code"] == code
    assert words in answer["error"]
    assert answer["error"].endswith(MAYBE)
    assert len(server.made("sendMessage")) == 1
    assert len(server.sent) == fault.effect


@pytest.mark.parametrize(
    ("status", "description", "code", "words", "maybe"),
    [
        (401, "Unauthorized", "denied", "`cellblock connect telegram --ask`", False),
        (404, "Not Found", "denied", "`cellblock connect telegram --ask`", False),
        (403, "Forbidden: bot was blocked by the user", "denied", "must unblock it", False),
        (403, "Forbidden: something new", "denied", "may not do this in that chat", False),
        (400, "Bad Request: not enough rights to send", "bad_request", "administration", False),
        (413, "Request Entity Too Large", "too_large", "send less", False),
        (500, "Internal Server Error: restart", "server", "Internal Server Error", True),
        (418, "", "bad_request", "error 418", False),
    ],
)
def test_a_refusal_is_explained(server, status, description, code, words, maybe):
    server.refuse_with("sendMessage", status, description)
    answer = once(server, chat_id=ANN)("send", "x")
    assert (answer["code"], MAYBE in answer["error"]) == (code, maybe)
    assert words in answer["error"]


def test_a_wrong_token_is_denied_and_not_told(server):
    wrong = TOKEN[:-3] + "xyz"

    async def scenario(house):
        for call in (house.worker().send("x"), house.worker().read(), house.worker().chat_info()):
            answer = await call
            assert answer["code"] == "denied"
            assert wrong.partition(":")[2] not in json.dumps(answer)

    play(server, scenario, chat_id=ANN, token=wrong)


def test_a_telegram_that_refuses_connections_is_tried_again(server):
    server.peer.refuse()
    answer = once(server, chat_id=ANN)("send", "x")
    assert answer["code"] == "network"
    assert "Telegram could not be asked: the connection failed" in answer["error"]
    assert MAYBE not in answer["error"]


def test_trying_again_takes_no_further_turn(server, monkeypatch):
    monkeypatch.setattr(pacing, "TELEGRAM_CHAT_BURST", 1)
    monkeypatch.setattr("cellblock.broker.adapters.telegram.TELEGRAM_CALL_S", 1.5)
    server.peer.refuse()
    assert once(server, chat_id=ANN)("send", "x")["code"] == "network"  # not rate_limited


def test_a_telegram_that_is_back_gets_the_message_once(server, monkeypatch):
    call, failures = BotApi.call, []

    async def call_and_repair(*arguments, **named):
        try:
            return await call(*arguments, **named)
        except CallFailed as failure:
            failures.append(failure)
            if len(failures) == 2:
                server.peer.listen()
            raise

    monkeypatch.setattr(BotApi, "call", call_and_repair)
    server.peer.refuse()
    assert "error" not in once(server, chat_id=ANN)("send", "x")
    assert (len(failures), server.texts()) == (2, ["x"])


def test_a_silent_telegram_is_given_up_in_time(server, monkeypatch):
    monkeypatch.setattr("cellblock.broker.adapters.telegram.TELEGRAM_CALL_S", 0.1)
    server.fail("sendMessage", Fault("hold", effect=True))
    answer = once(server, chat_id=ANN)("send", "x")
    assert answer["code"] == "timeout"
    assert answer["error"].endswith(MAYBE)
    assert len(server.sent) == 1


@pytest.mark.parametrize("fault", [Fault("reset"), Fault("cut", effect=True)])
def test_a_send_that_fails_half_way_says_what_was_sent(server, fault):
    whole = Fault("answer", effect=True, response=Response(200, GOOD))
    server.fail("sendMessage", whole, whole, fault)
    answer = once(server, chat_id=ANN)("send", "x" * 12_000)
    assert answer["code"] == "network"
    assert answer["error"].startswith("of 3 messages 2 were sent, and then: ")
    assert answer["error"].endswith(MAYBE)
    assert answer["sent_message_ids"] == [1, 1]


# 429 and pace


def test_a_429_is_waited_for_and_the_message_is_sent_once(server):
    server.refuse_with("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    answer = once(server, chat_id=ANN)("send", "x")
    assert "error" not in answer
    first, second = server.made("sendMessage")
    assert second.at - first.at >= 0.8
    assert server.texts() == ["x"]


def test_a_429_for_longer_than_a_call_has_is_told_and_honoured(server):
    server.refuse_with("sendMessage", 429, "Too Many Requests: retry after 99", retry_after=99)

    async def scenario(house):
        for worker in (house.worker("a"), house.worker("b")):
            answer = await worker.send("x")
            assert answer["code"] == "rate_limited"
            assert "Telegram wants nothing more to be sent for 9" in answer["error"]
            assert answer["error"].endswith("nothing was sent")
        assert "error" not in await house.worker("a").send("x", GROUP)

    play(server, scenario, chat_id=ANN)
    assert len(server.made("sendMessage")) == 2


@pytest.mark.parametrize("parameters", [{}, {"retry_after": 0}, {"retry_after": -3}])
def test_a_429_without_a_time_is_waited_for_all_the_same(server, monkeypatch, parameters):
    monkeypatch.setattr("cellblock.broker.adapters.telegram.TELEGRAM_CALL_S", 0.5)
    server.refuse_with("sendMessage", 429, "Too Many Requests", **parameters)
    assert once(server, chat_id=ANN)("send", "x")["code"] == "rate_limited"
    assert len(server.made("sendMessage")) == 1


def test_workers_of_a_bot_keep_one_pace(server, monkeypatch):
    monkeypatch.setattr(pacing, "TELEGRAM_CHAT_BURST", 1)

    async def scenario(house):
        workers = [house.worker("a"), house.worker("b", "other")]
        answers = await asyncio.gather(*(worker.send("x") for worker in workers))
        assert all("error" not in answer for answer in answers)

    settings = {"chat_id": ANN}
    play(server, scenario, named={"main": settings, "other": settings})
    first, second = server.made("sendMessage")
    assert second.at - first.at >= 0.8


def test_a_group_that_has_had_its_twenty_gets_no_more_in_this_call(server, monkeypatch):
    monkeypatch.setattr(pacing, "TELEGRAM_GROUP_PER_MINUTE", 2)

    async def scenario(house):
        worker = house.worker()
        for _ in range(2):
            assert "error" not in await worker.send("x", GROUP)
        answer = await worker.send("x", GROUP)
        assert answer["code"] == "rate_limited"
        assert "a group takes 20 messages a minute; nothing was sent" in answer["error"]
        assert "error" not in await worker.send("x", ANN)

    play(server, scenario)


def test_a_long_text_for_which_there_is_no_room_is_not_begun(server, monkeypatch):
    monkeypatch.setattr(pacing, "TELEGRAM_GROUP_PER_MINUTE", 2)

    async def scenario(house):
        worker = house.worker()
        answer = await worker.send("x" * 12_000, GROUP)
        assert (answer["code"], "sent_message_ids" in answer) == ("rate_limited", False)
        assert answer["error"].endswith("nothing was sent")
        answer = await worker.send("x" * 8_000, GROUP)
        assert len(answer["message_ids"]) == 2

    play(server, scenario)


def test_a_long_text_that_is_halted_half_way_says_so(server):
    whole = Fault("answer", effect=True, response=Response(200, GOOD))
    server.fail("sendMessage", whole)
    server.refuse_with("sendMessage", 429, "Too Many Requests: retry after 99", retry_after=99)
    answer = once(server, chat_id=ANN)("send", "x" * 8_000)
    assert (answer["code"], answer["sent_message_ids"]) == ("rate_limited", [1])
    assert answer["error"].startswith("of 2 messages 1 were sent, and then: Telegram wants noth")
    assert "nothing was sent" not in answer["error"]


# read


def test_each_worker_reads_every_message_through_one_poller(server):
    server.say(ANN, "before")

    async def scenario(house):
        first, second = house.worker("a"), house.worker("b")
        third = house.worker("c", "other")
        read = await first.read()
        assert [message["text"] for message in read["messages"]] == ["before"]
        await asyncio.to_thread(server.wait_until, lambda: server.polling)
        server.say(ANN, "stop")
        server.say(
            GROUP,
            "go",
            reply_to_message=server.spec.fill(
                "Message", message_id=3, date=1, chat={"id": GROUP, "type": "group"}
            ),
        )
        await asyncio.to_thread(server.wait_until, lambda: not server.updates)
        told = (await second.read(limit=2))["messages"]
        assert [message["text"] for message in told] == ["before", "stop"]
        assert [message["text"] for message in (await second.read())["messages"]] == ["go"]
        assert (await third.read(1))["left"] == 2
        (message,) = [told for told in (await first.read())["messages"] if told["text"] == "go"]
        assert message["chat_title"] == "Traders"
        assert (message["from"], message["reply_to"], message["content"]) == ("ann", 3, "text")
        assert await first.read() == {"messages": [], "dropped": 0, "left": 0}
        assert len(house.bots) == 1

    play(server, scenario, named={"main": {}, "other": {"chat_id": ANN}})
    offsets = [call.arguments.get("offset", 0) for call in server.made("getUpdates")]
    assert offsets == sorted(offsets)
    asked = server.made("getUpdates")[0].arguments
    assert asked["allowed_updates"] == ["message", "channel_post"]


def test_a_worker_reads_the_chats_that_its_connection_names(server):
    server.chat(8)

    async def scenario(house):
        narrow, wide = house.worker("a"), house.worker("b", "all")
        for chat in (8, ANN, GROUP, 8):
            server.say(chat, f"in {chat}")
        told = (await narrow.read())["messages"]
        assert [message["chat_id"] for message in told] == [ANN, GROUP]
        told = (await wide.read())["messages"]
        assert [message["chat_id"] for message in told] == [8, ANN, GROUP, 8]

    play(server, scenario, named={"main": {"chats": [ANN, "@Traders"]}, "all": {}})


def test_a_worker_that_comes_back_reads_on(server):
    async def scenario(house):
        worker = house.worker("a")
        other = house.worker("b")
        await worker.read()
        await worker.adapter.close()
        await asyncio.to_thread(server.wait_until, lambda: server.polling)
        server.say(ANN, "meanwhile")
        await asyncio.to_thread(server.wait_until, lambda: not server.updates)
        for reader in (house.worker("a"), other):
            read = await reader.read()
            assert [message["text"] for message in read["messages"]] == ["meanwhile"]

    play(server, scenario)


@pytest.mark.parametrize("limit", [0, TELEGRAM_READ + 1, -1])
def test_a_read_of_too_many_or_none_raises(server, limit):
    with pytest.raises(CallRefused, match="limit") as caught:
        once(server)("read", limit)
    assert caught.value.kind == "ValueError"
    assert server.calls == []


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault("reset"), "network", "the connection"),
        (Fault("cut"), "network", "the connection"),
        (Fault("raw"), "bad_answer", "not HTTP"),
        (Fault("answer", response=HTML), "bad_answer", "base_url"),
        (
            Fault("answer", response=Response(200, b'{"ok": true, "result": 5}')),
            "bad_answer",
            "no updates",
        ),
        (
            Fault("answer", response=Response(200, b'{"ok": true, "result": [{}]}')),
            "bad_answer",
            "no updates",
        ),
        (Fault("answer", response=Response(503, b"", "text/html")), "server", "503"),
    ],
    ids=lambda value: value.doing if isinstance(value, Fault) else "",
)
def test_a_read_that_fails_says_why(server, fault, code, words):
    server.fail("getUpdates", fault)
    answer = once(server)("read")
    assert answer["code"] == code
    assert words in answer["error"]


@pytest.mark.parametrize(
    ("status", "description", "code", "words"),
    [
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            "conflict",
            "another program reads this bot's messages",
        ),
        (
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            "conflict",
            "messages go to that webhook",
        ),
        (429, "Too Many Requests: retry after 5", "rate_limited", "retry after 5"),
        (401, "Unauthorized", "denied", "token"),
    ],
)
def test_a_refused_read_is_explained(server, status, description, code, words):
    server.refuse_with(
        "getUpdates", status, description, **({"retry_after": 5} if status == 429 else {})
    )
    answer = once(server)("read")
    assert answer["code"] == code
    assert words in answer["error"]


def test_a_read_that_gets_nothing_in_time_says_so(server, monkeypatch):
    monkeypatch.setattr("cellblock.broker.adapters.telegram.TELEGRAM_CALL_S", 0.05)
    server.fail("getUpdates", Fault("hold"))
    answer = once(server)("read")
    assert answer == {"error": "Telegram gave no messages within 0.05 s", "code": "timeout"}


# chat_info


def test_a_chat_is_told_flat(server):
    server.chat(-9, "channel", title="News", username="News", description="What is new")

    async def scenario(house):
        worker = house.worker()
        assert await worker.chat_info() == {
            "chat_id": ANN,
            "type": "private",
            "title": "Ann",
            "username": "ann",
            "description": "",
        }
        assert await worker.chat_info("@news") == {
            "chat_id": -9,
            "type": "channel",
            "title": "News",
            "username": "News",
            "description": "What is new",
        }

    play(server, scenario, chat_id=ANN)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("reset"), "network"),
        (Fault("answer", response=HTML), "bad_answer"),
        (Fault("answer", response=Response(200, b'{"ok": true, "result": 5}')), "bad_answer"),
        (Fault("answer", response=Response(500, b"", "text/html")), "server"),
    ],
    ids=lambda value: value.doing if isinstance(value, Fault) else "",
)
def test_a_look_up_that_fails_says_why_and_speaks_of_no_message(server, fault, code):
    server.fail("getChat", fault)
    answer = once(server, chat_id=ANN)("chat_info")
    assert answer["code"] == code
    assert "sent" not in answer["error"]


# What an operator sees


def test_a_connection_is_proved_by_who_the_bot_is(server):
    async def scenario(house):
        house.worker()
        (bot,) = house.bots
        assert await bot.check() == {"bot": "@cellblock_test_bot", "name": "Test"}
        server.fail("getMe", Fault("answer", response=Response(200, b'{"ok": true, "result": 5}')))
        with pytest.raises(CallFailed, match="holds no bot"):
            await bot.check()

    play(server, scenario)


def test_the_page_names_the_numbers_of_the_code():
    page = " ".join((ROOT / "docs/ctx/telegram.md").read_text().split())
    hours = f"{TELEGRAM_IDLE_S / 60:g} minutes"
    for words in (
        f"takes {TELEGRAM_MESSAGE_UNITS:,} characters in a message",
        f"sent as up to {TELEGRAM_PARTS} messages",
        f"in any {TELEGRAM_CHAT_BURST} s a chat gets {TELEGRAM_CHAT_BURST} messages",
        f"in any minute a group {TELEGRAM_GROUP_PER_MINUTE}",
        f"in any second all chats together {TELEGRAM_PER_SECOND}",
        f"A call ends within {TELEGRAM_CALL_S:g} s",
        f"waits for its turn up to {TELEGRAM_CALL_S - bot_module._LEFT_S:g} s",
        f"A caption has {TELEGRAM_CAPTION_UNITS:,} characters",
        f"more than {TELEGRAM_QUEUE:,} were waiting for it",
        f"a photo over {TELEGRAM_PHOTO_BYTES // 10**6} MB",
        f"a document over {TELEGRAM_DOCUMENT_BYTES // 10**6} MB",
        f"when none has called it for {hours}",
    ):
        assert words in page
    assert "tried four times, over three and a half seconds" in page
    assert (len(bot_module._AGAIN_S) + 1, sum(bot_module._AGAIN_S)) == (4, 3.5)
    assert "again after 1, 2, 5, 10 and then every 30 s" in page
    assert poller._PAUSES_S == (1, 2, 5, 10, 30)


# Files


def test_a_photo_and_a_document_of_the_workspace_are_sent(server, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/chart.png").write_bytes(PNG)
    (tmp_path / "ä b.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "data").write_bytes(b"\0\1")

    async def scenario(house):
        worker = house.worker()
        photo = await worker.send_photo("out/chart.png", "a *chart*", parse_mode="Markdown")
        assert photo == {"message_id": photo["message_id"], "chat_id": ANN}
        document = await worker.send_document("ä b.csv", chat_id="@traders")
        assert document["chat_id"] == GROUP
        await worker.send_document("data", caption="raw")

    play(server, scenario, chat_id=ANN, folder=tmp_path)
    sent = [call.files for call in server.made("sendPhoto") + server.made("sendDocument")]
    assert [(file.name, file.content_type) for (file,) in map(dict.values, sent)] == [
        ("chart.png", "image/png"),
        ("ä b.csv", "text/csv"),
        ("data", "application/octet-stream"),
    ]
    assert sent[0]["photo"].content == PNG
    assert server.texts() == ["a chart", "", "raw"]
    assert server.sent[0]["caption_entities"][0]["type"] == "bold"


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("none.png", "not_found", "there is no such file"),
        ("../secret", "bad_path", "leaves the workspace"),
        ("/etc/passwd", "bad_path", "absolute"),
        ("link", "bad_path", "symbolic link"),
        ("folder", "bad_path", "is a folder"),
        ("empty.png", "bad_request", "Telegram takes no empty file"),
        ("text.png", "bad_request", "the file is no image that Telegram reads; use send_document"),
        ("large.png", "too_large", "at most 10,000,000 can be sent"),
    ],
)
def test_a_file_that_cannot_be_sent_says_why(server, tmp_path, path, code, words):
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_bytes(b"text")
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(TELEGRAM_PHOTO_BYTES + 1)
    answer = once(server, chat_id=ANN, folder=tmp_path)("send_photo", path)
    assert answer["code"] == code
    assert words in answer["error"]
    assert server.sent == []


def test_the_largest_document_is_sent_and_a_larger_one_is_not(server, tmp_path):
    for name, size in (("most", TELEGRAM_DOCUMENT_BYTES), ("more", TELEGRAM_DOCUMENT_BYTES + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)

    async def scenario(house):
        assert "error" not in await house.worker().send_document("most")
        answer = await house.worker().send_document("more")
        assert (answer["code"], "at most 50,000,000" in answer["error"]) == ("too_large", True)

    play(server, scenario, chat_id=ANN, folder=tmp_path)
    (file,) = server.made("sendDocument")[0].files.values()
    assert len(file.content) == TELEGRAM_DOCUMENT_BYTES


def test_a_caption_that_is_too_long_is_refused_before_the_file_is_read(server, tmp_path):
    (tmp_path / "c.png").write_bytes(PNG)

    async def scenario(house):
        worker = house.worker()
        assert "error" not in await worker.send_photo("c.png", "x" * TELEGRAM_CAPTION_UNITS)
        answer = await worker.send_photo("none.png", "x" * (TELEGRAM_CAPTION_UNITS + 1))
        assert answer["code"] == "too_large"
        assert "the caption has 1,025 characters; Telegram takes 1,024" in answer["error"]
        # With marks Telegram counts what is left without them.
        long = "<b></b>" * 200 + "x"
        assert "error" not in await worker.send_photo("c.png", long, parse_mode="HTML")
        answer = await worker.send_photo("c.png", "x" * 1_025, parse_mode="HTML")
        assert (answer["code"], "caption is too long" in answer["error"]) == ("bad_request", True)

    play(server, scenario, chat_id=ANN, folder=tmp_path)


def test_without_a_files_directory_it_raises_and_says_how_to_have_one(server):
    for method in ("send_photo", "send_document"):
        with pytest.raises(CallRefused, match=r"--files DIR, or files=") as caught:
            once(server, chat_id=ANN)(method, "x.png")
        assert caught.value.kind == "RuntimeError"


@pytest.mark.parametrize(
    "fault", [Fault("reset"), Fault("cut", effect=True), Fault("answer", response=HTML)]
)
def test_a_file_after_a_failure_may_have_been_sent(server, tmp_path, fault):
    (tmp_path / "c.csv").write_bytes(b"x")
    server.fail("sendDocument", fault)
    answer = once(server, chat_id=ANN, folder=tmp_path)("send_document", "c.csv")
    assert answer["error"].endswith(MAYBE)
    assert len(server.sent) == fault.effect


# Settings


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.telegram.org/",
        "https://API.Telegram.org:443",
        "https://api.telegram.org./",
        "https://api.telegram.org//",
    ],
)
def test_a_bot_is_one_however_its_server_is_written(server, base_url):
    async def scenario(house):
        for connection in ("main", "other", "elsewhere"):
            house.worker(connection=connection)
        assert len(house.bots) == 2

    named = {
        "main": {"base_url": "https://api.telegram.org"},
        "other": {"base_url": base_url},
        "elsewhere": {"base_url": "https://api.telegram.org/test"},
    }
    play(server, scenario, named=named)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"token": ""}, "token is empty"),
        ({"chat_id": "ann"}, "'ann' names no chat"),
        ({"chats": ["@a b"]}, "names no chat"),
        ({"base_url": "api.telegram.org"}, "no http:// or https:// address"),
        ({"base_url": "https://key@example.org"}, "no http:// or https:// address"),
        ({"base_url": "https://"}, "is no URL that can be asked for"),
        ({"chat": 5}, "unknown field `chat`; its settings are token, chat_id, chats, base_url"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_the_token(server, settings, words):
    with pytest.raises(OperatorFault) as caught:
        play(server, None, **settings)
    assert words in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_nothing_is_asked_before_a_worker_asks(server):
    async def scenario(house):
        house.worker()

    play(server, scenario, clock=HandClock())
    assert server.peer.connections == 0
