"""Clients that are slow, silent, too many or too long: on real sockets."""

from __future__ import annotations

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest

from api.services import Service, problem
from cellblock.limits import API_HEADER_BYTES

SOON_S = 15.0


@contextlib.contextmanager
def connection(service):
    where = urlsplit(service.url)
    with socket.create_connection((where.hostname, where.port), timeout=SOON_S) as one:
        yield one


def read_all(one):
    """Read until the service closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts)


def open_connections(service):
    return len(service.serving._server.server_state.connections)


def until(true):
    deadline = time.monotonic() + SOON_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_head_that_drips_is_not_waited_for(service, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_HEAD_S", 0.5)
    with connection(service) as one:
        one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        begun = time.monotonic()
        one.settimeout(0.02)
        ended = False
        while not ended and time.monotonic() < begun + SOON_S:
            try:
                one.sendall(b"X-Drip: 1\r\n")
                ended = one.recv(100) == b""
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                ended = True
        assert ended
        assert time.monotonic() - begun >= 0.3
    until(lambda: open_connections(service) == 0)


def test_a_connection_that_says_nothing_is_closed(service, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_HEAD_S", 0.1)
    with connection(service) as one:
        assert read_all(one) == b""


def test_a_whole_head_is_given_its_time_and_the_next_one_too(service, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_HEAD_S", 0.1)
    with connection(service) as one:
        for _ in range(2):
            one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" in one.recv(65536)
            time.sleep(0.15)
        one.sendall(b"GET /hea")
        assert read_all(one) == b""


def test_a_connection_that_is_done_is_kept_for_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr("cellblock.api.serving.API_IDLE_S", 1)
    with Service(tmp_path) as service, connection(service) as one:
        one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        begun = time.monotonic()
        assert b"200 OK" in read_all(one)
        assert time.monotonic() - begun >= 0.9


def test_there_are_only_so_many_connections(service, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_CONNECTIONS", 5)
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connection(service)) for _ in range(5)]
        until(lambda: open_connections(service) == 5)
        with connection(service) as one:
            assert read_all(one) == b""
        held[0].sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in read_all(held[0])
    until(lambda: open_connections(service) == 0)
    assert service.client().get("/health").status_code == 200


def test_a_head_that_is_too_long_is_refused(service):
    for header in (b"X: " + b"x" * API_HEADER_BYTES, b"X: x\r\n" * API_HEADER_BYTES):
        with connection(service) as one:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + header)
            answer = read_all(one)
            assert not answer or b" 400 " in answer.splitlines()[0]


def test_a_body_that_drips_is_not_waited_for(trial, monkeypatch):
    monkeypatch.setattr("cellblock.api.visit.API_BODY_S", 0.2)
    with connection(trial) as one:
        head = f"POST /api/v1/trial/body HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {trial.token}\r\n"
        one.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n[")
        answer = read_all(one)
    assert b" 408 " in answer.splitlines()[0]
    assert b"slow-body" in answer
    assert b"connection: close" in answer.lower()


def test_one_who_does_not_read_the_answer_is_left(trial, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_UNREAD_S", 0.2)
    with connection(trial) as one:
        head = f"GET /api/v1/trial/endless HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {trial.token}\r\n\r\n"
        one.sendall(head.encode())
        assert one.recv(10) == b"HTTP/1.1 2"
        until(lambda: open_connections(trial) == 0)
        until(lambda: not trial.serving._server.server_state.tasks)


def test_one_who_waits_for_leave_to_send_is_told_before_a_body_comes(trial):
    with connection(trial) as one:
        head = b"POST /api/v1/trial/body HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        one.sendall(head + b"Content-Length: 100000000\r\n\r\n")
        answer = read_all(one)
    assert b" 401 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n",
        b"\r\n" * 50,
    ],
)
def test_what_is_no_request_does_no_harm(service, bytes_sent, monkeypatch):
    monkeypatch.setattr("cellblock.api.patience.API_HEAD_S", 0.3)
    with connection(service) as one:
        one.sendall(bytes_sent)
        answer = read_all(one)
    assert not answer or answer.splitlines()[0].split()[1] in {b"400", b"404", b"421"}
    problem(service.client().get("/nowhere"), 404, "not-found")
