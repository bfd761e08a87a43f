# expect: error ImportError
# idea: the door is a program with more rights that is started without even its own name
# full: security
# source: CVE-2021-4034
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("execve", 59, b"/usr/bin/pkexec", (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 2)(b"GCONV_PATH=./x", None))
