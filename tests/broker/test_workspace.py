"""A workspace between hosts: real processes that hold, hang, crash and are killed at random."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cellblock.broker import workspace
from cellblock.broker.adapter import AdapterError
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.errors import OperatorFault
from cellblock.limits import Limits
from cellblock.wire import messages as m

QUOTA = 1_000_000
PROGRAMS = Path(__file__).parent / "programs"
BUSY = {
    "error": "the workspace has been in use for too long; try again later",
    "code": "busy",
}


@pytest.fixture
def root(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    return inside


@pytest.fixture
def space(root):
    opened = Workspace.open(root, QUOTA)
    yield opened
    asyncio.run(opened.close())


async def answer(space: Workspace, call: m.Call) -> dict[str, Any]:
    return json.loads(await FilesAdapter(space).answer(call) or b"")


def ask(space: Workspace, call: m.Call) -> dict[str, Any]:
    return asyncio.run(asyncio.wait_for(answer(space, call), 60))


def write(path: str, content: bytes = b"x", *, append: bool = False) -> m.FilesWrite:
    return m.FilesWrite(path, content, append)


def read(path: str) -> m.FilesRead:
    return m.FilesRead(path, 0, 50_000, True, "utf-8")


LIST = m.FilesList("", "")


# The lock


HOLDER = """
import fcntl, os, sys
folder = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(folder, fcntl.LOCK_SH if sys.argv[2] == "shared" else fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def held(root, how="alone"):
    """Another process that has the lock, and does nothing more."""
    command = [sys.executable, "-c", HOLDER, str(root), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout.read(5) == b"held\n"
            yield holder
        finally:
            holder.kill()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(workspace, "FILES_LOCK_S", 0.2)


@pytest.mark.parametrize(
    "call", [read("f"), write("f"), LIST, m.FilesDelete("f")], ids=lambda call: type(call).__name__
)
def test_a_holder_that_hangs_is_answered_busy_and_one_that_dies_holds_nothing(
    space, root, impatient, call
):
    (root / "f").write_bytes(b"old")
    with held(root) as holder:
        holder.send_signal(signal.SIGSTOP)
        assert ask(space, call) == BUSY
        assert (root / "f").read_bytes() == b"old"
        holder.kill()
        holder.wait()
        assert "error" not in ask(space, call)


def test_a_shared_lock_lets_others_read_and_keeps_them_from_writing(space, root, impatient):
    (root / "f").write_bytes(b"old")
    with held(root, "shared"):
        assert ask(space, read("f"))["content"] == "old"
        assert ask(space, LIST)["used"] == 3
        assert ask(space, write("f")) == ask(space, m.FilesDelete("f")) == BUSY


def test_all_who_stand_behind_one_that_waits_are_answered(space, root, impatient):
    async def scenario():
        async with asyncio.timeout(60):
            return await asyncio.gather(*(answer(space, write(str(n))) for n in range(20)))

    with held(root):
        assert asyncio.run(scenario()) == [BUSY] * 20
    assert os.listdir(root) == []


def test_a_call_behind_a_job_that_hangs_is_answered_and_never_done(space, root, impatient):
    async def scenario():
        go_on = threading.Event()
        hanging = space._thread.submit(go_on.wait)
        told = await answer(space, write("late"))
        go_on.set()
        assert hanging.result()
        return told

    assert asyncio.run(scenario()) == BUSY
    assert ask(space, LIST)["files"] == []


def test_a_call_that_is_given_up_while_it_waits_is_not_done_later(space, root):
    async def scenario():
        with held(root):
            waiting = asyncio.ensure_future(answer(space, write("late")))
            behind = asyncio.ensure_future(answer(space, write("later")))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), 0.05)
            for given_up in (waiting, behind):
                given_up.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await given_up
        return await answer(space, LIST)

    assert asyncio.run(scenario())["files"] == []


class Content(bytes):
    """Bytes that say when they are let go of."""

    gone: bool = False

    def __del__(self):
        Content.gone = True


