"""Where the keys of the vault come from, who may read them, and that none is printed."""

from __future__ import annotations

import base64
import os
import secrets
import stat
import subprocess
import sys
from itertools import count

import pytest

from cellblock.errors import OperatorFault
from cellblock.store.keys import OLD_VARIABLE, VARIABLE, Given, Keys, key_id, make_private, take

pytestmark = pytest.mark.jail
KEY = secrets.token_bytes(32)
OTHER = secrets.token_bytes(32)


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def fault(work, *arguments) -> OperatorFault:
    with pytest.raises(OperatorFault) as caught:
        work(*arguments)
    return caught.value


def written(path, text: str, mode: int = 0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_keys_of_the_environment_are_taken_out_of_it():
    environment = {VARIABLE: encoded(KEY), OLD_VARIABLE: f" {encoded(OTHER)}\n", "HOME": "/h"}
    given = take(environment)
    assert (given.key, given.old) == (KEY, OTHER)
    assert environment == {"HOME": "/h"}
    assert take(environment) == Given()
    assert repr(given) == "Given()"


def test_a_key_in_the_letters_of_addresses_is_the_same_key():
    key = b"\xfb\xef\xff" * 10 + b"\xff\xfe"
    assert take({VARIABLE: base64.urlsafe_b64encode(key).decode()}).key == key


@pytest.mark.parametrize(
    "text",
    ["", "  ", "secret!", encoded(KEY[:31]), encoded(KEY + b"x"), encoded(KEY)[:-4], "ä" * 44],
    ids=count(),
)
def test_a_key_that_is_none_is_refused_without_being_told(text):
    environment = {VARIABLE: text}
    said = str(fault(take, environment))
    assert said == (
        f"the variable {VARIABLE} is no base64 of 32 bytes; make one with "
        "`head -c 32 /dev/urandom | base64`"
    )
    assert environment == {}


TAKES = f"""
import os, subprocess, sys
from cellblock.store.keys import take
assert os.environ["{VARIABLE}"] in open("/proc/self/environ").read()
given = take()
assert len(given.key) == 32 == len(given.old)
sys.stdout.write(open("/proc/self/environ").read())
sys.stdout.flush()
subprocess.run(["env"], check=True)
"""


def test_neither_the_process_nor_its_children_show_the_keys_of_the_environment_any_more():
    environment = {**os.environ, VARIABLE: encoded(KEY), OLD_VARIABLE: encoded(OTHER)}
    done = subprocess.run(
        [sys.executable, "-c", TAKES], env=environment, capture_output=True, text=True, check=True
    )
    assert encoded(KEY) not in done.stdout
    assert encoded(OTHER) not in done.stdout
    shown, _, inherited = done.stdout.rpartition("\0")
    assert f"{VARIABLE}={'-' * 44}\0" in shown + "\0"
    assert VARIABLE not in inherited
    assert "PATH=" in inherited


def test_the_file_is_made_at_first_need_for_its_owner_alone(tmp_path):
    folder = tmp_path / "a" / "b"
    before = os.umask(0)
    try:
        make_private(folder)
        keys = Keys(folder, Given())
        assert keys.known() == {}
        assert os.listdir(folder) == []
        key = keys.current()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert os.listdir(folder) == ["key"]
    assert len(key) == 32
    assert keys.current() == Keys(folder, Given()).current() == key
    assert keys.known() == {key_id(key): key}
    assert keys.place == str(folder / "key")


def test_a_file_that_a_killed_process_left_beside_the_place_is_no_key(tmp_path):
    (tmp_path / "key.new").write_text("half a k")
    key = Keys(tmp_path, Given()).current()
    assert os.listdir(tmp_path) == ["key"]
    assert (tmp_path / "key").read_text() == encoded(key) + "\n"


def test_the_key_of_the_environment_comes_first_and_the_file_still_opens(tmp_path):
    of_file = Keys(tmp_path, Given()).current()
    keys = Keys(tmp_path, Given(KEY, OTHER))
    assert keys.current() == KEY
    assert keys.place == f"${VARIABLE}"
    assert list(keys.known().values()) == [KEY, OTHER, of_file]
    assert os.listdir(tmp_path) == ["key"]


def test_with_a_key_in_the_environment_no_file_is_made(tmp_path):
    assert Keys(tmp_path, Given(KEY)).current() == KEY
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_a_file_that_others_may_open_is_refused(tmp_path, mode):
    path = written(tmp_path / "key", encoded(KEY), mode)
    found = fault(Keys(tmp_path, Given()).known)
    assert found.slug == "bad-key"
    assert str(found) == (
        f"the key file {path} is open to others; `chmod 600 {path}`; if they may have read it, "
        "`cellblock connect rekey`"
    )
    path.chmod(0o600)
    assert Keys(tmp_path, Given()).current() == KEY


def test_a_link_is_refused_also_when_it_leads_nowhere(tmp_path):
    target = written(tmp_path / "elsewhere", encoded(KEY))
    (tmp_path / "key").symlink_to(target)
    for _ in range(2):
        assert "is a symbolic link; put the file itself there" in str(
            fault(Keys(tmp_path, Given()).current)
        )
        target.unlink(missing_ok=True)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, make):
    make(tmp_path / "key")
    (tmp_path / "key").chmod(0o700)
    assert "is no regular file" in str(fault(Keys(tmp_path, Given()).known))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("hunter2hunter2", "is no base64 of 32 bytes"),
        (encoded(KEY) + "\nhunter2", "is no base64 of 32 bytes"),
        ("\x00\xff", "is no base64"),
    ],
    ids=count(),
)
def test_a_file_that_holds_no_keys_is_refused_and_stays_as_it_is(tmp_path, text, words):
    path = written(tmp_path / "key", text)
    for work in (Keys(tmp_path, Given()).known, Keys(tmp_path, Given()).current):
        said = str(fault(work))
        assert words in said
        assert said.endswith("restore it from a backup")
        assert "hunter2" not in said
    assert path.read_text() == text


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_in_which_others_can_write_is_refused(tmp_path, mode):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    assert str(fault(make_private, folder)) == (
        f"others can write in the data directory {folder}; `chmod 700 {folder}`"
    )


