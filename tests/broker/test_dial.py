"""Which address is connected to, and how names are looked up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from cellblock.broker import dial
from cellblock.broker.dial import Lookup
from cellblock.broker.web import Reach, Reply, Web, exchange
from peers.network import PUBLIC, Net, ask, names, told
from peers.web_server import Peer, response, says


@pytest.mark.parametrize(
    ("answers", "blocked"),
    [
        ([PUBLIC], False),
        ([PUBLIC, "127.0.0.1"], True),
        (["127.0.0.1", PUBLIC], True),
        ([PUBLIC, "::1"], True),
        (["0.0.0.0"], True),
        (["::"], True),
        (["10.1.2.3"], True),
        (["169.254.169.254"], True),
        (["::ffff:169.254.169.254"], True),
        (["64:ff9b::7f00:1"], True),
        (["2002:7f00:1::"], True),
        (["fe80::1%lo"], True),
        (["fd00:ec2::254"], True),
        (["100.100.100.200"], True),
        (["168.63.129.16"], True),
        (["nonsense"], True),
        ([PUBLIC] * 50 + ["192.168.0.1"], True),
    ],
)
def test_a_name_is_refused_for_any_of_its_addresses_and_nothing_is_dialled(answers, blocked):
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            net = Net({PUBLIC: peer.port})
            web = Web(resolve=names(evil_example=answers), backend=net)
            if blocked:
                code, _ = await told(ask(web, "http://evil.example/"))
                assert code == "blocked"
                assert net.dialled == []
            else:
                assert (await ask(web, "http://evil.example/")).body == b"hello"
                assert net.dialled == [(PUBLIC, 80)]
            await web.close()

    asyncio.run(scenario())


def test_the_address_that_was_judged_is_the_one_that_is_dialled():
    """A name that is public when it is judged and private ever after."""
    asked = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    async def scenario() -> None:
        async with Peer(says(response(Connection="close"))) as peer:
            net = Net({PUBLIC: peer.port})
            web = Web(resolve=rebinding, backend=net)
            client = web.client(Reach())

            async def once() -> Reply:
                request = client.build_request("GET", "http://evil.example/")
                return await exchange(client, request, limit_bytes=99, timeout_s=20)

            assert (await once()).body == b"hello"
            assert asked == ["evil.example"]
            assert net.dialled == [(PUBLIC, 80)]
            code, _ = await told(once())
            assert code == "blocked"
            assert net.dialled == [(PUBLIC, 80)]
            await web.close()

    asyncio.run(scenario())


def test_the_next_address_is_tried_when_one_does_not_answer():
    other = "93.184.215.15"

    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            net = Net({other: peer.port})
            web = Web(resolve=names(a_example=[PUBLIC, other]), backend=net)
            assert (await ask(web, "http://a.example/")).body == b"hello"
            assert net.dialled == [(PUBLIC, 80), (other, 80)]
            await web.close()
            many = [f"93.184.216.{n}" for n in range(200)]
            web = Web(resolve=names(a_example=many), backend=net)
            net.dialled.clear()
            code, _ = await told(ask(web, "http://a.example/"))
            assert code == "network"
            assert len(net.dialled) == 6
            await web.close()

    asyncio.run(scenario())


def test_a_public_address_that_is_this_machine_is_refused_before_a_word_is_said():
    class Home(Net):
        async def connect_tcp(self, host: str, port: int, **options: Any) -> Any:
            stream = await super().connect_tcp(host, port, **options)
            assert stream.get_extra_info("client_addr")[0] == "127.0.0.1"
            stream._address = "127.0.0.1"
            return stream

    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web(resolve=names(home_example=[PUBLIC]), backend=Home({PUBLIC: peer.port}))
            code, sentence = await told(ask(web, "http://home.example/"))
            assert code == "blocked"
            assert "this machine" in sentence
            assert peer.requests == []
            await web.close()

    asyncio.run(scenario())


def test_the_operator_may_allow_a_private_host_by_name_and_port():
    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web(resolve=names(desk_internal=["127.0.0.1"], other_internal=["127.0.0.1"]))
            reach = Reach(private=(f"desk.internal:{peer.port}",))
            good = await ask(web, f"http://desk.internal:{peer.port}/", reach=reach)
            assert good.body == b"hello"
            for url in (
                f"http://other.internal:{peer.port}/",
                f"http://127.0.0.1:{peer.port}/",
                f"http://desk.internal:{peer.port + 1}/",
                "http://desk.internal/",
            ):
                code, _ = await told(ask(web, url, reach=reach))
                assert code == "blocked", url
            assert peer.connections == 1
            await web.close()

    asyncio.run(scenario())


def test_an_allowlist_leaves_nothing_else():
    async def scenario() -> None:
        net = Net()
        web = Web(resolve=names(a_example=[PUBLIC], b_example=[PUBLIC]), backend=net)
        reach = Reach(hosts=("a.example", "b.example:8443", "[2606:4700::1]:443"))
        allowed = ["http://a.example/", "https://A.example:9443/", "https://b.example:8443/"]
        allowed += ["https://[2606:4700:0::1]/"]
        for url in allowed:
            code, _ = await told(ask(web, url, reach=reach))
            assert code == "network", url  # the network has no such place
        assert len(net.dialled) == 4
        for url in (
            "http://b.example/",
            "http://c.example/",
            f"http://{PUBLIC}/",
            "http://a.example:22",
        ):
            code, _ = await told(ask(web, url, reach=reach))
            assert code == "blocked", url
        assert len(net.dialled) == 4
        await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("reach", [Reach(private=("desk.internal",)), Reach(hosts=("a/b",))])
def test_rules_that_cannot_be_read_are_refused(reach):
    async def scenario() -> None:
        with pytest.raises(ValueError, match="host:port"):
            Web().client(reach)

    asyncio.run(scenario())


@pytest.mark.parametrize("port", [22, 25, 6000])
def test_ports_of_other_services_are_refused_unless_named(port):
    async def scenario() -> None:
        net = Net()
        web = Web(backend=net)
        code, _ = await told(ask(web, f"http://{PUBLIC}:{port}/"))
        assert code == "blocked"
        assert net.dialled == []
        code, _ = await told(
            ask(web, f"http://{PUBLIC}:{port}/", reach=Reach(hosts=(f"{PUBLIC}:{port}",)))
        )
        assert code == "network"
        await web.close()

    asyncio.run(scenario())


# Looking up


@pytest.mark.parametrize(
    ("table", "words"),
    [({}, "has no address: Name or service not known"), ({"a_example": []}, "has no address")],
)
def test_a_name_that_nobody_knows_is_told(table, words):
    async def scenario() -> None:
        web = Web(resolve=names(**table), backend=Net())
        assert await told(ask(web, "http://a.example/")) == ("network", f"a.example {words}")
        await web.close()

    asyncio.run(scenario())


def test_a_real_look_up_knows_this_machine_and_refuses_it():
    async def scenario() -> None:
        web = Web()
        code, sentence = await told(ask(web, "http://localhost/"))
        assert code == "blocked"
        assert "127.0.0.1" not in sentence, "a name's address is not for a worker"
        await web.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a\x00b", ""])
def test_a_look_up_of_nonsense_is_an_error_of_the_system(host):
    async def scenario() -> None:
        with pytest.raises(OSError, match=r"\w"):
            await Lookup()(host, 80)

    asyncio.run(scenario())


def test_look_ups_that_never_end_hold_no_more_than_two_threads_of_a_client(monkeypatch):
    release = threading.Event()
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        if host.startswith("slow"):
            release.wait(30)
        return [(2, 1, 6, "", (PUBLIC, port))]

    monkeypatch.setattr(dial.socket, "getaddrinfo", getaddrinfo)

    async def scenario() -> None:
        async with Peer(says(response())) as peer:
            web = Web(backend=Net({PUBLIC: peer.port}))
            greedy, other = web.client(Reach()), web.client(Reach())

            async def get(client: httpx.AsyncClient, host: str, timeout_s: float) -> Reply:
                request = client.build_request("GET", f"http://{host}/")
                return await exchange(client, request, limit_bytes=99, timeout_s=timeout_s)

            for n in range(5):
                code, _ = await told(get(greedy, f"slow{n}.example", 0.05))
                assert code == "timeout"
            assert asked == ["slow0.example", "slow1.example"]
            assert (await get(other, "quick.example", 20)).body == b"hello"
            release.set()
            assert (await get(greedy, "quick.example", 20)).body == b"hello"
            await web.close()

    asyncio.run(scenario())


def test_a_thread_counts_until_it_ends_though_nobody_waits_for_it_any_more(monkeypatch):
    release = threading.Event()
    asked: list[str] = []

    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        release.wait(30)
        return [(2, 1, 6, "", (PUBLIC, 80))]

    monkeypatch.setattr(dial.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(dial, "_LOOKUPS_AT_ONCE", 2)

    async def scenario() -> None:
        web = Web(backend=Net())
        for n in range(4):  # each of a client of its own, closed as its worker ends
            client = web.client(Reach())
            request = client.build_request("GET", f"http://slow{n}.example/")
            code, _ = await told(exchange(client, request, limit_bytes=99, timeout_s=0.05))
            assert code == "timeout"
            await client.aclose()
        assert asked == ["slow0.example", "slow1.example"]
        release.set()
        code, _ = await told(ask(web, "http://quick.example/"))
        assert code == "network"
        assert asked[2:] == ["quick.example"]
        await web.close()

    asyncio.run(scenario())


def test_look_ups_under_way_do_not_outlive_their_loop(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(dial.socket, "getaddrinfo", lambda *_, **__: release.wait(30) and [])

    async def scenario() -> None:
        web = Web()
        code, _ = await told(ask(web, "http://slow.example/", timeout_s=0.05))
        assert code == "timeout"
        await web.close()

    asyncio.run(scenario())
    release.set()
    for thread in threading.enumerate():
        if thread.name == "lookup":
            thread.join(10)  # an exception in it would fail this test
