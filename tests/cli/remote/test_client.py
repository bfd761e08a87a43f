"""Asking a server that answers well, badly, late, or not at all; the token is never told."""

from __future__ import annotations

import json
import ssl

import pytest
import trustme

from cellblock.broker.secret import Scrubber, Secret
from cellblock.cli.remote.client import Client, _trusted, path
from cellblock.cli.remote.finding import Found
from cellblock.errors import CellblockError, OperatorFault, WorkerFault
from peers import web_server
from peers.misbehaving import Fault, Peer, Response

TOKEN = "cb_aaaabbbb_" + "s" * 52


@pytest.fixture
def server():
    """A server that gives the answers of a list, in turn; what it was asked is kept."""
    answers, asked = [], []

    async def answer(request):
        asked.append(request)
        return answers.pop(0)

    with Peer(answer) as peer:
        peer.answers, peer.asked = answers, asked
        yield peer


@pytest.fixture
def client(server):
    made = Client(Found(url=server.url, token=Secret(TOKEN)), Scrubber(), timeout_s=5)
    yield made
    made.close()


def problem(code, **fields):
    return Response(code, json.dumps(fields).encode(), "application/problem+json")


def refused(client, method="GET", kind=OperatorFault):
    with pytest.raises(kind) as caught:
        client.send(method, "/x", headers={})
    assert TOKEN not in str(caught.value)
    return caught.value


def test_the_token_stands_in_a_header_and_names_of_any_kind_in_the_path(server, client):
    server.answers += [Response(body=b'{"a": 1}')] * 2
    assert client.get(path("state", "a/b c%2F?", "..", ".")) == {"a": 1}
    assert client.get("/x", {"cursor": "=&", "left": None}) == {"a": 1}
    first, second = server.asked
    assert first.target == "/api/v1/state/a%2Fb%20c%252F%3F/%2E%2E/%2E"
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert second.target == "/api/v1/x?cursor=%3D%26"


def test_a_list_is_read_page_by_page_and_no_further_than_wanted(server, client):
    pages = [{"items": [1, 2], "next": "c"}, {"items": [3], "next": None}]
    server.answers += [Response(body=json.dumps(page).encode()) for page in pages]
    assert list(client.raw_items("/x")) == [1, 2, 3]
    assert server.asked[1].target == "/api/v1/x?limit=500&cursor=c"
    server.answers.append(Response(body=json.dumps(pages[0]).encode()))
    assert list(client.raw_items("/x", most=2)) == [1, 2]
    assert not server.answers


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"status": 422, "slug": "bad-settings", "detail": "no.", "hint": "do this"},
            "no; do this",
        ),
        (
            {"status": 404, "slug": "not-found", "detail": "there is none"},
            "there is none; see what there is with `cellblock ps` and `cellblock workspaces ls`",
        ),
        (
            {"status": 409, "slug": "conflict", "detail": "revision 3"},
            "revision 3; somebody was quicker: look with `cellblock ps`, and try again",
        ),
        ({"status": 409, "slug": "not-deleted", "detail": "it is not deleted"}, "it is not deleted"),
        (
            {"status": 422, "slug": "x", "detail": "no", "errors": [{"where": "a", "message": "b"}]},
            "no: a: b",
        ),
        (
            {"status": 422, "slug": "no-connection", "detail": "there is none",
             "hint": "make it: `cellblock connect telegram --workspace desk`"},
            "there is none; make it: `cellblock connect telegram --workspace desk --server URL`",
        ),
        ({"status": 422, "slug": "\x1b[2J", "detail": "a\x1b[2J\nb"}, "a\\x1b[2J b"),
        ({"status": 500, "detail": "bug"}, "bug; the server's own log tells more; try again, and report it if it stays"),
    ],
)  # fmt: skip
def test_a_problem_is_told_in_one_line_with_what_to_do(server, client, fields, told):
    server.answers.append(problem(fields["status"], **fields))
    fault = refused(client, "POST")
    assert str(fault) == told.replace("URL", server.url)
    assert fault.facts["status"] == fields["status"]


def test_a_broken_source_is_the_authors_fault_and_carries_its_lines(server, client):
    errors = [{"where": "source", "message": "no", "line": 3, "column": 5}]
    server.answers.append(problem(422, slug="bad-source", detail="no worker", errors=errors))
    fault = refused(client, "PUT", WorkerFault)
    assert [item.line for item in fault.facts["errors"]] == [3]


