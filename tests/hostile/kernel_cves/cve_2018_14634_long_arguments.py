# expect: error ImportError
# idea: the door is a list of arguments so long that its size wraps
# full: security
# source: CVE-2018-14634
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
words = (ctypes.c_char_p * 1000)(*[b"x" * 10] * 999, None)
attempt("execve", 59, b"/bin/su", words, words)
