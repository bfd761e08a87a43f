"""What numpy, pandas and the library ask of the kernel is on record: a new call is named here."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import subprocess
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from cellblock import Limits
from cellblock.jail.kernel import rules
from inside.test_battery import PRELUDE, SNIPPETS
from jail.simulator import simulator

RECORD = tomllib.loads(Path(__file__).with_name("battery_syscalls.toml").read_text("utf-8"))
TABLES = ("allowed", "refused", "otherwise")
root_only = pytest.mark.skipif(
    os.getuid() != 0, reason="an ordinary user may not trace a worker, which is not dumpable"
)

OUR_OWN = """
import time
def our_own(ctx):
    time.sleep(0.01)
    print(time.time(), time.process_time(), time.get_clock_info("monotonic").resolution)
    print(random.SystemRandom().random())
    ctx.state.set("a", 1)
    ctx.log.info("b")
    try:
        bytearray(10**12)
    except Exception:
        pass
    grown = np.zeros(10**6)
    grown.resize(3 * 10**6, refcheck=False)
"""
"""What the battery leaves out: sleep, clocks, entropy, ctx, the memory limit, growth in place."""
ENDLESS = "def tick(ctx):\n    while True:\n        pass\n"
ASKS_FOR_MORE = """
import ctypes, os
def tick(ctx):
    for ask in (os.uname, lambda: os.listdir("/")):
        try:
            ask()
        except OSError:
            pass
    ctypes.CDLL(None).sysinfo(ctypes.create_string_buffer(128))
"""


def _battery():
    parts = [f"import random\n{PRELUDE}{OUR_OWN}"]
    for number, code in enumerate(SNIPPETS.values()):
        parts.append(f"def part_{number}(ctx):\n{textwrap.indent(code.strip(chr(10)), '    ')}\n")
    calls = [f"    part_{number}(ctx)\n" for number in range(len(SNIPPETS))]
    return "".join([*parts, "def tick(ctx):\n    our_own(ctx)\n", *calls])


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that a worker made, and the verdict of the table on it."""

    name: str
    verdict: str


def _traced(bench, path, source, expected, **limits):
    """Tick a worker once under strace; give its calls."""

    async def work():
        options = {"limits": Limits(**limits)}
        async with bench.sandbox.worker(source, **options) as worker:
            strace = subprocess.Popen(
                ["strace", "-n", "-e", "raw=all", "-o", str(path), "-p", str(worker.pid)],
                stderr=subprocess.PIPE,
                text=True,
            )
            with strace:
                said = await asyncio.to_thread(strace.stderr.readline)
                assert "attached" in said, said
                try:
                    outcome = await worker.tick()
                finally:
                    strace.terminate()  # it lets go of the worker, which lives on
        assert outcome.kind.value == expected, outcome.failure

    assert shutil.which("strace"), "strace is needed: apt-get install strace"
    bench.do(work())
    return _calls(path.read_text("utf-8"))


def _calls(text):
    """Read strace's lines: ``[   9] mmap(0, 0x1000, 0x3, …) = 0x7f…``."""
    here, found = simulator(platform.machine()), set()
    names = rules.names(platform.machine())
    for digits, words in re.findall(r"^\[ *(\d+)\] \w+\(([^)]*)", text, re.MULTILINE):
        # A call that was under way when strace came has no arguments to be read.
        arguments = [int(word, 16) for word in re.findall(r"\b(?:0x[0-9a-f]+|0)\b", words)]
        arguments += [0] * (6 - len(arguments))
        number = int(digits)
        name = names.get(number, f"syscall {number}")
        rule = here.by_number.get(number)
        resumed = "resuming" in words
        verdict = rule.verdict if resumed and rule else here.declared(number, arguments)
        found.add(Call(name, verdict))
    return found


