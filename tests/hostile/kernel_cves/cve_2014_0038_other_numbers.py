# expect: error ImportError
# idea: the door is the x32 form of a call, whose pointer is trusted
# full: security
# source: CVE-2014-0038
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("recvmmsg by its x32 number", 0x40000000 + 537, 3, bytes(64), 1, 0, ctypes.c_ulong(0xFFFF888000000000))
