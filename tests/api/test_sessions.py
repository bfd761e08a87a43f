"""Sessions of browsers: what opens, what a page of another site cannot do, what ends them."""

from __future__ import annotations

import re
import time

import pytest

from api.services import Service, problem
from cellblock.api.app import Options
from cellblock.api.binding import Bind
from cellblock.api.cookies import at_home, csrf_of, shown
from cellblock.api.leftovers import sweep_sessions
from cellblock.api.proofs import digest_of, mint
from cellblock.limits import AUTH_FAILURES, SESSION_IDLE_S, SESSION_S, SESSIONS

SESSION = "/api/v1/session"
ROOMS = "/api/v1/workspaces"
SELF = "/api/v1/tokens/self"


def seat(service, role="admin", workspace=None, **options):
    """Give a browser's client with a session, as a page of the service asks."""
    client = service.client(**options)
    client.headers["Origin"] = service.url
    begun = client.post(SESSION, json={"token": service.make_token(role, workspace)})
    assert begun.status_code == 201, begun.text
    client.headers["X-CSRF-Token"] = begun.json()["csrf"]
    return client


def held(client):
    return client.cookies["cellblock"]


def test_a_session_stands_for_its_token(service):
    service.make_workspace("room")
    client = service.client()
    begun = client.post(SESSION, json={"token": service.make_token("operator", "room")})
    assert begun.status_code == 201
    now = service.clock.wall_s()
    told = begun.json()
    assert told == {
        "name": "operator-2",
        "role": "operator",
        "workspace": "room",
        "expires_at": now + SESSION_IDLE_S,
        "csrf": csrf_of(held(client)),
        "by": "token",
    }
    assert client.get(SESSION).json() == told
    assert client.get(f"{ROOMS}/room").status_code == 200
    problem(client.get(f"{ROOMS}/default"), 404, "not-found")


def test_no_script_and_no_other_site_reads_or_sends_the_cookie(service):
    answer = service.client().post(SESSION, json={"token": service.token})
    text, *rest = answer.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"cellblock=cs_[a-z2-7]{52}", text)
    assert rest == ["HttpOnly", "SameSite=Strict", "Path=/"]
    assert text.partition("=")[2] not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


def test_behind_a_proxy_that_speaks_tls_the_cookie_is_of_this_host_alone(tmp_path):
    bind = Bind(port=0, behind_proxy=("127.0.0.1",))
    with Service(tmp_path, bind, Options()) as service:
        there = {"X-Forwarded-Proto": "https", "Host": "cells.example"}
        client = service.client(headers=there)
        answer = client.post(SESSION, json={"token": service.token})
        pair, *rest = answer.headers["set-cookie"].split("; ")
        assert pair.startswith("__Host-cellblock=cs_")
        assert rest == ["HttpOnly", "SameSite=Strict", "Path=/", "Secure"]
        text = pair.partition("=")[2]
        plain = service.client(headers=there | {"Cookie": f"cellblock={text}"})
        problem(plain.get(SESSION), 401, "unauthorized")
        mine = service.client(headers=there | {"Cookie": f"__Host-cellblock={text}"})
        csrf = {"X-CSRF-Token": mine.get(SESSION).json()["csrf"]}
        for origin, status in (
            ("http://cells.example", 403),
            ("https://cells.example:8443", 403),
            ("https://cells.example", 204),
        ):
            answer = mine.delete(SESSION, headers=csrf | {"Origin": origin})
            assert answer.status_code == status, origin


def test_what_a_session_is_kept_as_opens_nothing(service, tmp_path):
    client = seat(service)
    text = held(client)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert digest_of(text) in kept
    assert text.encode() not in kept
    assert csrf_of(text).encode() not in kept


def test_a_session_is_no_token_and_a_token_is_no_session(service):
    client = seat(service)
    bearer = service.client(held(client))
    problem(bearer.get(ROOMS), 401, "unauthorized")
    cookie = service.client(headers={"Cookie": f"cellblock={service.token}"})
    problem(cookie.get(ROOMS), 401, "unauthorized")
    before = {token["id"] for token in service.admin.get("/api/v1/tokens").json()["items"]}
    seat(service, "viewer")
    after = {token["id"] for token in service.admin.get("/api/v1/tokens").json()["items"]}
    assert len(after - before) == 1, "the token that was made for it, and no session"