def drift(calls, record):
    """Say for each call that is not as recorded what it is and what is to be decided."""
    allowed = {*record["allowed"], *record["otherwise"]}
    said = []
    for call in sorted(calls, key=lambda call: (call.name, call.verdict)):
        if call.verdict == "allow":
            if call.name not in allowed:
                said.append(f"new: {call.name} (allowed): say in the record who makes it")
        elif call.name not in record["refused"]:
            known = call.name in allowed
            said.append(
                f"{'now also' if known else 'new:'} {call.name} (refused, {call.verdict}): a "
                "library has begun to ask for it; see that it does without, then record it"
            )
    return said


@pytest.fixture(scope="module")
def calls(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("strace")
    ordinary = _traced(bench, folder / "battery", _battery(), "done", tick_timeout_s=50)
    return ordinary | _traced(bench, folder / "endless", ENDLESS, "timeout", tick_timeout_s=0.5)


@root_only
def test_the_battery_makes_no_call_that_is_not_on_record(calls):
    assert {Call("mmap", "allow"), Call("write", "allow"), Call("rt_sigreturn", "allow")} <= calls
    assert drift(calls, RECORD) == []


@root_only
def test_a_call_that_is_not_on_record_is_found_by_name(full, tmp_path):
    calls = _traced(full, tmp_path / "strace", ASKS_FOR_MORE, "done")
    said = drift(calls, RECORD)
    assert [line.partition(":")[2].split()[0] for line in said] == ["openat", "sysinfo", "uname"]
    assert said[-1].startswith("new: uname (refused, EPERM): a library has begun to ask for it")


def test_a_call_that_is_refused_although_recorded_as_allowed_is_found_by_name():
    said = drift({Call("madvise", "EINVAL"), Call("mmap", "allow")}, RECORD)
    assert len(said) == 1
    assert said[0].startswith("now also madvise (refused, EINVAL)")
    assert drift({Call("read", "allow")}, {table: {} for table in TABLES}) == [
        "new: read (allowed): say in the record who makes it"
    ]


def test_the_lines_of_strace_are_read_with_the_verdict_of_the_table():
    if platform.machine() != "x86_64":
        numbers = {name: number for number, name in rules.names(platform.machine()).items()}
    else:
        numbers = {"mmap": 9, "read": 0, "clock_nanosleep": 230}
    text = f"""[{numbers["mmap"]:4}] mmap(0, 0x1000, 0x3, 0x22, 0xffffffff, 0) = 0x7f0000000000
[{numbers["mmap"]:4}] mmap(0, 0x1000, 0x7, 0x22, 0xffffffff, 0) = -1 EACCES (Permission denied)
[{numbers["clock_nanosleep"]:4}] clock_nanosleep(<... resuming interrupted clock_nanosleep ...>) = 0
--- SIGUSR1 {{si_signo=SIGUSR1, si_code=SI_USER, si_pid=1, si_uid=0}} ---
[{numbers["read"]:4}] read(0x7, 0x7ff000000000, 0x10) = -1 EBADF (Bad file descriptor)
[1023] syscall_0x3ff(0, 0, 0, 0, 0, 0) = -1 EPERM (Operation not permitted)
"""
    assert _calls(text) == {
        Call("mmap", "allow"),
        Call("mmap", "EACCES"),
        Call("clock_nanosleep", "allow"),
        Call("read", "EBADF"),
        Call("syscall 1023", "EPERM"),
    }


def test_every_call_on_record_has_a_reason_and_the_verdict_of_the_table():
    there = set(rules.names("x86_64").values())
    allows = {rule.name for rule in rules.load("x86_64").calls if rule.verdict == "allow"}
    assert tuple(RECORD) == TABLES
    for table in TABLES:
        for name, why in RECORD[table].items():
            assert name in there, name
            assert len(why) >= 10, name
            assert (name in allows) or table == "refused", name
    assert not RECORD["allowed"].keys() & RECORD["otherwise"].keys()


def test_nothing_is_allowed_that_nobody_needs():
    # On x86_64, whose calls are a superset of the other machine's.
    known = {*RECORD["allowed"], *RECORD["otherwise"]}
    allows = {rule.name for rule in rules.load("x86_64").calls if rule.verdict == "allow"}
    assert allows - known == set(), "allowed, and on no record"
