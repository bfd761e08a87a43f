# expect: error ImportError
# idea: the door is a stack without limit that meets the heap
# full: done
# source: CVE-2017-1000364
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("setrlimit STACK", 160, 3, (ctypes.c_uint64 * 2)(0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF))
attempt("prlimit STACK", 302, 0, 3, (ctypes.c_uint64 * 2)(1 << 46, 1 << 46), None)
