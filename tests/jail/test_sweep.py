"""Every system call from native code in a real jail gets what the table says, and nothing else."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from jail.simulator import NUMBERS, X32, simulator
from jail.sweep import KERNELS_OWN, Row, agrees, sweep, written

pytestmark = pytest.mark.jail
HERE = simulator(platform.machine())


@pytest.fixture(scope="module")
def rows(full):
    return sweep(full)


@pytest.mark.timeout(300)
def test_every_call_gets_the_verdict_of_the_table(rows):
    assert {row.number for row in rows} >= set(NUMBERS)
    assert {row.verdict for row in rows} >= {"allow", "kill", "EPERM", "EACCES", "ENOSYS"}
    assert [row for row in rows if not agrees(row)] == []


def test_every_allowed_call_gets_through(rows):
    # What the kernel itself answers may look like a refusal; for each call one answer does not.
    for rule in HERE.table.calls:
        if rule.verdict == "allow":
            observed = {row.observed for row in rows if row.number == rule.number}
            assert observed - {HERE.table.default, rule.otherwise}, rule.name


def test_every_condition_is_met_and_missed_in_the_jail(rows):
    for rule in HERE.table.calls:
        if rule.when:
            verdicts = {row.verdict for row in rows if row.number == rule.number}
            assert verdicts == {rule.verdict, rule.otherwise}, rule.name


def test_a_verdict_and_an_observation_agree_or_do_not():
    def row(verdict, observed, name="open"):
        return Row(2, name, (0,) * 6, verdict, observed)

    assert agrees(row("EACCES", "EACCES"))
    assert agrees(row("allow", "EFAULT"))
    assert agrees(row("kill", "killed"))
    assert agrees(row("EPERM", "SIGILL", "uretprobe"))
    for verdict, observed in (
        *(("EACCES", "done"), ("EACCES", "ENOENT"), ("EACCES", "killed"), ("allow", "killed")),
        *(("kill", "EPERM"), ("kill", "done"), ("kill", "SIGSEGV"), ("EPERM", "SIGILL")),
    ):
        assert not agrees(row(verdict, observed)), (verdict, observed)


def test_the_table_can_be_written_down(rows):
    page = written(rows)
    names = {line.split("|")[2].strip() for line in page.splitlines()[2:]}
    assert {
        "read",
        "execve",
        "syscall 1023",
        *KERNELS_OWN,
    } <= names or platform.machine() != "x86_64"
    assert len(page.splitlines()) == len({row.number for row in rows}) + 2


FIND_32_BIT_ENTRY = """
import ctypes, struct
class Object(ctypes.Structure): pass
Object._fields_ = [("base", ctypes.c_size_t), ("name", ctypes.c_char_p), ("dynamic", ctypes.c_void_p),
                   ("next", ctypes.POINTER(Object)), ("previous", ctypes.POINTER(Object))]
def texts():
    # The loader's own list of what is mapped; /proc/self/maps cannot be read here.
    item = Object.from_address(ctypes.CDLL(None)._handle)
    while True:
        head = ctypes.string_at(item.base, 64) if item.base else b""
        if head[:4] == b"\\x7fELF":
            table, = struct.unpack_from("<Q", head, 32)
            size, count = struct.unpack_from("<HH", head, 54)
            for place in range(count):
                kind, flags, _, address, _, length = struct.unpack(
                    "<IIQQQQ", ctypes.string_at(item.base + table + place * size, 40))
                if kind == 1 and flags & 1:
                    yield item.name.decode(), item.base + address, length
        if not item.next:
            return
        item = item.next.contents
found, searched = [], []
for name, start, length in texts():
    searched.append(name.rpartition("/")[2])
    at = ctypes.string_at(start, length).find(b"\\xcd\\x80")
    if at >= 0:
        found.append(start + at)
"""
HAS_32_BIT_ENTRY = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
page[:8] = b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3"  # getpid by int 0x80
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="int 0x80 is an x86 instruction")
def test_the_32_bit_entry_is_killed_through_a_gadget_or_where_there_is_none_in_the_simulator(full):
    report = full.output(f"{FIND_32_BIT_ENTRY}\nprint(len(found), *sorted(set(searched)))")
    count, *searched = report.split()
    assert any(name.startswith("libc.so") for name in searched), searched
    if count == "0":
        # No library holds the two bytes, and no page that holds them can be made executable.
        assert HERE.told(0, architecture=0x40000003) == "kill"
        return
    outcome = full.run(f"{FIND_32_BIT_ENTRY}\nctypes.CFUNCTYPE(ctypes.c_long)(found[0])()")
    entry = subprocess.run([sys.executable, "-c", HAS_32_BIT_ENTRY], check=False).returncode == 0
    # A kernel without the entry answers the instruction itself with SIGSEGV.
    assert outcome.kind.value == ("security" if entry else "crash"), outcome.failure


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is a table of x86_64")
def test_an_x32_number_that_would_be_allowed_kills(rows):
    forms = {row.number: row.observed for row in rows if row.number & X32 and row.number < 1 << 31}
    allowed = {rule.number for rule in HERE.table.calls if rule.verdict == "allow"}
    assert {number ^ X32 for number in forms} >= allowed
    assert {forms[number | X32] for number in allowed} == {"killed"}
