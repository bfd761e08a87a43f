from __future__ import annotations

import ipaddress
import string

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cellblock.broker import addresses
from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import bad_port, endpoint, literal, plain, read_url, reason_against
from cellblock.limits import HTTP_URL_BYTES

ROWS = addresses._REFUSED_4 + addresses._REFUSED_6 + addresses._NAMED_6


def bad(text: str) -> str:
    """Give the reason why a text is no URL."""
    with pytest.raises(AdapterError) as caught:
        read_url(text)
    assert caught.value.code == "bad_request"
    return str(caught.value)


@pytest.mark.parametrize(("network", "reason"), ROWS)
def test_every_network_of_the_tables_is_refused_from_end_to_end(network, reason):
    known = ipaddress.ip_network(network)
    assert reason_against(known[0]) == reason
    assert reason_against(known[-1]) == reason
    assert "(RFC " in reason or "Azure" in reason


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255"),
        *("172.32.0.0", "169.253.255.255", "192.167.255.255", "198.17.255.255", "198.20.0.0"),
        *("223.255.255.255", "168.63.129.15", "168.63.129.17", "11.0.0.0", "126.255.255.255"),
        *("2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2a00:1450::1"),
        *("64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "3fff:1000::", "3ffd::1"),
    ],
)
def test_what_is_public_is_not_refused(address):
    assert reason_against(plain(address)) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:a9fe:a9fe", "link-local"),
        ("::ffff:0:0", "this machine"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b:1::8.8.8.8", "outside of public IPv6"),
        ("::8.8.8.8", "outside of public IPv6"),
        ("::ffff:0:8.8.8.8", "outside of public IPv6"),
        ("4000::", "outside of public IPv6"),
        ("1fff:ffff::", "outside of public IPv6"),
        ("100::1", "outside of public IPv6"),
        ("fec0::1", "outside of public IPv6"),
        ("2002:7f00:1::", "6to4"),
        ("2001:0:4136:e378::", "Teredo"),
        ("fd00:ec2::254", "private"),
        ("100.100.100.200", "Alibaba"),
        ("192.0.0.192", "Oracle"),
        ("168.63.129.16", "Azure"),
        ("255.255.255.255", "reserved"),
    ],
)
def test_disguises_and_metadata_are_refused(address, reason):
    assert reason in (reason_against(plain(address)) or "it is public")


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
@settings(max_examples=500)
@example(ipaddress.ip_address("192.0.0.9"))
@example(ipaddress.ip_address("2001:1::1"))
@example(ipaddress.ip_address("::ffff:127.0.0.1"))
def test_the_tables_are_at_least_as_strict_as_the_standard_library(address):
    known = plain(str(address))
    if reason_against(known) is None:
        assert known.is_global or known in ipaddress.ip_network("64:ff9b::/96")
        assert not known.is_multicast


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_in_each_of_its_disguises(address):
    reason = reason_against(address)
    assert reason_against(plain(f"::ffff:{address}")) == reason
    assert reason_against(plain(f"64:ff9b::{address}")) == reason


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0"),
        *(
            "017700000001",
            "127.0.0.1.1",
            "1.2.3.4.",
            "256.1.1.1",
            "0x",
            "a.0x",
            "x.08",
            "1.1.1.0x1",
        ),
        *("010.0.0.1", "00000127.0.0.1", "4294967296", "999999999999", "fe80::1%eth0", "::1%0"),
    ],
)
def test_an_address_in_any_other_writing_is_no_host(host):
    with pytest.raises(AdapterError) as caught:
        literal(host)
    assert caught.value.code == "bad_request"


