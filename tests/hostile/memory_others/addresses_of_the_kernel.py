# expect: error ImportError
# idea: learn where the kernel lies, from its files and by reading there
# full: crash
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for path in (b"/proc/kallsyms", b"/proc/kcore", b"/proc/modules", b"/proc/iomem", b"/dev/kmem", b"/sys/kernel/notes", b"/boot", b"/proc/timer_list"):
    attempt(path.decode(), 257, -100, path, 0)
ctypes.string_at(0xFFFFFFFF81000000 - (1 << 64), 8)
