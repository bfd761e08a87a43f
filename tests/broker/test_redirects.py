from __future__ import annotations

import httpx
import pytest

from cellblock.broker.adapter import AdapterError
from cellblock.broker.redirects import METHODS, Outgoing, following

HEADERS = (
    ("Accept", "text/plain"),
    ("Authorization", "Bearer t0ken"),
    ("Content-Type", "text/plain"),
    ("Cookie", "id=7"),
    ("X-Api-Key", "t0ken"),
)


def sent(method: str = "GET", url: str = "https://a.example/dir/page?q") -> Outgoing:
    return Outgoing(method, httpx.URL(url), HEADERS, b"body")


def next_of(outgoing: Outgoing, status: int, *places: str) -> Outgoing | None:
    headers = httpx.Headers([(b"location", place.encode()) for place in places])
    return following(outgoing, status, headers)


def went(status: int = 302, place: str = "/next", **options: str) -> Outgoing:
    onward = next_of(sent(**options), status, place)
    assert onward is not None
    return onward


def refused(place: str, url: str = "https://a.example/") -> tuple[str, str]:
    with pytest.raises(AdapterError) as caught:
        next_of(sent(url=url), 302, place)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 300, 304, 305, 306, 309, 400, 500])
def test_other_answers_are_answers_whatever_they_point_at(status):
    assert next_of(sent(), status, "https://b.example/") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_without_a_place_is_the_answer(status):
    assert next_of(sent(), status) is None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_method_and_body_follow_the_fetch_standard(status, method):
    becomes_get = (status == 303 and method not in {"GET", "HEAD"}) or (
        status in {301, 302} and method == "POST"
    )
    onward = went(status, method=method)
    if becomes_get or (status == 303 and method == "GET"):
        assert (onward.method, onward.body) == ("GET", b"")
        assert "Content-Type" not in dict(onward.headers)
    else:
        assert (onward.method, onward.body) == (method, b"body")
        assert onward.headers == HEADERS
    assert dict(onward.headers)["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("/next", "https://a.example/next"),
        ("next", "https://a.example/dir/next"),
        ("?x", "https://a.example/dir/page?x"),
        ("//b.example/x", "https://b.example/x"),
        ("https://b.example:8443", "https://b.example:8443"),
        ("/a b", "https://a.example/a%20b"),
        (" /next ", "https://a.example/next"),
        ("/ä", "https://a.example/%C3%A4"),
        ("#top", "https://a.example/dir/page?q"),
        ("../../..", "https://a.example/"),
        ("HTTPS://B.example/", "https://b.example/"),
    ],
)
def test_a_place_is_read_from_where_it_was_named(place, url):
    assert went(place=place).url == httpx.URL(url)


@pytest.mark.parametrize(
    "place",
    ["https://b.example/", "https://a.example:8443/", "//b.example/", "https://www.a.example/"],
)
def test_another_origin_is_sent_nothing_that_may_be_a_key(place):
    assert went(307, place).headers == (("Accept", "text/plain"), ("Content-Type", "text/plain"))
    assert went(307, place, url="https://b.example/").url.host != ""


def test_the_same_origin_in_other_words_is_the_same():
    assert went(307, "https://A.example:443/x").headers == HEADERS


def test_https_does_not_lead_to_http():
    code, sentence = refused("http://b.example/x?key=t0ken")
    assert code == "blocked"
    assert "http://b.example itself" in sentence
    assert "t0ken" not in sentence
    assert went(place="https://a.example/", url="http://a.example/").url.scheme == "https"


@pytest.mark.parametrize(
    "place",
    [
        *(
            "file:///etc/passwd",
            "gopher://a/",
            "javascript:alert(1)",
            "data:,x",
            "ftp://a.example/",
        ),
        *("http://user@b.example/", "//127.1/", "http://①②⑦.⓪.⓪.①/", "//a:99999/", "http://", "//"),
        *(
            "/\\b.example/",
            "\\\\b.example\\",
            "/a\nb",
            "/a\x00",
            "/\x7f",
            "\t//b.example/",
            "//[::1",
        ),
        *(
            "/" + "x" * 9_000,
            "//fe80::1%eth0/",
            "http:b.example",
            "//b.example%2f@c/",
            "//%31.1.1.1/",
        ),
    ],
)
def test_a_place_of_no_use_is_told(place):
    code, sentence = refused(place)
    assert code == "bad_answer"
    assert sentence.startswith("the answer redirects ")
    assert len(sentence) < 500


def test_two_places_are_none():
    with pytest.raises(AdapterError, match="two places"):
        next_of(sent(), 302, "/a", "/b")
