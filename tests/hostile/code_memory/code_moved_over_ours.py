# expect: error ImportError
# idea: move code by mremap to a place that we choose, or leave the old one behind
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
place = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
for flags in (2, 3, 4, 5, 6, 7):
    attempt(f"mremap with {flags}", 25, place, 4096, 4096, flags, 0x10000000)
attempt("mremap of nothing, to get a second view", 25, place, 0, 4096, 1)
