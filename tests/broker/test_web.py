"""The host's HTTP clients against peers that misbehave, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from cellblock.broker.adapter import AdapterError
from cellblock.broker.web import ExchangeFailed, Reach, Sending, Web, exchange
from cellblock.limits import (
    ADAPTER_TIMEOUT_S,
    HTTP_BODY_BYTES,
    HTTP_HEADER_BYTES,
    HTTP_HEADERS,
    HTTP_WIRE_BYTES,
    WEB_STEP_S,
)
from peers.network import PUBLIC, Net, ask, failure, meet, names, told
from peers.web_server import (
    Peer,
    Script,
    Visit,
    drips,
    floods,
    free_port,
    hangs,
    response,
    says,
    says_then,
    slams,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def test_an_answer_comes_back_whole():
    reply = meet(says(response(b"hello", X_Answer="42")))
    assert (reply.status, reply.body) == (200, b"hello")
    assert reply.headers["x-answer"] == "42"


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ({"Content_Type": "application/json"}, "application/json"),
        ({"Content_Type": " Application/JSON ; charset=utf-8"}, "application/json"),
        ({"Content_Type": ";"}, ""),
        ({}, ""),
    ],
)
def test_the_media_type_is_told_without_its_parameters(header, media_type):
    assert meet(says(response(**header))).media_type == media_type


@pytest.mark.parametrize(
    "status", ["404 Not Found", "429 Slow Down", "500 Oops", "503 Busy", "599 X"]
)
def test_any_status_is_an_answer(status):
    reply = meet(says(response(b"no", status, Retry_After="7")))
    assert (reply.status, reply.body) == (int(status[:3]), b"no")
    assert reply.headers["retry-after"] == "7"


HOSTILE: dict[str, tuple[Script, str, str]] = {
    "closes without a word": (slams, "network", "ended before"),
    "resets at once": (says_then(b"", Visit.reset), "network", "reset"),
    "resets in the head": (says_then(HEAD, Visit.reset), "network", "reset"),
    "resets in the body": (says_then(response(b"x", length=9), Visit.reset), "network", "reset"),
    "ends in the body": (
        says_then(response(b"x", length=9), lambda visit: visit.writer.close()),
        "network",
        "ended before",
    ),
    "ends in a chunk": (
        says_then(CHUNKED + b"9\r\nx", lambda visit: visit.writer.close()),
        "network",
        "ended before",
    ),
    "talks SSH": (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "bad_answer", "not HTTP"),
    "talks binary": (says(bytes(range(256)) * 8 + b"\r\n\r\n"), "bad_answer", "not HTTP"),
    "has a header without a name": (says(HEAD + b": x\r\n\r\n"), "bad_answer", "not HTTP"),
    "has a header without a colon": (says(HEAD + b"abc\r\n\r\n"), "bad_answer", "not HTTP"),
    "has two lengths": (
        says(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        "bad_answer",
        "not HTTP",
    ),
    "has a negative length": (says(HEAD + b"Content-Length: -1\r\n\r\n"), "bad_answer", "not HTTP"),
    "has a chunk of no size": (says(CHUNKED + b"zz\r\nxx"), "bad_answer", "not HTTP"),
    "has a chunk of 17 digits": (says(CHUNKED + b"1" * 30 + b"\r\n"), "bad_answer", "not HTTP"),
    "has an encoding of the transfer": (
        says(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n"),
        "bad_answer",
        "not HTTP",
    ),
    "switches protocols unasked": (
        says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "bad_answer",
        "not HTTP",
    ),
    "announces a body that is too long": (
        says_then(response(b"", length=HTTP_BODY_BYTES + 1), Visit.reset),
        "too_large",
        "body",
    ),
    "announces more than there are numbers": (
        says(HEAD + b"Content-Length: " + b"9" * 18 + b"\r\n\r\n"),
        "too_large",
        "body",
    ),
    "sends a body without end": (floods(HEAD + b"\r\n", b"x" * 65_536), "too_large", "body"),
    "sends chunks without end": (
        floods(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        "too_large",
        "body",
    ),
    "wraps each byte in a kilobyte": (
        floods(CHUNKED, b"1;" + b"e" * 1_000 + b"\r\nx\r\n"),
        "too_large",
        f"{HTTP_WIRE_BYTES:,}",
    ),
    "wraps a byte in a hundred kilobytes": (
        says(CHUNKED + b"1;" + b"e" * 90_000 + b"\r\nx\r\n0\r\n\r\n"),
        "too_large",
        "hold nothing",
    ),
    "sends a long trailer": (
        says(CHUNKED + b"1\r\nx\r\n0\r\n" + b"a:\r\n" * 20_000 + b"\r\n"),
        "too_large",
        "hold nothing",
    ),
    "sends trailers without end": (
        floods(CHUNKED + b"0\r\n", b"a: b\r\n" * 1_000),
        "too_large",
        "hold nothing",
    ),
    "sends a status line without end": (
        floods(b"HTTP/1.1 200 ", b"x" * 8_192),
        "too_large",
        "head",
    ),
    "sends one header without end": (floods(HEAD + b"a: ", b"x" * 8_192), "too_large", "head"),
    "sends headers without end": (floods(HEAD, b"a: b\r\n" * 100), "too_large", "head"),
    "sends many short headers": (
        says(HEAD + b"a:\r\n" * (HTTP_HEADERS + 1) + b"\r\n"),
        "too_large",
        "head",
    ),
    "sends a long head": (
        says(HEAD + b"a: " + b"x" * HTTP_HEADER_BYTES + b"\r\nContent-Length: 0\r\n\r\n"),
        "too_large",
        "head",
    ),
    "goes on without end": (
        floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
        "too_large",
        "head",
    ),
    "hides a long head behind another": (
        says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"a:\r\n" * HTTP_HEADERS + b"\r\n"),
        "too_large",
        "head",
    ),
    "packs as it was not asked to": (
        says(response(b"x", Content_Encoding="br")),
        "bad_answer",
        "'br'",
    ),
    "packs with what nobody knows": (
        says(response(b"x", Content_Encoding="x" * 200)),
        "bad_answer",
        "only gzip and deflate",
    ),
    "packs twice": (
        says(response(gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip")),
        "bad_answer",
        "once",
    ),
    "does not pack at all": (
        says(response(b"hello", Content_Encoding="gzip")),
        "bad_answer",
        "says",
    ),
    "packs half": (
        says(response(gzip.compress(b"hello" * 100)[:-9], Content_Encoding="gzip")),
        "bad_answer",
        "too early",
    ),
    "packs with a wrong sum": (
        says(response(gzip.compress(b"hello")[:-8] + b"\0" * 8, Content_Encoding="gzip")),
        "bad_answer",
        "incorrect data check",
    ),
    "packs thousands of nothings": (
        says(response(gzip.compress(b"") * 2_000, Content_Encoding="gzip")),
        "bad_answer",
        "1,000 gzip files",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_peer_that_misbehaves_is_told_and_raises_nothing_else(what):
    script, code, words = HOSTILE[what]
    found, sentence = failure(script)
    assert found == code, sentence
    assert words in sentence


@pytest.mark.parametrize(
    "script",
    [
        hangs,
        drips(b"", b"x"),
        drips(HEAD, b"a: b\r\n"),
        drips(response(b"", length=1_000_000), b"x"),
        drips(CHUNKED, b"1\r\nx\r\n"),
        drips(response(b"", length=1_000_000, Content_Encoding="gzip"), gzip.compress(b"")),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_a_slow_peer_gets_the_time_of_one_request_however_often_it_says_something(script):
    code, sentence = failure(script, timeout_s=0.4)
    assert (code, sentence) == ("timeout", "no whole answer within 0.4 s")


def test_nobody_there_is_told():
    async def scenario() -> None:
        web = Web()
        port = free_port()
        with pytest.raises(AdapterError) as caught:
            await ask(web, f"http://127.0.0.1:{port}/", reach=Reach(private=(f"127.0.0.1:{port}",)))
        assert caught.value.code == "network"
        await web.close()

    asyncio.run(scenario())


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def context(authority: trustme.CA, *hosts: str, **options: Any) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts, **options).configure_cert(made)
    return made


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def test_a_certificate_of_the_named_authority_is_good(authority, trusted):
    reply = meet(says(response()), tls=context(authority, "127.0.0.1"), ca_file=trusted)
    assert reply.body == b"hello"


def test_a_certificate_of_no_known_authority_is_refused(authority):
    code, sentence = failure(says(response()), tls=context(authority, "127.0.0.1"))
    assert code == "tls"
    assert "unable to get local issuer" in sentence or "self-signed" in sentence


def test_a_certificate_that_signed_itself_is_refused(tmp_path):
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "own.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    code, sentence = failure(says(response()), tls=tls)
    assert code == "tls"
    assert "self-signed" in sentence or "self signed" in sentence


def test_a_certificate_of_another_host_is_refused(authority, trusted):
    code, sentence = failure(
        says(response()), tls=context(authority, "example.com"), ca_file=trusted
    )
    assert code == "tls"
    assert "127.0.0.1" in sentence


def test_a_certificate_of_yesterday_is_refused(authority, trusted):
    import datetime

    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    tls = context(authority, "127.0.0.1", not_after=past)
    assert failure(says(response()), tls=tls, ca_file=trusted) == (
        "tls",
        "TLS with the server failed: certificate has expired",
    )


async def _talks_plainly(visit: Visit) -> None:
    await visit.reader.read(100)
    await visit.send(response())


async def _hangs_at_once(visit: Visit) -> None:
    await asyncio.get_running_loop().create_future()


async def _slams_at_once(visit: Visit) -> None:
    visit.reset()


@pytest.mark.parametrize(
    ("script", "code"),
    [(_talks_plainly, "tls"), (_hangs_at_once, "timeout"), (_slams_at_once, "network")],
)
def test_a_port_that_does_not_speak_tls_is_told(script, code):
    async def scenario() -> str:
        async with Peer(script) as peer:
            web = Web()
            with pytest.raises(AdapterError) as caught:
                await ask(
                    web,
                    f"https://{peer.place}/",
                    reach=Reach(private=(peer.place,)),
                    timeout_s=0.4 if code == "timeout" else 20,
                )
            await web.close()
            return caught.value.code

    assert asyncio.run(scenario()) == code


def test_certificates_and_names_are_looked_at_and_old_tls_is_not_spoken(trusted):
    for file in (None, trusted):
        made = Web()._context(file)
        assert made.verify_mode is ssl.CERT_REQUIRED
        assert made.check_hostname
        assert made.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_old_tls_is_not_spoken_where_the_library_would(monkeypatch):
    loose = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    loose.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **_: loose)
    assert Web()._context(None).minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_host_is_named_to_its_server_as_the_url_names_it(authority, trusted):
    async def scenario() -> None:
        tls = context(authority, "shop.example")
        async with Peer(says(response()), tls) as peer:
            web = Web(resolve=names(shop_example=[PUBLIC]), backend=Net({PUBLIC: peer.port}))
            await ask(web, "https://shop.example/x?y", ca_file=trusted)
            assert peer.requests[0].line == "GET /x?y HTTP/1.1"
            assert peer.requests[0].headers["host"] == "shop.example"
            await web.close()

    asyncio.run(scenario())


def test_a_step_of_a_client_that_names_no_time_ends_before_the_call_is_given_up():
    async def scenario() -> None:
        web = Web()
        assert web.client(Reach()).timeout == httpx.Timeout(WEB_STEP_S)
        await web.close()

    assert WEB_STEP_S < ADAPTER_TIMEOUT_S
    asyncio.run(scenario())


# Whether it left


async def _sent(web: Web, url: str, **options: Any) -> tuple[str, bool, bool]:
    """Ask in vain; gives the code, and what the error and who listened know of the sending."""
    client, heard = web.client(Reach.only(url)), Sending()
    request = client.build_request("GET", url)
    with pytest.raises(ExchangeFailed) as caught:
        await exchange(client, request, limit_bytes=99, heard=heard, **{"timeout_s": 20} | options)
    return caught.value.code, caught.value.sent, heard.begun


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (slams, "network"),
        (says_then(b"", Visit.reset), "network"),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "bad_answer"),
        (says(response(b"x" * 100)), "too_large"),
        (says(response(b"x", Content_Encoding="gzip")), "bad_answer"),
    ],
)
def test_what_left_is_told_to_have_been_sent_whatever_came_of_it(script, code):
    async def scenario() -> None:
        async with Peer(script) as peer:
            web = Web()
            assert await _sent(web, peer.url()) == (code, True, True)
            await web.close()

    asyncio.run(scenario())


def test_who_waits_in_vain_for_an_answer_has_sent():
    async def scenario() -> None:
        async with Peer(hangs) as peer:
            web = Web()
            assert await _sent(web, peer.url(), timeout_s=0.3) == ("timeout", True, True)
            await web.close()

    asyncio.run(scenario())


def test_what_never_had_a_connection_is_told_not_to_have_been_sent(authority):
    async def endless(host: str, port: int) -> list[str]:
        return await asyncio.get_running_loop().create_future()

    async def scenario() -> None:
        web = Web(resolve=names())
        assert await _sent(web, "http://nobody.example/") == ("network", False, False)
        assert await _sent(web, f"http://127.0.0.1:{free_port()}/") == ("network", False, False)
        await web.close()
        web = Web(resolve=endless)
        assert await _sent(web, "http://slow.example/", timeout_s=0.01) == ("timeout", False, False)
        client = web.client(Reach())
        request = client.build_request("GET", "http://127.0.0.1/")
        with pytest.raises(ExchangeFailed) as caught:
            await exchange(client, request, limit_bytes=99, timeout_s=20)
        assert (caught.value.code, caught.value.sent) == ("blocked", False)
        async with Peer(says(response()), context(authority, "127.0.0.1")) as peer:
            assert await _sent(web, peer.url()) == ("tls", False, False)
        await web.close()

    asyncio.run(scenario())


# What stays behind


def test_a_connection_is_used_again_and_closed_in_the_end():
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            client = web.client(Reach(private=(peer.place,)))
            for _ in range(3):
                request = client.build_request("GET", peer.url())
                await exchange(client, request, limit_bytes=99, timeout_s=20)
            assert (peer.connections, len(peer.requests)) == (1, 3)
            await web.close()
            assert client.is_closed
            assert not web._clients

    asyncio.run(scenario())


def test_the_authorities_are_read_at_the_first_request_and_once(monkeypatch):
    read = []
    create = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **how: read.append(1) or create(**how))

    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            clients = [web.client(Reach(private=(peer.place,))) for _ in range(3)]
            assert not read
            for client in clients[:2]:
                request = client.build_request("GET", peer.url())
                await exchange(client, request, limit_bytes=99, timeout_s=20)
            await web.close()
            assert len(read) == 1
            assert all(client.is_closed for client in clients)

    asyncio.run(scenario())


@pytest.mark.parametrize("secure", [False, True])
def test_what_is_sent_behind_an_answer_is_not_taken_for_the_next(secure, authority, trusted):
    async def scenario() -> None:
        tls = context(authority, "127.0.0.1") if secure else None
        async with Peer(says(response(b"one") + response(b"poison")), tls) as peer:
            web = Web()
            client = web.client(Reach(private=(peer.place,)), ca_file=trusted)
            for _ in range(3):
                request = client.build_request("GET", peer.url())
                reply = await exchange(client, request, limit_bytes=99, timeout_s=20)
                assert reply.body == b"one"
            assert peer.connections == 3
            await web.close()

    asyncio.run(scenario())


def test_cookies_are_neither_kept_nor_sent():
    async def scenario() -> None:
        async with Peer(says(response(Set_Cookie="id=7; Path=/"))) as peer:
            web = Web()
            client = web.client(Reach(private=(peer.place,)))
            for _ in range(2):
                request = client.build_request("GET", peer.url())
                reply = await exchange(client, request, limit_bytes=99, timeout_s=20)
                assert reply.headers["set-cookie"] == "id=7; Path=/"
            assert not list(client.cookies.jar)
            assert all("cookie" not in request.headers for request in peer.requests)
            await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/", "nonsense:[", "http://[::1", "//", ""]
)
def test_redirects_are_neither_followed_nor_read_by_the_client(place):
    reply = meet(says(response(b"", "302 Found", Location=place)))
    assert (reply.status, reply.headers["location"]) == (302, place)


def test_the_environment_is_not_asked(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))

    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web()
            await ask(web, peer.url(), reach=Reach(private=(peer.place,)))
            assert "authorization" not in peer.requests[0].headers
            await web.close()

    asyncio.run(scenario())


# Proxies


def _leading_to(port: int) -> Script:
    """Be an HTTP proxy that leads everything to *port*."""

    async def script(visit: Visit) -> None:
        request = await visit.request()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            if request.method == "CONNECT":
                await visit.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                writer.write(request.head.replace(b"http://shop.example", b"", 1))
            await asyncio.gather(_carry(reader, visit.writer), _carry(visit.reader, writer))
        finally:
            writer.close()

    return script


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_asked_for_a_target_that_was_judged(scheme, authority, trusted):
    async def scenario() -> None:
        tls = context(authority, "shop.example") if scheme == "https" else None
        async with Peer(says(response()), tls) as shop, Peer(_leading_to(shop.port)) as proxy:
            web = Web(resolve=names(shop_example=[PUBLIC], desk_internal=["10.0.0.1"]))
            reach = Reach(proxy=f"http://eve:secret@{proxy.place}")
            reply = await ask(web, f"{scheme}://shop.example/x", reach=reach, ca_file=trusted)
            assert reply.body == b"hello"
            asked = proxy.requests[0]
            assert asked.target == ("shop.example:443" if tls else "http://shop.example/x")
            assert asked.headers["proxy-authorization"] == "Basic ZXZlOnNlY3JldA=="
            assert "proxy-authorization" not in shop.requests[0].headers or not tls
            for url in (f"{scheme}://desk.internal/", f"{scheme}://127.0.0.1/"):
                code, _ = await told(ask(web, url, reach=reach))
                assert code == "blocked"
            assert proxy.connections == 1
            await web.close()

    asyncio.run(scenario())


def test_a_proxy_that_refuses_is_told():
    async def scenario() -> None:
        async with Peer(says(response(b"", "407 Proxy Authentication Required"))) as proxy:
            web = Web(resolve=names(shop_example=[PUBLIC]))
            reach = Reach(proxy=f"http://{proxy.place}")
            code, sentence = await told(ask(web, "https://shop.example/", reach=reach))
            assert (code, "proxy" in sentence) == ("network", True)
            await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1", "127.0.0.1:80", "http://", "http://a/b", "ht\x00"]
)
def test_a_proxy_that_is_none_is_refused_without_being_said(proxy):
    async def scenario() -> None:
        with pytest.raises(
            ValueError, match=r"\Aa proxy is http://host:port or https://host:port\Z"
        ):
            Web().client(Reach(proxy=proxy))

    asyncio.run(scenario())
