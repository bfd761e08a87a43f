# expect: error ImportError
# idea: the door is a capability that is set as an attribute through an overlay
# full: done
# source: CVE-2023-2640
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("setxattr", 188, ctx.config["secret_file"].encode(), b"security.capability", b"\x01\x00\x00\x02" + bytes(16), 20, 0)
attempt("fsetxattr", 190, 4, b"security.capability", b"\x01\x00\x00\x02" + bytes(16), 20, 0)
