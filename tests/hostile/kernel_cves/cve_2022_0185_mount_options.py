# expect: error ImportError
# idea: the door is a file system context whose options overflow
# full: security
# source: CVE-2022-0185
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("fsopen", 430, b"ext4", 0)
attempt("fsconfig", 431, made, 1, b"\0", b"A" * 255, 0)
