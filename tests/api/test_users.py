"""People with a name and a password: who may come in, who may make them, and how guessing ends."""

from __future__ import annotations

import msgspec
import pytest

from api.services import Service, problem
from api.test_sessions import held, seat
from cellblock.api import passwords
from cellblock.api.app import Options
from cellblock.api.binding import Bind
from cellblock.limits import AUTH_FAILURE_S, AUTH_FAILURES, PASSWORD_CHARACTERS, PASSWORDS_WAITING

SESSION = "/api/v1/session"
USERS = "/api/v1/users"
ROOMS = "/api/v1/workspaces"
OWN = f"{USERS}/self/password"
WORDS = "correct horse battery"
OTHER = "another long password"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(passwords, "COST", (2, 8, 1))


def make(client, name="ada", **values):
    body = {"name": name, "role": "operator", "password": WORDS, **values}
    return client.post(USERS, json=body)


def enter(service, name="ada", password=WORDS):
    return service.client().post(SESSION, json={"user": name, "password": password})


def person(service, name="ada", password=WORDS):
    """Give a browser's client with a session of a user."""
    client = service.client(headers={"Origin": service.url})
    begun = client.post(SESSION, json={"user": name, "password": password})
    assert begun.status_code == 201, begun.text
    client.headers["X-CSRF-Token"] = begun.json()["csrf"]
    return client


def test_a_user_comes_in_with_name_and_password(service, api):
    made = make(api, workspace="default").json()
    assert made == {
        "name": "ada",
        "role": "operator",
        "workspace": "default",
        "created_at": service.clock.wall_s(),
        "created_by": made["created_by"],
        "last_used_at": None,
        "revision": 1,
    }
    client = person(service)
    told = client.get(SESSION).json()
    assert (told["name"], told["role"], told["workspace"]) == ("ada", "operator", "default")
    assert told["by"] == "password"
    assert client.put(f"{ROOMS}/default/files/a", content=b"x").status_code == 201
    problem(client.get("/api/v1/tokens"), 403, "forbidden")
    for method in ("GET", "DELETE"):
        problem(client.request(method, "/api/v1/tokens/self"), 404, "not-found")
    service.do(service.app.state.gate.keep_used())
    (listed,) = api.get(USERS).json()["items"]
    assert listed["last_used_at"] == service.clock.wall_s()


def test_no_password_is_kept_told_or_noted(service, api, tmp_path):
    make(api)
    person(service).put(OWN, json={"old": WORDS, "new": OTHER}).raise_for_status()
    api.patch(f"{USERS}/ada", json={"password": WORDS}).raise_for_status()
    enter(service, WORDS, WORDS)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"scrypt$" in kept
    for secret in (WORDS, OTHER):
        assert secret.encode() not in kept
        assert secret not in str(service.audit())
    assert "scrypt" not in api.get(USERS).text + str(service.audit())


def test_the_audit_log_names_the_user_and_no_name_that_is_none(service, api):
    make(api, workspace="default")
    person(service).put(f"{ROOMS}/default/files/a", content=b"x").raise_for_status()
    enter(service, password=OTHER)
    enter(service, "hunter2")
    found = [(entry.actor, entry.action, entry.target, entry.status) for entry in service.audit()]
    assert found[1:] == [
        ("user ada", "session.begin", "", 201),
        ("user ada", "file.put", "a", 201),
        ("address 127.0.0.1", "session.begin", "ada", 401),
        ("address 127.0.0.1", "session.begin", "", 401),
    ]


def test_a_name_that_is_not_there_is_told_from_none_that_is(service, api, monkeypatch):
    tried = []
    scrypt = passwords._scrypt
    make(api)
    enter(service, "nobody")
    monkeypatch.setattr(passwords, "_scrypt", lambda *of: tried.append(1) or scrypt(*of))
    one = problem(enter(service, "ada", OTHER), 401, "wrong-login")
    known, _ = len(tried), tried.clear()
    two = problem(enter(service, "nobody", OTHER), 401, "wrong-login")
    assert one == two
    assert len(tried) == known == 1


@pytest.mark.parametrize(
    "body",
    [
        {"user": "ada"},
        {"password": WORDS},
        {"token": "x", "user": "ada", "password": WORDS},
        {"user": "ada", "password": None},
        {"user": "a" * 101, "password": WORDS},
        {"user": "ada", "password": "x" * (PASSWORD_CHARACTERS + 1)},
        {"user": ["ada"], "password": WORDS},
    ],
)
def test_what_is_no_login_is_refused_and_not_repeated(service, body):
    answer = service.client().post(SESSION, json=body)
    problem(answer, 422, "invalid")
    assert WORDS not in answer.text


