"""The server inside a loop: its end, TLS, sockets of the machine, proxies, and silent logs."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import stat
import threading
import time

import httpx
import pytest
import trustme
from fastapi import FastAPI

from api.services import Rooms, Service, problem
from cellblock.api.app import build
from cellblock.api.binding import Bind
from cellblock.api.proofs import mint
from cellblock.api.serving import Serving
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault

SELF = "/api/v1/tokens/self"


def test_it_serves_in_a_loop_that_is_there_and_takes_no_signals(tmp_path):
    async def run():
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        rooms = Rooms(tmp_path, HandClock())
        app = build(await rooms.doors())
        async with (
            Serving(app, Bind(port=0)) as serving,
            httpx.AsyncClient(base_url=serving.url, trust_env=False) as client,
        ):
            assert (await client.get("/health")).json() == {"ok": True}
            now = {number: signal.getsignal(number) for number in before}
        await serving.stop()
        await rooms.close()
        return before == now

    assert asyncio.run(run())


def test_streams_end_at_once_and_requests_are_let_finish(with_trials, tmp_path):
    with Service(tmp_path) as service:
        answers = []
        slow = threading.Thread(
            target=lambda: answers.append(service.admin.get("/api/v1/trial/slow/0.7"))
        )
        with service.of("viewer").stream("GET", "/api/v1/trial/stream") as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": hello"
            slow.start()
            _until(lambda: len(service.serving._server.server_state.tasks) == 2)
            begun = time.monotonic()
            service.do(service.serving.stop())
            assert set(lines) <= {"", ": still here"}
        slow.join(10)
        assert answers[0].json() == {"slept": 0.7}
        assert time.monotonic() - begun < 3
        with pytest.raises(httpx.ConnectError):
            service.client().get("/health")


def test_a_request_that_takes_too_long_is_told_that_the_service_ends(
    with_trials, tmp_path, monkeypatch
):
    monkeypatch.setattr("cellblock.api.serving.GRACE_S", 1)
    with Service(tmp_path) as service:
        answers = []
        slow = threading.Thread(
            target=lambda: answers.append(service.admin.get("/api/v1/trial/slow/60"))
        )
        slow.start()
        _until(lambda: len(service.serving._server.server_state.tasks) == 1)
        begun = time.monotonic()
        service.do(service.serving.stop())
        slow.join(10)
        assert time.monotonic() - begun < 5
    problem(answers[0], 503, "ending")


def _until(true):
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_waits_is_written_down_at_the_end(tmp_path):
    with Service(tmp_path) as service:
        service.admin.get(SELF)
        service.do(service.serving.stop())
        (token,) = service.do(service.stores.tokens.tokens(None))
        assert token.last_used_at == service.clock.wall_s()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def certified(authority, tmp_path):
    leaf = authority.issue_cert("localhost", "127.0.0.1")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    return Bind(port=0, certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")


def test_tls(authority, certified, tmp_path):
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with Service(tmp_path, certified, verify=trust) as service:
        assert service.url.startswith("https://127.0.0.1:")
        assert service.admin.get(SELF).json()["role"] == "admin"
        with pytest.raises(httpx.HTTPError):
            service.client(base_url=service.url.replace("https", "http")).get("/health")


def test_a_certificate_that_cannot_be_used_is_told_before_anything_listens(certified, tmp_path):
    (tmp_path / "key.pem").write_text("nothing")
    with pytest.raises(OperatorFault) as caught:
        Serving(FastAPI(), certified)
    assert caught.value.slug == "bad-tls"


def test_a_socket_of_the_machine(tmp_path):
    path = tmp_path / "service.sock"
    # One that was left behind by a host that was killed.
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with Service(tmp_path, Bind(socket=path)) as service:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert service.url == f"unix:{path}"
        client = service.client(
            service.token, base_url="http://localhost", transport=httpx.HTTPTransport(uds=str(path))
        )
        assert client.get(SELF).json()["role"] == "admin"
        wrong = service.client(
            mint()[1], base_url="http://any", transport=httpx.HTTPTransport(uds=str(path))
        )
        wrong.post(SELF)
        assert service.audit()[-1].actor == "address local"
    assert not path.exists()


def test_a_proxys_word_for_the_client_is_taken_only_from_a_proxy(tmp_path):
    headers = {"X-Forwarded-For": "192.0.2.66, 192.0.2.7", "Authorization": "Bearer x"}
    for name in "abc":
        (tmp_path / name).mkdir()
    with Service(tmp_path / "a", Bind(port=0)) as service:
        service.client().get(SELF, headers=headers)
        assert service.audit()[-1].actor == "address 127.0.0.1"
    with Service(tmp_path / "b", Bind(port=0, behind_proxy=("127.0.0.1",))) as service:
        service.client().get(SELF, headers=headers)
        assert service.audit()[-1].actor == "address 192.0.2.7", "not what the client said itself"
    with Service(tmp_path / "c", Bind(port=0, behind_proxy=("198.51.100.0/24",))) as service:
        service.client().get(SELF, headers=headers)
        assert service.audit()[-1].actor == "address 127.0.0.1"


def test_no_log_has_a_token_or_an_address_that_was_asked_for(trial, caplog, capfd):
    logging.getLogger("uvicorn.access").setLevel(logging.DEBUG)
    planted = mint()[1]
    with caplog.at_level(logging.DEBUG):
        for token in (trial.token, planted):
            client = trial.client(token)
            client.get(SELF)
            client.get(f"/hooks/{planted}")
            client.get(SELF, params={"token": planted})
            client.post("/api/v1/trial/raise/bug", json={"token": planted})
            client.post(f"/api/v1/trial/raise/{planted}")
            client.get("/health", headers={"Host": planted})
    written = caplog.text + "".join(capfd.readouterr())
    ours = "\n".join(line for line in written.splitlines() if "httpx" not in line)
    assert "request" in ours, "the defect is logged"
    for token in (trial.token, planted):
        assert token not in ours
        assert token.rpartition("_")[2] not in ours
