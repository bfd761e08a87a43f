"""State in a real Redis that dies, stands still, comes back, or is something else altogether."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import subprocess
import time
from contextlib import asynccontextmanager, suppress

import pytest

from cellblock.errors import OperatorFault
from cellblock.limits import STATE_VALUE_BYTES
from cellblock.names import WorkerId
from cellblock.store import redis_fault, redis_link
from cellblock.store.ports import Seizure, StoreFault
from cellblock.store.redis import RedisState
from redis_server import RedisServer, executable, free_port

BOT = WorkerId("bot")
BOUND_S = 15.0
"""A call ends in 5 s, and a ctx call has 30 s; the rest is for a machine that is busy."""


@pytest.fixture
def server(tmp_path):
    """A Redis that brings every write to its disk, of this test's own."""
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.kill()


@pytest.fixture
def hurried(monkeypatch):
    """Shorter bounds, where many that are not answered are tried."""
    monkeypatch.setattr(redis_link, "_CALL_S", 1.0)
    monkeypatch.setattr(redis_link, "_TRY_S", 0.3)
    monkeypatch.setattr(redis_link, "_PAUSES_S", (0.0, 0.01, 0.02))


@asynccontextmanager
async def opened(url):
    store = await RedisState.open(url)
    try:
        yield store
    finally:
        await store.close()


async def fault_of(work) -> str:
    """Give the text of a StoreFault that comes in time."""
    begun_s = time.monotonic()
    with pytest.raises(StoreFault) as caught:
        await work
    assert time.monotonic() - begun_s < BOUND_S
    return str(caught.value)


async def until_back(store) -> None:
    """Ask until there is an answer."""
    async with asyncio.timeout(20):
        while True:
            try:
                await store.get(BOT, "k")
            except StoreFault:
                await asyncio.sleep(0.01)
            else:
                return


def refusal(url) -> OperatorFault:
    with pytest.raises(OperatorFault) as caught:
        asyncio.run(RedisState.open(url))
    return caught.value


# What becomes of calls when Redis goes


@pytest.mark.slow
def test_a_redis_that_died_is_told_at_once_and_found_again_when_it_is_back(server, caplog):
    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "k", b"1")
            server.kill()
            assert await fault_of(store.get(BOT, "k")) == (
                "Redis cannot be reached: Connection refused"
            )
            said = await fault_of(store.set(BOT, "k", b"2"))
            assert said.startswith("Redis has been away for ")
            assert said.endswith(" s; nothing was changed")
            server.start()
            await until_back(store)
            assert await store.get(BOT, "k") == b"1"
            await store.set(BOT, "k", b"3")
            assert await store.get(BOT, "k") == b"3"

    with caplog.at_level(logging.WARNING, "cellblock.store"):
        asyncio.run(scenario())
    gone, back = caplog.messages
    assert gone == f"Redis at 127.0.0.1:{server.port}: Redis cannot be reached: Connection refused"
    assert back.startswith(f"Redis at 127.0.0.1:{server.port} is back after ")


def test_a_redis_that_is_restarted_between_two_calls_is_not_noticed(server):
    async def scenario():
        async with opened(server.url) as store:
            for number in range(3):
                await store.set(BOT, "k", str(number).encode())
                server.kill()
                server.start()
                assert await store.get(BOT, "k") == str(number).encode()

    asyncio.run(scenario())


def test_a_call_outlives_a_restart_of_redis_in_the_middle_of_it(server):
    async def scenario():
        async with opened(server.url) as store:
            server.pause()
            setting = asyncio.create_task(store.set(BOT, "k", b"1"))
            await asyncio.sleep(0)
            server.kill()
            await asyncio.to_thread(server.start)
            await setting
            assert await store.get(BOT, "k") == b"1"

    asyncio.run(scenario())


@pytest.mark.slow
def test_a_redis_that_stands_still_is_told_in_time_and_goes_on_where_it_stood(server):
    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "k", b"1")
            server.pause()
            said = await fault_of(store.set(BOT, "k", b"2"))
            assert said == (
                "Redis does not answer in time; the change may or may not have been kept"
            )
            server.resume()
            await until_back(store)
            assert await store.get(BOT, "k") in {b"1", b"2"}
            await store.set(BOT, "k", b"3")
            assert await store.get(BOT, "k") == b"3"

    asyncio.run(scenario())


