"""What the host sees of a jailed worker from outside, before and while its code runs."""

from __future__ import annotations

import os

import pytest

SOURCE = "def tick(ctx):\n    pass"


def _status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


@pytest.mark.jail
def test_the_report_tells_steps_canaries_and_what_was_seen(bench):
    report = bench.do(bench.sandbox.prove())
    root = os.getuid() == 0
    assert report.steps[:4] == ("session", "generators", "descriptors", "rlimits")
    assert report.steps[-4:] == ("landlock", "listener", "seccomp", "canaries")
    assert ("credentials" in report.steps) is root
    assert report.canaries == {
        "mdwe: executable memory": "EACCES",
        "landlock: open /": "EACCES",
        "open /": "EACCES",
        "stat /": "EACCES",
        "fork": "EAGAIN",
        "socket": "EPERM",
        "executable memory": "EACCES",
        "pipe": "EPERM",
        "kill self": "EPERM",
        "dup": "EPERM",
    }
    assert report.attested["Seccomp"] == "2"
    assert report.attested["NoNewPrivs"] == "1"
    assert report.attested["CapEff"] == "0" * 16
    assert report.attested["Threads"] == "1"
    assert report.attested["descriptors"] == "[3, 4], the two pipes of this worker"
    assert ("own uid" in report.missing) is not root


@pytest.mark.jail
def test_each_worker_has_a_session_of_its_own_without_a_terminal(bench):
    async def work():
        async with bench.sandbox.worker(SOURCE) as worker, bench.sandbox.worker(SOURCE) as other:
            await worker.tick()
            await other.tick()
            return worker.pid, other.pid, [_stat(item.pid) for item in (worker, other)]

    *pids, stats = bench.do(work())
    groups, sessions, terminals = zip(*stats, strict=True)
    assert list(groups) == list(sessions) == pids
    assert terminals == (0, 0)


def _stat(pid):
    """Give its process group, session and terminal; proc_pid_stat(5)."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return tuple(map(int, fields[2:5]))


@pytest.mark.jail
def test_a_running_worker_looks_the_same_from_outside(bench):
    async def work():
        async with bench.sandbox.worker(SOURCE) as worker, bench.sandbox.worker(SOURCE) as other:
            await worker.tick()
            return [_status(item.pid) for item in (worker, other)], _limits(worker.pid)

    statuses, limits = bench.do(work())
    for status in statuses:
        assert status["Seccomp"] == "2"
        assert status["NoNewPrivs"] == "1"
        assert status["CapEff"] == status["CapPrm"] == "0" * 16
        assert status["Threads"] == "1"
    uids = {status["Uid"].split("\t")[0] for status in statuses}
    assert uids == {str(os.getuid())} if os.getuid() else len(uids) == 2 and "0" not in uids
    for name in ("core file size", "file size", "locked memory", "processes", "msgqueue size"):
        assert limits[name] == ("0", "0"), name
    assert limits["open files"] == ("8", "8")
    assert limits["stack size"] == (str(8 << 20), str(8 << 20))


def _limits(pid):
    found = {}
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        for line in list(file)[1:]:
            found[line[4:26].strip()] = tuple(line[26:68].split())
    return found


@pytest.mark.jail
def test_an_ordinary_host_cannot_look_into_a_sealed_worker(bench):
    if os.getuid() == 0:
        # Root may look into anything; that the seal is there shows in the owner of its entries.
        async def owner():
            async with bench.sandbox.worker(SOURCE) as worker:
                return os.stat(f"/proc/{worker.pid}/fd").st_uid

        assert bench.do(owner()) == 0
        return

    async def look():
        async with bench.sandbox.worker(SOURCE) as worker:
            return os.listdir(f"/proc/{worker.pid}/fd")

    with pytest.raises(PermissionError):
        bench.do(look())


@pytest.mark.jail
def test_the_zygote_keeps_one_thread_and_few_privileges(bench):
    async def work():
        zygote = await bench.sandbox.host.cells.warm()
        return _status(zygote.pid)

    status = bench.do(work())
    assert status["Threads"] == "1"
    # setgid 6, setuid 7, kill 5
    expected = f"{0b11100000:016x}" if os.getuid() == 0 else "0" * 16
    assert status["CapEff"] == expected
