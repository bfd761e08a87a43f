# expect: error ImportError
# idea: the door is a file in memory that is mapped for reading and written while a fault is held
# full: security
# source: CVE-2022-2590
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("memfd_create", 319, b"x", 0)
attempt("madvise POPULATE_WRITE", 28, ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095, 4096, 23)
attempt("userfaultfd", 323, 0x80001)
