from __future__ import annotations

import asyncio
import gc
import logging
import traceback

import pytest

from cellblock.broker.adapter import AdapterError
from cellblock.broker.kind import Surroundings
from cellblock.broker.secret import Scrubber, Secret
from cellblock.broker.telegram import bot as bot_module
from cellblock.broker.telegram.bot import Bot
from cellblock.broker.telegram.client import BotApi, CallFailed, Upload
from cellblock.broker.web import Web
from cellblock.clock import HandClock, SystemClock
from cellblock.limits import ADAPTER_TIMEOUT_S, TELEGRAM_CALL_S
from peers.misbehaving import Fault, Response
from peers.telegram import TOKEN
from peers.telegram_office import play

ANN, GROUP = 7, -1001
SECRET_PART = TOKEN.partition(":")[2]


@pytest.fixture
def server(telegram, monkeypatch):
    telegram.chat(ANN)
    telegram.chat(GROUP)
    monkeypatch.setattr(bot_module, "_AGAIN_S", (0.01,))
    return telegram


def with_api(base_url, scenario, token=TOKEN):
    async def run():
        web = Web()
        api = BotApi(web, base_url, Secret(token))
        try:
            async with asyncio.timeout(20):
                return await scenario(api)
        finally:
            await api.close()
            await web.close()

    return asyncio.run(run())


def with_bot(base_url, clock, scenario, **options):
    async def run():
        web = Web(**options)
        bot = Bot(Surroundings(clock=clock, scrub=Scrubber(), web=web), base_url, Secret(TOKEN))
        try:
            return await scenario(bot)
        finally:
            await bot.close()
            await web.close()

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_a_call_ends_before_its_host_gives_it_up():
    assert TELEGRAM_CALL_S + 1 < ADAPTER_TIMEOUT_S


@pytest.mark.parametrize("end", ["", "/"])
def test_the_token_stands_in_the_target_and_not_in_the_url(server, end):
    async def scenario(api):
        request = api._request("getMe", {}, None)
        assert (
            SECRET_PART
            not in f"{request!r} {request.url} {request.headers} {vars(request)!r}".replace(
                repr(request.extensions), ""
            )
        )
        assert request.extensions["target"] == f"/bot{TOKEN}/getMe".encode()
        return await api.call("getMe", {}, timeout_s=5)

    assert b"cellblock_test_bot" in bytes(with_api(server.url + end, scenario))


def test_a_server_of_ones_own_may_have_a_path(server):
    async def scenario(api):
        with pytest.raises(CallFailed) as caught:
            await api.call("getMe", {}, timeout_s=5)
        return str(caught.value)

    assert "Not Found" in with_api(server.url + "/telegram", scenario)


@pytest.mark.parametrize("token", ["1:a/../b", "1:a b", "1:ä", "1:a%2fb", "1:a\r\nx: y", "../etc"])
def test_a_token_that_is_none_is_denied_and_stays_a_token(server, token):
    async def scenario(api):
        with pytest.raises(CallFailed) as caught:
            await api.call("getMe", {}, timeout_s=5)
        return caught.value

    failure = with_api(server.url, scenario, token)
    assert failure.code == "denied"
    assert failure.undone
    assert server.calls == []


def test_names_of_files_are_carried_whatever_is_in_them(server):
    async def scenario(api):
        for name in ('a"b.csv', "ä ☃.csv", "a;b=c.csv", "x\\y"):
            upload = Upload("document", name, "text/csv", b"\r\n--x\r\n")
            await api.call("sendDocument", {"chat_id": ANN}, timeout_s=5, upload=upload)

    with_api(server.url, scenario)
    files = [call.files["document"] for call in server.made("sendDocument")]
    assert [file.name for file in files] == ['a"b.csv', "ä ☃.csv", "a;b=c.csv", "x\\y"]
    assert {file.content for file in files} == {b"\r\n--x\r\n"}


@pytest.mark.parametrize(
    "base_url", ["http://[::1]:1", "http://localhost:1", "https://127.0.0.1:1"]
)
def test_any_form_of_an_address_is_asked(base_url):
    async def scenario(api):
        with pytest.raises(CallFailed) as caught:
            await api.call("getMe", {}, timeout_s=5)
        return caught.value

    failure = with_api(base_url, scenario)
    assert (failure.code, failure.undone) == ("network", True)