@pytest.mark.slow
def test_many_calls_to_a_redis_that_stands_still_all_end_in_time(server):
    async def scenario():
        async with opened(server.url) as store:
            await asyncio.gather(*(store.set(BOT, str(n), b"1") for n in range(40)))
            server.pause()
            workers = [WorkerId(f"w{number}") for number in range(60)]
            await asyncio.gather(*(fault_of(store.get(worker, "k")) for worker in workers))
            server.resume()
            await until_back(store)
            assert len(await store.keys(BOT)) == 40
            assert server.cli("CLIENT", "LIST").count("id=") <= redis_link._CONNECTIONS + 1

    asyncio.run(scenario())


def test_after_a_failure_calls_fail_at_once_and_the_wait_grows_to_its_limit():
    silence = redis_fault.Silence("somewhere")
    problem = redis_fault.RedisFault("gone", "away")
    silence.check(0.0, changes=True)
    now_s, waits = 10.0, []
    for _ in range(6):
        silence.begin(now_s, problem)
        waits.append(silence._until_s - now_s)
        with pytest.raises(StoreFault):
            silence.check(silence._until_s - 0.01, changes=True)
        now_s = silence._until_s
        silence.check(now_s, changes=True)
    assert waits == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]
    silence.begin(now_s, problem)
    silence.end(now_s)
    silence.check(now_s, changes=False)


# What is acknowledged is kept, and nothing else is


@pytest.mark.slow
def test_every_acknowledged_write_outlives_a_kill_and_none_is_invented(server):
    """Writers, each with keys of its own, while Redis is killed without a word, again and again."""
    sent: dict[str, list[bytes]] = {}
    kept: dict[str, bytes] = {}
    stop = asyncio.Event()

    async def write(store, key, number):
        value = f"{key}:{number}".encode()
        sent.setdefault(key, []).append(value)
        try:
            await store.set(BOT, key, value)
        except StoreFault:
            kept.pop(key, None)  # from here on it is this one or the one before
            await asyncio.sleep(0.01)
        else:
            kept[key] = value
            sent[key] = [value]

    async def write_on(store, name):
        for number in itertools.count():
            if stop.is_set():
                return
            await write(store, f"{name}-{number % 5}", number)

    async def scenario():
        async with opened(server.url) as store:
            writers = [asyncio.create_task(write_on(store, name)) for name in "abcdef"]
            acknowledged = 0
            for _ in range(4):
                async with asyncio.timeout(30):
                    while len(kept) < 20:
                        await asyncio.sleep(0.01)
                acknowledged += len(kept)
                server.kill()
                await asyncio.to_thread(server.start)
            stop.set()
            await asyncio.gather(*writers)
            server.kill()
            server.start()
            await until_back(store)
            found = await store.page(BOT, "", 10_000_000)
            assert {key: found.get(key) for key in kept} == kept, "an acknowledged write is gone"
            strange = [key for key, value in found.items() if value not in sent[key]]
            assert not strange, "a write that was never sent"
            assert acknowledged >= 80

    asyncio.run(scenario())


class Delay:
    """A wire to a Redis that can swallow what is sent on it, and deliver it late."""

    def __init__(self, port):
        self.port = port
        self.held = []
        self.holding = False
        self._tasks = set()
        self._backs = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/0"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for out in self._backs:
            out.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        there, out = await asyncio.open_connection("127.0.0.1", self.port)
        self._backs[out] = asyncio.create_task(self._back(there, writer))
        self._tasks.add(self._backs[out])
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.holding:
                    self.held.append((out, data))
                else:
                    out.write(data)

    async def _back(self, there, writer):
        with suppress(OSError):
            while data := await there.read(65_536):
                writer.write(data)
        writer.transport.abort()

    async def deliver(self):
        """Send what was held, as a network does that was only slow, until Redis has taken it."""
        for out, data in self.held:
            out.write(data)
            with suppress(OSError):
                out.write_eof()
            await self._backs[out]