def test_a_token_that_is_refused_says_how_to_come_in(server, client):
    server.answers.append(problem(401, detail="no"))
    fault = refused(client)
    assert str(fault) == (
        f"{server.url} refuses the token: it is wrong, expired or revoked; "
        f"ask for a new token, and then `cellblock login {server.url}`"
    )


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, b"<html>", "text/html"),
        Response(200, b"{", "application/json"),
        Response(404, b"Not Found", "text/plain"),
        Response(404, b"{}", "application/json"),
        Response(502, b"[", "application/problem+json"),
        Response(302, b"", headers={"location": "https://elsewhere/"}),
    ],
)
def test_what_is_no_server_of_ours_is_called_so(server, client, answer):
    server.answers.append(answer)
    fault = refused(client, "POST")
    assert fault.slug == "wrong-server"
    assert server.url in str(fault)
    assert "\x1b" not in str(fault)


@pytest.mark.parametrize("doing", ["reset", "cut"])
def test_a_question_is_asked_again_and_a_wish_is_not(server, client, doing):
    server.answers += [Fault(doing), Response(body=b"1")]
    assert client.get("/x") == 1
    server.answers += [Fault(doing), Response(body=b"1")]
    fault = refused(client, "POST")
    assert fault.slug == "server-gone"
    assert "it may have done what it was asked" in str(fault)
    assert len(server.answers) == 1


def test_a_server_that_is_busy_is_asked_again_when_it_says_so(server, client):
    busy = Response(503, b"{}", "application/problem+json", {"retry-after": "0"})
    server.answers += [busy, Response(body=b"1")]
    assert client.get("/x") == 1
    later = Response(503, b'{"detail": "the store cannot"}', "application/problem+json")
    server.answers.append(later)
    assert str(refused(client)) == "the store cannot; try again in a moment"
    server.answers.append(busy)
    assert refused(client, "POST").facts["status"] == 503


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(server):
    server.answers.append(Fault("hold"))
    client = Client(Found(url=server.url, token=Secret(TOKEN)), Scrubber(), timeout_s=0.3)
    assert refused(client, "POST").slug == "server-slow"
    client.close()


def test_where_nobody_listens_it_says_how_to_start_a_server():
    url = f"http://127.0.0.1:{web_server.free_port()}"
    client = Client(Found(url=url, token=Secret(TOKEN)), Scrubber())
    fault = refused(client)
    assert str(fault) == (
        f"no server answers at {url}; start one with `cellblock serve`, "
        "or name another with --server or `cellblock login`"
    )
    client.close()


@pytest.fixture
def secure(monkeypatch):
    """A server of https with a certificate of an authority that nobody knows."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    body = web_server.response(b"1", content_type="application/json")
    with web_server.served(web_server.says(body), context) as peer:
        peer.authority = authority
        yield peer


def test_a_certificate_counts_if_its_authority_is_trusted(secure, monkeypatch, tmp_path):
    found = Found(url=f"https://{secure.place}", token=Secret(TOKEN))
    client = Client(found, Scrubber())
    fault = refused(client)
    client.close()
    assert fault.slug == "tls-failed"
    assert "set SSL_CERT_FILE to the file of the authority" in str(fault)
    secure.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    client = Client(found, Scrubber())
    assert client.get("/x") == 1
    client.close()


def test_old_tls_is_not_spoken_where_the_library_would(monkeypatch):
    loose = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    loose.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    monkeypatch.setattr(ssl, "create_default_context", lambda: loose)
    assert _trusted(True).minimum_version is ssl.TLSVersion.TLSv1_2


def test_https_at_a_server_without_it_asks_whether_it_is_http(server):
    server.answers.append(Fault("raw"))
    url = server.url.replace("http:", "https:")
    client = Client(Found(url=url, token=Secret(TOKEN)), Scrubber())
    fault = refused(client)
    assert (fault.slug, fault.hint) == ("tls-failed", "is it an http:// address?")
    client.close()


def test_what_the_server_says_of_the_token_is_scrubbed(server):
    scrub = Scrubber()
    client = Client(Found(url=server.url, token=Secret(TOKEN)), scrub)
    server.answers.append(problem(422, slug="x", detail=f"you sent {TOKEN}"))
    with pytest.raises(CellblockError) as caught:
        client.send("POST", "/x")
    assert TOKEN not in scrub.text(str(caught.value))
    client.close()
