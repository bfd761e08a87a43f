"""Tickets: a browser is let in once, and soon, as the token that asked."""

from __future__ import annotations

import pytest

from api.services import problem
from api.test_sessions import seat
from cellblock.limits import AUTH_FAILURES, TICKET_S, TICKETS

SESSION = "/api/v1/session"
MAKE = f"{SESSION}/tickets"


def ticket(client):
    made = client.post(MAKE)
    assert made.status_code == 201
    return made.json()["ticket"]


def enter(service, text, **headers):
    return service.client().post(SESSION, json={"ticket": text}, headers=headers)


def test_a_ticket_lets_a_browser_in_as_the_token_that_asked(service):
    service.make_workspace("room")
    asking = service.of("operator", "room")
    made = asking.post(MAKE).json()
    assert made["expires_at"] == service.clock.wall_s() + TICKET_S
    told = enter(service, made["ticket"]).json()
    assert (told["name"], told["role"], told["workspace"]) == ("operator-2", "operator", "room")
    assert told["by"] == "token"


def test_it_is_good_once_and_not_for_long(service, api):
    text = ticket(api)
    assert enter(service, text).status_code == 201
    problem(enter(service, text), 401, "unauthorized")
    text = ticket(api)
    service.clock.advance(TICKET_S)
    assert "dashboard" in problem(enter(service, text), 401, "unauthorized")["hint"]


def test_it_ends_with_its_token(service, api):
    asking = service.of("viewer")
    text = ticket(asking)
    asking.delete("/api/v1/tokens/self").raise_for_status()
    problem(enter(service, text), 401, "unauthorized")


@pytest.mark.parametrize("text", ["", "x", "ct_" + "a" * 52, "cb_" + "a" * 52])
def test_what_is_no_ticket_is_refused(service, text):
    problem(enter(service, text), 401, "unauthorized")


def test_guessing_is_counted_by_address_and_a_right_one_passes(service, api):
    for _ in range(AUTH_FAILURES):
        problem(enter(service, "ct_" + "a" * 52), 401, "unauthorized")
    problem(enter(service, "ct_" + "a" * 52), 429, "too-many-failures")
    assert enter(service, ticket(api)).status_code == 201


def test_a_page_of_another_site_uses_none_up(service, api):
    text = ticket(api)
    foreign = {"Origin": "https://evil.example"}
    problem(enter(service, text, **foreign), 403, "csrf")
    assert enter(service, text).status_code == 201


def test_no_session_makes_one_and_nobody_unknown(service):
    problem(seat(service).post(MAKE), 403, "forbidden")
    problem(service.client().post(MAKE), 401, "unauthorized")


def test_a_ticket_is_no_token(service, api):
    text = ticket(api)
    problem(service.client(text).get(SESSION), 401, "unauthorized")
    cookie = service.client(headers={"Cookie": f"cellblock={text}"})
    problem(cookie.get(SESSION), 401, "unauthorized")
    problem(service.client().post(SESSION, json={"token": text}), 401, "unauthorized")


def test_of_too_many_of_one_token_the_oldest_is_good_no_more(service, api):
    other = ticket(service.of("viewer"))
    made = [ticket(api) for _ in range(TICKETS + 1)]
    problem(enter(service, made[0]), 401, "unauthorized")
    for text in (other, made[1], made[-1]):
        assert enter(service, text).status_code == 201


def test_those_that_are_too_old_are_forgotten(service, api):
    for role in ("viewer", "operator", "admin"):
        ticket(service.of(role))
    service.clock.advance(TICKET_S)
    ticket(api)
    assert len(service.app.state.logins.tickets._kept) == 1


def test_none_is_on_the_disk_nor_in_the_audit_log(service, api, tmp_path):
    text = ticket(api)
    enter(service, text)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert text.encode() not in kept
    found = [(entry.action, entry.status) for entry in service.audit()]
    assert found == [("session.ticket", 201), ("session.begin", 201)]
    assert "ct_" not in str(service.audit())