def test_a_write_that_was_given_up_never_lands_on_a_newer_one(server):
    async def scenario():
        async with Delay(server.port) as wire, opened(wire.url) as store:
            await store.set(BOT, "k", b"0")
            wire.holding = True
            setting = asyncio.create_task(store.set(BOT, "k", b"old"))
            async with asyncio.timeout(10):
                while not wire.held:
                    await asyncio.sleep(0.001)
            setting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await setting
            assert b"old" in wire.held[0][1]
            wire.holding = False
            await store.set(BOT, "k", b"new")
            await wire.deliver()
            assert await store.get(BOT, "k") == b"new"

    asyncio.run(scenario())


def test_without_the_right_to_end_connections_the_report_says_what_is_missing(server):
    server.cli("ACL", "SETUSER", "weak", "on", ">pw", "~*", "+@all", "-client|kill")

    async def scenario():
        async with opened(f"redis://weak:pw@127.0.0.1:{server.port}") as store:
            await store.set(BOT, "k", b"1")
            report = await store.report()
            assert [text for text in report.worries if "may still arrive after" in text]
            assert await store.get(BOT, "k") == b"1"

    asyncio.run(scenario())


@pytest.mark.parametrize("first", [TimeoutError(), redis_link.RedisError("reset")])
def test_a_refusal_after_a_try_that_got_no_answer_leaves_the_doubt(server, monkeypatch, first):
    async def scenario():
        async with opened(server.url) as store:
            exchange, told = store._link._exchange, [first]

            async def unsure(line, commands):
                answers = await exchange(line, commands)
                if told:
                    await line.drop()
                    raise told.pop()
                return answers

            monkeypatch.setattr(store._link, "_exchange", unsure)
            server.cli("SET", "cellblock:state:other", "no hash")
            said = await fault_of(store.set(WorkerId("other"), "k", b"1"))
            assert "wrong kind of value" in said
            assert said.endswith("; the change may or may not have been kept")
            said = await fault_of(store.set(WorkerId("other"), "k", b"1"))
            assert said.endswith("; nothing was changed")

    asyncio.run(scenario())


# Answers belong to their questions


@pytest.mark.slow
def test_answers_belong_to_their_questions_whatever_is_cancelled_when(server):
    async def ask(store, name):
        assert await store.get(BOT, name) == name.encode() * 1_000

    async def scenario():
        names = [f"{number:03}" for number in range(50)]
        async with opened(server.url) as store:
            for name in names:
                await store.set(BOT, name, name.encode() * 1_000)
            for turns in range(60):
                tasks = [asyncio.create_task(ask(store, name)) for name in names]
                for _ in range(turns % 20):
                    await asyncio.sleep(0)
                for task in tasks[turns % 3 :: 3]:
                    task.cancel()
                for result in await asyncio.gather(*tasks, return_exceptions=True):
                    assert result is None or isinstance(result, asyncio.CancelledError)
            await asyncio.gather(*(ask(store, name) for name in names))
            assert store._link._places._value == redis_link._CONNECTIONS

    asyncio.run(scenario())


def test_cancelled_calls_to_a_redis_that_stands_still_leave_nothing_behind(server):
    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "a", b"A")
            await store.set(BOT, "b", b"B")
            for _ in range(2 * redis_link._CONNECTIONS):
                server.pause()
                asking = asyncio.create_task(store.get(BOT, "a"))
                for _ in range(20):
                    await asyncio.sleep(0)
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
                server.resume()
                assert await store.get(BOT, "b") == b"B"

    asyncio.run(scenario())


# What is refused when the state is opened


def test_a_redis_that_is_not_there_is_the_operators_fault():
    fault = refusal(f"redis://127.0.0.1:{free_port()}")
    assert fault.slug == "redis-away"
    assert "Redis cannot be reached: Connection refused; see that it runs" in str(fault)


def test_a_name_that_no_host_has_is_the_operators_fault():
    fault = refusal("redis://no-such-host.invalid")
    assert fault.slug == "redis-away"
    assert "state cannot be kept in the Redis at no-such-host.invalid:6379" in str(fault)


def test_a_socket_that_is_not_there_is_the_operators_fault(tmp_path):
    fault = refusal(f"unix://{tmp_path}/none.sock")
    assert (fault.slug, "No such file or directory" in str(fault)) == ("redis-away", True)


