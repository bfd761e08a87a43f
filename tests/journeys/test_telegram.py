"""The whole way: a jailed worker takes orders from a chat and answers there, files and all."""

from __future__ import annotations

import pytest

from cellblock.broker.secret import HIDDEN
from cellblock.errors import OperatorFault
from conftest import open_bench
from peers.telegram import TOKEN

pytestmark = pytest.mark.jail
ANN, STRANGER = 7, 8

OBEY = """
OWNER = 7

def tick(ctx):
    answer = ctx.telegram.read()
    if "error" in answer:
        ctx.log.error(answer["error"])
        return
    for message in answer["messages"]:
        if message["from_id"] != OWNER:
            continue
        if message["text"] == "/report":
            ctx.files.write("report.csv", "a,b\\n1,2\\n")
            answer = ctx.telegram.send_document("report.csv", "here it is")
        else:
            answer = ctx.telegram.send("\\n".join(["got " + message["text"]] * 600))
        print(answer)
    print(ctx.telegram.chat_info()["title"], "telegram" in ctx.connected)
"""


@pytest.fixture
def server(telegram):
    for chat in (ANN, STRANGER):
        telegram.chat(chat)
    return telegram


def bench_of(server, **settings):
    known = {"token": TOKEN, "base_url": server.url, "chat_id": ANN} | settings
    return open_bench(connections={"telegram": known}, preload=())


def test_a_worker_reads_obeys_and_answers(server, tmp_path):
    for chat, text in ((ANN, "/report"), (STRANGER, "/report"), (ANN, "hello")):
        server.say(chat, text)
    for bench in bench_of(server):
        first, second = bench.ticks(OBEY, 2, files=tmp_path)
    assert first.ok
    document, text, last = first.output.splitlines()
    assert "message_ids" not in document
    assert len(eval(text)["message_ids"]) == 2
    assert (last, second.output) == ("Ann True", "Ann True")
    assert [call.method for call in server.calls if call.method.startswith("send")] == [
        "sendDocument",
        "sendMessage",
        "sendMessage",
    ]
    (file,) = server.made("sendDocument")[0].files.values()
    assert (file.name, file.content) == ("report.csv", b"a,b\n1,2\n")
    assert "\n".join(server.texts()[1:]) == "\n".join(["got hello"] * 600)


def test_a_worker_finds_no_token(server):
    code = f"""
answer = ctx.telegram.send("x", 99)
print(answer["error"])
print({TOKEN.partition(":")[2]!r} in str([answer, ctx.telegram, ctx.telegram.read()]))
"""
    server.refuse_with("sendMessage", 400, f"Bad Request: no chat at /bot{TOKEN}/sendMessage")
    for bench in bench_of(server):
        outcome = bench.run(code)
    told, found = outcome.output.splitlines()
    assert told == f"Telegram says: Bad Request: no chat at /bot{HIDDEN}/sendMessage"
    assert found == "False"


def test_a_mistaken_call_raises_in_the_worker(server):
    for bench in bench_of(server, chat_id=None):
        for code, words in (
            ("ctx.telegram.send(5)", "TypeError: ctx.telegram.send: text: Expected `str`"),
            ("ctx.telegram.send('x')", "ValueError: no chat_id is given"),
            ("ctx.telegram.read(limit=0)", "ValueError: ctx.telegram.read: limit: "),
            ("ctx.telegram.send_photo('x.png', chat_id=7)", "RuntimeError: ctx.telegram.send_p"),
        ):
            assert bench.failure(code).startswith(words)


def test_without_a_connection_it_says_how_to_have_one(bench):
    failure = bench.failure("ctx.telegram.send('x')")
    assert failure.startswith("RuntimeError: ctx.telegram is not connected: connect it: ")
    assert "cellblock connect telegram" in failure


def test_a_connection_that_cannot_be_is_refused_at_the_start(server):
    with pytest.raises(OperatorFault, match="token is empty"):
        for _ in bench_of(server, token=""):
            pass
