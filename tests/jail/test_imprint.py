"""A process whose memory was made into a file goes on as if nothing had been."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from cellblock.jail.imprint import stretches

PREPARED = """
import ctypes, fcntl, mmap, os, signal
from cellblock.jail import imprint
from cellblock.jail.kernel import chain
kept = [{"n": n, "text": f"<{n}>"} for n in range(20_000)]
"""


def run(program):
    """Run a program in a process of its own, whose memory nobody else needs; give its output."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARED + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_all_that_a_process_held_is_there_afterwards_and_can_be_changed():
    said = run("""
        imprint.prepare(imprint.look())()
        assert [one["n"] for one in kept] == list(range(20_000))
        kept[0]["n"] = "changed"
        more = [str(n) * 3 for n in range(50_000)]
        print(kept[0]["n"], kept[-1]["text"], more[-1])
        print(sum("memfd:zygote" in line for line in open("/proc/self/maps")) > 0)
    """)
    assert said == ["changed", "<19999>", "499994999949999", "True"]


def test_what_a_fork_writes_is_its_own():
    said = run("""
        imprint.prepare(imprint.look())()
        if not (pid := os.fork()):
            for one in kept:
                one["n"] = -1
            os._exit(0)
        os.waitpid(pid, 0)
        print(sum(one["n"] < 0 for one in kept))
    """)
    assert said == ["0"]


def test_nobody_can_write_the_file_and_no_descriptor_of_it_is_left():
    said = run("""
        before = len(os.listdir("/proc/self/fd"))
        imprint.prepare(imprint.look())()
        print(len(os.listdir("/proc/self/fd")) - before)
        place = next(line.split()[0] for line in open("/proc/self/maps") if "memfd:" in line)
        start, end = (int(part, 16) for part in place.split("-"))
        try:
            file = os.open(f"/proc/self/map_files/{start:x}-{end:x}", os.O_RDWR)
        except PermissionError:  # of an ordinary user, who can not even open it
            print("refused")
        else:
            try:
                os.pwrite(file, b"x", start)
            except PermissionError:
                print("refused")
    """)
    assert said == ["0", "refused"]


def test_no_hole_can_be_cut_into_the_file():
    said = run("""
        imprint.prepare(imprint.look())()
        libc = ctypes.CDLL(None, use_errno=True)
        lines = [line.split() for line in open("/proc/self/maps") if "memfd:" in line]
        for places, rights, *_ in lines:
            start, end = (ctypes.c_size_t(int(place, 16)) for place in places.split("-"))
            size = ctypes.c_size_t(end.value - start.value)
            if libc.madvise(start, size, 9) != -1:  # MADV_REMOVE
                print("cut", places)
        print(kept[-1]["text"], len(lines) > 3)
    """)
    assert said == ["<19999>", "True"]


def test_memory_that_a_fork_is_to_wipe_is_wiped_as_before():
    said = run("""
        seeds = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        seeds[0] = 7
        seeds.madvise(18)  # MADV_WIPEONFORK
        imprint.prepare(imprint.look())()
        reading, writing = os.pipe()
        if not (pid := os.fork()):
            os.write(writing, b"%d" % seeds[0])
            os._exit(0)
        os.waitpid(pid, 0)
        print(seeds[0], os.read(reading, 9).decode())
    """)
    assert said == ["7", "0"]


def test_where_there_is_no_room_all_is_as_it_was():
    said = run("""
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        smaps = imprint.look()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        imprint.prepare(smaps)()
        print(kept[-1]["text"])
        print(any("memfd:" in line for line in open("/proc/self/maps")))
    """)
    assert said == ["<19999>", "False"]


def test_calls_are_made_in_their_order_with_nothing_between():
    said = run("""
        place = (ctypes.c_char * 3)()
        at = ctypes.addressof(place)
        chain.Chain([("memset", (at + n, 65 + n, 3 - n)) for n in range(3)]).run()
        print(place.raw.decode(), signal.pthread_sigmask(signal.SIG_BLOCK, []) or "none-held")
    """)
    assert said == ["ABC", "none-held"]


