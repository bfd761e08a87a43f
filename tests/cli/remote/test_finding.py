"""Which server is spoken to, and that a token goes to no other one than it was given for."""

from __future__ import annotations

import fcntl
import json
import os
import stat

import httpx
import pytest

from cellblock.broker.secret import Secret
from cellblock.cli.remote import finding, kept
from cellblock.cli.remote.finding import Found, Where, address, find
from cellblock.cli.remote.problems import broken
from cellblock.errors import OperatorFault

TOKEN = "cb_aaaabbbb_" + "s" * 52
OTHER = "cb_ccccdddd_" + "t" * 52


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A machine on which nobody is logged in and nothing is served."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def served(folder, url="http://127.0.0.1:8700", token=TOKEN):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.json").write_text(json.dumps({"url": url, "pid": 1}))
    (folder / "admin.token").write_text(f"{token}\n")


def refused(where=None, environment=None):
    with pytest.raises(OperatorFault) as caught:
        find(where or Where(), environment or {})
    assert TOKEN not in str(caught.value)
    assert OTHER not in str(caught.value)
    return caught.value


def test_without_any_server_it_says_how_to_start_one(place):
    fault = refused()
    assert fault.slug == "no-server"
    assert str(fault) == (
        f"no server is running on {place}/home/cellblock; start one with `cellblock serve`, "
        "or name another with --server or `cellblock login`"
    )


def test_a_server_that_is_stopping_is_not_one_to_be_started(place):
    folder = place / "home" / "cellblock"
    folder.mkdir(parents=True)
    with (folder / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        told = str(refused())
        assert told == (
            f"the server on {folder} is stopping, or is not up yet; wait a moment, and try again"
        )
        away = Found(url="http://127.0.0.1:1", token=Secret(TOKEN), local=folder)
        assert str(broken(away, httpx.ConnectError("refused"))) == told
    assert "start one with" in str(refused())


def test_a_server_of_another_data_directory_is_started_on_it():
    fault = refused(Where(data="/srv/my cells"))
    assert "start one with `cellblock serve --data '/srv/my cells'`, or" in str(fault)


def test_options_come_before_the_environment_the_login_and_this_machine(place):
    data = place / "home" / "cellblock"
    served(data)
    assert find(Where(), {}).url == "http://127.0.0.1:8700"
    kept.write(place / "config" / "cellblock", kept.Login("https://there", OTHER))
    login = find(Where(), {})
    assert (login.url, login.token.reveal()) == ("https://there", OTHER)
    environment = {"CELLBLOCK_SERVER": "https://named/", "CELLBLOCK_TOKEN": TOKEN}
    named = find(Where(), environment)
    assert (named.url, named.token.reveal()) == ("https://named", TOKEN)
    served(place / "own", "http://127.0.0.1:9", OTHER)
    own = find(Where(data=str(place / "own")), environment)
    assert (own.url, own.token.reveal(), own.local) == ("http://127.0.0.1:9", OTHER, place / "own")
    (place / "token").write_text(TOKEN)
    written = find(Where(server="http://x:1", token_file=str(place / "token")), {})
    assert (written.url, written.token.reveal()) == ("http://x:1", TOKEN)


@pytest.mark.parametrize("server", ["https://evil", "http://there", "https://there:444"])
def test_a_token_is_shown_to_no_server_but_its_own(place, server):
    served(place / "home" / "cellblock")
    kept.write(place / "config" / "cellblock", kept.Login("https://there", OTHER))
    environment = {"CELLBLOCK_SERVER": "https://there", "CELLBLOCK_TOKEN": TOKEN}
    fault = refused(Where(server=server), environment)
    assert fault.slug == "no-token"
    assert "--token-file" in str(fault)


def test_the_servers_own_address_finds_its_token_however_it_is_named(place):
    served(place / "home" / "cellblock")
    found = find(Where(server="http://127.0.0.1:8700/"), {})
    assert found.token.reveal() == TOKEN
    kept.write(place / "config" / "cellblock", kept.Login("https://there", OTHER))
    assert find(Where(server="https://there"), {}).token.reveal() == OTHER
    assert find(Where(), {"CELLBLOCK_SERVER": "https://there"}).token.reveal() == OTHER


def test_two_servers_at_once_are_refused(place):
    fault = refused(Where(server="http://x", data="y"))
    assert fault.slug == "bad-option"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("http://h", "http://h"),
        ("http://h:80/", "http://h"),
        ("HTTPS://H:443", "https://h"),
        (" https://h:8443/api/v1/ ", "https://h:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://h/cells/", "https://h/cells"),
    ],
)
def test_an_address_is_read_as_it_may_be_written(written, read):
    assert address(written) == read


@pytest.mark.parametrize(
    "written",
    ["", "h:8000", "ftp://h", "http://", "http://h:99999", "http://h/?a=b", "http://h#x", "//h"],
)
def test_what_is_no_address_says_how_it_is_written(written):
    with pytest.raises(OperatorFault) as caught:
        address(written)
    assert "http://127.0.0.1:8000" in str(caught.value)


def test_an_address_with_a_password_is_refused_without_telling_it():
    with pytest.raises(OperatorFault) as caught:
        address("https://me:geheim-password@h")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "short", "cb_a b" * 10, "ä" * 20, "x" * 501, "\0" * 20])
def test_what_is_no_token_is_not_told(text):
    with pytest.raises(OperatorFault) as caught:
        finding.checked_token(text, "the file")
    assert caught.value.slug == "bad-token"
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"url": 1}', "\xff", '{"url": "x"}'])
def test_a_damaged_note_of_a_server_is_told(place, content):
    data = place / "home" / "cellblock"
    data.mkdir(parents=True)
    (data / "server.json").write_text(content)
    fault = refused()
    assert fault.slug in {"no-server", "bad-server"}
    assert fault.hint


def test_a_login_is_kept_for_its_owner_alone_and_forgotten(place):
    folder = place / "config" / "cellblock"
    path = kept.write(folder, kept.Login("https://there", TOKEN))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == ["login.json"]
    assert kept.read(folder) == kept.Login("https://there", TOKEN)
    assert TOKEN not in repr(kept.read(folder))
    assert kept.remove(folder)
    assert not kept.remove(folder)
    assert kept.read(folder) is None


def test_a_login_that_others_can_read_is_not_used(place):
    path = kept.write(place, kept.Login("https://there", TOKEN))
    path.chmod(0o640)
    with pytest.raises(OperatorFault) as caught:
        kept.read(place)
    assert caught.value.slug == "bad-login"
    assert TOKEN not in str(caught.value)


def test_a_damaged_login_is_told(place):
    (place / "login.json").write_text("{")
    with pytest.raises(OperatorFault) as caught:
        kept.read(place)
    assert "damaged" in str(caught.value)
