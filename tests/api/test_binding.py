"""Where the service may listen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cellblock.api.binding import Bind, hosts_of, judge, listen, url_of
from cellblock.errors import OperatorFault

TLS = {"certificate": Path("c.pem"), "key": Path("k.pem")}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.10"])
def test_this_machine_alone_needs_nothing(host):
    judge(Bind(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", ""])
def test_a_network_needs_tls_or_a_proxy_or_a_word(host):
    with pytest.raises(OperatorFault) as caught:
        judge(Bind(host=host))
    assert caught.value.slug == "insecure-bind"
    assert "--insecure-bind" in caught.value.hint
    for more in (TLS, {"behind_proxy": ("127.0.0.1",)}, {"insecure": True}):
        judge(Bind(host=host, **more))


@pytest.mark.parametrize(
    ("bind", "slug"),
    [
        (Bind(certificate=Path("c.pem")), "bad-tls"),
        (Bind(key=Path("k.pem")), "bad-tls"),
        (Bind(behind_proxy=("*",)), "bad-proxy"),
        (Bind(behind_proxy=("proxy.example",)), "bad-proxy"),
        (Bind(behind_proxy=("10.0.0.1/8",)), "bad-proxy"),
        (Bind(host="no such host"), "bind-failed"),
        (Bind(port=99_999), "bind-failed"),
    ],
)
def test_what_cannot_be_is_told(bind, slug):
    with pytest.raises(OperatorFault) as caught:
        listen(bind)
    assert caught.value.slug == slug
    assert caught.value.hint


def test_a_port_that_is_taken_is_told_with_its_reason():
    (first,) = listen(Bind(port=0))
    with first, pytest.raises(OperatorFault, match="in use"):
        listen(Bind(port=first.getsockname()[1]))


def test_a_socket_where_somebody_listens_stays_theirs(tmp_path):
    path = tmp_path / "s"
    (first,) = listen(Bind(socket=path))
    with first, pytest.raises(OperatorFault, match="in use"):
        listen(Bind(socket=path))
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OperatorFault):
        listen(Bind(socket=tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("bind", "hosts"),
    [
        (Bind(), ("localhost", "127.0.0.1", "[::1]", "127.0.0.1")),
        (Bind(names=("bots.lan",)), ("localhost", "127.0.0.1", "[::1]", "127.0.0.1", "bots.lan")),
        (Bind(host="::1"), ("localhost", "127.0.0.1", "[::1]", "[::1]")),
        (Bind(host="192.0.2.1", insecure=True), ()),
        (
            Bind(host="192.0.2.1", insecure=True, names=("bots.lan",)),
            ("localhost", "127.0.0.1", "[::1]", "192.0.2.1", "bots.lan"),
        ),
        (Bind(behind_proxy=("127.0.0.1",)), ()),
        (Bind(socket=Path("/run/x")), ()),
    ],
)
def test_the_names_by_which_it_may_be_called(bind, hosts):
    assert hosts_of(bind) == hosts


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        (Bind(port=0), "http://127.0.0.1:"),
        (Bind(host="::1", port=0), "http://[::1]:"),
        (Bind(host="0.0.0.0", port=0, insecure=True), "http://127.0.0.1:"),
        (Bind(host="127.0.0.1", port=0, **TLS), "https://127.0.0.1:"),
    ],
)
def test_the_address_for_programs_of_this_machine(bind, url):
    (opened,) = listen(Bind(port=0))
    with opened:
        assert url_of(bind, [opened]) == f"{url}{opened.getsockname()[1]}"


def test_a_name_with_several_addresses_has_one_port():
    opened = listen(Bind(host="localhost", port=0))
    try:
        assert len({one.getsockname()[1] for one in opened}) == 1
        with socket.create_connection(("127.0.0.1", opened[0].getsockname()[1]), timeout=5):
            pass
    finally:
        for one in opened:
            one.close()