def test_a_name_that_is_not_found_is_tried_again_and_nothing_was_sent(monkeypatch):
    monkeypatch.setattr(bot_module, "_AGAIN_S", (0.01, 0.01))
    asked = []

    async def not_found(host, port):
        asked.append(host)
        raise OSError(-3, "Temporary failure in name resolution")

    async def scenario(bot):
        with pytest.raises(CallFailed, match="has no address") as caught:
            await bot.send("sendMessage", ANN, {}, SystemClock().monotonic_s() + TELEGRAM_CALL_S)
        return caught.value

    failure = with_bot("http://bot.example", SystemClock(), scenario, resolve=not_found)
    assert (failure.code, failure.undone) == ("network", True)
    assert len(asked) == 3


def test_a_try_for_which_no_time_is_left_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(bot_module, "_AGAIN_S", (0.01, 60.0, 0.01))
    clock, asked = SystemClock(), []

    async def not_found(host, port):
        asked.append(host)
        raise OSError(-3, "Temporary failure in name resolution")

    async def scenario(bot):
        with pytest.raises(CallFailed) as caught:
            await bot.send("sendMessage", ANN, {}, clock.monotonic_s() + TELEGRAM_CALL_S)
        return caught.value.code

    assert with_bot("http://bot.example", clock, scenario, resolve=not_found) == "network"
    assert len(asked) == 2


def slow(clock, seconds):
    async def load():
        clock.advance(seconds)
        return Upload("document", "f", "text/plain", b"x")

    return load


def test_a_file_that_was_read_slowly_is_sent_in_the_time_that_is_left(server):
    clock = HandClock()
    server.fail("sendDocument", Fault("hold"))

    async def scenario(bot):
        with pytest.raises(CallFailed, match=r"no whole answer within 0\.25 s"):
            await bot.send("sendDocument", ANN, {}, 28.0, slow(clock, 27.75))

    with_bot(server.url, clock, scenario)


@pytest.mark.parametrize("seconds", [28.0, 60.0])
def test_a_file_that_was_read_too_slowly_is_not_sent(server, seconds):
    clock = HandClock()

    async def scenario(bot):
        with pytest.raises(AdapterError, match="before Telegram was asked") as caught:
            await bot.send("sendDocument", ANN, {}, 28.0, slow(clock, seconds))
        return caught.value.code

    assert with_bot(server.url, clock, scenario) == "timeout"
    assert server.peer.connections == 0


def test_a_file_that_is_never_read_ends_with_the_call(server):
    clock = SystemClock()

    async def scenario(bot):
        never = asyncio.get_running_loop().create_future()
        latest_s = clock.monotonic_s() + 0.2
        with pytest.raises(AdapterError, match="before Telegram was asked") as caught:
            await bot.send("sendDocument", ANN, {}, latest_s, lambda: never)
        return caught.value.code

    assert with_bot(server.url, clock, scenario) == "timeout"
    assert server.peer.connections == 0


def test_a_turn_that_leaves_no_time_to_ask_is_not_waited_for(server):
    clock = HandClock()

    async def scenario(bot):
        for _ in range(3):  # what a chat gets in three seconds
            bot._pace.reserve(ANN, 0.0, 0.0)
        with pytest.raises(AdapterError, match="too much is waiting") as caught:
            await bot.send("sendMessage", ANN, {}, 3.5)
        return caught.value.code

    assert with_bot(server.url, clock, scenario) == "rate_limited"
    assert server.peer.connections == 0


def test_files_wait_for_one_another_and_a_wait_that_is_too_long_is_told(server, monkeypatch):
    async def scenario():
        web = Web()
        surroundings = Surroundings(clock=SystemClock(), scrub=Scrubber(), web=web)
        bot = Bot(surroundings, server.url, Secret(TOKEN))
        go, loaded = asyncio.Event(), []

        async def load():
            loaded.append(1)
            await go.wait()
            return Upload("document", "f", "text/plain", b"x")

        def send(latest_s):
            latest_s += bot._clock.monotonic_s()
            return asyncio.create_task(bot.send("sendDocument", ANN, {}, latest_s, load))

        first = [send(20.0), send(20.0)]
        while len(loaded) < 2:
            await asyncio.sleep(0.001)
        with pytest.raises(AdapterError, match="too many files are on their way") as caught:
            await send(0.01)
        assert caught.value.code == "rate_limited"
        assert len(loaded) == 2
        go.set()
        await asyncio.gather(*first)
        await bot.close()
        await web.close()

    asyncio.run(asyncio.wait_for(scenario(), 20))
    assert len(server.sent) == 2


