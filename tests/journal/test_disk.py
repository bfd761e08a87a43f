from __future__ import annotations

import asyncio

from cellblock.clock import HandClock
from cellblock.journal import disk as disk_module
from cellblock.journal.disk import DiskWatch
from cellblock.journal.event import Disk
from cellblock.limits import DISK_LITTLE_BYTES, DISK_LOOK_S
from skipping import play

PLENTY = 10**9


class Watched:
    """A watch over a disk whose room is told by the test."""

    def __init__(self, monkeypatch, **options) -> None:
        self.room: tuple[int, int | None] | OSError = (DISK_LITTLE_BYTES, PLENTY)
        self.events: list[object] = []
        monkeypatch.setattr(disk_module, "_room", lambda _path: self.room)
        self.watch = DiskWatch("/data", HandClock(), self.events.append, **options)


def test_little_room_is_a_problem_until_there_is_clearly_more(monkeypatch):
    watched = Watched(monkeypatch)
    assert watched.watch.look() is None
    watched.room = (DISK_LITTLE_BYTES - 1, PLENTY)
    assert (watched.watch.look() or "").startswith("500 MB are free in /data; free some space")
    watched.room = (int(DISK_LITTLE_BYTES * 1.1), PLENTY)
    assert watched.watch.look() is not None
    watched.room = (int(DISK_LITTLE_BYTES * 1.3), PLENTY)
    assert watched.watch.look() is None
    watched.room = (int(DISK_LITTLE_BYTES * 1.1), PLENTY)
    assert watched.watch.look() is None
    first, second = watched.events
    assert isinstance(first, Disk)
    assert (first.state, first.at) == ("problem", HandClock().wall_s())
    assert "free some space" in first.what
    assert second == Disk("recovered", "", first.at)


def test_a_disk_without_room_for_files_is_a_problem_if_it_counts_them(monkeypatch):
    watched = Watched(monkeypatch)
    watched.room = (PLENTY, 3)
    assert watched.watch.look() == "room for 3 more files is left in /data; remove some"
    watched.room = (PLENTY, None)
    assert watched.watch.look() is None


def test_what_others_say_of_the_disk_counts_too(monkeypatch):
    said: list[str | None] = [None]
    watched = Watched(monkeypatch, others=[lambda: None, lambda: said[0]])
    assert watched.watch.look() is None
    said[0] = "rows wait"
    assert watched.watch.look() == "rows wait"
    said[0] = None
    assert watched.watch.look() is None
    assert [event.state for event in watched.events] == ["problem", "recovered"]


def test_a_directory_that_is_gone_is_a_problem(tmp_path):
    watch = DiskWatch(tmp_path / "gone", HandClock(), lambda _event: None)
    assert "cannot be looked at: No such file or directory" in (watch.look() or "")
    assert watch.free_bytes is None


def test_it_looks_again_and_again(monkeypatch):
    async def scenario():
        watched = Watched(monkeypatch)
        seen = []

        async def in_the_loop(work, *arguments):
            seen.append(asyncio.get_running_loop().time())
            return work(*arguments)

        monkeypatch.setattr(asyncio, "to_thread", in_the_loop)
        watching = asyncio.create_task(watched.watch.keep_watching())
        await asyncio.sleep(2.5 * DISK_LOOK_S)
        watched.room = (0, PLENTY)
        await asyncio.sleep(DISK_LOOK_S)
        watching.cancel()
        assert seen == [0, DISK_LOOK_S, 2 * DISK_LOOK_S, 3 * DISK_LOOK_S]
        assert watched.watch.problem is not None

    play(scenario())


def test_it_goes_on_when_somebody_cannot_be_told(monkeypatch, caplog):
    async def scenario():
        watched = Watched(monkeypatch, others=[lambda: 1 // 0])

        async def in_the_loop(work, *arguments):
            return work(*arguments)

        monkeypatch.setattr(asyncio, "to_thread", in_the_loop)
        watching = asyncio.create_task(watched.watch.keep_watching())
        await asyncio.sleep(1.5 * DISK_LOOK_S)
        assert not watching.done()
        watching.cancel()

    play(scenario())
    assert caplog.text.count("the disk's problem could not be told") == 2


def test_a_small_file_system_is_seen_as_it_is(small_disk):
    watch = DiskWatch(small_disk, HandClock(), lambda _event: None)
    assert (watch.look() or "").startswith("17 MB are free")
    (small_disk / "large").write_bytes(b"x" * 4_000_000)
    assert (watch.look() or "").startswith("13 MB are free")