@pytest.fixture
def guarded(tmp_path):
    """A Redis with a password."""
    server = RedisServer(tmp_path, "--requirepass", "s3cret/word")
    yield server
    server.kill()


@pytest.mark.parametrize("socket", [False, True], ids=["tcp", "unix"])
@pytest.mark.parametrize("secret", ["", ":", ":other-word@", "nobody:s3cret%2Fword@"])
def test_a_wrong_password_is_told_without_it(guarded, secret, socket):
    place = str(guarded.socket) if socket else f"127.0.0.1:{guarded.port}"
    mark = secret.rstrip(":") if secret != ":" else ""
    fault = refusal(f"{'unix' if socket else 'redis'}://{mark}{place}")
    assert fault.slug == "redis-denied"
    assert "Redis does not let us in: " in str(fault)
    assert "word" not in str(fault).replace("password", "")


@pytest.mark.parametrize("way", ["url", "file", "unix"])
def test_the_right_password_opens_and_is_never_shown(guarded, tmp_path, way):
    secret = tmp_path / "secret"
    secret.write_text("s3cret/word\n")
    url = {
        "url": f"redis://:s3cret%2Fword@127.0.0.1:{guarded.port}/0",
        "file": f"redis://127.0.0.1:{guarded.port}/0?password_file={secret}",
        "unix": f"unix://{guarded.socket}?password_file={secret}",
    }[way]

    async def scenario():
        async with opened(url) as store:
            await store.set(BOT, "k", b"1")
            shown = repr(store) + repr(vars(store)) + repr(vars(store._link))
            guarded.cli("AUTH", "s3cret/word")
            return shown

    assert "s3cret" not in asyncio.run(scenario())


def test_a_password_that_redis_repeats_is_taken_out_of_its_text():
    address = redis_link.Address(host="h", password="s3cret")
    problem = redis_link.ResponseError("unknown command 's3cret' from h:6379")
    said = str(redis_fault.fault(problem, address, changes=True, sent=False))
    assert said == "Redis refuses: unknown command '•••' from •••; nothing was changed"


def test_a_database_that_is_not_there_is_the_operators_fault(server):
    fault = refusal(f"redis://127.0.0.1:{server.port}/99")
    assert fault.slug == "redis-refused"
    assert "DB index is out of range" in str(fault)


def test_databases_and_prefixes_keep_workers_apart(server):
    async def scenario():
        urls = [f"redis://127.0.0.1:{server.port}/{db}?prefix={p}" for db in "01" for p in "ab"]
        for url in urls:
            async with opened(url) as store:
                assert await store.keys(BOT) == []
                await store.set(BOT, url, b"1")
        for url in urls:
            async with opened(url) as store:
                assert await store.keys(BOT) == [url]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("options", "slug", "words"),
    [
        (("--cluster-enabled", "yes"), "redis-mode", "runs as cluster"),
        (("--replicaof", "127.0.0.1", "1"), "redis-refused", "read only replica"),
        (("--rename-command", "HDEL", ""), "redis-refused", "unknown command 'HDEL'"),
    ],
    ids=["cluster", "replica", "no HDEL"],
)
def test_a_redis_that_could_not_keep_state_is_refused_at_the_door(tmp_path, options, slug, words):
    server = RedisServer(tmp_path, *options)
    try:
        fault = refusal(server.url)
    finally:
        server.kill()
    assert (fault.slug, words in str(fault)) == (slug, True), fault


def test_a_user_without_the_right_to_write_is_refused_at_the_door(server):
    server.cli("ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@read", "+info")
    fault = refusal(f"redis://reader:pw@127.0.0.1:{server.port}")
    assert fault.slug == "redis-refused"
    assert "has no permissions to run the 'hdel' command" in str(fault)