@contextlib.contextmanager
def uncollected():
    """Leave what holds itself where it is, as a busy service does for long."""
    gc.disable()
    Content.gone = False
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize("path", ["../x", "x", "y/z"])
def test_a_write_that_is_refused_leaves_nothing_of_its_content(space, path):
    async def refused():
        assert "error" in await answer(space, write(path, Content(2 * QUOTA)))
        await asyncio.sleep(0.05)  # the thread lets go of the job after it told of its end

    with uncollected():
        asyncio.run(refused())
        assert Content.gone


def test_a_write_that_is_given_up_leaves_nothing_of_its_content(space, root):
    async def given_up():
        with held(root):
            asking = asyncio.ensure_future(answer(space, write("x", Content(1_000))))
            await asyncio.sleep(0.02)
            asking.cancel()
            await asyncio.wait({asking})
        del asking
        await asyncio.sleep(0.05)

    with uncollected():
        asyncio.run(given_up())
        assert Content.gone


def test_closing_does_not_wait_for_the_lock(root):
    space = Workspace.open(root, QUOTA)

    async def scenario():
        waiting = asyncio.ensure_future(answer(space, write("late")))
        await asyncio.sleep(0)
        await space.close()
        return await waiting

    with held(root):
        assert asyncio.run(scenario()) == BUSY


def test_a_job_that_hangs_keeps_closing_within_its_time_and_the_loop_free(
    root, monkeypatch, caplog
):
    monkeypatch.setattr(workspace, "ADAPTER_CLOSE_S", 0.01)
    begun, go_on = threading.Event(), threading.Event()

    def hang():
        begun.set()
        assert go_on.wait(20)

    async def scenario():
        space = Workspace.open(root, QUOTA)
        hanging = asyncio.ensure_future(space.run(hang))
        late = asyncio.ensure_future(answer(space, write("late")))
        await asyncio.to_thread(begun.wait, 20)
        # Were it waited for in the loop's own thread, nothing could let the job go on.
        asyncio.get_running_loop().call_soon(ended.append, "the loop")
        await space.close()
        ended.append("closing")
        assert os.path.samestat(os.fstat(space.folder), os.stat(root))  # for the job uses it still
        go_on.set()
        await hanging
        assert await late == BUSY
        (thread,) = space._thread._threads
        await asyncio.to_thread(thread.join, 20)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(space.folder)

    ended = []
    asyncio.run(scenario())
    assert ended == ["the loop", "closing"]
    assert os.listdir(root) == []
    assert "a job in a workspace hangs" in caplog.text


def test_two_hosts_in_one_process_keep_the_quota_together(root):
    spaces = [Workspace.open(root, QUOTA), Workspace.open(root, QUOTA)]

    async def scenario():
        calls = (write(str(n), bytes(100_001)) for n in range(40))
        work = (answer(spaces[n % 2], call) for n, call in enumerate(calls))
        return await asyncio.gather(*work)

    answers = asyncio.run(scenario())
    assert sum("size" in told for told in answers) == 9
    assert {told.get("code") for told in answers} == {None, "quota"}
    assert ask(spaces[0], LIST)["used"] == ask(spaces[1], LIST)["used"] == 9 * 100_001
    for space in spaces:
        asyncio.run(space.close())


@pytest.mark.jail
def test_workers_of_two_hosts_keep_the_quota_together(bench, full, root):
    """Two sandboxes, each with its zygote and its event loop, at the same time."""
    source = """
def tick(ctx):
    told = [ctx.files.write(f"{ctx.config['name']}-{n}", "x" * 60_000) for n in range(15)]
    print(sum("size" in answer for answer in told), {answer.get("code") for answer in told})
"""
    said = []

    def host(sandbox, name):
        options = {"files": root, "config": {"name": name}, "limits": Limits(files_bytes=QUOTA)}
        (outcome,) = sandbox.ticks(source, **options)
        said.append(outcome.output.partition(" "))

    other = threading.Thread(target=host, args=(full, "other"))
    other.start()
    host(bench, "own")
    other.join()
    assert sum(int(written) for written, _, _ in said) == QUOTA // 60_000 == len(os.listdir(root))
    assert all("busy" not in codes for _, _, codes in said)
    assert any("quota" in codes for _, _, codes in said)


def test_a_workspace_is_opened_while_another_host_has_the_lock(root, impatient):
    (root / ".cellblock-1").write_bytes(b"being written by who holds the lock")
    with held(root):
        space = Workspace.open(root, QUOTA)
        assert os.listdir(root) == [".cellblock-1"]
    assert ask(space, write("f")) == {"path": "f", "size": 1}
    assert os.listdir(root) == ["f"]
    asyncio.run(space.close())


