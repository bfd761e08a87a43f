# expect: error ImportError
# idea: the door is a report of a child's death that is written to an address of the kernel
# full: done
# source: CVE-2017-5123
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("waitid", 247, 0, 0, ctypes.c_ulong(0xFFFF888000000000), 5, None)
