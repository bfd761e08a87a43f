"""``users`` and ``dashboard``: people, and the way into the dashboard."""

from __future__ import annotations

import io
import json
import os
import stat
import webbrowser
from pathlib import Path

import httpx
import pytest
from typer.main import get_command

from api.services import Service
from cellblock.api import passwords
from cellblock.broker.secret import Scrubber
from cellblock.cli.remote import dashboard
from cellblock.cli.remote import users as commands
from cellblock.errors import OperatorFault
from cli.remote.test_commands_page import app

WORDS = "correct horse battery"


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setattr(passwords, "COST", (2, 8, 1))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with Service(tmp_path) as running:
        yield running


@pytest.fixture
def typed(service, tmp_path, monkeypatch, capsys):
    """Run a command against the service, as it is typed."""
    monkeypatch.setenv("CELLBLOCK_SERVER", service.url)
    monkeypatch.setenv("CELLBLOCK_TOKEN", service.token)
    words = tmp_path / "words"
    words.write_text(WORDS + "\n")

    def typed(*arguments):
        capsys.readouterr()
        given = [str(words) if one == "WORDS" else one for one in arguments]
        code = get_command(app)(given, standalone_mode=False, obj=Scrubber())
        shown = capsys.readouterr()
        assert WORDS not in shown.out + shown.err
        assert service.token not in shown.out + shown.err
        return code, shown.out, shown.err

    return typed


def enter(service, **body):
    return httpx.post(f"{service.url}/api/v1/session", json=body, trust_env=False)


def test_a_user_is_made_listed_changed_and_removed(service, typed):
    add = ("users", "add", "ada", "--role", "viewer", "--password-file", "WORDS")
    assert typed(*add, "-w", "default")[:2] == (
        0,
        "user ada is made: viewer of workspace default\n",
    )
    assert enter(service, user="ada", password=WORDS).status_code == 201
    (_, shown, _) = typed("users", "ls")
    assert shown.splitlines()[1].split()[:3] == ["ada", "viewer", "default"]
    (_, shown, _) = typed("users", "ls", "--json")
    assert json.loads(shown)[0]["name"] == "ada"
    Path(os.environ["XDG_CONFIG_HOME"]).parent.joinpath("words").write_text("another long word")
    assert typed("users", "password", "ada", "--password-file", "WORDS")[0] == 0
    assert enter(service, user="ada", password=WORDS).status_code == 401
    assert typed("users", "rm", "ada")[:2] == (0, "ada is removed\n")
    assert typed("users", "ls")[1] == "There is no user.\n"
    with pytest.raises(OperatorFault, match="users ls"):
        typed("users", "rm", "ada")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--password-file", "WORDS"], "one workspace or of all"),
        (["--password-file", "WORDS", "-w", "a", "--all-workspaces"], "one workspace or of all"),
        (["--all-workspaces", "--password-file", "/no/such"], "cannot be read"),
        (["--all-workspaces", "--password-file", "/dev/null"], "no password"),
        (["--all-workspaces", "--password-file", "-", "--token-file", "-"], "stdin is one thing"),
        (["--all-workspaces"], "no terminal"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_sent(typed, monkeypatch, more, said):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(OperatorFault, match=said):
        typed("users", "add", "ada", *more)


def test_a_password_is_asked_for_twice(monkeypatch):
    answers = iter([WORDS, WORDS, WORDS, "x"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert commands._asked() == WORDS
    with pytest.raises(OperatorFault, match="not the same"):
        commands._asked()


def test_a_short_password_is_refused_without_telling_it(typed, tmp_path):
    (tmp_path / "short").write_text("geheim")
    with pytest.raises(OperatorFault, match="at least 12") as caught:
        typed("users", "add", "ada", "--all-workspaces", "--password-file", tmp_path / "short")
    assert "geheim" not in str(caught.value)


def test_the_address_of_the_dashboard_lets_in_once(service, typed):
    code, shown, beside = typed("dashboard")
    assert code == 0
    assert "once" in beside
    place, _, ticket = shown.strip().partition("/#/login?ticket=")
    assert place == service.url
    assert enter(service, ticket=ticket).json()["role"] == "admin"
    assert enter(service, ticket=ticket).status_code == 401
    told = json.loads(typed("dashboard", "--json")[1])
    assert set(told) == {"address", "expires_at"}


def test_a_browser_is_given_a_file_and_no_ticket_among_its_arguments(service, typed, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    (_, shown, _) = typed("dashboard", "--open")
    (url,) = opened
    assert url.startswith("file://")
    assert "ct_" not in url
    page = Path(url.removeprefix("file://"))
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert f'content="0; url={shown.strip()}"' in page.read_text()
    assert [path.name for path in page.parent.iterdir()] == [page.name]
    monkeypatch.setattr(webbrowser, "open", lambda _url: False)
    assert "no browser" in typed("dashboard", "--open")[2]


def test_an_address_is_no_markup(tmp_path):
    page = dashboard._page(tmp_path, 'http://x/"><script>alert(1)</script>')
    assert "<script" not in page.read_text()
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorFault, match="cannot be written"):
        dashboard._page(tmp_path / "file", "http://x/")
