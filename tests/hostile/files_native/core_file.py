# expect: error ImportError
# idea: raise the limit of core files and die, so that the kernel writes one where the host runs
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
attempt("setrlimit CORE", 160, 4, (ctypes.c_uint64 * 2)(1 << 30, 1 << 30))
attempt("prctl DUMPABLE", 157, 4, 1, 0, 0, 0)
ctypes.string_at(1)
