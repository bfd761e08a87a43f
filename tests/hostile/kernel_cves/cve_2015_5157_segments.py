# expect: error ImportError
# idea: the door is a segment that is not there when the kernel returns to it
# full: security
# source: CVE-2015-5157
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("modify_ldt", 154, 17, (ctypes.c_uint32 * 4)(0, 0, 0xFFFFF, 0x71), 16)