def test_only_a_good_token_begins_one_and_wrong_ones_are_counted(service):
    client = service.client()
    for wrong in ("", "x", mint()[1], f"{service.token}x", "cs_" + "a" * 52):
        answer = client.post(SESSION, json={"token": wrong})
        problem(answer, 401, "unauthorized")
        assert "set-cookie" not in answer.headers
    for _ in range(AUTH_FAILURES - 5):
        problem(client.post(SESSION, json={"token": mint()[1]}), 401, "unauthorized")
    problem(client.post(SESSION, json={"token": mint()[1]}), 429, "too-many-failures")
    assert client.post(SESSION, json={"token": service.token}).status_code == 201
    assert service.admin.get(SELF).status_code == 200


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 1}, {"token": "x" * 1001}, []])
def test_what_is_no_login_is_refused_and_not_repeated(service, body):
    answer = service.client().post(SESSION, json=body)
    problem(answer, 422, "invalid")
    assert "xxx" not in answer.text


def test_each_login_makes_a_session_of_its_own_and_ends_the_one_before(service):
    client = seat(service)
    first = held(client)
    again = client.post(SESSION, json={"token": service.token})
    assert again.status_code == 201
    assert held(client) != first
    stale = service.client(headers={"Cookie": f"cellblock={first}"})
    problem(stale.get(SESSION), 401, "unauthorized")


def test_a_cookie_that_somebody_else_laid_is_not_taken_over(service):
    laid = "cs_" + "a" * 52
    client = service.client(headers={"Cookie": f"cellblock={laid}"})
    answer = client.post(SESSION, json={"token": service.token})
    assert laid not in answer.headers["set-cookie"]
    problem(client.get(SESSION), 401, "unauthorized")


def test_two_cookies_of_the_name_are_none(service):
    mine, theirs = held(seat(service)), held(seat(service, "viewer"))
    for header in (
        [("Cookie", f"cellblock={mine}; cellblock={theirs}")],
        [("Cookie", f"cellblock={mine}"), ("Cookie", f"cellblock={theirs}")],
        [("Cookie", f"cellblock={mine}; cellblock=")],
    ):
        problem(service.client().get(SESSION, headers=header), 401, "unauthorized")
    others = {"Cookie": f'a=b; x; cellblock2=1; xcellblock=2; "cellblock"=3; cellblock={mine}'}
    assert service.client().get(SESSION, headers=others).status_code == 200


def without(client, *names):
    for name in names:
        client.headers.pop(name, None)
    return client