def test_guessing_at_one_name_ends_and_keeps_out_no_session_and_no_token(tmp_path):
    bind = Bind(port=0, behind_proxy=("127.0.0.1",))
    with Service(tmp_path, bind, Options()) as service:
        make(service.admin)
        client = person(service)
        elsewhere = service.client(headers={"X-Forwarded-For": "10.9.9.9"})
        for number in range(AUTH_FAILURES):
            there = {"X-Forwarded-For": f"10.0.0.{number}"}
            body = {"user": "ada", "password": OTHER}
            problem(service.client(headers=there).post(SESSION, json=body), 401, "wrong-login")
        answer = elsewhere.post(SESSION, json={"user": "ada", "password": WORDS})
        problem(answer, 429, "too-many-failures")
        assert int(answer.headers["retry-after"]) == AUTH_FAILURE_S + 1
        assert enter(service).status_code == 201, "who came in from there before is counted apart"
        assert client.get(SESSION).status_code == 200
        assert service.admin.get(USERS).status_code == 200
        assert seat(service).get(USERS).status_code == 200, "and with a token one may come in"
        service.clock.advance(AUTH_FAILURE_S * 2)
        answer = elsewhere.post(SESSION, json={"user": "ada", "password": WORDS})
        assert answer.status_code == 201


def test_guessing_from_where_a_name_came_in_ends_too(service, api):
    make(api)
    assert enter(service).status_code == 201
    for _ in range(AUTH_FAILURES):
        problem(enter(service, password=OTHER), 401, "wrong-login")
    problem(enter(service), 429, "too-many-failures")


def test_a_password_that_is_set_anew_while_the_old_one_is_looked_at_wins(service, api, monkeypatch):
    make(api)
    right = service.app.state.logins.passwords.right

    async def slow(*given, **how):
        found = await right(*given, **how)
        user = await service.stores.users.user("ada")
        changed = msgspec.structs.replace(user, password=passwords.kept(OTHER))
        await service.stores.users.change_user(changed)
        return found

    monkeypatch.setattr(service.app.state.logins.passwords, "right", slow)
    problem(enter(service), 401, "wrong-login")


def test_a_password_that_nobody_looked_at_is_no_failure(service, api, monkeypatch):
    make(api)
    monkeypatch.setattr(service.app.state.logins.passwords, "_waiting", PASSWORDS_WAITING + 1)
    for _ in range(AUTH_FAILURES + 1):
        problem(enter(service), 503, "too-many-logins")
    monkeypatch.setattr(service.app.state.logins.passwords, "_waiting", 0)
    assert enter(service).status_code == 201


def test_who_came_in_before_has_a_place_where_strangers_have_none(service, api, monkeypatch):
    make(api)
    make(api, "eve")
    assert enter(service).status_code == 201
    monkeypatch.setattr(service.app.state.logins.passwords, "_waiting", PASSWORDS_WAITING + 1)
    problem(enter(service, "eve"), 503, "too-many-logins")
    assert enter(service).status_code == 201


def test_guessing_from_one_address_ends_and_a_token_passes_there(service, api):
    make(api)
    for number in range(AUTH_FAILURES):
        problem(enter(service, f"n{number}", OTHER), 401, "wrong-login")
    problem(enter(service), 429, "too-many-failures")
    assert service.client().post(SESSION, json={"token": service.token}).status_code == 201


def test_an_address_that_guesses_at_many_names_locks_none_of_them(service, api):
    make(api)
    for number in range(AUTH_FAILURES):
        problem(enter(service, f"n{number}"), 401, "wrong-login")
    for _ in range(AUTH_FAILURES + 1):
        problem(enter(service, password=OTHER), 429, "too-many-failures")
    names = service.app.state.logins._names
    assert names.fail("ada", service.clock.monotonic_s()) == 0


def test_right_passwords_are_no_failures(service, api):
    make(api)
    for _ in range(AUTH_FAILURES * 2):
        assert enter(service).status_code == 201


def test_a_locked_name_costs_no_time(service, api, monkeypatch):
    make(api)
    for _ in range(AUTH_FAILURES):
        enter(service, password=OTHER)
    monkeypatch.setattr(passwords, "_scrypt", lambda *_of: pytest.fail("it was looked at"))
    problem(enter(service), 429, "too-many-failures")


def test_a_changed_user_is_another_at_the_next_request(service, api):
    service.make_workspace("room")
    make(api, role="admin")
    client = person(service)
    assert client.get(USERS).status_code == 200
    before = api.patch(f"{USERS}/ada", json={"role": "viewer", "workspace": "room"})
    assert before.json()["revision"] == 2
    assert before.headers["etag"] == '"2"'
    problem(client.get(USERS), 403, "forbidden")
    problem(client.get(f"{ROOMS}/default"), 404, "not-found")
    assert client.get(SESSION).json()["workspace"] == "room"
    api.patch(f"{USERS}/ada", json={"workspace": None}).raise_for_status()
    assert client.get(f"{ROOMS}/default").status_code == 200
    api.delete(f"{USERS}/ada").raise_for_status()
    problem(client.get(SESSION), 401, "unauthorized")
    problem(enter(service), 401, "wrong-login")
    make(api)
    problem(client.get(SESSION), 401, "unauthorized")


