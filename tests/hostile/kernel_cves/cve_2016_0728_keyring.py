# expect: error ImportError
# idea: the door is a keyring that is joined so often that its count wraps
# full: security
# source: CVE-2016-0728
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for _ in range(3):
    attempt("keyctl JOIN_SESSION_KEYRING", 250, 1, b"cellblock")
