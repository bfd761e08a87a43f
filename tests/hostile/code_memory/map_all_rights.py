# expect: error ImportError
# idea: ask for memory that can be read, written and executed, in every combination
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
for rights in range(16):
    if rights & 4:
        attempt(f"mmap with rights {rights}", 9, 0, 4096, rights, 0x22, -1, 0)
attempt("mmap with bits above the known", 9, 0, 4096, (1 << 32) | 7, 0x22, -1, 0)
