"""`ctx.http` on the host's side, and from a jail to a peer and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock import Sandbox
from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters.http import KIND, HttpAdapter, HttpSettings
from cellblock.broker.addresses import plain, reason_against
from cellblock.broker.connections import settings_of
from cellblock.broker.kind import Place, Surroundings, Turn
from cellblock.broker.secret import Scrubber, Secret
from cellblock.broker.web import Web
from cellblock.clock import Clock, HandClock, SystemClock
from cellblock.errors import OperatorFault
from cellblock.limits import (
    ANSWER_BYTES,
    FRAME_BYTES,
    HTTP_BODY_BYTES,
    HTTP_HEADER_BYTES,
    HTTP_REDIRECTS,
    HTTP_REQUEST_BYTES,
    HTTP_REQUEST_HEADER_BYTES,
    HTTP_REQUESTS_BURST,
    HTTP_URL_BYTES,
)
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.wire import messages as m
from peers.network import PUBLIC, Net, names
from peers.web_server import Peer, Visit, drips, floods, hangs, response, says, slams


def adapter(web: Web, clock: Clock | None = None, **values: Any) -> HttpAdapter:
    surroundings = Surroundings(clock=clock or SystemClock(), scrub=Scrubber(), web=web)
    place = Place(
        worker=WorkerId("bot"),
        connection="main",
        surroundings=surroundings,
        shared=None,
        turn=Turn(),
        files=None,
        renders=MemoryRenders(),
    )
    return HttpAdapter(settings_of(KIND, "main", values), place)


def call(
    url: str = f"http://{PUBLIC}/",
    method: str = "GET",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
    timeout_s: float = 20.0,
) -> m.HttpRequest:
    return m.HttpRequest(method, url, headers, body, timeout_s)


def read(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    return told if "error" in told else told | {"body": body}


async def ask(made: HttpAdapter, asked: m.HttpRequest) -> dict[str, Any]:
    return read(await made.answer(asked))


def judged(asked: m.HttpRequest) -> tuple[str, str]:
    """Ask for what is refused before anything is looked up or dialled."""

    async def scenario() -> dict[str, Any]:
        net = Net()
        web = Web(resolve=names(), backend=net)
        answer = await ask(adapter(web), asked)
        assert net.dialled == []
        await web.close()
        return answer

    answer = asyncio.run(scenario())
    return answer["code"], answer["error"]


# The answer


def test_an_answer_is_a_head_in_json_and_the_bodys_bytes():
    async def scenario() -> None:
        body = bytes(range(256))
        said = response(body, "418 I'm a teapot", X_A="1", x_a="2", Content_Type='a/b; c="d"')
        async with Peer(says(said)) as peer:
            web = Web()
            made = adapter(web, private=[peer.place])
            answer = await made.answer(call(peer.url("/x?y#z")))
            assert read(answer) == {
                "status": 418,
                "headers": {
                    "content-length": "256",
                    "x-a": "1, 2",
                    "content-type": 'a/b; c="d"',
                },
                "url": peer.url("/x?y"),
                "body": body,
            }
            assert answer.index(b"\n") == len(answer) - 257
            await web.close()

    asyncio.run(scenario())


def test_a_request_is_sent_as_it_was_asked_for():
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            made = adapter(web, private=[peer.place], user_agent="desk/1")
            sent = (("X-Key", " t0ken "), ("Accept", "text/plain"), ("cookie", "a=b"))
            await ask(made, call(peer.url(), "patch", sent, b"\x00body"))
            await ask(made, call(peer.url(), "POST", (("User-Agent", "mine"),)))
            first, second = peer.requests
            assert first.line == "PATCH / HTTP/1.1"
            assert first.body == b"\x00body"
            assert first.headers == {
                "host": peer.place,
                "accept": "text/plain",
                "accept-encoding": "gzip, deflate",
                "connection": "keep-alive",
                "user-agent": "desk/1",
                "x-key": "t0ken",
                "cookie": "a=b",
                "content-length": "5",
            }
            assert second.headers["user-agent"] == "mine"
            assert second.headers["content-length"] == "0"
            await web.close()

    asyncio.run(scenario())


def test_the_longest_answer_fits_its_frame_also_when_secrets_are_taken_out():
    # A character of Latin 1 takes two bytes of UTF-8, and a quote two of JSON.
    assert HTTP_BODY_BYTES + 2 * HTTP_HEADER_BYTES + HTTP_URL_BYTES + 1_000 <= ANSWER_BYTES
    assert ANSWER_BYTES * 9 // 6 + 1_000 < FRAME_BYTES


# What is refused

SSRF = [
    *("http://127.0.0.1/", "http://127.0.0.1:8080/", "http://127.1/", "http://127.0.1/"),
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.0x0.0x0.0x1/", "http://0177.0.0.1/"),
    *(
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://0/",
        "http://0.0.0.0/",
        "http://127.255.255.254/",
    ),
    *(
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://%31%32%37.0.0.1/",
    ),
    *("http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/"),
    *(
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[::1%25lo]/",
        "http://[fe80::1%eth0]/",
    ),
    *("http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/latest/meta-data/"),
    *("http://[64:ff9b::169.254.169.254]/", "http://[2002:a9fe:a9fe::]/", "http://[2001::1]/"),
    *("http://[::ffff:169.254.169.254]/", "http://169.254.169.254/latest/meta-data/"),
    *("http://169.254.170.2/v2/credentials", "http://100.100.100.200/", "http://168.63.129.16/"),
    *("http://192.0.0.192/", "http://metadata.google.internal/computeMetadata/v1/"),
    *("http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/"),
    *("http://224.0.0.1/", "http://255.255.255.255/", "http://198.18.0.1/", "http://203.0.113.1/"),
    *(
        "http://localhost/",
        "http://LOCALHOST./",
        "http://localhost:6379/",
        "http://anything.nip.io/",
    ),
    *(f"http://{PUBLIC}:22/", f"http://{PUBLIC}:25/", f"https://{PUBLIC}:6667/"),
    *(f"http://{PUBLIC}@127.0.0.1/", f"http://127.0.0.1@{PUBLIC}/", "http://user:pass@localhost/"),
    *(
        f"http://{PUBLIC}\\@127.0.0.1/",
        "http:\\\\127.0.0.1/",
    ),
    *(
        "//127.0.0.1/",
        "127.0.0.1",
        "localhost:80",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
    ),
    *(
        "dict://127.0.0.1:11211/stats",
        "ftp://127.0.0.1/",
        "ldap://127.0.0.1/",
        "jar:http://127.0.0.1!/",
    ),
    *("http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "unix:/var/run/docker.sock", "data:,x", ""),
    *("http://127.0.0.1\t/", "http://\t127.0.0.1/", "http://127.0.0.1\r\n/", " http://127.0.0.1/"),
    *(
        "http://127.0.0.1%00.example.com/",
        "http://127.0.0.1%2f.example.com/",
        "http://[127.0.0.1]/",
    ),
    *(
        "http:/127.0.0.1/",
        "http:127.0.0.1",
        "http:///127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://:80/",
    ),
]


async def _home(host: str, port: int) -> Sequence[str]:
    """Every name there is leads here."""
    return ["127.0.0.1"]


@pytest.mark.parametrize("url", SSRF)
def test_no_writing_of_a_forbidden_place_is_ever_dialled(url):
    async def scenario() -> None:
        net = Net()
        web = Web(resolve=_home, backend=net)
        answer = await ask(adapter(web), call(url))
        assert answer.keys() == {"error", "code"}
        assert answer["code"] in {"blocked", "bad_request"}
        assert len(answer["error"]) < 500
        assert net.dialled == []
        await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("place", [*SSRF, "http://evil.example/", "https://127.0.0.1/"])
def test_no_redirect_leads_there_either(place):
    """The first address is allowed; a place that is no place of its own is a path beside it."""
    if any(ord(character) < 32 for character in place):
        return  # no header holds such characters; `test_redirects` tries them

    async def scenario() -> None:
        said = response(b"", "302 Found").replace(
            b"\r\n\r\n", b"\r\nLocation: " + place.encode() + b"\r\n\r\n", 1
        )
        async with Peer(says(said, response(b"beside"))) as peer:
            net = Net()
            web = Web(resolve=_home, backend=net)
            answer = await ask(adapter(web, private=[peer.place]), call(peer.url()))
            if "error" in answer:
                assert answer["code"] in {"blocked", "bad_answer"}
            assert set(net.dialled) == {("127.0.0.1", peer.port)}
            assert all(request.headers["host"] == peer.place for request in peer.requests)
            if ":" in place or place.startswith("//"):
                assert answer.keys() == {"error", "code"}
                assert len(peer.requests) == 1
            await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        *(
            (((name, "x"),), "the host's to write")
            for name in (
                "Host host HOST Content-Length Transfer-Encoding Connection Keep-Alive TE Trailer "
                "Upgrade Expect Proxy-Authorization Proxy-Connection proxy-anything Accept-Encoding "
                "HTTP2-Settings Via Forwarded content_length Transfer_Encoding Proxy_Authorization"
            ).split()
        ),
        *(
            (((name, "x"),), "cannot be a header's name")
            for name in ("", " ", "a b", "a:", "a\r\nb", "ä", "a\x00", ":path", "a" * 129, "(x)")
        ),
        *(
            ((("X", value),), "printable ASCII")
            for value in ("a\r\nHost: b", "a\nb", "a\rb", "\x00", "ä", "\x7f", "a\x0bb", "…")
        ),
        ((("A", "1"), ("a", "2")), "twice"),
        ((("A-B", "1"), ("a_b", "2")), "twice"),
        ((("A", "x" * HTTP_REQUEST_HEADER_BYTES),), "the limit is 16,000"),
    ],
)
def test_headers_that_would_change_the_request_around_them_are_refused(headers, words):
    code, sentence = judged(call(headers=headers))
    assert code == "bad_request"
    assert words in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize(
    "method",
    ["CONNECT", "TRACE", "TRACK", "", "GET ", "GET / HTTP/1.1\r\n", "G\x00ET", "x" * 9_999],
)
def test_other_methods_are_refused(method):
    code, sentence = judged(call(method=method))
    assert code == "bad_request"
    assert "is not a method of ctx.http" in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 30.01, float("inf"), float("nan"), 1e300])
def test_a_timeout_made_by_hand_is_refused(timeout_s):
    assert judged(call(timeout_s=timeout_s)) == ("bad_request", "a request has 30 s at the most")


def test_a_body_made_by_hand_is_refused():
    code, sentence = judged(call(body=b"x" * (HTTP_REQUEST_BYTES + 1), method="POST"))
    assert (code, "1,000,000" in sentence) == ("bad_request", True)


def test_a_call_of_another_namespace_is_refused():
    async def scenario() -> None:
        web = Web()
        with pytest.raises(CallRefused):
            await adapter(web).answer(m.FilesDelete("a"))
        await web.close()

    asyncio.run(scenario())


ANY_URL = st.one_of(
    st.text(max_size=80),
    st.text(max_size=40).map(lambda text: f"http://{text}"),
    st.from_regex(r"(http|HTTPS)://[\w.:@%\[\]\\/?#①。-]{0,50}", fullmatch=True),
    st.ip_addresses().map(lambda ip: f"http://{ip if ip.version == 4 else f'[{ip}]'}/"),
    st.sampled_from(SSRF),
    st.from_regex(r"https?://[a-z]{1,9}\.example(:[0-9]{1,5})?/[^\s\\]{0,9}", fullmatch=True),
)
METHODS = st.sampled_from(["GET", "post", "CONNECT"]) | st.text(max_size=8)
HEADERS = st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=2)


def test_whatever_the_request_it_is_answered_and_no_forbidden_address_is_dialled():
    net = Net()
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC, "::1"] if len(asked) % 2 else ["93.184.216.3", "2606:4700::1"]

    with asyncio.Runner() as runner:
        web = Web(resolve=resolve, backend=net)

        async def make() -> HttpAdapter:
            return adapter(web, requests_per_minute=60_000)

        made = runner.run(make())

        @given(
            ANY_URL,
            st.just("GET") | METHODS,
            st.just([]) | st.just([("X", "y")]) | HEADERS,
            st.binary(max_size=20),
        )
        @settings(max_examples=250, deadline=None)
        def any_request(url, method, headers, body):
            answer = runner.run(ask(made, call(url, method, tuple(headers), body)))
            assert answer.keys() == {"error", "code"}
            assert answer["code"] in {"blocked", "bad_request", "network", "tls", "rate_limited"}

        any_request()
        runner.run(web.close())
    assert net.dialled, "the strategy finds no good URL any more"
    assert {reason_against(plain(host)) for host, _ in net.dialled} == {None}


STATUS = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 302 Found\r\n",
            b"HTTP/1.0 200 OK\r\n",
            b"HTTP/2 200\r\n",
        ),
        *(
            b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 099 X\r\n",
            b"HTTP/1.1 999 \r\n",
        ),
        *(b"HTTP/1.1 101 Up\r\n", b"HTTP/1.1 204 No\r\n", b"HTTP/1.1 304 Not\r\n", b"\r\n", b""),
    ]
)
LINES = st.sampled_from(
    [
        *(b"Content-Length: 5\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: +5\r\n"),
        *(b"Content-Length: " + b"9" * 5_000 + b"\r\n", b"Content-Length: 0x5\r\n", b" fold\r\n"),
        *(b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Set-Cookie: a=b; E=x\r\n"),
        *(b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n", b"A: \x80\xff\r\n"),
        *(b"Content-Type: application/json; charset=\xff\r\n", b"A: \x00\r\n", b"B : c\r\n", b":"),
        *(b"Location: /x\r\n", b"Location: http://[\r\n", b"Location: //\xc3\xa4\r\n"),
    ]
)
PIECES = st.sampled_from(
    [b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n", b"1;a=b\r\nx\r\n", b"\x1f\x8b\x08\0"]
)
SAID = st.tuples(
    STATUS | st.binary(max_size=20),
    st.lists(LINES | st.binary(max_size=9), max_size=4).map(b"".join),
    st.just(b"\r\n") | st.sampled_from([b"", b"\n"]),
    st.lists(PIECES | st.binary(max_size=9), max_size=4).map(b"".join),
).map(b"".join)


def test_whatever_a_server_says_it_is_an_answer_or_an_error():
    said = b""
    ends = {"status": 0, "error": 0}

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(said)

    with asyncio.Runner() as runner:
        peer, web = Peer(script), Web(resolve=names())

        async def make() -> HttpAdapter:
            await peer.__aenter__()
            return adapter(web, private=[peer.place], requests_per_minute=60_000)

        made = runner.run(make())

        @given(SAID)
        @settings(max_examples=200, deadline=None)
        def any_answer(data):
            nonlocal said
            said = data
            answer = runner.run(ask(made, call(peer.url())))
            if "error" in answer:
                assert answer["code"] in {"bad_answer", "network", "too_large"}, answer
            else:
                assert answer.keys() == {"status", "headers", "url", "body"}
                assert 200 <= answer["status"] < 1_000
            ends["error" if "error" in answer else "status"] += 1

        any_answer()
        runner.run(web.close())
        runner.run(peer.__aexit__())
    assert min(ends.values()) > 10, ends


# Redirects


def test_redirects_are_followed_up_to_their_number_and_rejudged():
    async def scenario() -> None:
        async def script(visit: Visit) -> None:
            while True:
                n = int((await visit.request()).target[1:])
                more = response(b"x" * n, "302 Found", Location=f"/{n - 1}")
                await visit.send(more if n else response(b"done"))

        async with Peer(script) as peer:
            web = Web()
            made = adapter(web, private=[peer.place])
            answer = await ask(made, call(peer.url(f"/{HTTP_REDIRECTS}")))
            assert (answer["body"], answer["url"]) == (b"done", peer.url("/0"))
            assert await ask(made, call(peer.url(f"/{HTTP_REDIRECTS + 1}"))) == {
                "error": "the answers redirect more than 5 times",
                "code": "bad_answer",
            }
            assert len(peer.requests) == 2 * (HTTP_REDIRECTS + 1)
            await web.close()

    asyncio.run(scenario())


def test_a_redirect_to_another_origin_takes_no_key_along():
    async def scenario() -> None:
        async with Peer(says(response())) as there:
            there_url = there.url("/in")
            async with Peer(says(response(b"", "307 Go", Location=there_url))) as here:
                web = Web()
                made = adapter(web, private=[here.place, there.place])
                sent = (("Authorization", "t0ken"), ("Cookie", "t0ken"), ("Accept", "a/b"))
                answer = await ask(made, call(here.url(), "POST", sent, b"body"))
                assert answer["url"] == there_url
                assert here.requests[0].headers["authorization"] == "t0ken"
                arrived = there.requests[0]
                assert (arrived.method, arrived.body) == ("POST", b"body")
                assert b"t0ken" not in arrived.head
                assert arrived.headers["host"] == there.place
                assert arrived.headers["accept"] == "a/b"
                await web.close()

    asyncio.run(scenario())


def test_an_allowlist_holds_for_redirects():
    async def scenario() -> None:
        async with Peer(says(response(b"", "302 Found", Location=f"http://{PUBLIC}/"))) as peer:
            net = Net()
            web = Web(backend=net)
            made = adapter(web, private=[peer.place], hosts=["only.example"])
            answer = await ask(made, call(peer.url()))
            assert answer["code"] == "blocked"
            assert "not among the hosts" in answer["error"]
            assert net.dialled == [("127.0.0.1", peer.port)]
            await web.close()

    asyncio.run(scenario())


# Time and turns


def test_all_hops_share_one_time():
    async def scenario() -> None:
        async def script(visit: Visit) -> None:
            while True:
                await visit.request()
                await asyncio.sleep(0.3)
                await visit.send(response(b"", "302 Found", Location="/again"))

        async with Peer(script) as peer:
            web = Web()
            made = adapter(web, private=[peer.place])
            assert await ask(made, call(peer.url(), timeout_s=1.0)) == {
                "error": "no whole answer from 127.0.0.1 within 1 s",
                "code": "timeout",
            }
            assert 1 < len(peer.requests) <= 4
            await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (hangs, "timeout"),
        (slams, "network"),
        (drips(b"", b"x"), "timeout"),
        (floods(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536), "too_large"),
    ],
)
def test_a_peer_that_misbehaves_is_told_and_the_next_request_is_made(script, code):
    async def scenario() -> None:
        async with Peer(script) as bad, Peer(says(response())) as good:
            web = Web()
            made = adapter(web, private=[bad.place, good.place])
            timeout_s = 0.3 if code == "timeout" else 20
            answer = await ask(made, call(bad.url(), timeout_s=timeout_s))
            assert answer["code"] == code
            assert (await ask(made, call(good.url())))["body"] == b"hello"
            await web.close()

    asyncio.run(scenario())


def test_a_worker_that_asks_too_often_waits_and_then_is_told():
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            clock = HandClock()
            made = adapter(web, clock, private=[peer.place], requests_per_minute=2)
            for _ in range(2):
                assert (await ask(made, call(peer.url())))["status"] == 200
            for _ in range(2):
                assert await ask(made, call(peer.url())) == {
                    "error": "this worker may make 2 requests a minute; the next one in 30.0 s",
                    "code": "rate_limited",
                }
            assert len(peer.requests) == 2
            clock.advance(30)
            assert (await ask(made, call(peer.url())))["status"] == 200
            await web.close()

    asyncio.run(scenario())


def test_a_burst_goes_at_once_and_what_follows_at_the_rate():
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            made = adapter(web, private=[peer.place], requests_per_minute=6_000)
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            for _ in range(HTTP_REQUESTS_BURST + 20):
                assert (await ask(made, call(peer.url())))["status"] == 200
            assert loop.time() - began_s >= 0.2
            await web.close()

    asyncio.run(scenario())


def test_a_redirect_costs_as_much_as_a_request():
    async def scenario() -> None:
        async with Peer(says(response(b"", "302 Found", Location="/"))) as peer:
            web = Web()
            made = adapter(web, HandClock(), private=[peer.place], requests_per_minute=3)
            assert (await ask(made, call(peer.url())))["code"] == "rate_limited"
            assert len(peer.requests) == 3
            await web.close()

    asyncio.run(scenario())


def test_one_worker_makes_one_request_at_a_time():
    async def scenario() -> None:
        under_way = most = 0

        async def script(visit: Visit) -> None:
            nonlocal under_way, most
            while True:
                await visit.request()
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0.01)
                under_way -= 1
                await visit.send(response())

        async with Peer(script) as peer:
            web = Web()
            made = adapter(web, private=[peer.place])
            await asyncio.gather(*(ask(made, call(peer.url())) for _ in range(5)))
            assert (most, len(peer.requests)) == (1, 5)
            await web.close()

    asyncio.run(scenario())


def test_a_call_that_is_given_up_leaves_nothing_open_and_the_next_one_works():
    async def scenario() -> None:
        gone = asyncio.Event()

        async def script(visit: Visit) -> None:
            if visit.peer.connections > 1:
                await says(response())(visit)
                return
            await visit.request()
            assert await visit.reader.read() == b""
            gone.set()

        async with Peer(script) as peer:
            web = Web()
            made = adapter(web, private=[peer.place])
            asked = asyncio.ensure_future(ask(made, call(peer.url())))
            while not peer.requests:
                await asyncio.sleep(0)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
            await asyncio.wait_for(gone.wait(), 20)
            assert (await ask(made, call(peer.url())))["body"] == b"hello"
            await made.close()
            await web.close()

    asyncio.run(scenario())


# Settings


@pytest.mark.parametrize(
    "values",
    [
        {"hosts": ["a/b"]},
        {"hosts": ["*.example.com"]},
        {"private": ["desk.internal"]},
        {"private": ["http://desk.internal:80"]},
        {"proxy": "socks5://127.0.0.1:1080"},
        {"proxy": "http://eve:secret-word@127.0.0.1:3128"},
        {"requests_per_minute": 0},
        {"requests_per_minute": True},
        {"user_agent": "a\r\nb"},
        {"user_agent": ""},
        {"user_agent": "ä"},
        {"nonsense": 1},
        {"hosts": "example.com"},
    ],
)
def test_settings_that_cannot_be_are_the_operators_to_mend(values):
    with pytest.raises(OperatorFault) as caught:
        settings_of(KIND, "main", values)
    assert caught.value.slug == "bad-connection"
    assert "secret-word" not in str(caught.value)


def test_settings_by_default_are_of_use():
    assert KIND.keyless
    assert settings_of(KIND, "main", {}) == HttpSettings()


def test_the_login_of_a_proxy_is_a_secret():
    made = settings_of(
        KIND, "main", {"proxy": "http://proxy.example:3128", "proxy_login": "eve:pass:w/rd"}
    )
    assert "w/rd" not in repr(made)
    assert "w%2Frd" not in repr(made.reach)
    assert made.reach.proxy == "http://eve:pass%3Aw%2Frd@proxy.example:3128"


def test_a_ca_file_that_is_not_there_is_told(tmp_path):
    async def scenario() -> None:
        web = Web()
        with pytest.raises(OperatorFault, match="No such file"):
            adapter(web, ca_file=str(tmp_path / "ca.pem"))
        (tmp_path / "ca.pem").write_text("nonsense")
        with pytest.raises(OperatorFault, match=r"ca\.pem cannot be read"):
            adapter(web, ca_file=str(tmp_path / "ca.pem"))

    asyncio.run(scenario())


# From a jail


@pytest.mark.jail
def test_a_worker_asks_a_peer_and_gets_its_answer(tmp_path: Path):
    code = """
