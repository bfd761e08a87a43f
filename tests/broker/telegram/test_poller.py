from __future__ import annotations

import asyncio
import json

import pytest

from cellblock.broker.telegram import poller
from cellblock.clock import HandClock
from cellblock.limits import TELEGRAM_IDLE_S, TELEGRAM_QUEUE
from peers.misbehaving import Fault, Response
from peers.telegram_office import office, play

ANN = 7


@pytest.fixture
def server(telegram, monkeypatch):
    telegram.chat(ANN)
    monkeypatch.setattr(poller, "_PAUSES_S", (0.01,))
    return telegram


async def until(holds):
    """Give way to the poller until something is so; play() bounds the wait."""
    while not holds():
        await asyncio.sleep(0.005)


async def seen(server, holds):
    await asyncio.to_thread(server.wait_until, holds)


def texts(answer):
    return [message["text"] for message in answer["messages"]]


def reader(house):
    return house.bots[0].poller


def test_the_first_read_gives_what_is_there_already(server):
    for number in range(250):
        server.say(ANN, str(number))

    async def scenario(house):
        worker = house.worker()
        found = texts(await worker.read(limit=100))
        await until(lambda: server.polling)
        for _ in range(3):
            found += texts(await worker.read(limit=100))
        assert found == [str(number) for number in range(250)]

    play(server, scenario)
    # Full batches are followed at once, without waiting for something new.
    waits = [call.arguments["timeout"] for call in server.made("getUpdates")]
    assert waits[:4] == [0, 0, 0, 25]


def test_a_batch_is_confirmed_by_asking_for_the_next_and_comes_once(server):
    async def scenario(house):
        worker = house.worker()
        await worker.read()
        await seen(server, lambda: server.polling)
        last = server.say(ANN, "one")
        await seen(server, lambda: server.polling and not server.updates)
        assert server.made("getUpdates")[-1].arguments["offset"] == last + 1
        assert texts(await worker.read()) == ["one"]
        assert texts(await worker.read()) == []

    play(server, scenario)


def test_reading_ends_when_nobody_reads_and_begins_where_it_ended(server):
    clock = HandClock()

    async def scenario(house):
        worker = house.worker()
        await worker.read()
        await seen(server, lambda: server.polling)
        clock.advance(TELEGRAM_IDLE_S - 1)
        server.say(ANN, "in time")
        await seen(server, lambda: server.polling and not server.updates)
        clock.advance(2)
        server.say(ANN, "last")
        await until(lambda: not reader(house).running)
        count = len(server.made("getUpdates"))
        server.say(ANN, "later")
        assert len(server.updates) == 2
        assert len(server.made("getUpdates")) == count
        assert texts(await worker.read()) == ["in time", "last", "later"]

    play(server, scenario, clock=clock)


def test_what_was_not_confirmed_comes_to_the_next_host(server, monkeypatch):
    monkeypatch.setattr(poller, "_PAUSES_S", (30.0,))
    server.say(ANN, "one")
    server.fail("getUpdates", Fault("cut", effect=True))

    async def scenario(house):
        assert (await house.worker().read())["code"] == "network"

    play(server, scenario)

    async def again(house):
        assert texts(await house.worker().read()) == ["one"]

    play(server, again)


def test_failures_are_told_until_it_works_again(server, caplog):
    failures = [Fault("reset"), Fault("answer", response=Response(502, b"", "text/html"))]

    async def scenario(house):
        worker = house.worker()
        server.fail("getUpdates", failures[0])
        assert (await worker.read())["code"] == "network"
        await seen(server, lambda: server.polling)
        assert "error" not in await worker.read()
        server.fail("getUpdates", *[failures[1]] * 3)
        server.say(ANN, "one")
        await until(lambda: (bot := reader(house)).failure is None and server.polling and bot)
        assert texts(await worker.read()) == ["one"]
        assert texts(await worker.read()) == []

    with caplog.at_level("INFO", "cellblock.telegram"):
        play(server, scenario)
    told = [record.getMessage() for record in caplog.records if record.name == "cellblock.telegram"]
    # After a failure Telegram is not asked to wait, so that its end is soon known.
    waits = [call.arguments["timeout"] for call in server.made("getUpdates")]
    assert waits[-5:] == [25, 0, 0, 0, 25]
    # Of the same failure in a row the first is told.
    assert [text.partition(": ")[0] for text in told] == [
        "reading the messages of a bot fails",
        "reading the messages of a bot works again",
    ] * 2


def test_messages_that_are_there_are_given_although_reading_fails(server):
    async def scenario(house):
        worker = house.worker()
        await worker.read()
        await seen(server, lambda: server.polling)
        server.fail("getUpdates", *[Fault("reset")] * 500)
        server.say(ANN, "one")
        await until(lambda: reader(house).failure is not None)
        assert texts(await worker.read()) == ["one"]
        assert (await worker.read())["code"] == "network"

    play(server, scenario)


def test_one_message_that_cannot_be_read_keeps_no_other_away(server, caplog):
    good = server.spec.fill("Message", message_id=1, date=1, chat={"id": ANN, "type": "private"})
    updates = [
        {"update_id": 1, "message": {"message_id": "no"}},
        {"update_id": 2, "message": good | {"text": "one"}},
        {"update_id": 3, "callback_query": {}},
    ]
    body = json.dumps({"ok": True, "result": updates}).encode()
    server.fail("getUpdates", Fault("answer", response=Response(200, body)))

    async def scenario(house):
        assert texts(await house.worker().read()) == ["one"]
        await seen(server, lambda: server.polling)
        assert server.made("getUpdates")[-1].arguments["offset"] == 4

    play(server, scenario)
    assert "an update of a bot cannot be read" in caplog.text