def test_a_folder_that_cannot_be_made_is_the_operators_fault(tmp_path):
    (tmp_path / "file").write_text("")
    assert fault(make_private, tmp_path / "file" / "x").slug == "bad-data"
    assert fault(make_private, tmp_path / "file").slug == "bad-data"


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "gone"
    found = fault(Keys(folder, Given()).current)
    assert f"the key file {folder / 'key'} cannot be written: No such file" in str(found)
    folder.mkdir()
    (folder / "key.new").mkdir()
    (folder / "key.new" / "x").mkdir()
    assert "cannot be written" in str(fault(Keys(folder, Given()).current))
    assert os.listdir(folder) == ["key.new"]


def test_a_rotation_keeps_the_older_keys_until_they_seal_nothing(tmp_path):
    keys = Keys(tmp_path, Given())
    first = keys.current()
    second = keys.begin_rotation()
    assert keys.current() == second != first
    assert list(keys.known().values()) == [second, first]
    keys.forget({key_id(first)})
    assert list(keys.known().values()) == [second, first]
    keys.forget({key_id(second)})
    assert list(keys.known().values()) == [second]
    keys.forget(set())
    assert keys.current() == second
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_file_goes_when_the_environment_has_the_key_and_the_file_seals_nothing(tmp_path):
    of_file = Keys(tmp_path, Given()).current()
    keys = Keys(tmp_path, Given(KEY))
    assert keys.begin_rotation() == KEY
    keys.forget({key_id(of_file), key_id(KEY)})
    assert (tmp_path / "key").exists()
    keys.forget({key_id(KEY)})
    assert os.listdir(tmp_path) == []
    keys.forget(set())


def test_the_id_of_a_key_tells_which_and_not_what():
    assert key_id(KEY) == key_id(KEY) != key_id(OTHER)
    assert len(key_id(KEY)) == 16
    assert KEY.hex()[:8] not in key_id(KEY)