@pytest.mark.parametrize("host", ["example.com", "a.b", "x", "1a", "1.a", "0xg", "a-1", "1-1"])
def test_a_name_is_a_name(host):
    assert literal(host) is None


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("http://example.com", "http://example.com"),
        ("HTTP://EXAMPLE.com:80/a?b#c", "http://example.com/a?b"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://example.com./x", "http://example.com/x"),
        ("http://127.0.0.1./", "http://127.0.0.1/"),
        ("http://bücher.example/ä?ö=ü", "http://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"),
        ("http://[2606:4700:4700:0:0:0:0:1111]:8080/", "http://[2606:4700:4700::1111]:8080/"),
        ("http://[::ffff:169.254.169.254]/", "http://169.254.169.254/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://a_b.example/%2e%2e/x", "http://a_b.example/%2e%2e/x"),
        ("http://example.com/a/../../b", "http://example.com/b"),
        ("http://example.com:/", "http://example.com/"),
        ("http://example.com?x", "http://example.com?x"),
    ],
)
def test_a_url_is_used_in_one_form(text, used):
    url = read_url(text)
    assert url == httpx.URL(used)
    assert url.raw_host.decode() == httpx.URL(used).raw_host.decode()
    assert url.fragment == ""
    assert read_url(str(url)) == url, "reading it again changes nothing"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must begin with http"),
        ("example.com", "must begin with http"),
        ("//example.com/", "must begin with http"),
        ("/etc/passwd", "must begin with http"),
        ("http:/example.com", "must begin with http"),
        ("http:example.com", "must begin with http"),
        ("file:///etc/passwd", "must begin with http"),
        ("ftp://example.com/", "must begin with http"),
        ("gopher://example.com/", "must begin with http"),
        ("javascript:alert(1)", "must begin with http"),
        ("xhttp://example.com/", "must begin with http"),
        ("http+unix://%2frun%2fx.sock/", "must begin with http"),
        (" http://example.com/", "holds ' '"),
        ("http://example.com/\r\nHost: x", "holds '\\r'"),
        ("http://exam\tple.com/", "holds '\\t'"),
        ("http://example.com\n/", "holds '\\n'"),
        ("http://example.com\x00.org/", "holds '\\x00'"),
        ("http://example.com\\@evil.example/", "holds '\\\\'"),
        ("http:\\\\example.com", "holds '\\\\'"),
        ("http://user:pass@example.com/", "user name"),
        ("http://example.com@127.0.0.1/", "user name"),
        ("http://@example.com/", "user name"),
        ("http://a@b@c/", "user name"),
        ("http://", "host"),
        ("http:///path", "host"),
        ("http://.", "host"),
        ("http://..", "host"),
        ("http://.example.com/", "host"),
        ("http://a..b/", "host"),
        ("http://:80/", "host"),
        ("http://exa%6dple.com/", "host"),
        ("http://%31%32%37.0.0.1/", "host"),
        ("http://127.0.0.1%2f@x/", "user name"),
        ("http://example.com%00.org/", "host"),
        ("http://ex|ample.com/", "host"),
        ("http://*.example.com/", "host"),
        (f"http://{'a' * 64}.com/", "host"),
        (f"http://{'a.' * 130}com/", "host"),
        ("http://①②⑦.⓪.⓪.①/", "IDNA"),
        ("http://１２７.0.0.1/", "IDNA"),
        ("http://ℓocalhost/", "IDNA"),
        ("http://ex\u00adample.com/", "IDNA"),
        ("http://127.1/", "four decimal numbers"),
        ("http://0x7f.1/", "four decimal numbers"),
        ("http://2130706433/", "four decimal numbers"),
        ("http://0177.0.0.1/", "IPv4"),
        ("http://127.0.0.1.1/", "four decimal numbers"),
        ("http://[::1%25eth0]/", "host"),
        ("http://[fe80::1%eth0]/", "zone"),
        ("http://[::1/", "port"),
        ("http://[127.0.0.1]/", "IPv6"),
        ("http://[]/", "IPv6"),
        ("http://[v1.fe80::a]/", "IPv6"),
        ("http://::1/", "port"),
        ("http://example.com:0/", "port"),
        ("http://example.com:65536/", "port"),
        ("http://example.com:99999999999/", "port"),
        ("http://example.com:-1/", "port"),
        ("http://example.com:+80/", "port"),
        ("http://example.com:8_0/", "port"),
        ("http://example.com:80a/", "port"),
        ("http://example.com:80:80/", "port"),
        ("http://example.com:８０/", "port"),
        ("http://example.com/" + "a" * HTTP_URL_BYTES, "longer than 8,000"),
        ("http://example.com/" + "ä" * (HTTP_URL_BYTES // 4), "percent-encoded"),
    ],
)
def test_a_text_that_two_readers_could_take_for_two_urls_is_refused(text, reason):
    said = bad(text)
    assert reason.lower() in said.lower()
    assert len(said) < 500


