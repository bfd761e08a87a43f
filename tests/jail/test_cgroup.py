"""A cgroup for each worker, on a folder that behaves as the kernel's does, and on the real one."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cellblock.jail.kernel import cgroup
from cellblock.jail.kernel.cgroup import Group, NoCgroup, delegated

OF_EVERY_GROUP = ("cgroup.controllers", "cgroup.subtree_control", "cgroup.procs", "cgroup.kill")
OF_CONTROLLERS = {
    "memory": ("memory.max", "memory.swap.max", "memory.oom.group", "memory.events"),
    "pids": ("pids.max",),
    "cpu": ("cpu.max",),
}
ALL = "cpu memory pids"


class Kernel:
    """A folder of groups: a folder that is made there holds files, one that is removed is empty.

    It speaks through the three calls by which the code reaches it.
    """

    def __init__(self, root, monkeypatch, controllers) -> None:
        self.root = root
        self.written: list[tuple[str, str]] = []
        self.refusals: dict[str, int] = {}
        """Name of a file to the errno of writing to it."""
        self.lacks: set[str] = set()
        """Files that no new group has, as on an older kernel."""
        self._make, self._remove, self._write = Path.mkdir, Path.rmdir, cgroup._write
        monkeypatch.setattr(Path, "mkdir", lambda path, **options: self.make(path, **options))  # noqa: PLW0108 - binds
        monkeypatch.setattr(Path, "rmdir", lambda path: self.remove(path))  # noqa: PLW0108 - binds
        monkeypatch.setattr(cgroup, "_write", self.write)
        self._make(root)
        self._fill(root, controllers)

    def make(self, path, **options):
        if (code := self.refusals.get("mkdir")) and self.root in path.parents:
            raise OSError(code, os.strerror(code), str(path))
        self._make(path, **options)
        if self.root in path.parents:
            self._fill(path, (path.parent / "cgroup.subtree_control").read_text("ascii"))

    def remove(self, path):
        if self.root not in path.parents:
            return self._remove(path)
        held = (path / "cgroup.procs").read_text("ascii").strip()
        if held or any(item.is_dir() for item in path.iterdir()):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        for item in path.iterdir():
            item.unlink()
        return self._remove(path)

    def write(self, path, text):
        if code := self.refusals.get(f"{path.name} {text}") or self.refusals.get(path.name):
            raise OSError(code, os.strerror(code), str(path))
        if path.name == "cgroup.subtree_control":
            self._enable(path, text.removeprefix("+"))
        else:
            self._write(path, text)
        self.written.append((path.name, text))

    def _enable(self, path, controller):
        holds = (path.parent / "cgroup.procs").read_text("ascii").strip()
        if holds and path.parent != self.root:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        assert controller in (path.parent / "cgroup.controllers").read_text("ascii").split()
        path.write_text(f"{path.read_text('ascii')} {controller}", "ascii")

    def _fill(self, path, controllers):
        names = [*OF_EVERY_GROUP]
        if path != self.root:
            for controller in controllers.split():
                names += OF_CONTROLLERS[controller]
        for name in set(names) - self.lacks:
            (path / name).write_text("", "ascii")
        (path / "cgroup.controllers").write_text(controllers, "ascii")


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    return Kernel(tmp_path / "cgroup", monkeypatch, ALL)


@pytest.fixture
def service(kernel):
    """A delegated group in which groups with limits can be made; it holds no process."""
    kernel.write(kernel.root / "cgroup.subtree_control", "+cpu")
    kernel.write(kernel.root / "cgroup.subtree_control", "+memory")
    kernel.write(kernel.root / "cgroup.subtree_control", "+pids")
    (kernel.root / "service").mkdir()
    kernel.written.clear()
    return kernel.root / "service"


@pytest.fixture
def workers(kernel, service):
    """The same with the controllers on."""
    assert delegated(_proc(kernel, "/service")) == service
    kernel.written.clear()
    return service


def _proc(kernel, own):
    """Make what /proc tells of a process in the group *own*."""
    folder = kernel.root.parent / "proc"
    folder.mkdir(exist_ok=True)
    mounts = (
        f"24 1 0:21 / /proc rw - proc proc rw\n30 23 0:26 / {kernel.root} rw - cgroup2 none rw\n"
    )
    (folder / "mountinfo").write_text(mounts, "ascii")
    (folder / "cgroup").write_text(f"4:memory:/elsewhere\n0::{own}\n", "ascii")
    return folder


def _holding(service):
    (service / "main").mkdir()
    (service / "main" / "cgroup.procs").write_text("4711\n", "ascii")
    return "/service/main"


def _groups(folder):
    return sorted(item.name for item in folder.iterdir() if item.is_dir())


def _value(group, name):
    return (group.path / name).read_text("ascii")


def test_a_group_without_processes_is_used_itself_and_its_controllers_are_turned_on(
    kernel, service
):
    assert delegated(_proc(kernel, "/service")) == service
    assert kernel.written == [
        ("cgroup.subtree_control", f"+{name}") for name in ("cpu", "memory", "pids")
    ]
    assert _groups(service) == []


@pytest.mark.parametrize("handed_on", [False, True])
def test_the_group_above_is_used_where_ones_own_holds_processes(kernel, service, handed_on):
    # With the controllers handed on, turning them on beneath one's own group is EBUSY.
    if handed_on:
        assert delegated(_proc(kernel, "/service")) == service
    assert delegated(_proc(kernel, _holding(service))) == service
    assert _groups(service) == ["main"]
    assert _groups(service / "main") == []


def test_controllers_that_are_on_are_not_written_again(kernel, workers):
    assert delegated(_proc(kernel, "/service")) == workers
    assert kernel.written == []


def test_the_root_may_hold_processes(kernel):
    (kernel.root / "cgroup.procs").write_text("1\n", "ascii")
    assert delegated(_proc(kernel, "/")) == kernel.root


def test_groups_that_hold_processes_on_both_levels_are_no_cgroup(kernel, service):
    own = _holding(service)
    (service / "cgroup.procs").write_text("1\n", "ascii")
    with pytest.raises(NoCgroup, match="controllers memory and pids are not there"):
        delegated(_proc(kernel, own))
    assert _groups(service) == ["main"]


def test_a_busy_group_beneath_one_that_gives_nothing_is_told_first(kernel, service):
    (service / "cgroup.procs").write_text("1\n", "ascii")
    kernel.refusals["mkdir"] = errno.EROFS
    with pytest.raises(NoCgroup) as caught:
        delegated(_proc(kernel, "/service"))
    assert str(caught.value) == f"{service}: {os.strerror(errno.EBUSY)}"


def test_a_group_without_memory_and_pids_is_no_cgroup(tmp_path, monkeypatch):
    kernel = Kernel(tmp_path / "cgroup", monkeypatch, "cpu")
    with pytest.raises(NoCgroup, match="the controllers memory and pids are not there"):
        delegated(_proc(kernel, "/"))
    assert kernel.written == []


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_folder_in_which_nothing_can_be_made_is_no_cgroup_and_it_is_told_why(
    kernel, service, code
):
    kernel.refusals["mkdir"] = code
    with pytest.raises(NoCgroup) as caught:
        delegated(_proc(kernel, "/service"))
    assert str(caught.value) == f"{service}: {os.strerror(code)}"


def test_a_probe_without_a_limit_is_removed_and_no_cgroup(kernel, service):
    kernel.lacks.add("memory.max")
    with pytest.raises(NoCgroup, match=r"no memory\.max"):
        delegated(_proc(kernel, "/service"))
    assert _groups(service) == []


def test_a_kernel_that_refuses_the_cpu_controller_alone_still_gives_cgroups(kernel, service):
    kernel.refusals["cgroup.subtree_control +cpu"] = errno.EINVAL
    assert delegated(_proc(kernel, "/service")) == service
    group = Group.make(service, 64_000_000)
    assert _value(group, "memory.max") == "64000000"
    assert not (group.path / "cpu.max").exists()


@pytest.mark.parametrize("missing", ["mountinfo", "cgroup"])
def test_a_machine_without_cgroup_v2_is_told(kernel, missing):
    proc = _proc(kernel, "/")
    (proc / missing).write_text("", "ascii")
    with pytest.raises(NoCgroup, match="no cgroup v2 is mounted"):
        delegated(proc)
    (proc / missing).unlink()
    with pytest.raises(NoCgroup, match="/proc tells nothing"):
        delegated(proc)


def test_a_group_has_every_limit(kernel, workers):
    group = Group.make(workers, 64_000_000)
    assert {name: text for name, text in kernel.written if text} == {
        "memory.max": "64000000",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "1",
        "cpu.max": "100000 100000",
    }
    assert {name: _value(group, name) for name, _ in kernel.written} == dict(kernel.written)


def test_two_groups_are_two(kernel, workers):
    first, second = Group.make(workers, 1), Group.make(workers, 1)
    assert first.path != second.path
    assert len(_groups(workers)) == 2


@pytest.mark.parametrize("name", ["memory.swap.max", "cpu.max"])
def test_a_kernel_without_swap_or_cpu_gives_a_group_without_that_limit(kernel, workers, name):
    kernel.lacks.add(name)
    Group.make(workers, 64_000_000)
    assert name not in dict(kernel.written)
    assert len(kernel.written) == 4


@pytest.mark.parametrize("name", ["memory.max", "memory.oom.group", "pids.max"])
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOENT])
def test_a_limit_that_cannot_be_set_leaves_no_group(kernel, workers, name, code):
    kernel.refusals[name] = code
    with pytest.raises(OSError, match=os.strerror(code)):
        Group.make(workers, 64_000_000)
    assert _groups(workers) == []


@pytest.mark.parametrize("name", ["memory.swap.max", "cpu.max"])
def test_a_limit_that_is_there_and_cannot_be_set_leaves_no_group(kernel, workers, name):
    kernel.refusals[name] = errno.EINVAL
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        Group.make(workers, 64_000_000)
    assert _groups(workers) == []


def test_a_group_that_a_killed_host_left_is_replaced(kernel, workers, monkeypatch):
    monkeypatch.setattr(cgroup, "_serials", iter([1, 1]))
    left = Group.make(workers, 1)
    again = Group.make(workers, 64_000_000)
    assert again.path == left.path
    assert _value(again, "memory.max") == "64000000"


def test_a_probe_that_a_killed_host_left_is_replaced(kernel, workers):
    (workers / f"cellblock-{os.getpid()}-probe").mkdir()
    assert delegated(_proc(kernel, "/service")) == workers
    assert _groups(workers) == []


def test_a_process_is_moved_in_and_all_are_killed(kernel, workers):
    group = Group.make(workers, 1)
    kernel.written.clear()
    group.add(4711)
    group.kill()
    assert kernel.written == [("cgroup.procs", "4711"), ("cgroup.kill", "1")]


def test_a_kernel_that_cannot_kill_a_group_is_no_fault_but_one_that_moves_nobody_is(
    kernel, workers
):
    kernel.lacks.add("cgroup.kill")
    group = Group.make(workers, 1)
    group.kill()
    assert not (group.path / "cgroup.kill").exists()
    kernel.refusals["cgroup.procs"] = errno.ESRCH
    with pytest.raises(ProcessLookupError):
        group.add(4711)


@pytest.mark.parametrize(
    ("events", "killed"),
    [
        ("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 1\n", True),
        ("low 0\nhigh 0\nmax 9\noom 2\noom_kill 0\noom_group_kill 0\n", False),
        ("oom_kill\n", False),
        ("oom_kill many\n", False),
        ("", False),
    ],
)
def test_a_death_for_want_of_memory_is_read_from_the_events(kernel, workers, events, killed):
    group = Group.make(workers, 1)
    (group.path / "memory.events").write_text(events, "ascii")
    assert group.out_of_memory() is killed


def test_an_empty_group_is_removed_and_a_busy_one_stays(kernel, workers):
    group = Group.make(workers, 1)
    group.add(4711)
    group.remove()
    assert _groups(workers) == [group.path.name]
    (group.path / "cgroup.procs").write_text("", "ascii")
    group.remove()
    assert _groups(workers) == []
    assert group.out_of_memory() is False
    group.remove()


def test_this_machine_gives_a_group_or_says_why_not_and_is_left_as_it_was():
    def there():
        points = [
            Path(line.split()[4])
            for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
            if " - cgroup2 " in line
        ]
        return [item for point in points for item in point.glob("**/cellblock-*")]

    before, why, folder = there(), "", None
    try:
        folder = delegated()
    except NoCgroup as error:
        why = str(error)
    assert bool(folder) != bool(why)
    if folder:
        group = Group.make(folder, 64_000_000)
        assert int(_value(group, "memory.max")) == 64_000_000 // 4096 * 4096
        assert int(_value(group, "pids.max")) == 1
        assert not group.out_of_memory()
        group.remove()
    assert there() == before


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user may make no group by itself")
def test_the_kernels_own_groups_hold_and_kill_a_process():
    """The calls that need no controller, on the machine's own cgroup v2, where one is mounted."""
    points = [
        Path(line.split()[4])
        for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
        if " - cgroup2 " in line and line.split()[5].startswith("rw")
    ]
    for point in points:
        group = Group(point / f"cellblock-{os.getpid()}-by-hand")
        group.path.mkdir()
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
            group.add(process.pid)
            assert _value(group, "cgroup.procs").split() == [str(process.pid)]
            group.remove()
            assert group.path.exists(), "a group that holds a process stays"
            group.kill()
            assert process.wait() == -signal.SIGKILL
        group.remove()
        assert not group.path.exists()