print(ctx.connected)
got = ctx.http.get(URL, params={"q": ["ä", 1], "none": None}, headers={"X-A": "b"})
print(got["status"], got["ok"], got["json"], repr(got["text"]), got["url"].partition("/a")[2])
print(ctx.http.post(URL, json={"n": 1.5})["status"])
print(ctx.http.post(URL, data={"k": "v w", "l": [1, 2]})["status"])
print(ctx.http.request("PUT", URL, data="grüße")["status"])
print(ctx.http.get("http://169.254.169.254/")["code"], ctx.http.get("http://localhost/")["code"])
print(ctx.http.get("nonsense")["code"], ctx.http.request("TRACE", URL)["code"])
print(ctx.http.get(URL + "/hang", timeout=0.2))
"""

    async def script(visit: Visit) -> None:
        while True:
            request = await visit.request()
            if "hang" in request.target:
                await hangs(visit)
            await visit.send(response('{"ä": [1]}'.encode(), Content_Type="application/json"))

    async def scenario() -> list[str]:
        async with Peer(script) as peer:
            table = {"http": {"private": [peer.place]}}
            async with Sandbox(connections=table, preload=()) as sandbox:
                outcome = await sandbox.run(f"URL = {peer.url('/a')!r}\n{code}")
                assert outcome.ok, outcome.failure
            first, second, third, fourth = peer.requests[:4]
            assert first.target == "/a?q=%C3%A4&q=1"
            assert first.headers["x-a"] == "b"
            assert (second.headers["content-type"], second.body) == (
                "application/json",
                b'{"n": 1.5}',
            )
            assert third.headers["content-type"] == "application/x-www-form-urlencoded"
            assert third.body == b"k=v+w&l=1&l=2"
            assert fourth.line == "PUT /a HTTP/1.1"
            assert fourth.body == "grüße".encode()
            return outcome.output.splitlines()

    assert asyncio.run(scenario()) == [
        "['state', 'http', 'log', 'tick', 'config']",
        """200 True {'ä': [1]} '{"ä": [1]}' ?q=%C3%A4&q=1""",
        *("200", "200", "200"),
        "blocked blocked",
        "bad_request bad_request",
        "{'error': 'no whole answer from 127.0.0.1 within 0.2 s', 'code': 'timeout'}",
    ]


@pytest.mark.jail
def test_a_body_of_5_mb_comes_through_and_one_byte_more_does_not():
    async def scenario() -> str:
        async def script(visit: Visit) -> None:
            while True:
                size = int((await visit.request()).target[1:])
                # Quotes, which JSON would write with two characters each.
                await visit.send(response(b'"' * size, X_Long="x" * 20_000))

        async with Peer(script) as peer:
            table = {"http": {"private": [peer.place]}}
            async with Sandbox(connections=table, preload=()) as sandbox:
                code = f"""