URLS = st.text(max_size=60) | st.from_regex(
    r"(?i:https?)://[\w.:@%\[\]\\/?#&=~ -]{0,60}", fullmatch=True
)
HOSTS = st.text(string.printable + "①。．｡é\u200b\u0000", max_size=30).map(
    lambda text: f"http://{text}/"
)


@given(URLS | HOSTS)
@settings(max_examples=500)
def test_any_text_is_a_url_in_plain_form_or_refused(text):
    try:
        url = read_url(text)
    except AdapterError:
        bad(text)
        return
    host = url.raw_host.decode("ascii")
    assert url.scheme in {"http", "https"}
    assert not url.userinfo
    assert 0 < addresses.port_of(url) <= 65_535
    assert literal(host) is not None or addresses._NAME.match(host)
    assert str(url).isascii()
    assert read_url(str(url)) == url


@pytest.mark.parametrize("port", [0, 22, 25, 53, 110, 6000, 6667, 10080, 65_536, -1])
def test_ports_of_other_services_are_bad(port):
    assert bad_port(port)


@pytest.mark.parametrize("port", [80, 443, 8080, 8443, 3000, 65_535, 1])
def test_other_ports_are_not(port):
    assert bad_port(port) == (port == 1)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("example.com", ("example.com", None)),
        ("Example.COM:8080", ("example.com", 8080)),
        ("example.com.:80", ("example.com", 80)),
        ("10.0.0.5:80", ("10.0.0.5", 80)),
        ("[::1]:80", ("::1", 80)),
        ("[::FFFF:10.0.0.1]:1", ("10.0.0.1", 1)),
        ("bücher.example", ("xn--bcher-kva.example", None)),
    ],
)
def test_an_operator_writes_hosts_and_ports(text, read):
    assert endpoint(text) == read


@pytest.mark.parametrize(
    "text",
    [
        *("", ":80", "a:", "a:0", "a:65536", "a:b", "http://a", "a/b", "a?b", "a#", "u@a", "a b"),
        *("127.1:80", "*.example.com", "::1", "[::1", "[::1]x", "[fe80::1%1]:80", "a:８０"),
    ],
)
def test_an_operators_slip_is_told(text):
    with pytest.raises(ValueError, match=r"no host or host:port|a port that cannot be"):
        endpoint(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://" + "é" * 7_900 + "/",
        "http://xn--" + "a9" * 3_900 + "/",
        "http://" + "א٠" * 3_900,
        "http://[" + "1:" * 3_900 + "]/",
        "http://" + "a" * 261 + ":1",
        "http://a.example/" + "é" * 1_500,
        "http://a.example/?" + "é&=" * 1_300,
        "http://a.example?" + "\ud800" * 1_300,
    ],
)
def test_what_would_be_long_work_is_refused_before_it_begins(url, monkeypatch):
    def never(*_given):
        raise AssertionError("it was begun")

    monkeypatch.setattr(addresses.httpx, "URL", never)
    assert "is longer than" in bad(url)


def test_what_a_fragment_holds_is_not_counted():
    assert str(read_url("http://a.example/é#" + "é" * 7_000)) == "http://a.example/%C3%A9"


def test_the_longest_host_is_taken_with_its_port():
    host = ".".join(["a" * 61] * 4) + ".abcde"
    assert len(host) == 253
    assert read_url(f"http://{host}.:65535/").host == host
    assert "its host is none" in bad(f"http://{host}a/")