def test_a_user_with_no_more_rights_than_needed_can_keep_state(server):
    server.cli(
        *("ACL", "SETUSER", "least", "on", ">pw", "~cellblock:*", "+hget", "+hset", "+hdel"),
        *("+hkeys", "+hmget", "+hstrlen", "+select"),
    )

    async def scenario():
        async with opened(f"redis://least:pw@127.0.0.1:{server.port}") as store:
            await store.set(BOT, "k", b"1")
            assert await store.page(BOT, "", 100) == {"k": b"1"}
            assert await store.sizes(BOT) == {"k": 2}
            await store.delete(BOT, "k")
            worries = " ".join((await store.report()).worries)
            assert "Redis does not tell us how it is set up" in worries

    asyncio.run(scenario())


# Refusals of a Redis that is well


def test_a_redis_that_is_full_refuses_and_keeps_what_it_has(server):
    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "k", b"1")
            server.cli("CONFIG", "SET", "maxmemory", "1")
            said = await fault_of(store.set(BOT, "k", b"2"))
            assert said.startswith("Redis refuses: command not allowed when used memory")
            assert said.endswith("; nothing was changed")
            with pytest.raises(StoreFault):
                await store.seize(Seizure("v1", BOT, 1.0, "what", "source"))
            assert await store.get(BOT, "k") == b"1"
            assert await store.seizures() == []
            server.cli("CONFIG", "SET", "maxmemory", "0")
            await store.set(BOT, "k", b"3")

    asyncio.run(scenario())


def test_a_redis_that_turns_into_a_replica_refuses_until_it_is_a_primary_again(server):
    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "k", b"1")
            server.cli("REPLICAOF", "127.0.0.1", "1")
            said = await fault_of(store.set(BOT, "k", b"2"))
            assert said.endswith("; nothing was changed")
            server.cli("REPLICAOF", "NO", "ONE")
            await until_back(store)
            await store.set(BOT, "k", b"3")
            assert await store.get(BOT, "k") == b"3"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("SET", "cellblock:state:bot", "1"), "wrong kind of value"),
        (("HSET", "cellblock:state:bot", "\udcff", "1"), "no text"),
    ],
    ids=["another kind", "no text"],
)
def test_what_somebody_else_put_in_the_workers_place_is_told(server, command, words):
    async def scenario():
        raw = b"".join(
            b"$%d\r\n%s\r\n" % (len(data), data)
            for data in (word.encode("utf-8", "surrogateescape") for word in command)
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"*%d\r\n%s" % (len(command), raw))
        await reader.readline()
        writer.close()
        async with opened(server.url) as store:
            for work in (store.keys(BOT), store.page(BOT, "", 10), store.sizes(BOT)):
                assert words in await fault_of(work)

    asyncio.run(scenario())


def test_a_worker_at_its_limits_is_read_page_by_page(server):
    async def scenario():
        value = b"x" * STATE_VALUE_BYTES
        async with opened(server.url) as store:
            await store.replace(BOT, {f"{n:03}": value for n in range(20)} | {"é": b"1"})
            found: dict[str, bytes] = {}
            while page := await store.page(BOT, max(found, default=""), 4_000_000):
                assert sum(map(len, page.values())) < 5_000_000
                found |= page
            assert list(found) == sorted(found)
            assert len(found) == 21

    asyncio.run(scenario())


# TLS


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    trustme = pytest.importorskip("trustme")
    folder = tmp_path_factory.mktemp("tls")
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    other.cert_pem.write_to_path(folder / "other.pem")
    own = authority.issue_cert("127.0.0.1")
    own.private_key_pem.write_to_path(folder / "key.pem")
    own.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return folder


@pytest.fixture
def secure(tmp_path, authority):
    command = [executable(), "--port", "0", "--tls-port", "0"]  # which it listens nowhere for
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Bad directive" in done.stderr:
        assert os.environ.get("CI") != "true", "redis-server was built without TLS"
        pytest.skip("this redis-server was built without TLS")
    port = free_port()
    server = RedisServer(
        tmp_path,
        *("--tls-port", str(port), "--tls-auth-clients", "optional"),
        *("--tls-cert-file", str(authority / "cert.pem")),
        *("--tls-key-file", str(authority / "key.pem")),
        *("--tls-ca-cert-file", str(authority / "ca.pem")),
    )
    yield server, port
    server.kill()