print(len(ctx.http.get("{peer.url()}{HTTP_BODY_BYTES}")["text"]))
print(ctx.http.get("{peer.url()}{HTTP_BODY_BYTES + 1}"))
"""
                outcome = await sandbox.run(code)
                assert outcome.ok, outcome.failure
                return outcome.output

    assert asyncio.run(scenario()).splitlines() == [
        "5000000",
        "{'error': 'the body of the answer is longer than 5,000,000 bytes; ask for less', 'code': 'too_large'}",
    ]


@pytest.mark.jail
def test_the_deadline_of_a_tick_ends_a_request_that_hangs():
    async def scenario() -> None:
        async with Peer(hangs) as peer:
            table = {"http": {"private": [peer.place]}}
            async with Sandbox(connections=table, preload=()) as sandbox:
                outcome = await sandbox.run(f"ctx.http.get({peer.url()!r})", timeout_s=0.5)
                assert outcome.failure is not None
                assert outcome.failure.type == "TickTimeoutError"

    asyncio.run(scenario())


@pytest.mark.jail
def test_a_worker_that_was_not_granted_it_has_no_http(bench):
    assert bench.failure("ctx.http.get('http://example.com/')") == (
        "RuntimeError: ctx.http is not connected: connect it: `cellblock connect http`, "
        "then `cellblock run` or `cellblock deploy` it with --connect http "
        "(it is off with --offline); or Sandbox(connections={'http': {}})"
    )


def test_what_the_proxy_says_of_its_login_is_not_for_the_worker():
    async def scenario() -> None:
        said = (
            "HTTP/1.1 407 No\r\nContent-Length: 17\r\nX-You: eve:pass-w/rd\r\n\r\nnot eve:pass-w/rd"
        )

        async def script(visit: Visit) -> None:
            await visit.request()
            await visit.send(said.encode())

        async with Peer(script) as peer:
            web = Web(resolve=names(example_com=[PUBLIC]))
            made = adapter(web, proxy=f"http://{peer.place}", proxy_login=Secret("eve:pass-w/rd"))
            answer = repr(await ask(made, call("http://example.com/")))
            assert "407" in answer
            assert "pass-w" not in answer
            await web.close()

    asyncio.run(scenario())