def test_a_stream_ends_when_its_user_is_another(trial, monkeypatch):
    make(trial.admin, role="viewer")
    client = person(trial)
    with client.stream("GET", "/api/v1/trial/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": hello"
        trial.admin.patch(f"{USERS}/ada", json={"workspace": "default"}).raise_for_status()
        assert len(list(lines)) < 100


def test_one_changes_ones_own_password_and_other_sessions_end(service, api):
    make(api)
    client, elsewhere = person(service), person(service)
    problem(client.put(OWN, json={"old": OTHER, "new": OTHER}), 403, "wrong-password")
    assert client.put(OWN, json={"old": WORDS, "new": OTHER}).status_code == 204
    assert client.get(SESSION).status_code == 200
    problem(elsewhere.get(SESSION), 401, "unauthorized")
    problem(enter(service), 401, "wrong-login")
    assert enter(service, password=OTHER).status_code == 201


def test_whoever_has_a_session_cannot_guess_its_password(service, api):
    make(api)
    client = person(service)
    for _ in range(AUTH_FAILURES):
        problem(client.put(OWN, json={"old": OTHER, "new": OTHER}), 403, "wrong-password")
    problem(client.put(OWN, json={"old": WORDS, "new": OTHER}), 429, "too-many-failures")
    assert client.get(SESSION).status_code == 200


def test_a_token_has_no_password(service, api):
    for client in (api, seat(service)):
        problem(client.put(OWN, json={"old": WORDS, "new": OTHER}), 403, "forbidden")


def test_a_password_that_is_set_anew_ends_all_sessions(service, api):
    make(api)
    client = person(service)
    assert api.patch(f"{USERS}/ada", json={"password": OTHER}).status_code == 200
    problem(client.get(SESSION), 401, "unauthorized")
    assert enter(service, password=OTHER).status_code == 201


def test_an_administrator_of_a_workspace_has_its_users_alone(service, api):
    service.make_workspace("room")
    service.make_workspace("other")
    make(api, "theirs", workspace="other")
    make(api, "all")
    chief = service.of("admin", "room")
    assert make(chief, "mine", workspace="room").status_code == 201
    problem(make(chief, "a"), 403, "forbidden")
    problem(make(chief, "a", workspace="other"), 404, "not-found")
    assert [user["name"] for user in chief.get(USERS).json()["items"]] == ["mine"]
    problem(chief.get(USERS, params={"workspace": "other"}), 404, "not-found")
    for name in ("theirs", "all", "nobody"):
        problem(chief.patch(f"{USERS}/{name}", json={"password": OTHER}), 404, "not-found")
        problem(chief.delete(f"{USERS}/{name}"), 404, "not-found")
    problem(chief.patch(f"{USERS}/mine", json={"workspace": None}), 403, "forbidden")
    problem(chief.patch(f"{USERS}/mine", json={"workspace": "other"}), 404, "not-found")
    assert chief.patch(f"{USERS}/mine", json={"role": "admin"}).status_code == 200
    assert chief.delete(f"{USERS}/mine").status_code == 204


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_no_users_and_make_none(service, api, role):
    make(api)
    for client in (service.of(role), seat(service, role)):
        problem(client.get(USERS), 403, "forbidden")
        problem(make(client, "bob"), 403, "forbidden")
        problem(client.patch(f"{USERS}/ada", json={"role": "viewer"}), 403, "forbidden")
        problem(client.delete(f"{USERS}/ada"), 403, "forbidden")


def test_a_user_that_cannot_be_is_refused(service, api):
    for values in (
        {"password": "x" * 11},
        {"password": "x" * (PASSWORD_CHARACTERS + 1)},
        {"role": "root"},
        {"name": "Ada"},
        {"more": 1},
    ):
        wrong = problem(make(api, **values), 422, "invalid")
        assert wrong["errors"][0]["where"] == f"body.{next(iter(values))}"
        assert "xxx" not in str(wrong)
    problem(make(api, workspace="nowhere"), 404, "not-found")
    problem(make(api, "self"), 409, "conflict")
    assert make(api).status_code == 201
    problem(make(api), 409, "conflict")
    stale = {"If-Match": '"7"'}
    problem(api.patch(f"{USERS}/ada", json={"role": "viewer"}, headers=stale), 409, "conflict")


def test_the_list_has_pages(api):
    for name in "edcba":
        make(api, name)
    page = api.get(USERS, params={"limit": 3}).json()
    assert [user["name"] for user in page["items"]] == ["a", "b", "c"]
    rest = api.get(USERS, params={"limit": 3, "cursor": page["next"]}).json()
    assert [user["name"] for user in rest["items"]] == ["d", "e"]
    assert rest["next"] is None


def test_a_session_of_a_user_is_known_by_its_digest_alone(service, api, tmp_path):
    make(api)
    text = held(person(service))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert text.encode() not in kept