def test_tls_keeps_state_for_who_trusts_the_certificate(secure, authority):
    server, port = secure

    async def scenario():
        files = f"cert_file={authority}/cert.pem&key_file={authority}/key.pem"
        url = f"rediss://127.0.0.1:{port}/0?ca_file={authority}/ca.pem"
        for more in ("", f"&{files}"):
            async with opened(url + more) as store:
                await store.set(BOT, "k", b"x" * 100_000)
                assert await store.get(BOT, "k") == b"x" * 100_000
        async with opened(url) as store:
            server.kill()
            said = await fault_of(store.get(BOT, "k"))
            assert "Connection refused" in said

    asyncio.run(scenario())


@pytest.mark.slow
def test_tls_that_is_not_trusted_or_not_there_is_told(secure, authority):
    server, port = secure
    untrusted = refusal(f"rediss://127.0.0.1:{port}/0")
    other = refusal(f"rediss://127.0.0.1:{port}/0?ca_file={authority}/other.pem")
    plain = refusal(f"rediss://127.0.0.1:{server.port}/0?ca_file={authority}/ca.pem")
    clear = refusal(f"redis://127.0.0.1:{port}/0")
    name = refusal(f"rediss://localhost:{port}/0?ca_file={authority}/ca.pem")
    for fault in (untrusted, other, name):
        assert fault.slug == "redis-tls"
        assert "the certificate of Redis is not trusted: " in str(fault)
    for fault in (plain, clear):
        assert fault.slug == "redis-away"
        assert "whether it wants TLS (rediss://)" in str(fault)


# What is no Redis


async def nonsense(reader, writer):
    await reader.read(1)
    writer.write(b"\0\xff nonsense\r\n" * 100)


async def http(reader, writer):
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def half(reader, writer):
    await reader.read(1)
    writer.write(b"$1000\r\nhalf of")
    await writer.drain()
    writer.transport.abort()


async def slow(reader, writer):
    await reader.read(1)
    for _ in range(10_000):
        writer.write(b"*1\r\n")
        await asyncio.sleep(0.01)


async def deep(reader, writer):
    await reader.read(1)
    writer.write(b"*1\r\n" * 100_000)


async def bad_number(reader, writer):
    await reader.read(1)
    writer.write(b"$x\r\n$-7\r\n:1e3\r\n")


async def endless_line(reader, writer):
    await reader.read(1)
    writer.write(b"+" + b"x" * 1_000_000)


async def moved(reader, writer):
    await reader.read(1)
    writer.write(b"-MOVED somewhere\r\n" * 10)


async def says_ok(reader, writer):
    while await reader.read(65_536):
        writer.write(b"+OK\r\n" * 10)


async def silent(reader, writer):
    await reader.read(-1)


async def hangs_up(reader, writer):
    writer.transport.abort()


OTHERS = [
    nonsense,
    http,
    half,
    slow,
    deep,
    bad_number,
    endless_line,
    moved,
    says_ok,
    silent,
    hangs_up,
]


