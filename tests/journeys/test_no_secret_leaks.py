"""Keys are planted, and everything that the product writes is searched for them.

They are entered through the command line, used by real workers against a far side that says them
again in every form, by a plugin that is careless with them, and while processes are killed. All of
them hold one text, so that a part of any is found, too.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from journeys.leaks.peer import MODES, Peer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LEAKS = Path(__file__).with_name("leaks")
CORE = secrets.token_hex(12)
PLANTED = {
    "bybit": {"api_key": f"bybitKEY{CORE}x1", "api_secret": f"bybit/+SECRET={CORE}%41&x2"},
    "telegram": {"token": f"123456789:AAtele{CORE}_-x3"},
    "llm": {"api_key": f"sk-ant-{CORE}-x4"},
    "leaky": {"password": f"pass \"wörd\" <b>\\{CORE}/+=&%41 'x5' end"},
    "http": {"proxy_login": f"somebody:proxy-{CORE}/=x6"},
}
OPTIONS = {
    "bybit": ("--endpoint", "http://{}"),
    "telegram": ("--base-url", "http://{}", "--chat-id", "42"),
    "llm": ("--base-url", "http://{}/v1", "--model", "m"),
    "leaky": ("--place", "{}"),
    "http": ("--proxy", "http://{}", "--private", "{}"),
}
KINDS = list(PLANTED)
SAID_AGAIN = [kind for kind in KINDS if kind != "http"]
"""A proxy keeps its login to itself, and what strangers say to ctx.http is left as it is."""
VAULT_KEY = base64.b64encode(secrets.token_bytes(32)).decode()


def forms(text: str) -> dict[str, bytes]:
    """Give what to look for: *text* as it is, and what of it is the same wherever it stands."""
    plain = text.encode()
    found = {
        "plain": plain,
        "hexadecimal": plain.hex().encode(),
        "in large letters": plain.upper(),
        "reversed": plain[::-1],
        "reversed hexadecimal": plain.hex()[::-1].encode(),
    }
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + plain + b"xx")
        found[f"base64, {shift} on"] = coded[4:-4]
    return found


LOOKED_FOR = forms(CORE)


def leaks(data: bytes, looked_for: dict[str, bytes] = LOOKED_FOR) -> list[str]:
    """Tell in which forms the planted text stands in *data*, and with what around it."""
    found = []
    for form, needle in looked_for.items():
        at = data.find(needle)
        if at >= 0:
            found.append(f"{form}: {data[max(at - 60, 0) : at + 90]!r}")
    return found


def memory(pid: int) -> bytes:
    """Read all memory of a process that it may write to."""
    parts = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as file:
        for line in maps:
            places, rights, *_ = line.split()
            start, end = (int(part, 16) for part in places.split("-"))
            if "w" in rights:
                file.seek(start)
                parts.append(file.read(end - start))
    return b"\0".join(parts)


def below(pid: int) -> set[int]:
    """Give all descendants of a process."""
    children: dict[int, set[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(status[1]), set()).add(int(entry))
    found, new = set(), {pid}
    while new:
        new = set().union(*(children.get(one, set()) for one in new)) - found
        found |= new
    return found


@dataclass
class Journey:
    """A folder with planted keys, and all that was written on the way."""

    folder: Path
    peer: Peer
    written: dict[str, bytes] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        log = str(self.folder / "python.log")
        return [sys.executable, str(LEAKS / "program.py"), log, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        paths = [str(self.folder / "plugin"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "XDG_DATA_HOME": str(self.folder / "data"),
        }

    def call(self, title: str, *arguments: str, stdin: str = "", **environment: str) -> int:
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.environment, **environment},
            input=stdin.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        self.written[f"{title}: stdout"] = done.stdout
        self.written[f"{title}: stderr"] = done.stderr
        return done.returncode

    def run(self, *more: str) -> list[str]:
        """Give the arguments of a run in which all is connected."""
        connect = [part for kind in KINDS for part in ("--connect", kind)]
        return [
            *("run", str(self.folder / "worker.py"), "--files", str(self.folder / "files")),
            *("--state", f"sqlite:///{self.folder / 'state.db'}", "--language", "full"),
            *("--set", f"place={self.peer.place}", "--interval", "1s", "--max-errors", "99"),
            *connect,
            *more,
        ]

    def connect(self, **environment: str) -> None:
        for kind in KINDS:
            options = [part.format(self.peer.place) for part in OPTIONS[kind]]
            text = json.dumps(PLANTED[kind])
            arguments = ("connect", kind, *options, "--secrets", "-")
            code = self.call(f"connect {kind}", *arguments, stdin=text, **environment)
            assert code == 0, self.written[f"connect {kind}: stderr"]

    def kept(self) -> dict[str, bytes]:
        """Read every file beneath the folder."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


@pytest.fixture
def journey(tmp_path):
    plugin = tmp_path / "plugin"
    (plugin / "leaky-1.0.dist-info").mkdir(parents=True)
    shutil.copy(LEAKS / "leaky.py", plugin)
    information = plugin / "leaky-1.0.dist-info"
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[cellblock.adapters]\nleaky = leaky:KIND\n")
    shutil.copy(LEAKS / "worker.py", tmp_path)
    (tmp_path / "files").mkdir()
    with Peer() as peer:
        yield Journey(tmp_path, peer)


def assert_clean(written: dict[str, bytes]) -> None:
    found = {name: leaks(data) for name, data in written.items()}
    assert not {name: told for name, told in found.items() if told}


