# expect: error ImportError
# idea: ask for memory that grows by itself, is locked, huge, or below four gigabytes
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for flags in (0x100, 0x2000, 0x8000, 0x40000, 0x40, 0x80000, 0x20000, 0x800000, 0x100000, 0x4000000, 0x1000, 0x800):
    attempt(f"mmap with {flags:#x}", 9, 0, 4096, 3, 0x22 | flags, -1, 0) if flags not in (0x4000, 0x20000) else None
attempt("remap to zero", 9, 0, 4096, 3, 0x32, -1, 0)