@asynccontextmanager
async def other(behaviour):
    tasks = set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        with suppress(OSError, asyncio.CancelledError):
            await behaviour(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# At the end of its stack Python cannot always say what it drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("behaviour", OTHERS, ids=lambda item: item.__name__)
def test_what_is_no_redis_is_refused_in_time(behaviour, hurried):
    async def scenario():
        async with other(behaviour) as port:
            begun_s = time.monotonic()
            with pytest.raises(OperatorFault) as caught:
                await RedisState.open(f"redis://:s3cret@127.0.0.1:{port}")
            assert time.monotonic() - begun_s < BOUND_S
            return caught.value

    fault = asyncio.run(scenario())
    assert fault.slug in {"no-redis", "redis-away", "redis-refused"}, fault
    assert "s3cret" not in str(fault)


# At the end of its stack Python cannot always say what it drops.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("behaviour", OTHERS, ids=lambda item: item.__name__)
def test_what_takes_the_place_of_redis_in_mid_use_raises_nothing_but_store_faults(
    tmp_path, behaviour, hurried
):
    server = RedisServer(tmp_path)

    async def scenario():
        async with opened(server.url) as store:
            await store.set(BOT, "k", b"1")
            server.kill()
            async with other(behaviour) as port:
                # The same store, as if the other had come to its port.
                store._link._address = redis_link.Address(host="127.0.0.1", port=port)
                for work in (
                    store.set(BOT, "k", b"2"),
                    store.page(BOT, "", 10),
                    store.seizures(),
                    store.sizes(BOT),
                ):
                    await fault_of(work)

    try:
        asyncio.run(scenario())
    finally:
        server.kill()


# The URL


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://", "it names no host"),
        ("redis:///0", "it names no host"),
        ("redis://:pa/ss@h/0", "its host or port cannot be read"),
        ("redis://me:12/34word@h/0", "its database is no number"),
        ("redis://h:70000", "its host or port cannot be read"),
        ("redis://h/one", "its database is no number"),
        ("redis://h/0#x", "it holds a #"),
        ("redis://h?password=12word", "its options are prefix, password_file"),
        ("redis://h?ca_file=x", "its options are prefix, password_file"),
        ("redis://h?prefix=a&prefix=b", "each once"),
        ("redis://h?prefix=", "with a value"),
        ("redis://h?prefix=a b", "its prefix is not"),
        ("redis://:12word@h?password_file=x", "a password and a password_file"),
        ("redis://h?password_file=/no/such", "its password_file cannot be read: No such file"),
        ("redis://h?password_file=/", "its password_file cannot be read: Is a directory"),
        ("redis://h?password_file=/dev/null", "does not hold one password"),
        ("redis://h?password_file=/dev/zero", "does not hold one password"),
        ("rediss://h?ca_file=/no/such", "its ca_file names no file"),
        ("rediss://h?key_file=/etc/passwd", "a key_file without a cert_file"),
        ("unix://redis.sock", "no absolute path of a socket"),
        ("unix://", "no absolute path of a socket"),
    ],
)
def test_a_url_that_cannot_be_is_told_without_quoting_it(url, words):
    fault = refusal(url)
    assert fault.slug == "bad-redis-url"
    assert words in str(fault)
    assert "word@" not in str(fault)
    assert "12" not in str(fault)


# How safe it is


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--appendonly", "yes", "--appendfsync", "always"), []),
        (("--appendonly", "yes"), ["appendfsync is everysec", "the last second"]),
        (("--appendonly", "yes", "--appendfsync", "no"), ["appendfsync is no", "half minute"]),
        ((), ["Redis keeps nothing on its disk"]),
        (("--save", "3600 1"), ["snapshots at the most"]),
    ],
    ids=["always", "everysec", "no", "nothing", "snapshots"],
)
def test_the_report_tells_what_an_acknowledged_write_outlives(tmp_path, options, words):
    server = RedisServer(tmp_path, *options)

    async def scenario():
        async with opened(server.url) as store:
            return await store.report()

    try:
        report = asyncio.run(scenario())
    finally:
        server.kill()
    assert len(report.worries) == (1 if words else 0), report
    assert all(word in report.worries[0] for word in words)


@pytest.mark.parametrize(
    ("limit", "policy", "worried"),
    [
        ("100mb", "allkeys-lru", True),
        ("100mb", "allkeys-random", True),
        ("100mb", "volatile-lru", False),
        ("100mb", "noeviction", False),
        ("0", "allkeys-lru", False),
    ],
)
def test_a_redis_that_forgets_keys_is_told(server, limit, policy, worried):
    server.cli("CONFIG", "SET", "maxmemory", limit)
    server.cli("CONFIG", "SET", "maxmemory-policy", policy)

    async def scenario():
        async with opened(server.url) as store:
            return await store.report()

    report = asyncio.run(scenario())
    found = [text for text in report.worries if "may so forget all state of a worker" in text]
    assert bool(found) is worried, report
    assert f"maxmemory-policy {policy}" in report.facts["memory"]


def test_state_with_a_time_to_live_is_told(server):
    async def scenario():
        async with opened(server.url) as store:
            for number in range(30):
                await store.set(WorkerId(f"w{number}"), "k", b"1")
            server.cli("EXPIRE", "cellblock:state:w7", "1000")
            return await store.report()

    report = asyncio.run(scenario())
    assert report.worries == ("cellblock:state:w7 has a time to live and will vanish; PERSIST it",)