def test_nothing_that_is_written_holds_a_secret(journey):
    journey.connect()
    for kind in KINDS:
        for number in range(len(MODES) if kind == "leaky" else 1):
            journey.call(f"test {kind} {number}", "connect", "test", kind)
    for words in (["list"], ["list", "--json"], ["show", "bybit", "--json"]):
        assert journey.call(" ".join(words), "connect", *words) == 0
    journey.call("json", *journey.run("--json", "--ticks", "3"))
    journey.call("screen", *journey.run("--ticks", "1"))
    journey.call("rekey", "connect", "rekey")
    journey.call("remove", "connect", "remove", "leaky")
    kept = journey.kept()
    assert_clean({**journey.written, **kept})
    assert_worth_something(journey, kept)


def assert_worth_something(journey, kept):
    """See that the far side said every key again, and that what was hidden was written as dots."""
    said = "\n".join(journey.peer.said)
    for form in ("plain", "hexadecimal", "base64, 0 on", "base64, 1 on", "base64, 2 on"):
        assert LOOKED_FOR[form] in said.encode(), form
    assert PLANTED["http"]["proxy_login"] in journey.peer.logins
    for kind in SAID_AGAIN:
        sent = [text for name, text in PLANTED[kind].items() if name != "api_secret"]
        assert all(text in said for text in sent), kind
    events = [json.loads(line) for line in journey.written["json: stdout"].splitlines()]
    assert sum(event["event"] == "tick" for event in events) == 3
    lines = [event["message"] for event in events if event["event"] == "log"]
    for kind in SAID_AGAIN:
        answers = [line for line in lines if line.startswith(f"{kind}.")]
        assert any("\\u2022" in line for line in answers), kind
    assert any("•••" in event.get("traceback", "") or "2022" in str(event) for event in events)
    everything = {**journey.written, **kept}
    for name in ("screen: stdout", "json: stderr", "python.log", "state.db"):
        assert any(dots in everything[name] for dots in ("•••".encode(), b"u2022")), name
    assert any(b"u2022" in data for name, data in kept.items() if name.startswith("files/"))


_WITH_CORES = ("sh", "-c", 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"', "sh")
"""A command before another, which then dumps core as far as this user may."""


class Running:
    """A run with all connected, and what its processes show."""

    def __init__(self, journey: Journey, **environment: str) -> None:
        self._errors = (journey.folder / "stderr").open("wb")
        self.process = subprocess.Popen(
            [*_WITH_CORES, *journey.command(*journey.run("--json"))],
            cwd=journey.folder,
            env={**journey.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self.lines: list[bytes] = []

    def ticks(self, count: int) -> None:
        """Wait for so many ticks to end."""
        while count:
            line = self.process.stdout.readline()
            assert line, self.lines
            self.lines.append(line)
            count -= b'"event":"tick"' in line

    @property
    def worker(self) -> int:
        """The worker's process of now."""
        events = [json.loads(line) for line in self.lines if b'"event":"worker"' in line]
        return [event["pid"] for event in events if event["pid"]][-1]

    def look(self) -> dict[str, bytes]:
        """Read what can be read of each process, the host's memory excepted."""
        found = {}
        for pid in (self.process.pid, *below(self.process.pid)):
            for name in ("cmdline", "environ", "comm"):
                with contextlib.suppress(OSError):
                    found[f"{pid} {name}"] = Path(f"/proc/{pid}/{name}").read_bytes()
            if pid != self.process.pid:
                with contextlib.suppress(OSError):  # an ordinary user sees but his zygote
                    found[f"{pid} memory"] = memory(pid)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.lines += self.process.stdout.readlines()
        self.process.stdout.close()
        self.process.wait()
        self._errors.close()


@pytest.mark.jail
def test_no_process_but_the_host_has_a_secret_in_its_memory_arguments_or_environment(journey):
    journey.connect(CELLBLOCK_KEY=VAULT_KEY)
    with Running(journey, CELLBLOCK_KEY=VAULT_KEY) as running:
        host, before = running.process.pid, len(below(running.process.pid))
        running.ticks(2)
        first, worker = running.look(), running.worker
        os.kill(worker, signal.SIGSEGV)  # after which a fresh zygote takes the place of the old
        running.ticks(2)
        second = running.look()
        assert running.worker != worker
        assert f"{host} cmdline" in second
        assert f"{running.worker} cmdline" in second
        if os.getuid() == 0:
            assert leaks(memory(host)), "the eyes are shut"
            assert f"CELLBLOCK_KEY={'-' * 44}".encode() in first[f"{host} environ"]
            assert f"{worker} memory" in first
            for shown in (first, second):
                assert sum(name.endswith("memory") for name in shown) >= 2, (before, list(shown))
            assert {*second} - {*first}, "nothing is new after the crash"
    assert_clean(first | second | {"stdout": b"".join(running.lines)} | journey.kept())
    key = {"as base64": VAULT_KEY.encode(), "raw": base64.b64decode(VAULT_KEY)}
    held = {name: leaks(data, key) for name, data in (first | second | journey.kept()).items()}
    assert not {name: told for name, told in held.items() if told}


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_host_that_crashes_leaves_no_core_and_nothing_in_its_files(journey, number):
    journey.connect()
    with Running(journey) as running:
        running.ticks(1)
        left = below(running.process.pid)
        os.kill(running.process.pid, number)
        _, status = os.waitpid(running.process.pid, 0)
        running.process.returncode = -number
    assert os.WTERMSIG(status) == number
    assert not os.WCOREDUMP(status)
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}/exe").exists() for pid in left) and time.monotonic() < deadline:
        os.sched_yield()
    kept = journey.kept()
    assert not [name for name in kept if Path(name).name.startswith("core")]
    assert_clean(kept | {"stdout": b"".join(running.lines)})