def test_a_group_that_moves_again_and_again_is_given_up(server):
    for new in (-1, -2, -3):
        server.refuse_with("sendMessage", 400, "Bad Request: moved", migrate_to_chat_id=new)

    async def scenario(house):
        answer = await house.worker().send("x", GROUP)
        assert (answer["code"], "moved" in answer["error"]) == ("bad_request", True)

    play(server, scenario)
    assert [call.arguments["chat_id"] for call in server.made("sendMessage")] == [GROUP, -1]


# The token is nobody's business

FAULTS = [
    Fault("reset"),
    Fault("cut", effect=True),
    Fault("raw", raw=f"{TOKEN} is no HTTP\r\n\r\n".encode()),
    Fault("raw", raw=f"HTTP/1.1 200 {TOKEN}\r\nx: {TOKEN}\r\ncontent-length: z\r\n\r\n".encode()),
    Fault("answer", response=Response(200, TOKEN.encode(), "text/html")),
    Fault("answer", response=Response(302, b"", headers={"location": f"/bot{TOKEN}/x"})),
    Fault("answer", response=Response(502, b"", "text/html")),
    Fault(
        "answer", response=Response(400, f'{{"ok": false, "description": "/bot{TOKEN}/"}}'.encode())
    ),
    Fault("answer", response=Response(200, f'{{"ok": true, "result": "{TOKEN}"}}'.encode())),
]


def _everything_about(error):
    """All that a traceback, a debugger or a log could show of an exception."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    shown = [f"{each!r} {each} {vars(each)!r}" for each in seen]
    return "".join([*shown, *traceback.format_exception(seen[0])])


@pytest.mark.parametrize(
    "fault", [*FAULTS, None], ids=lambda fault: fault.doing if fault else "none"
)
def test_the_token_is_in_no_log_answer_error_or_traceback(server, caplog, capfd, fault, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    answers = []

    async def scenario(house):
        worker = house.worker()
        for method in ("sendMessage", "sendDocument", "getChat", "getUpdates"):
            if fault is not None:
                server.fail(method, fault)
        answers.append(await worker.send("x"))
        answers.append(await worker.send_document("f"))
        answers.append(await worker.chat_info())
        answers.append(await worker.read())
        server.peer.refuse()
        answers.append(await worker.send("x"))
        logging.getLogger("test").debug("the log is on")

    with caplog.at_level(logging.DEBUG):
        for name in list(logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.NOTSET)
        play(server, scenario, debug=True, chat_id=ANN, folder=tmp_path)
        gc.collect()
    assert "the log is on" in caplog.text
    assert len(answers) == 5
    records = repr([vars(record) for record in caplog.records])
    assert SECRET_PART not in "".join([caplog.text, records, *capfd.readouterr()])
    # What Telegram itself says is scrubbed by the broker, which is not here.
    scrub = Scrubber()
    if fault is not None and TOKEN in repr(fault):
        scrub.add(Secret(TOKEN))
    assert SECRET_PART not in scrub.text(repr(answers))


@pytest.mark.parametrize("fault", FAULTS[:3], ids=lambda fault: fault.doing if fault else "none")
def test_no_exception_of_a_call_holds_the_token(server, fault):
    if b"is no HTTP" in fault.raw:
        fault = Fault("raw")
    server.fail("getMe", fault)

    async def scenario(api):
        with pytest.raises(CallFailed) as caught:
            await api.call("getMe", {}, timeout_s=5)
        return _everything_about(caught.value)

    assert SECRET_PART not in with_api(server.url, scenario)


def test_what_is_shared_prints_without_the_token(server):
    async def scenario(house):
        await house.worker().read()
        (bot,) = house.bots
        shown = f"{bot!r} {vars(bot)!r} {vars(bot._api)!r} {house.connections._settings!r}"
        shown += repr(asyncio.all_tasks()) + repr(vars(house.connections))
        assert SECRET_PART not in shown

    play(server, scenario, debug=True)