def test_a_changing_request_of_a_session_needs_its_proof(service):
    client = seat(service)
    token, _ = client.headers.pop("X-CSRF-Token"), None
    make = {"json": {"name": "new"}}
    problem(client.post(ROOMS, **make), 403, "csrf")
    for wrong in ("", "x", token[:-1], token.upper(), csrf_of("cs_" + "a" * 52), "\xe9"):
        headers = {"X-CSRF-Token": wrong.encode("latin-1")}
        problem(client.post(ROOMS, **make, headers=headers), 403, "csrf")
    twice = [("X-CSRF-Token", token), ("X-CSRF-Token", token)]
    problem(client.post(ROOMS, **make, headers=twice), 403, "csrf")
    for method in ("PUT", "PATCH", "DELETE"):
        problem(client.request(method, f"{ROOMS}/default"), 403, "csrf")
    assert client.post(ROOMS, **make, headers={"X-CSRF-Token": token}).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "{url}.evil.example"},
        {"Origin": "{url}", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_it_must_come_from_a_page_of_the_service(service, headers):
    client = without(seat(service), "Origin")
    sent = {name: value.format(url=service.url) for name, value in headers.items()}
    problem(client.post(ROOMS, json={"name": "new"}, headers=sent), 403, "csrf")
    assert "new" not in service.admin.get(ROOMS).text


@pytest.mark.parametrize("headers", [{"Origin": "{url}"}, {"Sec-Fetch-Site": "same-origin"}])
def test_either_word_of_the_browser_will_do(service, headers):
    client = without(seat(service), "Origin")
    sent = {name: value.format(url=service.url) for name, value in headers.items()}
    assert client.post(ROOMS, json={"name": "new"}, headers=sent).status_code == 201


def test_a_page_of_another_site_can_neither_log_in_nor_look(service):
    client = seat(service)
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site}
        answer = service.client().post(SESSION, json={"token": service.token}, headers=headers)
        problem(answer, 403, "csrf")
        assert "set-cookie" not in answer.headers
        problem(client.get(ROOMS, headers=headers), 401, "unauthorized")
    foreign = {"Origin": "https://evil.example"}
    answer = service.client().post(SESSION, json={"token": service.token}, headers=foreign)
    problem(answer, 403, "csrf")
    for site in ("same-origin", "none"):
        assert client.get(ROOMS, headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_form_of_another_page_is_no_login(service):
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        body = f'{{"token": "{service.token}"}}'
        answer = service.client().post(SESSION, content=body, headers={"Content-Type": kind})
        problem(answer, 422, "invalid")


def test_a_name_that_was_bent_to_the_service_reaches_no_session(service):
    client = seat(service)
    there = {"Host": "evil.example", "Origin": "http://evil.example"}
    problem(client.get(SESSION, headers=there), 421, "wrong-host")
    problem(client.post(SESSION, json={"token": service.token}, headers=there), 421, "wrong-host")


def test_head_and_options_change_nothing_and_tell_no_more(service):
    client = without(seat(service), "X-CSRF-Token", "Origin")
    assert client.head(ROOMS).status_code == 200
    assert client.head(ROOMS).content == b""
    assert service.client().head(ROOMS).status_code == 401
    assert service.client().options(SESSION).headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST"
    problem(client.request("TRACE", ROOMS), 403, "csrf")


def test_a_token_that_is_shown_besides_goes_alone(service):
    client = seat(service)
    viewer = {"Authorization": f"Bearer {service.make_token('viewer')}"}
    problem(client.post(ROOMS, json={"name": "new"}, headers=viewer), 403, "forbidden")
    wrong = {"Authorization": f"Bearer {mint()[1]}"}
    problem(client.get(ROOMS, headers=wrong), 401, "unauthorized")
    problem(client.get(SESSION, headers=viewer), 401, "unauthorized")
    admin = {"Authorization": f"Bearer {service.token}"}
    bare = without(client, "X-CSRF-Token", "Origin")
    assert bare.post(ROOMS, json={"name": "new"}, headers=admin).status_code == 201


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_a_session_may_do_no_more_than_its_token(service, role):
    client = seat(service, role, "default")
    problem(client.get("/api/v1/tokens"), 403, "forbidden")
    problem(client.post(ROOMS, json={"name": "new"}), 403, "forbidden")
    written = client.put(f"{ROOMS}/default/files/a", content=b"x")
    assert written.status_code == (403 if role == "viewer" else 201)


def test_it_ends_at_once_with_its_token(service):
    client = seat(service, "viewer")
    identity = client.get(SELF).json()["id"]
    service.admin.delete(f"/api/v1/tokens/{identity}").raise_for_status()
    problem(client.get(SESSION), 401, "unauthorized")
    assert service.do(sweep_sessions(service.doors)) == 1


def test_it_ends_when_its_token_expires(service):
    token = service.make_token("viewer", expires_at=service.clock.wall_s() + 60)
    client = service.client()
    told = client.post(SESSION, json={"token": token}).json()
    assert told["expires_at"] == service.clock.wall_s() + 60
    service.clock.advance(60)
    problem(client.get(SESSION), 401, "unauthorized")


def test_it_ends_when_its_workspace_goes(service):
    service.make_workspace("room")
    client = seat(service, "admin", "room")
    service.admin.delete(f"{ROOMS}/room").raise_for_status()
    service.make_workspace("room")
    problem(client.get(SESSION), 401, "unauthorized")


def test_it_ends_when_it_is_not_used(service):
    client = seat(service)
    service.clock.advance(SESSION_IDLE_S - 1)
    assert client.get(SESSION).status_code == 200
    service.clock.advance(SESSION_IDLE_S - 1)
    assert client.get(SESSION).status_code == 200, "it was used, though that is not written yet"
    service.do(service.app.state.gate.keep_used())
    service.clock.advance(SESSION_IDLE_S - 1)
    assert client.get(SESSION).status_code == 200, "and now it is written"
    service.clock.advance(SESSION_IDLE_S)
    problem(client.get(SESSION), 401, "unauthorized")


def test_it_ends_in_time_however_much_it_is_used(service):
    client = seat(service)
    begun = service.clock.wall_s()
    while service.clock.wall_s() + SESSION_IDLE_S / 2 < begun + SESSION_S:
        service.clock.advance(SESSION_IDLE_S / 2)
        assert client.get(SESSION).json()["expires_at"] <= begun + SESSION_S
    service.clock.advance(SESSION_IDLE_S / 2)
    problem(client.get(SESSION), 401, "unauthorized")


def test_logging_out_ends_it_and_clears_the_cookie(service):
    client = seat(service)
    text = held(client)
    answer = client.delete(SESSION)
    assert (answer.status_code, answer.content) == (204, b"")
    expected = "cellblock=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
    assert answer.headers["set-cookie"] == expected
    assert "cellblock" not in client.cookies
    stale = service.client(headers={"Cookie": f"cellblock={text}"})
    problem(stale.get(SESSION), 401, "unauthorized")
    problem(service.admin.delete(SESSION), 401, "unauthorized")


def test_a_stream_ends_with_its_session(trial):
    client = seat(trial, "viewer")
    with client.stream("GET", "/api/v1/trial/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": hello"
        begun = time.monotonic()
        trial.do(trial.app.state.gate.sessions.end(held(client)))
        assert len(list(lines)) < 100
        assert time.monotonic() - begun < 5


def test_of_too_many_the_one_used_longest_ago_ends(service):
    token = service.make_token("viewer")
    clients = []
    for _ in range(SESSIONS + 1):
        service.clock.advance(1)
        client = service.client()
        client.post(SESSION, json={"token": token}).raise_for_status()
        clients.append(client)
    problem(clients[0].get(SESSION), 401, "unauthorized")
    assert clients[1].get(SESSION).status_code == 200
    assert clients[-1].get(SESSION).status_code == 200


def test_sessions_that_are_over_are_forgotten(service):
    seat(service)
    service.clock.advance(SESSION_IDLE_S / 2)
    good = seat(service)
    assert service.do(sweep_sessions(service.doors)) == 0
    service.clock.advance(SESSION_IDLE_S / 2)
    assert service.do(sweep_sessions(service.doors)) == 1
    assert good.get(SESSION).status_code == 200


def test_the_audit_log_names_who_and_holds_nothing_that_opens(service):
    service.make_workspace("room")
    client = seat(service, "admin", "room")
    identity = client.get(SELF).json()["id"]
    client.patch(f"{ROOMS}/room", json={"retention_days": 3}).raise_for_status()
    text, csrf = held(client), client.headers["X-CSRF-Token"]
    client.delete(SESSION).raise_for_status()
    service.client().post(SESSION, json={"token": mint()[1]})
    found = service.audit()
    who = f"admin-2 ({identity})"
    assert [(entry.actor, entry.action, entry.workspace, entry.status) for entry in found] == [
        (who, "session.begin", "room", 201),
        (who, "workspace.change", "room", 200),
        (who, "session.end", None, 204),
        ("address 127.0.0.1", "session.begin", None, 401),
    ]
    assert not any(secret in str(found) for secret in (text, csrf, "cs_"))


def test_a_cookie_that_is_over_keeps_nobody_from_what_is_open(service):
    client = service.client(headers={"Cookie": "cellblock=cs_" + "a" * 52})
    assert client.get("/health").json() == {"ok": True}
    assert client.get("/api/openapi.json").status_code == 200
    assert {client.get(ROOMS).status_code for _ in range(AUTH_FAILURES * 2)} == {401}


def test_the_use_of_a_session_is_one_of_its_token(service):
    client = seat(service, "viewer")
    client.get(ROOMS)
    service.do(service.app.state.gate.keep_used())
    assert client.get(SELF).json()["last_used_at"] == service.clock.wall_s()


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "home"),
    [
        ("http://localhost:8420", "localhost:8420", "http", True),
        ("http://LOCALHOST:8420", "localhost:8420", "http", True),
        ("http://localhost", "localhost:80", "http", True),
        ("https://cells.example", "cells.example:443", "https", True),
        ("https://cells.example", "cells.example", "http", True),
        ("http://cells.example", "cells.example", "https", False),
        ("http://localhost:8420@evil.example", "localhost:8420", "http", False),
        ("http://[::1]:8420", "[::1]:8420", "http", True),
        ("http://[::1", "[::1", "http", False),
        ("file://", "", "http", False),
        ("https://", "", "https", False),
        ("ftp://localhost", "localhost", "http", False),
    ],
)
def test_a_page_is_ours_if_its_origin_is_the_host(origin, host, scheme, home):
    headers = [(b"origin", origin.encode()), (b"host", host.encode())]
    assert at_home({"scheme": scheme, "headers": headers}) is home


def test_a_cookie_without_a_value_is_one_that_opens_nothing():
    scope = {"scheme": "http", "headers": [(b"cookie", b"cellblock=")]}
    assert shown(scope) == ""
    assert shown({"scheme": "http", "headers": [(b"cookie", b"cellblock")]}) is None