def test_more_updates_than_were_asked_for_are_refused_before_they_are_read(server, monkeypatch):
    numbered = []
    monkeypatch.setattr(poller, "number", lambda update: numbered.append(update) or 1)
    updates = [{"update_id": 1, "message": {}}] * 10_000
    body = json.dumps({"ok": True, "result": updates}).encode()
    server.fail("getUpdates", Fault("answer", response=Response(200, body)))

    async def scenario(house):
        answer = await house.worker().read()
        assert (answer["code"], answer["error"]) == (
            "bad_answer",
            "Telegram's answer holds no updates, or more than were asked for",
        )

    play(server, scenario)
    assert numbered == []


def test_a_batch_may_be_longer_than_other_answers_and_no_longer_than_telegrams(server):
    good = server.spec.fill("Message", message_id=1, date=1, chat={"id": ANN, "type": "private"})
    for count, found in ((4, ["one"] * 4), (6, "too_large")):
        update = {"update_id": 2, "message": good | {"text": "one", "x": "x" * 950_000}}
        body = json.dumps({"ok": True, "result": [update] * count}).encode()
        server.fail("getUpdates", Fault("answer", response=Response(200, body)))

        async def scenario(house, found=found):
            answer = await house.worker().read()
            assert answer.get("code", texts(answer) if "messages" in answer else "") == found

        play(server, scenario)


def test_a_conflict_is_told_and_got_over(server):
    async def scenario(house):
        worker = house.worker()
        await worker.read()
        await seen(server, lambda: server.polling)
        async with office(server) as other:
            await other.worker().read()
            await until(lambda: reader(house).failure is not None)
            answer = await worker.read()
            assert answer["code"] == "conflict"
            assert "end it, or make another bot" in answer["error"]
        server.say(ANN, "one")
        await until(lambda: reader(house).failure is None)
        await seen(server, lambda: server.polling and not server.updates)
        assert texts(await worker.read()) == ["one"]

    play(server, scenario)


def test_a_429_holds_the_reader_for_as_long_as_it_says(server):
    server.refuse_with("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=1)

    async def scenario(house):
        assert (await house.worker().read())["code"] == "rate_limited"
        await seen(server, lambda: server.polling)

    play(server, scenario)
    first, second, *_ = server.made("getUpdates")
    assert second.at - first.at >= 0.8


def test_a_slow_telegram_does_not_keep_a_read_from_what_is_there(server):
    async def scenario(house):
        worker = house.worker()
        await worker.read()
        await seen(server, lambda: server.polling)
        server.fail("getUpdates", Fault("hold"))
        server.say(ANN, "one")
        await seen(server, lambda: len(server.made("getUpdates")) == 3)
        assert texts(await worker.read()) == ["one"]

    play(server, scenario)


def test_a_read_that_is_given_up_loses_nothing(server):
    server.say(ANN, "one")
    server.fail("getUpdates", Fault("hold"))

    async def scenario(house):
        worker = house.worker()
        waiting = asyncio.create_task(worker.read())
        await seen(server, lambda: server.made("getUpdates"))
        waiting.cancel()
        await asyncio.wait({waiting})
        assert reader(house).running
        server.peer.refuse()
        server.peer.listen()
        await seen(server, lambda: server.polling)
        assert texts(await worker.read()) == ["one"]

    play(server, scenario)


def test_more_than_a_thousand_waiting_messages_lose_the_oldest(server):
    async def scenario(house):
        quick, slow = house.worker("quick"), house.worker("slow")
        await quick.read()
        for number in range(TELEGRAM_QUEUE + 20):
            server.say(ANN, str(number))
        await seen(server, lambda: server.polling and not server.updates)
        answer = await slow.read(limit=1)
        assert (answer["dropped"], texts(answer), answer["left"]) == (20, ["20"], 999)

    play(server, scenario)


def test_closing_ends_a_long_poll_at_once(server):
    async def scenario(house):
        await house.worker().read()
        await seen(server, lambda: server.polling)
        await house.connections.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    play(server, scenario)


def mistake(_given):
    raise KeyError("what must not be told")


def test_a_mistake_of_ours_about_one_message_is_told_and_got_over(server, caplog, monkeypatch):
    monkeypatch.setattr(poller, "heard", mistake)
    server.say(ANN, "one")

    async def scenario(house):
        assert texts(await house.worker().read()) == []
        await seen(server, lambda: server.polling and not server.updates)

    play(server, scenario)
    assert "an update of a bot cannot be read: KeyError" in caplog.text
    assert "must not be told" not in caplog.text


def test_a_mistake_of_ours_ends_the_reading_and_is_told(server, caplog, monkeypatch):
    monkeypatch.setattr(poller, "number", mistake)
    server.say(ANN, "one")

    async def scenario(house):
        worker = house.worker()
        answer = await worker.read()
        assert answer["code"] == "adapter"
        assert "its operator can see why" in answer["error"]
        monkeypatch.undo()
        assert texts(await worker.read()) == ["one"]

    play(server, scenario)
    assert "the reader of a bot's messages failed: KeyError" in caplog.text
    assert "must not be told" not in caplog.text