def test_a_file_system_that_cannot_lock_a_folder_is_refused(root, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OperatorFault) as caught:
        Workspace.open(root, QUOTA)
    assert str(caught.value) == (
        f"the files directory {root} cannot be locked and read: No locks available; "
        "keep it on a local disk, where this user may read it"
    )


def test_the_workspace_offers_whole_files_to_other_adapters(space, root):
    (root / "f").write_bytes(b"12345")
    assert asyncio.run(space.content("f", 5)) == b"12345"
    for path, code in (("f", "too_large"), ("none", "not_found"), ("../x", "bad_path")):
        with pytest.raises(AdapterError) as caught:
            asyncio.run(space.content(path, 4))
        assert caught.value.code == code


# Crashes


CRASH = """
import asyncio, os, signal, sys
from pathlib import Path
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.wire import messages as m

root, function, append, size = sys.argv[1], sys.argv[2], sys.argv[3] == "append", int(sys.argv[4])
write = os.write
def die(*rest, **named):
    if function == "write":
        write(rest[0], rest[1][: len(rest[1]) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

space = Workspace.open(Path(root), 10_000_000)
setattr(os, function, die)
asyncio.run(FilesAdapter(space).answer(m.FilesWrite("a/f", bytes(size), append)))
"""


def crash(root, function, how, size):
    command = [sys.executable, "-c", CRASH, str(root), function, how, str(size)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("function", ["write", "fsync", "rename"])
def test_a_host_that_dies_in_a_write_leaves_the_old_file_and_nothing_that_counts(
    space, root, function
):
    ask(space, write("a/f", b"old"))
    crash(root, function, "replace", 600_000)
    (left,) = set(os.listdir(root / "a")) - {"f"}
    assert left.startswith(".cellblock-")
    assert ask(space, LIST)["used"] == 3
    assert ask(space, read("a/f"))["content"] == "old"
    # The next write of any host clears it away; it never stood in its way.
    assert "error" not in ask(space, write("g", bytes(999_997)))
    assert os.listdir(root / "a") == ["f"]


def test_opening_a_workspace_clears_what_a_dead_host_left(root):
    crash(root, "rename", "replace", 600_000)
    assert [name for name in os.listdir(root / "a") if name.startswith(".cellblock-")]
    asyncio.run(Workspace.open(root, QUOTA).close())
    assert os.listdir(root / "a") == []


def test_a_host_that_dies_in_an_append_leaves_a_part_and_it_is_counted(space, root):
    ask(space, write("a/f", b"old"))
    crash(root, "write", "append", 600_000)
    told = ask(space, LIST)
    assert [(entry["path"], entry["size"]) for entry in told["files"]] == [("a/f", 300_003)]
    assert told["used"] == 300_003
    assert ask(space, write("a/f", b"+more", append=True))["size"] == 300_008
    assert (root / "a" / "f").read_bytes() == b"old" + bytes(300_000) + b"+more"
    assert ask(space, write("g", bytes(699_993)))["code"] == "quota"
    assert "error" not in ask(space, write("g", bytes(699_992)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_hosts_that_are_killed_at_random_never_pass_the_quota_nor_miscount(root, seed):
    command = [sys.executable, "-W", "error", str(PROGRAMS / "killed_hosts.py"), str(root)]
    done = subprocess.run(
        [*command, str(seed), "4"], check=False, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["wrong"] == []
    assert seen["kills"] >= 30
    assert seen["cut_short"] > 0, "no kill met a write"
    assert {"written", "quota", "listed"} <= set(seen["answers"])
    assert set(seen["answers"]) <= {"written", "quota", "listed", "read", "deleted", "not_found"}


# The disk


def small_world(root, shell, program):
    """Run *program* in a mount namespace of its own, after the mounts of *shell*."""
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*own, "true"], check=False).returncode:
        pytest.skip("a small disk needs a mount namespace of one's own")
    script = f'set -e; cd "$1"; {shell}; exec "$2" -W error "$3" "$4"'
    words = ["sh", "-c", script, "sh", str(root), sys.executable, str(PROGRAMS / "one_call.py")]
    done = subprocess.run(
        [*own, *words, json.dumps(program)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


FULL = {"error": "the disk of the host is full; the old file is as it was", "code": "disk_full"}


def test_a_full_disk_leaves_the_old_file_whole(root):
    answers = small_world(
        root,
        "mount -t tmpfs -o size=64k tmpfs .; cd .",
        [
            ["write", "f", 3_000],
            ["write", "f", 200_000],
            ["append", "f", 200_000],
            ["write", "deep/down/g", 200_000],
            ["read", "f"],
            ["list"],
            ["names"],
            ["append", "f", 10],
        ],
    )
    page = {"path": "f", "content": "x" * 3_000, "size": 3_000, "eof": True}
    assert answers[0] == {"path": "f", "size": 3_000}
    assert answers[1:5] == [FULL, FULL, FULL, page]
    assert answers[5]["used"] == 3_000
    assert answers[6:] == [["f"], {"path": "f", "size": 3_010}]


def test_a_read_only_workspace_is_read_and_not_written(root):
    (root / "f").write_bytes(b"old")
    (root / ".cellblock-left").write_bytes(b"left")
    answers = small_world(
        root,
        "mount --bind . .; mount -o remount,bind,ro . ; cd .",
        [
            ["read", "f"],
            ["list"],
            ["write", "f", 3],
            ["append", "f", 3],
            ["write", "new/g", 3],
            ["delete", "f"],
        ],
    )
    denied = {"error": "the workspace is read-only", "code": "denied"}
    assert answers[0]["content"] == "old"
    assert answers[1]["used"] == 3
    assert answers[2:] == [denied] * 4


def test_a_disk_without_inodes_is_a_full_disk(root):
    answers = small_world(
        root,
        "mount -t tmpfs -o nr_inodes=4 tmpfs .; cd .",
        [["write", "a", 1], ["write", "b", 1], ["write", "c/d", 1], ["names"], ["append", "a", 1]],
    )
    assert answers[0] == {"path": "a", "size": 1}
    assert answers[2] == FULL
    assert answers[3] == ["a", "b"]
    assert answers[4] == {"path": "a", "size": 2}


def test_a_folder_that_is_removed_is_told_by_every_call(space, root):
    ask(space, write("f"))
    shutil.rmtree(root)
    gone = {
        "error": "the folder of the workspace was removed on the host; "
        "its operator must restart the worker",
        "code": "gone",
    }
    for call in (read("f"), write("f"), write("a/f", append=True), LIST, m.FilesDelete("f")):
        assert ask(space, call) == gone
    root.mkdir()
    assert ask(space, write("f")) == gone
    assert os.listdir(root) == []


def as_an_ordinary_user(root, program):
    """Open the folder as whoever runs the tests, and ask as somebody without rights."""
    command = [sys.executable, "-W", "error", str(PROGRAMS / "one_call.py"), json.dumps(program)]
    done = subprocess.run(
        [*command, "nobody"], check=False, capture_output=True, text=True, timeout=60, cwd=root
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_the_host_may_not_do_is_denied_and_what_it_may_not_see_is_passed_by(root):
    (root / "open").write_bytes(b"open")
    (root / "closed").write_bytes(b"closed")
    (root / "lost+found").mkdir()
    (root / "lost+found" / "inner").write_bytes(b"inner")
    (root / "closed").chmod(0)
    (root / "lost+found").chmod(0)
    (root / "open").chmod(0o444)
    root.chmod(0o555)
    try:
        answers = as_an_ordinary_user(
            root,
            [
                ["read", "closed"],
                ["write", "new", 1],
                ["write", "open", 1],
                ["append", "open", 1],
                ["delete", "open"],
                ["read", "lost+found/inner"],
                ["list"],
                ["read", "open"],
            ],
        )
    finally:
        root.chmod(0o755)
        (root / "lost+found").chmod(0o755)
    denied = {"error": "the host may not do this to the file or its folder", "code": "denied"}
    assert answers[:6] == [denied] * 6
    found = {entry["path"]: entry["size"] for entry in answers[6]["files"]}
    assert (found, answers[6]["used"]) == ({"closed": 6, "open": 4}, 10)
    assert answers[7]["content"] == "open"