def test_the_kernels_table_is_read_as_it_is_written():
    lines = """\
7f00-8f00 rw-p 00000000 00:00 0                          [heap]
Size:                  4 kB
Rss:                   4 kB
Anonymous:             4 kB
VmFlags: rd wr mr mw me ac
9000-a000 r--p 00001000 fd:00 1234                       /usr/lib/a name.so
Size:                  4 kB
Rss:                   0 kB
Anonymous:             0 kB
VmFlags: rd mr mw me
"""
    one, two = stretches(lines.splitlines(keepends=True))
    assert (one.start, one.end, one.name, one.own) == (0x7F00, 0x8F00, "[heap]", 4096)
    assert one.flags == frozenset({"rd", "wr", "mr", "mw", "me", "ac"})
    assert (two.name, two.resident, two.own) == ("/usr/lib/a name.so", 0, 0)


FILTERED = """
        import struct
        from cellblock.jail.kernel import process, seccomp
        def refuse(number, place, value, code):
            lines = [(0x20, 0, 0, 0), (0x15, 0, 3, number), (0x20, 0, 0, place)]
            lines += [(0x15, 0, 1, value), (6, 0, 0, 0x50000 | code), (6, 0, 0, 0x7FFF0000)]
            process.no_new_privileges()
            seccomp.Filter(b"".join(struct.pack("<HBBI", *line) for line in lines)).install()
        numbers = {"x86_64": (72, 319), "aarch64": (25, 279)}[os.uname().machine]
"""
"""Has the kernel refuse one call if its argument, at a place in the filter's data, is a value."""


def test_a_python_without_memfd_create_stands_on_a_file_all_the_same():
    said = run("""
        del os.memfd_create
        imprint.prepare(imprint.look())()
        print(kept[-1]["text"], any("memfd:zygote" in line for line in open("/proc/self/maps")))
    """)
    assert said == ["<19999>", "True"]


def test_an_older_libc_does_as_well():
    said = run("""
        class Older(ctypes.PyDLL):
            def __getattr__(self, name):
                if name == "fcntl64":  # glibc 2.28
                    raise AttributeError(name)
                return super().__getattr__(name)
        chain.ctypes.PyDLL = Older
        imprint.prepare(imprint.look())()
        print(kept[-1]["text"], any("memfd:zygote" in line for line in open("/proc/self/maps")))
    """)
    assert said == ["<19999>", "True"]


def test_a_kernel_that_makes_no_such_file_leaves_all_as_it_was():
    said = run(
        FILTERED
        + """
        refuse(numbers[1], 24, 0x3, 38)
        refuse(numbers[1], 24, 0xB, 38)
        imprint.prepare(imprint.look())()
        print(kept[-1]["text"], any("memfd:" in line for line in open("/proc/self/maps")))
    """
    )
    assert said == ["<19999>", "False"]


def test_a_file_that_cannot_be_sealed_is_not_stood_on():
    said = run(
        FILTERED
        + """
        refuse(numbers[0], 24, 1033, 1)  # F_ADD_SEALS
        before = len(os.listdir("/proc/self/fd"))
        imprint.prepare(imprint.look())()
        print(any("memfd:" in line for line in open("/proc/self/maps")))
        print(len(os.listdir("/proc/self/fd")) - before)
    """
    )
    assert said == ["False", "0"]


def test_a_seal_that_fails_at_the_last_moment_is_told():
    said = run(
        FILTERED
        + """
        before = len(os.listdir("/proc/self/fd"))
        stand = imprint.prepare(imprint.look())
        refuse(numbers[0], 24, 1033, 1)
        try:
            stand()
        except PermissionError as error:
            print(error.errno, len(os.listdir("/proc/self/fd")) - before)
    """
    )
    assert said == ["1", "0"]
